"""The right edge of a log as tiles: takes entries one by one and gives the files that changed."""

from __future__ import annotations

from serentak.ledger.tiles import ENTRIES, WIDTH, Tile, encode_bundle
from serentak.ledger.tree import Frontier, perfect_root


class RightEdge:
    """The unfinished tile of every level, and the unfinished bundle.

    Attributes
    ----------
    size
        Entries taken so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._rows: list[list[bytes]] = []
        self._entries: list[bytes] = []

    def copy(self) -> RightEdge:
        """Give an independent copy."""
        other = RightEdge()
        other.size = self.size
        other._rows = [list(row) for row in self._rows]
        other._entries = list(self._entries)
        return other

    def append(self, leaf: bytes, entry: bytes) -> dict[str, bytes]:
        """Take the next entry and give the tiles that it fills: path to bytes."""
        files: dict[str, bytes] = {}
        self._entries.append(entry)
        if len(self._entries) == WIDTH:
            files[Tile(ENTRIES, self.size // WIDTH).path] = encode_bundle(self._entries)
            self._entries = []
        self.size += 1
        level, value = 0, leaf
        while True:
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(value)
            if len(row) < WIDTH:
                return files
            number = (self.size >> (8 * (level + 1))) - 1
            files[Tile(level, number).path] = b"".join(row)
            value = perfect_root(row)
            self._rows[level] = []
            level += 1

    def partial_files(self) -> dict[str, bytes]:
        """Give the unfinished tiles: path to bytes."""
        files: dict[str, bytes] = {}
        if self._entries:
            tile = Tile(ENTRIES, self.size // WIDTH, len(self._entries))
            files[tile.path] = encode_bundle(self._entries)
        for level, row in enumerate(self._rows):
            if row:
                files[Tile(level, self.size >> (8 * (level + 1)), len(row)).path] = b"".join(row)
        return files

    def root(self) -> bytes:
        """Give the root of the tree so far."""
        hashes = []
        for row in reversed(self._rows):
            start = 0
            for bit in reversed(range(WIDTH.bit_length())):
                if len(row) >> bit & 1:
                    hashes.append(perfect_root(row[start : start + (1 << bit)]))
                    start += 1 << bit
        return Frontier(self.size, hashes).root()
