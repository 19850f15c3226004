"""Trips a local knows, on the real roads of Jakarta (OpenStreetMap of about 2012)."""

from __future__ import annotations

import numpy as np
import pytest

from serentak.travel import CrowFlight
from serentak.travel.network import read_network
from serentak.travel.protocol import Point
from serentak.travel.road import RoadTravel

MONAS, BLOK_M = (106.8272, -6.1754), (106.8010, -6.2440)
PLACES = {
    "Monas": MONAS, "Blok M": BLOK_M, "Tanjung Priok": (106.8818, -6.1100), "Pasar Minggu": (106.8446, -6.2840),
    "Kota": (106.8133, -6.1376), "Kampung Rambutan": (106.8823, -6.3094), "Lebak Bulus": (106.7746, -6.2893),
    "Grogol": (106.7905, -6.1667), "Cawang": (106.8680, -6.2430), "Ragunan": (106.8204, -6.3060),
}  # fmt: skip


@pytest.fixture(scope="module")
def roads(data_file) -> RoadTravel:
    return RoadTravel(read_network(data_file("data/jakarta/jakarta_roads.shp"))[0], "lowland")


def test_a_lorry_takes_the_street_everybody_takes(roads):
    """Medan Merdeka, Thamrin, Bundaran HI, Sudirman, Sisingamangaraja; and never the lanes of the buses."""
    way = roads.way(Point("a", *MONAS), Point("b", *BLOK_M), "truck")
    assert way is not None
    names = [name for name, _metres in way.names]
    known = ["Medan Merdeka Barat", "MH Thamrin", "Bundaran HI", "Sudirman", "Sisingamangaraja"]
    assert [name for name in names if name in known] == known
    assert not any("Busway" in name for name in names)
    assert 9_000 < sum(metres for _name, metres in way.names) < 12_000


def test_times_are_those_of_a_large_city(roads):
    """A car needed 22 min 40 s for 10 km in 2022 (26 km/h); a loaded lorry is slower, but on a toll road."""
    points = [Point(name, *where) for name, where in PLACES.items()]
    legs = roads.legs(points, "truck")
    straight = CrowFlight("lowland").legs(points, "truck").metres / 1.4
    apart = ~np.eye(len(points), dtype=bool)
    kmh = legs.metres[apart] * 3.6 / legs.seconds[apart]
    assert kmh.min() > 17
    assert kmh.max() < 41
    assert 22 < np.median(kmh) < 34
    longer = legs.metres[apart] / straight[apart]
    assert longer.max() < 2.4  # between Kampung Rambutan and Pasar Minggu lie a toll road and the Ciliwung
    assert 1.2 < np.median(longer) < 1.6
