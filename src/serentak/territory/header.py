"""``district.toml``, or the sheet ``district`` of a workbook: what holds for the whole district.

Both become the same flat entries, dotted key to value and row, and are read by the same table of keys.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from serentak.base import cells
from serentak.base.cells import CellError, Column
from serentak.base.csvfile import decode
from serentak.base.errors import InputError, Problems
from serentak.base.messages import N_, _
from serentak.territory.model import BACK_TIERS, OUT_TIERS, Assumption, Ready, Tier
from serentak.territory.settings import KEYS, parse_kecamatan_list, parse_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from serentak.base.table import Table

Entries = dict[str, tuple[object, int | None]]
"""Values by dotted key, each with its row where that is known."""

GROUP_TIERS: Final = (*(("out", tier) for tier in OUT_TIERS), *(("back", tier) for tier in BACK_TIERS))
FREE: Final = "rules_override."
"""Keys passed through to the rule pack."""

SHEET: Final = (
    Column("key", "kunci", cells.text, N_("name of the setting, out.ppk.window"), required=True),
    Column("value", "nilai", cells.text, N_("its value; two times are separated by a comma"), required=True),
    Column("note", "catatan", cells.text, N_("remarks, not used"), default="", synonyms=("keterangan",)),
)
"""Columns of the sheet ``district``."""

_LINE_TABLE: Final = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?")
_LINE_KEY: Final = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=")
_AT_LINE: Final = re.compile(r"at line (\d+)")


@dataclass(slots=True)
class Header:
    """What ``district.toml`` says.

    Parameters
    ----------
    file
        File name as the user knows it.
    values
        Values by dotted key; a key that could not be read is not there.
    rows
        Rows by dotted key.
    groups
        Windows by direction, tier and kecamatan, each with the key that says so.
    overrides
        The table ``[rules_override]``.
    assumed
        Keys that were not there.
    """

    file: str
    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int | None] = field(default_factory=dict)
    groups: dict[tuple[str, str, str], tuple[tuple[int, int], str]] = field(default_factory=dict)
    overrides: dict[str, object] = field(default_factory=dict)
    assumed: list[Assumption] = field(default_factory=list)

    def tier(self, name: str) -> Tier | None:
        """Give a tier such as ``out.ppk``, or None where its window is not known."""
        window = self.values.get(f"{name}.window")
        hours, escort = self.values.get(f"{name}.hours"), self.values.get(f"{name}.escort")
        return None if window is None or hours is None or escort is None else Tier(window, hours, escort)

    def ready(self) -> Ready:
        """Give the rule for the return."""
        return Ready(self.values["ready.from"], self.values["ready.sec_per_vote"], self.values["ready.latest"])


def toml_entries(data: bytes, file: str, problems: Problems) -> tuple[Entries, dict[str, object]]:
    """Read ``district.toml`` as flat entries, and the table of rule overrides.

    Raises
    ------
    InputError
        When it is no TOML.
    """
    try:
        text = decode(data, file, problems)
        tree = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        row = int(line[1]) if line else len(text.splitlines())
        raise InputError.of(
            file,
            _("the file is not valid TOML: {reason}").format(reason=error),
            _('a line reads key = value, with texts in quotation marks: name = "Kabupaten Kampar"'),
            row=row,
            value=(text.splitlines() or [""])[min(row, len(text.splitlines())) - 1].strip() if text else "",
        ) from None
    except (RecursionError, ValueError):
        raise InputError.of(
            file, _("the file is not valid TOML"), _("brackets are nested too deep, or a number is too long")
        ) from None
    overrides = tree.pop(FREE.rstrip("."), {})
    rows = _toml_rows(text)
    entries: Entries = {key: (value, rows.get(key)) for key, value in _flat(tree)}
    if not isinstance(overrides, dict):
        entries[FREE.rstrip(".")] = (overrides, rows.get(FREE.rstrip(".")))
        overrides = {}
    return entries, overrides


def sheet_entries(table: Table, problems: Problems) -> tuple[Entries, dict[str, object]]:
    """Read the sheet ``district`` as flat entries, and the rule overrides among them."""
    entries: Entries = {}
    overrides: dict[str, object] = {}
    for row in table.rows:
        if row.bad:
            continue
        key = str(row["key"]).strip()
        if key in entries:
            problems.error(
                table.file,
                row.number,
                table.heading("key"),
                key,
                _("the key stands here twice, first in row {first}").format(first=entries[key][1]),
                _("delete one of them"),
            )
        elif key.startswith(FREE):
            _nest(overrides, key.removeprefix(FREE).split("."), _plain(row["value"]))
        else:
            entries[key] = (row["value"], row.number)
    return entries, overrides


def read_header(entries: Entries, overrides: dict[str, object], file: str, problems: Problems) -> Header:
    """Read the entries by the table of keys; what is wrong with them is noted in `problems`."""
    header = Header(file, overrides=overrides, rows={key: row for key, (_value, row) in entries.items()})
    known = {key.name: key for key in KEYS}
    for key in KEYS:
        if key.name in entries:
            _read_key(key.name, key.parse, entries, header, problems)
        elif key.required:
            problems.error(
                file,
                None,
                key.name,
                None,
                _("the key {key} is missing").format(key=key.name),
                _("add a line: {line}").format(line=_example(key.name)),
            )
        elif key.default is not None:
            header.values[key.name] = key.parse(key.default)
    _assume(entries, header)
    groups = {key for key in entries if key.startswith("groups.")}
    _read_groups(groups, entries, header, problems)
    for name in entries.keys() - known.keys() - groups:
        _unknown(name, entries, file, list(known), problems)
    return header


def _read_key(name: str, parse: Callable[[object], Any], entries: Entries, header: Header, problems: Problems) -> None:
    raw, row = entries[name]
    try:
        header.values[name] = parse(raw)
    except CellError as error:
        problems.error(header.file, row, name, _shown(raw), error.message, error.remedy)


def _assume(entries: Entries, header: Header) -> None:
    """Note the keys whose defaults matter: those of an outbound tier only where the tier is there."""
    present = {name.rpartition(".")[0] for name in entries}
    for key in KEYS:
        table = key.name.rpartition(".")[0]
        if key.name in entries or key.default is None or (table.startswith("out.") and table not in present):
            continue
        value = ", ".join(key.default) if isinstance(key.default, list) else str(key.default)
        header.assumed.append(Assumption(header.file, None, key.name, value, _("default of the district folder")))


def _read_groups(names: set[str], entries: Entries, header: Header, problems: Problems) -> None:
    tiers = {f"{direction}.{tier}": (direction, tier) for direction, tier in GROUP_TIERS}
    members: dict[str, tuple[str, ...]] = {}
    for name in sorted(names):
        group, _dot, rest = name.removeprefix("groups.").partition(".")
        if rest == "kecamatan":
            _read_key(name, parse_kecamatan_list, entries, header, problems)
            members[group] = header.values.pop(name, ())
        elif rest in tiers:
            _read_key(name, parse_window, entries, header, problems)
        else:
            _unknown(
                name,
                entries,
                header.file,
                [f"groups.{group}.{key}" for key in ("kecamatan", *tiers)],
                problems,
            )
    for name in sorted(names):
        group, _dot, rest = name.removeprefix("groups.").partition(".")
        if rest not in tiers:
            continue
        if f"groups.{group}.kecamatan" not in names:
            problems.error(
                header.file,
                header.rows.get(name),
                name,
                group,
                _("the group {group} names no kecamatan").format(group=group),
                _('add a line to [groups.{group}]: kecamatan = ["14.01.08"]').format(group=group),
            )
        for kecamatan in members.get(group, ()):
            _add_to_group(header, (*tiers[rest], kecamatan), name, problems)


def _add_to_group(header: Header, where: tuple[str, str, str], name: str, problems: Problems) -> None:
    window = header.values.get(name)
    if window is None:
        return
    if where in header.groups:
        problems.error(
            header.file,
            header.rows.get(name),
            name,
            where[2],
            _("the kecamatan has this window already, by {key}").format(key=header.groups[where][1]),
            _("let the kecamatan be in one group for each window"),
        )
        return
    header.groups[where] = (window, name)


def _unknown(name: str, entries: Entries, file: str, known: list[str], problems: Problems) -> None:
    raw, row = entries[name]
    near = cells.nearest(name, known) or cells.nearest(name.rpartition(".")[2], known)
    problems.error(
        file,
        row,
        name,
        _shown(raw),
        _("nobody knows a key of this name"),
        _("did you mean {value}?").format(value=near)
        if near
        else _("delete it; known are {names}").format(names=cells.listed(known, 30)),
    )


def _shown(raw: object) -> str:
    """Write a value for an error message; a table may be nested too deep to be written."""
    return "{…}" if isinstance(raw, dict) else str(raw)


def _example(name: str) -> str:
    return {
        "code": 'code = "14.01"',
        "name": 'name = "Kabupaten Kampar"',
        "zone": 'zone = "WIB"',
        "election_day": "election_day = 2024-11-27",
        "rules": 'rules = "pilkada-2024"',
        "elections": 'elections = ["G", "B"]',
    }[name]


def _flat(tree: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Give values by dotted key; deeper than any key of ours, a table is a value (and then refused)."""
    level: list[tuple[str, object]] = list(tree.items())
    for _depth in range(4):
        below: list[tuple[str, object]] = []
        for key, value in level:
            if isinstance(value, dict):
                below += [(f"{key}.{name}", inner) for name, inner in value.items()]
            else:
                yield key, value
        level = below
    yield from level


def _toml_rows(text: str) -> dict[str, int]:
    """Give line numbers by dotted key, for error messages; unusual spellings are simply not found."""
    rows: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _LINE_TABLE.fullmatch(line):
            table = re.sub(r"[\s\"']", "", found[1]) + "."
        elif found := _LINE_KEY.match(line):
            rows.setdefault(table + re.sub(r"[\s\"']", "", found[1]), number)
    return rows


def _nest(tree: dict[str, object], path: list[str], value: object) -> None:
    for name in path[:-1]:
        below = tree.setdefault(name, {})
        if not isinstance(below, dict):
            return
        tree = below
    tree[path[-1]] = value


def _plain(value: str) -> object:
    """Read a cell of a free key: a number where it is one, else text."""
    if re.fullmatch(r"[+-]?[0-9]{1,15}", value):
        return int(value)
    if re.fullmatch(r"[+-]?[0-9]{1,12}[.,][0-9]{1,12}", value):
        return float(value.replace(",", "."))
    return {"ya": True, "tidak": False, "true": True, "false": False}.get(value.casefold(), value)
