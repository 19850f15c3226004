"""A witness: remembers the largest checkpoint of each log it knows, and cosigns only what continues it.

It is another process than the log's, at another agency, with its own key and store. A witness whose store is
lost is retired and never started again: it would cosign a second history as readily as the first.

A witness's folder::

    public/vkey   its public keys, one a line
    private/      witness.sqlite, witness.key (witness-pq.key: ML-DSA-44), lock; only the owner can look
    inside

References
----------
https://c2sp.org/tlog-witness
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import tempfile
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.ledger.checkpoint import Checkpoint, parse_checkpoint
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.keys import SigningKey, new_key, read_key, write_key
from serentak.ledger.note import (
    COSIGNATURE,
    ML_DSA_44,
    Signature,
    SignedNote,
    VerifierKey,
    parse_note,
    parse_vkey,
    verify_note,
)
from serentak.ledger.text import decode_decimal, decode_hash
from serentak.ledger.tree import EMPTY_ROOT, verify_consistency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_REQUEST: Final = 1 << 18
"""Bytes of the largest request that is read."""
MAX_PATH: Final = 63
MAX_EVIDENCE: Final = 1000
"""Refused but signed checkpoints that are kept; enough to prove a fork, too few to fill a disk."""
PUBLIC: Final = "public"
PRIVATE: Final = "private"
VKEY: Final = "vkey"
_STORE, _KEY, _KEY_PQ, _LOCK = "witness.sqlite", "witness.key", "witness-pq.key", "lock"
_TEXT: Final = "text/plain; charset=utf-8"
_SIZE: Final = "text/x.tlog.size"
_SCHEMA: Final = """
CREATE TABLE log (
    origin TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB
);
CREATE TABLE key (origin TEXT NOT NULL REFERENCES log, vkey TEXT NOT NULL, PRIMARY KEY (origin, vkey));
CREATE TABLE evidence (digest BLOB PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL, note BLOB NOT
NULL);
"""


class Reply(NamedTuple):
    """An answer by HTTP: status, body, content type."""

    status: int
    body: bytes
    content_type: str = _TEXT


class Request(NamedTuple):
    """What a log asks a witness to cosign."""

    old: int
    path: list[bytes]
    note: SignedNote


class Evidence(NamedTuple):
    """A checkpoint that a log signed and the witness refused: seconds since the epoch, reason, the note."""

    at: int
    reason: str
    note: bytes


class _Declined(Exception):  # noqa: N818 - not an error; the witness's answer on its way out
    def __init__(self, status: int, text: str, content_type: str = _TEXT) -> None:
        super().__init__(text)
        self.reply = Reply(status, (text + "\n").encode(), content_type)


def parse_request(body: bytes) -> Request:
    """Read the body of an ``add-checkpoint`` request.

    Raises
    ------
    Malformed
        When it is not one.
    """
    head, blank, note = body.partition(b"\n\n")
    if not blank:
        raise Malformed("request", _("there is no empty line before the checkpoint"))
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("request", _("the text before the checkpoint is not ASCII")) from None
    if not first.startswith("old "):
        raise Malformed("request", _("the first line does not begin with old"), value=first)
    if len(lines) > MAX_PATH:
        raise Malformed("request", _("a proof has at most {limit} hashes").format(limit=MAX_PATH))
    old = decode_decimal(first.removeprefix("old "), "request")
    path = [decode_hash(line, "request") for line in lines]
    return Request(old, path, parse_note(note, skip_misspelt=True))


def init_witness(
    folder: Path,
    name: str,
    logs: Iterable[tuple[str, VerifierKey]],
    *,
    pq: bool = False,
    key: SigningKey | None = None,
) -> str:
    """Make a new witness, and give its public keys, one a line.

    Parameters
    ----------
    folder
        Where; it must not exist, or be empty.
    name
        Its key name, a URL without the scheme.
    logs
        Origin and key of each log it shall know.
    pq
        Whether it also signs with ML-DSA-44.
    key
        Its key, of this name; a fresh one if not given.

    Raises
    ------
    Refused
        When something is there already.
    InputError
        When the name cannot be one.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = _("{path} is not empty; a witness is never made over something else")
        raise Refused(message.format(path=folder))
    # Two keys: a cosignature must not share its key with another identity or kind.
    keys = {_KEY: key or new_key(name, COSIGNATURE)} | ({_KEY_PQ: new_key(name, ML_DSA_44)} if pq else {})
    vkeys = "".join(f"{key.verifier}\n" for key in keys.values())
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
        draft = Path(made) / folder.name
        draft.mkdir()
        (draft / PUBLIC).mkdir()
        (draft / PUBLIC / VKEY).write_text(vkeys, "utf-8")
        (draft / PRIVATE).mkdir(mode=0o700)
        for file, made_key in keys.items():
            write_key(draft / PRIVATE / file, made_key)
        db = _connect(draft / PRIVATE / _STORE, "rwc")
        db.executescript(_SCHEMA)
        db.close()
        draft.rename(folder)
    with Witness(folder) as witness:
        for origin, vkey in logs:
            witness.know(origin, vkey)
    return vkeys


