from __future__ import annotations

import time
from datetime import date

import pytest

from serentak.base.clock import parse_moment
from serentak.base.errors import InputError
from serentak.territory.model import Tier
from serentak.territory.read import read_district


def test_a_good_folder_is_read_without_a_word(folder, files):
    district, problems = read_district(folder(files))

    assert list(problems) == []
    assert (district.code, district.zone, district.election_day) == ("14.01", "WIB", date(2024, 11, 27))
    assert district.elections == ("G", "B")
    assert district.out["ppk"] == Tier(
        (parse_moment("H-5 07:00"), parse_moment("H-2 18:00")), (21_600, 72_000), "run"
    )
    assert district.group_windows == {
        ("out", "tps", "14.01.06"): (parse_moment("H-2 06:00"), parse_moment("H-1 23:59"))
    }
    assert district.stop_seconds == 480


def test_stations_find_their_parent(read, files):
    stations = read(files).stations
    assert [station.parent for station in stations] == ["PPS-3", "PPS-3", "JETTY"]

    files["places.csv"] = "".join(
        line for line in files["places.csv"].splitlines(True) if not line.startswith("PPS")
    )
    assert [station.parent for station in read(files).stations] == ["PPK-6", "PPK-6", "JETTY"]


def test_without_hubs_everything_comes_from_the_warehouse(read, files):
    files["places.csv"] = "".join(files["places.csv"].splitlines(True)[:2])
    files["stations.csv"] = files["stations.csv"].replace("JETTY", "")
    files["fleet.csv"] = files["fleet.csv"].replace("JETTY", "KPU")
    files["escorts.csv"] = files["escorts.csv"].replace("PPK-6", "KPU")
    files["pins.csv"] = None
    files["district.toml"] = (
        files["district.toml"]
        .replace("[out.ppk]", "[out.pps]", 1)
        .replace('[out.pps]\nwindow = ["H-2 07:00", "H-1 12:00"]\n', "")
    )

    district = read(files)

    assert {station.parent for station in district.stations} == {"KPU"}
    assert "ppk" not in district.out


def test_missing_coordinates_are_the_hubs_and_listed_as_assumed(read, files):
    district = read(files)
    station = district.stations[1]

    assert (station.lon, station.lat) == (101.10, 0.34)
    assumed = [item for item in district.assumed if item.file == "stations.csv"]
    assert [(item.row, item.column, item.value) for item in assumed] == [(3, "lon, lat", "101.1, 0.34")]
    assert "PPS-3" in assumed[0].rule


def test_what_a_cell_says_arrives(read, files):
    district = read(files)
    first, second, third = district.stations

    assert (first.id, first.venue, first.movable, first.kind) == (
        "14.01.06.2003-001",
        "SDN 1",
        True,
        "reguler",
    )
    assert (second.access, second.elections, second.kind) == (("pickup", "motorbike"), ("B",), "khusus")
    assert (third.access, third.elections, third.movable) == (("boat",), ("G", "B"), None)
    assert district.place("KPU").hours == (21_600, 72_000)
    assert (district.place("PPK-6").night, district.place("PPK-6").handling) == (True, 1200)


def test_units_inside_are_grams_and_millilitres(read, files):
    row = read(files).fleet[1]
    assert (row.grams, row.millilitres) == (4_500_500, 30_000_250)


def test_teams_are_numbered_through_the_rows_of_a_type(read, files):
    district = read(files)
    assert [row.names() for row in district.fleet] == [
        ("truk#1",), ("truk#2", "truk#3"), ("perahu#1",),
    ]  # fmt: skip
    assert [row.names() for row in district.escorts] == [("polri#1",), ("polri#2", "polri#3")]


def test_tables_nobody_gave_take_defaults_and_say_so(read, files):
    district = read(files)
    assumed = {item.column: item.value for item in district.assumed if item.file == "district.toml"}

    assert assumed["back.ppk.window"] == "H 12:00, H+1 12:00"
    assert assumed["out.tps.hours"] == "06:00-20:00"
    assert "out.ppk.hours" not in assumed
    assert district.back["kpu"].window == (parse_moment("H+2 07:00"), parse_moment("H+6 18:00"))


def test_missing_escorts_are_a_warning(folder, files):
    district, problems = read_district(folder(files | {"escorts.csv": None}))

    assert district.escorts == ()
    assert [problem.file for problem in problems.warnings] == ["escorts.csv"]
    assert any(item.file == "escorts.csv" for item in district.assumed)


def test_assumptions_of_the_folder_are_kept(read, files):
    files["assumed.csv"] = "file,row,column,value,rule\nfleet.csv,2,count,3,as many as needed\n"
    assert read(files).assumed[0].rule == "as many as needed"


def test_rule_overrides_pass_through(read, files):
    files["district.toml"] += "\n[rules_override]\nbooths = 2\n[rules_override.deep]\na.b = [1]\n"
    assert read(files).rule_overrides == {"booths": 2, "deep": {"a": {"b": [1]}}}


