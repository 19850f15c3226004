"""Plans: made, checked, explained, printed, approved, announced, made anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from serentak.base.clock import parse_moment
from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.operations.paper import kinds
from serentak.routing.district import EFFORTS
from serentak.tower.access.territory import covers
from serentak.tower.boxes.logs import register as follow_log
from serentak.tower.boxes.models import Log
from serentak.tower.plans import approval, jobs
from serentak.tower.plans.models import Approval, Import, Job, Paper, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

    from serentak.tower.access.actor import Actor
    from serentak.tower.access.models import User

LARGEST_ANNOUNCEMENT = 60_000_000
MOST_WORDS = 200
"""Closures and losses that one re-plan may name."""


def make(user: User, brought: Import, effort: str, seed: int | None) -> Job:
    """Have an accepted district planned.

    Raises
    ------
    InputError, Refused
        When the effort is unknown, or the district was not accepted.
    """
    if effort not in EFFORTS:
        raise InputError.of("effort", _("there is no such effort"), ", ".join(EFFORTS), value=effort)
    if brought.state != Import.State.ACCEPTED:
        raise Refused(_("Only an accepted district can be planned."))
    key = f"{brought.pk}:{effort}:{'-' if seed is None else seed}"
    spec = {"effort": effort, "seed": seed}
    return jobs.start("plan", key, user, brought=brought, district=brought.district, spec=spec)


def _out(job: Job) -> Path:
    return Path(settings.CONFIG.plans, job.district, f"rencana-{job.pk}")


def _begin_plan(job: Job) -> dict[str, Any]:
    return {**job.spec, "source": str(job.brought.path), "out": str(_out(job)), "jobs": jobs.processes()}


def _finish_plan(job: Job, result: dict[str, Any]) -> None:
    folder = _out(job).relative_to(settings.CONFIG.home).as_posix()
    plan, _new = Plan.objects.get_or_create(
        folder=folder,
        defaults={
            "district_id": job.district, "brought": job.brought, "sha256": result["sha256"], "effort": result["effort"],
            "seed": result["seed"], "made_by": job.owner, "totals": result["totals"], "supersedes": job.plan,
            "asked": job.spec, "difference": result.get("difference"),
        },
    )  # fmt: skip
    result["plan"] = plan.pk
    check(job.owner, plan)


def check(user: User, plan: Plan) -> Job:
    """Have a plan recomputed by the checker."""
    return jobs.start("check", str(plan.pk), user, plan=plan, district=plan.district_id)


def _begin_check(job: Job) -> dict[str, Any]:
    return {**job.spec, "plan": str(job.plan.path)}


def _finish_check(job: Job, result: dict[str, Any]) -> None:
    job.plan.verdict = result | {"at": timezone.now().isoformat()}
    job.plan.save()


def explain(user: User, plan: Plan, subject: str) -> Job:
    """Have a station or run explained; the same question is answered once."""
    subject = subject.strip()[:60]
    if not subject:
        raise InputError.of("subject", _("nothing was asked"), _("Write the id of a station or run."))
    from serentak.base.messages import language  # noqa: PLC0415 - the language of the moment

    key = f"{plan.pk}:{language()}:{subject}"
    known = Job.objects.filter(key=f"explain:{key}", state=Job.State.DONE).first()
    return known or jobs.start("explain", key, user, plan=plan, district=plan.district_id, spec={"subject": subject})


def _finish_nothing(_job: Job, _result: dict[str, Any]) -> None:
    """What was found stands in the job."""


def print_paper(user: User, plan: Plan, area: str, only: Sequence[str]) -> Job:
    """Have a plan printed, whole or the paper of one kecamatan.

    Raises
    ------
    InputError
        When the area does not lie in the district, or a kind is unknown.
    """
    if not covers(plan.district_id, area) or len(area) not in (5, 8):
        raise InputError.of(
            "area", _("the district has no such kecamatan"), _("Choose from the list."), value=area[:20]
        )
    unknown = [kind for kind in only if kind not in kinds()]
    if unknown:
        raise InputError.of("only", _("there is no such document"), ", ".join(kinds()), value=unknown[0][:40])
    key = f"{plan.pk}:{area}:{','.join(sorted(only))}"
    spec = {"only": list(only)}
    return jobs.start("paper", key, user, plan=plan, district=plan.district_id, area=area, spec=spec)


def _paper_file(job: Job) -> Path:
    return Path(settings.CONFIG.plans, job.district, "cetak", f"rencana-{job.plan_id}-{job.area}.zip")


def _begin_paper(job: Job) -> dict[str, Any]:
    return {
        **job.spec, "plan": str(job.plan.path), "out": str(_paper_file(job)), "jobs": jobs.processes(),
        "kecamatan": job.area if len(job.area) == 8 else "",
    }  # fmt: skip


def _finish_paper(job: Job, result: dict[str, Any]) -> None:
    file = _paper_file(job).relative_to(settings.CONFIG.home).as_posix()
    Paper.objects.update_or_create(
        plan=job.plan, area=job.area,
        defaults={"file": file, "size": result["size"], "files": result["files"], "made_at": timezone.now()},
    )  # fmt: skip


# Approval and announcement


def _void_what_changed(plan: Plan) -> approval.Case:
    """Take back the approvals of bytes that are no more, and give the case as it is then."""
    case = plan.case()
    for row in plan.approvals.filter(withdrawn_at=None).exclude(sha256=case.now):
        row.withdrawn_at, row.why = timezone.now(), _("the plan was changed")
        row.save()
    return plan.case()


def approve(plan: Plan, user: User, actor: Actor) -> None:
    """Approve a plan.

    Raises
    ------
    Refused
        With the reason, when this person cannot, see `serentak.tower.plans.approval`.
    """
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=plan.pk)
        case = _void_what_changed(plan)
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=plan.pk)
        if plan.verdict is None:
            raise Refused(_("The plan has not been checked yet."))
        if plan.verdict["count"]:
            raise Refused(_("The plan does not hold: {first}").format(first=plan.verdict["violations"][0]))
        case = approval.approve(plan.case(), user.username)
        Approval.objects.create(plan=plan, user=user, sha256=case.now, office=_post_of(actor, plan.district_id))


def _post_of(actor: Actor, district: str) -> str:
    seats = [seat for seat in actor.seats if seat.role == "head" and any(covers(area, district) for area in seat.areas)]
    return (seats or list(actor.seats))[0].post


@transaction.atomic
def withdraw(plan: Plan, user: User) -> None:
    """Take one's approval back.

    Raises
    ------
    Refused
        When there is none, or it is too late.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    approval.withdraw(plan.case(), user.username)
    row = plan.approvals.get(user=user, withdrawn_at=None)
    row.withdrawn_at, row.why = timezone.now(), _("taken back")
    row.save()


