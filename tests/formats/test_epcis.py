"""Every event exported is EPCIS 2.0 by GS1's own schema, and says what the log says."""

from __future__ import annotations

import json
from uuid import UUID

import fastjsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serentak.custody.event import Event
from serentak.custody.kinds import KINDS, Kind
from serentak.custody.objects import load_hash
from serentak.formats.epcis import NOT_GOODS, Exporter, document, event_id

ORIGIN = "log.example/riau"
BOX, BUNDLE = "14.01.06.2003-007-B", "14.01.06.2003-007-K"
LOAD = [16, "GUDANG", "truk#1", "GUDANG", 0, 1, 0, "truk#1", "polri#1", [["14.01.06.2003-007", "BGK"]]]
HASH = bytes(range(32))
FIELDS = {
    "place": "14.01.06.2003-007", "unit": "14.01.06.2003-007", "giver": "truk#1", "receiver": "14.01.06.2003-007",
    "step": 3, "objects": [["14.01.06.2003-007", "BGK"]], "seals": [[0, "A 1", 5, 6]], "election": "B",
    "counts": [["B", 10, 9]], "subject": HASH, "note": "catatan", "remarks": [[1, 0]], "since": 1, "until": 2,
    "loads": [LOAD], "missing": [["14.01.06.2003-007", "G"]], "extra": [["14.01.06.2003-008", "G"]],
    "vehicle": "truk#1", "form": "BAST-1", "chosen": HASH,
}  # fmt: skip


@pytest.fixture(scope="module")
def valid(data_file):
    """Give GS1's schema as a function that raises when a document is none."""
    schema = json.loads(data_file("vectors/epcis/EPCIS-JSON-Schema.json").read_text())
    return fastjsonschema.compile(schema, use_default=False)


def an_event(kind: Kind, **more) -> Event:
    """Give an event with every field that its kind may have and this page knows."""
    rule = KINDS[kind]
    names = {each for name in (*rule.required, *rule.optional) for each in name.split("/")} - {"load"}
    fields = {name: FIELDS[name] for name in names if name in FIELDS} | more
    return Event(kind=kind, at=1_732_640_400_123, offset=420, log=bytes(8), device=bytes(8), seq=1, **fields)


def exported(*events: Event) -> list[dict]:
    exporter = Exporter(ORIGIN)
    numbered = [(index, event, bytes([index]) * 32) for index, event in enumerate(events, 1)]
    for _index, event, digest in numbered:
        exporter.learn(event, digest)
    return [made for index, event, digest in numbered for made in exporter.events(index, event, digest)]


def a_document(events: list[dict]) -> dict:
    return json.loads("".join(document(events, ORIGIN, 1_732_640_400_000)))


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.name.lower())
def test_every_kind_is_exported_by_the_schema_or_listed_as_none_of_its_business(kind, valid):
    made = exported(an_event(kind))
    assert bool(made) == (kind not in NOT_GOODS)
    valid(a_document(made))
    for each in made:
        assert UUID(each["eventID"].removeprefix("urn:uuid:")).version == 8
        assert each["eventTime"] == "2024-11-26T17:00:00.123Z"
        assert each["eventTimeZoneOffset"] == "+07:00"
        assert each["serentak:entry"] == 1
    assert len({each["eventID"] for each in made}) == len(made)


def test_a_seal_is_the_child_of_its_box():
    (made,) = exported(an_event(Kind.SEALED))
    assert (made["type"], made["action"], made["bizStep"]) == ("AssociationEvent", "ADD", "assembling")
    assert made["parentID"] == f"https://{ORIGIN}/8003/{BOX}"
    assert made["childEPCs"] == [f"https://{ORIGIN}/8004/A%201-{number}" for number in (5, 6)]
    (broken,) = exported(an_event(Kind.UNSEALED))
    assert (broken["action"], broken["bizStep"], broken["disposition"]) == ("DELETE", "removing", "container_open")


def test_a_hand_over_names_who_gave_and_who_has_it_and_what_was_found():
    given, received = exported(an_event(Kind.GIVEN, place="PPK-1", remarks=None), an_event(Kind.RECEIVED, remarks=None))
    assert (given["bizStep"], given["disposition"]) == ("shipping", "in_transit")
    assert (received["bizStep"], received["disposition"]) == ("receiving", "in_progress")
    for each in (given, received):
        assert each["sourceList"] == [{"type": "possessing_party", "source": f"https://{ORIGIN}/417/truk%231"}]
        assert each["epcList"] == [
            f"https://{ORIGIN}/8003/{BOX}", f"https://{ORIGIN}/00/{BUNDLE}", f"https://{ORIGIN}/8003/14.01.06.2003-008-G",
        ]  # fmt: skip
        assert each["serentak:missing"] == [f"https://{ORIGIN}/8003/14.01.06.2003-007-G"]
    assert received["readPoint"] == {"id": f"https://{ORIGIN}/414/14.01.06.2003/254/007"}


def test_a_load_is_expanded_from_its_announcement():
    event = an_event(Kind.GIVEN, objects=None, load=load_hash(LOAD), missing=None, extra=None)
    announced, given = exported(an_event(Kind.LOADS), event)
    assert announced["bizTransactionList"] == given["bizTransactionList"]
    assert announced["epcList"] == given["epcList"]
    assert len(given["epcList"]) == 3


def test_what_is_corrected_stays_and_declares_its_error(valid):
    wrong = an_event(Kind.STORED)
    correction = an_event(Kind.CORRECTED, subject=bytes([1]) * 32, chosen=None)
    (made,) = exported(wrong, correction)
    declared = made["errorDeclaration"]
    assert declared["reason"] == "incorrect_data"
    assert declared["correctiveEventIDs"] == [event_id(bytes([2]) * 32)]
    valid(a_document([made]))


OFFSET = st.integers(-720, 840)
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(set(Kind) - NOT_GOODS)), TEXT, TEXT, TEXT, st.integers(0, 1 << 48), st.integers(-720, 840)
)
def test_no_name_or_time_breaks_the_schema(valid, kind, unit, place, series, at, offset):
    event = an_event(kind)
    names = {"unit": unit, "giver": unit, "place": place, "vehicle": place}
    changed = {name: value for name, value in names.items() if getattr(event, name) is not None}
    changed |= {"at": at, "offset": offset}
    if event.seals:
        changed["seals"] = [[0, series, 1, 2]]
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    valid(a_document(exported(Event(**fields | changed))))
