from __future__ import annotations

import csv
import dataclasses
import math

import pytest

from serentak.base.errors import InputError
from serentak.kit.rules import load_rules
from serentak.operations import new
from serentak.operations.defaults import load_defaults
from serentak.operations.new import new_district, parse_mapping, write_folder
from serentak.operations.ruleset import default_district
from serentak.operations.template import write_template
from serentak.territory.model import Station
from serentak.territory.read import read_district
from serentak.territory.regions import region, regions
from serentak.territory.settings import KEYS

pytestmark = pytest.mark.usefixtures("english")

LIST = """\
kode_desa,kecamatan,desa,tps_no,voters,lat,lon,sumber
14.01.06.2003,Kampar,Air Tiris,1,500,0.34,101.10,DPT
14.01.06.2003,Kampar,Air Tiris,2,450,0.34,101.10,DPT
14.01.06.2004,Kampar,Penyasawan,1,100,0.40,101.20,DPT
14.01.01.1011,Bangkinang Kota,Bangkinang,1,600,0.33,101.03,DPT
"""


@pytest.fixture
def make(tmp_path):
    def run(text=LIST, mapping=None):
        source = tmp_path / "list.csv"
        source.write_text(text, encoding="utf-8")
        return new_district(source, tmp_path / "out", mapping or {})

    return run


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_list_becomes_a_district_that_can_be_read(make):
    report = make()
    district, problems = read_district(report.folder)

    assert list(problems) == []
    assert (report.code, report.name, report.stations, report.voters, report.kecamatan) == (
        "14.01", "Kabupaten Kampar", 4, 1650, 2,
    )  # fmt: skip
    assert report.ignored == ("sumber",)
    assert (district.zone, district.elections, district.seed) == ("WIB", ("G", "B"), 1)
    assert [place.id for place in district.places] == ["KPU-14.01", "PPK-14.01.01", "PPK-14.01.06"]
    assert [place.night for place in district.places] == [False, True, True]
    assert {station.parent for station in district.stations} == {"PPK-14.01.01", "PPK-14.01.06"}


def test_hubs_stand_where_most_voters_are(make):
    district, _problems = read_district(make().folder)
    assert district.place("PPK-14.01.06").village == "14.01.06.2003"
    assert (district.place("KPU-14.01").lon, district.place("KPU-14.01").lat) == (101.1, 0.34)


def test_vehicles_carry_everything_at_once(make):
    district, _problems = read_district(make().folder)
    trunk, *last_mile = district.fleet

    assert (trunk.type, trunk.base, trunk.count) == ("truk", "KPU-14.01", math.ceil((8 + 4) / 150))
    assert [(row.type, row.base, row.count) for row in last_mile] == [
        ("pikap", "PPK-14.01.01", 1), ("pikap", "PPK-14.01.06", 1),
    ]  # fmt: skip
    assert [(row.agency, row.base, row.teams) for row in district.escorts] == [("polri", "KPU-14.01", 1)]
    assert district.stock[0].quantity == 12 * load_rules("pilkada-2024")["seals_per_box"]


def test_every_default_is_listed(make):
    folder = make().folder
    listed = {(row["file"], row["row"], row["column"]) for row in rows(folder, "assumed")}

    for name in ("places", "fleet", "escorts"):
        for number, row in enumerate(rows(folder, name), 2):
            for column, value in row.items():
                known = column in {"id", "kind"} or not value
                together = column in {"village", "lon", "lat"} and (
                    f"{name}.csv",
                    str(number),
                    "village, lon, lat",
                )
                assert known or together in listed or (f"{name}.csv", str(number), column) in listed, (
                    name,
                    column,
                )
    settings = {column for file, _row, column in listed if file == "district.toml"}
    assert settings == {key.name for key in KEYS if not key.name.startswith("out.pps")} - {"code"}
    assert all(row["rule"] and row["value"] for row in rows(folder, "assumed"))


def test_assumptions_reach_the_district(make):
    report = make()
    district, _problems = read_district(report.folder)
    assert len(district.assumed) == report.assumed


def test_the_readers_defaults_are_those_of_the_rule_set():
    defaults = load_defaults()
    by_key = {key.name: key.default for key in KEYS}

    for name, tier in defaults.back.items():
        assert by_key[f"back.{name}.window"] == list(tier.window)
    for direction, tiers in (("out", defaults.out), ("back", defaults.back)):
        for name, tier in tiers.items():
            assert by_key[f"{direction}.{name}.hours"] == tier.hours
            assert by_key[f"{direction}.{name}.escort"] == tier.escort
    assert by_key["ready.from"] == defaults.ready.start
    assert by_key["ready.sec_per_vote"] == defaults.ready.sec_per_vote
    assert by_key["ready.latest"] == defaults.ready.latest
    assert (by_key["stop.min"], by_key["stop.sec_per_box"]) == (defaults.stop.min, defaults.stop.sec_per_box)
    assert by_key["travel.terrain"] == defaults.district.terrain


def test_where_boxes_travel_by_water_there_are_boats_only(make):
    district, _problems = read_district(make(LIST.replace("14.01.", "64.11.")).folder)
    assert {row.mode for row in district.fleet} == {"boat"}
    assert district.terrain == "river"


