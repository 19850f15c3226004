from __future__ import annotations

from tests.support import kecil

from serentak.risk.frontier import steps_by_kecamatan
from serentak.risk.measures import Measure

DISTRICT = kecil()
HUB = next(place for place in DISTRICT.places if place.kind == "ppk")
KECAMATAN = HUB.village[:8]


def test_what_only_makes_sense_together_is_one_step_of_its_kecamatan():
    first, second = (station.id for station in DISTRICT.stations[:2])
    measures = [
        Measure("avoid", "banjir"), Measure("buffer_back", KECAMATAN, number=60), Measure("reach", first, "4x4"),
        Measure("reach", second, "boat"), Measure("vehicles", HUB.id, "4x4", 2),
        Measure("earlier", KECAMATAN, number=1),
    ]  # fmt: skip
    found = steps_by_kecamatan(measures, DISTRICT)
    assert found == {
        "": [(measures[0],)],
        KECAMATAN: [(measures[1],), (measures[5],), (measures[2], measures[4]), (measures[3],)],
    }
