"""Every fault is found from the log alone, with its evidence, and nothing is found where nothing is wrong."""

from __future__ import annotations

import pytest
from scene import (
    AFTER,
    ALL,
    DAY,
    GUARD,
    HOUR,
    KPU,
    PICKUP,
    PLAN,
    PPK,
    S1,
    S2,
    STATIONS,
    TRUCK,
    H,
    Scene,
    objects_of,
    seed,
)  # fmt: skip

from serentak.custody.entry import decode_entry, encode_entry
from serentak.custody.event import event_hash
from serentak.custody.kinds import Kind
from serentak.custody.objects import gather
from serentak.custody.query import box, counts, place, station, without_custodian
from serentak.custody.report import findings
from serentak.custody.rules import CustodyRules
from serentak.custody.sign import Device


def codes(scene_or_state, as_of=AFTER, severity="finding"):
    state = scene_or_state.state() if isinstance(scene_or_state, Scene) else scene_or_state
    return sorted({each.code for each in findings(state, as_of) if each.severity == severity})


def only(scene, code, as_of=AFTER):
    """Give the one thing found with this code, and make sure that nothing else is found."""
    found = [each for each in findings(scene.state(), as_of) if each.severity == "finding"]
    assert [each.code for each in found] == [code], [str(each) for each in found]
    return found[0]


class Without(Scene):
    """A scene that leaves parts out."""

    def __init__(self, *left_out):
        super().__init__()
        self.left_out = left_out

    def run(self):
        for name in self.left_out:
            setattr(self, name, lambda: None)
        return super().run()


# Nothing wrong


def test_a_clean_election_has_no_findings_and_no_notes():
    state = Scene().run().state()
    assert findings(state, AFTER) == []
    assert without_custodian(state) == []
    assert counts(state)["returned"] == len(ALL)


def test_the_state_says_where_a_box_is_with_whom_since_when_and_under_which_deadline():
    scene = Scene()
    for part in (scene.enrol, scene.announce, scene.pack, scene.go_out):
        part()
    found = box(scene.state(), f"{S1}-B")
    assert (found.status, found.holder, found.place) == ("stored", PPK, PPK)
    assert found.since == H - 3 * DAY + 15 * HOUR
    assert (found.expected_at, found.deadline) == (PICKUP, H - 2 * HOUR)
    assert [each.kind for each in found.steps] == ["packed", "sealed", "received", "received", "stored"]
    assert found.troubles == ()


def test_a_station_a_place_and_an_unknown_box_can_be_asked_for():
    scene = Scene().run()
    state = scene.state()
    assert [each.id for each in station(state, S1)] == sorted(objects_of(S1))
    assert sorted(each.id for each in place(state, KPU)) == ALL
    assert place(state, "nowhere") == []
    assert box(state, "14.01.06.2003-999-B") is None


def test_an_announced_box_that_nobody_has_taken_has_no_custodian():
    scene = Scene()
    scene.enrol()
    scene.announce()
    assert without_custodian(scene.state()) == ALL
    assert counts(scene.state())["announced"] == len(ALL)


def test_the_rules_of_verify_say_the_same():
    scene, rules = Scene().run(), CustodyRules()
    assert rules.begins(scene.entries[0])
    assert not rules.begins(scene.entries[1])
    assert not rules.begins(b"anything")
    for index, entry in enumerate(scene.entries):
        rules.take(index, entry)
    assert rules.findings(AFTER) == []


# Faults


