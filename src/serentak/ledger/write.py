"""The writer of a log: the only process that stores entries and signs checkpoints.

A log's folder::

    public/    all that is served: checkpoint, tile/..., policy, witness/NAME/checkpoint
    private/   log.sqlite (the truth), log.key, lock, tmp/; only the owner can look inside

An entry is acknowledged once SQLite has committed it. From there everything derives: tiles, head, signature,
witnesses, checkpoint, in this order (`serentak.ledger.publish`).
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from serentak.base.errors import Broken, InputError, Refused
from serentak.base.messages import _
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.cosign import PATIENCE, Address, WitnessClient
from serentak.ledger.durable import Calls, Disk
from serentak.ledger.edge import RightEdge
from serentak.ledger.faults import Malformed, NotThere, Unproven
from serentak.ledger.keys import SigningKey, new_key, read_key, sign_note, write_key
from serentak.ledger.note import parse_note, verify_note
from serentak.ledger.policy import Log, Policy, Witness
from serentak.ledger.publish import Publisher
from serentak.ledger.read import CHECKPOINT, POLICY, read_policy, witness_path
from serentak.ledger.sequencer import Admission, Sequencer, admit_all
from serentak.ledger.source import PUBLIC, FolderSource, HttpSource, TileSource
from serentak.ledger.store import Store, create_store
from serentak.ledger.tiles import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from types import TracebackType

    from serentak.ledger.note import SignedNote
    from serentak.ledger.receipt import Receipt

INTERVAL: Final = 1.0
"""Seconds between two checkpoints while there is news."""
PRIVATE: Final = "private"
STORE: Final = "log.sqlite"
KEY: Final = "log.key"
LOCK: Final = "lock"
_TEMPORARY: Final = "tmp"


def init_log(folder: Path, origin: str, witnesses: tuple[Witness, ...] = (), key: SigningKey | None = None) -> Policy:
    """Make a new, empty log, and give its policy.

    The folder appears whole or not at all.

    Parameters
    ----------
    folder
        Where; it must not exist, or be empty.
    origin
        Name of the log: its address without the scheme.
    witnesses
        Who shall cosign.
    key
        Its key, named as the log; a fresh one if not given.

    Raises
    ------
    Refused
        When something is there already.
    InputError
        When the name cannot be one.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(_("{path} is not empty; a log is never made over something else").format(path=folder))
    key = new_key(origin) if key is None else key
    policy = Policy((Log(key.verifier),))
    for witness in witnesses:
        policy = policy.with_witness(witness)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
        draft = Path(made) / folder.name
        draft.mkdir()
        (draft / PUBLIC).mkdir()
        (draft / PRIVATE).mkdir(mode=0o700)
        write_key(draft / PRIVATE / KEY, key)
        create_store(draft / PRIVATE / STORE, origin, str(key.verifier))
        Disk(draft / PUBLIC, draft / PRIVATE / _TEMPORARY).put(POLICY, policy.text.encode())
        draft.rename(folder)
    return policy


