from __future__ import annotations

import ast
import importlib.util
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from serentak.base.errors import Problem
from serentak.base.messages import LANGUAGES, LOCALE, _, language, ngettext, set_language

SOURCE = LOCALE.parent
SAME_IN_BOTH = {
    "kecamatan", "Kecamatan", "Kec. {name}", "KPPS {station}", "TPS", "TPS {number} {desa}", "April", "September",
    "November", "No.", "operator", "Parameter", "Status", "status", "Volume", "{distance}, {time}",
}  # fmt: skip
ENGLISH = {"a", "and", "are", "boxes", "for", "is", "not", "of", "or", "stations", "the", "to", "vehicle", "with"}
TERMS = {
    "station": "TPS",
    "stations": "TPS",
    "voters": "pemilih",
    "escort": "kawal|ngawal",
    "window": "jendela waktu",
    "warehouse": "gudang",
    "hub": "simpul|tempat",  # the column hub is headed tempat
    "outbound": "pengiriman",
    "stage": "etape",
    "stages": "etape",
    "team": "regu",
    "teams": "regu",
    "goods": "logistik",
    "parent": "induk",
    "village": "desa",
    "heading": "judul",
    "headings": "judul",
    "workbook": "buku kerja",
}
"""Words of messages and what their translations say, a pattern; docs/glossary.md has them all."""