def log_of(district: str) -> str:
    """Give folder or address of the log of a district: the one that is followed, else that of the site."""
    known = Log.objects.filter(district=district).first()
    return known.address if known else settings.CONFIG.log or str(settings.CONFIG.log_folder)


def own_key() -> Path | None:
    """Give the organiser's key where one office runs all on this machine; the web process never opens it."""
    path: Path = settings.CONFIG.log_folder / "private" / "log.key"
    return path if path.is_file() else None


def announce(plan: Plan, user: User, signed: UploadedFile | None, supervisors: str = "") -> Job:
    """Announce an approved plan: forward what was signed elsewhere, or sign with the key of this machine.

    Raises
    ------
    InputError, Refused
        When the plan is not approved, or there is neither a file nor a key.
    """
    reason = approval.refusal_to_announce(_void_what_changed(plan))
    if reason is not None:
        raise Refused(reason)
    keys = [line.strip() for line in supervisors.splitlines() if line.strip()]
    if any("+" not in key for key in keys):
        message = _("this is no public key")
        raise InputError.of("supervisors", message, _("Write NAME+ID+KEY, one a line, as in public/vkey."))
    spec: dict[str, Any] = {"supervisors": keys}
    if signed is not None:
        if (signed.size or 0) > LARGEST_ANNOUNCEMENT:
            raise InputError.of(str(signed.name), _("the file is too large"), _("Hand over the signed announcement."))
        folder = settings.CONFIG.web / "announcements"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{plan.pk}-{timezone.now():%Y%m%d%H%M%S%f}.bin"
        with file.open("xb") as out:
            for piece in signed.chunks():
                out.write(piece)
        spec |= {"signed": str(file), "name": Path(signed.name or "").name[:80]}
    elif own_key() is None:
        raise Refused(_("This machine has no key of the organiser. Sign on your own machine and hand over the file."))
    return jobs.start("announce", plan.district_id, user, plan=plan, district=plan.district_id, spec=spec)


