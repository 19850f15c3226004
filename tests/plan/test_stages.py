"""Who serves whom, and when: stages of unusual place trees."""

from __future__ import annotations

from dataclasses import replace

from serentak.base.clock import HOUR
from serentak.routing.district import plan_district
from support import broken, district, fleet, guards, kecil, place, specs, station


def island():
    """A ppk behind a port: by truck to the port, by ship to the ppk, by pickup to the stations."""
    places = [
        place("GUDANG", "warehouse", "", 101.2, 0.3),
        place("PORT", "transit", "GUDANG", 101.4, 0.2),
        place("PPK-PULAU", "ppk", "PORT", 101.6, 0.1, village="14.01.08.2001", night=True),
    ]
    stations = [station("14.01.08.2001", n, 101.6 + n / 100, 0.1, "PPK-PULAU") for n in range(1, 5)]
    vehicles = [
        fleet("truk", "GUDANG", "truck", 1, 150, row=2),
        fleet("kapal", "PORT", "boat", 1, 80, row=3),
        fleet("pikap", "PPK-PULAU", "pickup", 2, 20, row=4),
    ]
    return district(places, stations, vehicles, [guards("polri", "GUDANG", 1), guards("tni", "PORT", 1)])


def test_boxes_of_a_hub_behind_a_port_wait_for_its_recapitulation():
    where = island()
    back = specs(where, "back")
    kpu = where.back["kpu"].window
    stages = {spec.base.id: spec for spec in back.values()}
    assert (stages["PORT"].tier, stages["GUDANG"].tier, stages["PPK-PULAU"].tier) == ("kpu", "kpu", "ppk")
    assert stages["PORT"].children[0].earliest == kpu[0]
    assert stages["PORT"].children[0].home_by < kpu[1]  # the truck still has to come for them
    plan = plan_district(where, "draft")
    assert not plan.unserved
    assert broken(plan, where) == []
    assert min(run.depart for stage in plan.stages if stage.id == "back:PORT" for run in stage.runs) >= kpu[0]


def test_the_shore_closes_early_enough_for_the_way_behind_it():
    stages = {spec.base.id: spec for spec in specs(island(), "out").values()}
    port = next(child for child in stages["GUDANG"].children if child.id == "PORT")
    assert port.closes < island().out["ppk"].window[1]
    assert stages["PORT"].tier == stages["GUDANG"].tier == "ppk"


def test_a_working_day_may_be_narrowed_by_the_base_and_by_the_escort():
    where = kecil()
    spec = next(spec for spec in specs(where, "out").values() if spec.base.kind == "warehouse")
    row, guard = spec.fleet[0], replace(spec.escorts[0], hours=(8 * HOUR, 15 * HOUR))
    assert spec.shift(-5, row) == (-5 * 24 * HOUR + 6 * HOUR, -5 * 24 * HOUR + 20 * HOUR)
    assert spec.shift(-5, row, guard) == (-5 * 24 * HOUR + 8 * HOUR, -5 * 24 * HOUR + 15 * HOUR)
    assert spec.shift(-5, replace(row, days=(-4,))) is None
