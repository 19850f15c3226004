"""Use case ``serentak play``: a whole election's events, through the real signing and the real log, labelled as played.

It is the test bed of the custody rules, and a moving demonstration. Nothing in it is real; the genesis says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from serentak.base.clock import DAY, HOUR, parse_moment
from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.operations.announce import Known, begin_log, read_plan_to_announce, signed_announcement
from serentak.operations.announcement import deal_seals, pieces_of
from serentak.operations.custody_log import is_address
from serentak.operations.play.cast import CLOCK, ORGANISER, SUPERVISOR, Cast, secret
from serentak.operations.play.faults import FORK, inject
from serentak.operations.play.fork import fork_log
from serentak.operations.play.record import record
from serentak.operations.play.script import write_script
from serentak.operations.play.stage import open_stage, perform
from serentak.operations.promises import clock_of, promises_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.operations.plan import Ground
    from serentak.plan.model import Plan

NOTE = "dimainkan, bukan pemilihan sungguhan (played, nothing here is real)"


def play(
    folder: Path,
    out: str,
    seed: int,
    *,
    speed: float | None = None,
    since: str | None = None,
    faults: Sequence[str] = (),
) -> dict[str, Any]:
    """Play the election of a plan, from the announcement to the return of the last box.

    Parameters
    ----------
    folder
        Plan folder.
    out
        Folder of the log to make, with its witness and all keys; or the address of an empty log.
    seed
        The same seed gives the same public log, byte for byte (a log at an address has its own key and clock).
    speed
        Played seconds a real one; None for as fast as it can.
    since
        Played moment from which `speed` holds, such as ``H-1 06:00``; all before goes as fast as it can.
    faults
        Kinds of what goes wrong, see `serentak.operations.play.faults.KINDS`.

    Returns
    -------
    dict
        Plain data: ``log``, ``entries``, ``stations``, ``boxes``, and ``faults``: to whom each happened.

    Raises
    ------
    InputError, Refused
        When the plan cannot be announced, the folder is taken, or a fault cannot be played.
    """
    if FORK in faults and is_address(out):
        message = _("a log at an address cannot be made to fork from here")
        raise InputError.of("--fault", message, _("Play into a folder."), value=FORK)
    return play_plan(*read_plan_to_announce(folder), out, seed, speed=speed, since=since, faults=faults)


def play_plan(
    plan: Plan,
    digest: bytes,
    ground: Ground,
    out: str,
    seed: int,
    *,
    speed: float | None = None,
    since: str | None = None,
    faults: Sequence[str] = (),
) -> dict[str, Any]:
    """Play the election of a plan that was read; see `play`."""
    start = None if since is None else _moment(since)
    clock = clock_of(ground.district)
    promises = promises_of(plan, ground)
    seals, _unsealed = deal_seals(ground.district, ground.kits)
    script = write_script(promises, ground, seals, clock, seed)
    happened = inject(script, faults, seed)

    began = min(act.at for act in script.acts) // DAY * DAY + 8 * HOUR
    supervisor = Cast.public(seed, SUPERVISOR)
    organiser, genesis = begin_log(
        secret(seed, f"{ORGANISER}/0"), [supervisor], ground, clock.instant(began), played=1, note=NOTE
    )
    pieces = pieces_of(promises, ground.district, seals, clock)
    announced = signed_announcement(organiser, digest, None, pieces, Known(), clock.instant(began))
    cast = Cast(seed, organiser.log, clock.offset, organiser)
    uploads = record(script, cast, clock, [genesis, *announced], began)
    origin = f"dimainkan.invalid/{ground.district.code}"
    with open_stage(out, origin, seed, clock) as stage:
        entries = perform(stage, uploads, cast.device(CLOCK), clock, speed, start)
    if FORK in faults:
        fork_log(Path(out), script.out[happened[FORK]].objects[0], clock)
    boxes = {box for each in promises.handovers for box in each.objects}
    return {"log": out, "entries": entries, "stations": len(script.out), "boxes": len(boxes), "faults": happened}


def _moment(text: str) -> int:
    try:
        return parse_moment(text)
    except ValueError as error:
        raise InputError.of("--since", str(error), _("Write: H-1 06:00"), value=text) from error


def describe(result: dict[str, Any]) -> list[str]:
    """Say what was played, a line each."""
    lines = [
        _(
            "Played, nothing here is real: {entries} entries about {boxes} boxes and bundles of {stations} stations."
        ).format(**result),
        _("Log: {log}").format(**result),
    ]
    lines += [_("{kind} happened to {whom}").format(kind=kind, whom=whom) for kind, whom in result["faults"].items()]
    return lines