def _begin_announce(job: Job) -> dict[str, Any]:
    # Minutes may lie between the click and this: what was approved then must be approved now.
    reason = approval.refusal_to_announce(_void_what_changed(job.plan))
    if reason is not None:
        raise Refused(reason)
    key = own_key()
    return {
        **job.spec, "plan": str(job.plan.path), "log": log_of(job.district), **({"key": str(key)} if key else {})
    }  # fmt: skip


def _finish_announce(job: Job, result: dict[str, Any]) -> None:
    result["announced"] = result.pop("plan")
    plan, now = Plan.objects.select_for_update().get(pk=job.plan_id), timezone.now()
    plan.announced_at, plan.announced_by, plan.announced_in = now, job.owner, log_of(job.district)[:300]
    plan.save()
    for older in Plan.objects.filter(Plan.in_force(), district=plan.district_id).exclude(pk=plan.pk):
        older.superseded_at = now
        older.save()
    try:
        follow_log(plan.announced_in)
    except InputError as error:
        # The plan stands in the log all the same; that nobody follows it is for the keeper of the machine.
        result["unfollowed"] = str(error)


# Anew


def replan(user: User, plan: Plan, said: dict[str, Any]) -> Job:
    """Have a plan made to hold again.

    Parameters
    ----------
    said
        ``at`` (``H-1 10:30``), ``closed`` (legs ``A>B`` and numbers of roads), ``areas`` (GeoJSON), ``lost`` (runs and
        vehicles), ``ask_log`` (whether what was handed over is taken from the log rather than from the plan).

    Raises
    ------
    InputError
        When the moment cannot be read, or nothing is closed or lost.
    """
    try:
        parse_moment(said["at"])
    except ValueError as error:
        raise InputError.of("at", str(error), _("write a time as H-1 23:59"), value=said["at"][:40]) from error
    closed, lost, areas = said["closed"], said["lost"], said.get("areas")
    if said.get("ask_log") and plan.announced_at is None:
        raise InputError.of("ask_log", _("the plan was not announced"), _("Leave it out: no log knows of it."))
    if not (closed or lost or areas or said.get("ask_log")):
        message = _("nothing is closed and nobody is lost")
        raise InputError.of("closed", message, _("Name a leg, draw an area, or name a run or vehicle."))
    if len(closed) + len(lost) > MOST_WORDS:
        raise InputError.of("closed", _("these are too many at once"), _("Draw an area instead."))
    for word in closed:
        # Never the name of a file: those are read on the command line only.
        if not (word.isdigit() or (">" in word and "/" not in word)):
            message = _("this is neither the number of a road nor a leg A>B")
            raise InputError.of("closed", message, _("write 4711, or PPK-A>PPK-B"), value=word[:80])
    key = f"{plan.pk}:{hash_of(said)}"
    return jobs.start("replan", key, user, plan=plan, brought=plan.brought, district=plan.district_id, spec=said)


def hash_of(said: dict[str, Any]) -> str:
    """Give a short name of what was said."""
    import hashlib  # noqa: PLC0415
    import json  # noqa: PLC0415

    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _begin_replan(job: Job) -> dict[str, Any]:
    asked = {"log": job.plan.announced_in} if job.spec.get("ask_log") else {}
    return {**job.spec, "plan": str(job.plan.path), "out": str(_out(job)), **asked}


def register() -> None:
    """Say who does what with plans."""
    jobs.handles("plan", _begin_plan, _finish_plan)
    jobs.handles("replan", _begin_replan, _finish_plan)
    jobs.handles("check", _begin_check, _finish_check)
    jobs.handles("explain", _begin_check, _finish_nothing)
    jobs.handles("paper", _begin_paper, _finish_paper)
    jobs.handles("announce", _begin_announce, _finish_announce)
