"""The follower: what the tables say is what the log says, however it came, and after any interruption."""

from __future__ import annotations

import shutil
import threading

import pytest
from tests.tower.played import assert_equal_to_a_recount

from serentak.base.errors import InputError


def test_all_that_went_well_is_ready_there_and_back(calm):
    from serentak.tower.regions.models import Region, Station

    here = Region.objects.get(pk="14.01")
    assert (here.stations, here.voters, here.boxes) == (12, 4451, 24)
    # The play lets one station sign alone and one be typed from paper: arrived, and never green.
    assert (here.out_ready, here.out_unproven, here.out_way, here.out_late) == (10, 2, 0, 0)
    assert (here.back_ready, here.back_late, here.troubled, here.back_begun) == (12, 0, 0, 12)
    assert sorted(Station.objects.exclude(out_proof="").values_list("out_proof", flat=True)) == ["proxy", "single"]
    assert calm.played
    assert calm.district == "14.01"


def test_every_fault_is_seen_where_it_happened(rough):
    from serentak.tower.boxes.models import Box, Deviation, Load
    from serentak.tower.regions.models import Station

    log, faults = rough
    silent = Station.objects.get(pk=faults["silence"])
    assert (silent.out, silent.out_late, silent.back) == (Station.Way.UNDER_WAY, True, Station.Way.NOT_YET)
    overdue = Station.objects.get(pk=faults["overdue"])
    assert (overdue.out, overdue.out_late) == (Station.Way.READY, True)
    assert Station.objects.get(pk=faults["seal"]).troubled
    for each in faults["swapped"].split(", "):
        assert Station.objects.get(pk=each).troubled
    assert Load.objects.get(receiver=faults["silence"]).done == 0
    assert Load.objects.get(receiver=faults["silence"]).late == 3
    said = set(Deviation.objects.filter(finding=True).values_list("code", flat=True))
    assert {"overdue", "silence", "seal-series", "wrong-place", "count-mismatch"} <= said
    assert Deviation.objects.get(code="silence").owner == faults["silence"]
    assert Box.objects.filter(owner=faults["seal"], disputed=True).count() == 1
    # One vehicle's clock is three days fast: it does not carry the time of the log away.
    assert f"{log.as_of:%Y-%m-%d}" == "2024-12-03"


def test_the_tables_say_what_verify_says(rough):
    from serentak.custody.query import box
    from serentak.custody.report import findings
    from serentak.operations.custody_state import read_state
    from serentak.tower.boxes.models import Box, Deviation

    log, _faults = rough
    state = read_state(log.address)
    for row in Box.objects.all():
        found = box(state, row.id)
        assert (row.holder, row.place, row.expected_at) == (found.holder, found.place, found.expected_at)
        assert (row.troubles.split(), row.disputed) == (list(found.troubles), found.disputed)
    verified = findings(state, int(log.as_of.timestamp()))
    rows = Deviation.objects.filter(gone_at=None)
    assert sorted(row.code for row in rows) == sorted(each.code for each in verified)
    assert rows.filter(finding=True).count() == sum(each.severity == "finding" for each in verified)


def test_following_piece_by_piece_says_the_same(kecil, rough_log, tmp_path):
    """A log that grows while it is followed, the follower forgetting everything in the middle."""
    from serentak.ledger.read import read_checkpoint
    from serentak.ledger.source import FolderSource
    from serentak.operations.custody_log import read_entries
    from serentak.tower.boxes import follow
    from serentak.tower.boxes.logs import register
    from serentak.tower.boxes.models import Box
    from serentak.tower.regions.models import Station

    entries = list(read_entries(FolderSource(rough_log[0])))
    assert read_checkpoint(FolderSource(rough_log[0]))
    growing = Growing(tmp_path / "log")
    growing.add(entries[:1])
    log = register(str(growing.folder))
    taken = follow.follow_once(log)
    for at in range(1, len(entries), 37):
        growing.add(entries[at : at + 37])
        taken += follow.follow_once(log)
        assert_equal_to_a_recount()
        if at == 75:
            follow.forget()
            assert follow.follow_once(log) == taken
    assert (taken, log.entries, log.trouble) == (len(entries), len(entries), "")
    piecewise = list(Station.objects.values_list()), list(Box.objects.values_list())
    Station.objects.update(out=0, back=0, out_late=False, troubled=False)
    Box.objects.update(status=0, holder="", troubles="")
    log.stale = True
    log.save()
    follow.follow_once(log)
    # All but when the row was written.
    assert [row[:-1] for row in Station.objects.values_list()] == [row[:-1] for row in piecewise[0]]
    assert list(Box.objects.values_list()) == piecewise[1]


def test_deadlines_pass_while_nothing_is_said(kecil, rough_log, tmp_path):
    """Whether a station is late depends on the played time alone."""
    from serentak.ledger.source import FolderSource
    from serentak.operations.custody_log import read_entries, try_entry
    from serentak.tower.boxes.follow import follow_once
    from serentak.tower.boxes.logs import register
    from serentak.tower.regions.models import Station

    silent = rough_log[1]["silence"]
    growing = Growing(tmp_path / "log")
    entries = list(read_entries(FolderSource(rough_log[0])))
    growing.add(entries[:1])
    log = register(str(growing.folder))
    seen = []
    for entry in entries[1:]:
        growing.add([entry])
        follow_once(log)
        station = Station.objects.get(pk=silent)
        seen.append((station.out_late, station.out_due is not None and station.out_due < log.as_of))
        assert try_entry(entry)
    assert [late for late, _due in seen] == [due for _late, due in seen]
    assert {late for late, _due in seen} == {False, True}


def test_a_log_that_was_rolled_back_is_named_and_nothing_changes(kecil, calm_log, tmp_path):
    from serentak.ledger.source import FolderSource
    from serentak.operations.custody_log import read_entries
    from serentak.tower.boxes.follow import follow_once
    from serentak.tower.boxes.logs import register
    from serentak.tower.boxes.models import Box

    growing = Growing(tmp_path / "log")
    entries = list(read_entries(FolderSource(calm_log)))
    growing.add(entries[:100])
    old = tmp_path / "old"
    shutil.copytree(growing.folder / "public", old)
    growing.add(entries[100:])
    log = register(str(growing.folder))
    assert follow_once(log) == len(entries)
    before = list(Box.objects.values_list())
    shutil.rmtree(growing.folder / "public")
    shutil.copytree(old, growing.folder / "public")
    assert follow_once(log) == 0
    log.refresh_from_db()
    assert "100" in log.trouble
    assert list(Box.objects.values_list()) == before


def test_a_second_log_of_a_district_is_refused(calm, rough_log):
    from serentak.tower.boxes.logs import register

    with pytest.raises(InputError, match=r"14\.01"):
        register(str(rough_log[0]))


def test_no_log_is_refused(db, tmp_path):
    from serentak.tower.boxes.logs import register

    with pytest.raises(InputError):
        register(str(tmp_path))


def test_following_for_ever_ends_when_told(calm):
    from serentak.tower.boxes.follow import follow_forever

    stop = threading.Event()
    stop.set()
    follow_forever(stop)


class Growing:
    """A log to which entries are added as they were made elsewhere."""

    def __init__(self, folder):
        from serentak.ledger.write import init_log

        self.folder = folder
        init_log(folder, "uji.invalid/tumbuh", ())

    def add(self, entries):
        from serentak.ledger.write import LogWriter

        with LogWriter(self.folder) as writer:
            for future in [writer.submit(entry) for entry in entries]:
                future.result()
            writer.publish()
