"""What the measurements of the whole country share: its table, districts drawn from it, and the bytes of a run."""

from __future__ import annotations

import hashlib
import os
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from serentak.kit.rules import load_rules
from serentak.operations.defaults import load_defaults
from serentak.operations.nation_table import NationalTable, read_national_table
from serentak.operations.new import write_folder
from serentak.operations.ruleset import default_district
from serentak.territory.regions import region

SEED = 20241127
T = TypeVar("T")


def kept(name: str, kind: type[T], measure: Callable[[], T]) -> T:
    """Give a measurement that was kept in the folder ``SERENTAK_BENCH_KEEP``, or measure now, and keep it."""
    folder = os.environ.get("SERENTAK_BENCH_KEEP")
    if folder is None:
        return measure()
    path = Path(folder, f"{name}.json")
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=kind)
    found = measure()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(found))
    return found


def children(parent: int) -> list[int]:
    """Give the processes that a process has started."""
    with suppress(OSError):
        text = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
        return [int(word) for word in text.split()]
    return []


def grandchildren(parent: int) -> list[int]:
    """Give the processes that work for a run: grandchildren, by way of the fork server."""
    return [grandchild for child in children(parent) for grandchild in children(child)]


def processor_seconds(pid: int) -> float:
    """Give the processor time of a process, or 0 where it has ended."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def table_path() -> Path:
    """Give the national table of ``SERENTAK_DATA``; without it nothing of this can be measured."""
    path = Path(os.environ.get("SERENTAK_DATA") or "/nonexistent", "data", "national.csv.gz")
    if not path.exists():
        sys.exit("SERENTAK_DATA names no folder with data/national.csv.gz")
    return path


@cache
def table() -> NationalTable:
    """Read the table once."""
    return read_national_table(table_path())


def drawn(count: int) -> list[str]:
    """Draw districts at random, the same each time; a smaller draw is part of a larger one."""
    codes = list(table().districts)
    random.Random(SEED).shuffle(codes)  # noqa: S311 - a draw, not a secret
    return sorted(codes[:count])


def district_folder(code: str, folder: Path) -> None:
    """Write a district as ``serentak nation`` cuts it."""
    stations = [station for block in table().districts[code] for station in block.stations()]
    defaults = load_defaults()
    write_folder(folder, default_district(stations, region(code), defaults, load_rules(defaults.district.rules)).files)


def fingerprint(out: Path) -> str:
    """Give one hash over all files of a run that depend on its input alone."""
    total = hashlib.sha256()
    for path in sorted(out.rglob("*")):
        if path.is_file() and path.name not in ("run.json", ".lock"):
            total.update(
                f"{path.relative_to(out).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
            )
    return total.hexdigest()
