"""What pages show of boxes, loads and deviations: signs and words, and what the log says under a number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from serentak.base.errors import SerentakError
from serentak.base.messages import N_, _
from serentak.custody.entry import decode_entry
from serentak.custody.findings import CODES
from serentak.custody.kinds import Kind
from serentak.custody.life import STATUSES
from serentak.kit.ids import printed
from serentak.ledger.read import LogReader
from serentak.ledger.source import open_source
from serentak.ledger.tiles import WIDTH
from serentak.operations.custody_state import say_act, say_status
from serentak.tower.regions.shown import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from serentak.custody.event import Event
    from serentak.tower.boxes.models import Box, Deviation, Load, Log

_SIGNS: Final = {
    "announced": ("○", ""), "packed": ("▣", ""), "sealed": ("▣", ""), "moving": ("→", "way"), "stored": ("▪", "way"),
    "delivered": ("✓", "ready"), "entrusted": ("◐", ""), "opened": ("✓", "ready"), "closed": ("▣", ""),
    "returning": ("→", "way"), "returned": ("✓", "ready"),
}  # fmt: skip
_PROOFS: Final = {
    "": N_("signed by all who should"),
    "single": N_("signed by one side only"),
    "proxy": N_("typed from a paper form"),
    "missing": N_("says that this was not there"),
    "void": N_("counts no more"),
}
_KINDS: Final = {
    "unreadable": N_("entry that is no event"),
    "wrong-log": N_("event of another log"),
    "bad-signature": N_("signature that does not hold"),
    "unknown-key": N_("unknown key"),
    "unsigned": N_("not signed by its device"),
    "powerless": N_("signed by nobody entitled"),
    "revoked-key": N_("key that counts no more"),
    "key-conflict": N_("key enrolled twice"),
    "device-gap": N_("gap in what a device recorded"),
    "device-fork": N_("device with two histories"),
    "unknown-load": N_("load that was never announced"),
    "wrong-place": N_("wrong place"),
    "wrong-hands": N_("wrong hands"),
    "foreign-district": N_("box of another district"),
    "foreign-election": N_("box of another election"),
    "unannounced": N_("not announced"),
    "double-custody": N_("handed over twice"),
    "custody-gap": N_("missing hand-over"),
    "seal-broken": N_("broken seal"),
    "seal-series": N_("other seal number"),
    "count-mismatch": N_("number that differs"),
    "damaged": N_("wet or damaged goods"),
    "remarked": N_("other remark"),
    "refused": N_("refused goods"),
    "disputed": N_("contested event"),
    "overdue": N_("done too late"),
    "silence": N_("nothing said in time"),
    "missing-return": N_("not back in time"),
    "uncovered-night": N_("unguarded night"),
    "announcement-incomplete": N_("incomplete announcement"),
    "unwitnessed-destruction": N_("destruction without witnesses"),
    "late-destruction": N_("destruction too late"),
    "balance": N_("ballots that do not balance"),
    "single": N_("one signature"),
    "revoked-countersignature": N_("countersigned by a revoked key"),
    "proxy": N_("paper form"),
    "titip": N_("left in trust"),
    "clock": N_("clock that contradicts"),
    "duplicate": N_("handed in twice"),
    "reordered": N_("handed in out of order"),
    "incident": N_("recorded incident"),
    "corrected": N_("corrected event"),
    "ruled": N_("settled by the supervisor"),
    "uncertified-key": N_("key without the organiser's word"),
    "no-seals": N_("no seals announced"),
    "no-plan": N_("no plan announced"),
}
"""Short names of the kinds of deviations, for lists."""
ON_THE_ROAD: Final = frozenset({STATUSES.index("moving"), STATUSES.index("returning")})
"""Statuses of a box of which the public is told no more than this."""


class Handover(NamedTuple):
    """An act as pages show it: what the log says under a number, and what proves it."""

    entry: int
    at: datetime | None
    what: str
    who: str
    place: str
    proof: str
    proof_word: str
    boxes: tuple[str, ...]


def box_status(box: Box) -> Status:
    """Give a box's status as people see it; something contested is never green."""
    name = STATUSES[box.status]
    sign, style = _SIGNS[name]
    return Status("!" if box.disputed else sign, "late" if box.disputed else style, say_status(name))


