"""The seam between planning and the world's roads and rivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

UNREACHABLE: Final = -1
"""Stands in a matrix where no way exists; never a large number that looks like a time."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where somebody starts or arrives.

    Parameters
    ----------
    id
        Id of the place or station.
    lon, lat
        Degrees, WGS84.
    """

    id: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Legs:
    """Every leg between n points, from row to column.

    Parameters
    ----------
    metres, seconds
        Shape (n, n), int64; zero on the diagonal, `UNREACHABLE` where there is no way.
    """

    metres: NDArray[np.int64]
    seconds: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Way:
    """The way from one point to another, as it is drawn on a map and said in words.

    Parameters
    ----------
    line
        (lon, lat) of every bend, degrees, WGS84, both ends included.
    names
        Roads and rivers in order of travel, each with the metres spent on it; an empty name where the network
        knows none. Empty where the way is an estimate without a network.
    """

    line: tuple[tuple[float, float], ...]
    names: tuple[tuple[str, int], ...] = ()


class Travel(Protocol):
    """Knows how long the way between points takes."""

    @property
    def engines(self) -> Mapping[str, str]:
        """Name and version of the software that finds the ways, as a plan records them; empty for estimates."""
        ...

    def legs(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> Legs:
        """Give all legs between the points.

        Parameters
        ----------
        points
            n points; two with different ids are different stops even at the same coordinates.
        mode
            ``truck``, ``pickup``, ``4x4``, ``motorbike``, ``boat``, ``foot`` …
        speed_factor
            Multiplies the speed of the mode.
        """
        ...

    def way(self, start: Point, end: Point, mode: str) -> Way | None:
        """Give the way that `legs` measures from one point to another, or None where there is none."""
        ...
