"""The lines of a source before they become a graph: what every reader makes."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serentak.travel.ways import Trait


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """w lines with v bends in all.

    Parameters
    ----------
    start
        Bends of line k: ``[start[k] : start[k + 1]]``, shape (w + 1,), int64.
    key
        What tells bends apart: lines meet where they share one. Shape (v,), int64.
    lon, lat
        Degrees, WGS84, shape (v,), float64.
    trait, traits
        What a line is to those who travel: index (w,), int32.
    name, names
        What a line is called: index (w,), int32; 0 is the empty name.
    source
        Number of the line in its source, shape (w,), int64.
    """

    start: NDArray[np.int64]
    key: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    trait: NDArray[np.int32]
    traits: tuple[Trait, ...]
    name: NDArray[np.int32]
    names: tuple[str, ...]
    source: NDArray[np.int64]


class LineBuilder:
    """Collects lines one by one, compactly."""

    def __init__(self) -> None:
        self._start = array("q", [0])
        self._key, self._source = array("q"), array("q")
        self._lon, self._lat = array("d"), array("d")
        self._trait, self._name = array("i"), array("i")
        self._names = {"": 0}

    def __len__(self) -> int:
        return len(self._trait)

    def add(
        self, source: int, trait: int, name: str, key: Sequence[int], lon: Sequence[float], lat: Sequence[float]
    ) -> None:
        """Add a line of at least two bends."""
        self._key.extend(key)
        self._lon.extend(lon)
        self._lat.extend(lat)
        self._start.append(len(self._key))
        self._source.append(source)
        self._trait.append(trait)
        self._name.append(self._names.setdefault(name, len(self._names)))

    def build(self, traits: Sequence[Trait]) -> Lines:
        """Give the lines collected."""
        return Lines(
            np.array(self._start, dtype=np.int64),
            np.array(self._key, dtype=np.int64),
            np.array(self._lon, dtype=np.float64),
            np.array(self._lat, dtype=np.float64),
            np.array(self._trait, dtype=np.int32),
            tuple(traits),
            np.array(self._name, dtype=np.int32),
            tuple(self._names),
            np.array(self._source, dtype=np.int64),
        )
