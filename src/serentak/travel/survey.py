"""The report on a network: whether the vehicles of a district reach its stations by it, and where they do not."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from serentak.base.messages import _
from serentak.base.numbers import number
from serentak.territory.columns import MODES
from serentak.travel.protocol import Point
from serentak.travel.road_ends import Proposal, Stranded, propose
from serentak.travel.snap import Pieces, Snapped, Snapper, pieces_of
from serentak.travel.ways import snap_limit, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.base.errors import Problem
    from serentak.territory.model import District, Place, Station
    from serentak.travel.graph import Graph

WORST: Final = 5
"""How many of the farthest points are named."""

SHOWN: Final = 20
"""How many lines of one kind are printed; ``--json`` has all."""

Reason = Literal["far", "base_far", "apart"]


@dataclass(frozen=True, slots=True)
class ModeReport:
    """What the network is to one mode of travel.

    Parameters
    ----------
    mode
        Mode of travel.
    metres
        Metres of ways it can use.
    pieces, small_pieces
        Metres of the large pieces, longest first, and how many small ones there are.
    points
        Points that vehicles of this mode serve or start from.
    joined
        How many of them are joined to the network.
    median, ninth, longest
        Straight metres from points to the network: half of them, nine of ten and all of them lie as near.
    worst
        The farthest points with their metres.
    """

    mode: str
    metres: int
    pieces: tuple[int, ...]
    small_pieces: int
    points: int
    joined: int
    median: int
    ninth: int
    longest: int
    worst: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        head = _("{mode}: {km} km of ways in {pieces} pieces and {small} small ones").format(
            mode=self.mode, km=number(self.metres // 1000), pieces=len(self.pieces), small=self.small_pieces
        )
        if not self.points:
            return head
        tail = _(
            "{joined} of {points} points joined; metres to them: half {median}, nine in ten {ninth}, all {longest}"
        )
        far = _("; farthest: {points}").format(points=", ".join(f"{name} {number(m)}" for name, m in self.worst))
        return f"{head}; " + tail.format(
            joined=self.joined, points=self.points, median=number(self.median), ninth=number(self.ninth),
            longest=number(self.longest),
        ) + far  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreached:
    """A station or place that a mode does not reach from the place its goods come from.

    Parameters
    ----------
    id, name, base, mode
        Who, from where and by which mode.
    reason
        ``far``: it lies farther from the network than the mode's limit; ``base_far``: its parent does; ``apart``: no
        way of the network leads there and back.
    metres
        Straight metres from the network, of the one that is far; 0 when apart.
    only
        Whether no other mode of the parent's vehicles reaches it either.
    """

    id: str
    name: str
    base: str
    mode: str
    reason: Reason
    metres: int
    only: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A piece of the network with stations that is apart from the piece their parent stands on.

    Parameters
    ----------
    mode
        Mode for which it is apart.
    metres
        Metres of ways in the piece.
    stations
        Stations and places on it.
    gap, lon, lat
        Straight metres where it comes nearest to the other piece, and where that is.
    """

    mode: str
    metres: int
    stations: int
    gap: int
    lon: float
    lat: float

    def __str__(self) -> str:
        return _(
            "{mode}: a piece of {km} km with {n} stations is apart from the roads of their parent; they come nearest, "
            "{gap} m, at {lon:.5f}, {lat:.5f}: if one can drive there, mend the network"
        ).format(
            mode=self.mode, km=number(self.metres // 1000), n=self.stations, gap=number(self.gap), lon=self.lon,
            lat=self.lat,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Survey:
    """The report on a network.

    Parameters
    ----------
    notes
        What was done to read it.
    nodes, edges, metres
        Size of the network.
    kinds
        Metres by kind of way, longest first.
    modes
        By mode that the network or the fleet knows.
    estimated
        Modes of the fleet for which the network has no way at all: their times stay estimates.
    unreached
        Stations and places that a mode of their parent's vehicles does not reach.
    gaps
        Pieces of the network on which stations stand apart from their parent, those with most stations first.
    proposals
        Road ends and jetties that would reach those no mode reaches.
    """

    notes: tuple[Problem, ...]
    nodes: int
    edges: int
    metres: int
    kinds: tuple[tuple[str, int], ...]
    modes: tuple[ModeReport, ...]
    estimated: tuple[str, ...]
    unreached: tuple[Unreached, ...]
    gaps: tuple[Gap, ...]
    proposals: tuple[Proposal, ...]

    def lines(self) -> list[str]:
        """Give the report as lines for people."""
        said = [
            _("Network: {km} km of ways, {nodes} nodes.").format(
                km=number(self.metres // 1000), nodes=number(self.nodes)
            )
        ]
        said += [f"  {note}" for note in self.notes]
        said += [f"  {report}" for report in self.modes]
        said += [
            "  " + _("{mode}: the network has no way for it; its times stay estimates").format(mode=mode)
            for mode in self.estimated
        ]
        lost = _in_groups([row for row in self.unreached if row.only])
        said += [f"  {line}" for line in lost[:SHOWN]]
        if len(lost) > SHOWN:
            said.append("  " + _("… and {n} more lines, all in --json").format(n=len(lost) - SHOWN))
        said += [f"  {gap}" for gap in self.gaps[:SHOWN]]
        for proposal in self.proposals:
            said += [f"  {line}" for line in proposal.lines()]
        return said

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain data for ``--json``."""
        return asdict(self)


def _in_groups(rows: Sequence[Unreached]) -> list[str]:
    """Say who is not reached, a line for those of one village with one reason."""
    groups: dict[tuple[str, str, str, Reason], list[Unreached]] = defaultdict(list)
    for row in rows:
        groups[row.name, row.base, row.mode, row.reason].append(row)
    return [_group(*key, group) for key, group in groups.items()]


def _group(name: str, base: str, mode: str, reason: Reason, rows: Sequence[Unreached]) -> str:
    words = {
        "far": _(
            "{name}: {who} {metres} m from the nearest way for a {mode}, more than {limit} m; say in access by which "
            "mode one gets there, or mend the position"
        ),
        "base_far": _("{name}: {who} not reached, because their parent {base} lies {metres} m from a way for a {mode}"),
        "apart": _(
            "{name}: {who} not reached, no way for a {mode} leads there from {base} and back; say in access by which "
            "mode one gets there, or mend the network"
        ),
    }[reason]
    ids = [row.id for row in rows]
    metres = sorted({row.metres for row in rows})
    return words.format(
        name=name,
        base=base,
        mode=mode,
        who=ids[0] if len(ids) == 1 else _("{first} and {n} others").format(first=ids[0], n=len(ids) - 1),
        metres=number(metres[0]) if len(metres) == 1 else f"{number(metres[0])}-{number(metres[-1])}",
        limit=number(snap_limit(mode)),
    )


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
        self._pieces: dict[str, Pieces] = {}
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

    def pieces(self, mode: str) -> Pieces:
        """Give the pieces of the network for a mode."""
        if mode not in self._pieces:
            self._pieces[mode] = pieces_of(self.graph, mode)
        return self._pieces[mode]

    def report(self, mode: str) -> ModeReport:
        """Give what the network is to one mode."""
        pieces = self.pieces(mode)
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
            worst=tuple((_called(self.who[n]), m) for m, n in worst),
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
        piece = self.pieces(mode).piece
        return None if piece[found.node[n]] == piece[found.node[base]] else ("apart", 0)

    def _mendable(self, mode: str, n: int, reason: Reason) -> bool:
        """Tell whether the table or the map is at fault rather than the lie of the land."""
        if reason == "apart":
            return self._gap(mode, *self._two_pieces(mode, n)).gap <= int(table()["transfer"]["error_metres"])
        return reason == "base_far"

    def _two_pieces(self, mode: str, n: int) -> tuple[int, int]:
        """Give the pieces on which a point and its parent stand."""
        nodes, piece = self.snapped(mode).node, self.pieces(mode).piece
        return int(piece[nodes[n]]), int(piece[nodes[self.index[self.who[n].parent]]])

    def gaps(self, rows: Sequence[Unreached]) -> list[Gap]:
        """Give the pieces on which those stand who are apart from their parent."""
        found = Counter(
            (row.mode, *self._two_pieces(row.mode, self.index[row.id])) for row in rows if row.reason == "apart"
        )
        gaps = [self._gap(mode, here, there, count) for (mode, here, there), count in found.items()]
        return sorted(gaps, key=lambda gap: (-gap.stations, gap.mode, gap.lon, gap.lat))

    def _gap(self, mode: str, here: int, there: int, count: int = 1) -> Gap:
        pieces = self.pieces(mode)
        if (mode, here, there) not in self._nearest:
            nodes = np.flatnonzero(pieces.piece == here)
            distance, _which = self.snapper.between(nodes, np.flatnonzero(pieces.piece == there))
            self._nearest[mode, here, there] = int(nodes[distance.argmin()]), int(np.ceil(distance.min()))
        node, metres = self._nearest[mode, here, there]
        lon, lat = round(float(self.graph.lon[node]), 6), round(float(self.graph.lat[node]), 6)
        return Gap(mode, int(pieces.metres[here]), count, metres, lon, lat)


def _called(thing: Place | Station) -> str:
    name = getattr(thing, "name", "") or getattr(thing, "desa_name", "")
    return name or thing.id
