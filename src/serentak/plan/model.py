"""The plan as it stands in ``plan.json``.

Times are seconds from 00:00 local time on voting day H, negative before it. Distances are metres, money whole
rupiah. ``plan.json`` is the truth of a plan; every other file is made from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from serentak.base.errors import InputError
from serentak.base.messages import _

SCHEMA: Final = "serentak-plan/1"
Direction = Literal["out", "back"]


class Stop(msgspec.Struct, frozen=True):
    """One halt of a run at a station or place.

    Parameters
    ----------
    at
        Id of the station or place.
    arrive, depart
        Arrival, and departure after handling (after the night, where the vehicle sleeps here).
    boxes
        Ballot boxes handed over here (outbound) or taken on board here (return).
    load_after
        Boxes on board on departure.
    units
        What the boxes belong to, at a place: villages, single stations of a divided village, or the kecamatan's
        recapitulation boxes (``14.01.06-R``). Empty at a station.
    """

    at: str
    arrive: int
    depart: int
    boxes: int
    load_after: int
    units: tuple[str, ...] = ()


class Run(msgspec.Struct, frozen=True):
    """One journey of a vehicle team from its base and back.

    Parameters
    ----------
    id
        Unique in the plan.
    type, vehicle
        Fleet type and team, ``truk`` and ``truk#1``.
    team
        Vehicles that move together.
    day
        Working day, relative to H, on which the shift began.
    escort
        Escort team that rides along (``polri#1``), or None.
    depart, return_
        Departure from the base after loading, and the return to it.
    """

    id: str
    type: str
    vehicle: str
    team: int
    day: int
    escort: str | None
    depart: int
    return_: int = msgspec.field(name="return")
    stops: tuple[Stop, ...]


class Bound(msgspec.Struct, frozen=True):
    """What the trunk would cost at least, for the parts its loads were cut into.

    Parameters
    ----------
    rupiah
        Value of the bound.
    proven
        Whether it is the optimum of the covering problem, or only a lower bound on it.
    candidates
        Runs that were weighed.
    packed
        What the stage's runs cost, packed on teams and days; never below the bound where nothing is unserved.
    """

    rupiah: int
    proven: bool
    candidates: int
    packed: int


class Stage(msgspec.Struct, frozen=True):
    """All runs between one base and the places or stations it serves, in one direction.

    Parameters
    ----------
    id
        ``out:PPK-14.01.06``.
    tier
        Receiver, outbound ``ppk``, ``pps`` or ``tps``; on the return ``ppk`` or ``kpu``.
    base
        Id of the place.
    window
        Earliest departure from the giver and latest arrival at the receiver, over the whole stage.
    """

    id: str
    direction: Direction
    tier: str
    base: str
    window: tuple[int, int]
    runs: tuple[Run, ...]
    bound: Bound | None = None


class Unserved(msgspec.Struct, frozen=True):
    """A station that this plan does not serve in one direction.

    Parameters
    ----------
    reason
        Code of the reason; `serentak.plan.reasons` puts it into words.
    earliest
        Earliest possible arrival (outbound at the station or place, on the return at the base of the stage that
        cannot collect it), or None if never.
    figures
        The arithmetic behind the reason.
    """

    station: str
    direction: Direction
    reason: str
    earliest: int | None
    figures: dict[str, int | str] = {}


class Baseline(msgspec.Struct, frozen=True):
    """What nearest neighbour, the practice of the spreadsheet, would cost under the same rules."""

    name: str
    unserved_out: int
    unserved_back: int
    rupiah: int
    metres: int
    seconds: int
    vehicle_days: int
    escort_days: int


class Totals(msgspec.Struct, frozen=True):
    """Sums over the plan.

    Parameters
    ----------
    stations, voters
        Stations of the district and the voters on their lists.
    unserved_out, unserved_back
        Stations not served, by direction.
    rupiah
        Vehicle-days, kilometres, driving hours and escort-days at the prices of the district.
    metres, seconds
        Distance and driving time, a vehicle (a team of two counts twice).
    vehicle_days, escort_days
        Vehicles in use, and escort teams on duty, summed over working days.
    """

    stations: int
    voters: int
    unserved_out: int
    unserved_back: int
    rupiah: int
    metres: int
    seconds: int
    vehicle_days: int
    escort_days: int


class Stranded(msgspec.Struct, frozen=True):
    """Goods that wait on the road where a lost vehicle team last stopped: a temporary place of kind transit.

    Parameters
    ----------
    place
        Id of the temporary place.
    stage, run
        Stage and run that was lost.
    at
        Id of the station or place where it last stopped; the goods wait there.
    since
        Moment from which others may take them over.
    goods
        Station ids, and names of recapitulation boxes.
    """

    place: str
    stage: str
    run: str
    at: str
    since: int
    goods: tuple[str, ...]


class BroughtBack(msgspec.Struct, frozen=True):
    """Goods that a loaded run cannot deliver and brings back to its base.

    Parameters
    ----------
    stage, run
        Stage and run; the run may have been called off.
    free
        Moment from which they may be loaded there again.
    goods
        Station ids, and names of recapitulation boxes.
    """

    stage: str
    run: str
    free: int
    goods: tuple[str, ...]


class Elsewhere(msgspec.Struct, frozen=True):
    """Goods that a log of hand-overs shows where no run of the plan has brought them; no run carries them.

    Parameters
    ----------
    goods
        Station id, or name of recapitulation boxes.
    at
        Who has them by the log: place, station or vehicle team; several, joined by `` + ``, where not together.
    direction
        Direction in which they are expected.
    since
        Moment of the act that says so.
    entry
        Index of its entry in the log.
    """

    goods: str
    at: str
    direction: Direction
    since: int
    entry: int


class Logged(msgspec.Struct, frozen=True):
    """How much of the state at the moment of a re-plan a log of hand-overs knew.

    Parameters
    ----------
    known
        Kits and recapitulation boxes (of a kecamatan) of which it knows who has them.
    unknown
        Those of which it knows nothing: they are taken to be where the plan has them.
    late
        Stops that the plan had done by then, and the log has not.
    vehicles
        Runs that another team drove than planned: run, and team by the log.
    """

    known: int
    unknown: tuple[str, ...]
    late: int
    vehicles: tuple[tuple[str, str], ...]


class Replan(msgspec.Struct, frozen=True):
    """What makes a plan a re-plan; the plan it replaces, its closures and its losses lie in ``input/replan/``.

    Parameters
    ----------
    at
        Moment of the re-plan: what was loaded or delivered before it is as in the plan it replaces.
    changed
        Runs that are new or differ from the plan it replaces: only these need new paper.
    withdrawn
        Runs of the plan it replaces that are no more: their paper is void.
    lost
        Runs that ended on the road: their teams are lost or cut off.
    stranded
        Goods that such runs left behind, of earlier re-plans too.
    brought_back
        Goods that loaded runs bring back, of earlier re-plans too.
    stability_rupiah
        What it costs to keep the rest as issued: rupiah of the parts solved anew, less those of the same parts solved
        without a price on change; None where nothing had to be solved.
    elsewhere
        Goods that a log shows where no run has brought them, of earlier re-plans too where no log was asked again.
    logged
        How much a log knew; None where none was asked.
    loaded
        Runs that a log shows loaded before the plan has them loaded.
    """

    at: int
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    lost: tuple[str, ...]
    stranded: tuple[Stranded, ...]
    brought_back: tuple[BroughtBack, ...]
    stability_rupiah: int | None
    elsewhere: tuple[Elsewhere, ...] = ()
    logged: Logged | None = None
    loaded: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """A whole plan; see the module's docstring for frames and units."""

    schema: str
    district: str
    supersedes: str | None
    input_sha256: str
    seed: int
    effort: str
    engines: dict[str, str]
    stages: tuple[Stage, ...]
    unserved: tuple[Unserved, ...]
    baseline: Baseline | None
    totals: Totals
    pins_rupiah: int | None = None
    replan: Replan | None = None


def encode(plan: Plan) -> bytes:
    """Give the bytes of ``plan.json``; equal plans give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(plan, order="deterministic"), indent=1) + b"\n"


def decode(data: bytes, name: str = "plan.json") -> Plan:
    """Read the bytes of a ``plan.json``.

    Raises
    ------
    InputError
        When the bytes are not a plan of a schema known here.
    """
    remedy = _("make the plan again with 'serentak plan', or restore the file")
    try:
        plan = msgspec.json.decode(data, type=Plan)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        message = _("this is not a plan: {error}").format(error=error)
        raise InputError.of(name, message, remedy) from error
    if plan.schema != SCHEMA:
        raise InputError.of(
            name,
            _("this version reads plans of schema {schema} only").format(schema=SCHEMA),
            remedy,
            column="schema",
            value=plan.schema,
        )
    return plan


def read_plan(folder: Path) -> Plan:
    """Read ``plan.json`` of a plan folder.

    Raises
    ------
    InputError
        When the file is missing or is not a plan.
    """
    path = folder / "plan.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        message = _("the file cannot be read: {error}").format(error=error.strerror or error)
        raise InputError.of(str(path), message, _("name a folder written by 'serentak plan'")) from error
    return decode(data, str(path))


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of ``plan.json``."""
    return msgspec.json.schema(Plan)
