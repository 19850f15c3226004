"""The seam between planning and the world's roads and rivers."""

from __future__ import annotations

from collections.abc import Sequence
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


class Travel(Protocol):
    """Knows how long the way between points takes."""

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
