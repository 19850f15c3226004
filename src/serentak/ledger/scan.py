"""One pass over all files of a log: hash every entry, name every place where files and signature disagree.

The tree is built twice, once from the entries and once from the hash tiles of level 0. Where they part, the
signed root says which of the two was changed.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from serentak.base.messages import _
from serentak.ledger.faults import Malformed, NotThere
from serentak.ledger.read import CHECKPOINT, read_tile
from serentak.ledger.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    levels,
    parse_bundle,
    parse_hashes,
    parse_tile_path,
    tile_at,
)
from serentak.ledger.tree import HASH_BYTES, Frontier, leaf_hash, perfect_root

if TYPE_CHECKING:
    from collections.abc import Collection

    from serentak.ledger.checkpoint import Checkpoint
    from serentak.ledger.findings import Findings
    from serentak.ledger.source import TileSource
    from serentak.ledger.verify import Visit

_MOST_ABSENT: Final = 16
"""Bundles in a row of which nothing can be read; a checkpoint may claim any size, and looking has to end."""


@dataclass(slots=True)
class _Difference:
    """Entries of a bundle whose hashes are not those of the tile beside it (None: could not be read)."""

    number: int
    bundle: list[bytes] | None
    tile: list[bytes] | None


@dataclass(slots=True)
class _Tree:
    """A tree built bundle by bundle; unknown once a bundle could not be read."""

    frontier: Frontier = field(default_factory=Frontier)
    full: list[bytes | None] = field(default_factory=list)
    known: bool = True

    def add(self, hashes: list[bytes] | None) -> None:
        if hashes is None:
            self.known = False
            self.full.append(None)
        elif len(hashes) == WIDTH:
            root = perfect_root(hashes)
            self.full.append(root)
            if self.known:
                self.frontier.append_perfect(HEIGHT, root)
        elif self.known:
            for leaf in hashes:
                self.frontier.append(leaf)

    def root(self) -> bytes | None:
        return self.frontier.root() if self.known else None


class Scan:
    """The pass over one log.

    Parameters
    ----------
    source
        Its public files.
    checkpoint
        What was signed.
    findings
        Receives what is wrong.
    sizes
        Sizes of the log at which the root over its entries is wanted, see `roots`.

    Attributes
    ----------
    intact
        Whether the entries lead to the signed root.
    roots
        Root over the entries at each wanted size, once run; only where all could be read.
    entries, older_tiles, unsigned
        Counts, see `serentak.ledger.verify.Report`.
    """

    def __init__(self, source: TileSource, checkpoint: Checkpoint, findings: Findings, sizes: Collection[int]) -> None:
        self.intact = False
        self.roots: dict[int, bytes] = {}
        self.entries = self.older_tiles = self.unsigned = 0
        self._source = source
        self._checkpoint = checkpoint
        self._size = checkpoint.size
        self._findings = findings
        self._sizes = {size for size in sizes if size < checkpoint.size}
        self._older: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._from_entries, self._from_tiles = _Tree(), _Tree()
        self._differences: list[_Difference] = []
        # Eight bytes of each leaf hash are enough to look for repeated entries, at a quarter of the memory.
        self._starts = array("Q")
        # Older tiles that say otherwise than the current one, until it is known which of the two was changed.
        self._disputed: list[tuple[Tile, Tile]] = []
        self._blamed: set[tuple[int, int]] = set()
        self._absent = 0

    def run(self, visit: Visit | None) -> None:
        """Read everything once and note what is wrong."""
        self._list_files()
        if 0 in self._sizes:
            self.roots[0] = Frontier().root()
        for number in range(-(-self._size // WIDTH)):
            self._read_pair(number, visit)
            if self._absent == _MOST_ABSENT:
                message = _("from here on nothing is there; the rest was not looked for")
                self._findings.add("bundle-missing", f"{number * WIDTH}-{self._size - 1}", message)
                return
        self.intact = self._from_entries.root() == self._checkpoint.root
        tiles_hold = self._from_tiles.root() == self._checkpoint.root
        trusted = self._from_entries if self.intact or not tiles_hold else self._from_tiles
        served = self._upper_levels(trusted.full)
        self._blamed |= {(level, each.number) for each in self._differences for level in (ENTRIES, 0)}
        if self.intact:
            self._blame_tiles()
        else:
            self._blame_entries(served, tiles_hold=tiles_hold)
        self._settle_older()
        self._repeated()

    def _list_files(self) -> None:
        for path in self._source.files() or ():
            if not path.startswith("tile/"):
                continue
            try:
                tile = parse_tile_path(path)
            except Malformed as error:
                self._findings.add("tile-stray", path, error.message)
                continue
            present = (self._size >> (HEIGHT * max(tile.level, 0))) - tile.number * WIDTH
            if present <= 0 or tile.width > min(present, WIDTH):
                self.unsigned += 1
            if tile.width != min(present, WIDTH) and present > 0:
                self._older[tile.level, tile.number].append(tile.width)

    def _read_pair(self, number: int, visit: Visit | None) -> None:
        entries, hashes = self._read_bundle(number)
        tile = self._read_hashes(tile_at(0, number, self._size))
        if entries is not None:
            self.entries += len(entries)
            self._starts.extend(int.from_bytes(leaf[:8], "big") for leaf in hashes or ())
            if visit is not None:
                visit(number * WIDTH, entries)
        self._mark_roots(number, hashes)
        self._from_entries.add(hashes)
        self._from_tiles.add(tile)
        self._absent = self._absent + 1 if hashes is None and tile is None else 0
        if hashes != tile:
            self._differences.append(_Difference(number, hashes, tile))

    def _mark_roots(self, number: int, hashes: list[bytes] | None) -> None:
        start = number * WIDTH
        for size in [each for each in self._sizes if start < each <= start + WIDTH]:
            self._sizes.discard(size)
            if hashes is not None and self._from_entries.known:
                frontier = self._from_entries.frontier.copy()
                for leaf in hashes[: size - start]:
                    frontier.append(leaf)
                self.roots[size] = frontier.root()

    def _read_bundle(self, number: int) -> tuple[list[bytes] | None, list[bytes] | None]:
        tile = tile_at(ENTRIES, number, self._size)
        try:
            data = read_tile(self._source, tile)
        except NotThere:
            self._findings.add("bundle-missing", tile.path, _("the file is not there"))
            return None, None
        except Malformed as error:
            self._findings.add("bundle-malformed", tile.path, error.message)
            return None, None
        self._compare_older(tile, data)
        try:
            # One too many is read as well, to say which one is there twice.
            entries = parse_bundle(data, tile.path, 2 * WIDTH)
        except Malformed as error:
            self._findings.add("bundle-malformed", tile.path, error.message)
            return None, None
        hashes = [leaf_hash(entry) for entry in entries]
        if len(entries) != tile.width:
            self._name_lengths(tile, hashes)
            return None, None
        return entries, hashes

    def _name_lengths(self, tile: Tile, found: list[bytes]) -> None:
        message = _("the bundle has {found} entries, not {width}").format(found=len(found), width=tile.width)
        if len(found) < tile.width:
            self._findings.add("entry-dropped", tile.path, message)
        elif len(set(found)) < len(found):
            self._findings.add("entry-repeated", tile.path, message)
        else:
            self._findings.add("bundle-malformed", tile.path, message)

    def _read_hashes(self, tile: Tile) -> list[bytes] | None:
        try:
            data = read_tile(self._source, tile)
            hashes = parse_hashes(data, tile)
        except NotThere:
            self._findings.add("tile-missing", tile.path, _("the file is not there"))
            return None
        except Malformed as error:
            self._findings.add("tile-altered", tile.path, error.message)
            return None
        self._compare_older(tile, data)
        return hashes

    def _compare_older(self, tile: Tile, data: bytes) -> None:
        """Compare partial tiles of other sizes with the one that counts: the shorter begins the longer."""
        for width in self._older.get((tile.level, tile.number), ()):
            other = Tile(tile.level, tile.number, width)
            self.older_tiles += 1
            try:
                older = self._source.read(other.path)
                self._require_shape(other, older)
            except (Malformed, NotThere) as error:
                self._findings.add("tile-altered", other.path, str(error))
                continue
            shared = min(len(older), len(data))
            if older[:shared] != data[:shared]:
                self._disputed.append((tile, other))

    def _settle_older(self) -> None:
        for tile, older in self._disputed:
            if (tile.level, tile.number) not in self._blamed:
                message = _("it says otherwise than the current tile: the log once showed another history")
                self._findings.add("fork", older.path, message)

    @staticmethod
    def _require_shape(tile: Tile, data: bytes) -> None:
        if tile.level != ENTRIES:
            parse_hashes(data, tile)
        elif (found := len(parse_bundle(data, tile.path))) != tile.width:
            message = _("the bundle has {found} entries, not {width}").format(found=found, width=tile.width)
            raise Malformed(tile.path, message)

    def _upper_levels(self, expected: list[bytes | None]) -> list[bytes] | None:
        """Compare the tiles of levels 1 and up with the tree below them; give level 1 as served."""
        served_first: list[bytes] | None = None
        for level in range(1, levels(self._size)):
            served: list[bytes] = []
            for number in range(-(-(self._size >> (HEIGHT * level)) // WIDTH)):
                tile = tile_at(level, number, self._size)
                hashes = self._read_hashes(tile)
                wanted = expected[number * WIDTH : number * WIDTH + tile.width]
                if hashes is not None:
                    self._compare_upper(tile, hashes, wanted)
                served += hashes if hashes is not None else [b""] * tile.width
            served_first = served if level == 1 else served_first
            full = [expected[i : i + WIDTH] for i in range(0, len(expected) - WIDTH + 1, WIDTH)]
            expected = [_root_of_known(hashes) for hashes in full]
        return served_first

    def _compare_upper(self, tile: Tile, hashes: list[bytes], wanted: list[bytes | None]) -> None:
        for position, (found, expected) in enumerate(zip(hashes, wanted, strict=True)):
            if expected is not None and found != expected:
                message = _("hash {position} is not that of the entries below it").format(position=position)
                self._findings.add("tile-altered", tile.path, message)
                self._blamed.add((tile.level, tile.number))
                return

    def _blame_tiles(self) -> None:
        for difference in self._differences:
            if difference.tile is not None and difference.bundle is not None:
                pairs = zip(difference.bundle, difference.tile, strict=True)
                position = next(i for i, (entry, found) in enumerate(pairs) if entry != found)
                message = _("hash {position} is not that of its entry").format(position=position)
                self._findings.add("tile-altered", tile_at(0, difference.number, self._size).path, message)

    def _blame_entries(self, served: list[bytes] | None, *, tiles_hold: bool) -> None:
        """Find which entries are not those that were signed."""
        for difference in self._differences:
            self._blame_bundle(difference, trusted=tiles_hold)
        if tiles_hold:
            return
        for number, (root, expected) in enumerate(zip(self._from_entries.full, served or (), strict=False)):
            if root is not None and expected not in (b"", root):
                where = f"{number * WIDTH}-{number * WIDTH + WIDTH - 1}"
                message = _("these entries are not those that the tile of level 1 stands for")
                self._findings.add("entry-altered", where, message)
        if self._from_entries.known:
            message = _("the entries do not lead to the root that was signed")
            self._findings.add("root-mismatch", CHECKPOINT, message)

    def _blame_bundle(self, difference: _Difference, *, trusted: bool) -> None:
        found, signed = difference.bundle, difference.tile
        tile = tile_at(ENTRIES, difference.number, self._size)
        if found is None or signed is None:
            return
        first = next(i for i in range(tile.width) if found[i] != signed[i])
        index = difference.number * WIDTH + first
        if Counter(found) == Counter(signed):
            message = _("from entry {index} on, entries stand in another order than was signed")
            self._findings.add("entry-reordered", tile.path, message.format(index=index))
            return
        missing = Counter(signed) - Counter(found)
        doubled = [leaf for leaf, times in Counter(found).items() if times > max(1, signed.count(leaf))]
        if doubled:
            message = _("entry {index} stands there in place of another").format(index=found.index(doubled[0]))
            self._findings.add("entry-repeated", tile.path, message)
        if first + 1 < tile.width and found[first:-1] == signed[first + 1 :]:
            message = _("entry {index} was taken out").format(index=index)
            self._findings.add("entry-dropped", tile.path, message)
        elif not doubled:
            message = (
                _("entry {index} is not the one that was signed")
                if trusted
                else _("entry {index} and its hash in the tile of level 0 differ")
            )
            where = f"{tile.path} ({len(missing)})" if len(missing) > 1 else tile.path
            self._findings.add("entry-altered", where, message.format(index=index))

    def _repeated(self) -> None:
        starts = np.frombuffer(self._starts, dtype=np.uint64)
        if self.entries != self._size or not len(starts):
            return
        order = np.argsort(starts, kind="stable")
        same = np.flatnonzero(starts[order[1:]] == starts[order[:-1]])
        for place in same[:100]:
            first, second = int(order[place]), int(order[place + 1])
            message = _("it has the same bytes as entry {first}; this log's writer never stores bytes twice")
            self._findings.add("entry-repeated", str(second), message.format(first=first))


def _root_of_known(hashes: list[bytes | None]) -> bytes | None:
    known = [each for each in hashes if each is not None and len(each) == HASH_BYTES]
    return perfect_root(known) if len(known) == len(hashes) else None
