"""The same work by another implementation, tlog-scales (Apache-2.0): 100,000 cases must agree.

Needs the development dependency ``tlog-scales``; skipped with a reason where it is not installed.
"""

from __future__ import annotations

import random

import pytest

from serentak.ledger.checkpoint import Checkpoint
from serentak.ledger.edge import RightEdge
from serentak.ledger.faults import Unproven
from serentak.ledger.keys import new_key, sign_note
from serentak.ledger.note import ED25519, ML_DSA_44, parse_note, verify_note
from serentak.ledger.tiles import Tile
from serentak.ledger.tree import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    perfect_root,
    root_at,
    verify_consistency,
    verify_inclusion,
)

theirs = pytest.importorskip("tlog_scales.tlog", reason="tlog-scales is not installed")
reader = pytest.importorskip("tlog_scales.reader", reason="tlog-scales is not installed")
signing = pytest.importorskip("tlog_scales.signing", reason="tlog-scales is not installed")
tiles = pytest.importorskip("tlog_scales.tiles", reason="tlog-scales is not installed")
writer = pytest.importorskip("tlog_scales.writer", reason="tlog-scales is not installed")

SIZE = 700
LEAVES = [leaf_hash(b"%d" % number) for number in range(SIZE)]
_nodes: dict[tuple[int, int], bytes] = {}


def node(level: int, number: int) -> bytes:
    key = level, number
    if key not in _nodes:
        _nodes[key] = perfect_root(LEAVES[number << level : (number + 1) << level])
    return _nodes[key]


ROOTS = [root_at(size, node) for size in range(SIZE + 1)]


def spoil(generator: random.Random, path: list[bytes], index: int, size: int) -> tuple[list[bytes], int, int]:
    kind = generator.randrange(6)
    if kind == 0 and path:
        place = generator.randrange(len(path))
        path[place] = bytes([path[place][0] ^ 1]) + path[place][1:]
    elif kind == 1 and path:
        del path[generator.randrange(len(path))]
    elif kind == 2:
        path.insert(generator.randrange(len(path) + 1), generator.choice(LEAVES))
    elif kind == 3:
        index = generator.randrange(SIZE)
    elif kind == 4:
        size = generator.randrange(1, SIZE + 1)
    return path, index, size


def test_60000_inclusion_proofs_are_judged_alike():
    generator = random.Random(1)  # noqa: S311 - cases, not secrets
    accepted = 0
    for _case in range(60_000):
        size = generator.randrange(1, SIZE + 1)
        index = generator.randrange(size)
        leaf, root = LEAVES[index], ROOTS[size]
        path, index, size = spoil(generator, inclusion_path(index, size, node), index, size)
        try:
            verify_inclusion(leaf, index, size, path, root)
            ours = True
        except Unproven:
            ours = False
        try:
            theirs.InclusionProof(index, size, path).check(leaf, root)
            other = True
        except theirs.InclusionProofInvalid:
            other = False
        assert ours == other, (index, size, path)
        accepted += ours
    assert 5_000 < accepted < 40_000


def test_50000_consistency_proofs_are_judged_alike():
    generator = random.Random(2)  # noqa: S311 - cases, not secrets
    accepted = 0
    for _case in range(50_000):
        new = generator.randrange(1, SIZE + 1)
        old = generator.randrange(1, new + 1)
        roots = ROOTS[old], ROOTS[new]
        path, old, new = spoil(generator, consistency_path(old, new, node), old, new)
        if old == 0:
            # They take an empty proof from nothing, the public vectors do not.
            continue
        try:
            verify_consistency(old, new, path, *roots)
            ours = True
        except Unproven:
            ours = False
        try:
            theirs.ConsistencyProof(old, new, path).check(*roots)
            other = True
        except theirs.ConsistencyProofInvalid:
            other = False
        assert ours == other, (old, new, path)
        accepted += ours
    assert 5_000 < accepted < 40_000


class Backend:
    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def get(self, *path: str) -> bytes | None:
        return self.files.get("/".join(path))


def test_they_read_our_tiles_and_prove_from_them_what_we_prove():
    edge = RightEdge()
    files: dict[str, bytes] = {}
    for number, leaf in enumerate(LEAVES):
        files |= edge.append(leaf, b"%d" % number)
    files |= edge.partial_files()
    other = reader.TilesReader(Backend(files))
    other.set_size(SIZE)
    assert other.calculate_root_hash() == edge.root() == ROOTS[SIZE]
    for index in range(0, SIZE, 7):
        assert other.get_entry(index) == b"%d" % index
        assert other.get_inclusion_proof(index, SIZE).node_hashes == inclusion_path(index, SIZE, node)
        if index:
            expected = consistency_path(index, SIZE, node)
            assert other.get_consistency_proof(index, SIZE).node_hashes == expected


def test_they_write_the_same_tiles(tmp_path):
    one = writer.TilesWriter.create(tmp_path / "theirs", "example.org/log")
    edge = RightEdge()
    files: dict[str, bytes] = {}
    for number, leaf in enumerate(LEAVES):
        one.add_leaf(b"%d" % number)
        files |= edge.append(leaf, b"%d" % number)
    one.commit([])
    for path, data in (files | edge.partial_files()).items():
        assert (tmp_path / "theirs" / path).read_bytes() == data, path


@pytest.mark.parametrize("number", [0, 7, 999, 1000, 1_234_067, 10**9])
def test_they_name_tiles_alike(number):
    for width in (0, 1, 255):
        assert "/".join(tiles.tile_path(3, number, width)) == Tile(3, number, width or 256).path


@pytest.mark.parametrize("kind", [ED25519, ML_DSA_44])
def test_they_believe_our_signatures_and_we_theirs(kind):
    key = new_key("example.org/log", kind)
    text = Checkpoint("example.org/log", 5, LEAVES[0]).text
    note = sign_note(text, [key], 1_800_000_000)
    parsed = theirs.Checkpoint.from_text(bytes(note).decode())
    parsed.verify(signing.Vkey.from_string(str(key.verifier)))
    signer = (signing.PlainEd25519Signer if kind == ED25519 else signing.MLDSA44CosignatureSigner)(
        "example.org/log", key._ed25519 if kind == ED25519 else key._ml_dsa
    )
    made = theirs.Checkpoint.make_signed("example.org/log", 5, LEAVES[0], [signer])
    assert verify_note(parse_note(made.serialize().encode()), [key.verifier])
    if kind == ED25519:
        assert made.serialize().encode() == bytes(note)
