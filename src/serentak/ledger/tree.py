"""The Merkle tree of RFC 6962: hashes, the right edge of a growing tree, proofs and their verifiers.

Positions are counted from 0. A node is named by its level (0 = leaves) and its number within the level,
counted from the left: node ``(level, n)`` covers the leaves ``n << level`` to ``(n + 1) << level``, all
present.

The verifiers follow the iterative algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2, the makers the
recursive definitions of RFC 6962, sections 2.1.1 and 2.1.2, so that one checks the other.

References
----------
https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1, https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

from serentak.base.messages import _
from serentak.ledger.faults import Unproven

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without leaves."""

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of node ``(level, n)``, all of whose leaves are in the tree."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into their parent."""
    return sha256(b"\x01" + left + right).digest()


def parent_hash(children: bytes) -> bytes:
    """Hash two neighbours that stand one behind the other, 64 bytes, into their parent."""
    return sha256(b"\x01" + children).digest()


class Frontier:
    """The right edge of a growing tree: enough to add leaves and to know the root.

    Parameters
    ----------
    size
        Number of leaves so far; 0 for an empty tree.
    hashes
        Roots of the perfect subtrees that make up the tree, largest first: one for each bit set in `size`.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} perfect subtrees")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.append_perfect(0, leaf)

    def append_perfect(self, level: int, subtree: bytes) -> None:
        """Add the root of a perfect subtree of ``1 << level`` leaves; `size` must be a multiple of that."""
        if self.size & ((1 << level) - 1):
            raise ValueError(f"a subtree of level {level} cannot follow leaf {self.size}")
        rest = self.size >> level
        while rest & 1:
            subtree = node_hash(self._hashes.pop(), subtree)
            rest >>= 1
        self._hashes.append(subtree)
        self.size += 1 << level

    def root(self) -> bytes:
        """Give the root of the tree so far."""
        return _fold(self._hashes) if self._hashes else EMPTY_ROOT

    def copy(self) -> Frontier:
        """Give an independent copy."""
        return Frontier(self.size, self._hashes)


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Give the root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Give the root over a power of two of neighbouring hashes (of any level)."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _fold(hashes: Sequence[bytes]) -> bytes:
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def _largest_power_below(n: int) -> int:
    return 1 << ((n - 1).bit_length() - 1)


def _range_hash(start: int, end: int, node: NodeReader) -> bytes:
    """Give MTH(D[start:end]); `start` is a multiple of the largest power of two within the range."""
    hashes = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(node(level, start >> level))
        start += 1 << level
    return _fold(hashes)


def root_at(size: int, node: NodeReader) -> bytes:
    """Give the root of the tree of the first `size` leaves."""
    return _range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves; the leaf's sibling comes first.

    Raises
    ------
    ValueError
        When there is no such leaf in that tree.
    """
    if not 0 <= index < size:
        raise ValueError(_("entry {index} is not in a log of {size}").format(index=index, size=size))
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start = middle
    path.reverse()
    return path


def consistency_path(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Prove that the tree of `old` leaves is a prefix of that of `new`; empty for 0 and for equal sizes.

    Raises
    ------
    ValueError
        When the old tree is larger than the new one.
    """
    if not 0 <= old <= new:
        raise ValueError(_("a log of {old} is no prefix of a log of {new}").format(old=old, new=new))
    if old in (0, new):
        return []
    path = []
    start, end = 0, new
    while end != old:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start = middle
    if start:
        path.append(_range_hash(start, end, node))
    path.reverse()
    return path


def _require_hashes(hashes: Iterable[bytes]) -> None:
    # A hash of another length could move bytes across the border between two nodes.
    if any(len(value) != HASH_BYTES for value in hashes):
        raise Unproven(_("a hash is not 32 bytes long"))


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Compute the root that an inclusion proof leads to.

    Raises
    ------
    Unproven
        When the proof has not the shape that this index and size ask for.
    """
    if not 0 <= index < size:
        raise Unproven(_("entry {index} is not in a log of {size}").format(index=index, size=size))
    _require_hashes((leaf, *path))
    number, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Unproven(_("the proof is too long"))
        if number & 1 or number == last:
            result = sha256(b"\x01" + sibling + result).digest()
            while number and not number & 1:
                number >>= 1
                last >>= 1
        else:
            result = sha256(b"\x01" + result + sibling).digest()
        number >>= 1
        last >>= 1
    if last:
        raise Unproven(_("the proof is too short"))
    return result


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf hash is at `index` in the tree of `size` leaves with this root.

    Raises
    ------
    Unproven
        When the proof does not hold.
    """
    if root_from_inclusion(leaf, index, size, path) != root:
        raise Unproven(_("the proof leads to another root"))


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of `old` leaves is a prefix of the tree of `new` leaves, each with its root.

    Two trees without a leaf in the smaller one say nothing about each other and are refused here; the witness
    protocol, which asks for an empty proof from size 0, handles that case itself.

    Raises
    ------
    Unproven
        When the proof does not hold.
    """
    if not 0 < old <= new:
        raise Unproven(_("there is no proof from a log of {old} to a log of {new}").format(old=old, new=new))
    if old == new:
        if path:
            raise Unproven(_("the proof is too long"))
        if old_root != new_root:
            raise Unproven(_("two roots differ at the same size"))
        return
    if not path:
        raise Unproven(_("the proof is too short"))
    _require_hashes((old_root, *path))
    old_result, new_result = _roots_from_consistency(old, new, path, old_root)
    if old_result != old_root:
        raise Unproven(_("the proof leads to another root for the smaller log"))
    if new_result != new_root:
        raise Unproven(_("the proof leads to another root for the larger log"))


def _roots_from_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    nodes = list(path) if old & (old - 1) else [old_root, *path]
    number, last = old - 1, new - 1
    while number & 1:
        number >>= 1
        last >>= 1
    old_result = new_result = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            raise Unproven(_("the proof is too long"))
        if number & 1 or number == last:
            old_result = node_hash(sibling, old_result)
            new_result = node_hash(sibling, new_result)
            while number and not number & 1:
                number >>= 1
                last >>= 1
        else:
            new_result = node_hash(new_result, sibling)
        number >>= 1
        last >>= 1
    if last:
        raise Unproven(_("the proof is too short"))
    return old_result, new_result