def test_swapped_a_box_at_another_station_is_at_the_wrong_place():
    scene = Scene()
    mine, other = objects_of(S1), objects_of(S2)
    mine[0], other[0] = other[0], mine[0]
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, objects=gather(mine)),
        scene.deliver(S2, objects=gather(other)),
    )
    scene.vote = lambda: None
    scene.come_back = lambda: None
    found = [each for each in findings(scene.run().state(), H // 1000 + 3600) if each.severity == "finding"]
    assert {each.code for each in found} == {"wrong-place", "silence"}
    wrong = [each for each in found if each.code == "wrong-place"]
    assert sorted(each.objects for each in wrong) == [(f"{S1}-B",), (f"{S2}-B",)]
    assert all(decode_entry(scene.entries[each.evidence[0][0]]).event.step == 400 for each in wrong)
    assert wrong[0].message == f"at {S1}, where it does not belong" or S2 in wrong[0].message


def test_a_box_of_another_district_is_named():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK, load=scene.loads[300], extra=[["14.02.01.2001-001", "B"]]),
        [scene.deliver(each) for each in STATIONS],
    )
    found = {each.code: each for each in findings(scene.run().state(), AFTER) if each.severity == "finding"}
    assert found["foreign-district"].objects == ("14.02.01.2001-001-B",)
    assert {"count-mismatch", "unannounced"} <= found.keys()


def test_a_box_of_an_election_that_is_not_held_here_is_named():
    scene = Scene()
    scene.run()
    scene.act(PPK, Kind.INSPECTED, H - 17 * HOUR, unit=PPK, place=PPK, step=290, objects=[[S1, "W"]])
    assert "foreign-election" in codes(scene)


@pytest.mark.parametrize("remark", [1, 2])
def test_a_seal_remarked_upon_is_found_and_opens_a_dispute(remark):
    scene = Without()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, remarks=[[remark, 0]]),
        scene.deliver(S2),
    )
    found = only(scene.run(), {1: "seal-broken", 2: "seal-series"}[remark])
    assert found.objects == (f"{S1}-B",)


def test_a_seal_outside_its_series_is_found_when_it_is_put_on():
    scene = Scene()
    scene.pack = lambda: Scene.pack(scene, series=5000)
    found = [each for each in findings(scene.run().state(), AFTER) if each.severity == "finding"]
    assert {each.code for each in found} == {"seal-series"}
    assert len(found) == len(scene.boxes)


def test_a_seal_with_another_number_is_found_when_it_is_read():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, seals=[[0, "SGL", 1000, 1001], [1, "SGL", 1002, 1009]]),
        scene.deliver(S2),
    )
    assert only(scene.run(), "seal-series").objects == (f"{S1}-G",)


def test_a_seal_broken_on_the_way_is_found():
    scene = Scene()
    scene.watch = lambda: (
        Scene.watch(scene),
        scene.act(PPK, Kind.UNSEALED, H - 2 * DAY, unit=PPK, place=PPK, step=210, objects=[[S1, "B"]],
                  seals=[[0, "SGL", 1000, 1000]], note="torn in the rain"),
    )  # fmt: skip
    assert only(scene.run(), "seal-broken").objects == (f"{S1}-B",)


def test_short_what_is_missing_from_a_load_is_found_and_stays_with_the_giver():
    scene = Without("vote", "come_back")
    scene.go_out = lambda: (
        scene.hand(KPU, TRUCK, 100, H - 3 * DAY + 8 * HOUR, KPU),
        scene.hand(TRUCK, PPK, 200, H - 3 * DAY + 15 * HOUR, PPK, load=scene.loads[200], missing=[[S2, "K"]]),
    )
    scene.last_mile = lambda: None
    scene.run()
    found = only(scene, "count-mismatch", H // 1000 - 60 * 3600)
    assert found.objects == (f"{S2}-K",)
    assert box(scene.state(), f"{S2}-K").holder == TRUCK
    assert box(scene.state(), f"{S2}-B").holder == PPK


def test_a_count_that_differs_is_found():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, counts=[["boxes", 3, 2]]),
        scene.deliver(S2),
    )
    assert only(scene.run(), "count-mismatch").objects == tuple(sorted(objects_of(S1)))


