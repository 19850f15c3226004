"""From lines to a graph: cut where lines meet, leave out what cannot be travelled, say what was left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from serentak.base.errors import Problems
from serentak.base.messages import _
from serentak.territory.columns import MODES
from serentak.travel.graph import Graph
from serentak.travel.lines import Lines
from serentak.travel.protocol import UNREACHABLE
from serentak.travel.ways import WATER, table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def build_graph(lines: Lines, file: str, problems: Problems) -> Graph:
    """Cut lines into edges and give the graph they make.

    An edge ends where lines meet, and is never longer than ``ways.toml`` says. Edges keep the number of the line
    they were cut from, so lines are never joined.

    Parameters
    ----------
    lines
        At least one line.
    file
        File name as the user knows it.
    problems
        Takes a note for each kind of thing left out, and warnings of what cannot be true.
    """
    lines = _with_true_crossings(lines, file, problems)
    shapes = _cut(lines, file, problems)
    edges = _kept(_merged(shapes, lines), shapes, lines, file, problems)
    return _graph(edges, shapes, lines)


@dataclass(frozen=True, slots=True, eq=False)
class _Shapes:
    """Lines with the bends at which they are cut.

    `first` and `last` are the bends of a stretch, `line` its line; `node` tells bends apart by small numbers.
    """

    node: Ints
    lon: Floats
    lat: Floats
    along: Floats
    first: Ints
    last: Ints
    line: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Edges as rows: stretch, ends and length."""

    stretch: Ints
    tail: Ints
    head: Ints
    metres: Floats


def segment_metres(lon: Floats, lat: Floats) -> Floats:
    """Give the geodesic (WGS84) between each point and the next, shape (n - 1,)."""
    from pyproj import Geod  # noqa: PLC0415 - a fifth of a second that only those with a network should pay

    return np.asarray(Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2], dtype=np.float64)


def _along(lines: Lines) -> tuple[Ints, Floats]:
    """Give the line of every bend, and the metres to it along all lines one after another."""
    size = np.diff(lines.start)
    here = np.concatenate(([0.0], segment_metres(lines.lon, lines.lat)))
    here[lines.start[:-1]] = 0.0
    return np.repeat(np.arange(len(size)), size), np.cumsum(here)


def _with_true_crossings(lines: Lines, file: str, problems: Problems) -> Lines:
    """Leave out the durations of crossings that no ferry can keep."""
    if not any(trait.seconds for trait in lines.traits):
        return lines
    _line, along = _along(lines)
    kmh = (along[lines.start[1:] - 1] - along[lines.start[:-1]]) * 3.6
    kmh /= np.maximum(1e-9, np.array([trait.seconds for trait in lines.traits])[lines.trait])
    timed = np.array([trait.seconds > 0 for trait in lines.traits])[lines.trait]
    limits = table()["plausible"]
    wrong = timed & ~((kmh >= limits["slowest_ferry"]) & (kmh <= limits["fastest_ferry"]))
    if not wrong.any():
        return lines
    problems.warn(
        file, None, "duration", ", ".join(map(str, lines.source[wrong][:5].tolist())),
        _("{n} crossings have a duration that cannot be true; the speed of their kind is used").format(n=wrong.sum()),
        _("write the duration of one crossing as hours:minutes"),
    )  # fmt: skip
    untimed = [replace(trait, seconds=0) for trait in lines.traits]
    return replace(
        lines,
        traits=(*lines.traits, *untimed),
        trait=np.where(wrong, lines.trait + len(untimed), lines.trait).astype(np.int32),
    )


def _cut(lines: Lines, file: str, problems: Problems) -> _Shapes:
    """Cut lines where they meet and end, and between, evenly, where a stretch is too long or returns to its start."""
    line, along = _along(lines)
    _say_straight(lines, line, along, file, problems)
    node = np.unique(lines.key, return_inverse=True)[1].astype(np.int64)
    cut = np.bincount(node)[node] > 1
    cut[lines.start[:-1]] = cut[lines.start[1:] - 1] = True
    first, last, _line = _stretches(cut, line)
    length = along[last] - along[first]
    whole = np.array([trait.whole for trait in lines.traits])[lines.trait[line[first]]]
    parts = np.where(whole, 1, np.ceil(length / table()["cut"]["metres"])).astype(np.int64)
    parts = np.where((node[first] == node[last]) & (length > 0), np.maximum(2, parts), parts)
    more = np.maximum(parts - 1, 0)
    stretch = np.repeat(np.arange(len(first)), more)
    step = np.arange(len(stretch)) - np.repeat(np.cumsum(more) - more, more) + 1
    aim = along[first[stretch]] + step * length[stretch] / parts[stretch]
    after = np.searchsorted(along, aim, side="right")
    share = (aim - along[after - 1]) / (along[after] - along[after - 1])

    def between(values: Floats) -> Floats:
        return np.insert(values, after, values[after - 1] + share * (values[after] - values[after - 1]))

    node = np.insert(node, after, np.arange(len(after)) + (node.max() + 1))
    line, cut = np.insert(line, after, line[after]), np.insert(cut, after, True)
    return _Shapes(node, between(lines.lon), between(lines.lat), np.insert(along, after, aim), *_stretches(cut, line))


