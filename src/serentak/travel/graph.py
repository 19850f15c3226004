"""A network of roads, rivers and crossings as plain arrays: what readers make and what engines search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A network of n nodes, e edges and m arcs.

    An edge is a stretch of way between two nodes, as it is drawn; an arc is one direction of it that at least one
    mode may use. Coordinates are degrees, WGS84.

    Parameters
    ----------
    lon, lat
        Position of every node, shape (n,), float64.
    tail, head
        Nodes an arc leads from and to, shape (m,), int32.
    edge
        Edge of an arc, shape (m,), int32.
    forward
        Whether an arc runs as its edge is drawn, shape (m,), bool.
    milliseconds
        By mode of travel: time over an arc at the mode's own speed, shape (m,), int64, at least 1;
        `serentak.travel.protocol.UNREACHABLE` where the mode may not use the arc. A mode that may use no arc at all
        is not a key.
    metres
        Length of an edge, shape (e,), int64, at least 1.
    kind, kinds
        What an edge is: index (e,), int16, into the words of the source (``residential``, ``river``, ``ferry`` …).
    name, names
        What an edge is called: index (e,), int32; index 0 is the empty name.
    source
        Number of the feature or way in the source that an edge was cut from, shape (e,), int64; people and hazard
        layers name edges by it.
    shape_start, shape_lon, shape_lat
        Drawn line of edge k, both ends included: ``shape_lon[shape_start[k] : shape_start[k + 1]]``; shape_start
        has shape (e + 1,), int64.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    edge: NDArray[np.int32]
    forward: NDArray[np.bool_]
    milliseconds: dict[str, NDArray[np.int64]]
    metres: NDArray[np.int64]
    kind: NDArray[np.int16]
    kinds: tuple[str, ...]
    name: NDArray[np.int32]
    names: tuple[str, ...]
    source: NDArray[np.int64]
    shape_start: NDArray[np.int64]
    shape_lon: NDArray[np.float64]
    shape_lat: NDArray[np.float64]