def test_refused_goods_stay_with_the_giver():
    scene = Without("vote", "come_back")
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.act(S1, Kind.REFUSED, H - 16 * HOUR, PICKUP, giver=PICKUP, receiver=S1, place=S1, step=400,
                  objects=gather(objects_of(S1)), remarks=[[4]]),
        scene.deliver(S2),
    )  # fmt: skip
    scene.run()
    assert codes(scene, H // 1000 - 2 * 3600) == ["damaged", "refused"]
    assert codes(scene, H // 1000 + 3600) == ["damaged", "refused", "silence"]
    assert box(scene.state(), f"{S1}-B").holder == PICKUP


def test_handed_over_twice_is_double_custody():
    scene = Without("vote", "come_back")
    scene.run()
    scene.hand(PICKUP, S2, 401, H - 15 * HOUR, S2, objects=[[S1, "B"]])
    found = codes(scene, H // 1000 - 5 * 3600)
    assert found == ["double-custody", "wrong-place"]


def test_a_lost_upload_is_a_gap_that_closes_when_it_comes_late():
    scene = Scene().run()
    lost = next(
        at for at, entry in enumerate(scene.entries)
        if decode_entry(entry).event.step == 200 and decode_entry(entry).event.load
    )  # fmt: skip
    entries = [*scene.entries[:lost], *scene.entries[lost + 1 :]]
    state = scene.state(entries)
    found = [each for each in findings(state, AFTER) if each.severity == "finding"]
    assert {each.code for each in found} == {"custody-gap", "device-gap"}
    assert {each for one in found for each in one.objects} == set(ALL)
    state.take(len(entries), scene.entries[lost])
    assert codes(state) == []
    assert codes(state, severity="note") == ["reordered"]


def test_a_lost_telephone_leaves_a_gap_in_its_numbers():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1),
        scene.deliver(S2),
        scene.devices[S1].record(Kind.INCIDENT, H - 10 * HOUR, unit=S1),
    )
    found = only(scene.run(), "device-gap")
    assert "recorded 2," in found.message
    assert len(found.evidence) == 2


def test_a_telephone_that_was_revoked_counts_up_to_its_last_number():
    scene = Scene()
    scene.run()
    device = scene.devices[S1]
    fields = {"unit": S1, "place": S1, "step": 2000, "objects": [[S1, "B"]]}
    scene.add(scene.organiser, Kind.KEY_REVOKED, H + 5 * DAY, keys=[device.id], last_seq=device.seq, note="lost")
    assert codes(scene) == []
    scene.add(device, Kind.INSPECTED, H + 6 * DAY, **fields)
    found = only(scene, "revoked-key")
    assert box(scene.state(), f"{S1}-B").status == "returned"
    assert found.evidence[0][0] == len(scene.entries) - 1


def test_a_device_that_said_goodbye_counts_no_more():
    scene = Scene()
    scene.run()
    device = scene.devices[S1]
    scene.entries.append(device.entry(device.close(H + 5 * DAY)))
    assert codes(scene) == []
    scene.act(S1, Kind.INSPECTED, H + 6 * DAY, unit=S1, place=S1, step=2000, objects=[[S1, "B"]])
    late = scene.entries.pop()
    assert codes(scene.state([*scene.entries, late])) == ["revoked-key"]
    assert codes(scene.state([*scene.entries[:-1], late, scene.entries[-1]])) == ["revoked-key"]


def test_a_countersignature_by_a_revoked_key_counts_and_is_noted():
    scene = Scene()
    scene.run()
    device = scene.devices[PICKUP]
    scene.add(scene.organiser, Kind.KEY_REVOKED, H + 5 * DAY, keys=[device.id], last_seq=device.seq, note="lost")
    assert codes(scene) == []
    assert codes(scene, severity="note") == ["revoked-countersignature"]


def test_two_histories_of_a_device_are_a_fork():
    scene = Scene()
    scene.run()
    thief = Device(seed(GUARD), scene.log, 420, seq=0)
    scene.entries.append(thief.entry(thief.record(Kind.INCIDENT, H, unit=GUARD)))
    found = only(scene, "device-fork")
    assert found.message.endswith("at number 1")
    assert len(found.evidence) == 2


def test_a_link_to_another_event_than_the_log_has_is_a_fork():
    scene = Scene()
    scene.run()
    device = scene.devices[GUARD]
    device.last = b"x" * 32
    scene.act(GUARD, Kind.INCIDENT, H + 6 * DAY, unit=GUARD)
    assert only(scene, "device-fork").figures[1] == ("seq", device.seq)


def test_done_after_its_deadline_is_overdue_even_if_done():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, at=H + 2 * HOUR),
        scene.deliver(S2),
    )
    found = only(scene.run(), "overdue")
    assert found.objects == tuple(sorted(objects_of(S1)))
    assert "2024-11-26 23:00" in found.message


