"""The hazards of the country: what is read, what is refused, and what one district gets of them."""

from __future__ import annotations

import math

import pytest
from tests.support import kecil

from serentak.base.errors import InputError
from serentak.territory.columns import MODES
from serentak.travel.national_hazards import hazards_of, read_national_hazards

HAZARDS = """
season = "hujan"
[[layers]]
name = "Banjir"
kind = "flood"
file = "kejadian.csv"
map = { banjir = "events" }
years = 4
within = { hujan = 1.5, kemarau = 0.5 }
lasts = 2
given = 0.25
source = "rekaan (invented)"
as_of = "2024"
[scenarios.besar]
note = "rekaan (invented)"
regions = ["CODE"]
happens = { Banjir = 0.75 }
given = { Banjir = 1.0 }
"""
KECIL = kecil()
PROVINCE = KECIL.code[:2]


def write(folder, rows, toml=HAZARDS):
    (folder / "negeri.toml").write_text(toml.replace("CODE", KECIL.code), encoding="utf-8")
    (folder / "kejadian.csv").write_text("kode,nama,banjir\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder / "negeri.toml"


def test_events_on_record_become_the_chance_of_a_day_in_the_season(tmp_path):
    national = read_national_hazards(write(tmp_path, [f"{KECIL.code},x,41.0"]), MODES)
    (record,) = national.records
    assert record.region == KECIL.code
    assert record.daily == pytest.approx(1 - math.exp(-41 / (4 * 365.25) * 1.5))
    assert national.layers[0].season_factor == 1.5


def test_a_district_gets_a_site_a_village_and_its_places_lie_in_them(tmp_path):
    national = read_national_hazards(write(tmp_path, [f"{KECIL.code},x,10", "94.01,y,10"]), MODES)
    hazards = hazards_of(KECIL, national.of_region(KECIL.code))
    assert len(hazards.layers) == len(hazards.causes) == 1
    assert len(hazards.sites) == len({station.village for station in KECIL.stations})
    inside = frozenset().union(*(site.points for site in hazards.sites))
    assert {station.id for station in KECIL.stations} <= inside
    villages = {station.village for station in KECIL.stations}
    assert {place.id for place in KECIL.places if place.village in villages} <= inside
    assert len({site.name for site in hazards.sites}) == len(hazards.sites)


def test_a_record_of_one_kecamatan_touches_its_villages_alone(tmp_path):
    kecamatan = KECIL.stations[0].kecamatan
    national = read_national_hazards(write(tmp_path, [f"{kecamatan},x,10"]), MODES)
    hazards = hazards_of(KECIL, national)
    names = {station.id: station.kecamatan for station in KECIL.stations}
    assert {names[point] for site in hazards.sites for point in site.points if point in names} == {kecamatan}


def test_an_empty_cell_is_no_record_and_nought_is_one_of_no_events(tmp_path):
    national = read_national_hazards(write(tmp_path, [f"{KECIL.code},x,", "94.01,y,0"]), MODES)
    assert [record.region for record in national.records] == ["94.01"]
    assert hazards_of(KECIL, national) is None


def test_a_scenario_says_how_likely_it_is_that_an_event_is_at_work_on_a_day(tmp_path):
    national = read_national_hazards(write(tmp_path, [f"{KECIL.code},x,10"]), MODES)
    hazards = hazards_of(KECIL, national)
    (begins,) = hazards.scenarios["besar"].causes.values()
    assert 1 - (1 - begins) ** 2 == pytest.approx(0.75)  # begun today or yesterday
    assert list(hazards.scenarios["besar"].given.values()) == [1.0]


def test_a_scenario_of_another_region_changes_nothing_here(tmp_path):
    toml = HAZARDS.replace("CODE", "94.01")
    national = read_national_hazards(write(tmp_path, [f"{KECIL.code},x,10"], toml), MODES)
    scenario = hazards_of(KECIL, national).scenarios["besar"]
    assert not scenario.causes
    assert not scenario.given


def test_an_event_on_record_for_a_province_is_one_cause_for_all_its_districts(tmp_path):
    national = read_national_hazards(write(tmp_path, [f"{PROVINCE},x,10"]), MODES)
    assert list(hazards_of(KECIL, national.of_region(KECIL.code)).causes) == [f"Banjir ({PROVINCE})"]


@pytest.mark.parametrize(
    ("toml", "rows", "words"),
    [
        (HAZARDS.replace("hujan = 1.5", "basah = 1.5"), ["14.01,x,1"], "season"),
        (HAZARDS.replace('regions = ["CODE"]', 'regions = ["77"]'), ["14.01,x,1"], "77"),
        (HAZARDS.replace("happens = { Banjir", "happens = { Badai"), ["14.01,x,1"], "Badai"),
        (HAZARDS.replace("years = 4", "years = 0"), ["14.01,x,1"], "years"),
        (HAZARDS.replace("years = 4", "tahun = 4"), ["14.01,x,1"], "tahun"),
        (HAZARDS.replace("lasts = 2", "lasts = 2\nslower = { kuda = 2.0 }"), ["14.01,x,1"], "kuda"),
        (HAZARDS.replace("kejadian.csv", "hilang.csv"), ["14.01,x,1"], "hilang.csv"),
        (HAZARDS, ["14.01,x,-1"], "-1"),
        (HAZARDS, ["14.01,x,1", "14.01,x,2"], "14.01"),
        (HAZARDS, ["77.77,x,1"], "77.77"),
        (HAZARDS, ["14.1,x,1"], "14.1"),
    ],
)
def test_what_cannot_be_used_is_refused_and_named(tmp_path, toml, rows, words):
    with pytest.raises(InputError, match=r"(?s).*" + words.replace(".", r"\.")):
        read_national_hazards(write(tmp_path, rows, toml), MODES)
