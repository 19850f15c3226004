from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.ledger.edge import RightEdge
from serentak.ledger.faults import Malformed
from serentak.ledger.tiles import (
    ENTRIES,
    Tile,
    encode_bundle,
    levels,
    parse_bundle,
    parse_hashes,
    parse_tile_path,
    tile_at,
    tiles_of,
)
from serentak.ledger.tree import leaf_hash, perfect_root, tree_root


def test_paths_of_the_specification():
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(2, 0, 1).path == "tile/2/000.p/1"
    assert Tile(ENTRIES, 5).path == "tile/entries/005"


def test_the_tiles_of_70000_entries_are_those_of_the_specification():
    by_level = {level: [tile for tile in tiles_of(70_000) if tile.level == level] for level in range(3)}
    assert [len([tile for tile in by_level[level] if tile.full]) for level in range(3)] == [273, 1, 0]
    assert [by_level[level][-1].width for level in range(3)] == [112, 17, 1]
    assert levels(70_000) == 3


def test_256_entries_have_a_full_tile_and_one_above_it():
    assert [tile.path for tile in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


@given(st.integers(ENTRIES, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_reads_back_as_its_tile(level, number, width):
    tile = Tile(level, number, width)
    assert parse_tile_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/x000/001",
        "tile/0/001/",
        "tile/0/x001",
        "tile/entries/../000",
        "tile/-1/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
    ],
)
def test_other_paths_are_refused(path):
    with pytest.raises(Malformed):
        parse_tile_path(path)


def test_a_tile_that_is_not_there_has_no_name():
    with pytest.raises(ValueError, match="no tile"):
        tile_at(0, 2, 512)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_reads_back(entries):
    assert parse_bundle(encode_bundle(entries)) == entries


def test_the_largest_entry_fits_and_one_byte_more_does_not():
    assert parse_bundle(encode_bundle([bytes(65_535)])) == [bytes(65_535)]
    with pytest.raises(ValueError, match="65,535"):
        encode_bundle([bytes(65_536)])


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x01", b"\x00\x00\x00\x02a", b"\x00\x00" * 257])
def test_a_broken_bundle_is_refused(data):
    with pytest.raises(Malformed):
        parse_bundle(data)


def test_a_hash_tile_of_another_length_is_refused():
    with pytest.raises(Malformed):
        parse_hashes(bytes(33), Tile(0, 0, 1))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 66_000])
def test_the_right_edge_gives_exactly_the_tiles_of_the_specification(size):
    entries = [b"%d" % number for number in range(size)]
    leaves = [leaf_hash(entry) for entry in entries]
    edge = RightEdge()
    files = {}
    for leaf, entry in zip(leaves, entries, strict=True):
        files |= edge.append(leaf, entry)
    files |= edge.partial_files()
    assert sorted(files) == sorted(tile.path for tile in tiles_of(size))
    assert edge.root() == tree_root(leaves)
    rows = [leaves]
    while len(rows[-1]) >= 256:
        below = rows[-1]
        rows.append([perfect_root(below[i : i + 256]) for i in range(0, len(below) - 255, 256)])
    for tile in tiles_of(size):
        if tile.level == ENTRIES:
            assert parse_bundle(files[tile.path]) == entries[tile.number * 256 :][: tile.width]
        else:
            assert parse_hashes(files[tile.path], tile) == rows[tile.level][tile.number * 256 :][: tile.width]


def test_a_copied_edge_grows_alone():
    edge = RightEdge()
    for number in range(300):
        edge.append(leaf_hash(b"%d" % number), b"%d" % number)
    root, files = edge.root(), edge.partial_files()
    copy = edge.copy()
    copy.append(leaf_hash(b"more"), b"more")
    assert (edge.root(), edge.partial_files(), edge.size) == (root, files, 300)
    assert copy.root() != root
