"""A plan becomes entries that any verifier can read without it."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from tests.support import besar, kits_of, rules_of

from serentak.base.clock import to_utc
from serentak.base.errors import InputError, Refused
from serentak.custody.kinds import Kind
from serentak.custody.objects import expand
from serentak.custody.rules import CustodyRules
from serentak.ledger.source import open_source
from serentak.ledger.write import LogWriter, init_log
from serentak.operations.announce import announce, describe
from serentak.operations.announcement import deal_seals
from serentak.operations.custody_log import read_entries, read_genesis, try_entry
from serentak.operations.log import log_app, new_log
from serentak.operations.log_door import door_of
from serentak.operations.log_http import Server
from serentak.operations.plan import Ground, read_plan_ground
from serentak.operations.promises import clock_of, promises_of
from serentak.operations.verify import verify
from serentak.operations.witness import new_witness
from serentak.plan.model import decode, encode, read_plan
from serentak.routing.district import plan_district
from serentak.travel import CrowFlight

NOW = 1_731_900_000


@pytest.fixture
def log(tmp_path):
    new_log(tmp_path / "log", "log.example/kecil")
    new_witness(tmp_path / "saksi", "saksi.example/w", ())
    return tmp_path / "log"


@pytest.fixture
def told(log, plan_folder):
    """Announce into the test's log, as often as asked; give the result."""

    def tell(plan=plan_folder, where=str(log), **more):
        given = {"supervisors": [str(log.parent / "saksi/public/vkey")], "clock": lambda: NOW} | more
        return announce(plan, where, log / "private/log.key", **given)

    return tell


def events(log):
    return [try_entry(entry).event for entry in read_entries(open_source(str(log)))]


def test_an_empty_log_gets_its_genesis_and_the_whole_plan(log, told, plan_folder):
    result = told()
    found = events(log)
    assert [Kind(each.kind).name for each in found] == ["GENESIS", "PLAN", "POSTS", "GUARDS", "LOADS", "SERIES"]
    assert (result["began"], result["already"], result["entries"]) == (True, False, list(range(6)))
    genesis = found[0]
    assert (genesis.district, genesis.day, genesis.zone, genesis.elections) == ("14.01", "2024-11-27", "WIB", "BG")
    assert genesis.played is None
    assert found[1].plan == sha256((plan_folder / "plan.json").read_bytes()).digest()
    assert found[1].pieces == 4
    verdict = verify(str(log), rules=[CustodyRules()], at=NOW)
    assert verdict["clean"], verdict["entry_findings"]


def test_every_box_is_promised_from_the_warehouse_to_its_station_and_back(log, told, plan_folder):
    told()
    loads = [load for event in events(log) for load in event.loads or ()]
    kits = read_plan_ground(plan_folder).kits
    ground = read_plan_ground(plan_folder).district
    for station in ground.stations:
        for identifier in (*kits.stations[station.id].boxes, kits.stations[station.id].bundle):
            way = sorted(load for load in loads if identifier in expand(load[9]))
            assert [load[0] for load in way] == sorted({load[0] for load in way}), "steps rise"
            assert (way[0][1], way[-1][2]) == ("GUDANG", "GUDANG")
            assert all(before[2] == after[1] for before, after in pairwise(way)), way
            assert [load[6] for load in way] == sorted(load[6] for load in way), "out before back"
            assert station.id in {load[2] for load in way if load[6] == 0}
    for kit in kits.recap.values():
        for identifier in kit.boxes:
            way = sorted(load for load in loads if identifier in expand(load[9]))
            assert [load[2] for load in way if load[6] == 0][-1].startswith("PPK-")
            assert way[-1][2] == "GUDANG"