def test_silence_is_judged_as_of_a_time():
    scene = Without("last_mile", "vote", "come_back")
    scene.run()
    before, after = (H - 3 * HOUR) // 1000, (H - 1 * HOUR) // 1000
    assert codes(scene, before) == []
    assert codes(scene, after) == ["silence"]
    assert codes(scene, None) == []
    found = next(each for each in findings(scene.state(), after) if each.code == "silence")
    assert found.objects == tuple(ALL)
    assert f"{PPK} to {PICKUP}" in found.message


def test_what_does_not_come_back_is_missing():
    scene = Without("come_back")
    scene.run()
    found = findings(scene.state(), AFTER)
    assert {each.code for each in found if each.severity == "finding"} == {"missing-return"}
    assert {each for one in found for each in one.objects} == set(ALL)


def test_a_night_that_nobody_watched_is_found():
    scene = Without("watch")
    found = [each for each in findings(scene.run().state(), AFTER) if each.severity == "finding"]
    assert [each.code for each in found] == ["uncovered-night", "uncovered-night"]
    assert "2024-11-25" in found[0].message
    assert PPK in found[0].message


def test_a_night_is_covered_by_watches_that_meet():
    scene = Scene()
    scene.watch = lambda: [
        scene.act(GUARD, Kind.WATCHED, end, unit=GUARD, place=PPK, since=begin, until=end)
        for begin, end in ((H - 3 * DAY, H - 2 * DAY + 2 * HOUR), (H - 2 * DAY + 2 * HOUR, H - DAY + 8 * HOUR))
    ]
    assert codes(scene.run()) == []


def test_hands_that_were_not_announced_are_named():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, TRUCK, 300, H - 17 * HOUR, PPK),
        scene.hand(TRUCK, PICKUP, 310, H - 17 * HOUR + 60_000, PPK, objects=gather(ALL)),
        [scene.deliver(each) for each in STATIONS],
    )
    found = only(scene.run(), "wrong-hands")
    assert found.message == f"in the hands of {TRUCK}, who was not announced"


# Notes


def test_one_signature_is_a_note_and_moves_the_goods():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, sign=(S1,)),
        scene.deliver(S2),
    )
    assert codes(scene.run()) == []
    assert codes(scene, severity="note") == ["single"]


def test_a_paper_form_typed_by_a_third_is_a_note_and_moves_the_goods():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, sign=(PPK,), form="BAST-0017"),
        scene.deliver(S2),
    )
    assert codes(scene.run()) == []
    assert codes(scene, severity="note") == ["proxy"]


def test_a_third_without_a_form_moves_nothing():
    scene = Without("vote", "come_back")
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, sign=(GUARD,)),
    )
    scene.run()
    assert codes(scene, H // 1000 - 5 * 3600) == ["powerless"]
    assert box(scene.state(), f"{S1}-B").holder == PICKUP


def test_a_second_signature_that_comes_later_completes_the_act():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, sign=(S1,)),
        scene.deliver(S2),
    )
    scene.run()
    single = next(entry for entry in scene.entries if decode_entry(entry).event.step == 400)
    data, (signature,) = decode_entry(single)[1:]
    scene.entries.append(encode_entry(data, [signature, scene.devices[PICKUP].sign(data)]))
    assert codes(scene, severity="note") == ["duplicate"]


def test_the_two_sides_records_of_one_hand_over_are_one_hand_over():
    scene = Scene()
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, sign=(S1,)),
        scene.deliver(S1, sign=(PICKUP,), kind=Kind.GIVEN),
        scene.deliver(S2),
    )
    assert codes(scene.run()) == []


