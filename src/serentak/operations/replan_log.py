"""Asking a custody log how far a plan has come: who has had each load, hand after hand, up to a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.custody.holdings import Holding, holdings
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.faults import NotThere
from serentak.ledger.read import read_checkpoint
from serentak.ledger.source import open_source
from serentak.operations.announce import require_same_election
from serentak.operations.custody_state import read_state
from serentak.operations.promises import Clock, clock_of, objects_of
from serentak.plan.sightings import AND, Sighting

if TYPE_CHECKING:
    from serentak.custody.state import State
    from serentak.kit.kits import Kits
    from serentak.territory.model import District


def read_log(
    log: str, at: int, plan: bytes, district: District, kits: Kits
) -> tuple[tuple[Sighting, ...], dict[str, Any]]:
    """Read from a log who has had each load up to a moment, and say which log that was.

    Parameters
    ----------
    log
        Folder or address; every signature of people is checked, the log's own is not: that is ``serentak verify``.
    at
        Seconds from 00:00 local time on H.
    plan
        SHA-256 of the plan that is replaced.

    Raises
    ------
    InputError
        When there is no custody log, it is about another election, or another plan is in force there.
    """
    source = open_source(log)
    try:
        head = parse_checkpoint(read_checkpoint(source).text)
    except NotThere:
        message = _("there is no log here: it has no checkpoint")
        raise InputError.of(log, message, _("Check the folder or address.")) from None
    state = read_state(log)
    assert state.genesis is not None  # noqa: S101 - who reads a state has asked
    require_same_election(state.genesis, district, log)
    expected = state.expected
    if expected.plans and (plan not in expected.plans or plan in expected.superseded):
        force = next((each for each in expected.plans if each not in expected.superseded), b"")
        message = _("the plan {plan} is in force in this log, and not the one that is to be replaced")
        remedy = _("Re-plan the folder of the plan in force, or announce this plan first.")
        raise InputError.of("--state", message.format(plan=force.hex()), remedy, value=log)
    found = sightings_of(state, at, district, kits)
    return found, {"log": head.origin, "entries": head.size, "root": head.root.hex()}


def sightings_of(state: State, at: int, district: District, kits: Kits) -> tuple[Sighting, ...]:
    """Give who has had each load up to a moment, hand after hand, in the order of loads."""
    clock = clock_of(district)
    until = clock.instant(at)
    found: list[Sighting] = []
    for name, objects in objects_of(kits).items():
        known = [own for each in objects if (own := holdings(state, each, until))]
        if known:
            found += _together(name, known, clock)
    return tuple(found)


def _together(name: str, known: list[list[Holding]], clock: Clock) -> list[Sighting]:
    """Give in whose hands all parts of a kit have been at a time, and where they are now where that is not one place.

    Steps, not clocks, tell what was at a time. What of a kit the log has never seen is taken to be with the rest.
    """
    rows: list[Holding] = []
    now: dict[int, Holding] = {}
    steps = sorted({each.step for own in known for each in own})
    for step in steps:
        moved = {part: each for part, own in enumerate(known) for each in own if each.step == step}
        now |= moved
        holders = sorted({each.holder for each in now.values()})
        last = max(moved.values(), key=lambda each: (each.at, each.entry))
        if len(holders) == 1:
            together = len({each.giver for each in now.values()}) == 1
            giver = last.giver if together or not rows else rows[-1].holder
            if not rows or rows[-1].holder != holders[0]:
                rows.append(last._replace(giver=giver))
        elif step == steps[-1]:
            rows.append(last._replace(giver="", holder=AND.join(holders), place=""))
    moments = [(each.at - clock.midnight) // 1000 for each in rows]
    for n in range(1, len(moments)):
        moments[n] = max(moments[n - 1], moments[n])  # clocks differ by minutes; hands follow one another
    return [Sighting(name, row.giver, row.holder, row.place, at, row.entry)
            for row, at in zip(rows, moments, strict=True)]  # fmt: skip
