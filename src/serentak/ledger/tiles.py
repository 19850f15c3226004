"""Tiles: the tree and the entries of a log as static files.

Pure arithmetic and encoding; what reads and writes files is elsewhere.

References
----------
https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from serentak.base.messages import _
from serentak.ledger.faults import Malformed
from serentak.ledger.tree import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH: Final = 256
"""Hashes, or entries, in a full tile."""
HEIGHT: Final = 8
"""Levels of the tree that one tile spans."""
MAX_ENTRY: Final = 65_535
"""Bytes of the largest entry: its length is written as an unsigned 16-bit number."""
MAX_BUNDLE: Final = WIDTH * (MAX_ENTRY + 2)
ENTRIES: Final = -1
"""Level of an entry bundle, which stands beside the hash tiles of level 0."""

_PATH = re.compile(r"tile/(entries|0|[1-5]?[0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Tile(NamedTuple):
    """Name of a tile: level (`ENTRIES` for a bundle), number from the left, width (256 when full)."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Path below the log's prefix, ``tile/0/x001/234.p/17``."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        suffix = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_number_path(self.number)}{suffix}"

    @property
    def full(self) -> bool:
        """Whether it can never grow any more."""
        return self.width == WIDTH


def _number_path(number: int) -> str:
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def parse_tile_path(path: str) -> Tile:
    """Read a tile's path below the log's prefix.

    Raises
    ------
    Malformed
        When it is not exactly the path of a tile.
    """
    match = _PATH.fullmatch(path)
    if match is not None:
        level, digits, width = match.groups()
        tile = Tile(
            ENTRIES if level == "entries" else int(level),
            int(digits.replace("x", "").replace("/", "")),
            int(width) if width else WIDTH,
        )
        # Leading groups of zeros, a leading zero in the level and widths from 256 are other names for a tile.
        if tile.path == path and tile.width <= WIDTH:
            return tile
    raise Malformed(path, _("this is not the path of a tile"))


def tile_at(level: int, number: int, size: int) -> Tile:
    """Name tile `number` of a level as it stands in a log of `size` entries.

    Raises
    ------
    ValueError
        When that log has no such tile.
    """
    present = size >> (HEIGHT * max(level, 0))
    width = min(present - number * WIDTH, WIDTH)
    if width <= 0 or number < 0:
        raise ValueError(f"a log of {size} has no tile {number} at level {level}")
    return Tile(level, number, width)


def levels(size: int) -> int:
    """Count the levels of hash tiles of a log of `size` entries."""
    return -(-size.bit_length() // HEIGHT)


def tiles_of(size: int) -> Iterator[Tile]:
    """Name every tile of a log of `size` entries: bundles first, then hash tiles from level 0 up."""
    if not size:
        return
    for level in range(ENTRIES, levels(size)):
        present = size >> (HEIGHT * max(level, 0))
        for number in range(-(-present // WIDTH)):
            yield tile_at(level, number, size)


def parse_hashes(data: bytes, tile: Tile) -> list[bytes]:
    """Read a hash tile.

    Raises
    ------
    Malformed
        When its length is not 32 bytes a hash.
    """
    if len(data) != tile.width * HASH_BYTES:
        raise Malformed(
            tile.path,
            _("the tile has {found} bytes; {width} hashes have {expected}").format(
                found=len(data), width=tile.width, expected=tile.width * HASH_BYTES
            ),
        )
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries as a bundle: each behind its length as a big-endian unsigned 16-bit number.

    Raises
    ------
    ValueError
        When an entry is longer than 65,535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise ValueError(_("an entry has at most 65,535 bytes"))
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def parse_bundle(data: bytes, name: str = "bundle", most: int = WIDTH) -> list[bytes]:
    """Read the entries of a bundle, as many as there are.

    Raises
    ------
    Malformed
        When it ends within an entry or has more than `most` of them.
    """
    entries: list[bytes] = []
    position = 0
    while position < len(data):
        start = position + 2
        end = start + int.from_bytes(data[position:start], "big")
        if start > len(data) or end > len(data):
            raise Malformed(name, _("the bundle ends within entry {number}").format(number=len(entries)))
        entries.append(data[start:end])
        position = end
        if len(entries) > most:
            raise Malformed(name, _("a bundle has at most {limit} entries").format(limit=WIDTH))
    return entries
