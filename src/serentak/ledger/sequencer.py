"""The sequencer: one thread gives every entry its place and answers once it is on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from serentak.base.errors import Broken, InputError, Refused
from serentak.base.messages import _
from serentak.ledger.receipt import Receipt
from serentak.ledger.store import Leaf, Store
from serentak.ledger.tiles import MAX_ENTRY
from serentak.ledger.tree import leaf_hash

if TYPE_CHECKING:
    from pathlib import Path

BATCH: Final = 256
"""Entries in one transaction at most; while one is on its way to disk, the next fills."""

Admission = Callable[[bytes], "str | None"]
"""Says why an entry is not taken into the log, or None when it is."""


class NotAdmitted(Refused):
    """The log's rules do not take this entry; the message is the reason."""


class Stopped(Refused):
    """The log takes no entries any more until it is started again."""


def admit_all(_entry: bytes) -> None:
    """Take every entry."""


_Job = tuple[bytes, "Future[Receipt]"]


class Sequencer:
    """Takes entries from any thread.

    Parameters
    ----------
    store
        Path of the store; the sequencer's thread has its own connection.
    admission
        Asked once for each entry that is not in the log yet, in the log's order, by one thread alone. It may
        look at what it admitted before.
    clock
        Gives milliseconds since the epoch.
    """

    def __init__(self, store: Path, admission: Admission, clock: Callable[[], int]) -> None:
        self._admission = admission
        self._clock = clock
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        # Guards `_stopped`, so that nothing is put into the queue behind the last job.
        self._lock = threading.Lock()
        self._stopped: str | None = None
        # The thread alone touches what follows, once it runs.
        self._store = Store(store)
        self._next = self._store.size()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    @property
    def stopped(self) -> str | None:
        """Why no entries are taken any more; None while they are."""
        return self._stopped

    def submit(self, entry: bytes) -> Future[Receipt]:
        """Hand over an entry; the result is there once it is on disk.

        The same bytes again give the same receipt. The future raises `NotAdmitted` or `Stopped`.

        Raises
        ------
        InputError
            When the entry is longer than 65,535 bytes.
        """
        if len(entry) > MAX_ENTRY:
            message = _("an entry has at most 65,535 bytes")
            raise InputError.of("entry", message, _("Split it, or log its hash."), value=len(entry))
        future: Future[Receipt] = Future()
        with self._lock:
            if self._stopped is not None:
                future.set_exception(Stopped(self._stopped))
            else:
                self._queue.put((entry, future))
        return future

    def close(self) -> None:
        """Finish what was handed over, then stop."""
        self._refuse_more(_("the log is closed"))
        self._queue.put(None)
        self._thread.join()
        self._store.close()

    def _run(self) -> None:
        while True:
            job = self._queue.get()
            if job is None:
                return
            batch, last = self._gather(job)
            try:
                self._commit(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
                # Whether this batch is on disk is not known; only a fresh start, which reads it back, can
                # tell.
                self._fail(batch, error)
                return
            if last:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        batch = [first]
        while len(batch) < BATCH:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
        return batch, False

    def _commit(self, batch: list[_Job]) -> None:
        fresh: dict[bytes, tuple[int, Leaf]] = {}
        answers: list[tuple[Future[Receipt], Receipt | Exception]] = []
        for entry, future in batch:
            leaf = leaf_hash(entry)
            place = self._place(leaf, fresh)
            if place is None:
                reason = self._ask(entry)
                if reason is not None:
                    answers.append((future, reason))
                    continue
                place = self._next + len(fresh), self._clock()
                fresh[leaf] = place[0], Leaf(leaf, place[1], entry)
            answers.append((future, Receipt(self._store.origin, place[0], leaf, place[1])))
        if fresh:
            self._store.add(self._next, [leaf for _index, leaf in fresh.values()])
            self._next += len(fresh)
        for future, answer in answers:
            if isinstance(answer, Receipt):
                future.set_result(answer)
            else:
                future.set_exception(answer)

    def _place(self, leaf: bytes, fresh: dict[bytes, tuple[int, Leaf]]) -> tuple[int, int] | None:
        if leaf in fresh:
            index, stored = fresh[leaf]
            return index, stored.at
        return self._store.find(leaf)

    def _ask(self, entry: bytes) -> Exception | None:
        try:
            reason = self._admission(entry)
        except Exception as error:  # noqa: BLE001 - a faulty rule must not stop the log for everyone
            return Broken(_("the rule for new entries failed: {error}").format(error=error))
        return None if reason is None else NotAdmitted(reason)

    def _refuse_more(self, reason: str) -> None:
        with self._lock:
            self._stopped = self._stopped or reason

    def _fail(self, batch: list[_Job], error: Exception) -> None:
        reason = _("the log cannot store entries: {error}; start it again").format(error=error)
        self._refuse_more(reason)
        waiting = [future for _entry, future in batch]
        while True:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is not None:
                waiting.append(job[1])
        for future in waiting:
            if not future.done():
                future.set_exception(Stopped(reason))
