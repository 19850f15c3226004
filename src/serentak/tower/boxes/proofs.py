"""Files of evidence for people to take home: made from the log itself, each box's acts with their proofs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.operations.evidence import Bundler

if TYPE_CHECKING:
    from serentak.tower.boxes.models import Log

PATIENCE: Final = 3.0
"""Seconds that a request waits while another has the log read; a process has few threads to wait with."""
_MOST_LOGS: Final = 4
"""Logs whose state a process keeps for this, the latest used."""


class BeingRead(Refused):
    """The log is being read for somebody else, which takes longer than anybody should wait; ask again."""

    def __init__(self) -> None:
        super().__init__(_("The log is being read for another request. Ask again in half a minute."))


class _Reader:
    """The state of one log, for one request at a time."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._bundler: Bundler | None = None

    def make(self, box: str) -> bytes:
        if not self._lock.acquire(timeout=PATIENCE):
            raise BeingRead
        try:
            # Only one that worked is kept: a log that was replaced is read anew.
            bundler, self._bundler = self._bundler or Bundler(self._address, trusted=True), None
            made = bundler.make(box)
            self._bundler = bundler
            return made
        finally:
            self._lock.release()


_readers: OrderedDict[str, _Reader] = OrderedDict()
_lock = threading.Lock()


def evidence_of(log: Log, box: str) -> bytes:
    """Make the file of evidence about a box, as ``serentak evidence`` makes it.

    Raises
    ------
    BeingRead
        When the log is being read for another request.
    SerentakError
        When the log cannot be read, has never heard of the box, or does not prove what it says.
    """
    with _lock:
        reader = _readers.pop(log.address, None) or _Reader(log.address)
        _readers[log.address] = reader
        while len(_readers) > _MOST_LOGS:
            _readers.popitem(last=False)
    return reader.make(box)
