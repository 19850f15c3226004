"""The command line as a user has it: real processes, real folders, exit codes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def serentak(*words: str | Path, lang: str = "en", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "serentak.cli", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "SERENTAK_LANG": lang, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


@pytest.fixture(scope="module")
def kecil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample `kecil` and its plan, made once by the command line."""
    home = tmp_path_factory.mktemp("kecil")
    assert serentak("sample", "kecil", home / "district").returncode == 0
    made = serentak("plan", home / "district", "-o", home / "plan", "--jobs", "1")
    assert made.returncode == 0, made.stderr
    return home


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_plan_writes_its_folder_and_counts_the_unserved_last(kecil: Path) -> None:
    assert files(kecil / "plan") == ["input", "plan.json", "report.md", "run.json", "stops.csv"]
    assert files(kecil / "plan" / "input") == files(kecil / "district")
    again = serentak("plan", kecil / "district", "-o", kecil / "again", "--effort", "draft")
    assert again.stdout.splitlines()[-1] == "Not served: 0 of 12 stations outbound, 0 on the return."


def test_input_is_a_byte_copy(kecil: Path) -> None:
    for name in files(kecil / "district"):
        assert (kecil / "plan" / "input" / name).read_bytes() == (kecil / "district" / name).read_bytes()


def test_same_seed_gives_the_same_bytes_whatever_the_processes(kecil: Path, tmp_path: Path) -> None:
    made = serentak("plan", kecil / "district", "-o", tmp_path / "plan", "--jobs", "2")
    assert made.returncode == 0
    for name in ("plan.json", "stops.csv", "report.md"):
        assert (tmp_path / "plan" / name).read_bytes() == (kecil / "plan" / name).read_bytes()


def test_check_holds_for_district_and_plan(kecil: Path) -> None:
    for folder in (kecil / "district", kecil / "plan"):
        checked = serentak("check", folder, "--strict")
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_check_needs_the_plan_folder_alone(kecil: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("plan.json", "input"):
        (moved / name).symlink_to(kecil / "plan" / name)
    assert serentak("check", moved).returncode == 0


def test_check_finds_a_second_and_exits_with_1(kecil: Path, tmp_path: Path) -> None:
    plan = json.loads((kecil / "plan" / "plan.json").read_text())
    plan["stages"][0]["runs"][0]["stops"][0]["arrive"] += 1
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "plan.json").write_text(json.dumps(plan))
    (broken / "input").symlink_to(kecil / "plan" / "input")
    checked = serentak("check", broken, "--json")
    assert checked.returncode == 1
    assert {"arrival"} <= {violation["rule"] for violation in json.loads(checked.stdout)["violations"]}


def test_check_notices_another_input(kecil: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "plan.json").write_bytes((kecil / "plan" / "plan.json").read_bytes())
    (other / "input").mkdir()
    for name in files(kecil / "district"):
        data = (kecil / "district" / name).read_bytes()
        (other / "input" / name).write_bytes(data.replace(b"Balai desa", b"Balai Desa"))
    checked = serentak("check", other)
    assert checked.returncode == 1
    assert "[input]" in checked.stdout


def test_stops_csv_has_a_row_a_stop(kecil: Path) -> None:
    plan = json.loads((kecil / "plan" / "plan.json").read_text())
    stops = [stop["at"] for stage in plan["stages"] for run in stage["runs"] for stop in run["stops"]]
    with (kecil / "plan" / "stops.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "at"
    assert [row[0] for row in rows[1:]] == stops


def test_goods_spend_a_night_at_the_ppk(kecil: Path) -> None:
    plan = json.loads((kecil / "plan" / "plan.json").read_text())
    arrived = plan["stages"][0]["runs"][0]["stops"][0]["depart"]
    taken = min(run["depart"] for stage in plan["stages"][1:] for run in stage["runs"])
    assert (taken - arrived) // 86_400 >= 1
    assert plan["stages"][0]["runs"][0]["depart"] == -5 * 86_400 + 7 * 3600


@pytest.mark.parametrize("subject", ["14.01.08.2003-001", "out:PPK-CONTOH:1", "back:GUDANG:1"])
def test_explain_answers_why_then_and_why_this_vehicle(kecil: Path, subject: str) -> None:
    answer = serentak("explain", kecil / "plan", subject)
    assert answer.returncode == 0
    for question in ("Why then", "Why this vehicle", "What would change it"):
        assert question in answer.stdout


def test_explain_of_nothing_exits_with_2(kecil: Path) -> None:
    answer = serentak("explain", kecil / "plan", "14.01.08.2003-099")
    assert answer.returncode == 2
    assert "14.01.08.2003-099" in answer.stderr


def test_explain_says_why_a_station_is_not_served(kecil: Path, tmp_path: Path) -> None:
    district = tmp_path / "no-boat"
    district.mkdir()
    for name in files(kecil / "district"):
        text = (kecil / "district" / name).read_text()
        if name == "fleet.csv":
            text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("perahu"))
        (district / name).write_text(text)
    made = serentak("plan", district, "-o", tmp_path / "plan", "--effort", "draft")
    assert made.returncode == 0
    assert made.stdout.splitlines()[-1] == "Not served: 4 of 12 stations outbound, 4 on the return."
    assert serentak("check", tmp_path / "plan").returncode == 0
    assert serentak("check", tmp_path / "plan", "--strict").returncode == 1
    assert serentak("check", district, "--strict").returncode == 1
    answer = serentak("explain", tmp_path / "plan", "14.01.08.2003-001")
    assert "no vehicle stands at DERMAGA-CONTOH" in answer.stdout
    assert "14.01.08.2003-001" in (tmp_path / "plan" / "report.md").read_text()


