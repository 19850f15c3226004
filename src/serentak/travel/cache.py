"""What took long to prepare, kept on disk for the next time: never needed, never trusted, never in the project."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from serentak.travel.graph import Graph


def folder() -> Path:
    """Give the folder of the cache: ``SERENTAK_CACHE``, or where this system keeps what may be lost."""
    named = os.environ.get("SERENTAK_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "serentak" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "serentak"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "serentak"


def topology_of(graph: Graph) -> tuple[pyroutingkit.CCHTopology, NDArray[np.uint32]]:
    """Give the hierarchy of a network and the rank of its nodes, from the cache where it is there and sound.

    It is named by the hash of all that went into it. What is found under that name is compared with the network
    before it is used, and replaced where it differs. A cache that cannot be written is done without.
    """
    tail, head = graph.tail.astype(np.uint32), graph.head.astype(np.uint32)
    lat, lon = graph.lat.astype(np.float32), graph.lon.astype(np.float32)
    home = folder() / f"cch-{_name(len(lat), tail, head, lat, lon)}"
    rank = _sound(home, len(lat), tail, head)
    topology = pyroutingkit.CCHTopology()
    if rank is not None:
        topology.load(str(home))
        return topology, rank
    topology.build(tail, head, lat, lon, len(lat))
    rank = _keep(topology, home)
    return topology, np.arange(len(lat), dtype=np.uint32) if rank is None else rank


def _name(nodes: int, *arrays: NDArray[np.generic]) -> str:
    digest = hashlib.sha256(f"pyroutingkit {version('pyroutingkit')} {nodes}".encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _sound(home: Path, nodes: int, tail: NDArray[np.uint32], head: NDArray[np.uint32]) -> NDArray[np.uint32] | None:
    """Give the rank of the nodes if a folder holds this network in some order of all its nodes, else None.

    Any order gives right answers, so this is all that must hold.
    """
    try:
        kept = {name: np.fromfile(home / name, dtype=np.uint32) for name in ("tail", "head", "order", "rank")}
        same = (home / "node_count").read_bytes() == nodes.to_bytes(4, "little")
    except OSError:
        return None
    same &= np.array_equal(kept["tail"], tail) and np.array_equal(kept["head"], head)
    everyone = np.arange(nodes, dtype=np.uint32)
    if not same or kept["order"].size != nodes or not np.array_equal(np.sort(kept["order"]), everyone):
        return None
    rank = kept["rank"]
    return rank if rank.size == nodes and np.array_equal(rank[kept["order"]], everyone) else None


def _keep(topology: pyroutingkit.CCHTopology, home: Path) -> NDArray[np.uint32] | None:
    """Write a hierarchy whole or not at all, whoever else is writing it; give the rank of its nodes."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=".new-", ignore_cleanup_errors=True) as aside:
            fresh = Path(aside) / "fresh"
            fresh.mkdir()
            topology.save(str(fresh))
            rank = np.fromfile(fresh / "rank", dtype=np.uint32)
            with suppress(OSError):
                home.rename(Path(aside) / "unsound")
            with suppress(OSError):  # another process was quicker; what it wrote is as good
                fresh.rename(home)
            return rank
    except (OSError, shutil.Error, RuntimeError):
        return None
