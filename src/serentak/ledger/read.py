"""Reading a log from its tiles: entries, and proofs about them."""

from __future__ import annotations

import re
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.ledger.faults import Malformed, NotThere, Unproven
from serentak.ledger.note import SignedNote, parse_note
from serentak.ledger.policy import Policy, parse_policy
from serentak.ledger.proof import Proof
from serentak.ledger.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    parse_bundle,
    parse_hashes,
    tile_at,
)
from serentak.ledger.tree import HASH_BYTES, consistency_path, inclusion_path, leaf_hash, parent_hash, verify_inclusion

if TYPE_CHECKING:
    from serentak.ledger.source import TileSource

CHECKPOINT: Final = "checkpoint"
POLICY: Final = "policy"
_KEPT_TILES: Final = 4096


def witness_path(name: str) -> str:
    """Give the path of the last checkpoint that a witness holds, below the log's prefix."""
    # A policy may name a witness anything; what is no plain file name gets a plain one.
    safe = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name) is not None
    return f"witness/{name if safe else sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()}/checkpoint"


def read_checkpoint(source: TileSource) -> SignedNote:
    """Read the newest checkpoint, its signatures not yet checked.

    Raises
    ------
    NotThere, Malformed
        When there is none, or it is no note.
    """
    return parse_note(source.read(CHECKPOINT))


def read_policy(source: TileSource) -> Policy:
    """Read the policy that a log declares for itself.

    Raises
    ------
    NotThere, Malformed
        When there is none, or it is no policy.
    """
    return parse_policy(source.read(POLICY))


def read_tile(source: TileSource, tile: Tile) -> bytes:
    """Read a tile as it stands in the log, also where a full one has since taken a partial one's place.

    Raises
    ------
    NotThere
        When neither is there.
    """
    try:
        return source.read(tile.path)
    except NotThere:
        if tile.full:
            raise
    try:
        data = source.read(Tile(tile.level, tile.number).path)
    except NotThere:
        raise NotThere(tile.path) from None
    if tile.level != ENTRIES:
        return data[: tile.width * 32]
    position = 0
    for _entry in range(tile.width):
        position += 2 + int.from_bytes(data[position : position + 2], "big")
    return data[:position]


class LogReader:
    """The log as it stood at one size. Not for several threads at once: it keeps the tiles it read.

    Parameters
    ----------
    source
        Where the files are.
    size
        Number of entries; no tile beyond it is looked at.
    """

    def __init__(self, source: TileSource, size: int) -> None:
        self.source = source
        self.size = size
        # The rows of hashes of each tile, bottom first, as far as they were needed; 16 kB for a full one.
        self._kept: OrderedDict[Tile, list[bytes]] = OrderedDict()

    def entry(self, index: int) -> bytes:
        """Give an entry; nothing about it is proven.

        Raises
        ------
        InputError
            When the log has no such entry.
        """
        if not 0 <= index < self.size:
            message = _("the log has {size} entries, counted from 0").format(size=self.size)
            raise InputError.of(self.source.name, message, _("Choose one of them."), value=index)
        return self.bundle(index // WIDTH)[index % WIDTH]

    def bundle(self, number: int) -> list[bytes]:
        """Give all entries of a bundle.

        Raises
        ------
        Malformed
            When it has not as many entries as it should.
        """
        tile = tile_at(ENTRIES, number, self.size)
        entries = parse_bundle(read_tile(self.source, tile), tile.path)
        if len(entries) != tile.width:
            message = _("the bundle has {found} entries, not {width}")
            raise Malformed(tile.path, message.format(found=len(entries), width=tile.width))
        return entries

    def node(self, level: int, number: int) -> bytes:
        """Give the hash of a node whose leaves are all in the log."""
        tile_level, depth = divmod(level, HEIGHT)
        tile_number = (number << depth) // WIDTH
        rows = self._rows(tile_at(tile_level, tile_number, self.size))
        while len(rows) <= depth:
            below = rows[-1]
            pairs = range(0, len(below) - HASH_BYTES, 2 * HASH_BYTES)
            rows.append(b"".join([parent_hash(below[place : place + 2 * HASH_BYTES]) for place in pairs]))
        place = (number - (tile_number * WIDTH >> depth)) * HASH_BYTES
        return rows[depth][place : place + HASH_BYTES]

    def _rows(self, tile: Tile) -> list[bytes]:
        rows = self._kept.get(tile)
        if rows is None:
            data = read_tile(self.source, tile)
            parse_hashes(data, tile)
            rows = self._kept[tile] = [data]
            if len(self._kept) > _KEPT_TILES:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(tile)
        return rows

    def inclusion(self, index: int) -> list[bytes]:
        """Prove that an entry is in the log at this size."""
        return inclusion_path(index, self.size, self.node)

    def consistency(self, old: int) -> list[bytes]:
        """Prove that the log of `old` entries is a prefix of the log at this size."""
        return consistency_path(old, self.size, self.node)


def prove_entry(
    source: TileSource, policy: Policy, index: int, *, checkpoint: SignedNote | None = None
) -> tuple[bytes, Proof]:
    """Give an entry and its proof against the newest checkpoint, both already checked.

    Raises
    ------
    InputError
        When the log has no such entry, or its files cannot be read.
    Unproven
        When the log's own files do not prove what they should.
    """
    note = checkpoint or read_checkpoint(source)
    opened = policy.open(note)
    reader = LogReader(source, opened.checkpoint.size)
    entry = reader.entry(index)
    proof = Proof(index, tuple(reader.inclusion(index)), note)
    try:
        verify_inclusion(leaf_hash(entry), index, reader.size, proof.path, opened.checkpoint.root)
    except Unproven:
        message = _("the log's files do not prove entry {index}; run: serentak verify")
        raise Unproven(message.format(index=index)) from None
    return entry, proof