class LogWriter:
    """An open log. Entries may be handed over from any thread; one writer a log, which a lock makes sure of.

    Parameters
    ----------
    folder
        The log's folder, made by `init_log`.
    admission
        Says why an entry is not taken, see `serentak.ledger.sequencer.Sequencer`.
    clock
        Gives seconds since the epoch.
    patience
        Seconds that a witness may take.
    calls
        System calls, for tests.
    reach
        Gives what answers at a witness's address.

    Raises
    ------
    Refused
        When there is no log, it is open elsewhere, or what was signed is not in its store.
    InputError
        When its key cannot be read, or others can read it.
    """

    def __init__(
        self,
        folder: Path,
        admission: Admission = admit_all,
        *,
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
        calls: Calls | None = None,
        reach: Callable[[str, float], Address] = HttpSource,
    ) -> None:
        self.folder = folder
        private = folder / PRIVATE
        _require_log(folder)
        key = read_key(private / KEY)
        self._key = key
        self._lock = _take_lock(private / LOCK)
        try:
            store = Store(private / STORE)
            source = FolderSource(folder)
            edge = _prove_signed_heads(store, key, source)
            disk = Disk(folder / PUBLIC, private / _TEMPORARY, calls)
            witnesses = _clients(source, patience, reach)
            self._publisher = Publisher(
                store=store, disk=disk, source=source, keys=[key], edge=edge, witnesses=witnesses, clock=clock
            )
            self._publisher.restore()
            self._sequencer = Sequencer(private / STORE, admission, lambda: int(clock() * 1000))
        except BaseException:
            os.close(self._lock)
            raise
        self._witnesses = witnesses
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self._trouble: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def origin(self) -> str:
        """Name of the log."""
        return self._key.name

    @property
    def size(self) -> int:
        """Entries under the last signature."""
        return self._publisher.size

    @property
    def trouble(self) -> list[str]:
        """What keeps the log, or a witness, from working; empty while all is well."""
        own = [each for each in (self._sequencer.stopped, self._trouble) if each is not None]
        return own + [each.trouble for each in self._witnesses if each.trouble is not None]

    def submit(self, entry: bytes) -> Future[Receipt]:
        """Hand over an entry; its receipt is there once it is on disk, see `Sequencer.submit`."""
        return self._sequencer.submit(entry)

    def append(self, entry: bytes) -> Receipt:
        """Store an entry and give its receipt; when this returns, the entry outlives a power cut.

        Raises
        ------
        NotAdmitted
            When the log's rules do not take it.
        Stopped
            When the log cannot store anything any more.
        """
        return self.submit(entry).result()

    def sign_receipt(self, receipt: Receipt) -> SignedNote:
        """Give the log's signed promise; the same receipt gives the same bytes."""
        return sign_note(receipt.text, [self._key])

    def publish(self) -> bool:
        """Publish what is new, see `Publisher.publish`; not while `start` does it."""
        return self._publisher.publish()

    def start(self, interval: float = INTERVAL) -> None:
        """Publish from now on, every `interval` seconds, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, args=(interval,), name="publisher", daemon=True)
        self._thread.start()

    def _run(self, interval: float) -> None:
        next_time = time.monotonic()
        while True:
            try:
                self._publisher.publish()
                self._trouble = None
            except Exception as error:  # noqa: BLE001 - shown as trouble; entries are safe in the store
                self._trouble = _("the checkpoint cannot be published: {error}").format(error=error)
                if isinstance(error, Broken):
                    return
            next_time = max(next_time + interval, time.monotonic())
            if self._end.wait(next_time - time.monotonic()):
                return

    def close(self) -> None:
        """Store what was handed over, publish it where possible, and let go of the log."""
        self._sequencer.close()
        self._end.set()
        if self._thread is not None:
            self._thread.join()
            if self._trouble is None:
                with suppress(OSError, Refused, Broken):
                    self._publisher.publish()
        self._publisher.close()
        os.close(self._lock)


def _require_log(folder: Path) -> None:
    private = folder / PRIVATE
    if not (private / STORE).is_file():
        if (folder / PUBLIC / CHECKPOINT).exists() or (private / KEY).exists():
            message = _("{path} has lost its store; restore its backup, or end this log and begin another")
            raise Refused(message.format(path=folder))
        raise Refused(_("{path} is no log; make one with: serentak log init").format(path=folder))
    if stat.S_IMODE(private.stat().st_mode) & 0o077:
        message = _("others can look into this folder")
        raise InputError.of(str(private), message, _("Run: chmod 700 {path}").format(path=private))


def _take_lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Refused(_("{path} is open in another process").format(path=path.parent.parent)) from None
    return handle


def _signed_heads(store: Store, key: SigningKey, source: TileSource) -> dict[int, dict[bytes, str]]:
    """Collect every head that this log is known to have signed: size to root to where it was found."""
    head = store.head()
    heads = {head.size: {head.root: STORE}}
    for path in _checkpoint_paths(source):
        # What does not carry this log's own signature proves nothing against it.
        with suppress(NotThere, Malformed, Unproven):
            note = parse_note(source.read(path))
            own = [each for each in note.signatures if (each.name, each.key_id) == (key.name, key.verifier.id)]
            verify_note(type(note)(note.text, tuple(own)), [key.verifier])
            checkpoint = parse_checkpoint(note.text)
            heads.setdefault(checkpoint.size, {}).setdefault(checkpoint.root, path)
    return heads


def _checkpoint_paths(source: TileSource) -> list[str]:
    return [path for path in source.files() or () if path == CHECKPOINT or path.startswith("witness/")]


def _prove_signed_heads(store: Store, key: SigningKey, source: TileSource) -> RightEdge:
    """Prove that all that was ever signed is a prefix of the store; give the tree at the store's head.

    Raises
    ------
    Refused
        When it is not: signing on would fork the log.
    """
    if store.vkey != str(key.verifier):
        raise Refused(_("the key is not that of the log {origin}").format(origin=store.origin))
    heads = _signed_heads(store, key, source)
    last = store.head().size
    known = store.size()
    if max(heads) > known:
        message = _("{size} entries were signed and the store has {known}: rolled back; nothing is signed")
        raise Refused(message.format(size=max(heads), known=known))
    edge = result = RightEdge()
    for size in sorted(heads):
        _extend(edge, store, size)
        if set(heads[size]) != {edge.root()}:
            message = _("the {size} entries that were signed are not those of the store; nothing is signed")
            raise Refused(message.format(size=size))
        if size == last:
            result = edge.copy()
    return result


def _extend(edge: RightEdge, store: Store, size: int) -> None:
    # Only the last bundle's entries are needed again; all before are represented by their hashes.
    start = max(edge.size, size - size % WIDTH)
    for leaf in store.leaves(edge.size, start):
        edge.append(leaf, b"")
    for leaf, entry in store.entries(start, size):
        edge.append(leaf, entry)


def _clients(source: TileSource, patience: float, reach: Callable[[str, float], Address]) -> list[WitnessClient]:
    clients = []
    for witness in read_policy(source).witnesses:
        if not witness.url:
            continue
        held = 0
        with suppress(NotThere, Malformed, Unproven):
            note = parse_note(source.read(witness_path(witness.name)))
            verify_note(note, [witness.key])
            held = parse_checkpoint(note.text).size
        clients.append(WitnessClient(witness, held, patience, reach=reach))
    return clients
