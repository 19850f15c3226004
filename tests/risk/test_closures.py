"""Legs under hazards are in every future what its active sites make of them, whatever way they are searched."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from serentak.risk import closures
from serentak.risk.closures import Closures
from serentak.risk.draws import Draws
from serentak.travel.hazards import CLOSED, Cause, Hazards, Layer, Scenario, Site
from serentak.travel.protocol import UNREACHABLE, Point

SITES = 8
PACE = ("truck", 1.0)


class Two:
    """Two ways to each point: each meets its own sites; the second takes longer; both may be closed."""

    def __init__(self, ways):
        self.ways, self.asked = ways, 0

    def seconds(self, _start, end, _pace, active):
        self.asked += 1
        for seconds, sites in self.ways[end.id]:
            if not sites & active:
                return seconds, sites
        return UNREACHABLE, ()

    def many(self, legs, pace, active):
        return np.array([self.seconds(*leg, pace, active)[0] for leg in legs], dtype=np.int64)


sites = st.frozensets(st.integers(0, SITES - 1), max_size=SITES)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    ways=st.lists(st.tuples(sites, sites), min_size=1, max_size=4),
    given_=st.sampled_from([0.0, 0.3, 0.9, 1.0]), alone=st.sampled_from([0.0, 0.2, 1.0]),
    cause=st.sampled_from([0.0, 0.4, 1.0]), few=st.sampled_from([0, 2, 8]), whole=st.booleans(),
)  # fmt: skip
def test_every_future_is_that_of_its_own_sites(ways, given_, alone, cause, few, whole):
    layer = Layer("air", "flood", {"truck": CLOSED}, "hujan", given_, alone, "", "")
    empty = frozenset()
    own = tuple(Site(f"s{n}", 0, empty, empty, None, empty) for n in range(SITES))
    hazards = Hazards("basah", {"hujan": Cause("hujan", {"basah": cause}, lasts=2)}, (layer,), own, {})
    start, ends = Point("a", 0, 0), [Point(f"b{n}", 0, 0) for n in range(len(ways))]
    two = Two({f"b{n}": ((100 + n, first), (500, second)) for n, (first, second) in enumerate(ways)})
    draws, seen = Draws(3, 0, 200), Closures(two, hazards, None)
    keep, closures._FEW = closures._FEW, few
    try:
        if whole:
            seen.prepare([(start, end, PACE, day) for end in ends for day in (-1, 0)], draws)
        times = {(end.id, day): seen.leg(start, end, PACE, day, draws) for end in ends for day in (-1, 0)}
    finally:
        closures._FEW = keep
    for day in (-1, 0):
        active = np.array([seen.active(n, day, draws) for n in range(SITES)])
        for end in ends:
            found = np.broadcast_to(times[end.id, day], 200)
            for future in range(200):
                now = frozenset(np.flatnonzero(active[:, future]).tolist())
                seconds, _met = two.seconds(start, end, PACE, now)
                assert found[future] == (np.inf if seconds == UNREACHABLE else seconds)


def test_a_scenario_in_which_all_is_certain_is_searched_once_a_leg():
    layer = Layer("air", "flood", {"truck": CLOSED}, "hujan", 0.1, 0.0, "", "")
    empty = frozenset()
    own = tuple(Site(f"s{n}", 0, empty, empty, None, empty) for n in range(SITES))
    flood = Scenario("banjir", "", {"hujan": 1.0}, {"air": 1.0})
    hazards = Hazards("basah", {"hujan": Cause("hujan", {"basah": 0.1})}, (layer,), own, {"banjir": flood})
    two = Two({"b": ((100, frozenset(range(5))), (500, frozenset({7})))})
    seen = Closures(two, hazards, flood)
    times = seen.leg(Point("a", 0, 0), Point("b", 0, 0), PACE, 0, Draws(1, 0, 100))
    assert np.isinf(times).all()
    assert two.asked == 2
    assert seen.met() == {"b": set(range(5))}
