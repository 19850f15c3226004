"""Hazards at work: which sites are active in which futures, and what a leg takes then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from serentak.risk.draws import Bools, Draws, Floats
from serentak.travel import UNREACHABLE, Point, Travel
from serentak.travel.hazards import Hazards, Scenario

CLOSED: Final = float("inf")


Leg = tuple[Point, Point, tuple[str, float], int]
"""From, to, mode with speed factor, and day."""
Futures = NDArray[np.intp]
_FEW: Final = 8
"""Situations on the way of a leg up to which they are parted one site after the other."""
_DEEP: Final = 4
"""Active sites from which on they are not."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A leg whose times are wanting in some futures."""

    leg: tuple[Point, Point]
    times: Floats
    futures: Futures


class Affected(Protocol):
    """Travel that knows what its sites do to a leg, see `serentak.travel.affected`."""

    def seconds(
        self, start: Point, end: Point, pace: tuple[str, float], active: frozenset[int]
    ) -> tuple[int, Collection[int]]:
        """Give the seconds of a leg while sites are active, and the sites that would change it."""
        ...

    def many(
        self, legs: Sequence[tuple[Point, Point]], pace: tuple[str, float], active: frozenset[int]
    ) -> NDArray[np.int64]:
        """Give the seconds of legs that sites would change, while sites are active."""
        ...


