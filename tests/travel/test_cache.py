"""The cache speeds up and never decides: whatever lies in it, the answers are the same."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest

from networks import STEP, graph
from serentak.travel import cache
from serentak.travel.cch import Hierarchy


def grid(side: int, seed: int = 1):
    chance = np.random.default_rng(seed)
    nodes = [(101 + n % side * STEP, 0.3 + n // side * STEP) for n in range(side * side)]
    right = [(n, n + 1) for n in range(side * side) if (n + 1) % side]
    up = [(n, n + side) for n in range(side * side - side)]
    edges = [(*ends, int(chance.integers(1, 999)), *map(int, chance.integers(1, 9999, 2))) for ends in right + up]
    return graph(nodes, edges)


NETWORK = grid(12)
EVERYONE = np.arange(144)


def answers():
    return Hierarchy.of(NETWORK).customise(NETWORK.milliseconds["truck"]).matrix(EVERYONE, EVERYONE)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SERENTAK_CACHE", str(tmp_path / "deep" / "cache"))
    return tmp_path / "deep" / "cache"


def only(home):
    (kept,) = home.iterdir()
    return kept


def test_cold_and_warm_answer_alike_and_warm_writes_nothing(home):
    cold = answers()
    before = {path: path.stat().st_mtime_ns for path in only(home).iterdir()}
    assert {path.name for path in before} == {"tail", "head", "order", "rank", "node_count"}
    assert np.array_equal(answers(), cold)
    assert {path: path.stat().st_mtime_ns for path in only(home).iterdir()} == before


def _cut(kept):
    (kept / "order").write_bytes((kept / "order").read_bytes()[:-4])


def _twice(kept):
    order = np.fromfile(kept / "order", np.uint32)
    order[0] = order[1]
    order.tofile(kept / "order")


def _out_of_range(kept):
    order = np.fromfile(kept / "order", np.uint32)
    order[0] = 2**31
    order.tofile(kept / "order")


def _wrong_rank(kept):
    rank = np.fromfile(kept / "rank", np.uint32)
    rank[[0, 1]] = rank[[1, 0]]
    rank.tofile(kept / "rank")


def _foreign(kept):
    head = np.fromfile(kept / "head", np.uint32)
    head[0] = (head[0] + 1) % 144
    head.tofile(kept / "head")


def _gone(kept):
    (kept / "head").unlink()


def _empty(kept):
    for path in kept.iterdir():
        path.write_bytes(b"")


def _folder(kept):
    (kept / "tail").unlink()
    (kept / "tail").mkdir()


@pytest.mark.parametrize("harm", [_cut, _twice, _out_of_range, _wrong_rank, _foreign, _gone, _empty, _folder])
def test_what_is_not_sound_is_made_anew(home, harm):
    right = answers()
    sound = {path.name: path.read_bytes() for path in only(home).iterdir()}
    harm(only(home))
    assert np.array_equal(answers(), right)
    assert {path.name: path.read_bytes() for path in only(home).iterdir()} == sound


def test_another_network_has_another_name(home):
    Hierarchy.of(NETWORK)
    Hierarchy.of(grid(12, seed=2))  # other times alone make no other network
    assert len(list(home.iterdir())) == 1
    Hierarchy.of(grid(11))
    assert len(list(home.iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    right = answers()
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("SERENTAK_CACHE", str(tmp_path / "file" / "cache"))
    assert np.array_equal(answers(), right)


def test_many_writers_at_once_leave_one_sound_copy(home, tmp_path):
    right = answers()
    for path in only(home).iterdir():
        path.unlink()
    only(home).rmdir()
    (tmp_path / "network").write_bytes(pickle.dumps(NETWORK))
    work = "import pickle, sys; from serentak.travel.cch import Hierarchy; n = pickle.load(open(sys.argv[1], 'rb')); "
    work += "m = Hierarchy.of(n).customise(n.milliseconds['truck']); print(m.matrix(range(144), range(144)).sum())"
    command = [sys.executable, "-c", work, str(tmp_path / "network")]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _n in range(3)]
    assert [int(writer.communicate()[0]) for writer in writers] == [right.sum()] * 3
    assert {path.name for path in only(home).iterdir()} == {"tail", "head", "order", "rank", "node_count"}


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/serentak"),
        ("linux", {"HOME": "/home/u"}, "/home/u/.cache/serentak"),
        ("darwin", {"HOME": "/Users/u"}, "/Users/u/Library/Caches/serentak"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/serentak/cache"),
        ("linux", {"SERENTAK_CACHE": "/mine", "XDG_CACHE_HOME": "/x"}, "/mine"),
    ],
)
def test_it_lies_where_the_system_keeps_what_may_be_lost(monkeypatch, system, variables, expected):
    for name in ("SERENTAK_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    assert cache.folder().as_posix() == expected
