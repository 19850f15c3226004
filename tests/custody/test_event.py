"""The bytes of events and entries: one spelling, only known fields, small enough for paper."""

from __future__ import annotations

from hashlib import sha256

import cbor2
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from scene import OFFSET, S1, H, Scene, objects_of, seed

from serentak.custody.cbor import encode
from serentak.custody.entry import decode_entry, encode_entry, key_id, split_entry, verify_signature
from serentak.custody.event import Event, decode_event, encode_event, event_hash
from serentak.custody.fields import BY_NAME, FIELDS
from serentak.custody.kinds import HEADER, KINDS, Kind
from serentak.custody.objects import expand, gather, is_group, load_hash
from serentak.custody.sign import Device
from serentak.ledger.faults import Malformed

LOG = b"log-name"


@pytest.fixture
def devices():
    return Device(seed("a"), LOG, OFFSET), Device(seed("b"), LOG, OFFSET)


def fields_of(event: bytes) -> dict[int, object]:
    return dict(cbor2.loads(event))


def test_the_fields_of_an_event_are_those_of_the_table_in_its_order():
    assert Event.__struct_fields__[1] == "kind"
    assert list(Event.__struct_fields__) == [field.name for field in sorted(FIELDS)]
    assert [field.key for field in FIELDS] == list(range(len(FIELDS)))


def test_the_hash_of_an_event_is_that_of_its_bytes(devices):
    data = devices[0].record(Kind.KEY_CLOSED, H, last_seq=1)
    assert event_hash(data) == sha256(data).digest()


def test_an_event_has_the_bytes_that_the_format_says():
    event = Event(kind=Kind.KEY_CLOSED, log=b"12345678", device=b"abcdefgh", seq=1, at=1000, offset=-60, last_seq=1)
    # map(8); 0: 1; 1: 43; 2: bytes(8); 3: bytes(8); 4: 1; 6: 1000; 7: -60; 38: 1. Written by hand.
    by_hand = "a8 00 01 01 18 2b 02 48 3132333435363738 03 48 6162636465666768 04 01 06 19 03e8 07 38 3b 18 26 01"
    assert encode_event(event) == bytes.fromhex(by_hand.replace(" ", ""))
    assert decode_event(encode_event(event)) == event


def test_every_event_of_an_election_reads_and_writes_back_to_the_same_bytes():
    for entry in Scene().run().entries:
        event, data, signatures = decode_entry(entry)
        assert encode_event(event) == data
        assert encode_entry(data, signatures) == entry


def test_a_signature_holds_for_its_event_and_key_alone(devices):
    one, other = devices
    data = one.record(Kind.KEY_CLOSED, H, last_seq=1)
    signature = one.sign(data).data
    assert verify_signature(one.public, data, signature)
    assert not verify_signature(other.public, data, signature)
    assert not verify_signature(one.public, data + b"\0", signature)
    assert not verify_signature(b"\xff" * 32, data, signature)


def test_signatures_are_written_in_one_order(devices):
    one, other = devices
    data = one.record(Kind.KEY_CLOSED, H, last_seq=1)
    assert one.entry(data, other) == other.entry(data, one)


# What is refused


