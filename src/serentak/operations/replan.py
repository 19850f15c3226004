"""Use case ``serentak replan``: a plan made to hold again, checked, and written as a new plan folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from serentak.base.clock import format_moment, parse_moment
from serentak.base.errors import InputError, Problem
from serentak.base.messages import _
from serentak.formats.difference import difference_csv
from serentak.operations.plan import Ground, read_plan_ground, run_record, write_plan
from serentak.operations.replan_input import FOLDER, read_before, read_closed, read_lost, write_before
from serentak.operations.replan_log import read_log
from serentak.operations.workspace import input_sha256, new_folder, refuse_existing
from serentak.plan.as_it_went import as_told
from serentak.plan.difference import Difference, compare
from serentak.plan.model import Plan, decode
from serentak.plan.replanned import Before, with_temporary
from serentak.routing.replan import Answer, replan_district
from serentak.travel.remembered import remembered


@dataclass(frozen=True)
class Told:
    """What people say when they ask for a re-plan; see `serentak.operations.replan_input`."""

    at: str
    closed: Sequence[str] = ()
    lost: Sequence[str] = ()
    log: str | None = None


@dataclass(frozen=True)
class Remade:
    """A plan folder that replaces another."""

    folder: Path
    plan: Plan
    difference: Difference
    warnings: tuple[Problem, ...]
    state: dict[str, Any] | None = None


def make_replan(source: Path, out: Path, told: Told) -> Remade:
    """Re-plan a plan folder and write the new one, whole or not at all.

    Parameters
    ----------
    source
        Plan folder that is replaced; it may be a re-plan itself. Nothing in it changes.
    out
        Plan folder; must not exist yet.
    told
        The moment, what is closed, and who is lost.

    Raises
    ------
    InputError
        When the plan cannot be used, `out` is taken, or something named is not there.
    Broken
        When the plan that was made does not hold: a bug, and nothing is written.
    """
    refuse_existing(out)
    started = datetime.now(UTC)
    issued, ground, before = read_issued(source, told)
    log = None
    if told.log is not None:
        before, log = ask_log(told.log, before, ground)
    answer = replan_district(before, ground.district, ground.kits, ground.rules, ground.travel)
    with new_folder(out) as folder:
        _copy_district(source / "input", folder / "input")
        found = write_replan(folder, issued, answer, ground, log)
        (folder / "run.json").write_text(run_record(started), encoding="utf-8")
    return Remade(out, found[0], found[1], ground.warnings, log)


def ask_log(log: str, before: Before, ground: Ground) -> tuple[Before, dict[str, Any]]:
    """Put the plan as it went by a custody log in the place of the plan as issued; say which log was asked.

    Raises
    ------
    InputError
        When the log cannot be used for this plan.
    """
    sightings, named = read_log(log, before.at, bytes.fromhex(before.sha256), ground.district, ground.kits)
    before = replace(before, sightings=sightings)
    return as_told(before, ground.district, ground.kits, ground.rules, ground.travel), named


def read_issued(source: Path, told: Told) -> tuple[bytes, Ground, Before]:
    """Read the plan that is replaced, its district, and what the re-plan is told.

    Raises
    ------
    InputError
        As `make_replan` says.
    """
    path = source / "plan.json"
    try:
        issued = path.read_bytes()
    except OSError as error:
        message = _("the file cannot be read: {error}").format(error=error.strerror or error)
        raise InputError.of(str(path), message, _("name a folder written by 'serentak plan'")) from error
    plan = decode(issued, str(path))
    if input_sha256(source / "input") != plan.input_sha256:
        message = _("the district in input/ is not the one this plan was made for")
        raise InputError.of(str(source / "input"), message, _("restore the plan folder as it was issued"))
    at = _moment(told.at, plan)
    ground = read_plan_ground(source)
    ground = replace(ground, travel=remembered(ground.travel))
    closed = read_closed(told.closed, ground.district, ground.travel)
    lost = read_lost(told.lost, plan, ground.district, at)
    known = ground.before
    closures = (*(known.closures if known else ()), *closed)
    losses = (*(known.losses if known else ()), *lost)
    return issued, ground, Before(plan, hashlib.sha256(issued).hexdigest(), at, closures, losses)


def write_replan(
    folder: Path, issued: bytes, answer: Answer, ground: Ground, log: dict[str, Any] | None = None
) -> tuple[Plan, Difference]:
    """Check a re-plan and write it beside the copy of its district.

    Raises
    ------
    Broken
        When the plan does not hold.
    """
    write_before(folder / "input", issued, answer.before, log)
    # What was written is what will be checked by others, so it is what is checked here.
    before = read_before(folder / "input", answer.before.at)
    if before is not None:
        before = as_told(before, ground.district, ground.kits, ground.rules, ground.travel)
    plan = msgspec.structs.replace(answer.plan, input_sha256=input_sha256(folder / "input"))
    stranded = plan.replan.stranded if plan.replan else ()
    ground = replace(ground, district=with_temporary(ground.district, stranded), before=before)
    found = compare(answer.before.issued, plan)
    write_plan(folder, plan, ground)
    (folder / "difference.csv").write_text(difference_csv(found, ground.district), encoding="utf-8", newline="")
    record = {
        "changed": list(found.changed),
        "withdrawn": list(found.withdrawn),
        "rupiah": found.rupiah,
        "unchanged": dict(zip(("stops", "of"), found.unchanged(), strict=True)),
        "stops": [stop.as_dict() for stop in found.changes],
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    (folder / "difference.json").write_text(text, encoding="utf-8")
    return plan, found


def _moment(text: str, plan: Plan) -> int:
    try:
        at = parse_moment(text)
    except ValueError as error:
        raise InputError.of("--at", str(error), _("write a time as H-1 23:59"), value=text) from error
    if plan.replan is not None and at < plan.replan.at:
        message = _("the plan is as of {at}; what was before cannot be planned any more")
        remedy = _("give a later time, or re-plan the plan before it")
        raise InputError.of("--at", message.format(at=format_moment(plan.replan.at)), remedy, value=text)
    return at


def _copy_district(source: Path, target: Path) -> None:
    """Copy the district of a plan, without what its own re-plan was told."""
    shutil.copytree(source, target, ignore=lambda folder, _names: [FOLDER] if Path(folder) == source else [])
