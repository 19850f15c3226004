"""The survey of a network: whether the vehicles of a district reach its stations by it, and where they do not."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from serentak.territory.columns import MODES
from serentak.travel.protocol import Point
from serentak.travel.road_ends import Stranded, propose
from serentak.travel.snap import Snapped, Snapper
from serentak.travel.survey_report import Gap, ModeReport, Reason, Survey, Unreached
from serentak.travel.ways import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.base.errors import Problem
    from serentak.territory.model import District, Place, Station
    from serentak.travel.graph import Graph

WORST: Final = 5
"""How many of the farthest points are named."""


def survey_network(graph: Graph, district: District, notes: Sequence[Problem] = ()) -> Survey:
    """See how far a network serves a district.

    Parameters
    ----------
    graph
        The network.
    district
        Its stations, places and vehicles.
    notes
        What was done to read the network.

    Returns
    -------
    Survey
        The report. A proposal is made for every station that no vehicle of its parent reaches though another
        mode would, from a road end or jetty that they do reach.
    """
    look = _Look(graph, district)
    unreached, stranded = look.unreached()
    metres = np.bincount(graph.kind, weights=graph.metres, minlength=len(graph.kinds)).astype(int)
    wanted = [mode for mode in MODES if mode in graph.milliseconds or mode in look.served]
    return Survey(
        notes=tuple(notes),
        nodes=len(graph.lon),
        edges=len(graph.metres),
        metres=int(graph.metres.sum()),
        kinds=tuple(
            sorted(((kind, int(metres[n])) for n, kind in enumerate(graph.kinds)), key=lambda row: (-row[1], row[0]))
        ),
        modes=tuple(look.report(mode) for mode in wanted if mode in graph.milliseconds),
        estimated=tuple(mode for mode in wanted if mode not in graph.milliseconds),
        unreached=tuple(unreached),
        gaps=tuple(look.gaps(unreached)),
        proposals=tuple(propose(graph, look.snapper, stranded)),
    )


class _Look:
    """A network as the vehicles of a district see it."""

    def __init__(self, graph: Graph, district: District) -> None:
        self.graph, self.snapper = graph, Snapper(graph)
        self.who: list[Place | Station] = [*district.places, *district.stations]
        self.index = {thing.id: n for n, thing in enumerate(self.who)}
        self.points = [self._point(thing) for thing in self.who]
        modes = defaultdict(set)
        for row in district.fleet:
            modes[row.base].add(row.mode)
        self.modes_at = {base: [mode for mode in MODES if mode in found] for base, found in modes.items()}
        self.served: dict[str, set[int]] = defaultdict(set)
        for n, thing in enumerate(self.who):
            for mode in self._modes_to(thing):
                self.served[mode] |= {n, self.index[thing.parent]}
        self._snapped: dict[str, Snapped] = {}
        self._nearest: dict[tuple[str, int, int], tuple[int, int]] = {}

    def _point(self, thing: Place | Station) -> Point:
        while thing.lon is None or thing.lat is None:
            thing = self.who[self.index[thing.parent]]
        return Point(thing.id, thing.lon, thing.lat)

    def _modes_to(self, thing: Place | Station) -> list[str]:
        """Give the modes of the vehicles that are to reach it."""
        access = getattr(thing, "access", ())
        return [mode for mode in self.modes_at.get(thing.parent, []) if not access or mode in access]

    def snapped(self, mode: str) -> Snapped:
        """Give all points joined to the network by a mode."""
        if mode not in self._snapped:
            self._snapped[mode] = self.snapper.snap(self.points, mode)
        return self._snapped[mode]

    def report(self, mode: str) -> ModeReport:
        """Give what the network is to one mode."""
        pieces = self.snapper.pieces(mode)
        large = sorted(pieces.metres[pieces.large].tolist(), reverse=True)
        at = sorted(self.served.get(mode, ()))
        found = self.snapped(mode)
        metres = found.metres[at]
        worst = sorted(zip(metres.tolist(), at, strict=True), key=lambda row: (-row[0], row[1]))[:WORST]
        known = len(metres) > 0
        return ModeReport(
            mode=mode,
            metres=int(pieces.metres.sum()),
            pieces=tuple(large),
            small_pieces=int(((pieces.metres > 0) & ~pieces.large).sum()),
            points=len(at),
            joined=int((found.node[at] >= 0).sum()),
            median=int(np.quantile(metres, 0.5)) if known else 0,
            ninth=int(np.quantile(metres, 0.9)) if known else 0,
            longest=int(metres.max()) if known else 0,
            worst=tuple((_exactly(self.who[n]), m) for m, n in worst),
        )

    def unreached(self) -> tuple[list[Unreached], list[Stranded]]:
        """Give what modes do not reach, and those whom no mode reaches."""
        rows: list[Unreached] = []
        stranded: list[Stranded] = []
        for n, thing in enumerate(self.who):
            modes = self._modes_to(thing)
            if any(mode not in self.graph.milliseconds for mode in modes):
                continue  # an estimate reaches everybody
            why = {mode: found for mode in modes if (found := self._why_not(mode, n))}
            only = bool(modes) and len(why) == len(modes)
            rows += [
                Unreached(thing.id, _called(thing), thing.parent, mode, reason, metres, only)
                for mode, (reason, metres) in why.items()
            ]
            if (
                only
                and thing.id not in self.modes_at
                and not any(self._mendable(mode, n, why[mode][0]) for mode in modes)
            ):
                base = self.points[self.index[thing.parent]]
                stranded.append(Stranded(self.points[n], thing.village, _called(thing), base, tuple(modes)))
        return rows, stranded

    def _why_not(self, mode: str, n: int) -> tuple[Reason, int] | None:
        found, base = self.snapped(mode), self.index[self.who[n].parent]
        if found.node[base] < 0:
            return "base_far", int(found.metres[base])
        if found.node[n] < 0:
            return "far", int(found.metres[n])
        piece = self.snapper.pieces(mode).piece
        return None if piece[found.node[n]] == piece[found.node[base]] else ("apart", 0)

    def _mendable(self, mode: str, n: int, reason: Reason) -> bool:
        """Tell whether the table or the map is at fault rather than the lie of the land."""
        if reason == "apart":
            return self._gap(mode, *self._two_pieces(mode, n)).gap <= int(table()["transfer"]["error_metres"])
        return reason == "base_far"

    def _two_pieces(self, mode: str, n: int) -> tuple[int, int]:
        """Give the pieces on which a point and its parent stand."""
        nodes, piece = self.snapped(mode).node, self.snapper.pieces(mode).piece
        return int(piece[nodes[n]]), int(piece[nodes[self.index[self.who[n].parent]]])

    def gaps(self, rows: Sequence[Unreached]) -> list[Gap]:
        """Give the pieces on which those stand who are apart from their parent."""
        found = Counter(
            (row.mode, *self._two_pieces(row.mode, self.index[row.id])) for row in rows if row.reason == "apart"
        )
        gaps = [self._gap(mode, here, there, count) for (mode, here, there), count in found.items()]
        return sorted(gaps, key=lambda gap: (-gap.stations, gap.mode, gap.lon, gap.lat))

    def _gap(self, mode: str, here: int, there: int, count: int = 1) -> Gap:
        pieces = self.snapper.pieces(mode)
        if (mode, here, there) not in self._nearest:
            nodes = np.flatnonzero(pieces.piece == here)
            distance, _which = self.snapper.between(nodes, np.flatnonzero(pieces.piece == there))
            self._nearest[mode, here, there] = int(nodes[distance.argmin()]), int(np.ceil(distance.min()))
        node, metres = self._nearest[mode, here, there]
        lon, lat = round(float(self.graph.lon[node]), 6), round(float(self.graph.lat[node]), 6)
        return Gap(mode, int(pieces.metres[here]), count, metres, lon, lat)


def _exactly(thing: Place | Station) -> str:
    """Name a place as people do, and a station by its id: its village has many."""
    return _called(thing) if hasattr(thing, "name") else thing.id


def _called(thing: Place | Station) -> str:
    name = getattr(thing, "name", "") or getattr(thing, "desa_name", "")
    return name or thing.id
