"""Hazards at work: which sites are active in which futures, and what a leg takes then."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Protocol

import numpy as np

from serentak.risk.draws import Bools, Draws, Floats
from serentak.travel import UNREACHABLE, Point, Travel
from serentak.travel.hazards import Hazards, Scenario

CLOSED: Final = float("inf")


class Affected(Protocol):
    """Travel that knows what its sites do to a leg, see `serentak.travel.affected`."""

    def seconds(
        self, start: Point, end: Point, pace: tuple[str, float], active: frozenset[int]
    ) -> tuple[int, Collection[int]]:
        """Give the seconds of a leg while sites are active, and the sites that would change it."""
        ...


class Calm:
    """Legs as planned: nothing ever closes."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel
        self._kept: dict[tuple[str, str, tuple[str, float]], float] = {}

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
    searched once, however many futures share it. This is exact: a way that is best while some sites are active, and
    meets no other, stays best whatever the others do.

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

    def leg(self, start: Point, end: Point, pace: tuple[str, float], day: int, draws: Draws) -> Floats | float:
        """Give the seconds of a leg in every future; infinite where no way is open."""
        self._begin(draws)
        _seconds, met = self._search(start, end, pace, frozenset())
        if not met:
            return CLOSED if _seconds == UNREACHABLE else float(_seconds)
        key = start.id, end.id, pace, day
        if key not in self._legs:
            times = np.empty(draws.size, dtype=np.float32)
            self._part(times, np.arange(draws.size), (start, end, pace, day), frozenset(), frozenset())
            self._legs[key] = times
        return self._legs[key]

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
        futures: np.ndarray[tuple[int], np.dtype[np.intp]],
        leg: tuple[Point, Point, tuple[str, float], int],
        active: frozenset[int],
        idle: frozenset[int],
    ) -> None:
        """Fill in the times of some futures in which these sites are active and those are not."""
        start, end, pace, day = leg
        seconds, met = self._search(start, end, pace, active)
        open_questions = [site for site in met if site not in idle]
        if not open_questions:
            times[futures] = CLOSED if seconds == UNREACHABLE else seconds
            return
        site = open_questions[0]
        assert self._draws is not None  # noqa: S101 - set by leg
        hit = self.active(site, day, self._draws)[futures]
        if hit.any():
            self._part(times, futures[hit], leg, active | {site}, idle)
        if not hit.all():
            self._part(times, futures[~hit], leg, active, idle | {site})

    def _search(
        self, start: Point, end: Point, pace: tuple[str, float], active: frozenset[int]
    ) -> tuple[int, tuple[int, ...]]:
        key = start.id, end.id, pace, active
        if key not in self._searched:
            seconds, met = self._affected.seconds(start, end, pace, active)
            self._searched[key] = seconds, tuple(sorted(set(met) - active))
        return self._searched[key]