def reasons() -> dict[str, tuple[dict[int, object], str]]:
    """Give changes to a good event by name, with a word of the message."""
    key = {field.name: field.key for field in FIELDS}
    return {
        "a float": ({key["at"]: 1.5}, "at"),
        "a true": ({key["version"]: True}, "version"),
        "a tag": ({key["at"]: cbor2.CBORTag(1, 1000)}, "CBOR"),
        "a bignum": ({key["at"]: 1 << 70}, "at"),
        "an unknown key": ({99: 1}, "99"),
        "a text as key": ({"at": 1}, "at"),
        "a field of another kind": ({key["organiser"]: b"x" * 32}, "organiser"),
        "another version": ({key["version"]: 2}, "version"),
        "an unknown kind": ({key["kind"]: 63}, "kind"),
        "a short id": ({key["device"]: b"x"}, "device"),
        "no step": ({key["step"]: None}, "step"),
        "a first event with a link": ({key["previous"]: b"x" * 16}, "previous"),
        "a later event without": ({key["seq"]: 2}, "previous"),
        "objects and a load": ({key["load"]: b"x" * 32}, "load"),
        "neither": ({key["objects"]: None}, "load"),
        "an empty list": ({key["objects"]: []}, "objects"),
        "a group with letters twice": ({key["objects"]: [[S1, "BB"]]}, "objects"),
        "letters not in order": ({key["objects"]: [[S1, "GB"]]}, "objects"),
        "a first round that is numbered": ({key["objects"]: [[S1, "B", 1]]}, "objects"),
        "no owner": ({key["objects"]: [["somewhere", "B"]]}, "objects"),
        "a seal on what is not there": ({key["seals"]: [[9, "SGL", 1, 2]]}, "seal"),
        "a run of seals backwards": ({key["seals"]: [[0, "SGL", 2, 1]]}, "seals"),
        "a remark unknown": ({key["remarks"]: [[77]]}, "remarks"),
        "a position outside the world": ({key["position"]: [1_900_000_000, 0]}, "position"),
        "control characters": ({key["place"]: "a\x1bb"}, "place"),
        "a name too long": ({key["place"]: "x" * 41}, "place"),
        "a note too long": ({key["note"]: "x" * 281}, "note"),
    }


@pytest.mark.parametrize("name", reasons())
def test_what_is_not_an_event_is_refused_and_named(devices, name):
    good = devices[0].record(
        Kind.RECEIVED, H, giver="truk#1", receiver=S1, place=S1, step=400, objects=gather(objects_of(S1))
    )  # fmt: skip
    decode_event(good)
    change, word = reasons()[name]
    values = {key: value for key, value in (fields_of(good) | change).items() if value is not None}
    with pytest.raises(Malformed, match=word):
        decode_event(cbor2.dumps(values, canonical=True))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data + b"\0",
        lambda data: data[:-1],
        lambda data: b"\xbf" + data[1:] + b"\xff",
        lambda data: data.replace(b"\x04\x01", b"\x04\x18\x01"),
        lambda data: data.replace(b"\x00\x01", b"\x00\xf9\x3c\x00"),
        lambda _data: b"\x81" * 60_000,
        lambda _data: b"\xd8\x1c\x81\xd8\x1d\x00",
        lambda data: data + b"\0" * 70_000,
        lambda _data: b"",
    ],
    ids=["more", "less", "indefinite", "long number", "float", "deep", "cycle", "huge", "empty"],
)
def test_another_spelling_is_refused(devices, spoil):
    good = devices[0].record(Kind.KEY_CLOSED, H, last_seq=1)
    with pytest.raises(Malformed):
        decode_event(spoil(good))


def test_an_entry_with_signatures_out_of_order_or_twice_is_refused(devices):
    one, other = devices
    data = one.record(Kind.KEY_CLOSED, H, last_seq=1)
    rows = sorted([list(one.sign(data)), list(other.sign(data))])
    split_entry(encode({0: data, 1: rows}))
    for wrong in (rows[::-1], [rows[0], rows[0]], [], [rows[0][:1]], [[b"x" * 8, b"y"]], rows * 5):
        with pytest.raises(Malformed):
            split_entry(encode({0: data, 1: wrong}))


def test_a_key_that_only_looks_like_a_number_is_refused(devices):
    entry = devices[0].entry(devices[0].record(Kind.KEY_CLOSED, H, last_seq=1))
    at = entry.index(b"\x01\x81\x82")
    for other in (b"\xe1", b"\xf5", b"\xf9\x3c\x00"):
        with pytest.raises(Malformed):
            split_entry(entry[:at] + other + entry[at + 1 :])


def test_every_kind_names_fields_that_exist():
    for kind, rule in KINDS.items():
        names = {name for each in (*rule.required, *rule.optional) for name in each.split("/")}
        assert names <= BY_NAME.keys(), kind
        assert not names & set(HEADER) or kind is Kind.GENESIS


def test_a_device_records_nothing_that_is_wrong(devices):
    with pytest.raises(Malformed):
        devices[0].record(Kind.RECEIVED, H, giver="a", receiver="b", place="c", objects=[[S1, "B"]])
    assert devices[0].seq == 0


