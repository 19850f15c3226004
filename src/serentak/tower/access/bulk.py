"""Accounts from a table, without e-mail: looked through first, then all made or none.

Each row is a person (``login`` = ``sandi``: gets a first password) or a field post (``kartu``: gets a card).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import xlsxwriter
from django.db import transaction

from serentak.base import cells
from serentak.base.cells import CellError, Column
from serentak.base.csvfile import read_csv
from serentak.base.errors import InputError, Problems, Refused
from serentak.base.messages import N_, _
from serentak.base.workbook import Workbook
from serentak.tower.access import cards, people, posts
from serentak.tower.access.actor import ROLE_WORDS
from serentak.tower.access.rules import LEVELS, ROLES

if TYPE_CHECKING:
    from datetime import datetime

    from serentak.base.table import Row, Table
    from serentak.tower.access.actor import Actor
    from serentak.tower.access.cards import NewCard
    from serentak.tower.access.people import NewPassword

MOST_ROWS: Final = 2000
"""Rows brought in at once: the stations of a large kabupaten."""
MOST_BYTES: Final = 2_000_000
CARD, PASSWORD = "kartu", "sandi"


def _day(value: str) -> datetime | None:
    try:
        return people.read_day(value)
    except InputError as error:
        raise CellError(error.problems[0].message, error.problems[0].remedy) from None


COLUMNS: Final = (
    Column(
        "level", "tingkat",
        cells.choice(*LEVELS, nasional="nation", provinsi="province", kota="kabupaten", desa="village",
                     kelurahan="village", tps="station"),
        N_("level of the post: nasional, provinsi, kabupaten, kecamatan, desa, tps"), required=True, choices=LEVELS,
    ),
    Column(
        "areas", "wilayah", cells.text, N_("code of the region or station; of police and army several, with blanks"),
        required=True, synonyms=("area", "kode_wilayah", "kode"),
    ),
    Column("post", "jabatan", cells.text, N_("name of the post; empty: made of level and code"), default="",
           synonyms=("pos", "instansi")),
    Column("role", "peran",
           cells.choice(*ROLES, kepala="head", ketua="head", operator="operator", pembaca="reader", pengelola="admin"),
           N_("role at the post: kepala, operator, pembaca, pengelola; empty: operator"), default="operator",
           choices=ROLES),
    Column("login", "masuk", cells.choice(CARD, PASSWORD, card=CARD, password=PASSWORD),
           N_("kartu: a printed card of the post; sandi: an account with a first password"), required=True,
           choices=(CARD, PASSWORD)),
    Column("account", "akun", cells.text, N_("name of the account; for sandi only"), default="",
           synonyms=("username", "nama_akun")),
    Column("name", "nama", cells.text, N_("name of the person; lies encrypted"), default=""),
    Column("phone", "telepon", cells.text, N_("telephone number; lies encrypted"), default="",
           synonyms=("hp", "no_hp")),
    Column("until", "sampai", _day, N_("last day, 2024-12-31; empty: no end, for cards 45 days"), default=None),
)  # fmt: skip
EXAMPLES: Final = (
    {"tingkat": "tps", "wilayah": "14.01.06.2003-007", "masuk": CARD},
    {"tingkat": "kecamatan", "wilayah": "14.01.06", "masuk": PASSWORD, "akun": "ppk.kampar", "peran": "operator"},
)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row asks for, understood."""

    row: int
    level: str
    areas: tuple[str, ...]
    post: str
    role: str
    card: bool
    account: str
    full_name: str
    phone: str
    until: datetime | None
    known: bool
    """Whether the person has an account already, and is only given the post."""

    @property
    def role_words(self) -> str:
        """The role as a message."""
        return ROLE_WORDS[self.role]


def look_through(actor: Actor, agency: str, name: str, data: bytes) -> list[Planned]:
    """Read a table and do all that it asks for, but leave nothing of it behind.

    Raises
    ------
    InputError
        With every row that cannot be used.
    """
    with transaction.atomic():
        planned, _made = _work(actor, agency, name, data)
        transaction.set_rollback(True)
    return planned


