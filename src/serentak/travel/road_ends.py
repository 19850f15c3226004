"""Road ends and jetties: where goods could change vehicle for stations that nobody reaches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from serentak.base.messages import _
from serentak.base.numbers import number
from serentak.travel.protocol import UNREACHABLE
from serentak.travel.snap import Snapper
from serentak.travel.ways import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.travel.graph import Graph
    from serentak.travel.protocol import Point

ONWARD: Final = ("4x4", "motorbike", "boat", "foot")
"""Modes that may go on where others end, in the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Stranded:
    """A station or place that none of the modes at its parent reaches."""

    point: Point
    village: str
    name: str
    base: Point
    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """The way to a stranded station from an end: seconds on the network, then metres beside it."""

    row: Stranded
    seconds: int
    off: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place of kind ``transit`` that a person may accept.

    Parameters
    ----------
    id, village, parent, lon, lat
        Cells of the new row of ``places.csv``.
    arrive_by, go_on_by
        Mode that reaches it from its parent, and mode that reaches the stations from it.
    stations
        Those whose ``parent`` it would be.
    longest_seconds, longest_off
        Of the ways from it to them: the longest on the network, at the mode's own speed, and the most straight
        metres from the network to one of them.
    """

    id: str
    village: str
    parent: str
    lon: float
    lat: float
    arrive_by: str
    go_on_by: str
    stations: tuple[str, ...]
    longest_seconds: int
    longest_off: int

    def lines(self) -> list[str]:
        """Give the proposal as lines for people, with the rows to write."""
        return [
            _(
                "Proposal: change at {lon:.5f}, {lat:.5f} from {arrive} to {mode} for {n} stations, up to {minutes} "
                "minutes and then {off} m where the network has no way"
            ).format(
                n=len(self.stations), mode=self.go_on_by, arrive=self.arrive_by, lon=self.lon, lat=self.lat,
                minutes=number(-(-self.longest_seconds // 60)), off=number(self.longest_off),
            ),
            f"  places.csv (id,village,kind,parent,lon,lat): {self.row()}",
            _("  stations.csv: {cells} for {stations}; and vehicles at {id} in fleet.csv").format(
                cells=f"parent={self.id}, access={self.go_on_by}", stations=", ".join(self.stations), id=self.id
            ),
        ]  # fmt: skip

    def row(self) -> str:
        """Give the row of ``places.csv``: id, village, kind, parent, lon, lat."""
        return f"{self.id},{self.village},transit,{self.parent},{self.lon:.6f},{self.lat:.6f}"


def propose(graph: Graph, snapper: Snapper, stranded: Sequence[Stranded]) -> list[Proposal]:
    """Propose for stranded stations the places nearest in time from which another mode reaches them.

    Such a place is a node that a mode of the parent reaches, and next to it (see ``ways.toml``) a node from which
    the other mode gets to the station. Ends near each other become one.
    """
    left = list(stranded)
    proposals: list[Proposal] = []
    for go_on in ONWARD:
        ends: dict[tuple[str, str, int], list[_End]] = defaultdict(list)
        for arrive, rows in _by_mode(left, go_on).items():
            for base in dict.fromkeys(row.base for row in rows):
                here = [row for row in rows if row.base == base]
                for way, end in _nearest_ends(graph, snapper, base, arrive, go_on, here):
                    ends[base.id, arrive, end].append(way)
        for (base_id, arrive, end), found in _gathered(graph, ends).items():
            proposals.append(_proposal(graph, base_id, arrive, go_on, end, found, proposals))
            served = {way.row for way in found}
            left = [row for row in left if row not in served]
    return proposals


def _by_mode(left: Sequence[Stranded], go_on: str) -> dict[str, list[Stranded]]:
    """Give stranded stations by the first mode at their parent, where that is not the one to go on with."""
    found: dict[str, list[Stranded]] = defaultdict(list)
    for row in left:
        if go_on not in row.modes:
            found[row.modes[0]].append(row)
    return found


def _nearest_ends(
    graph: Graph, snapper: Snapper, base: Point, arrive: str, go_on: str, rows: Sequence[Stranded]
) -> list[tuple[_End, int]]:
    """Give for each station that can be reached its way from the nearest end, and the node of that end."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - heavy
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    start = int(snapper.snap([base], arrive).node[0])
    joined = snapper.snap([row.point for row in rows], go_on)
    goal = joined.node
    if start < 0 or go_on not in graph.milliseconds or (goal < 0).all():
        return []
    near, end_of = _changes(snapper, arrive, start, go_on)
    if not len(near):
        return []
    time = graph.milliseconds[go_on]
    arcs = np.flatnonzero(time != UNREACHABLE)
    # Of several arcs between two nodes the quickest: the matrix would add them up.
    arcs = arcs[np.lexsort((time[arcs], graph.head[arcs], graph.tail[arcs]))]
    tail, head = graph.tail[arcs], graph.head[arcs]
    arcs = arcs[np.concatenate(([True], (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])))]
    n = len(graph.lon)
    network = coo_array((time[arcs].astype(np.float64), (graph.tail[arcs], graph.head[arcs])), shape=(n, n)).tocsr()
    taken, _before, source = dijkstra(network, indices=near, min_only=True, return_predecessors=True)
    piece = snapper.pieces(go_on).piece
    return [
        (_End(row, int(np.ceil(taken[node] / 1000)), off), end_of[int(source[node])])
        for row, node, off in zip(rows, goal.tolist(), joined.metres.tolist(), strict=True)
        if node >= 0
        and np.isfinite(taken[node])
        and piece[node] == piece[source[node]]
        # Nobody changes to a boat that brings the goods less far than they are carried behind it.
        and (go_on == "foot" or _straight(graph, int(source[node]), node) > off)
    ]


