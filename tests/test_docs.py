"""The pages say what the code does: every name is documented, every link leads somewhere, the tour runs."""

from __future__ import annotations

import ast
import csv
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from PIL import Image

from serentak.cli import app
from serentak.custody.balance import ITEMS
from serentak.custody.fields import FIELDS
from serentak.custody.findings import CODES as FOUND
from serentak.custody.kinds import ENROLS, KINDS, PARTIES, ROLES
from serentak.custody.life import STATUSES
from serentak.formats import geojson
from serentak.formats.manifest import SHEETS
from serentak.formats.nation import CSV_COLUMNS
from serentak.formats.stops import COLUMNS
from serentak.formats.stress import COLUMNS as STRESS_COLUMNS
from serentak.operations.measures import COLUMNS as MEASURES
from serentak.plan.model import json_schema
from serentak.plan.reasons import CODES
from serentak.risk.measures import KINDS as MEASURE_KINDS
from serentak.territory.columns import TABLES
from serentak.travel.hazards import KINDS as HAZARD_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
HOW_TO = sorted(ROOT.glob("docs/how-to/*.md"))
RECORDS = json_schema()["$defs"]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Give what stands under a heading, up to the next one of the same or a higher level."""
    level = len(heading.partition(" ")[0])
    return re.split(rf"^#{{1,{level}}} ", text.split(f"\n{heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    """Give the names in the first column of the tables of a section."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


# What the plan folder's page must name


def test_every_column_of_stops_is_documented_in_order():
    assert first_cells(section(page("docs/plan-folder.md"), "## `stops.csv`")) == list(COLUMNS)


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_column_of_the_manifest_is_documented_in_order(sheet):
    documented = first_cells(section(page("docs/plan-folder.md"), f"### Sheet {sheet}"))
    assert documented == [column.heading for column in SHEETS[sheet]]


@pytest.mark.parametrize("feature", ["place", "station", "leg"])
def test_every_property_of_the_routes_is_documented_in_order(feature):
    documented = first_cells(section(page("docs/plan-folder.md"), f"### Feature {feature}"))
    assert documented == list(getattr(geojson, feature.upper()))


@pytest.mark.parametrize("record", sorted(RECORDS))
def test_every_field_of_the_plan_is_documented_in_order(record):
    assert first_cells(section(page("docs/plan-folder.md"), f"### {record}")) == list(RECORDS[record]["properties"])


def test_every_column_of_the_national_report_is_documented_in_order():
    rows = section(page("docs/nation.md"), "### `nation.csv`").splitlines()
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row.partition(" | ")[0])]
    assert names == list(CSV_COLUMNS)


def test_every_reason_is_documented():
    text = section(page("docs/plan-folder.md"), "## Reasons why a station is unserved")
    assert sorted(first_cells(text)) == sorted(CODES)


def test_every_reason_has_its_remedy_in_the_guide():
    text = section(page("docs/how-to/jika-tidak-terlayani.md"), "## Alasan dan obatnya")
    assert sorted(first_cells(text)) == sorted(CODES)


