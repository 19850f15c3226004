"""Collect the messages of the product and keep the Indonesian catalogue in step with them.

Usage: python scripts/make_messages.py [--check]

Reads every ``_("…")``, ``N_("…")`` and ``ngettext("…", "…", n)`` under ``src/serentak``, every ``{% say "…" %}`` of its
pages, the units of the rule packs and the agencies and actions of the site, brings
``locale/id/LC_MESSAGES/serentak.po`` up to date (translations stay; what is new is empty, what is
gone is dropped) and compiles ``serentak.mo`` beside it. Both files are the same for the same messages: no dates,
no line numbers, sorted. With --check, writes nothing, says what is wrong and exits 1 when anything is.

Calls are found in the syntax tree, because the extractor of Babel does not see those inside an f-string.
"""

from __future__ import annotations

import ast
import io
import re
import string
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/serentak"
PO = SOURCE / "locale/id/LC_MESSAGES/serentak.po"
MO = PO.with_suffix(".mo")

KEYWORDS = {"_": 1, "N_": 1, "ngettext": 2}
"""How many leading arguments of a function are messages."""

MsgId = str | tuple[str, str]


class Stable(Catalog):
    """A catalogue whose header depends on nothing but the language."""

    header_comment = (
        "# Bahasa Indonesia of serentak. Brought up to date by scripts/make_messages.py; words: docs/glossary.md"
    )
    num_plurals = 1
    plural_expr = "0"
    mime_headers: ClassVar = [
        ("Project-Id-Version", "serentak"),
        ("Language", "id"),
        ("Plural-Forms", "nplurals=1; plural=0;"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]


def messages_in(text: str, name: str) -> Iterator[MsgId]:
    """Give the messages of a source file.

    Raises
    ------
    SystemExit
        When a call can never match the catalogue, because its message is put together while running.
    """
    for node in ast.walk(ast.parse(text, name)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        wanted = KEYWORDS.get(node.func.id)
        if wanted is None:
            continue
        parts = [argument.value for argument in node.args[:wanted] if isinstance(argument, ast.Constant)]
        words = [part for part in parts if isinstance(part, str)]
        if len(words) == wanted:
            yield words[0] if wanted == 1 else (words[0], words[1])
        elif any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args[:wanted]):
            raise SystemExit(f"{name}:{node.lineno}: a message is one literal; fill it with .format afterwards")


_TAG = re.compile(
    r"""\{%\s*say(?P<n>_n)?\s+(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)')(?:\s+(?:"(?P<c>[^"]*)"|'(?P<d>[^']*)'))?"""
)


def messages_in_template(text: str) -> Iterator[MsgId]:
    """Give the messages of a page: ``{% say "…" %}`` and ``{% say_n "…" "…" n %}``."""
    for match in _TAG.finditer(text):
        one, many = match["a"] or match["b"] or "", match["c"] or match["d"] or ""
        yield (one, many) if match["n"] else one


def collect() -> set[MsgId]:
    """Give every message of the product."""
    found: set[MsgId] = set()
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        found.update(messages_in_template(path.read_text(encoding="utf-8")))
    for agency in tomllib.loads((SOURCE / "tower/access/agencies.toml").read_text("utf-8")).values():
        found.add(agency["full"])
    found.update(tomllib.loads((SOURCE / "tower/access/rules.toml").read_text("utf-8"))["actions"].values())
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name != "messages.py":
            found.update(messages_in(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))))
    for path in sorted(SOURCE.glob("kit/rules/*.toml")):
        figures = tomllib.loads(path.read_text(encoding="utf-8"))["figures"]
        found.update(figure["unit"] for figure in figures.values())
    return found


def read_catalogue() -> Catalog:
    """Give the catalogue as it stands, or an empty one."""
    if not PO.exists():
        return Catalog(locale="id")
    with PO.open("rb") as file:
        return read_po(file, locale="id")


def updated(old: Catalog, wanted: set[MsgId]) -> Stable:
    """Give the catalogue of the wanted messages, with the translations that are known."""
    new = Stable(locale="id", fuzzy=False)
    for msgid in wanted:
        known = old.get(msgid if isinstance(msgid, str) else msgid[0])
        translation = known.string if known is not None else ""
        if isinstance(translation, tuple | list) and isinstance(msgid, str):
            translation = translation[0]
        if not isinstance(msgid, str):
            # Indonesian has one form for every number.
            translation = (translation if isinstance(translation, str) else translation[0],)
        new.add(msgid, translation)
        new[msgid].flags = {"fuzzy"} if known is not None and known.fuzzy else set()
    return new


def as_po(catalogue: Catalog) -> bytes:
    """Give the text that translators edit."""
    text = io.BytesIO()
    write_po(text, catalogue, width=0, no_location=True, sort_output=True)
    return text.getvalue().rstrip() + b"\n"


def as_mo(catalogue: Catalog) -> bytes:
    """Give the table that programs read."""
    table = io.BytesIO()
    write_mo(table, catalogue)
    return table.getvalue()


def placeholders(text: str) -> set[tuple[str, str, str]]:
    """Give what ``.format`` puts into a message: name, format and conversion."""
    parts = string.Formatter().parse(text)
    return {(name, layout or "", conversion or "") for _text, name, layout, conversion in parts if name is not None}


def faults_of(message: Message) -> list[str]:
    """Say what is wrong with a message of the catalogue."""
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    translations = [message.string] if isinstance(message.string, str) else list(message.string)
    faults = []
    if not all(translations):
        faults.append(f"not translated: {ids[0]!r}")
        return faults
    if message.fuzzy:
        faults.append(f"fuzzy: {ids[0]!r}")
    wanted = placeholders(ids[-1])
    different = [text for text in translations if placeholders(text) != wanted]
    return faults + [f"placeholders differ: {ids[0]!r} and {text!r}" for text in different]


def check() -> list[str]:
    """Say everything that is wrong with the catalogue; nothing when it is complete and up to date."""
    old = read_catalogue()
    new = updated(old, collect())
    faults = [fault for message in new if message.id for fault in faults_of(message)]
    for path, wanted in ((PO, as_po(new)), (MO, as_mo(new))):
        if not path.exists() or path.read_bytes() != wanted:
            faults.append(f"{path.relative_to(ROOT)} is out of date; run python scripts/make_messages.py")
    return sorted(faults)


def main() -> int:
    """Write both files, or only say what is wrong."""
    if "--check" not in sys.argv[1:]:
        new = updated(read_catalogue(), collect())
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(as_po(new))
        MO.write_bytes(as_mo(new))
        print(f"{PO.relative_to(ROOT)}: {len(new)} messages")
    faults = check()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