@pytest.fixture
def script(root: Path) -> ModuleType:
    if importlib.util.find_spec("babel") is None:
        reason = "babel is not installed: the catalogue cannot be compared with the messages"
        pytest.fail(reason) if os.environ.get("SERENTAK_TEST_ALL") == "1" else pytest.skip(reason)
    spec = importlib.util.spec_from_file_location("make_messages", root / "scripts/make_messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def translations(script: ModuleType) -> dict[str, str]:
    """Give what each message is in Indonesian."""
    pairs = {}
    for message in script.read_catalogue():
        if message.id:
            several = not isinstance(message.id, str)
            pairs[message.id[-1] if several else message.id] = message.string[0] if several else message.string
    return pairs


@pytest.fixture(autouse=True)
def _language_as_before():
    before = language()
    yield
    set_language(before)


def plain(text: str) -> str:
    """Take out what is not prose: placeholders, quoted values, keys and options."""
    return re.sub(r"\{[^}]*\}|\"[^\"]*\"|'[^']*'|\[[^]]*\]|--\S+|\w+ = |\S*[._=]\w\S*", " ", text)


def names_in(text: str) -> set[str]:
    return {name for _text, name, _layout, _conversion in string.Formatter().parse(text) if name is not None}


def test_the_catalogue_is_complete_and_up_to_date(script):
    assert script.check() == []


def test_the_catalogue_that_programs_read_is_there():
    assert (LOCALE / "id/LC_MESSAGES/serentak.mo").exists()


def test_writing_the_catalogue_again_changes_nothing(script):
    new = script.updated(script.read_catalogue(), script.collect())
    assert script.as_po(new) == script.PO.read_bytes()
    assert script.as_mo(new) == script.MO.read_bytes()


def test_check_names_what_is_missing_fuzzy_or_filled_differently(script):
    catalogue = script.updated(script.read_catalogue(), {"one {a}", "two", "three", ("{n} box", "{n} boxes")})
    catalogue["one {a}"].string = "satu {b}"
    catalogue["two"].string = "dua"
    catalogue["two"].flags = {"fuzzy"}
    catalogue["{n} box"].string = ("{n} kotak",)
    faults = {message.id: script.faults_of(message) for message in catalogue if message.id}
    assert faults == {
        "one {a}": ["placeholders differ: 'one {a}' and 'satu {b}'"],
        "two": ["fuzzy: 'two'"],
        "three": ["not translated: 'three'"],
        ("{n} box", "{n} boxes"): [],
    }


def test_messages_are_found_wherever_they_stand(script):
    code = """
TITLE = N_("title")
text = f"# {_('inside')}: {_('twice ' 'as long').format(n=1)}"
lines = ngettext("{n} box", "{n} boxes", n), _(note), other("not ours")
"""
    assert set(script.messages_in(code, "x.py")) == {"title", "inside", "twice as long", ("{n} box", "{n} boxes")}


@pytest.mark.parametrize("code", ['_(f"{n} boxes")', '_("boxes " + name)', '_("%s" % name)'])
def test_a_message_put_together_while_running_is_refused(script, code):
    with pytest.raises(SystemExit, match="one literal"):
        list(script.messages_in(code, "x.py"))


def test_nothing_is_left_in_english(translations):
    same = {message for message, translation in translations.items() if message == translation}
    assert same - SAME_IN_BOTH == set()
    left = {
        translation: words
        for translation in translations.values()
        if (words := set(re.findall(r"[a-z]+", plain(translation))) & ENGLISH)
    }
    assert left == {}


def test_words_of_the_field_are_translated_alike(translations):
    wrong = [
        (word, message, translation)
        for message, translation in translations.items()
        for word in set(re.findall(r"[a-z]+", plain(message).lower())) & TERMS.keys()
        if not re.search(TERMS[word], translation, re.IGNORECASE)
    ]
    assert wrong == []


def test_spaces_and_the_last_sign_are_kept(translations):
    for message, translation in translations.items():
        if not translation:
            continue  # said by another test
        assert translation.startswith(" ") == message.startswith(" ")
        assert translation.endswith(" ") == message.endswith(" ")
        assert (translation[-1] in ".:,") == (message[-1] in ".:,"), (message, translation)
        assert (translation[-1] == "?") == (message[-1] == "?"), (message, translation)


def test_the_language_is_chosen_by_name():
    set_language("id")
    assert _("the cell is empty") == "sel kosong"
    assert _("Every station is served, out and back.") == "Semua TPS terlayani, pengiriman dan pengembalian."
    set_language("en")
    assert _("the cell is empty") == "the cell is empty"
    with pytest.raises(ValueError, match="'de' is not one of id, en"):
        set_language("de")


def test_an_error_is_said_in_both_languages():
    said = {}
    for tongue in LANGUAGES:
        set_language(tongue)
        message, remedy = _("this is not a whole number"), _("write digits only, as 25")
        said[tongue] = str(Problem("stations.csv", 7, "pemilih", "x", message, remedy))
    assert said == {
        "id": "stations.csv, baris 7, kolom pemilih: ini bukan bilangan bulat ('x'); tulis angka saja, misalnya 25",
        "en": "stations.csv, row 7, column pemilih: this is not a whole number ('x'); write digits only, as 25",
    }


def test_words_outside_the_catalogue_stay_as_they_are():
    set_language("id")
    assert _("no such message") == "no such message"
    assert ngettext("{n} thing unknown", "{n} things unknown", 2) == "{n} things unknown"


def formats() -> Iterator[tuple[str, set[str], set[str]]]:
    """Give every ``.format`` of a message: its place, what the message asks for, what is given."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for scope in ast.walk(tree):
            if isinstance(scope, ast.FunctionDef):
                for line, message, given in formats_in(scope):
                    yield f"{path.name}:{line}", names_in(message), given


def formats_in(function: ast.FunctionDef) -> Iterator[tuple[int, str, set[str]]]:
    last: dict[str, str] = {}
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.Call)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node, ast.Assign):
            message = message_of(node.value)
            if message is not None and isinstance(node.targets[0], ast.Name):
                last[node.targets[0].id] = message
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            target = node.func.value
            message = last.get(target.id) if isinstance(target, ast.Name) else message_of(target)
            if message is not None and all(keyword.arg for keyword in node.keywords):
                yield node.lineno, message, {keyword.arg or "" for keyword in node.keywords}


def message_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext"}:
        last = node.args[node.func.id == "ngettext"]
        if isinstance(last, ast.Constant) and isinstance(last.value, str):
            return last.value
    return None


def test_every_placeholder_is_filled():
    found = list(formats())
    assert len(found) > 100
    assert [(place, wanted - given) for place, wanted, given in found if wanted - given] == []
