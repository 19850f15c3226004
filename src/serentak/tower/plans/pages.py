"""What the pages of this app share: version tags, problems in words, the state of plans and jobs in words and signs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.contrib.messages import get_messages
from django.db.models import Max
from django.shortcuts import get_object_or_404

from serentak.base.errors import InputError, SerentakError
from serentak.base.messages import N_, _, language
from serentak.tower.plans.approval import State
from serentak.tower.plans.models import Approval, Import, Job, Paper, Plan

if TYPE_CHECKING:
    from django.http import HttpRequest

PLAN_WORDS: Final = {
    State.MADE: ("○", N_("Made, not approved")),
    State.APPROVED: ("✓", N_("Approved")),
    State.ANNOUNCED: ("★", N_("Announced")),
    State.SUPERSEDED: ("↷", N_("Superseded")),
    State.CHANGED: ("✕", N_("Changed after it was made")),
}
JOB_WORDS: Final = {
    Job.State.QUEUED: ("…", N_("Waiting")),
    Job.State.RUNNING: ("→", N_("At work")),
    Job.State.DONE: ("✓", N_("Done")),
    Job.State.FAILED: ("✕", N_("Failed")),
}
IMPORT_WORDS: Final = {
    Import.State.READING: ("→", N_("Being read")),
    Import.State.FAULTY: ("✕", N_("Has errors")),
    Import.State.READY: ("○", N_("Read without errors, not accepted")),
    Import.State.ACCEPTED: ("✓", N_("Accepted")),
    Import.State.REFUSED: ("✕", N_("Refused")),
    Import.State.DISCARDED: ("–", N_("Thrown away")),
}
KIND_WORDS: Final = {
    "read": N_("Reading the files"),
    "load": N_("Filling the tables of the site"),
    "plan": N_("Planning"),
    "replan": N_("Planning anew"),
    "check": N_("Checking"),
    "explain": N_("Explaining"),
    "paper": N_("Printing"),
    "announce": N_("Announcing"),
}
PHASE_WORDS: Final = {
    "out": N_("outbound"), "back": N_("return"), "unpack": N_("unpacking"), "read": N_("reading"),
    "check": N_("checking"), "replan": N_("planning anew"), "explain": N_("explaining"), "announce": N_("announcing"),
}  # fmt: skip


def the_plan(pk: int) -> Plan:
    """Give a plan with all that its pages show, or 404."""
    return get_object_or_404(Plan.objects.select_related("district", "made_by", "brought", "supersedes"), pk=pk)


def number_asked(text: str | None) -> int:
    """Read the number of a row out of an address; 0, which no row has, for whatever is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def said(words: dict[Any, tuple[str, str]], state: Any) -> dict[str, str]:
    """Give sign and word of a state."""
    sign, word = words[state]
    return {"sign": sign, "word": _(word)}


def shown_job(job: Job) -> dict[str, Any]:
    """Give a job as its page shows it."""
    state = said(JOB_WORDS, job.state)
    if job.is_silent:
        state = {"sign": "!", "word": _("Interrupted")}
    return {
        "job": job,
        "state": state,
        "kind": _(KIND_WORDS[job.kind]),
        "phase": _(PHASE_WORDS[job.phase]) if job.phase in PHASE_WORDS else job.phase,
    }


def tag(request: HttpRequest, *versions: Any) -> str | None:
    """Make the tag of a page of its data's versions, of who looks, and of the language; none where a message waits."""
    if len(get_messages(request)):
        return None
    text = "|".join(map(str, (request.actor.name, language(), *versions)))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def plan_version(pk: int) -> tuple[Any, ...]:
    """Give what changes when anything on the page of a plan does."""
    row = Plan.objects.filter(pk=pk).values_list("sha256", "verdict", "announced_at", "superseded_at").first()
    approvals = Approval.objects.filter(plan=pk).values_list("pk", "withdrawn_at")
    jobs = Job.objects.filter(plan=pk).aggregate(last=Max("beat"), most=Max("pk"), ended=Max("ended_at"))
    papers = Paper.objects.filter(plan=pk).aggregate(last=Max("made_at"))
    return (row, tuple(approvals), tuple(jobs.values()), papers["last"])


def tell(request: HttpRequest, error: SerentakError) -> None:
    """Show what was refused at the top of the next page."""
    problems = error.problems if isinstance(error, InputError) else ()
    for text in map(str, problems) if problems else [str(error)]:
        messages.error(request, text)
