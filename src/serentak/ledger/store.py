"""The writer's store: one SQLite file with every entry and the last signed head; all else derives from it."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from serentak.base.errors import Broken, Refused
from serentak.base.messages import _
from serentak.ledger.tree import EMPTY_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE log (
    id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, origin TEXT NOT NULL, vkey TEXT NOT NULL
);
CREATE TABLE leaf (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, at INTEGER NOT NULL);
CREATE TABLE body (idx INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, root BLOB NOT NULL);
"""
_VERSION: Final = 1
_BUSY_SECONDS: Final = 30.0


class Head(NamedTuple):
    """What was last signed: number of entries and root."""

    size: int
    root: bytes


class Leaf(NamedTuple):
    """An entry to be stored: hash of its leaf, milliseconds since the epoch of its acceptance, its bytes."""

    hash: bytes
    at: int
    entry: bytes


class Store:
    """One connection to the store; a thread has its own.

    Parameters
    ----------
    path
        The SQLite file.

    Raises
    ------
    Refused
        When there is no such file (a store is never made by opening it), or it is not a log's.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._db = _connect(path, "rw")
            row = self._db.execute("SELECT version, origin, vkey FROM log").fetchone()
            version, self.origin, self.vkey = row
        except (sqlite3.Error, TypeError) as error:
            message = _("{path} is not the store of a log: {error}")
            raise Refused(message.format(path=path, error=error)) from error
        if version != _VERSION:
            raise Refused(_("{path} was written by another version of this software").format(path=path))

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def size(self) -> int:
        """Count the entries."""
        return int(self._db.execute("SELECT coalesce(max(idx) + 1, 0) FROM leaf").fetchone()[0])

    def find(self, leaf: bytes) -> tuple[int, int] | None:
        """Give index and time (milliseconds since the epoch) of the entry with this leaf hash, or None."""
        row = self._db.execute("SELECT idx, at FROM leaf WHERE hash = ?", (leaf,)).fetchone()
        return None if row is None else (row[0], row[1])

    def add(self, first: int, leaves: Sequence[Leaf]) -> None:
        """Store entries from index `first` on; when this returns, they outlive a power cut.

        Raises
        ------
        Broken
            When the store does not end at `first`: somebody else writes to it.
        """
        with self._transaction():
            if self.size() != first:
                raise Broken(_("another process writes to this log"))
            numbered = list(enumerate(leaves, first))
            self._db.executemany(
                "INSERT INTO leaf VALUES (?, ?, ?)", ((index, leaf.hash, leaf.at) for index, leaf in numbered)
            )
            self._db.executemany("INSERT INTO body VALUES (?, ?)", ((index, leaf.entry) for index, leaf in numbered))

    def leaves(self, start: int, end: int) -> Iterator[bytes]:
        """Give the leaf hashes from `start` up to before `end`, in order."""
        query = "SELECT hash FROM leaf WHERE idx >= ? AND idx < ? ORDER BY idx"
        for (leaf,) in self._db.execute(query, (start, end)):
            yield leaf

    def entries(self, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
        """Give leaf hash and bytes of the entries from `start` up to before `end`, in order."""
        query = """SELECT hash, entry FROM leaf JOIN body USING (idx)
                   WHERE idx >= ? AND idx < ? ORDER BY idx"""
        yield from self._db.execute(query, (start, end))

    def head(self) -> Head:
        """Give what was last signed."""
        size, root = self._db.execute("SELECT size, root FROM head").fetchone()
        return Head(size, root)

    def advance_head(self, old: Head, new: Head) -> None:
        """Put a new head in the old one's place, in one step; it may be signed only once this has returned.

        Raises
        ------
        Broken
            When the head is no longer the old one: somebody else signs for this log.
        """
        with self._transaction():
            changed = self._db.execute(
                "UPDATE head SET size = ?, root = ? WHERE size = ? AND root = ?", (*new, *old)
            ).rowcount
            if changed != 1 or new.size < old.size:
                raise Broken(_("another process signs for this log"))

    def faults(self) -> list[str]:
        """Give what SQLite itself finds wrong with its file."""
        return [row[0] for row in self._db.execute("PRAGMA integrity_check") if row[0] != "ok"]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def create_store(path: Path, origin: str, vkey: str) -> None:
    """Make the store of a new, empty log.

    Raises
    ------
    Refused
        When the file exists.
    """
    if path.exists():
        raise Refused(_("{path} exists already").format(path=path))
    db = _connect(path, "rwc")
    try:
        path.chmod(0o600)
        db.executescript("BEGIN;" + _SCHEMA)
        db.execute("INSERT INTO log VALUES (1, ?, ?, ?)", (_VERSION, origin, vkey))
        db.execute("INSERT INTO head VALUES (1, 0, ?)", (EMPTY_ROOT,))
        db.execute("COMMIT")
    finally:
        db.close()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    db.execute("PRAGMA journal_mode = WAL")
    # FULL syncs the write-ahead log at every commit: what was acknowledged survives a power cut.
    db.execute("PRAGMA synchronous = FULL")
    return db
