"""A played election: all goes well and nothing is found; what goes wrong is found, from the log alone."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

import pytest
from tests.support import besar, kits_of, rules_of

from serentak.base.errors import InputError
from serentak.cli_custody import Fault
from serentak.custody.kinds import Kind
from serentak.custody.query import counts, without_custodian
from serentak.custody.rules import CustodyRules
from serentak.ledger.source import open_source
from serentak.ledger.write import LogWriter
from serentak.operations.custody_log import read_entries, try_entry
from serentak.operations.custody_verify import verify_any
from serentak.operations.log import check_log, log_app, new_log
from serentak.operations.log_door import door_of
from serentak.operations.log_http import Server
from serentak.operations.plan import Ground
from serentak.operations.play import play, play_plan
from serentak.operations.play.faults import KINDS
from serentak.operations.verify import verify
from serentak.routing.district import plan_district
from serentak.travel import CrowFlight

USUAL = {"single", "proxy", "titip"}
"""Notes of every play: some stations have no telephone, or sign for goods that stay elsewhere for the night."""
FOUND = {
    "swapped": {"wrong-place", "count-mismatch"},
    "overdue": {"overdue"},
    "refused": {"refused", "damaged"},
    "seal": {"seal-broken", "seal-series"},
    "short": {"count-mismatch"},
    "lost-phone": {"device-gap"},
    "silence": {"silence", "count-mismatch"},
    "fork": {"fork", "quorum-not-met"},
    "duplicate": set(),
    "clock": set(),
    "reordered": set(),
}
NOTED = {
    "duplicate": {"duplicate"}, "clock": {"clock"}, "reordered": {"reordered"},
    "lost-phone": {"revoked-countersignature"},
}  # fmt: skip


def public(log):
    """Give every public file of a log with its hash."""
    root = Path(log) / "public"
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def judge(log):
    """Verify a log from its public part alone, and give the result with the state."""
    bare = Path(log).parent / f"public-of-{Path(log).name}"
    if not bare.exists():
        shutil.copytree(Path(log) / "public", bare)
    rules = CustodyRules()
    return verify(str(bare), rules=[rules]), rules.state


def codes(result):
    return {each["code"] for each in (*result["findings"], *result["entry_findings"])}


def notes(result):
    return {each["code"] for each in result["notes"]}


def test_where_all_goes_well_nothing_is_found_and_every_box_is_accounted_for(played):
    result, state = judge(played)
    assert result["clean"], result["entry_findings"]
    assert (codes(result), notes(result)) == (set(), USUAL)
    assert without_custodian(state) == []
    assert counts(state)["returned"] == 12 * 3 + 2
    assert state.genesis.played == 1
    assert check_log(Path(played))["clean"]


def test_a_hand_over_fits_a_qr_code_and_an_announcement_eight_kilobytes(played):
    entries = list(read_entries(open_source(played)))
    events = [try_entry(entry).event for entry in entries]
    to_stations = [
        len(entry) for entry, event in zip(entries, events, strict=True) if event.kind == Kind.GIVEN and event.seals
    ]
    assert len(to_stations) > 20
    assert max(to_stations) <= 400
    assert max(map(len, entries)) <= 8192


def test_the_same_seed_gives_the_same_public_log(plan_folder, played, tmp_path):
    play(plan_folder, str(tmp_path / "again"), 1)
    assert public(tmp_path / "again") == public(played)
    play(plan_folder, str(tmp_path / "other"), 3)
    assert public(tmp_path / "other")["checkpoint"] != public(played)["checkpoint"]


@pytest.fixture(scope="module")
def play_with(plan_folder, tmp_path_factory):
    @cache
    def run(*faults):
        log = tmp_path_factory.mktemp("fault") / "log"
        return str(log), play(plan_folder, str(log), 5, faults=faults)["faults"]

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_alone_is_found_or_noted_and_named(play_with, kind):
    log, happened = play_with(kind)
    result, state = judge(log)
    assert codes(result) == FOUND[kind]
    assert notes(result) == USUAL | NOTED.get(kind, set())
    assert result["clean"] == (not FOUND[kind])
    assert without_custodian(state) == []
    about = [
        each
        for each in (*result["entry_findings"], *result["notes"])
        if each["code"] in FOUND[kind] | NOTED.get(kind, set())
    ]
    assert all(each["evidence"] and each["evidence"][0]["index"] < result["size"] for each in about)
    if kind in ("swapped", "overdue", "refused", "seal", "short", "silence"):
        victims = set(happened[kind].split(", "))
        assert {name.rpartition("-")[0] for each in about for name in each["objects"]} == victims


def test_the_command_line_and_the_guide_know_every_fault(root):
    assert {each.value for each in Fault} == set(KINDS)
    guide = (root / "docs/how-to/bawaslu-memeriksa-serah-terima.md").read_text(encoding="utf-8")
    section = guide.partition("## Berlatih dengan gangguan")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \|$", section, re.MULTILINE)
    told = {kind: set(re.findall(r"`([a-z-]+)`", found)) for kind, found in rows}
    assert told == {kind: FOUND[kind] or NOTED[kind] for kind in KINDS}


def test_all_faults_together_are_each_found(play_with):
    log, happened = play_with(*KINDS)
    assert list(happened) == list(KINDS)
    result, state = judge(log)
    assert codes(result) == set().union(*FOUND.values())
    assert notes(result) == USUAL.union(*NOTED.values())
    assert not result["clean"]
    assert without_custodian(state) == []


def test_the_order_in_which_faults_are_asked_for_does_not_matter(plan_folder, play_with, tmp_path):
    log, _happened = play_with("seal", "short")
    play(plan_folder, str(tmp_path / "log"), 5, faults=["short", "seal"])
    assert public(tmp_path / "log") == public(log)


def test_a_clock_wrong_by_days_decides_nothing(play_with, plan_folder, tmp_path):
    log, happened = play_with("clock")
    right, _state = judge(log)
    assert right["clean"]
    # A late delivery stays late, and the others stay in time, whatever the clock says.
    play(plan_folder, str(tmp_path / "log"), 5, faults=["clock", "overdue"])
    result, _state = judge(tmp_path / "log")
    assert codes(result) == {"overdue"}
    assert len({name.rpartition("-")[0] for each in result["entry_findings"] for name in each["objects"]}) == 1
    assert happened["clock"]


def test_silence_is_heard_only_after_the_deadline(play_with):
    log, _happened = play_with("silence")

    def silent(at):
        return {each["code"] for each in verify_any(log, at=at)["entry_findings"]} & {"silence"}

    assert silent("H-1 23:58") == set()
    assert silent("H 00:10") == {"silence"}


def test_a_district_with_sleeping_trucks_hubs_of_villages_and_boats_is_played_clean(tmp_path):
    where = besar()
    ground = Ground(where, kits_of(where), rules_of(where), CrowFlight(where.terrain), ())
    plan = plan_district(where, "draft", 1)
    result = play_plan(plan, bytes(32), ground, str(tmp_path / "log"), 1)
    verdict, state = judge(tmp_path / "log")
    assert (codes(verdict), notes(verdict)) == (set(), {*USUAL, "no-seals"})
    assert without_custodian(state) == []
    assert result["stations"] == counts(state)["returned"] // 3 - 2


def test_a_running_log_is_played_into_at_its_address(plan_folder, tmp_path):
    new_log(tmp_path / "log", "log.example/live")
    with LogWriter(tmp_path / "log", door_of(tmp_path / "log")) as writer:
        server = Server(log_app(tmp_path / "log", writer), "127.0.0.1", 0)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        writer.start(0.05)
        try:
            made = play(plan_folder, server.address, 1, faults=["short"])
            with pytest.raises(InputError, match="--fault"):
                play(plan_folder, server.address, 1, faults=["fork"])
        finally:
            server.shutdown()
            server.server_close()
    result, state = judge(tmp_path / "log")
    assert result["size"] == made["entries"]
    assert "count-mismatch" in codes(result)
    assert without_custodian(state) == []


def test_speed_paces_the_play(plan_folder, tmp_path, monkeypatch):
    slept = []
    monkeypatch.setattr("serentak.operations.play.stage.time.sleep", slept.append)
    play(plan_folder, str(tmp_path / "log"), 1, speed=6 * 3600)
    played_days = sum(slept) * 6 * 3600 / 86_400
    assert len(slept) > 20
    assert played_days > 100  # the clock stood still meanwhile, so every pause is as long as all before it
    assert judge(tmp_path / "log")[0]["clean"]


def test_what_cannot_be_played_is_named(plan_folder, tmp_path, played):
    with pytest.raises(InputError, match="--fault"):
        play(plan_folder, str(tmp_path / "log"), 1, faults=["flood"])
    assert not (tmp_path / "log").exists()
    with pytest.raises(InputError, match="log"):
        play(plan_folder, played, 1)


def run(*words, cwd):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "serentak.cli", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_plays_verifies_shows_and_proves(plan_folder, tmp_path):
    done = run("play", str(plan_folder), "-o", "log", "--seed", "5", "--fault", "seal", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    station = json.loads(done.stdout)["faults"]["seal"]
    found = run("verify", "log", "--lang", "en", cwd=tmp_path)
    assert found.returncode == 1
    assert "played" in found.stdout
    box = re.search(r"seal-broken: (\S+):", found.stdout)[1]
    assert box.startswith(station)
    assert run("evidence", "log", box, "-o", "bukti.json", cwd=tmp_path).returncode == 0
    assert run("verify", "bukti.json", cwd=tmp_path).returncode == 1
    other = next(each for each in ("14.01.08.2001-001-G", "14.01.08.2001-002-G") if not each.startswith(station))
    narrowed = run("verify", "log", "--box", other, "--at", "H-1 23:59", cwd=tmp_path)
    assert (narrowed.returncode, other in narrowed.stdout) == (0, True)
    assert box in run("state", "log", station, cwd=tmp_path).stdout
    assert run("export", "epcis", "log", "-o", "epcis.jsonld", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "epcis.jsonld").read_text())["type"] == "EPCISDocument"
    assert run("state", "log", "nobody", cwd=tmp_path).returncode == 2
    assert run("play", str(plan_folder), "-o", "log", "--seed", "5", cwd=tmp_path).returncode == 2