def test_all_faults_come_in_one_report(folder, files):
    files["district.toml"] = files["district.toml"].replace('"WIB"', '"WIBB"')
    files["stations.csv"] = files["stations.csv"].replace(",512,", ",0,").replace(",498,", ",many,")
    files["places.csv"] = files["places.csv"].replace("PPS-3,14.01.06.2003", "PPS-3,14.1.06.2003")
    files["fleet.csv"] = files["fleet.csv"].replace("boat", "bote")
    files["escorts.csv"] = files["escorts.csv"].replace("polri,KPU", "polri,KPV")
    files["pins.csv"] = files["pins.csv"].replace("truk#2", "truk#9")
    files["stock.csv"] = files["stock.csv"].replace("101,200", "100,200")

    with pytest.raises(InputError) as caught:
        read_district(folder(files))

    found = [(problem.file, problem.row, problem.value) for problem in caught.value.problems]
    assert set(found) >= {
        ("district.toml", 3, "WIBB"),
        ("stations.csv", 2, "0"),
        ("stations.csv", 3, "many"),
        ("places.csv", 5, "14.1.06.2003"),
        ("fleet.csv", 4, "bote"),
        ("escorts.csv", 2, "KPV"),
        ("stock.csv", 3, "100"),
    }


def test_one_fault_makes_one_problem(folder, files):
    files["places.csv"] = files["places.csv"].replace("101.11,0.34", "101.11,zero")
    with pytest.raises(InputError) as caught:
        read_district(folder(files))
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_delimiters_and_encodings_do_not_matter(read, files, delimiter, encoding):
    text = files["stations.csv"].replace(",", delimiter).replace("Air Tiris", "Aïr Tiris")
    files["stations.csv"] = text.replace("\n", "\r\n").encode(encoding)
    assert read(files).stations[0].desa_name == "Aïr Tiris"


def test_other_encodings_are_read_with_a_warning(folder, files):
    files["stations.csv"] = files["stations.csv"].replace("Air Tiris", "Aïr Tiris").encode("cp1252")
    district, problems = read_district(folder(files))
    assert district.stations[0].desa_name == "Aïr Tiris"
    assert "Windows-1252" in problems.warnings[0].message


def test_codes_may_be_ten_digits(read, files):
    files["stations.csv"] = files["stations.csv"].replace("14.01.06.2003", "1401062003")
    assert read(files).stations[0].village == "14.01.06.2003"


def test_decimal_commas(read, files):
    files["stations.csv"] = files["stations.csv"].replace(",", ";").replace(".10;0.35", ",10;0,35")
    assert read(files).stations[0].lon == 101.1


def test_indonesian_headings(read, files):
    files["stations.csv"] = files["stations.csv"].replace(
        "kecamatan,desa,village,number,voters,lon,lat,access,elections,kind,venue,movable,police_class,parent",
        "Nama Kecamatan,Kelurahan,Kode Desa,No. TPS,DPT,Bujur,Lintang,Akses,Pemilihan,Jenis,Tempat,"
        "Dapat Pindah,Kerawanan,Induk",
    )
    files["fleet.csv"] = (
        files["fleet.csv"]
        .replace(
            "type,base,mode,count,team,boxes,kg,litres,speed_factor,days,cost_day,cost_km,cost_hour",
            "jenis,pangkalan,moda,jumlah,regu,kotak,kilogram,liter,faktor kecepatan,hari,"
            "biaya/hari,biaya/km,biaya/jam",
        )
        .replace(",truck,", ",truk,")
    )
    district = read(files)
    assert [station.voters for station in district.stations] == [512, 498, 301]
    assert district.fleet[0].mode == "truck"


def test_rows_are_numbered_as_a_spreadsheet_shows_them(folder, files):
    lines = files["stations.csv"].splitlines(True)
    lines[1] = lines[1].replace("SDN 1", '"SDN 1\nkelas 2"')
    lines[3] = lines[3].replace("301", "none")
    files["stations.csv"] = "\n" + lines[0] + ",,,\n" + lines[1] + "\n" + lines[2] + lines[3]
    with pytest.raises(InputError) as caught:
        read_district(folder(files))
    assert [problem.row for problem in caught.value.problems] == [7]


def test_ten_thousand_stations_are_read_within_two_seconds(folder, files):
    head = files["stations.csv"].splitlines()[0]
    rows = [
        f'Kampar,Desa {village},14.01.06.{village},{number},300,101.1,0.3,"truck, boat",GB,reguler,,ya,,'
        for village in range(2001, 2101)
        for number in range(1, 101)
    ]
    files["stations.csv"] = "\n".join([head, *rows])
    files["pins.csv"] = None
    path = folder(files)

    start = time.process_time()
    district, _problems = read_district(path)

    assert len(district.stations) == 10_000
    assert time.process_time() - start < 2