class Calm:
    """Legs as planned: nothing ever closes."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self._kept: dict[tuple[str, str, tuple[str, float]], float] = {}

    def prepare(self, legs: Iterable[Leg], draws: Draws) -> None:
        """Do nothing: no leg depends on the futures."""

    def leg(self, start: Point, end: Point, pace: tuple[str, float], day: int, draws: Draws) -> float:  # noqa: ARG002
        """Give the seconds of a leg, the same in all futures."""
        key = start.id, end.id, pace
        if key not in self._kept:
            seconds = int(self._travel.legs((start, end), *pace).seconds[0, 1])
            self._kept[key] = CLOSED if seconds == UNREACHABLE else float(seconds)
        return self._kept[key]

    def slower(self, mode: str, day: int, draws: Draws) -> float:  # noqa: ARG002
        """Give 1."""
        return 1.0


class Closures:
    """Legs under hazards.

    A leg is asked for with no site active; where its way meets a site, the futures part into those in which the site
    is active and those in which it is not, and so on until nothing more is met. What a set of sites does to a leg is
    searched once, however many futures share it. Where a way meets so many sites that hardly two futures are alike,
    the futures are taken one situation after the other instead, with all that is active in it, and all such legs are
    asked for at once. Both are exact: a way that is best while some sites are active, and meets no other, stays best
    whatever the others do.

    Parameters
    ----------
    affected
        What sites do to legs.
    hazards
        The sites and how likely they are.
    scenario
        What is taken as given, or None for the season.
    """

    def __init__(self, affected: Affected, hazards: Hazards, scenario: Scenario | None = None) -> None:
        self._affected, self.hazards, self.scenario = affected, hazards, scenario
        self._searched: dict[tuple[str, str, tuple[str, float], frozenset[int]], tuple[int, tuple[int, ...]]] = {}
        self._active: dict[tuple[int, int], Bools] = {}
        self._causes: dict[tuple[str, int], Bools] = {}
        self._legs: dict[tuple[str, str, tuple[str, float], int], Floats | float] = {}
        self._draws: Draws | None = None
        self._certain = frozenset(n for n in range(len(hazards.sites)) if self._is_certain(n))

    def leg(self, start: Point, end: Point, pace: tuple[str, float], day: int, draws: Draws) -> Floats | float:
        """Give the seconds of a leg in every future; infinite where no way is open."""
        self._begin(draws)
        key = start.id, end.id, pace, day
        if key not in self._legs:
            self.prepare([(start, end, pace, day)], draws)
        return self._legs[key]

    def prepare(self, legs: Iterable[Leg], draws: Draws) -> None:
        """Find the seconds of legs in every future, together, which is many times quicker than one by one."""
        self._begin(draws)
        waiting: dict[tuple[int, tuple[str, float]], list[_Waiting]] = {}
        touched = []
        for start, end, pace, day in legs:
            seconds, met = self._search(start, end, pace, frozenset())
            if met:
                touched.append((start, end, pace, day))
            else:
                self._legs[start.id, end.id, pace, day] = CLOSED if seconds == UNREACHABLE else float(seconds)
        for start, end, pace, day in touched:
            key = start.id, end.id, pace, day
            if key in self._legs:
                continue
            times = np.empty(draws.size, dtype=np.float32)
            rest: list[Futures] = []
            self._part(times, np.arange(draws.size), (start, end, pace, day), self._certain, frozenset(), rest)
            if rest:
                waiting.setdefault((day, pace), []).append(_Waiting((start, end), times, np.concatenate(rest)))
            self._legs[key] = times
        for (day, pace), own in waiting.items():
            self._whole(day, pace, own, draws)

    def slower(self, mode: str, day: int, draws: Draws) -> Floats | float:
        """Give how many times longer journeys of a mode take under the causes of a day."""
        self._begin(draws)
        factor: Floats | float = 1.0
        one = np.float32(1)
        for cause in self.hazards.causes.values():
            longer = cause.slower.get(mode, 1.0)
            if longer != 1:
                hit = self.cause(cause.name, day, draws)
                factor = factor * np.where(hit, np.float32(longer), one).astype(np.float32)
        return factor

    def met(self) -> dict[str, set[int]]:
        """Give, by station or place, the sites that ways towards it met in the futures so far."""
        found: dict[str, set[int]] = {}
        for (_start, end, _pace, _active), (_seconds, sites) in self._searched.items():
            found.setdefault(end, set()).update(sites)
        return found

    def active(self, site: int, day: int, draws: Draws) -> Bools:
        """Tell in which futures a site is active on a day."""
        self._begin(draws)
        if (site, day) not in self._active:
            place = self.hazards.sites[site]
            layer = self.hazards.layers[place.layer]
            given, alone = self.hazards.chances(layer, self.scenario)
            hit = draws.uniform("site", place.name) < given
            if layer.cause:
                hit &= self.cause(layer.cause, day, draws)
            if alone:
                hit |= draws.uniform("site alone", place.name, day) < alone
            self._active[site, day] = hit
        return self._active[site, day]

    def cause(self, name: str, day: int, draws: Draws) -> Bools:
        """Tell in which futures a cause is at work on a day: it began on that day, or lasts since one before."""
        self._begin(draws)
        if (name, day) not in self._causes:
            cause = self.hazards.causes[name]
            share = self.hazards.likely(cause, self.scenario)
            working = np.zeros(draws.size, dtype=np.bool_)
            for began in range(day - cause.lasts + 1, day + 1):
                working |= draws.uniform("cause", name, began) < share
            self._causes[name, day] = working
        return self._causes[name, day]

    def _is_certain(self, site: int) -> bool:
        """Tell whether a site is active in every future on every day, as in a scenario."""
        layer = self.hazards.layers[self.hazards.sites[site].layer]
        given, alone = self.hazards.chances(layer, self.scenario)
        caused = not layer.cause or self.hazards.likely(self.hazards.causes[layer.cause], self.scenario) >= 1
        return alone >= 1 or (given >= 1 and caused)

    def _begin(self, draws: Draws) -> None:
        """Forget the futures of the chunk before; what was searched stays."""
        if draws is not self._draws:
            self._draws = draws
            self._active.clear()
            self._causes.clear()
            self._legs.clear()

    def _part(
        self,
        times: Floats,
        futures: Futures,
        leg: Leg,
        active: frozenset[int],
        idle: frozenset[int],
        rest: list[Futures],
    ) -> None:
        """Fill in the times of some futures in which these sites are active and those are not; leave some to `rest`."""
        start, end, pace, day = leg
        seconds, met = self._search(start, end, pace, active)
        questions = [site for site in met if site not in idle]
        assert self._draws is not None  # noqa: S101 - set by prepare
        hits = np.array([self.active(site, day, self._draws)[futures] for site in questions]).reshape(-1, len(futures))
        untouched = ~hits.any(axis=0)
        times[futures[untouched]] = CLOSED if seconds == UNREACHABLE else seconds
        if untouched.all():
            return
        futures, hits = futures[~untouched], hits[:, ~untouched]
        if len(active) >= len(self._certain) + _DEEP or _kinds(hits) > _FEW:
            rest.append(futures)
            return
        # The rarest question may be idle in all that are left; one that is active somewhere parts them.
        first = int(np.argmax(hits.any(axis=1)))
        site, hit = questions[first], hits[first]
        self._part(times, futures[hit], leg, active | {site}, idle, rest)
        if not hit.all():
            self._part(times, futures[~hit], leg, active, idle | {site}, rest)

    def _whole(self, day: int, pace: tuple[str, float], own: Sequence[_Waiting], draws: Draws) -> None:
        """Fill in what is left to do, one situation of all sites after the other."""
        mode, _factor = pace
        sites = [n for n, site in enumerate(self.hazards.sites) if mode in self.hazards.layers[site.layer].effect]
        union = np.unique(np.concatenate([each.futures for each in own]))
        grid = np.array([self.active(site, day, draws)[union] for site in sites])
        packed = np.ascontiguousarray(np.packbits(grid, axis=0).T)
        rows = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
        _situations, first, kind = np.unique(rows, return_index=True, return_inverse=True)
        asked: list[list[int]] = [[] for _each in first]
        kinds = [kind[np.searchsorted(union, each.futures)] for each in own]
        for number, some in enumerate(kinds):
            for situation in np.unique(some).tolist():
                asked[situation].append(number)
        found = np.empty((len(own), len(first)), dtype=np.float32)
        for situation, numbers in enumerate(asked):
            active = frozenset(sites[n] for n in np.flatnonzero(grid[:, first[situation]]).tolist())
            seconds = self._affected.many([own[n].leg for n in numbers], pace, active)
            found[numbers, situation] = np.where(seconds == UNREACHABLE, CLOSED, seconds)
        for number, each in enumerate(own):
            each.times[each.futures] = found[number, kinds[number]]

    def _search(
        self, start: Point, end: Point, pace: tuple[str, float], active: frozenset[int]
    ) -> tuple[int, tuple[int, ...]]:
        key = start.id, end.id, pace, active
        if key not in self._searched:
            seconds, met = self._affected.seconds(start, end, pace, active)
            self._searched[key] = seconds, tuple(sorted(set(met) - active))
        return self._searched[key]


def _kinds(hits: NDArray[np.bool_]) -> int:
    """Count the situations that differ; beyond 60 sites those that differ in the first 60."""
    some = hits[:60].astype(np.int64)
    return len(np.unique((some << np.arange(len(some))[:, None]).sum(axis=0)))