@transaction.atomic
def bring_in(actor: Actor, agency: str, name: str, data: bytes) -> list[NewCard | NewPassword]:
    """Make what a table asks for, all of it or nothing.

    Raises
    ------
    InputError
        With every row that cannot be used.
    """
    return _work(actor, agency, name, data)[1]


def _work(actor: Actor, agency: str, name: str, data: bytes) -> tuple[list[Planned], list[NewCard | NewPassword]]:
    problems = Problems()
    table = _read(name, data, problems)
    planned: list[Planned] = []
    made: list[NewCard | NewPassword] = []
    for row in table.rows:
        if row.bad:
            continue
        try:
            with transaction.atomic():
                done, new = _one(actor, agency, row)
        except InputError as error:
            _tell(error, table, row, problems)
        except Refused as error:
            problems.error(table.file, row.number, None, row.get("account"), str(error), _("Delete the row."))
        else:
            planned.append(done)
            made += new
    problems.raise_errors()
    return planned, made


def _one(actor: Actor, agency: str, row: Row) -> tuple[Planned, list[NewCard | NewPassword]]:
    areas = posts.read_areas(row["areas"])
    card, account = row["login"] == CARD, row["account"].lower()
    post = posts.make_post(actor, agency, row["level"], row["post"], areas)
    known = False
    if card:
        if account:
            message = _("a card belongs to a post, not to an account")
            raise InputError.of(people.ACCOUNT, message, _("Leave the cell empty, or write sandi."), value=account)
        if row["role"] != "operator":
            raise InputError.of("role", _("a card is for operators"), _("Write sandi."), value=row["role"])
        new: list[NewCard | NewPassword] = [cards.replace(post, row["until"])]
    else:
        made = people.put(actor, post, account, row["role"], row["until"], full_name=row["name"], phone=row["phone"])
        known = not isinstance(made, people.NewPassword)
        new = [made] if isinstance(made, people.NewPassword) else []
    planned = Planned(row.number, row["level"], tuple(areas), post.name, row["role"], card, account, row["name"],
                      row["phone"], row["until"], known)  # fmt: skip
    return planned, new


def _tell(error: InputError, table: Table, row: Row, problems: Problems) -> None:
    """Say where in the table a problem of a service lies."""
    columns = {posts.POST: "areas", people.ACCOUNT: "account", "role": "role"}
    for each in error.problems:
        column = table.heading(columns.get(each.file, "areas"))
        problems.error(table.file, row.number, column, each.value, each.message, each.remedy)


def _read(name: str, data: bytes, problems: Problems) -> Table:
    if name.lower().endswith(".xlsx"):
        book = Workbook(Path(name), data)
        table = book.read(book.sheets[0], COLUMNS, problems)
    else:
        table = read_csv(data, name or "akun.csv", COLUMNS, problems)
    if len(table.rows) > MOST_ROWS:
        message = _("the table has {found} rows; {limit} is the most").format(found=len(table.rows), limit=MOST_ROWS)
        raise InputError.of(table.file, message, _("Divide it."))
    if not table.rows and not problems.errors:
        raise InputError.of(table.file, _("the table has no rows"), _("Write a row below the headings."))
    return table


def template_csv() -> str:
    """Give a table with headings and examples, for a spreadsheet program in Indonesia (semicolons)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [column.heading for column in COLUMNS], delimiter=";")
    writer.writeheader()
    writer.writerows(EXAMPLES)
    return "\ufeff" + out.getvalue()


def template_xlsx() -> bytes:
    """Give the same as a workbook, with a comment at every heading and lists to choose from."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet("akun")
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, 20, text)
            sheet.write_string(0, place, column.heading, bold)
            sheet.write_comment(0, place, _(column.note))
            for row, example in enumerate(EXAMPLES, 1):
                sheet.write_string(row, place, example.get(column.heading, ""), text)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