def rules_in(path: Path) -> Iterator[str]:
    """Give the names of rules that a module of the check reports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("say", "differs", "before", "after", "Violation") and node.args:
                yield from texts(node.args[0])
        if isinstance(node, ast.Assign) and [getattr(to, "id", "") for to in node.targets] == ["rule"]:
            yield from texts(node.value)


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))


def test_every_rule_of_the_check_is_documented():
    modules = [*(ROOT / "src/serentak/plan").glob("check*.py"), ROOT / "src/serentak/operations/check.py"]
    rules = {rule for module in modules for rule in rules_in(module)}
    assert len(rules) > 25
    documented = first_cells(section(page("docs/plan-folder.md"), "## What `check` verifies"))
    assert sorted(documented) == sorted(rules)


# What the page of hazards must name


def test_hazards_and_measures_are_documented():
    text = page("docs/hazards.md")
    assert first_cells(section(text, "## Futures")) == list(STRESS_COLUMNS)
    assert first_cells(section(text, "## `measures.csv`")) == [*(column.name for column in MEASURES), *MEASURE_KINDS]
    assert all(f"`{kind}`" in section(text, "## `hazards.toml`") for kind in HAZARD_KINDS)


# What the overview must name


def commands() -> dict[str, typer.core.TyperCommand]:
    """Give every verb by its name, those of a group as ``log init``."""
    found = {}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found |= {name: command} if below is None else {f"{name} {each}": below[each] for each in below}
    return found


@pytest.mark.parametrize("verb", sorted(commands()))
def test_every_verb_and_option_is_documented(verb):
    text = section(page("docs/index.md"), "## Perintah")
    assert f"| `{verb} " in text
    for parameter in commands()[verb].params:
        for option in parameter.opts:
            if option.startswith("-"):
                rows = [line for line in text.splitlines() if f"`{option}`" in line.partition(" | ")[0]]
                assert any(f"`{verb}`" in row or "| semua |" in row for row in rows), f"{verb} {option}"


def test_no_option_is_documented_that_is_not_there():
    known = {option for command in commands().values() for parameter in command.params for option in parameter.opts}
    for name in (path.relative_to(ROOT).as_posix() for path in PAGES):
        for line in page(name).splitlines():
            if "serentak " in line and not line.startswith("#"):
                assert set(re.findall(r"(?<![\w-])--[a-z]+", line)) <= known | {"--check", "--help"}, f"{name}: {line}"


# Links, examples, and the tour


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{path.name}: {target}"


def test_every_page_can_be_reached_from_the_index():
    reached, left = set(), [ROOT / "docs/index.md"]
    while left:
        here = left.pop()
        if here not in reached:
            reached.add(here)
            targets = re.findall(r"\]\(([^)\s#]+\.md)", here.read_text(encoding="utf-8"))
            left += [(here.parent / target).resolve() for target in targets]
    docs = {path for path in PAGES if "docs" in path.relative_to(ROOT).parts and "benchmarks" not in path.parts}
    assert docs <= reached


def csv_blocks() -> list[tuple[str, str]]:
    return [
        (path.name, re.sub(r"^ +", "", block, flags=re.MULTILINE))
        for path in HOW_TO
        for block in re.findall(r"```csv\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    ]


@pytest.mark.parametrize(("name", "block"), csv_blocks())
def test_tables_in_the_guides_have_headings_that_are_read(name, block):
    rows = list(csv.reader(block.strip().splitlines()))
    known = [{word for column in table for word in (column.name, column.heading)} for table in TABLES.values()]
    assert any(set(rows[0]) <= words for words in known), rows[0]
    assert {len(row) for row in rows} == {len(rows[0])}
    required = [
        column
        for table, words in zip(TABLES.values(), known, strict=True)
        if set(rows[0]) <= words
        for column in table
        if column.required and not {column.name, column.heading} & set(rows[0])
    ]
    assert not required


def tour(name: str) -> list[str]:
    found = re.search(r"<!-- tour -->\n```sh\n(.*?)```", page(name), re.DOTALL)
    assert found, name
    return [line.partition("#")[0].strip() for line in found[1].splitlines()]


def test_both_readmes_show_the_same_tour():
    assert tour("README.md") == tour("README.id.md")
    assert len(tour("README.md")) == 10


def test_the_tour_runs(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    for line in tour("README.md"):
        program, *words = shlex.split(line)
        assert program == "serentak"
        done = subprocess.run(
            [sys.executable, "-m", "serentak.cli", *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert done.stdout
    assert {path.name for path in tmp_path.iterdir()} >= {"contoh", "rencana", "log", "daerah"}


def test_the_pictures_are_made_of_a_plan(chromium, tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}

    def run(*words):
        subprocess.run([sys.executable, *words], cwd=tmp_path, env=environment, check=True, capture_output=True)

    run("-m", "serentak.cli", "sample", "kecil", "contoh")
    run("-m", "serentak.cli", "plan", "contoh", "-o", "rencana", "--effort", "draft", "--jobs", "1")
    run("-m", "serentak.cli", "paper", "rencana", "--only", "map", "--only", "run-sheet", "--jobs", "1")
    run(str(ROOT / "scripts/make_pictures.py"), "rencana", "gambar", "--vehicle", "perahu-1")
    for name in ("peta-kampar.png", "lembar-perjalanan.png"):
        with Image.open(tmp_path / "gambar" / name) as made, Image.open(ROOT / "docs/images" / name) as shown:
            assert made.size == shown.size
            assert len(made.convert("RGB").getcolors(1 << 24)) > 8, "something is drawn"


@pytest.mark.parametrize("path", sorted((ROOT / "docs/images").iterdir()), ids=lambda path: path.name)
def test_pictures_are_small_and_shown_in_both_readmes_or_on_a_page_of_their_own(path):
    assert path.stat().st_size < 300_000
    if f"(images/{path.name})" not in page("docs/floods.md"):
        for readme in ("README.md", "README.id.md"):
            assert f"docs/images/{path.name}" in page(readme)


# What the custody format's page must name


def rows(text: str) -> list[list[str]]:
    """Give the rows of the tables of a section whose first cell is a code."""
    lines = re.findall(r"^\| `.*$", text, re.MULTILINE)
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_field_of_an_event_is_documented():
    documented = rows(section(page("docs/custody-format.md"), "## Fields"))
    assert documented == [[each.name, str(each.key), each.shape, each.meaning.replace("||", "‖")] for each in FIELDS]


def test_every_kind_of_event_and_its_signers_are_documented():
    documented = rows(section(page("docs/custody-format.md"), "## Kinds"))
    assert documented == [
        [
            rule.kind.name.lower(), str(int(rule.kind)), ", ".join(rule.signers), " ".join(rule.required),
            " ".join(rule.optional), rule.meaning,
        ]
        for rule in KINDS.values()
    ]  # fmt: skip


def test_every_party_and_role_is_documented():
    documented = rows(section(page("docs/custody-format.md"), "## Signed by whom"))
    parties = [[party, meaning] for party, meaning in PARTIES.items()]
    roles = [[role, ", ".join(ENROLS.get(role, ())) or "-"] for role in ROLES]
    assert [[cell.replace("`", "") for cell in row] for row in documented] == [
        [cell.replace("`", "") for cell in row] for row in parties + roles
    ]


def test_every_finding_of_custody_is_documented():
    documented = rows(section(page("docs/custody-format.md"), "## Findings and notes"))
    assert documented == [
        [code, each.severity, "✓" if each.disputed else "", each.words] for code, each in FOUND.items()
    ]


def test_every_status_and_item_of_the_balance_is_documented():
    text = page("docs/custody-format.md")
    statuses = [word for row in rows(section(text, "## State")) for word in row[0].split("`, `")]
    assert statuses == list(STATUSES)
    items = [word for row in rows(section(text, "## Balance")) for word in row[0].split("`, `")]
    assert items == list(ITEMS)
