"""Travel estimated from coordinates: the geodesic, lengthened and slowed by what the terrain is known for."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.travel.protocol import Legs, Point, Way

if TYPE_CHECKING:
    from pyproj import Geod

_SPEEDS: Final = Path(__file__).with_name("speeds.toml")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_SPEEDS.read_text(encoding="utf-8"))


@cache
def _ellipsoid() -> Geod:
    from pyproj import Geod  # noqa: PLC0415 - a fifth of a second that only planning should pay

    return Geod(ellps="WGS84")


def terrains() -> tuple[str, ...]:
    """Give the names of the terrains that have speeds."""
    return tuple(name for name, row in _table().items() if isinstance(row, dict))


def modes() -> tuple[str, ...]:
    """Give the modes of travel that have speeds."""
    return tuple(_table()["lowland"])


class CrowFlight:
    """Times and distances from coordinates alone; an estimate, listed as an assumption in every report.

    Parameters
    ----------
    terrain
        Key of ``speeds.toml``: ``lowland``, ``hills``, ``mountain``, ``river``.

    Raises
    ------
    InputError
        When there is no such terrain.
    """

    def __init__(self, terrain: str) -> None:
        if terrain not in terrains():
            raise InputError.of(
                "district.toml",
                _("there are no speeds for this terrain"),
                _("choose one of: {choices}").format(choices=", ".join(terrains())),
                column="travel.terrain",
                value=terrain,
            )
        self.terrain = terrain
        self._rows: dict[str, dict[str, float]] = _table()[terrain]
        self._gap = int(_table()["gap"])

    @property
    def engines(self) -> dict[str, str]:
        """No software but this one; see `serentak.travel.protocol.Travel`."""
        return {}

    def speed(self, mode: str) -> tuple[float, float]:
        """Give km/h and winding factor of a mode."""
        row = self._rows[mode]
        return float(row["speed"]), float(row["winding"])

    def legs(self, points: Sequence[Point], mode: str, speed_factor: float = 1.0) -> Legs:
        """Give all legs between the points; see `serentak.travel.protocol.Travel`.

        Metres are the geodesic (WGS84) times the winding, rounded, and at least the gap between two stops;
        seconds are rounded up.
        """
        kmh, winding = self.speed(mode)
        # Stations of a village often share a point: a geodesic is the costly part, and needed once a pair of points.
        spots: dict[tuple[float, float], int] = {}
        spot = np.array([spots.setdefault((point.lon, point.lat), len(spots)) for point in points], dtype=np.int64)
        lon, lat = np.array(list(spots), dtype=np.float64).reshape(-1, 2).T
        rows, columns = np.triu_indices(len(spots), 1)
        geodesic = _ellipsoid().inv(lon[rows], lat[rows], lon[columns], lat[columns])[2]
        between = np.zeros((len(spots), len(spots)), dtype=np.int64)
        between[rows, columns] = np.rint(np.asarray(geodesic) * winding).astype(np.int64)
        between += between.T
        metres = np.maximum(between[np.ix_(spot, spot)], self._gap)
        np.fill_diagonal(metres, 0)
        seconds = np.ceil(metres * 3.6 / (kmh * speed_factor)).astype(np.int64)
        return Legs(metres, seconds)

    def way(self, start: Point, end: Point, mode: str) -> Way:  # noqa: ARG002 - a straight line is the same for all
        """Give the straight line; nothing is known of the roads."""
        return Way(((start.lon, start.lat), (end.lon, end.lat)))