def _changes(snapper: Snapper, arrive: str, start: int, go_on: str) -> tuple[NDArray[np.int64], dict[int, int]]:
    """Give the nodes from which one mode may go on, each with the node to which the other brings the goods."""
    pieces = snapper.pieces(arrive)
    here, there = snapper.usable(arrive), snapper.usable(go_on)
    here = here[pieces.piece[here] == pieces.piece[start]]
    if not len(here) or not len(there):
        return np.empty(0, dtype=np.int64), {}
    distance, nearest = snapper.between(there, here)
    # To a boat goods are carried; whoever goes on by road has to meet the other on the same one.
    close = distance <= (table()["transfer"]["metres"] if go_on == "boat" else 0.1)
    return there[close], dict(zip(there[close].tolist(), here[nearest[close]].tolist(), strict=True))


def _gathered(graph: Graph, ends: dict[tuple[str, str, int], list[_End]]) -> dict[tuple[str, str, int], list[_End]]:
    """Put ends of the same parent that lie near each other together, at the one that serves most."""
    gathered: dict[tuple[str, str, int], list[_End]] = {}
    for key in sorted(ends, key=lambda key: (-len(ends[key]), key)):
        base, arrive, end = key
        for other in gathered:
            if other[:2] == (base, arrive) and _straight(graph, end, other[2]) <= table()["transfer"]["gather_metres"]:
                # Longer than measured by no more than the way between the two ends.
                gathered[other] += ends[key]
                break
        else:
            gathered[key] = list(ends[key])
    return gathered


def _straight(graph: Graph, a: int, b: int) -> float:
    east = (graph.lon[a] - graph.lon[b]) * np.cos(np.radians(graph.lat[a]))
    return float(np.hypot(east, graph.lat[a] - graph.lat[b]) * 111_195)


def _proposal(
    graph: Graph, base: str, arrive: str, go_on: str, end: int, found: list[_End], made: list[Proposal]
) -> Proposal:
    village = min(found, key=lambda way: (way.seconds, way.row.point.id)).row.village
    word = "DERMAGA" if go_on == "boat" else "UJUNG"
    taken = {proposal.id for proposal in made}
    name = next(
        name for n in range(1, len(made) + 2) if (name := f"{word}-{village}" + (f"-{n}" if n > 1 else "")) not in taken
    )
    return Proposal(
        id=name,
        village=village,
        parent=base,
        lon=round(float(graph.lon[end]), 6),
        lat=round(float(graph.lat[end]), 6),
        arrive_by=arrive,
        go_on_by=go_on,
        stations=tuple(sorted(way.row.point.id for way in found)),
        longest_seconds=max(way.seconds for way in found),
        longest_off=max(way.off for way in found),
    )
