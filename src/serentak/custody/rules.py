"""The custody rules of ``verify``: see `serentak.operations.verify.EntryRules`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serentak.base.errors import InputError
from serentak.custody.entry import decode_entry
from serentak.custody.kinds import RULES, Kind
from serentak.custody.report import findings
from serentak.custody.state import State

if TYPE_CHECKING:
    from serentak.custody.findings import Finding


class CustodyRules:
    """Judges every entry of a custody log from its public bytes alone; `state` can be asked afterwards."""

    name = RULES

    def __init__(self) -> None:
        self.state = State()

    def begins(self, entry: bytes) -> bool:
        """Tell whether this first entry begins a custody log."""
        try:
            return decode_entry(entry).event.kind == Kind.GENESIS
        except InputError:
            return False

    def take(self, index: int, entry: bytes) -> None:
        """Take the next entry, in the order of the log."""
        self.state.take(index, entry)

    def newest(self) -> int | None:
        """Give the newest time that the log states for itself, seconds since the epoch."""
        newest = self.state.marks.newest
        return None if newest is None else newest // 1000

    def found(self, as_of: int | None) -> list[Finding]:
        """Give what does not fit, judged at a time in seconds since the epoch; notes too."""
        return findings(self.state, as_of)

    def findings(self, as_of: int | None) -> list[dict[str, Any]]:
        """Give what does not fit as plain data; those with the severity ``note`` leave the log clean."""
        return [each.as_dict() for each in self.found(as_of)]