@pytest.mark.parametrize(
    ("code", "elections", "zone"),
    [("34.71", ("W",), "WIB"), ("34.02", ("B",), "WIB"), ("31.71", ("G",), "WIB"),
     ("18.72", ("G", "W"), "WIB"), ("64.02", ("G", "B"), "WITA"), ("91.03", ("G", "B"), "WIT")],
)  # fmt: skip
def test_elections_and_zone_come_from_the_region_table(make, code, elections, zone):
    district, _problems = read_district(make(LIST.replace("14.01.", f"{code}.")).folder)
    assert (district.elections, district.zone) == (elections, zone)


def test_headings_are_mapped(make):
    text = LIST.replace("voters", "Jumlah Suara").replace("tps_no", "ke")
    report = make(text, {"Jumlah Suara": "voters", "ke": "number"})
    assert report.voters == 1650


def test_kode_desa_wins_over_kode_kpu(make):
    lines = LIST.splitlines()
    text = "\n".join([lines[0] + ",kode_kpu", *(line + ",14.01.99.2999" for line in lines[1:])])
    report = make(text)
    assert report.kecamatan == 2
    assert "kode_kpu" in report.ignored


def test_a_kecamatan_without_coordinates_is_said(make):
    report = make(LIST.replace("0.33,101.03", ","))
    district, _problems = read_district(report.folder)
    assert [problem.value for problem in report.warnings] == ["14.01.01"]
    assert district.place("PPK-14.01.01").lon == district.place("KPU-14.01").lon


def test_lists_may_be_workbooks(tmp_path, make):
    book = tmp_path / "book.xlsx"
    write_template(book)
    report = new_district(book, tmp_path / "out")
    assert report.stations == 2


@pytest.mark.parametrize(
    ("text", "row", "remedy"),
    [
        (LIST.replace("14.01.01.1011", "14.02.01.1011"), 5, "folder for each"),
        (LIST.replace("14.01.", "14.77."), 2, "did you mean"),
        (LIST.replace("14.01.01.1011", "14.1.01.1011"), 5, "14.01.01.1011"),
        (LIST.replace("tps_no", "urut"), 1, "number"),
        (LIST.replace("Tiris,2", "Tiris,1"), 3, "delete"),
        (LIST.replace("101.10", "").replace("101.20", "").replace("101.03", ""), 2, "both"),
        (LIST.replace("lat,lon", "a,b"), None, "lon and lat"),
        (LIST.splitlines()[0], None, "row for every station"),
        ("", None, "heading row"),
    ],
)
def test_lists_that_cannot_be_used_leave_nothing_behind(make, tmp_path, text, row, remedy):
    with pytest.raises(InputError) as caught:
        make(text)
    assert any(p.row == row and remedy in p.remedy for p in caught.value.problems), str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_several_districts_are_counted(make):
    with pytest.raises(InputError, match=r"14\.01 \(3\), 14\.02 \(1\)"):
        make(LIST.replace("14.01.01.1011", "14.02.01.1011"))


def test_an_election_that_is_not_held(make):
    lines = LIST.splitlines()
    text = "\n".join([lines[0] + ",pemilihan", *(line + ",W" for line in lines[1:])])
    with pytest.raises(InputError, match="holds no election W"):
        make(text)


def test_nothing_is_overwritten(make, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        make()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken(make, tmp_path):
    (tmp_path / "out").mkdir()
    assert make().folder == tmp_path / "out"


def test_a_broken_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new, "read_district", full)
    with pytest.raises(InputError, match="No space left"):
        write_folder(tmp_path / "out", {"a.csv": "x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["DPT", "=voters", "DPT=", "a=voters b=voters"])
def test_mapping_as_typed(text):
    with pytest.raises(InputError, match="--map"):
        parse_mapping(text.split(" "))


def test_mapping_reads_pairs():
    assert parse_mapping(["Jumlah=Total=voters", " ke = number "]) == {
        "Jumlah=Total": "voters",
        "ke": "number",
    }


def test_the_rule_set_holds_for_every_region():
    rules, defaults = load_rules("pilkada-2024"), load_defaults()
    for where in regions():
        station = Station(
            f"{where.code}.01.2001-001", f"{where.code}.01.2001", 1, "K", "D", 300, 110.0, -2.0, (), (),
            "reguler", "", None, "", "", 2,
        )  # fmt: skip
        made = default_district([station], where, defaults, rules)
        assert f'code = "{where.code}"' in made.files["district.toml"]


def test_the_rule_set_is_pure():
    station = Station(
        "14.01.06.2003-001",
        "14.01.06.2003",
        1,
        "K",
        "D",
        300,
        101.0,
        0.3,
        (),
        (),
        "reguler",
        "",
        None,
        "",
        "",
        2,
    )
    stations = [station, dataclasses.replace(station, id="14.01.06.2003-002", number=2)]
    arguments = (stations, region("14.01"), load_defaults(), load_rules("pilkada-2024"))
    assert default_district(*arguments).files == default_district(*arguments).files


@pytest.mark.parametrize(
    ("name", "code", "totals"),
    [
        ("kampar", "14.01", (1280, 601_561)),
        ("kutai_kartanegara", "64.02", (1447, 552_469)),
        ("kota_metro", "18.72", (235, 131_482)),
    ],
)
def test_real_lists(data_file, tmp_path, name, code, totals):
    report = new_district(data_file(f"data/districts/{name}_tps.csv"), tmp_path / "out")
    district, problems = read_district(tmp_path / "out")

    assert (report.code, report.stations, report.voters) == (code, *totals)
    assert len(district.stations) == totals[0]
    assert list(problems) == []
    assert report.ignored == ("kode_kpu", "latlon_source", "voters_source")
