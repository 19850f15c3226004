"""Which rule a log has for new entries: its first entry decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serentak.custody.admission import Admission as CustodyAdmission
from serentak.custody.entry import decode_entry
from serentak.custody.kinds import Kind
from serentak.ledger.faults import Malformed
from serentak.ledger.sequencer import Admission, admit_all
from serentak.ledger.store import Store
from serentak.ledger.write import PRIVATE, STORE

if TYPE_CHECKING:
    from pathlib import Path


def door_of(folder: Path) -> Admission:
    """Give the rule for new entries of the log in a folder: that of custody where entry 0 begins a custody log.

    The rule of an empty log is chosen by the first entry it is given. Where there is no log, all is admitted: who
    opens it will say so.
    """
    path = folder / PRIVATE / STORE
    if not path.is_file():
        return admit_all
    store = Store(path)
    try:
        first = [entry for _leaf, entry in store.entries(0, 1)]
        if not first:
            return _Undecided()
        if not begins_custody(first[0]):
            return admit_all
        return CustodyAdmission(entry for _leaf, entry in store.entries(0, store.size()))
    finally:
        store.close()


class _Undecided:
    """The rule of an empty log."""

    def __init__(self) -> None:
        self._rule: Admission | None = None

    def __call__(self, entry: bytes) -> str | None:
        if self._rule is None:
            self._rule = CustodyAdmission() if begins_custody(entry) else admit_all
        return self._rule(entry)


def begins_custody(entry: bytes) -> bool:
    """Tell whether an entry is the genesis of a custody log; its signature is not checked here."""
    try:
        return decode_entry(entry).event.kind == Kind.GENESIS
    except Malformed:
        return False