def test_deadlines_are_the_ends_of_the_windows(log, told, plan_folder):
    told()
    district = read_plan_ground(plan_folder).district

    def instant(seconds):
        return int(to_utc(district.election_day, district.zone, seconds).timestamp()) * 1000

    loads = [load for event in events(log) for load in event.loads or ()]
    to_stations = [load for load in loads if load[2] in {station.id for station in district.stations}]
    assert {load[5] for load in to_stations} == {instant(district.out["tps"].window[1])}
    trunk = [load for load in loads if load[1] == "GUDANG" and load[6] == 0]
    assert {load[5] for load in trunk} == {instant(district.out["ppk"].window[1])}
    home = [load for load in loads if load[2] == "GUDANG"]
    assert {load[5] for load in home} == {instant(district.back["kpu"].window[1])}


def test_seals_are_dealt_in_the_order_of_the_boxes(log, told):
    told()
    event = next(event for event in events(log) if event.kind == Kind.SERIES)
    boxes = expand(event.objects)
    by_box = {boxes[number]: (series, first, last) for number, series, first, last in event.seals}
    assert len(by_box) == 26
    assert [by_box[box] for box in sorted(by_box)] == [("CTH", 2 * n + 1, 2 * n + 2) for n in range(26)]


def test_seals_run_over_from_one_series_to_the_next_and_may_run_out(plan_folder):
    ground = read_plan_ground(plan_folder)
    stock = ground.district.stock[0]
    rows = (replace(stock, series="A", start=1, end=3), replace(stock, series="", start=10, end=12))
    dealt, without = deal_seals(replace(ground.district, stock=rows), ground.kits)
    assert list(dealt.values()) == [[("A", 1, 2)], [("A", 3, 3), ("-", 10, 10)], [("-", 11, 12)]]
    assert without == 23
    assert deal_seals(replace(ground.district, stock=()), ground.kits) == ({}, 0)


def test_the_same_plan_twice_adds_nothing_and_says_so(log, told, english):
    told()
    before = (log / "public/checkpoint").read_bytes()
    again = told()
    assert (again["already"], again["entries"]) == (True, [])
    assert "announced already" in "".join(describe(again))
    assert (log / "public/checkpoint").read_bytes() == before


def test_an_announcement_cut_short_is_completed(log, told, tmp_path, plan_folder):
    other = tmp_path / "other"
    shutil.copytree(log, other)
    told(where=str(other))
    whole = list(read_entries(open_source(str(other))))
    with LogWriter(log, door_of(log)) as writer:
        for entry in whole[:3]:
            writer.append(entry)
        writer.publish()
    result = told()
    assert result["entries"] == [3, 4, 5]
    assert verify(str(log), rules=[CustodyRules()], at=NOW)["clean"]
    assert told()["already"]


def test_a_plan_that_supersedes_another_cancels_its_promises_and_stands_above_it(log, told, plan_folder, tmp_path):
    told()
    newer = tmp_path / "newer"
    shutil.copytree(plan_folder, newer)
    with pytest.raises(Refused, match=r"replan|berlaku"):
        announce_changed(newer, None, told)
    digest = sha256((plan_folder / "plan.json").read_bytes()).hexdigest()
    result = announce_changed(newer, digest, told)
    assert result["supersedes"] == digest
    first, second = (
        [load for event in events(log) if event.plan == plan for load in event.loads or ()]
        for plan in (bytes.fromhex(digest), bytes.fromhex(result["plan"]))
    )
    assert max(load[0] for load in first) < min(load[0] for load in second)
    rules = CustodyRules()
    late = verify(str(log), rules=[rules], at=NOW + 40 * 86_400)
    # Silence is about the newer plan alone: each load is missed once.
    silent = [each for each in late["entry_findings"] if each["code"] == "silence"]
    assert len({each["evidence"][0]["index"] for each in silent}) == 1


def announce_changed(folder: Path, supersedes, told):
    plan = read_plan(folder)
    data = encode(msgspec.structs.replace(plan, supersedes=supersedes, seed=plan.seed + 1))
    assert decode(data)
    (folder / "plan.json").write_bytes(data)
    return told(folder)


