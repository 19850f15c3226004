from __future__ import annotations

from collections import Counter

from serentak.kit.ids import printed


def test_every_stop_is_about_as_many_boxes_as_the_plan_says(source):
    for _stage, run in source.runs():
        for number, stop in enumerate(run.stops, 1):
            assert len(source.loads[run.id, number].boxes) == stop.boxes, (run.id, stop.at)


def test_every_box_reaches_its_station_once_and_returns_once(source):
    """What is delivered to stations, and what the warehouse gets back, is what the kits hold."""
    delivered, returned = Counter(), Counter()
    for stage, run in source.runs():
        for number, stop in enumerate(run.stops, 1):
            load = source.loads[run.id, number]
            if stage.direction == "out" and stop.at in source.stations:
                delivered.update(load.boxes)
            if stage.direction == "back" and source.places[stage.base].kind == "warehouse":
                returned.update(load.boxes)
    lost = {unserved.station for unserved in source.plan.unserved}
    kits = [kit for kit in source.kits.stations.values() if kit.station not in lost]
    recap = [box for kit in source.kits.recap.values() for box in kit.boxes]
    assert delivered == Counter(box for kit in kits for box in kit.boxes)
    assert returned == delivered + Counter(recap)


def test_loads_of_a_village_divided_between_runs_do_not_overlap(source):
    for stage in source.plan.stages:
        boxes = Counter(
            box for run in stage.runs for n in range(len(run.stops)) for box in source.loads[run.id, n + 1].boxes
        )
        assert not boxes or max(boxes.values()) == 1


def test_groups_by_village_hold_every_code_once(source):
    for load in source.loads.values():
        ids = [code for group in source.by_village(load) for code in group["ids"]]
        assert sorted(ids) == sorted(printed(code) for code in (*load.boxes, *load.bundles))
        assert sum(group["boxes"] for group in source.by_village(load)) == len(load.boxes)