class Witness:
    """An open witness; its methods may be called from any thread.

    Parameters
    ----------
    folder
        Made by `init_witness`.
    clock
        Gives seconds since the epoch.

    Raises
    ------
    Refused
        When there is no witness, its store is lost, or it is open elsewhere.
    InputError
        When a key cannot be read, or others can read it.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        private = folder / PRIVATE
        _require_witness(folder)
        files = [private / file for file in (_KEY, _KEY_PQ) if (private / file).exists()]
        self.keys = [read_key(file) for file in files]
        self._clock = clock
        self._lock_file = os.open(private / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._db = _connect(private / _STORE, "rw")
            self._db.execute("SELECT count(*) FROM log")
        except BlockingIOError:
            os.close(self._lock_file)
            raise Refused(_("{path} is open in another process").format(path=folder)) from None
        except sqlite3.Error as error:
            os.close(self._lock_file)
            message = _("the store of the witness {path} is damaged ({error}): retire it")
            raise Refused(message.format(path=folder, error=error)) from error
        # One connection, so one caller at a time; the transaction then makes check and record one step.
        self._mutex = threading.Lock()

    def __enter__(self) -> Witness:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """Its key name."""
        return self.keys[0].name

    def close(self) -> None:
        """Let go of the store."""
        self._db.close()
        os.close(self._lock_file)

    def know(self, origin: str, key: VerifierKey) -> None:
        """Accept checkpoints of a log signed by this key, beside those it has already."""
        digest = sha256(origin.encode()).hexdigest()
        with self._mutex, self._transaction():
            self._db.execute("INSERT OR IGNORE INTO log VALUES (?, ?, 0, ?, NULL)", (origin, digest, EMPTY_ROOT))
            self._db.execute("INSERT OR IGNORE INTO key VALUES (?, ?)", (origin, str(key)))

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer an ``add-checkpoint`` request; a cosignature is on disk before it is given."""
        try:
            return self._answer(body)
        except _Declined as declined:
            return declined.reply
        except Malformed as error:
            return Reply(400, f"invalid input: {error}\n".encode())

    def _answer(self, body: bytes) -> Reply:
        if len(body) > MAX_REQUEST:
            raise _Declined(413, "the request is too large")
        request = parse_request(body)
        origin = request.note.text.partition("\n")[0]
        with self._mutex:
            signed_by = self._verify_log(origin, request.note)
            checkpoint = parse_checkpoint(request.note.text)
            if request.old > checkpoint.size:
                raise _Declined(400, "the old size is larger than the checkpoint")
            return self._advance(request, checkpoint, signed_by)

    def get_checkpoint(self, digest: str) -> Reply:
        """Answer a monitor who asks for the last checkpoint; `digest` is SHA-256 of the origin in hex."""
        with self._mutex:
            row = self._db.execute("SELECT note FROM log WHERE digest = ?", (digest,)).fetchone()
        if row is None or row[0] is None:
            return Reply(404, b"no checkpoint\n")
        return Reply(200, row[0])

    def evidence(self) -> list[Evidence]:
        """Give the checkpoints that logs signed and this witness refused, oldest first."""
        with self._mutex:
            rows = self._db.execute("SELECT at, reason, note FROM evidence ORDER BY at, rowid").fetchall()
        return [Evidence(*row) for row in rows]

    def _verify_log(self, origin: str, note: SignedNote) -> tuple[Signature, ...]:
        rows = self._db.execute("SELECT vkey FROM key WHERE origin = ?", (origin,)).fetchall()
        if not rows:
            raise _Declined(404, "unknown log")
        keys = [parse_vkey(vkey) for (vkey,) in rows]
        try:
            names = {(each.key.name, each.key.id) for each in verify_note(note, keys)}
        except Unproven:
            raise _Declined(403, "invalid signature") from None
        # Foreign lines are dropped: a forged one under this witness's own name must not be kept.
        return tuple(each for each in note.signatures if (each.name, each.key_id) in names)

    def _advance(self, request: Request, new: Checkpoint, signed_by: tuple[Signature, ...]) -> Reply:
        failure: _Declined | None = None
        with self._transaction():
            size, root = self._db.execute("SELECT size, root FROM log WHERE origin = ?", (new.origin,)).fetchone()
            if request.old != size:
                raise _Declined(409, str(size), _SIZE)
            try:
                _require_continuation(request, root, new)
            except Unproven as error:
                self._keep_evidence(SignedNote(request.note.text, signed_by), str(error))
                failure = _Declined(422, f"bad consistency proof: {error}")
            else:
                lines = self._sign(new, request.note.text)
                note = SignedNote(request.note.text, (*signed_by, *lines))
                self._db.execute(
                    "UPDATE log SET size = ?, root = ?, note = ? WHERE origin = ? AND size = ?",
                    (new.size, new.root, bytes(note), new.origin, size),
                )
        if failure is not None:
            raise failure
        return Reply(200, "".join(line.line for line in lines).encode())

    def _sign(self, checkpoint: Checkpoint, text: str) -> list[Signature]:
        now = int(self._clock())
        # ML-DSA cosignatures do not cover extension lines; a witness never seems to vouch for what it does
        # not.
        keys = [key for key in self.keys if not checkpoint.extensions or key.kind != ML_DSA_44]
        return [key.sign(text, now) for key in keys]

    def _keep_evidence(self, note: SignedNote, reason: str) -> None:
        if self._db.execute("SELECT count(*) FROM evidence").fetchone()[0] < MAX_EVIDENCE:
            data = bytes(note)
            row = (sha256(note.text.encode()).digest(), int(self._clock()), reason, data)
            self._db.execute("INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?)", row)

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


def _require_continuation(request: Request, root: bytes, new: Checkpoint) -> None:
    if request.old:
        verify_consistency(request.old, new.size, request.path, root, new.root)
    elif request.path:
        raise Unproven(_("the proof is too long"))
    elif new.size == 0 and new.root != EMPTY_ROOT:
        raise Unproven(_("an empty log has another root"))


def _require_witness(folder: Path) -> None:
    private = folder / PRIVATE
    if not (private / _STORE).is_file():
        if (private / _KEY).exists():
            message = _("the store of the witness {path} is lost: retire it, and make a new one with a new key")
            raise Refused(message.format(path=folder))
        message = _("{path} is no witness; make one with: serentak witness init")
        raise Refused(message.format(path=folder))
    if stat.S_IMODE(private.stat().st_mode) & 0o077:
        message = _("others can look into this folder")
        raise InputError.of(str(private), message, _("Run: chmod 700 {path}").format(path=private))


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db