def test_new_from_a_list_with_own_headings_can_be_planned(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    rows = [f"14.01.06.2003;{n};{300 + n};101,{200 + n};0,{300 + n};Kecamatan A;Desa B" for n in range(1, 6)]
    source.write_text("\ufeffkode;nomor;jml;bjr;ltg;kec;des\n" + "\n".join(rows) + "\n", encoding="utf-8")
    fields = ("kode=village", "nomor=number", "jml=voters", "bjr=lon", "ltg=lat", "kec=kecamatan", "des=desa")
    maps = [word for field in fields for word in ("--map", field)]
    made = serentak("new", tmp_path / "district", "--from", source, *maps)
    assert made.returncode == 0, made.stderr
    assert serentak("plan", tmp_path / "district", "-o", tmp_path / "plan", "--effort", "draft").returncode == 0
    assert serentak("check", tmp_path / "plan").returncode == 0


def test_template_reads_back_and_plans(tmp_path: Path) -> None:
    book = tmp_path / "template.xlsx"
    assert serentak("new", "--template", book).returncode == 0
    assert serentak("check", book).returncode == 0
    assert serentak("plan", book, "-o", tmp_path / "plan", "--effort", "draft").returncode == 0
    assert files(tmp_path / "plan" / "input") == ["template.xlsx"]
    assert serentak("check", tmp_path / "plan").returncode == 0


def test_bad_rows_exit_with_2_in_one_report_and_write_nothing(kecil: Path, tmp_path: Path) -> None:
    district = tmp_path / "bad"
    district.mkdir()
    for name in files(kecil / "district"):
        text = (kecil / "district" / name).read_text()
        if name == "stations.csv":
            text = text.replace("14.01.08.2001,1,512", "14.1.08.2001,1,512").replace(",4,455,", ",4,-455,")
        (district / name).write_text(text)
    made = serentak("plan", district, "-o", tmp_path / "plan", "--json")
    assert made.returncode == 2
    problems = json.loads(made.stdout)["problems"]
    assert {(problem["file"], problem["row"], problem["column"]) for problem in problems} == {
        ("stations.csv", 2, "village"),
        ("stations.csv", 5, "voters"),
    }
    assert all(problem["remedy"] for problem in problems)
    assert files(tmp_path) == ["bad"]


def test_nothing_is_ever_overwritten(kecil: Path) -> None:
    before = (kecil / "plan" / "plan.json").read_bytes()
    for command in (
        ("plan", kecil / "district", "-o", kecil / "plan"),
        ("sample", "kecil", kecil / "district"),
    ):
        assert serentak(*command).returncode == 2
    assert (kecil / "plan" / "plan.json").read_bytes() == before


@pytest.mark.parametrize(
    "words", [["check", "nowhere"], ["explain", "nowhere", "x"], ["plan", "nowhere", "-o", "out"], ["new", "d"]]
)
def test_what_cannot_be_read_exits_with_2_without_a_traceback(words: list[str], tmp_path: Path) -> None:
    answer = serentak(*words, cwd=tmp_path)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert files(tmp_path) == []


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b'{"schema": "other"}', b"[1, 2"])
def test_a_damaged_plan_exits_with_2(damage: bytes, kecil: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(damage)
    (tmp_path / "input").symlink_to(kecil / "plan" / "input")
    answer = serentak("check", tmp_path)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_voters_above_the_maximum_warn_and_fail_only_strictly(kecil: Path, tmp_path: Path) -> None:
    district = tmp_path / "full"
    district.mkdir()
    for name in files(kecil / "district"):
        text = (kecil / "district" / name).read_text()
        (district / name).write_text(text.replace("2001,1,512", "2001,1,601"))
    lenient = serentak("check", district)
    assert lenient.returncode == 0
    assert "stations.csv, row 2, column voters" in lenient.stderr
    assert serentak("check", district, "--strict").returncode == 1


def test_schemas_are_json(kecil: Path) -> None:
    schema = json.loads(serentak("schema", "plan").stdout)
    assert set(json.loads((kecil / "plan" / "plan.json").read_text())) == set(schema["$defs"]["Plan"]["properties"])
    assert "stations.csv" in json.loads(serentak("schema", "district").stdout)


def test_report_speaks_the_language_asked_for(kecil: Path, tmp_path: Path) -> None:
    made = serentak("plan", kecil / "district", "-o", tmp_path / "plan", "--effort", "draft", lang="id")
    assert made.returncode == 0
    indonesian = (tmp_path / "plan" / "report.md").read_text()
    assert "Distribution plan" not in indonesian
    assert "# Distribution plan" in (kecil / "plan" / "report.md").read_text()


def test_help_does_not_load_what_plans() -> None:
    code = "import sys, serentak.cli; sys.exit(any(m in sys.modules for m in ('pyvrp', 'highspy', 'numpy', 'pyproj')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "explain" in serentak("--help").stdout
