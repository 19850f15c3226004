"""An invented national table, how the bytes of two runs are compared, and work for processes that may die of it."""

from __future__ import annotations

import csv
import hashlib
import os
import signal
from pathlib import Path

HEADING = ("kode_kpu", "kecamatan", "desa", "lon", "lat", "n_tps", "n_voters")
PLACES = {
    "14.01": (101.0, 0.3, 3),
    "31.01": (106.6, -5.7, 2),
    "34.71": (110.37, -7.8, 4),
    "82.08": (124.4, -1.8, 1),
}
"""Invented villages in real districts: where they lie, and how many kecamatan there are."""


def rows(districts: dict[str, tuple[float, float, int]] | None = None) -> list[list[object]]:
    """Make rows: four villages a kecamatan, a few kilometres apart, one to four stations each."""
    found: list[list[object]] = []
    for code, (lon, lat, kecamatan) in (districts or PLACES).items():
        for k in range(1, kecamatan + 1):
            for v in range(1, 5):
                east, north = lon + 0.05 * k + 0.011 * v, lat + 0.03 * k - 0.017 * (v % 3)
                stations = 1 + (k + v) % 4
                found.append([
                    f"{code}.{k:02d}.{2000 + v}", f"Kecamatan {k}", f"Desa {v}", f"{east:.5f}", f"{north:.5f}",
                    stations, stations * 400 + v,
                ])  # fmt: skip
    return found


def write_table(path: Path, body: list[list[object]], heading: tuple[str, ...] = HEADING) -> Path:
    """Write a plain CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(body)
    return path


def fingerprint(out: Path) -> dict[str, str]:
    """Give the hash of every file of a run except those that say when and where it was made, and the lock."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in ("run.json", ".lock")
    }


def double(number: int) -> int:
    return 2 * number


def die_on_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_once(marker: Path) -> str:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return marker.name


def fail(number: int) -> int:
    raise ValueError(number)
