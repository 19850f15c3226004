"""Take one resource from the small sample, and exactly the stations that lose their way must be unserved, with the
reason. The expectation comes from walking the place tree by hand; nothing of routing is asked for it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import pytest

from serentak.base.clock import DAY
from serentak.routing.district import plan_district
from serentak.territory.model import District, EscortRow, FleetRow, Place, Station
from serentak.travel import CrowFlight, Point
from support import broken, days, kecil, without

BOXES = 2
"""A station's kit, and the kecamatan's recapitulation boxes: a box an election."""
RECAP = "14.01.08-R"


def fleet_with(number: int, **changes) -> District:
    rows = list(kecil().fleet)
    rows[number] = replace(rows[number], **changes)
    return replace(kecil(), fleet=tuple(rows))


def escorts_with(**changes) -> District:
    return replace(kecil(), escorts=(replace(kecil().escorts[0], **changes),))


def places_with(number: int, **changes) -> District:
    places = list(kecil().places)
    places[number] = replace(places[number], **changes)
    return replace(kecil(), places=tuple(places))


def at(*hours: float) -> tuple[int, int]:
    return tuple(int(hour * 3600) for hour in hours)


CASES = {
    "nothing taken": kecil(),
    "no truck": without(kecil(), "fleet", 0),
    "no pickup": without(kecil(), "fleet", 1),
    "no boat": without(kecil(), "fleet", 2),
    "no escort": without(kecil(), "escorts", 0),
    **{
        f"{name} of {boxes} boxes": fleet_with(n, boxes=boxes)
        for n, name in enumerate(("truck", "pickup", "boat"))
        for boxes in (1, 2, 3, 9)
    },
    **{f"{name} of 2 kg": fleet_with(n, grams=2_000) for n, name in enumerate(("truck", "pickup", "boat"))},
    **{f"{name} of 10 litres": fleet_with(n, millilitres=10_000) for n, name in enumerate(("truck", "pickup", "boat"))},
    "truck only before the vote": fleet_with(0, days=days("H-5", "H-2")),
    "truck only after the vote": fleet_with(0, days=days("H+2", "H+6")),
    "truck on one day each way": fleet_with(0, days=(-3, 4)),
    "pickup only before the vote": fleet_with(1, days=(-1,)),
    "pickup only after the vote": fleet_with(1, days=(0, 1)),
    "boat only before the vote": fleet_with(2, days=(-1,)),
    "boat only after the vote": fleet_with(2, days=(0,)),
    "boat replaced by a second pickup": fleet_with(2, mode="pickup"),
    "escort only before the vote": escorts_with(days=days("H-5", "H-1")),
    "escort only after the vote": escorts_with(days=days("H+1", "H+9")),
    "escort on duty in the evening only": escorts_with(hours=at(20, 22)),
    "escort on duty for two hours": escorts_with(hours=at(6, 8)),
    "escort on duty just long enough": escorts_with(hours=at(6, 10)),
    "warehouse open for two hours": places_with(0, hours=at(6, 8)),
    "warehouse open for an afternoon": places_with(0, hours=at(12, 18)),
    "jetty worked for an hour in the evening": places_with(2, hours=at(19, 20)),
    "truck so slow that it sleeps out": fleet_with(0, speed_factor=0.1),
    "truck too slow for a working day": fleet_with(0, speed_factor=0.05),
}


def point(item: Station | Place) -> Point:
    return Point(item.id, item.lon, item.lat)


def edge(where: District, base: Place, child: Station | Place, direction: str) -> str | None:
    """Say why the least possible load cannot go between a place and its child on any one day, or None."""
    if direction == "out":
        tier = where.out["tps" if base.kind != "warehouse" else "ppk"]
    else:
        tier = where.back["kpu" if base.kind == "warehouse" else "ppk"]
    access = child.access if isinstance(child, Station) else ()
    rows = [row for row in where.fleet if row.base == base.id]
    if not rows:
        return "no_vehicle"
    rows = [row for row in rows if not access or row.mode in access]
    if not rows:
        return "no_mode"
    rows = [row for row in rows if row.boxes >= BOXES and row.grams > 20_000 and row.millilitres > 20_000]
    if not rows:
        return "too_large"
    calendar = range(tier.window[0] // DAY, tier.window[1] // DAY + 1)
    shifts = [(row, day, shift) for row in rows for day in calendar if (shift := hours_of(row, day, tier, base))]
    if not shifts:
        return "no_day"
    if tier.escort == "run":
        guards = [guard for guard in where.escorts if guard.base == base.id]
        shifts = [(row, day, own) for row, day, shift in shifts for g in guards if (own := guarded(g, day, shift))]
        if not shifts:
            return "no_escort"
    if all(needed(where, row, base, child, direction) > end - start for row, _day, (start, end) in shifts):
        return "hours"
    return None


def hours_of(row: FleetRow, day: int, tier, base: Place) -> tuple[int, int] | None:
    start, end = tier.hours
    if base.hours:
        start, end = max(start, base.hours[0]), min(end, base.hours[1])
    return (start, end) if start < end and (not row.days or day in row.days) else None


def guarded(guard: EscortRow, day: int, shift: tuple[int, int]) -> tuple[int, int] | None:
    start, end = shift
    if guard.hours:
        start, end = max(start, guard.hours[0]), min(end, guard.hours[1])
    return (start, end) if start < end and (not guard.days or day in guard.days) else None


def needed(where: District, row: FleetRow, base: Place, child: Station | Place, direction: str) -> int:
    """Give the seconds of a working day that the shortest run there and back takes."""
    legs = CrowFlight(where.terrain).legs([point(base), point(child)], row.mode, row.speed_factor).seconds
    if isinstance(child, Station):
        stop = where.stop_seconds + where.stop_seconds_per_box * BOXES
    else:
        stop = child.handling + (child.seconds_per_box * BOXES if direction == "out" else 0)
    there, home = base.handling + int(legs[0, 1]) + stop, int(legs[1, 0])
    # A truck may stay the night where it unloads, and drive home on its next working day.
    return max(there, home) if isinstance(child, Place) and child.night and base.kind == "warehouse" else there + home


def expected(where: District) -> dict[tuple[str, str], str]:
    """Give what is unserved and why: the first broken edge on the way out, the last on the way back."""
    places = {place.id: place for place in where.places}
    lost: dict[tuple[str, str], str] = {}
    for item in [*where.stations, places["PPK-CONTOH"]]:
        name = item.id if isinstance(item, Station) else RECAP
        way = [item]
        while way[-1].parent:
            way.append(places[way[-1].parent])
        edges = list(zip(way[1:], way, strict=False))
        out = [why for base, child in reversed(edges) if (why := edge(where, base, child, "out"))]
        back = [why for base, child in edges if (why := edge(where, base, child, "back"))]
        if out:
            lost[name, "out"] = out[0]
            lost[name, "back"] = "not_delivered"
        elif back:
            lost[name, "back"] = back[0]
    return lost


@pytest.mark.parametrize("name", CASES)
def test_exactly_those_who_lose_their_way_are_unserved_with_the_reason(name):
    where = CASES[name]
    plan = plan_district(where, "draft", jobs=1)
    assert {(entry.station, entry.direction): entry.reason for entry in plan.unserved} == expected(where)
    assert broken(plan, where) == []


def test_the_cases_cover_both_directions_and_their_reasons():
    found = [expected(where) for where in CASES.values()]
    out = {why for lost in found for (_name, way), why in lost.items() if way == "out"}
    back = {why for lost in found for (_name, way), why in lost.items() if way == "back"}
    assert out == {"no_vehicle", "no_mode", "too_large", "no_day", "no_escort", "hours"}
    assert back == {"not_delivered", "no_day", "no_escort"}
    assert expected(kecil()) == {}


# A working day too short for all: which stations stay unserved is for the search, how many voters is arithmetic.


def runs_by_set(where: District) -> tuple[list[tuple[int, int]], dict[frozenset[int], int]]:
    """Give boxes and voters of what the pickup serves, and the shortest run for every set that fits on it."""
    hub, jetty = where.places[1], where.places[2]
    near = [station for station in where.stations if station.parent == hub.id]
    across = [station for station in where.stations if station.parent == jetty.id]
    spots = [*near, jetty]
    goods = [(BOXES, s.voters) for s in near] + [(BOXES * len(across), sum(s.voters for s in across))]
    row = where.fleet[1]
    legs = CrowFlight(where.terrain).legs([point(hub), *map(point, spots)], row.mode, row.speed_factor).seconds
    service = [540] * len(near) + [jetty.handling + jetty.seconds_per_box * BOXES * len(across)]
    quickest: dict[tuple[frozenset[int], int], int] = {}
    for size in range(1, len(spots) + 1):
        for group in map(frozenset, combinations(range(len(spots)), size)):
            for last in group:
                before = group - {last}
                ways = [quickest[before, other] + int(legs[other + 1, last + 1]) for other in before]
                quickest[group, last] = service[last] + min(ways, default=int(legs[0, last + 1]))
    groups = {group for group, _last in quickest if sum(goods[n][0] for n in group) <= row.boxes}
    home = {
        group: hub.handling + min(quickest[group, last] + int(legs[last + 1, 0]) for last in group) for group in groups
    }
    return goods, home


def fewest_unserved(where: District, seconds: int) -> int:
    """Give the fewest voters one pickup must leave out within so many seconds, over all ways to make its runs."""
    goods, runs = runs_by_set(where)
    best = dict(runs)
    everything = frozenset(range(len(goods)))
    for size in range(1, len(goods) + 1):
        for group in map(frozenset, combinations(sorted(everything), size)):
            first = min(group)
            for run, cost in runs.items():
                if first in run and run < group and group - run in best:
                    best[group] = min(best.get(group, 10**9), cost + best[group - run])
    done = max((sum(goods[n][1] for n in group) for group, cost in best.items() if cost <= seconds), default=0)
    return sum(voters for _boxes, voters in goods) - done


@pytest.mark.parametrize("hours", [(6, 6.75), (6, 7), (6, 7.5), (6, 8), (6, 8.75), (6, 9.5), (6, 10.5), (7, 12)])
def test_too_short_a_day_loses_as_few_voters_as_can_be(hours):
    fast = replace(kecil().fleet[0], speed_factor=10.0)  # the truck must reach the hub before it closes
    where = replace(places_with(1, hours=at(*hours)), fleet=(fast, *kecil().fleet[1:]))
    plan = plan_district(where, "draft", jobs=1)
    lost = {entry.station for entry in plan.unserved if entry.direction == "out" and entry.station != RECAP}
    voters = {station.id: station.voters for station in where.stations}
    assert sum(voters[name] for name in lost) == fewest_unserved(where, at(hours[1] - hours[0])[0])
    reasons = {entry.reason for entry in plan.unserved if entry.direction == "out"}
    assert reasons <= {"fleet_short", "hours"}
    assert broken(plan, where) == []


def test_the_quickest_order_is_the_one_of_all_orders():
    """The dynamic program above is itself held against plain enumeration."""
    where = kecil()
    _goods, runs = runs_by_set(where)
    hub, spots = where.places[1], [s for s in where.stations if s.parent == "PPK-CONTOH"][:4]
    legs = CrowFlight(where.terrain).legs([point(hub), *map(point, spots)], "pickup").seconds
    ways = [
        sum(int(legs[a, b]) for a, b in zip((0, *order), (*order, 0), strict=True))
        for order in permutations(range(1, 5))
    ]
    assert runs[frozenset(range(4))] == hub.handling + 4 * 540 + min(ways)
