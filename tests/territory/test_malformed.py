"""Malformed inputs: each is refused with file, row, column, value and remedy."""

# ruff: noqa: E501 - a case a line, to be read as a table

from __future__ import annotations

from dataclasses import dataclass

import pytest

from serentak.base.errors import InputError
from serentak.territory.read import read_district


@dataclass(frozen=True)
class Case:
    """One edit of a good table, and the problem it must make."""

    name: str
    file: str
    old: str
    new: str
    row: int | None
    column: str | None
    value: str | None
    remedy: str


STATIONS, PLACES, FLEET, TOML = "stations.csv", "places.csv", "fleet.csv", "district.toml"
FIRST = "Kampar,Air Tiris,14.01.06.2003,1,512,101.10,0.35"

CASES = [
    # district.toml
    Case("code_as_number", TOML, '"14.01"', "14.10", 1, "code", "14.1", "quotation marks"),
    Case("code_lost_a_zero", TOML, '"14.01"', '"14.1"', 1, "code", "14.1", "14.10 or 14.01"),
    Case("code_of_a_village", TOML, '"14.01"', '"14.01.06.2003"', 1, "code", "14.01.06.2003", "14.01"),
    Case("zone_unknown", TOML, '"WIB"', '"WIBB"', 3, "zone", "WIBB", "WIB"),
    Case("day_is_no_date", TOML, "2024-11-27", '"27 Nov"', 4, "election_day", "27 Nov", "2024-11-27"),
    Case("day_has_a_clock", TOML, "2024-11-27", "2024-11-27T07:00:00", 4, "election_day", "2024-11-27 07:00:00", "2024-11-27"),
    Case("elections_reserved", TOML, '["G", "B"]', '["G", "K"]', 6, "elections", "['G', 'K']", "gubernur"),
    Case("elections_empty", TOML, '["G", "B"]', "[]", 6, "elections", "[]", "gubernur"),
    Case("elections_twice", TOML, '["G", "B"]', '["G", "G"]', 6, "elections", "['G', 'G']", "once"),
    Case("seed_is_text", TOML, "seed = 1", 'seed = "one"', 7, "seed", "one", "digits"),
    Case("seed_negative", TOML, "seed = 1", "seed = -1", 7, "seed", "-1", "at least 0"),
    Case("key_missing", TOML, 'zone = "WIB"\n', "", None, "zone", None, 'zone = "WIB"'),
    Case("key_misspelt", TOML, "election_day", "electionday", 4, "electionday", "2024-11-27", "election_day"),
    Case("key_of_nobody", TOML, "seed = 1", "seed = 1\nqqqqqq = 2", 8, "qqqqqq", "2", "delete"),
    Case("tier_misspelt", TOML, "[out.pps]", "[out.ppps]", 22, "out.ppps.window", "['H-2 07:00', 'H-1 12:00']", "out.pps.window"),
    Case("window_backwards", TOML, '["H-5 07:00", "H-2 18:00"]', '["H-2 18:00", "H-5 07:00"]', 17, "out.ppk.window", "['H-2 18:00', 'H-5 07:00']", "after H-2 18:00"),
    Case("window_of_one", TOML, '["H-5 07:00", "H-2 18:00"]', '["H-5 07:00"]', 17, "out.ppk.window", "['H-5 07:00']", "H-2 18:00"),
    Case("moment_unreadable", TOML, '"H-5 07:00"', '"Monday 7:00"', 17, "out.ppk.window", "['Monday 7:00', 'H-2 18:00']", "H-1 23:59"),
    Case("hour_25", TOML, '"H-5 07:00"', '"H-5 25:00"', 17, "out.ppk.window", "['H-5 25:00', 'H-2 18:00']", "24 hours"),
    Case("hours_backwards", TOML, "06:00-20:00", "20:00-06:00", 18, "out.ppk.hours", "20:00-06:00", "12:00-36:00"),
    Case("escort_unknown", TOML, '"run"', '"always"', 19, "out.ppk.escort", "always", "run"),
    Case("tier_without_window", TOML, '[out.pps]\nwindow = ["H-2 07:00", "H-1 12:00"]\n', "", None, "out.pps.window", None, "[out.pps]: window ="),
    Case("group_of_strangers", TOML, '["14.01.06"]', '["14.01.07"]', 28, "groups.far.kecamatan", "14.01.07", "14.01.06"),
    Case("group_code_broken", TOML, '["14.01.06"]', '["14.01.6"]', 28, "groups.far.kecamatan", "['14.01.6']", "14.01.60 or 14.01.06"),
    Case("group_without_members", TOML, 'kecamatan = ["14.01.06"]\n', "", 28, "groups.far.out.tps", "far", "[groups.far]"),
    Case("no_toml", TOML, 'zone = "WIB"', "zone = WIB", 3, None, "zone = WIB", "quotation marks"),
    Case("stop_too_long", TOML, "min = 8", "min = 9000", 13, "stop.min", "9000", "600"),
    # stations.csv
    Case("village_lost_a_zero", STATIONS, FIRST, FIRST.replace(".06.", ".6."), 2, "village", "14.01.6.2003", "14.01.06.2003"),
    Case("kabupaten_lost_a_zero", STATIONS, FIRST, FIRST.replace("14.01", "14.1"), 2, "village", "14.1.06.2003", "14.01.06.2003"),
    Case("village_rounded", STATIONS, FIRST, FIRST.replace("14.01.06.2003", "1.4E+09"), 2, "village", "1.4E+09", "text"),
    Case("village_elsewhere", STATIONS, FIRST, FIRST.replace("14.01", "14.02"), 2, "village", "14.02.06.2003", "14.01"),
    Case("village_empty", STATIONS, FIRST, FIRST.replace("14.01.06.2003", ""), 2, "village", "", "14.01.06.2003"),
    Case("number_zero", STATIONS, "2003,1,", "2003,0,", 2, "number", "0", "at least 1"),
    Case("number_1000", STATIONS, "2003,1,", "2003,1000,", 2, "number", "1000", "1 to 999"),
    Case("station_twice", STATIONS, "2003,2,", "2003,1,", 3, "number", "14.01.06.2003-001", "delete"),
    Case("voters_none", STATIONS, ",512,", ",0,", 2, "voters", "0", "at least 1"),
    Case("voters_negative", STATIONS, ",512,", ",-5,", 2, "voters", "-5", "at least 1"),
    Case("voters_in_words", STATIONS, ",512,", ",lima ratus,", 2, "voters", "lima ratus", "digits"),
    Case("voters_with_decimals", STATIONS, ",512,", ",512.0,", 2, "voters", "512.0", "write 512"),
    Case("voters_with_thousands", STATIONS, ",512,", ",1.512,", 2, "voters", "1.512", "write 1512"),
    Case("formula_failed", STATIONS, "SDN 1", "#REF!", 2, "venue", "#REF!", "formula"),
    Case("axes_swapped", STATIONS, "101.10,0.35", "0.35,101.10", 2, "lon", "0.35, 101.1", "exchange"),
    Case("point_abroad", STATIONS, "101.10,0.35", "151.10,0.35", 2, "lon", "151.1", "94 to 142"),
    Case("point_too_far_south", STATIONS, "101.10,0.35", "101.10,-35", 2, "lat", "-35", "-12 to 7"),
    Case("half_a_point", STATIONS, "101.10,0.35", "101.10,", 2, "lat", "", "both"),
    Case("point_in_degrees_and_minutes", STATIONS, "101.10,0.35", "101°6',0.35", 2, "lon", "101°6'", "101.032"),
    Case("mode_unknown", STATIONS, "pickup motorbike", "pickup helicopter", 3, "access", "pickup helicopter", "truck"),
    Case("mode_twice", STATIONS, "pickup motorbike", "pickup pikap", 3, "access", "pickup pikap", "once"),
    Case("election_not_held", STATIONS, "motorbike,B", "motorbike,W", 3, "elections", "W", "G,B"),
    Case("kind_unknown", STATIONS, "khusus", "spesial", 3, "kind", "spesial", "khusus"),
    Case("neither_yes_nor_no", STATIONS, "SDN 1,ya", "SDN 1,mungkin", 2, "movable", "mungkin", "tidak"),
    Case("parent_unknown", STATIONS, "JETTY", "JETY", 4, "parent", "JETY", "JETTY"),
    Case("heading_missing", STATIONS, "village,", "note,", 1, "village", None, "kode_desa"),
    Case("heading_misspelt", STATIONS, "voters", "votters", 1, "votters", "votters", "voters"),
    Case("heading_of_nobody", STATIONS, "venue", "zzzz", 1, "zzzz", "zzzz", "note"),
    Case("heading_twice", STATIONS, "venue", "dpt", 1, "dpt", "dpt", "rename"),
    Case("heading_empty", STATIONS, "venue", "", 1, "11", "SDN 1", "heading"),
    Case("row_too_long", STATIONS, "boat,,", "boat,,,", 4, None, "Kampar, Penyasawan, 14.01.06.2004, 1, 301, 101.12, 0.36, boat, , , , , , , JETTY", "quotation marks"),
    Case("row_too_short", STATIONS, FIRST + ",,,,SDN 1,ya,rawan,", "Kampar,Air Tiris", 2, None, "Kampar, Air Tiris", "empty cells"),
    Case("quote_not_closed", STATIONS, "SDN 1", '"SDN 1', 2, None, None, "close it"),
    Case("parents_ambiguous", PLACES, "PPS-3,", "PPS-4,14.01.06.2003,pps,PPK-6,,101.1,0.3,10,20,,,\nPPS-3,", None, "parent", "", "one of them"),
    # places.csv
    Case("place_twice", PLACES, "PPS-3,", "JETTY,", 5, "id", "JETTY", "own id"),
    Case("place_id_with_blank", PLACES, "PPS-3,", "PPS 3,", 5, "id", "PPS 3", "letters"),
    Case("place_elsewhere", PLACES, "PPS-3,14.01", "PPS-3,14.02", 5, "village", "14.02.06.2003", "14.01"),
    Case("place_kind_unknown", PLACES, ",pps,", ",posko,", 5, "kind", "posko", "transit"),
    Case("no_warehouse", PLACES, ",warehouse,,", ",transit,PPK-6,", None, "kind", None, "warehouse"),
    Case("two_warehouses", PLACES, ",pps,PPK-6", ",warehouse,", 5, "kind", "PPS-3", "transit"),
    Case("warehouse_with_parent", PLACES, ",warehouse,,", ",warehouse,PPK-6,", 2, "parent", "PPK-6", "empty"),
    Case("place_without_parent", PLACES, ",ppk,KPU,", ",ppk,,", 3, "parent", "", "KPU"),
    Case("place_parent_unknown", PLACES, ",ppk,KPU,", ",ppk,KPV,", 3, "parent", "KPV", "did you mean KPU"),
    Case("places_in_a_circle", PLACES, ",ppk,KPU,", ",ppk,JETTY,", 3, "parent", "JETTY", "leads to the warehouse"),
    Case("hub_below_lower_hub", PLACES, ",pps,PPK-6,PPS Air Tiris", ",ppk,PPK-6,PPS Air Tiris", 5, "parent", "PPK-6", "warehouse to a ppk"),
    Case("place_without_point", PLACES, "101.11,0.34", ",0.34", 3, "lon", "", "94 to 142"),
    Case("handling_negative", PLACES, ",30,20,", ",-30,20,", 2, "handling_min", "-30", "at least 0"),
    Case("place_hours_unreadable", PLACES, "06:00-20:00", "pagi", 2, "hours", "pagi", "06:00-18:00"),
    # fleet.csv
    Case("base_unknown", FLEET, "perahu,JETTY", "perahu,JETI", 4, "base", "JETI", "JETTY"),
    Case("team_larger_than_count", FLEET, "truck,3,2", "truck,3,4", 2, "team", "4", "at most 3"),
    Case("count_zero", FLEET, "truck,3,2", "truck,0,2", 2, "count", "0", "at least 1"),
    Case("vehicle_mode_misspelt", FLEET, ",boat,", ",baot,", 4, "mode", "baot", "boat"),
    Case("kg_ambiguous", FLEET, "4500.5", "4.500", 3, "kg", "4.500", "4500"),
    Case("days_backwards", FLEET, "H-5..H-3", "H-3..H-5", 2, "days", "H-3..H-5", "backwards"),
    Case("days_are_dates", FLEET, "H-5..H-3", "22/11/2024", 2, "days", "22/11/2024", "H-5"),
    Case("type_with_hash", FLEET, "perahu,JETTY", "perahu#1,JETTY", 4, "type", "perahu#1", "letters"),
    Case("cost_missing", FLEET, "1500000,4000,40000\ntruk", ",4000,40000\ntruk", 2, "cost_day", "", "rupiah"),
    Case("speed_of_a_rocket", FLEET, "30000,1,H-5", "30000,99,H-5", 2, "speed_factor", "99", "5"),
    # the smaller tables
    Case("escort_base_unknown", "escorts.csv", "polri,PPK-6", "polri,PPK-9", 3, "base", "PPK-9", "PPK-6"),
    Case("escort_of_nobody", "escorts.csv", "Polres Kampar,1", "Polres Kampar,0", 2, "teams", "0", "at least 1"),
    Case("pin_of_two", "pins.csv", ",truk#2,,", "14.01.06.2003-001,truk#2,,", 3, "station", "14.01.06.2003-001, truk#2", "one of the three"),
    Case("pin_of_none", "pins.csv", ",truk#2,,", ",,,", 3, "station", "", "one of the three"),
    Case("pin_station_unknown", "pins.csv", "14.01.06.2003-001", "14.01.06.2003-009", 2, "station", "14.01.06.2003-009", "did you mean"),
    Case("pin_vehicle_unknown", "pins.csv", "truk#2", "truk#7", 3, "vehicle", "truk#7", "did you mean"),
    Case("pin_without_time", "pins.csv", "H-4 06:00", "", 3, "not_before", "", "not_after"),
    Case("pin_backwards", "pins.csv", "H-4 06:00,", "H-4 06:00,H-5 06:00", 3, "not_after", "H-5 06:00", "exchange"),
    Case("stock_backwards", "stock.csv", "1,100", "100,1", 2, "to", "1", "exchange"),
    Case("stock_overlaps", "stock.csv", "101,200", "100,200", 3, "from", "100", "one row only"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_is_refused_with_place_and_remedy(folder, files, case):
    assert case.old in files[case.file]
    files[case.file] = files[case.file].replace(case.old, case.new, 1)

    with pytest.raises(InputError) as caught:
        read_district(folder(files))

    problems = caught.value.problems
    found = [p for p in problems if (p.row, p.column, p.value) == (case.row, case.column, case.value)]
    if case.name == "parents_ambiguous":  # stands in the table of stations, where the choice is made
        found = [p for p in problems if (p.file, p.column, p.value) == (STATIONS, case.column, case.value)]
    assert found, [str(problem) for problem in problems]
    assert found[0].file in (case.file, STATIONS)
    assert found[0].message
    assert case.remedy in found[0].remedy
    assert all(problem.remedy for problem in problems)


def test_there_are_enough_cases():
    assert len({case.name for case in CASES}) == len(CASES) >= 90


@pytest.mark.parametrize("name", ["district.toml", "stations.csv", "places.csv", "fleet.csv"])
def test_missing_tables_are_named(folder, files, name):
    files[name] = None
    with pytest.raises(InputError) as caught:
        read_district(folder(files))
    assert any(p.file == name and "missing" in p.message for p in caught.value.problems)


def test_a_misnamed_table_is_found(folder, files):
    files["fleets.csv"] = files.pop("fleet.csv")
    with pytest.raises(InputError) as caught:
        read_district(folder(files))
    assert caught.value.problems[0].remedy == "rename fleets.csv to fleet.csv"


WHOLE_FILES = [
    ("empty", b"", "heading row"),
    ("blank", b"\xef\xbb\xbf \r\n,,\r\n", "heading row"),
    ("workbook", b"PK\x03\x04 and so on", ".xlsx"),
    ("old_workbook", b"\xd0\xcf\x11\xe0 and so on", ".xlsx"),
    ("pdf", b"%PDF-1.7", "CSV"),
    ("picture", bytes(range(256)) * 4, "CSV"),
    ("no_rows", b"village,number,voters\n", "at least one row"),
    ("no_encoding", b"village,number,voters\n\x81\x8d\x8f\x90,1,2\n", "UTF-8"),
]


@pytest.mark.parametrize(
    ("content", "remedy"), [case[1:] for case in WHOLE_FILES], ids=[c[0] for c in WHOLE_FILES]
)
def test_files_that_are_no_tables(folder, files, content, remedy):
    files["stations.csv"] = content
    with pytest.raises(InputError) as caught:
        read_district(folder(files))
    assert any(p.file == "stations.csv" and remedy in p.remedy for p in caught.value.problems)


@pytest.mark.parametrize("name", ["nowhere", "note.txt"])
def test_neither_folder_nor_workbook(tmp_path, name):
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(InputError, match=name):
        read_district(tmp_path / name)