def _say_straight(lines: Lines, line: Ints, along: Floats, file: str, problems: Problems) -> None:
    """Warn of roads drawn straight over kilometres; those that stay whole lead over water and may be straight."""
    water = np.array([trait.whole or trait.kind in WATER for trait in lines.traits])[lines.trait]
    metres = np.diff(along, append=along[-1])
    longest = table()["plausible"]["straight_metres"]
    found = line[(metres > longest) & ~water[line]]
    if len(found):
        problems.warn(
            file, None, None, ", ".join(map(str, dict.fromkeys(lines.source[found[:5]].tolist()))),
            _("{n} stretches of road run straight for more than {metres} m; their length may be wrong").format(
                n=len(found), metres=longest
            ),
            _("draw them along the ground"),
        )  # fmt: skip


def _stretches(cut: Bools, line: Ints) -> tuple[Ints, Ints, Ints]:
    """Give first bend, last bend and line of every stretch between two cuts."""
    at = np.flatnonzero(cut)
    same = line[at[:-1]] == line[at[1:]]
    return at[:-1][same], at[1:][same], line[at[:-1][same]]


def _merged(shapes: _Shapes, lines: Lines) -> _Edges:
    """Make edges of stretches; two ends without any way between them become one node, unless a barrier parts them."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - heavy
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    tail, head = shapes.node[shapes.first], shapes.node[shapes.last]
    metres = shapes.along[shapes.last] - shapes.along[shapes.first]
    gate = np.array([trait.gate for trait in lines.traits])[lines.trait[shapes.line]]
    touching = (metres < 1e-3) & ~gate & (tail != head)
    if touching.any():
        n = int(shapes.node.max()) + 1
        joined = coo_array((np.ones(int(touching.sum())), (tail[touching], head[touching])), shape=(n, n))
        _count, same = connected_components(joined, directed=False)
        tail, head = same[tail].astype(np.int64), same[head].astype(np.int64)
    return _Edges(np.arange(len(tail)), tail, head, metres)


def _kept(edges: _Edges, shapes: _Shapes, lines: Lines, file: str, problems: Problems) -> _Edges:
    """Leave out what leads nowhere, and what is there twice."""
    loop = edges.tail == edges.head
    point = loop & (edges.metres < 1e-3)  # also what was merged with its other end
    loop &= ~point
    _say(problems, file, point, shapes, lines, _("{n} stretches of way have no length; they are left out"))
    _say(problems, file, loop, shapes, lines, _("{n} stretches of way lead from a point to itself; they are left out"))
    edges = _take(edges, ~(point | loop))
    twice = _duplicates(edges, shapes, lines)
    _say(
        problems, file, twice, shapes, lines, _("{n} stretches of way are drawn twice; one of each is kept"),
        edges.stretch,
    )  # fmt: skip
    return _take(edges, ~twice)


def _take(edges: _Edges, kept: Bools) -> _Edges:
    return _Edges(edges.stretch[kept], edges.tail[kept], edges.head[kept], edges.metres[kept])


def _say(
    problems: Problems,
    file: str,
    found: Bools,
    shapes: _Shapes,
    lines: Lines,
    message: str,
    stretch: Ints | None = None,
) -> None:
    if not found.any():
        return
    at = np.flatnonzero(found) if stretch is None else stretch[found]
    sources = list(dict.fromkeys(lines.source[shapes.line[at[:1000]]].tolist()))[:5]
    problems.note(
        file, ", ".join(map(str, sources)),
        message.format(n=len(at)),
        _("the numbers are those of ways in the file; nothing need be done unless a road is missing"),
    )  # fmt: skip


def _duplicates(edges: _Edges, shapes: _Shapes, lines: Lines) -> Bools:
    """Tell which edges were drawn before: same ends, same length, same middle, and open to the same modes."""
    turned = edges.tail > edges.head
    first, last = shapes.first[edges.stretch], shapes.last[edges.stretch]
    weight = np.concatenate(([0.0], np.cumsum(shapes.lon + 2 * shapes.lat)))
    inner = np.where(last - first > 1, (weight[last] - weight[first + 1]) / np.maximum(1, last - first - 1), 0.0)
    trait = lines.trait[shapes.line[edges.stretch]].astype(np.int64)
    symmetric = np.array([t.ahead == t.back for t in lines.traits])[trait]
    columns = (
        np.minimum(edges.tail, edges.head),
        np.maximum(edges.tail, edges.head),
        np.rint(edges.metres * 10).astype(np.int64),
        np.rint(inner * 1e5).astype(np.int64),
        trait,
        (turned & ~symmetric).astype(np.int64),
    )
    order = np.lexsort(columns[::-1])
    same = np.ones(max(0, len(order) - 1), dtype=np.bool_)
    for column in columns:
        same &= column[order][1:] == column[order][:-1]
    twice = np.zeros(len(order), dtype=np.bool_)
    twice[order[1:][same]] = True
    return twice


def _graph(edges: _Edges, shapes: _Shapes, lines: Lines) -> Graph:
    used, ends = np.unique(np.concatenate((edges.tail, edges.head)), return_inverse=True)
    tail, head = np.split(ends.astype(np.int32), 2)
    first, last, line = (column[edges.stretch] for column in (shapes.first, shapes.last, shapes.line))
    lon, lat = np.empty(len(used)), np.empty(len(used))
    for nodes, bends in ((head, last), (tail, first)):
        lon[nodes], lat[nodes] = shapes.lon[bends], shapes.lat[bends]
    size = last - first + 1
    start = np.concatenate(([0], np.cumsum(size))).astype(np.int64)
    bend = np.arange(start[-1]) - np.repeat(start[:-1] - first, size)
    metres = np.maximum(1, np.rint(edges.metres)).astype(np.int64)
    kinds = tuple(dict.fromkeys(trait.kind for trait in lines.traits))
    kind = np.array([kinds.index(trait.kind) for trait in lines.traits], dtype=np.int16)[lines.trait[line]]
    arcs = _Arcs(lines, line, edges.metres, metres, (tail, head))
    return Graph(
        lon=lon,
        lat=lat,
        tail=np.concatenate((tail[arcs.ahead], head[arcs.back])),
        head=np.concatenate((head[arcs.ahead], tail[arcs.back])),
        edge=np.concatenate((arcs.ahead, arcs.back)).astype(np.int32),
        forward=np.arange(len(arcs.ahead) + len(arcs.back)) < len(arcs.ahead),
        milliseconds=arcs.milliseconds(),
        metres=metres,
        kind=kind,
        kinds=kinds,
        name=lines.name[line],
        names=lines.names,
        source=lines.source[line],
        shape_start=start,
        shape_lon=shapes.lon[bend],
        shape_lat=shapes.lat[bend],
    )


class _Arcs:
    """Directions of edges that somebody may use, and the time they take."""

    def __init__(
        self, lines: Lines, line: Ints, exact: Floats, metres: Ints, ends: tuple[NDArray[np.int32], NDArray[np.int32]]
    ) -> None:
        self.lines, self.line, self.metres, self.ends = lines, line, metres, ends
        self.trait = lines.trait[line]
        self.share = exact / np.maximum(1e-9, np.bincount(line, weights=exact, minlength=len(lines.trait)))[line]
        self.ahead = np.flatnonzero(np.array([any(t.ahead) for t in lines.traits])[self.trait])
        self.back = np.flatnonzero(np.array([any(t.back) for t in lines.traits])[self.trait])

    def milliseconds(self) -> dict[str, Ints]:
        """Give the time over every arc by mode; only modes that may use at least one."""
        found = {}
        for number, mode in enumerate(MODES):
            ahead = self._time(mode, self.ahead, np.array([t.ahead[number] for t in self.lines.traits]))
            back = self._time(mode, self.back, np.array([t.back[number] for t in self.lines.traits]))
            both = np.concatenate((ahead, back))
            if (both != UNREACHABLE).any():
                found[mode] = both
        return found

    def _waiting(self, mode: str) -> Floats:
        """Give the milliseconds of waiting by edge: half of it at every shore, so none where ferries meet at sea.

        A shore is an end that a way of the mode leads to, or that no other ferry goes on from.
        """
        wait = np.array([t.wait * 1000.0 for t in self.lines.traits])[self.trait]
        sails = wait > 0
        if not sails.any():
            return wait
        number = MODES.index(mode)
        rides = np.array([t.ahead[number] > 0 or t.back[number] > 0 for t in self.lines.traits])[self.trait]
        tail, head = self.ends
        ferries = np.bincount(
            np.concatenate((tail[sails], head[sails])), minlength=int(max(tail.max(), head.max())) + 1
        )
        shore = ferries == 1
        land = rides & ~sails
        shore[tail[land]] = shore[head[land]] = True
        halves: Floats = wait / 2 * (shore[tail].astype(np.int64) + shore[head])
        return halves

    def _time(self, mode: str, edge: Ints, kmh: Floats) -> Ints:
        traits = self.lines.traits
        trait = self.trait[edge]
        speed = kmh[trait]
        with np.errstate(divide="ignore"):
            time = self.metres[edge] * 3600 / speed
        if mode != "boat":
            # Those who ride along take the time of the crossing; a stretch of it takes its share.
            crossing = np.array([t.seconds for t in traits])[trait] * 1000.0
            time = np.where((crossing > 0) & (speed > 0), crossing * self.share[edge], time)
            time += self._waiting(mode)[edge]
        usable = speed > 0
        return np.where(usable, np.maximum(1, np.rint(np.where(usable, time, 0))), UNREACHABLE).astype(np.int64)