def test_titip_is_its_own_state_until_the_drop():
    scene = Without("vote", "come_back")
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1),
        scene.hand(PICKUP, S2, 400, H - 16 * HOUR, PPK, Kind.ENTRUSTED, objects=gather(objects_of(S2)),
                   until=H + 6 * HOUR),
        scene.act(GUARD, Kind.WATCHED, H + 5 * HOUR, unit=GUARD, place=PPK, since=H - 8 * HOUR, until=H + 6 * HOUR),
    )  # fmt: skip
    scene.run()
    found = box(scene.state(), f"{S2}-B")
    assert (found.status, found.holder, found.place, found.deadline) == ("entrusted", S2, PPK, H + 6 * HOUR)
    assert codes(scene, (H + 5 * HOUR) // 1000) == []
    assert codes(scene, (H + 5 * HOUR) // 1000, "note") == ["titip"]
    assert codes(scene, (H + 7 * HOUR) // 1000) == ["silence"]
    drop = {"unit": S2, "place": S2, "step": 410, "objects": gather(objects_of(S2))}
    scene.act(S2, Kind.STORED, H + 5 * HOUR, **drop)
    assert codes(scene, (H + 7 * HOUR) // 1000) == []
    assert box(scene.state(), f"{S2}-B").status == "stored"


# Clocks


@pytest.mark.parametrize("wrong", [-9 * DAY, 9 * DAY])
@pytest.mark.parametrize("unit", [PPK, S1, PICKUP])
def test_a_clock_wrong_by_days_is_a_note_and_decides_nothing(wrong, unit):
    scene = Scene()
    record = Scene.add

    def add(device, kind, at, *others, **fields):
        shift = wrong if device is scene.devices.get(unit) else 0
        return record(scene, device, kind, at + shift, *others, **fields)

    scene.add = add
    assert codes(scene.run()) == []
    assert codes(scene, severity="note") == ["clock"]


def test_marks_bound_a_clock_that_nothing_else_contradicts():
    scene = Without("vote", "come_back")
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S2),
        scene.deliver(S1, at=H + 2 * DAY),
    )
    scene.run()
    until = H // 1000 - 2 * 3600
    assert codes(scene, until + 90 * 3600) == ["missing-return", "overdue"]
    scene.add(scene.organiser, Kind.MARKED, H - 15 * HOUR, seen=[len(scene.entries), b"r" * 32])
    assert codes(scene, until) == []
    assert codes(scene, until, "note") == ["clock"]


def test_an_event_that_saw_a_late_checkpoint_was_not_made_early():
    scene = Without("vote", "come_back")
    scene.last_mile = lambda: None
    scene.run()
    size = len(scene.entries)
    scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK)
    scene.add(scene.organiser, Kind.MARKED, H + 3 * HOUR, seen=[size, b"r" * 32])
    scene.deliver(S1, seen=[size + 2, b"s" * 32])
    scene.deliver(S2)
    found = findings(scene.state(), None)
    assert [each.objects for each in found if each.code == "overdue"] == [tuple(sorted(objects_of(S1)))]


def test_receipts_bound_clocks_too():
    scene = Without("vote", "come_back")
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, at=H + 2 * DAY),
        scene.deliver(S2),
    )
    scene.run()
    state = scene.state([])
    for index, entry in enumerate(scene.entries):
        state.take(index, entry, H - 15 * HOUR)
    assert codes(state, H // 1000 + 3600) == []
    assert codes(state, H // 1000 + 3600, "note") == ["clock"]


# Announcements


def test_a_plan_that_supersedes_cancels_the_open_promises_of_the_other():
    scene = Without("go_out", "watch", "last_mile", "vote", "come_back")
    scene.run()
    when = (H - DAY) // 1000
    assert codes(scene, when) == ["silence"]
    new = b"n" * 32
    scene.add(scene.organiser, Kind.PLAN, H - 2 * DAY, plan=new, pieces=0 + 1, supersedes=PLAN)
    scene.add(
        scene.organiser, Kind.LOADS, H - 2 * DAY, plan=new,
        loads=[[2100, KPU, TRUCK, KPU, H - DAY, H - HOUR, 0, TRUCK, "", gather(ALL)]],
    )  # fmt: skip
    assert codes(scene, when) == []
    assert codes(scene, H // 1000) == ["silence"]


def test_what_was_late_stays_late_when_the_plan_is_superseded():
    scene = Without("last_mile", "vote", "come_back")
    scene.go_out = lambda: scene.hand(KPU, TRUCK, 100, H - DAY, KPU)
    scene.run()
    scene.add(scene.organiser, Kind.PLAN, H - 12 * HOUR, plan=b"n" * 32, pieces=1, supersedes=PLAN)
    scene.add(
        scene.organiser, Kind.LOADS, H - 12 * HOUR, plan=b"n" * 32,
        loads=[[2200, TRUCK, PPK, PPK, H - DAY, H + 9 * HOUR, 0, TRUCK, "", gather(ALL)]],
    )  # fmt: skip
    assert codes(scene, H // 1000) == ["overdue"]


def test_a_plan_announced_in_part_is_named():
    scene = Scene()
    scene.enrol()
    scene.add(scene.organiser, Kind.PLAN, H - 9 * DAY, plan=PLAN, pieces=2)
    scene.add(scene.organiser, Kind.LOADS, H - 9 * DAY, plan=PLAN, loads=scene.load_rows())
    assert codes(scene, None) == ["announcement-incomplete"]
    assert codes(scene, None, "note") == ["no-seals"]


def test_without_a_plan_custody_alone_is_judged():
    scene = Scene()
    scene.enrol()
    scene.pack()
    scene.hand(KPU, TRUCK, 100, H - 3 * DAY, KPU, objects=gather(ALL))
    scene.hand(TRUCK, S1, 200, H - 2 * DAY, S1, objects=gather(objects_of(S1)))
    assert codes(scene) == []
    assert codes(scene, severity="note") == ["no-plan"]
    scene.hand(TRUCK, S1, 200, H - 2 * DAY, S1, objects=gather(objects_of(S2)))
    assert codes(scene) == ["wrong-place"]


def test_only_the_organiser_announces():
    scene = Scene()
    scene.enrol()
    scene.act(PPK, Kind.PLAN, H - 9 * DAY, plan=PLAN, pieces=1)
    assert codes(scene) == ["powerless"]


def test_a_load_that_is_announced_after_it_was_handed_over_counts():
    scene = Scene()
    scene.load_rows()
    full = Scene().run()
    late = [each for each in full.entries if decode_entry(each).event.kind in (Kind.LOADS, Kind.SERIES)]
    entries = [*(each for each in full.entries if each not in late), *late]
    assert codes(full.state(entries)) == []


def test_a_load_that_is_never_announced_is_named():
    scene = Scene()
    scene.run()
    scene.hand(KPU, TRUCK, 5000, H + 9 * DAY, KPU, load=b"l" * 32)
    assert codes(scene) == ["unknown-load"]


# Disputes and corrections


def disputed_scene():
    scene = Without("vote", "come_back")
    scene.last_mile = lambda: (
        scene.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK),
        scene.deliver(S1, remarks=[[1, 0]]),
        scene.deliver(S2),
    )
    scene.run()
    subject = next(
        event_hash(decode_entry(entry).data) for entry in scene.entries if decode_entry(entry).event.remarks
    )  # fmt: skip
    return scene, subject


def test_only_the_supervisor_settles_a_dispute_and_nothing_is_deleted():
    scene, subject = disputed_scene()
    when = H // 1000 - 3600
    scene.act(S1, Kind.DISPUTED, H - 15 * HOUR, unit=S1, subject=subject, note="torn")
    scene.act(PICKUP, Kind.ANSWERED, H - 14 * HOUR, unit=PICKUP, subject=subject, note="it was so when we took it")
    assert codes(scene, when) == ["disputed", "seal-broken"]
    assert box(scene.state(), f"{S1}-B").disputed
    assert not box(scene.state(), f"{S2}-B").disputed
    scene.add(scene.organiser, Kind.RULED, H - 13 * HOUR, subject=subject, note="nothing happened")
    assert codes(scene, when) == ["disputed", "powerless", "seal-broken"]
    scene.add(scene.supervisor, Kind.RULED, H - 12 * HOUR, subject=subject, note="recounted before witnesses")
    assert codes(scene, when) == ["powerless"]
    settled = [each for each in findings(scene.state(), when) if each.settled is not None]
    assert {each.code for each in settled} == {"disputed", "seal-broken"}
    assert {each.settled for each in settled} == {len(scene.entries) - 1}
    assert not box(scene.state(), f"{S1}-B").disputed


def test_a_ruling_that_chooses_another_event_overrules_the_one_it_is_about():
    scene = Without("vote", "come_back")
    scene.run()
    scene.hand(PICKUP, S2, 401, H - 15 * HOUR, S2, objects=[[S1, "B"]])
    wrong = event_hash(decode_entry(scene.entries[-1]).data)
    right = next(
        event_hash(decode_entry(entry).data) for entry in scene.entries if decode_entry(entry).event.receiver == S1
    )  # fmt: skip
    assert box(scene.state(), f"{S1}-B").holder == S2
    scene.add(scene.supervisor, Kind.RULED, H - 12 * HOUR, subject=wrong, chosen=right, note="the box is at TPS 1")
    assert box(scene.state(), f"{S1}-B").holder == S1
    assert codes(scene, H // 1000 - 3600) == []


def test_a_correction_needs_all_who_signed():
    scene = Without("vote", "come_back")
    scene.run()
    subject = next(
        event_hash(decode_entry(entry).data) for entry in scene.entries if decode_entry(entry).event.receiver == S1
    )  # fmt: skip
    when = H // 1000 - 3600
    alone = {"unit": PICKUP, "subject": subject, "note": "typed twice"}
    scene.act(PICKUP, Kind.CORRECTED, H - 12 * HOUR, **alone)
    assert codes(scene, when) == ["disputed"]
    assert box(scene.state(), f"{S1}-B").holder == S1
    scene.act(PICKUP, Kind.CORRECTED, H - 12 * HOUR, S1, **alone)
    assert box(scene.state(), f"{S1}-B").holder == PICKUP
    assert "corrected" in codes(scene, when, "note")


def test_the_second_signature_under_a_correction_may_come_later():
    scene = Without("vote", "come_back")
    scene.run()
    subject = next(
        event_hash(decode_entry(entry).data) for entry in scene.entries if decode_entry(entry).event.receiver == S1
    )  # fmt: skip
    scene.act(PICKUP, Kind.CORRECTED, H - 12 * HOUR, S1, unit=PICKUP, subject=subject, note="typed twice")
    data, signatures = decode_entry(scene.entries[-1])[1:]
    state = scene.state([*scene.entries[:-1], *(encode_entry(data, [each]) for each in signatures)])
    assert "unsigned" in codes(state, H // 1000 - 3600)
    state.take(state.entries, scene.entries[-1])
    assert box(state, f"{S1}-B").holder == PICKUP
    assert "disputed" not in codes(state, H // 1000 - 3600)


def test_a_correction_that_comes_before_what_it_corrects_counts_too():
    scene = Scene()
    for part in (scene.enrol, scene.announce, scene.count):
        part()
    data = scene.act(KPU, Kind.COUNTED, H - 9 * DAY, unit=KPU, place=KPU, election="B", counts=[["received", 5, 5]])
    wrong = scene.entries.pop()
    scene.act(KPU, Kind.CORRECTED, H - 8 * DAY, unit=KPU, subject=event_hash(data), note="typed twice")
    scene.entries.append(wrong)
    assert codes(scene, None) == []
    assert codes(scene, None, "note") == ["corrected", "reordered"]


# Keys, and what is no event at all


def test_an_event_whose_key_comes_later_counts_then():
    scene = Scene().run()
    enrolments = [each for each in scene.entries if decode_entry(each).event.kind == Kind.KEY_ENROLLED]
    rest = [each for each in scene.entries[1:] if each not in enrolments]
    state = scene.state([scene.entries[0], *rest])
    assert "unknown-key" in codes(state)
    for entry in enrolments:
        state.take(state.entries, entry)
    assert codes(state) == []
    assert counts(state)["returned"] == len(ALL)


def test_a_key_enrolled_by_another_is_noted_until_the_organiser_vouches_for_it():
    scene = Scene()
    scene.enrol()
    device = Device(seed("new"), scene.log, 420)
    scene.add(scene.devices[PPK], Kind.KEY_ENROLLED, H - 5 * DAY, device, key=device.public, unit=S1, role="kpps")
    scene.add(device, Kind.INCIDENT, H - 4 * DAY, unit=S1)
    assert codes(scene, None, "note") == ["no-plan", "uncertified-key"] or "uncertified-key" in codes(
        scene, None, "note"
    )
    scene.add(scene.organiser, Kind.KEY_CERTIFIED, H - 3 * DAY, keys=[device.id])
    assert "uncertified-key" not in codes(scene, None, "note")


def test_a_role_enrols_only_the_roles_below_it():
    scene = Scene()
    scene.enrol()
    device = Device(seed("new"), scene.log, 420)
    scene.act(S1, Kind.KEY_ENROLLED, H - 5 * DAY, unit=PPK, role="kpu", key=device.public)
    scene.entries[-1] = scene.devices[S1].entry(decode_entry(scene.entries[-1]).data, device)
    assert codes(scene, None) == ["powerless"]


def test_a_key_enrolled_twice_for_different_units_is_named():
    scene = Scene()
    scene.enrol()
    device = scene.devices[S1]
    scene.add(scene.organiser, Kind.KEY_ENROLLED, H - 5 * DAY, device, key=device.public, unit=S2, role="kpps")
    assert codes(scene, None) == ["key-conflict"]


def test_a_bad_signature_counts_for_nothing_and_is_named():
    scene = Scene()
    scene.enrol()
    scene.announce()
    scene.pack()
    data, (signature,) = decode_entry(scene.entries[-1])[1:]
    forged = signature._replace(data=bytes(64))
    scene.entries[-1] = encode_entry(data, [forged])
    assert codes(scene, None) == ["bad-signature", "unsigned"]


def test_entries_that_are_no_events_are_named_and_harm_nothing():
    scene = Scene().run()
    other = Scene("14.02").run()
    scene.entries += [b"", b"\xff" * 100, scene.entries[0], other.entries[5], b"\xa2\x00\x41\x00\x01\x80"]
    assert codes(scene) == ["powerless", "unreadable", "wrong-log"]
    assert counts(scene.state())["returned"] == len(ALL)


def test_trusted_and_strict_readers_agree():
    scene = Scene().run()
    scene.entries += [b"", b"\xff" * 100, b"\xa2\x00\x41\x00\x01\x80"]
    strict, trusted = scene.state(), scene.state(trusted=True)
    assert findings(strict, AFTER) == findings(trusted, AFTER)
    assert [box(strict, each) for each in ALL] == [box(trusted, each) for each in ALL]


def test_findings_say_themselves_as_plain_data_and_in_a_line():
    scene, _subject = disputed_scene()
    found = next(each for each in findings(scene.state(), None) if each.code == "seal-broken")
    assert found.as_dict() == {
        "code": "seal-broken",
        "severity": "finding",
        "objects": [f"{S1}-B"],
        "evidence": [{"index": found.evidence[0][0], "event": found.evidence[0][1]}],
        "message": "a seal is broken",
        "settled": None,
    }
    assert str(found) == f"seal-broken: {S1}-B: a seal is broken [{found.evidence[0][0]}]"
