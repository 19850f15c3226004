"""Frozen districts: made by a generator and a seed, so that they are the same for everybody and need no data.

Villages lie in clusters around the centre of their kecamatan; the stations of a village share its point, as they do in
the national table.
"""

from __future__ import annotations

import hashlib

import numpy as np

from bench._districts import Stations
from serentak.travel import Point

FROZEN = {"frozen 1000": (1000, 16, 1), "frozen 2000": (2000, 28, 2), "frozen 3000": (3000, 40, 3)}
"""Stations, kecamatan and seed, by name."""


def frozen(name: str) -> Stations:
    """Make a frozen district."""
    stations, kecamatan, seed = FROZEN[name]
    chance = np.random.default_rng(seed)
    centres = chance.uniform((100.65, 0.15), (101.35, 0.85), (kecamatan, 2))
    sizes = chance.multinomial(stations - 12 * kecamatan, chance.dirichlet(np.full(kecamatan, 4.0))) + 12
    found: dict[str, tuple[Point, ...]] = {}
    for k, (centre, size) in enumerate(zip(centres, sizes, strict=True), 1):
        points: list[Point] = []
        village = 0
        while len(points) < size:
            village += 1
            lon, lat = centre + chance.normal(0, 0.045, 2)
            many = min(int(chance.integers(2, 10)), int(size) - len(points))
            code = f"14.01.{k:02d}.{2000 + village}"
            points += [Point(f"{code}-{n:03d}", round(float(lon), 5), round(float(lat), 5)) for n in range(1, many + 1)]
        found[f"14.01.{k:02d}"] = tuple(points)
    return Stations(name, found)


def digest(stations: Stations) -> str:
    """Give the hash of a district's points, by which one sees that it is the same."""
    lines = (f"{point.id} {point.lon:.5f} {point.lat:.5f}\n" for own in stations.kecamatan.values() for point in own)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]