def test_a_running_log_takes_the_announcement_at_its_address(log, told):
    with LogWriter(log, door_of(log)) as writer:
        server = Server(log_app(log, writer), "127.0.0.1", 0)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        writer.start(0.05)
        try:
            assert told(where=server.address)["entries"] == list(range(6))
            assert told(where=server.address)["already"]
            assert verify(server.address, rules=[CustodyRules()], at=NOW)["clean"]
        finally:
            server.shutdown()
            server.server_close()
    assert read_genesis(str(log)).district == "14.01"


def test_what_does_not_belong_together_is_named(log, told, plan_folder, tmp_path):
    with pytest.raises(InputError, match="--supervisor"):
        told(supervisors=[])
    with pytest.raises(InputError, match=r"saksi|witness"):
        announce(plan_folder, str(log), tmp_path / "saksi/private/witness.key", ["x"])
    with pytest.raises(InputError, match="--supervisor"):
        told(supervisors=["nonsense+key"])
    assert events(log) == []
    told()
    new_log(tmp_path / "other", "other.example/x")
    with pytest.raises(InputError, match="--key"):
        announce(plan_folder, str(log), tmp_path / "other/private/log.key")
    with LogWriter(tmp_path / "other") as writer:
        writer.append(b"no custody")
    with pytest.raises(InputError, match=r"genesis|pembuka"):
        announce(plan_folder, str(tmp_path / "other"), tmp_path / "other/private/log.key")
    elsewhere = tmp_path / "plan"
    shutil.copytree(plan_folder, elsewhere)
    toml = elsewhere / "input/district.toml"
    toml.write_text(toml.read_text().replace("2024-11-27", "2024-11-28"))
    with pytest.raises(Refused, match="input"):
        told(elsewhere)


def test_a_plan_that_does_not_hold_is_not_announced(log, told, plan_folder, tmp_path):
    folder = tmp_path / "plan"
    shutil.copytree(plan_folder, folder)
    plan = read_plan(folder)
    broken = msgspec.structs.replace(plan, totals=msgspec.structs.replace(plan.totals, rupiah=1))
    (folder / "plan.json").write_bytes(encode(broken))
    with pytest.raises(Refused):
        told(folder)
    assert events(log) == []


def test_trucks_that_sleep_out_and_divided_villages_are_promised_whole():
    where = besar()
    plan = plan_district(where, "draft", 1)
    ground = Ground(where, kits_of(where), rules_of(where), CrowFlight(where.terrain), ())
    promises = promises_of(plan, ground)
    goods = {each for kit in ground.kits.stations.values() for each in (*kit.boxes, kit.bundle)}
    goods |= {box for kit in ground.kits.recap.values() for box in kit.boxes}
    there: dict[str, str] = {}
    for each in sorted(promises.handovers):
        for identifier in each.objects:
            assert there.get(identifier, "GUDANG") == each.giver, (identifier, each)
            there[identifier] = each.receiver
        assert each.earliest <= each.moment <= each.deadline
    lost = {name.partition(" ")[0] for name in promises.unplanned}
    assert {each for each in goods if there.get(each) != "GUDANG"} <= {
        each for each in goods if any(each.startswith(name) for name in lost)
    }
    nights = {(shift.place, shift.since) for shift in promises.shifts}
    assert len(nights) == len(promises.shifts)
    assert clock_of(where).offset == 420


def test_a_log_of_something_else_keeps_its_own_door(tmp_path):
    init_log(tmp_path / "log", "any.example/log")
    with LogWriter(tmp_path / "log", door_of(tmp_path / "log")) as writer:
        writer.append(b"anything")
        writer.append(b"more")
    with LogWriter(tmp_path / "log", door_of(tmp_path / "log")) as writer:
        assert writer.append(b"and more").index == 2


def test_a_custody_log_refuses_strangers_also_after_a_restart(log, told, played):
    told()
    stranger = next(iter(read_entries(open_source(played))))
    for _turn in range(2):
        with LogWriter(log, door_of(log)) as writer, pytest.raises(Refused):
            writer.append(stranger)
        with LogWriter(log, door_of(log)) as writer, pytest.raises(Refused):
            writer.append(b"anything")