def label(identifier: str) -> str:
    """Write an id as it is printed on a label, with its check character."""
    return printed(identifier)


def handovers(log: Log, boxes: Iterable[Box]) -> list[Handover]:
    """Give the acts of boxes, in the order of their steps, each once, as the log says them.

    Where the log cannot be read, the numbers alone are given.
    """
    proofs: dict[int, str] = {}
    about: dict[int, list[str]] = {}
    for box in boxes:
        for index, proof in box.acts:
            proofs[index] = proof
            about.setdefault(index, []).append(box.id)
    events = read_events(log, proofs)
    found = [_handover(index, events.get(index), proofs[index], tuple(about[index])) for index in proofs]
    return sorted(found, key=lambda each: (events[each.entry].step or 0 if each.entry in events else 0, each.entry))


def _handover(index: int, event: Event | None, proof: str, boxes: tuple[str, ...]) -> Handover:
    if event is None:
        return Handover(index, None, "", "", "", proof, _(_PROOFS[proof]), boxes)
    who = event.unit or ""
    if event.giver and event.receiver:
        who = f"{event.giver} → {event.receiver}"
    what = say_act(Kind(event.kind).name.lower())
    return Handover(index, moment_of(event.at), what, who, event.place or "", proof, _(_PROOFS[proof]), boxes)


def read_events(log: Log, indices: Iterable[int]) -> dict[int, Event]:
    """Read what the log says under these numbers; those that cannot be read are left out."""
    wanted: dict[int, list[int]] = {}
    for index in indices:
        if 0 <= index < log.entries:
            wanted.setdefault(index // WIDTH, []).append(index)
    found: dict[int, Event] = {}
    try:
        reader = LogReader(open_source(log.address), log.entries)
        for number, several in wanted.items():
            bundle = reader.bundle(number)
            for index in several:
                found[index] = decode_entry(bundle[index % WIDTH]).event
    except (SerentakError, OSError):
        return found
    return found


def moment_of(milliseconds: int | None) -> datetime | None:
    """Give an instant."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def deviation_words(each: Deviation) -> str:
    """Say what is wrong."""
    try:
        return _(CODES[each.code].words).format(**each.figures)
    except (KeyError, IndexError):
        return each.code


def code_words(code: str) -> str:
    """Name a kind of deviation."""
    return _(_KINDS.get(code, code))


def to_do(load: Load, now: datetime) -> str:
    """Say what the organiser can do about goods that have not arrived."""
    if load.began and load.done < load.boxes and load.giver == load.vehicle:
        if load.deadline < now:
            return _("Call {vehicle}: where is it, what does it need? Ask {receiver} whether it came all the same.")
        return _("On board of {vehicle}; nothing to do before {receiver} expects it.")
    if load.deadline < now:
        return _("It has not left: ask {giver} why, and send another vehicle if {vehicle} cannot go.")
    if load.earliest <= now:
        return _("May leave now: ask {giver} when {vehicle} leaves.")
    return _("Waits for its time.")


def said(load: Load, now: datetime) -> str:
    """Say `to_do` with its names."""
    return to_do(load, now).format(vehicle=load.vehicle or "–", giver=load.giver, receiver=load.receiver)


def fields_of(event: Event) -> list[tuple[str, Any]]:
    """Give an event as name and value, what it does not say left out; times as instants, keys as hexadecimal."""
    shown: list[tuple[str, Any]] = []
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if value is None:
            continue
        if isinstance(value, bytes):
            value = value.hex()
        elif name in ("at", "since", "until") and isinstance(value, int):
            value = moment_of(value)
        elif name == "kind":
            value = Kind(value).name.lower()
        elif isinstance(value, list) and len(value) > 40:
            value = f"{value[:40]} … ({len(value)})"
        shown.append((name, value))
    return shown
