from __future__ import annotations

import csv
import hashlib
from collections import Counter

import pytest

from serentak.base.errors import InputError
from serentak.base.messages import set_language
from serentak.kit.kits import build_kits
from serentak.kit.rules import load_rules
from serentak.kit.validate import validate
from serentak.operations.sample import SAMPLES, write_sample
from serentak.territory.read import read_district


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("id")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    out = tmp_path_factory.mktemp("samples")
    for name in SAMPLES:
        write_sample(name, out / name)
    return out


@pytest.fixture(scope="module")
def kampar(folders):
    return read_district(folders / "kampar")[0]


@pytest.fixture(scope="module")
def kecil(folders):
    return read_district(folders / "kecil")[0]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_reads_without_a_warning_and_fits_its_rules(folders, name):
    district, problems = read_district(folders / name)
    assert not list(problems)
    assert not list(validate(district, load_rules(district.rules)))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_same_sample_has_the_same_bytes_in_any_language(folders, tmp_path, name, language):
    set_language(language)
    write_sample(name, tmp_path / "again")

    def digest(folder):
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    assert digest(tmp_path / "again") == digest(folders / name)


def test_kampar_has_the_published_totals(kampar):
    assert len(kampar.stations) == 1_280
    assert sum(station.voters for station in kampar.stations) == 601_561
    assert max(station.voters for station in kampar.stations) <= 600
    assert len({station.kecamatan for station in kampar.stations}) == 21
    assert len({station.village for station in kampar.stations}) == 250
    kits = build_kits(kampar, load_rules(kampar.rules))
    assert kits.totals()["boxes"] == 2_602


def test_the_stations_of_every_kecamatan_of_kampar_are_its_fact(kampar, folders):
    with (folders / "kampar/facts.csv").open(newline="") as file:
        facts = list(csv.DictReader(file))
    said = {fact["place"]: int(fact["value"]) for fact in facts if fact["fact"] == "stations"}
    assert said.pop("14.01") == 1_280
    assert Counter(station.kecamatan for station in kampar.stations) == said
    assert sum(int(fact["value"]) for fact in facts if fact["fact"] == "flood-prone stations") == 122
    assert all("http" in fact["source"] or "KPU" in fact["source"] for fact in facts)


def test_rivers_and_hills_of_kampar(kampar):
    boat = {station.desa_name for station in kampar.stations if station.access == ("boat",)}
    motorbike = {station.desa_name for station in kampar.stations if station.access == ("motorbike",)}
    assert (len(boat), len(motorbike)) == (12, 7)
    assert {"Muaro Bio", "Ludai"} <= boat
    assert {row.mode for row in kampar.fleet} == {"truck", "pickup", "motorbike", "boat"}
    ojek = next(row for row in kampar.fleet if row.type == "ojek")
    assert (ojek.team, ojek.boxes) == (2, 1)
    fixed = {station.desa_name for station in kampar.stations if station.movable is False}
    assert fixed == {"Lubuk Siam", "Buluh Cina", "Tanjung Balam"}


def test_the_groups_of_kampar_hold_every_kecamatan_once(kampar):
    grouped = [where[2] for where in kampar.group_windows if where[:2] == ("out", "ppk")]
    assert sorted(grouped) == sorted({station.kecamatan for station in kampar.stations})


def test_every_kit_fits_a_run_of_what_may_reach_it(kampar, kecil):
    for district in (kampar, kecil):
        kits = build_kits(district, load_rules(district.rules)).stations
        for station in district.stations:
            kit = kits[station.id]
            assert any(
                row.team * row.boxes >= len(kit.boxes)
                and row.team * row.grams >= kit.grams
                and row.team * row.millilitres >= kit.millilitres
                for row in district.fleet
                if row.base == station.parent and (not station.access or row.mode in station.access)
            ), station.id


def test_kecil_is_what_the_documentation_says(kecil):
    assert len(kecil.stations) == 12
    assert len({station.village for station in kecil.stations}) == 4
    assert kecil.elections == ("G", "B")
    assert {place.kind: place.parent for place in kecil.places} == {
        "warehouse": "",
        "ppk": "GUDANG",
        "transit": "PPK-CONTOH",
    }
    assert [(row.base, row.mode, row.count) for row in kecil.fleet] == [
        ("GUDANG", "truck", 1),
        ("PPK-CONTOH", "pickup", 1),
        ("DERMAGA-CONTOH", "boat", 1),
    ]
    assert sum(row.teams for row in kecil.escorts) == 1
    assert Counter(station.parent for station in kecil.stations) == {"PPK-CONTOH": 8, "DERMAGA-CONTOH": 4}
    assert all(
        (station.access == ("boat",)) == (station.parent == "DERMAGA-CONTOH") for station in kecil.stations
    )
    assert kecil.out["ppk"].window[0] == -5 * 86_400 + 7 * 3_600
    assert kecil.place("PPK-CONTOH").night
    assert set(kecil.back) == {"ppk", "kpu"}
    seals = build_kits(kecil, load_rules(kecil.rules)).totals()["seals"]
    assert sum(row.quantity for row in kecil.stock if row.item == "seal") >= seals


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_invented_says_so(folders, name):
    text = (folders / name / "README.txt").read_text("utf-8")
    assert "REKAAN" in text
    assert "INVENTED" in text
    with (folders / name / "assumed.csv").open(newline="") as file:
        rows = {(row["file"], row["column"]): row["rule"] for row in csv.DictReader(file)}
    assert "invented" in rows["stations.csv", "lon"]
    assert "invented" in rows["stations.csv", "voters"]


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(InputError):
        write_sample("kecil", tmp_path)
    with pytest.raises(InputError):
        write_sample("kecil", tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_will_do(tmp_path):
    write_sample("kecil", tmp_path)
    assert (tmp_path / "stations.csv").exists()


def test_an_unknown_sample_names_those_there_are(tmp_path):
    with pytest.raises(InputError) as refusal:
        write_sample("bandung", tmp_path / "out")
    assert "kampar, kecil" in str(refusal.value)
    assert not (tmp_path / "out").exists()
