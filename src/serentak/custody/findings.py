"""What a custody log can show to be wrong, by code. The table is the list; docs/custody-format.md shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from serentak.base.messages import N_, _

Severity = Literal["finding", "note"]


class Meaning(NamedTuple):
    """What a code means.

    Parameters
    ----------
    severity
        A finding makes the log not clean; a note is only shown.
    words
        Message id.
    disputed
        Whether it opens a dispute about the act that shows it.
    """

    severity: Severity
    words: str
    disputed: bool = False


CODES: Final[dict[str, Meaning]] = {
    # The entry itself.
    "unreadable": Meaning("finding", N_("this entry is no custody event: {reason}")),
    "wrong-log": Meaning("finding", N_("this event belongs to another log")),
    "bad-signature": Meaning("finding", N_("a signature does not hold")),
    "unknown-key": Meaning("finding", N_("the key that signed was never enrolled")),
    "unsigned": Meaning("finding", N_("the device that recorded this has not signed it")),
    "powerless": Meaning("finding", N_("nobody signed who may do this; it counts for nothing")),
    "revoked-key": Meaning("finding", N_("beyond the last number of this key that counts; it counts for nothing")),
    "key-conflict": Meaning("finding", N_("the key is enrolled already, for another unit or role")),
    "device-gap": Meaning("finding", N_("the device {device} recorded {missing}, and they are not in the log")),
    "device-fork": Meaning("finding", N_("the device {device} has two histories at number {seq}")),
    # Where and with whom.
    "unknown-load": Meaning("finding", N_("names a load that was never announced")),
    "wrong-place": Meaning("finding", N_("at {place}, where it does not belong"), disputed=True),
    "wrong-hands": Meaning("finding", N_("in the hands of {unit}, who was not announced"), disputed=True),
    "foreign-district": Meaning("finding", N_("belongs to another district"), disputed=True),
    "foreign-election": Meaning("finding", N_("belongs to an election that is not held here"), disputed=True),
    "unannounced": Meaning("finding", N_("is on its way, and nothing was announced about it")),
    "double-custody": Meaning("finding", N_("handed over twice by the same unit"), disputed=True),
    "custody-gap": Meaning("finding", N_("a hand-over before this one is not in the log")),
    # What was seen.
    "seal-broken": Meaning("finding", N_("a seal is broken"), disputed=True),
    "seal-series": Meaning("finding", N_("a seal bears another number than it should"), disputed=True),
    "count-mismatch": Meaning("finding", N_("what was found is not what was expected"), disputed=True),
    "damaged": Meaning("finding", N_("wet or damaged"), disputed=True),
    "remarked": Meaning("finding", N_("something else is wrong with it"), disputed=True),
    "refused": Meaning("finding", N_("the receiver refused it"), disputed=True),
    "disputed": Meaning("finding", N_("contested; the supervisor has not ruled yet"), disputed=True),
    # When.
    "overdue": Meaning("finding", N_("done after its deadline {deadline}")),
    "silence": Meaning("finding", N_("not done by {deadline}: {giver} to {receiver}")),
    "missing-return": Meaning("finding", N_("not back by {deadline}: {giver} to {receiver}")),
    "uncovered-night": Meaning("finding", N_("nobody watched the goods at {place} in the night to {day}")),
    # The whole.
    "announcement-incomplete": Meaning("finding", N_("the plan has {pieces} pieces, and {found} are in the log")),
    "unwitnessed-destruction": Meaning("finding", N_("ballots were destroyed without the signatures of {missing}")),
    "late-destruction": Meaning("finding", N_("ballots were destroyed after the end of H-1")),
    "balance": Meaning("finding", N_("election {election}: {equation} does not hold, the difference is {difference}")),
    # Notes.
    "single": Meaning("note", N_("signed by one side only")),
    "revoked-countersignature": Meaning("note", N_("countersigned by a key that was revoked, before or after")),
    "proxy": Meaning("note", N_("typed from a paper form")),
    "titip": Meaning("note", N_("signed for by the station, and left in trust at {place}")),
    "clock": Meaning("note", N_("the clock of this device contradicts the others or the log; it decides nothing")),
    "duplicate": Meaning("note", N_("handed to the log more than once; counted once")),
    "reordered": Meaning("note", N_("came to the log after later events of its device")),
    "incident": Meaning("note", N_("an incident was recorded")),
    "corrected": Meaning("note", N_("was corrected by a later event; counts no more")),
    "ruled": Meaning("note", N_("was settled by the supervisor")),
    "uncertified-key": Meaning("note", N_("the organiser has not vouched for this key")),
    "no-seals": Meaning("note", N_("no numbers of seals were announced; series cannot be checked")),
    "no-plan": Meaning("note", N_("no plan was announced; places and deadlines cannot be checked")),
}  # fmt: skip
"""All codes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit.

    Parameters
    ----------
    code
        Name that programs can rely on.
    severity
        ``finding`` or ``note``; a finding that the supervisor has settled is a note.
    objects
        Ids of boxes and bundles.
    evidence
        Index of the entry and hash of the event, of each event that shows it.
    figures
        What the words name.
    settled
        Index of the entry by which the supervisor settled it.
    """

    code: str
    severity: Severity
    objects: tuple[str, ...]
    evidence: tuple[tuple[int, str], ...]
    figures: tuple[tuple[str, str | int], ...] = ()
    settled: int | None = None

    @property
    def message(self) -> str:
        """What is wrong, in the language chosen."""
        return _(CODES[self.code].words).format(**dict(self.figures))

    def as_dict(self) -> dict[str, Any]:
        """Give the finding as plain data."""
        return {
            "code": self.code,
            "severity": self.severity,
            "objects": list(self.objects),
            "evidence": [{"index": index, "event": digest} for index, digest in self.evidence],
            "message": self.message,
            "settled": self.settled,
        }

    def __str__(self) -> str:
        shown = ", ".join(self.objects[:5]) + (f" … ({len(self.objects)})" if len(self.objects) > 5 else "")
        where = ", ".join(str(index) for index, _digest in self.evidence[:5])
        return f"{self.code}: {shown or '-'}: {self.message} [{where}]"
