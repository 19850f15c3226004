"""The log's door: refuses what can never be evidence, takes all else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene import DAY, HOUR, KPU, PICKUP, PPK, S1, H, Scene, objects_of, seed

from serentak.custody.admission import Admission
from serentak.custody.entry import decode_entry, encode_entry
from serentak.custody.kinds import Kind
from serentak.custody.objects import gather
from serentak.custody.sign import Device
from serentak.ledger.sequencer import NotAdmitted
from serentak.ledger.write import LogWriter, init_log


@pytest.fixture
def scene():
    return Scene().run()


@pytest.fixture
def door(scene):
    return Admission(scene.entries)


def test_a_whole_election_passes(scene):
    door = Admission()
    assert [door(entry) for entry in scene.entries] == [None] * len(scene.entries)
    assert door.log == scene.log


def test_a_log_begins_with_its_genesis_signed_by_the_organiser(scene):
    assert "begins" in Admission()(scene.entries[1])
    data = decode_entry(scene.entries[0]).data
    assert "organiser" in Admission()(scene.supervisor.entry(data))


def test_a_second_genesis_and_events_of_another_log_are_refused(scene, door):
    other = Scene("14.02").run()
    assert "another log" in door(scene.entries[0])
    assert "another log" in door(other.entries[0])
    assert "another log" in door(other.entries[9])


@pytest.mark.parametrize("junk", [b"", b"hello", b"\xff" * 500, b"\xa2\x00\x41\x00\x01\x80", b"\x81" * 70_000])
def test_what_is_no_event_is_refused_in_words(door, junk):
    assert door(junk)


def test_another_spelling_of_a_good_entry_is_refused(scene, door):
    entry = scene.entries[-1]
    assert "deterministic" in door(b"\xbf" + entry[1:] + b"\xff")


def test_a_signature_that_does_not_hold_is_refused(scene, door):
    data, signatures = decode_entry(scene.entries[-1])[1:]
    forged = [signatures[0], signatures[1]._replace(data=bytes(64))]
    assert "does not hold" in door(encode_entry(data, forged))


def test_an_event_of_an_unknown_key_waits_for_its_enrolment(scene, door):
    device = Device(seed("new"), scene.log, 420)
    event = device.entry(device.record(Kind.INCIDENT, H, unit=S1))
    assert "enrolled" in door(event)
    scene.add(scene.organiser, Kind.KEY_ENROLLED, H, device, key=device.public, unit=S1, role="kpps")
    assert door(scene.entries[-1]) is None
    assert door(event) is None


def test_nobody_enrols_above_his_role_or_without_the_key_itself(scene, door):
    device = Device(seed("new"), scene.log, 420)
    record = scene.devices[PPK].record(Kind.KEY_ENROLLED, H, key=device.public, unit=KPU, role="kpu")
    assert "may not" in door(scene.devices[PPK].entry(record, device))
    record = scene.devices[PPK].record(Kind.KEY_ENROLLED, H, key=device.public, unit=S1, role="kpps")
    assert "new key" in door(scene.devices[PPK].entry(record))


def test_a_revoked_key_is_refused_from_its_last_number_on_unless_another_signed_too(scene, door):
    device = scene.devices[S1]
    scene.add(scene.organiser, Kind.KEY_REVOKED, H, keys=[device.id], last_seq=device.seq + 1, note="lost")
    assert door(scene.entries[-1]) is None
    assert door(device.entry(device.record(Kind.INCIDENT, H, unit=S1))) is None
    after = device.record(Kind.INCIDENT, H, unit=S1)
    assert "revoked" in door(device.entry(after))
    assert door(device.entry(after, scene.devices[PICKUP])) is None


def test_whatever_is_evidence_is_taken_however_wrong(scene, door):
    """Refusals, forks, the wrong box at the wrong place with one signature, from paper, years too early."""
    fields = {"giver": PICKUP, "receiver": S1, "place": "nowhere", "step": 400, "objects": gather(objects_of(S1))}
    device = scene.devices[S1]
    for kind, more in (
        (Kind.REFUSED, {"remarks": [[1]]}),
        (Kind.RECEIVED, {"objects": [["99.01.01.2001-001", "Z"]]}),
        (Kind.RECEIVED, {"form": "BAST-1"}),
        (Kind.GIVEN, {"objects": [["99.01.01.2001-001", "Z"]], "giver": "a", "receiver": "b"}),
    ):
        assert door(device.entry(device.record(kind, H - 900 * DAY, **(fields | more)))) is None
    fork = Device(seed(S1), scene.log, 420)
    assert door(fork.entry(fork.record(Kind.INCIDENT, H + HOUR, unit=S1))) is None


def test_a_door_opened_again_knows_the_keys(scene):
    half = len(scene.entries) // 2
    door = Admission([*scene.entries[:half], b"junk"])
    assert [door(entry) for entry in scene.entries[half:]] == [None] * (len(scene.entries) - half)


def test_what_passes_the_door_is_read_by_the_state_and_what_does_not_is_not_in_the_log(scene, tmp_path):
    init_log(tmp_path / "log", "example.org/custody")
    with LogWriter(tmp_path / "log", Admission()) as writer:
        for entry in scene.entries:
            writer.append(entry)
        with pytest.raises(NotAdmitted):
            writer.append(Scene("14.02").entries[0])
        assert writer.append(scene.entries[3]).index == 3


@given(st.data())
def test_no_bytes_at_all_break_the_door(data):
    door = Admission(Scene().entries)
    assert isinstance(door(data.draw(st.binary(max_size=200))), str)