# Objects


@given(st.lists(st.tuples(st.integers(1, 999), st.sampled_from("BGKW"), st.integers(1, 9)), min_size=1))
def test_groups_name_exactly_the_objects_they_were_made_of(parts):
    ids = {f"14.01.06.2003-{number:03d}-{letter}" + (f".{turn}" if turn > 1 else "") for number, letter, turn in parts}
    groups = gather(ids)
    assert all(is_group(group) for group in groups)
    assert sorted(expand(groups)) == sorted(ids)
    assert groups == gather(sorted(ids, reverse=True))


def test_the_hash_of_a_load_changes_with_every_part_of_it():
    load = [100, "a", "b", "c", 1, 2, 0, "", "", [[S1, "BG"]]]
    others = [101, "x", "x", "x", 9, 9, 1, "x", "x", [[S1, "B"]]]
    hashes = {load_hash([*load[:at], other, *load[at + 1 :]]) for at, other in enumerate(others)}
    assert len(hashes | {load_hash(load)}) == 11


# Sizes


def worst_hand_over(devices, elections: str) -> bytes:
    """A repeated vote at the longest ids, everything filled in, both boxes with other seals and a remark."""
    giver, receiver = devices
    receiver.seq, receiver.last = 4_000, b"x" * 32
    station = "94.71.10.2003-999"
    ids = [f"{station}-{letter}.2" for letter in elections + "K"]
    data = receiver.record(
        Kind.RECEIVED, 1_900_000_000_000, giver="speedboat-ketinting#117", receiver=station, place=station, step=65_000,
        objects=gather(ids), position=[1_409_999_999, -90_000_000], counts=[["boxes", len(ids), len(ids)]],
        seals=[[number, "SGL-9471", 9_234_567, 9_234_568] for number in range(len(elections))],
        remarks=[[2, number] for number in range(len(elections))],
    )  # fmt: skip
    return receiver.entry(data, giver)


def test_a_station_hand_over_signed_by_both_fits_a_small_code(devices, root):
    entry = worst_hand_over(devices, "BG")
    assert len(entry) <= 400
    assert f"{len(entry)} bytes, one QR code" in (root / "docs/custody-format.md").read_text("utf-8")
    code = segno.make(entry, mode="byte", error="L", boost_error=False, micro=False)
    assert int(code.version) <= 13


def test_an_ordinary_station_hand_over_fits_it_with_more_correction():
    scene = Scene().run()
    sizes = [
        len(entry)
        for entry in scene.entries
        if decode_entry(entry).event.kind == Kind.RECEIVED and decode_entry(entry).event.objects
    ]
    assert 200 < max(sizes) <= 331
    code = segno.make(b"x" * max(sizes), mode="byte", error="M", boost_error=False, micro=False)
    assert int(code.version) <= 13


def test_a_truck_of_150_boxes_is_one_event(devices):
    giver, receiver = devices
    receiver.seq, receiver.last = 4_000, b"x" * 32
    stations = [f"94.71.10.2{village:03d}-{number:03d}" for village in range(15) for number in range(1, 6)]
    groups = gather(each for station in stations for each in objects_of(station))
    at = 1_900_000_000_000
    load = [1, "KPU-94.71", "truk-besar#117", "KPU-94.71", at, at, 0, "truk-besar#117", "polri#7", groups]
    data = receiver.record(
        Kind.RECEIVED, 1_900_000_000_000, giver="KPU-94.71", receiver="truk-besar#117", place="KPU-94.71", step=65_000,
        position=[1_409_999_999, -90_000_000], missing=groups[:5],
        extra=gather(f"94.71.11.2001-{number:03d}-B" for number in range(1, 6)),
        seals=[[number, "SGL-9471", 9_234_567, 9_234_568] for number in range(10)],
        remarks=[[2, number] for number in range(10)],
        load=load_hash(load),
    )  # fmt: skip
    assert 500 < len(receiver.entry(data, giver)) <= 1_000


def test_key_ids_are_the_start_of_the_hash_of_the_key(devices):
    assert devices[0].id == key_id(devices[0].public) == event_hash(devices[0].public)[:8]
