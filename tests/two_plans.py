"""An election whose plan is replaced on the way: played by the first plan up to a moment, then by the second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serentak.base.clock import format_moment
from serentak.custody.kinds import Kind
from serentak.custody.rules import CustodyRules
from serentak.ledger.source import FolderSource
from serentak.ledger.write import LogWriter, init_log
from serentak.operations.announce import Known, announce, begin_log, read_plan_to_announce, signed_announcement
from serentak.operations.announcement import deal_seals, pieces_of
from serentak.operations.custody_log import read_entries
from serentak.operations.log_door import door_of
from serentak.operations.play.cast import ORGANISER, SUPERVISOR, Cast, secret
from serentak.operations.play.record import Upload, _Recorder
from serentak.operations.play.script import Act, Script, write_script
from serentak.operations.play.stage import key_of
from serentak.operations.promises import clock_of, promises_of
from serentak.operations.replan import Remade, Told, make_replan
from serentak.operations.verify import verify

DAY = 86_400


@dataclass
class Played:
    """The first part of an election, and what is needed to go on."""

    log: Path
    cast: Cast
    recorder: _Recorder
    late: list[Upload]
    signed: set
    at: int


def trace(act: Act) -> tuple:
    """Give what makes an act the same whatever plan it was for."""
    fields = act.fields
    return act.kind, act.device, fields.get("giver"), fields.get("receiver"), fields.get("place"), act.objects


def at_once(script: Script) -> None:
    """Let everything reach the log in the second in which it is signed."""
    for act in script.acts:
        act.delay = 0


def hand_over(log: Path, uploads: list[Upload]) -> None:
    with LogWriter(log, door_of(log)) as writer:
        for upload in uploads:
            writer.append(upload.entry)
        writer.publish()


def uploads_of(recorder: _Recorder, acts: list[Act]) -> None:
    for act in sorted(acts, key=lambda each: each.at):
        recorder.act(act)


def play_until(folder: Path, log: Path, at: int, seed: int = 1, change=lambda _script: None) -> Played:
    """Play a plan up to a moment; what was recorded by then and has not reached the log stays with the devices."""
    plan, digest, ground = read_plan_to_announce(folder)
    clock = clock_of(ground.district)
    promises = promises_of(plan, ground)
    seals, _unsealed = deal_seals(ground.district, ground.kits)
    script = write_script(promises, ground, seals, clock, seed)
    change(script)
    acts = [act for act in script.acts if act.at <= at]
    began = min(act.at for act in acts) // DAY * DAY + 8 * 3600
    organiser, genesis = begin_log(
        secret(seed, f"{ORGANISER}/0"), [Cast.public(seed, SUPERVISOR)], ground, clock.instant(began), played=1
    )
    pieces = pieces_of(promises, ground.district, seals, clock)
    first = [genesis, *signed_announcement(organiser, digest, None, pieces, Known(), clock.instant(began))]
    cast = Cast(seed, organiser.log, clock.offset, organiser)
    recorder = _Recorder(cast, clock)
    recorder.uploads = [Upload(began, 0, entry) for entry in first]
    uploads_of(recorder, acts)
    uploads = sorted(recorder.uploads, key=lambda each: each[:2])
    recorder.uploads = []
    init_log(log, "dimainkan.invalid/uji", (), key_of(seed, f"{ORGANISER}/0", "dimainkan.invalid/uji"))
    hand_over(log, [each for each in uploads if each.at <= at])
    return Played(log, cast, recorder, [each for each in uploads if each.at > at], {trace(act) for act in acts}, at)


def replan_from(played: Played, folder: Path, out: Path, **told) -> Remade:
    return make_replan(folder, out, Told(format_moment(played.at), log=str(played.log), **told))


def play_on(played: Played, folder: Path, seed: int = 1, change=lambda _script: None) -> dict:
    """Announce the second plan, bring what was late, play on by the second plan, and give the announcement."""
    plan, digest, ground = read_plan_to_announce(folder)
    clock = clock_of(ground.district)
    said = announce(
        folder, str(played.log), played.log / "private/log.key", clock=lambda: clock.instant(played.at) / 1000
    )
    known = Known.read(read_entries(FolderSource(played.log)))
    organiser = played.cast.device(ORGANISER)
    organiser.seq, organiser.last = known.device[organiser.id]
    promises = promises_of(plan, ground, known.top_before(digest))
    seals, _unsealed = deal_seals(ground.district, ground.kits)
    script = write_script(promises, ground, seals, clock, seed)
    change(script)
    known_phones = set(played.cast.devices)
    for act in script.acts:
        if act.kind == Kind.KEY_ENROLLED and not known_phones.issuperset(act.about):
            act.at, act.delay = played.at + 1, 0  # who drives only now gets a key only now
    acts = [
        act
        for act in script.acts
        if act.at > played.at and not (act.fields.get("giver") and trace(act) in played.signed)
    ]
    uploads_of(played.recorder, acts)
    for act in played.recorder.closings(script.end):
        played.recorder.act(act)
    rest = sorted([*played.late, *played.recorder.uploads], key=lambda each: each[:2])
    hand_over(played.log, rest)
    return said


def judge(log: Path, at: int | None = None):
    """Verify, and give the codes found with their objects, and the state."""
    rules = CustodyRules()
    result = verify(str(log), rules=[rules], at=at)
    found = [(each["code"], tuple(each["objects"])) for each in (*result["findings"], *result["entry_findings"])]
    return found, rules.state
