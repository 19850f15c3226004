"""Whatever the order, repetition or loss of uploads: the same state in the end, and until then the gap is named."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from scene import AFTER, ALL, DAY, HOUR, KPU, PICKUP, PPK, S1, S2, TRUCK, UNITS, H, Scene, objects_of

from serentak.custody.entry import decode_entry, encode_entry
from serentak.custody.event import event_hash
from serentak.custody.kinds import Kind
from serentak.custody.objects import gather
from serentak.custody.query import box
from serentak.custody.report import findings
from serentak.custody.state import State

GAPS = {
    "device-gap", "custody-gap", "unknown-key", "announcement-incomplete", "unknown-load", "silence", "missing-return",
    "powerless", "no-plan",
}  # fmt: skip
"""Findings that say that something is not in the log (a missing countersignature leaves who signed powerless)."""
UPLOADED = {"reordered", "duplicate"}
"""Notes about how the log was filled, not about what happened."""


def faulty_scene() -> Scene:
    """An election with something of everything wrong: no two findings depend on who uploaded first."""
    scene = Scene()
    mine, other = objects_of(S1), objects_of(S2)
    mine[0], other[0] = other[0], mine[0]
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, objects=gather(mine), remarks=[[1, 1]], sign=(S1,)),
        scene.deliver(S2, at=H + HOUR, objects=gather(other), counts=[["boxes", 3, 2]]),
    )
    scene.watch = lambda: None
    scene.run()
    subject = next(event_hash(decode_entry(each).data) for each in scene.entries if decode_entry(each).event.remarks)
    scene.act(S1, Kind.DISPUTED, H, unit=S1, subject=subject, note="torn")
    scene.add(scene.supervisor, Kind.RULED, H + DAY, subject=subject, note="recounted")
    scene.act(KPU, Kind.COUNTED, H - 9 * DAY, unit=KPU, place=KPU, election="B", counts=[["received", 5, 5]])
    wrong = event_hash(decode_entry(scene.entries[-1]).data)
    scene.act(KPU, Kind.CORRECTED, H - 8 * DAY, unit=KPU, subject=wrong, note="typed twice")
    scene.deliver(S1, at=H - 14 * HOUR, objects=[[S1, "K"]])
    twice = event_hash(decode_entry(scene.entries[-1]).data)
    scene.act(PICKUP, Kind.CORRECTED, H + HOUR, S1, unit=PICKUP, subject=twice, note="typed twice")
    truck = scene.devices[TRUCK]
    scene.add(scene.organiser, Kind.KEY_REVOKED, H + 5 * DAY, keys=[truck.id], last_seq=truck.seq, note="lost")
    scene.act(TRUCK, Kind.INSPECTED, H + 6 * DAY, unit=TRUCK, place=KPU, step=2000, objects=[[S1, "B"]])
    scene.act(PPK, Kind.INSPECTED, H, unit=PPK, place=S1, step=450, objects=[[S2, "K"]])
    for device in (scene.organiser, scene.supervisor, *scene.devices.values()):
        scene.entries.append(device.entry(device.close(H + 9 * DAY)))
    return scene


def whereabouts(state: State) -> list[object]:
    """Give where everything is, without the places that events have in the log."""
    found = (box(state, each) for each in ALL)
    return [
        None if each is None else (each.status, each.holder, each.place, each.since, each.deadline, each.troubles)
        for each in found
    ]  # fmt: skip


def verdict(state: State) -> set[object]:
    """Give what was found, named by events and not by indices."""
    return {
        (each.code, each.severity, each.objects, frozenset(digest for _index, digest in each.evidence), each.figures)
        for each in findings(state, AFTER)
        if each.code not in UPLOADED
    }


SCENE = faulty_scene()
ENTRIES = SCENE.entries
REFERENCE = SCENE.state()
WHERE, VERDICT = whereabouts(REFERENCE), verdict(REFERENCE)


def test_the_faulty_election_has_what_it_should():
    expected = {"wrong-place", "seal-broken", "count-mismatch", "overdue", "uncovered-night", "disputed", "corrected",
                "revoked-key", "revoked-countersignature"}  # fmt: skip
    assert expected <= {each.code for each in findings(REFERENCE, AFTER)}


class Uploads(RuleBasedStateMachine):
    """Uploads the events of an election in any order, again, with fewer signatures, and with some left for the end."""

    @initialize()
    def begin(self):
        self.state = State()
        self.state.take(0, ENTRIES[0])
        self.left = set(range(1, len(ENTRIES)))

    def take(self, entry: bytes) -> None:
        self.state.take(self.state.entries, entry)

    @rule(data=st.data())
    @precondition(lambda self: self.left)
    def upload_some(self, data):
        several = data.draw(st.lists(st.sampled_from(sorted(self.left)), unique=True, min_size=1, max_size=20))
        for number in several:
            self.take(ENTRIES[number])
            self.left.remove(number)

    @rule(number=st.integers(1, len(ENTRIES) - 1))
    def upload_with_one_signature(self, number):
        event, data, signatures = decode_entry(ENTRIES[number])
        self.take(encode_entry(data, [each for each in signatures if each.key == event.device]))

    @rule(number=st.integers(1, len(ENTRIES) - 1))
    def upload_again(self, number):
        if number not in self.left:
            self.take(ENTRIES[number])

    @rule(junk=st.binary(max_size=40))
    def upload_junk(self, junk):
        self.state.take(self.state.entries, junk)
        self.state.flaws[:] = [each for each in self.state.flaws if each.code != "unreadable"]

    def teardown(self):
        if not hasattr(self, "left"):
            return
        if whereabouts(self.state) != WHERE:
            assert {each.code for each in findings(self.state, AFTER)} & GAPS
        for number in sorted(self.left, reverse=True):
            self.take(ENTRIES[number])
        # Whatever was uploaded with one signature is uploaded whole too.
        for number in range(1, len(ENTRIES)):
            self.take(ENTRIES[number])
        assert whereabouts(self.state) == WHERE
        assert verdict(self.state) == VERDICT


Uploads.TestCase.settings = settings(
    max_examples=25, stateful_step_count=6, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestUploads = Uploads.TestCase


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(1, len(ENTRIES) - 1), max_size=12))
def test_lost_uploads_leave_the_same_state_or_a_named_gap(lost):
    state = SCENE.state([entry for number, entry in enumerate(ENTRIES) if number not in lost])
    if whereabouts(state) != WHERE:
        assert {each.code for each in findings(state, AFTER)} & GAPS


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(UNITS)), st.integers(-40 * DAY, 40 * DAY))
def test_a_clock_wrong_by_days_changes_no_verdict(unit, wrong):
    scene = Scene()
    plain = Scene.add

    def add(device, kind, at, *others, **fields):
        shift = wrong if device is scene.devices.get(unit) else 0
        data = plain(scene, device, kind, at + shift, *others, **fields)
        plain(scene, scene.organiser, Kind.MARKED, at + 1000, seen=[len(scene.entries), b"r" * 32])
        return data

    scene.add = add
    found = findings(scene.run().state(), AFTER)
    assert [each for each in found if each.severity == "finding" and each.code != "late-destruction"] == []
    assert {each.code for each in found} <= {"clock", "late-destruction"}
