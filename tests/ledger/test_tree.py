from __future__ import annotations

import base64
import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.ledger.faults import Unproven
from serentak.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    perfect_root,
    root_at,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(b"%d" % number) for number in range(300)]


def reference_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962, section 2.1, writes it down."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + reference_root(leaves[:k]) + reference_root(leaves[k:])).digest()


def node(level: int, number: int) -> bytes:
    assert (number + 1) << level <= len(LEAVES)
    return perfect_root(LEAVES[number << level : (number + 1) << level])


def test_empty_tree_has_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree_root([]) == root_at(0, node) == EMPTY_ROOT


@pytest.mark.parametrize("size", [*range(1, 70), 127, 128, 129, 255, 256, 257, 300])
def test_roots_follow_the_definition(size):
    expected = reference_root(LEAVES[:size])
    assert tree_root(LEAVES[:size]) == expected
    assert root_at(size, node) == expected


def test_every_inclusion_proof_up_to_size_40_holds():
    for size in range(1, 41):
        root = reference_root(LEAVES[:size])
        for index in range(size):
            verify_inclusion(LEAVES[index], index, size, inclusion_path(index, size, node), root)


def test_every_consistency_proof_up_to_size_40_holds():
    roots = [reference_root(LEAVES[:size]) for size in range(41)]
    for new in range(1, 41):
        for old in range(1, new + 1):
            verify_consistency(old, new, consistency_path(old, new, node), roots[old], roots[new])


@given(st.data())
def test_a_changed_inclusion_proof_is_refused(data):
    size = data.draw(st.integers(2, 300))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, node)
    root = root_at(size, node)
    kind = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "index", "size", "cut"]))
    place = data.draw(st.integers(0, len(path) - 1))
    if kind == "flip":
        path[place] = bytes([path[place][0] ^ 1]) + path[place][1:]
    elif kind == "drop":
        del path[place]
    elif kind == "add":
        path.insert(place, path[place])
    elif kind == "swap":
        path[place] = root
    elif kind == "cut":
        path[place] = path[place][:31]
    elif kind == "index":
        index = (index + data.draw(st.integers(1, size - 1))) % size
    else:
        size = data.draw(st.integers(1, 2 * size).filter(lambda other: len_of_path(index, other) != len(path)))
    with pytest.raises(Unproven):
        verify_inclusion(LEAVES[index] if kind != "index" else LEAVES[0], index, size, path, root)


def len_of_path(index: int, size: int) -> int:
    return len(inclusion_path(index, size, lambda *_: bytes(32))) if index < size else -1


@given(st.data())
def test_a_changed_consistency_proof_is_refused(data):
    new = data.draw(st.integers(3, 300))
    old = data.draw(st.integers(1, new - 1))
    path = consistency_path(old, new, node)
    roots = [root_at(old, node), root_at(new, node)]
    kind = data.draw(st.sampled_from(["flip", "drop", "add", "cut", "old root", "new root"]))
    place = data.draw(st.integers(0, len(path) - 1))
    if kind == "flip":
        path[place] = bytes([path[place][0] ^ 1]) + path[place][1:]
    elif kind == "drop":
        del path[place]
    elif kind == "add":
        path.insert(place, path[place])
    elif kind == "cut":
        path[place] = path[place][:31]
    else:
        roots[kind == "new root"] = leaf_hash(b"another")
    with pytest.raises(Unproven):
        verify_consistency(old, new, path, *roots)


def test_a_hash_of_another_length_is_refused():
    with pytest.raises(Unproven):
        verify_inclusion(LEAVES[0][:31], 0, 1, [], LEAVES[0][:31])


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_copied_frontier_grows_alone(first, more):
    size = min(first, 300)
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    copy = frontier.copy()
    for leaf in LEAVES[size : size + more]:
        copy.append(leaf)
    assert frontier.root() == tree_root(LEAVES[:size])
    assert copy.root() == tree_root(LEAVES[: size + more])


def test_a_frontier_refuses_a_subtree_out_of_place():
    frontier = Frontier()
    frontier.append(LEAVES[0])
    with pytest.raises(ValueError, match="cannot follow"):
        frontier.append_perfect(1, LEAVES[0])
    with pytest.raises(ValueError, match="perfect subtrees"):
        Frontier(3, [LEAVES[0]])


def test_proofs_outside_the_tree_are_refused():
    with pytest.raises(ValueError, match="not in a log"):
        inclusion_path(5, 5, node)
    with pytest.raises(ValueError, match="no prefix"):
        consistency_path(6, 5, node)
    with pytest.raises(Unproven):
        verify_inclusion(LEAVES[0], 5, 5, [], LEAVES[0])
    with pytest.raises(Unproven):
        verify_consistency(0, 5, [], EMPTY_ROOT, LEAVES[0])


def test_public_vectors_for_proofs(data_file):
    """Every case of the Merkle vectors that are there: consistency and, where present, inclusion."""
    cases = sorted(data_file("vectors/merkle").rglob("*.json"))
    assert cases
    wrong = []
    for file in cases:
        case = json.loads(file.read_bytes())
        path = [base64.b64decode(each) for each in case["proof"] or []]
        try:
            if "leafHash" in case:
                verify_inclusion(
                    base64.b64decode(case["leafHash"] or ""),
                    case["leafIdx"],
                    case["treeSize"],
                    path,
                    base64.b64decode(case["root"] or ""),
                )
            else:
                roots = [base64.b64decode(case[name] or "") for name in ("root1", "root2")]
                verify_consistency(case["size1"], case["size2"], path, *roots)
            refused = False
        except Unproven:
            refused = True
        if refused != case["wantErr"]:
            wrong.append(file.name)
    assert wrong == []
