"""Custody events as GS1 EPCIS 2.0 (JSON-LD), for who works with that. An export: the log stays the truth.

Ids are addresses below the log's own, laid out as GS1 Digital Link by what they name (``8003`` a box, ``00`` a bundle,
``8004`` a seal, ``414`` a place and ``254`` a station in it, ``417`` who acts, ``01`` a kind of ballot), with our own
ids as values: nobody has assigned GS1 numbers for them. This is compatible with CBV, not compliant.

References
----------
https://ref.gs1.org/standards/epcis/ ; docs/custody-format.md
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import UUID

from serentak.custody.fields import REMARKS
from serentak.custody.kinds import Kind
from serentak.custody.objects import expand, load_hash
from serentak.kit.ids import BUNDLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from serentak.custody.event import Event

CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
PREFIX: Final = "serentak"
NOT_GOODS: Final = frozenset({
    Kind.GENESIS, Kind.PLAN, Kind.SERIES, Kind.GUARDS, Kind.POSTS, Kind.CORRECTED, Kind.KEY_ENROLLED,
    Kind.KEY_CERTIFIED, Kind.KEY_REVOKED, Kind.KEY_CLOSED, Kind.MARKED,
})  # fmt: skip
"""Kinds that say nothing of goods and have no event of their own; a correction is declared on what it corrects."""
_STEPS: Final[dict[int, tuple[str, str]]] = {
    Kind.REFUSED: ("inspecting", "non_conformant"),
    Kind.STORED: ("storing", "in_progress"),
    Kind.TAKEN: ("picking", "in_progress"),
    Kind.INSPECTED: ("inspecting", "conformant"),
    Kind.OPENED: ("unpacking", "container_open"),
    Kind.CLOSED: ("packing", "container_closed"),
    Kind.ENTRUSTED: ("accepting", "in_progress"),
    Kind.INCIDENT: ("other", "unknown"),
    Kind.WATCHED: ("holding", "in_progress"),
    Kind.PACKED: ("packing", "in_progress"),
    Kind.SEALED: ("assembling", "container_closed"),
    Kind.UNSEALED: ("removing", "container_open"),
    Kind.COUNTED: ("cycle_counting", "in_progress"),
    Kind.DESTROYED: ("destroying", "destroyed"),
}
"""Business step and disposition, by kind; hand-overs see `Exporter`."""
_DISPUTES: Final = frozenset({Kind.DISPUTED, Kind.ANSWERED, Kind.RULED})
_BAD: Final = {
    1: "damaged",
    4: "damaged",
    5: "damaged",
    3: "mismatch_quantity",
    8: "mismatch_quantity",
    6: "mismatch_instance",
}
"""Dispositions by code of a remark."""


class Exporter:
    """Turns events into EPCIS events; it must `learn` all of a log before it gives the first.

    Parameters
    ----------
    origin
        Name of the log: its address without the scheme.
    """

    def __init__(self, origin: str) -> None:
        self._base = f"https://{origin}"
        self._loads: dict[bytes, list[str]] = {}
        self._errors: dict[bytes, dict[str, Any]] = {}

    def learn(self, event: Event, digest: bytes) -> None:
        """Note loads, and what was corrected or overruled."""
        for load in event.loads or ():
            self._loads[load_hash(load)] = expand(load[-1])
        if event.kind == Kind.CORRECTED or (event.kind == Kind.RULED and event.chosen not in (None, event.subject)):
            declared = {"declarationTime": _time(event.at), "reason": "incorrect_data"}
            chosen = event.chosen or digest
            self._errors.setdefault(event.subject or b"", declared | {"correctiveEventIDs": [event_id(chosen)]})

    def events(self, index: int, event: Event, digest: bytes) -> list[dict[str, Any]]:
        """Give the EPCIS events of one event: none for kinds that say nothing of goods, several for several boxes.

        Parameters
        ----------
        index
            Index of the entry.
        event, digest
            The event and its hash.
        """
        kind = Kind(event.kind)
        if kind in NOT_GOODS:
            return []
        made = [
            {"eventID": event_id(digest, number), **self._common(index, event, digest), **body}
            for number, body in enumerate(self._bodies(kind, event))
        ]
        if digest in self._errors:
            made = [{**each, "errorDeclaration": self._errors[digest]} for each in made]
        return made

    def _common(self, index: int, event: Event, digest: bytes) -> dict[str, Any]:
        hours, minutes = divmod(abs(event.offset), 60)
        common: dict[str, Any] = {
            "eventTime": _time(event.at),
            "eventTimeZoneOffset": f"{'-' if event.offset < 0 else '+'}{hours:02d}:{minutes:02d}",
            f"{PREFIX}:entry": index,
            f"{PREFIX}:event": digest.hex(),
            f"{PREFIX}:kind": Kind(event.kind).name.lower(),
        }
        place = event.place or (event.objects and event.kind == Kind.INCIDENT and event.unit)
        if place:
            common["readPoint"] = {"id": self.place(place)}
        for name in ("step", "form", "note", "since", "until", "vehicle"):
            value = getattr(event, name)
            if value is not None:
                common[f"{PREFIX}:{name}"] = value
        if event.remarks:
            common[f"{PREFIX}:remarks"] = [REMARKS[each[0]] for each in event.remarks]
        if event.counts:
            common[f"{PREFIX}:counts"] = [
                {"item": item, "expected": expected, "found": found} for item, expected, found in event.counts
            ]
        return common

    def _bodies(self, kind: Kind, event: Event) -> Iterator[dict[str, Any]]:
        if kind == Kind.LOADS:
            yield from map(self._load, event.loads or ())
        elif kind in _DISPUTES:
            yield self._dispute(event)
        elif kind in (Kind.GIVEN, Kind.RECEIVED, Kind.ENTRUSTED, Kind.REFUSED):
            yield self._handover(kind, event)
        elif kind in (Kind.COUNTED, Kind.DESTROYED):
            yield self._count(kind, event)
        elif kind in (Kind.SEALED, Kind.UNSEALED) or (kind == Kind.CLOSED and event.seals):
            yield from self._seals(kind, event)
        else:
            yield self._act(kind, event)
            if kind == Kind.PACKED:
                yield from self._contents(event)

    def _load(self, load: list[Any]) -> dict[str, Any]:
        """Give an announced load: the objects, and the hand-over they are promised for."""
        step, giver, receiver, place, _earliest, deadline, *_rest = load
        return {
            "type": "TransactionEvent",
            "action": "ADD",
            "bizTransactionList": [{"type": "desadv", "bizTransaction": f"urn:sha256:{load_hash(load).hex()}"}],
            "epcList": self._epcs(expand(load[-1])),
            "readPoint": {"id": self.place(place)},
            **self._parties(giver, receiver),
            f"{PREFIX}:step": step,
            f"{PREFIX}:deadline": _time(deadline),
        }

    def _dispute(self, event: Event) -> dict[str, Any]:
        about = {"type": f"{self._base}/dispute", "bizTransaction": event_id(event.subject or b"")}
        return {"type": "TransactionEvent", "action": "OBSERVE", "bizTransactionList": [about], "epcList": []}

    def _handover(self, kind: Kind, event: Event) -> dict[str, Any]:
        step, disposition = _STEPS.get(kind, ("shipping", "in_transit"))
        if kind in (Kind.GIVEN, Kind.RECEIVED) and (kind == Kind.RECEIVED or event.receiver == event.place):
            step, disposition = "receiving", "in_progress"
        body = self._act(kind, event, step, disposition)
        if event.load is not None:
            body["bizTransactionList"] = [{"type": "desadv", "bizTransaction": f"urn:sha256:{event.load.hex()}"}]
        return body | self._parties(event.giver or "", event.receiver or "")

    def _parties(self, giver: str, receiver: str) -> dict[str, Any]:
        return {
            "sourceList": [{"type": "possessing_party", "source": self.party(giver)}],
            "destinationList": [{"type": "possessing_party", "destination": self.party(receiver)}],
        }

    def _act(self, kind: Kind, event: Event, step: str = "", disposition: str = "") -> dict[str, Any]:
        """Give an act about objects, as they were found: expected, less what was missing, and what was there beyond."""
        usual = _STEPS.get(kind, ("other", "unknown"))
        named = self._named(event)
        missing = expand(event.missing or ())
        present = [each for each in named if each not in missing] + expand(event.extra or ())
        bad = next((_BAD[each[0]] for each in event.remarks or () if each[0] in _BAD), None)
        body = {
            "type": "ObjectEvent",
            "action": "OBSERVE",
            "epcList": self._epcs(present),
            "bizStep": step or usual[0],
            "disposition": bad or disposition or usual[1],
        }
        if missing:
            body[f"{PREFIX}:missing"] = self._epcs(missing)
        if event.extra:
            body[f"{PREFIX}:extra"] = self._epcs(expand(event.extra))
        if event.seals:
            body[f"{PREFIX}:seals"] = self._seal_ids(event.seals)
        return body

    def _named(self, event: Event) -> list[str]:
        if event.load is not None:
            return self._loads.get(event.load, [])
        return expand(event.objects or ())

    def _count(self, kind: Kind, event: Event) -> dict[str, Any]:
        step, disposition = _STEPS[kind]
        return {
            "type": "ObjectEvent",
            "action": "DELETE" if kind == Kind.DESTROYED else "OBSERVE",
            "quantityList": [
                {"epcClass": f"{self.ballot(event.election or '')}/10/{quote(item)}", "quantity": found}
                for item, _expected, found in event.counts or ()
            ],
            "bizStep": step,
            "disposition": disposition,
        }

    def _seals(self, kind: Kind, event: Event) -> Iterator[dict[str, Any]]:
        """Give a box and its seals, a box each."""
        step, disposition = _STEPS[Kind.SEALED if kind == Kind.CLOSED else kind]
        for number, box in enumerate(expand(event.objects or ())):
            own = self._seal_ids([each for each in event.seals or () if each[0] == number])
            if own:
                yield {
                    "type": "AssociationEvent",
                    "action": "DELETE" if kind == Kind.UNSEALED else "ADD",
                    "parentID": self.object(box),
                    "childEPCs": own,
                    "bizStep": step,
                    "disposition": disposition,
                }

    def _contents(self, event: Event) -> Iterator[dict[str, Any]]:
        """Give the ballots put into each box, by the letter of its election."""
        boxes = {box.rpartition("-")[2][0]: box for box in expand(event.objects or ())}
        for item, _expected, found in event.counts or ():
            if item in boxes:
                yield {
                    "type": "AggregationEvent",
                    "action": "ADD",
                    "parentID": self.object(boxes[item]),
                    "childQuantityList": [{"epcClass": self.ballot(item), "quantity": found}],
                    "bizStep": "packing",
                    "disposition": "in_progress",
                }

    def _seal_ids(self, seals: Iterable[list[Any]]) -> list[str]:
        return [
            f"{self._base}/8004/{quote(series, safe='')}-{number}"
            for _object, series, first, last in seals
            for number in range(first, min(last, first + _MOST_SEALS) + 1)
        ]

    def _epcs(self, objects: Iterable[str]) -> list[str]:
        return [self.object(each) for each in objects]

    def object(self, identifier: str) -> str:
        """Give the address of a box or bundle."""
        bundle = identifier.rpartition("-")[2].startswith(BUNDLE)
        return f"{self._base}/{'00' if bundle else '8003'}/{quote(identifier, safe='')}"

    def place(self, name: str) -> str:
        """Give the address of a place; a station is named as a part of its village."""
        village, dash, number = name.rpartition("-")
        if dash and len(village) == 13 and number.isdigit():
            return f"{self._base}/414/{village}/254/{number}"
        return f"{self._base}/414/{quote(name, safe='')}"

    def party(self, name: str) -> str:
        """Give the address of a unit."""
        return f"{self._base}/417/{quote(name, safe='')}"

    def ballot(self, letter: str) -> str:
        """Give the address of the ballots of an election."""
        return f"{self._base}/01/ballot-{quote(letter, safe='')}"


_MOST_SEALS: Final = 1000


def event_id(digest: bytes, number: int = 0) -> str:
    """Give the id of the EPCIS event made of an event: a UUID of version 8 from its hash."""
    data = bytearray((sha256(digest + number.to_bytes(4, "big")).digest() if number else digest)[:16].ljust(16, b"\0"))
    data[6] = data[6] & 0x0F | 0x80
    data[8] = data[8] & 0x3F | 0x80
    return f"urn:uuid:{UUID(bytes=bytes(data))}"


def document(events: Iterable[dict[str, Any]], origin: str, created: int) -> Iterator[str]:
    """Write an EPCIS document piece by piece, an event a line; it is never whole in memory.

    Parameters
    ----------
    created
        Creation date, epoch milliseconds.
    """
    context = [CONTEXT, {PREFIX: f"https://{origin}/ns#"}]
    head = {"@context": context, "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": _time(created)}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "epcisBody": {"eventList": [\n'
    before = ""
    for event in events:
        yield before + json.dumps(event, ensure_ascii=False)
        before = ",\n"
    yield "\n]}}\n"


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(min(milliseconds, _LATEST), 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


_LATEST: Final = 253_402_300_799_000
"""End of the year 9999, the last that a date-time can say."""
