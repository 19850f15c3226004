"""Files of evidence for people to take home: made from the log itself, each box's acts with their proofs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from serentak.operations.evidence import Bundler

if TYPE_CHECKING:
    from serentak.tower.boxes.models import Log

_MOST_LOGS: Final = 4
"""Logs whose state a process keeps for this, the latest used."""
_bundlers: OrderedDict[str, Bundler] = OrderedDict()
_lock = threading.Lock()


def evidence_of(log: Log, box: str) -> bytes:
    """Make the file of evidence about a box, as ``serentak evidence`` makes it.

    Raises
    ------
    SerentakError
        When the log cannot be read, has never heard of the box, or does not prove what it says.
    """
    with _lock:
        bundler = _bundlers.pop(log.address, None) or Bundler(log.address, trusted=True)
        made = bundler.make(box)
        # Only one that worked is kept: a log that was replaced is read anew.
        _bundlers[log.address] = bundler
        while len(_bundlers) > _MOST_LOGS:
            _bundlers.popitem(last=False)
        return made
