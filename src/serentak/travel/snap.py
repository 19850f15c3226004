"""Join points to a network: the nearest node that a mode can use, and how far away it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from serentak.travel.protocol import UNREACHABLE
from serentak.travel.ways import can_stop, snap_limit, table

if TYPE_CHECKING:
    from serentak.travel.graph import Graph
    from serentak.travel.protocol import Point

_EARTH = 6_371_008.8


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Points joined to the network by one mode.

    Parameters
    ----------
    node
        Node each point is joined to, shape (n,), int32; -1 where the nearest lies farther than the mode's limit, or
        the network has no node that the mode can use.
    metres
        Straight metres to the nearest usable node, beyond the limit too, shape (n,), int64; `UNREACHABLE` where the
        network has none.
    """

    node: NDArray[np.int32]
    metres: NDArray[np.int64]


class Snapper:
    """Joins points to one network; what it needs of a mode is made once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._pieces: dict[str, Pieces] = {}
        self._near: dict[str, list[tuple[NDArray[np.int64], Any]]] = {}

    def snap(self, points: Sequence[Point], mode: str) -> Snapped:
        """Give the node to which every point is joined.

        It is the nearest node, within the mode's limit, of a large piece of the network (see `Pieces`) at which
        somebody can halt; where there is none, of a small piece: the roads of an islet are all there is.

        Parameters
        ----------
        points
            n points.
        mode
            Mode of travel.
        """
        lon = np.array([point.lon for point in points], dtype=np.float64)
        lat = np.array([point.lat for point in points], dtype=np.float64)
        node = np.full(len(points), -1, dtype=np.int32)
        metres = np.full(len(points), UNREACHABLE, dtype=np.int64)
        for nodes, tree in self._trees(mode):
            left = np.flatnonzero(node < 0)
            if not len(nodes) or not len(left):
                continue
            near = nodes[tree.query(_on_sphere(lon[left], lat[left]))[1]]
            away = straight_metres(lon[left], lat[left], self.graph.lon[near], self.graph.lat[near])
            known = metres[left]
            metres[left] = np.where((known == UNREACHABLE) | (away < known), away, known)
            node[left] = np.where(away <= snap_limit(mode), near, -1)
        return Snapped(node, metres)

    def pieces(self, mode: str) -> Pieces:
        """Give the pieces of the network for a mode."""
        if mode not in self._pieces:
            self._pieces[mode] = pieces_of(self.graph, mode)
        return self._pieces[mode]

    def usable(self, mode: str) -> NDArray[np.int64]:
        """Give the nodes to which points may be joined by a mode."""
        return np.concatenate([nodes for nodes, _tree in self._trees(mode)])

    def between(
        self, nodes: NDArray[np.int64], others: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Give for each node the straight metres to the nearest of the others, and which of them it is."""
        from scipy.spatial import KDTree  # noqa: PLC0415 - heavy

        lon, lat = self.graph.lon, self.graph.lat
        distance, nearest = KDTree(_on_sphere(lon[others], lat[others])).query(_on_sphere(lon[nodes], lat[nodes]))
        return distance, nearest

    def _trees(self, mode: str) -> list[tuple[NDArray[np.int64], Any]]:
        """Give the usable nodes of large pieces, then of small ones, each with what finds the nearest."""
        if mode not in self._near:
            from scipy.spatial import KDTree  # noqa: PLC0415 - heavy; only those who have a network pay for it

            graph, pieces = self.graph, self.pieces(mode)
            halts = np.array([can_stop(kind, mode) for kind in graph.kinds])
            ends = np.zeros(len(graph.lon), dtype=np.bool_)
            if mode in graph.milliseconds:
                arcs = (graph.milliseconds[mode] != UNREACHABLE) & halts[graph.kind[graph.edge]]
                ends[graph.tail[arcs]] = ends[graph.head[arcs]] = True
            small = ~pieces.large & (pieces.metres >= table()["snap"]["least_metres"])
            found = [np.flatnonzero(ends & kept[pieces.piece]) for kept in (pieces.large, small)]
            self._near[mode] = [
                (nodes, KDTree(_on_sphere(graph.lon[nodes], graph.lat[nodes])) if len(nodes) else None)
                for nodes in found
            ]
        return self._near[mode]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of the network within which a mode gets from every node to every other and back.

    Parameters
    ----------
    piece
        Piece of every node, shape (n,), int64; a node the mode does not touch is a piece by itself.
    metres
        Metres of edges within a piece, shape (p,), int64.
    large
        Whether a piece is so large that it is hardly an error of the map, shape (p,), bool.
    """

    piece: NDArray[np.int64]
    metres: NDArray[np.int64]
    large: NDArray[np.bool_]


def pieces_of(graph: Graph, mode: str) -> Pieces:
    """Find the pieces of the network that a mode can use; the largest is large whatever its size."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - heavy
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    n = len(graph.lon)
    if mode not in graph.milliseconds:
        return Pieces(np.arange(n), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_))
    arcs = graph.milliseconds[mode] != UNREACHABLE
    tail, head = graph.tail[arcs], graph.head[arcs]
    joined = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n, n)).tocsr()
    count, piece = connected_components(joined, directed=True, connection="strong")
    edge = np.unique(graph.edge[arcs & (piece[graph.tail] == piece[graph.head])])
    first = np.zeros(len(graph.metres), dtype=np.int64)
    first[graph.edge] = piece[graph.tail]
    metres = np.bincount(first[edge], weights=graph.metres[edge], minlength=count).astype(np.int64)
    large = metres >= table()["snap"]["large_metres"]
    large[int(metres.argmax())] = metres.max() > 0
    return Pieces(piece.astype(np.int64), metres, large)


def straight_metres(
    lon: NDArray[np.float64], lat: NDArray[np.float64], to_lon: NDArray[np.float64], to_lat: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Give the geodesic (WGS84) between points, whole metres, rounded up."""
    from pyproj import Geod  # noqa: PLC0415 - a fifth of a second

    metres = np.asarray(Geod(ellps="WGS84").inv(lon, lat, to_lon, to_lat)[2])
    return np.ceil(metres - 1e-6).astype(np.int64)


def _on_sphere(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give points on a sphere, metres, shape (n, 3): near by chord is near by arc, anywhere on Earth."""
    east, north = np.radians(lon), np.radians(lat)
    return _EARTH * np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))
