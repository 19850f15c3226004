"""Random numbers by name.

What is drawn for a thing depends on the seed, the thing's name and the number of the future alone, not on the plan:
two plans compared over the same futures meet the same rain, the same broken lorry and the same slow hub (common random
numbers), so that their difference is the plans' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

CHUNK: Final = 4096
"""Futures that unfold together; a constant, since the numbers drawn depend on it."""

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Draws:
    """Random numbers of one chunk of futures.

    Parameters
    ----------
    seed
        Seed of all futures.
    chunk
        Number of the chunk, from 0.
    size
        Futures in it, at most `CHUNK`.
    """

    seed: int
    chunk: int
    size: int

    def normal(self, *name: object) -> Floats:
        """Give standard normal numbers, one a future, shape (size,)."""
        return self._generator(name).standard_normal(self.size, dtype=np.float32)

    def uniform(self, *name: object) -> Floats:
        """Give numbers from 0 to 1, one a future, shape (size,)."""
        return self._generator(name).random(self.size, dtype=np.float32)

    def exponential(self, *name: object) -> Floats:
        """Give exponential numbers with mean 1, one a future, shape (size,)."""
        return self._generator(name).standard_exponential(self.size, dtype=np.float32)

    def struck(self, share: float, *name: object) -> NDArray[np.intp]:
        """Give the futures struck by what happens in a share of them, ascending: quick where the share is small."""
        if share <= 0:
            return np.empty(0, dtype=np.intp)
        generator = self._generator(name)
        hits = np.empty(0, dtype=np.intp)
        last, wanted = -1, int(CHUNK * share * 1.3) + 8
        while last < self.size:
            hits = np.concatenate((hits, last + np.cumsum(generator.geometric(min(share, 1.0), wanted))))
            last = int(hits[-1])
        return hits[hits < self.size]

    def _generator(self, name: tuple[object, ...]) -> np.random.Generator:
        key = "\x1f".join(map(str, (self.seed, self.chunk, *name))).encode()
        return np.random.Generator(np.random.SFC64(int.from_bytes(blake2b(key, digest_size=16).digest(), "big")))


def chunks(seed: int, futures: int) -> Iterator[Draws]:
    """Cut futures into chunks.

    Parameters
    ----------
    futures
        Futures wanted, at least 1.
    """
    for number, first in enumerate(range(0, futures, CHUNK)):
        yield Draws(seed, number, min(CHUNK, futures - first))
