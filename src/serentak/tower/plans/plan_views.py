"""Pages of plans."""

from __future__ import annotations

import json
import mimetypes
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import condition, require_GET, require_http_methods, require_POST
from markdown_it import MarkdownIt

from serentak.base.clock import format_moment
from serentak.base.errors import InputError, SerentakError
from serentak.base.messages import N_, _
from serentak.base.numbers import number, rupiah
from serentak.formats.paper.index import about
from serentak.operations.paper import kinds
from serentak.plan.model import read_plan
from serentak.plan.reasons import in_words, remedy
from serentak.tower.access.guard import access
from serentak.tower.access.territory import covers
from serentak.tower.maps.vendor import is_here
from serentak.tower.plans import approval, planning
from serentak.tower.plans.models import Import, Job, Paper, Plan
from serentak.tower.plans.pages import PLAN_WORDS, number_asked, plan_version, said, shown_job, tag, tell, the_plan
from serentak.tower.plans.views import in_territories
from serentak.tower.plans.where import of_import, of_paper, of_plan
from serentak.tower.regions.models import Region
from serentak.tower.site.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from serentak.plan.model import Unserved

MOST_LISTED: Final = 200


def _earliest(lost: Unserved) -> str | None:
    return None if lost.earliest is None else format_moment(lost.earliest)


UNSERVED: Final = Table(
    "unserved",
    (
        Column("station", N_("id of the polling station")),
        Column("direction", N_("out or back")),
        Column("reason", N_("code of the reason")),
        Column("why", N_("the reason in the language of the page"), lambda lost: in_words(lost.reason, lost.figures)),
        Column("earliest", N_("earliest possible arrival, as H-1 05:30 in local time"), _earliest),
        Column("remedy", N_("what would help, in the same language"), lambda lost: remedy(lost.reason, lost.figures)),
    ),
)


@require_GET
@access("plans.read")
def plans(request: HttpRequest) -> HttpResponse:
    """Show the plans of one's territories, and the paper of one's kecamatan."""
    territories = request.actor.territories("plans.read")
    found = Plan.objects.filter(in_territories(territories, "district")).select_related("district", "made_by")
    page = Paginator(found, 50).get_page(request.GET.get("halaman"))
    below = [each for each in territories if each.count(".") > 1]
    return render(
        request,
        "plans/plans.html",
        {
            "page": page,
            "rows": [{"plan": each, "state": said(PLAN_WORDS, each.state)} for each in page],
            "kecamatan": Region.objects.filter(code__in={each[:8] for each in below}),
        },
    )


@require_POST
@access("plans.write", where=of_import)
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a district planned."""
    seed = request.POST.get("seed", "").strip()
    try:
        if seed and not (seed.isascii() and seed.isdigit() and len(seed) < 10):
            raise InputError.of(
                "seed", _("this is no number"), _("Write 1 to 9 digits, or leave it empty."), value=seed
            )
        effort = request.POST.get("effort", "")
        job = planning.make(request.user, get_object_or_404(Import, pk=pk), effort, int(seed) if seed else None)
    except SerentakError as error:
        tell(request, error)
        return redirect("import", pk=pk)
    return redirect("job", pk=job.pk)


def _tag(request: HttpRequest, pk: int) -> str | None:
    return tag(request, *plan_version(pk), request.GET.get("jawab"))


@require_GET
@access("plans.read", where=of_plan)
@condition(etag_func=_tag)
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a plan: sums, what is not served and why, verdict, approvals, paper."""
    plan = the_plan(pk)
    case, made = plan.case(), read_plan(plan.path)
    may = {
        action: request.actor.may(f"plans.{action}", plan.district_id).allowed
        for action in ("write", "approve", "announce")
    }
    gaps = [
        {
            "station": lost.station, "direction": lost.direction, "reason": in_words(lost.reason, lost.figures),
            "remedy": remedy(lost.reason, lost.figures),
            "earliest": _earliest(lost),
        }
        for lost in made.unserved[:MOST_LISTED]
    ]  # fmt: skip
    answered = Job.objects.filter(pk=number_asked(request.GET.get("jawab")), plan=plan, kind="explain").first()
    return render(
        request,
        "plans/plan.html",
        {
            "plan": plan, "district": plan.district, "case": case, "state": said(PLAN_WORDS, case.state),
            "may": may, "totals": plan.totals, "baseline": made.baseline, "gaps": gaps,
            "more_gaps": len(made.unserved) - len(gaps), "replan": made.replan,
            "replan_at": format_moment(made.replan.at) if made.replan else "",
            "approvals": plan.approvals.select_related("user"), "needed": approval.NEEDED,
            "standing": len(case.standing),
            "refusal": approval.refusal_to_approve(case, request.actor.name) if may["approve"] else None,
            "own": any(each.by == request.actor.name for each in case.standing) and not case.announced,
            "announceable": may["announce"] and approval.refusal_to_announce(case) is None,
            "key_here": planning.own_key() is not None, "log": planning.log_of(plan.district_id),
            "jobs": [shown_job(job) for job in plan.jobs.exclude(kind="explain")[:5]],
            "answered": shown_job(answered) if answered else None,
            "others": Plan.objects.filter(district=plan.district_id).exclude(pk=pk)[:50],
            "papers": plan.papers.all(), "kinds": [(kind, about()[kind][0]) for kind in kinds()],
            "kecamatan": sorted(_kecamatan(made)),
            "share": share_text(plan, case),
        },
    )  # fmt: skip


def _kecamatan(made: Any) -> set[str]:
    stops = {stop.at for stage in made.stages for run in stage.runs for stop in run.stops}
    return {at[:8] for at in stops if "-" in at and at[:8].count(".") == 2 and at[:2].isdigit()}


@require_GET
@access("plans.read", where=of_plan)
def unserved_table(_request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Give what a plan does not serve, and why, as a file: all of it."""
    return UNSERVED.answer(read_plan(the_plan(pk).path).unserved, kind, stem=f"{UNSERVED.name}-{pk}")


def share_text(plan: Plan, case: approval.Case) -> str:
    """Say how a plan stands, for a message; no names of people."""
    totals = plan.totals
    lines = [
        _("Plan #{pk} of {name}").format(pk=plan.pk, name=plan.district.name),
        _("{stations} stations; not served outbound {out}, on the return {back}").format(
            stations=number(totals["stations"]),
            out=number(totals["unserved_out"]),
            back=number(totals["unserved_back"]),
        ),
        _("Cost {rupiah}; {days} vehicle-days").format(
            rupiah=rupiah(totals["rupiah"]), days=number(totals["vehicle_days"])
        ),
        f"{_(PLAN_WORDS[case.state][1])}; "
        + _("approved by {n} of {needed}").format(n=len(case.standing), needed=approval.NEEDED),
        f"sha256 {plan.sha256[:12]}",
    ]
    return "\n".join(lines)


@require_GET
@access("plans.read", where=of_plan)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the report of a plan."""
    plan = the_plan(pk)
    text = _file(plan, "report.md").read_text("utf-8")
    words = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    # The policy of the site allows no style inside a page.
    words = words.replace(' style="text-align:right"', ' class="n"').replace(' style="text-align:left"', "")
    return render(request, "plans/report.html", {"plan": plan, "report": mark_safe(words)})  # noqa: S308 - HTML is off


def _file(plan: Plan, name: str) -> Path:
    path = plan.path / name
    if not path.is_file():
        raise Http404
    return path


@require_GET
@access("plans.read", where=of_plan)
@condition(etag_func=lambda request, pk: tag(request, Plan.objects.filter(pk=pk).values_list("sha256").first()))
def routes(_request: HttpRequest, pk: int) -> FileResponse:
    """Give places, stations and legs of a plan for the map."""
    return FileResponse(_file(the_plan(pk), "routes.geojson").open("rb"), content_type="application/geo+json")


@require_GET
@access("plans.read", where=of_plan)
def folder(_request: HttpRequest, pk: int) -> FileResponse:
    """Give the plan folder as an archive: to be checked, printed or signed on another machine."""
    plan = the_plan(pk)
    archive = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    top = f"rencana-{plan.district_id}-{plan.pk}"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(plan.path.rglob("*")):
            if path.is_file():
                file.write(path, f"{top}/{path.relative_to(plan.path).as_posix()}")
    archive.seek(0)
    return FileResponse(archive, as_attachment=True, filename=f"{top}.zip")


def _asking(pk: int, ask: Callable[[Plan], Job], request: HttpRequest) -> HttpResponse:
    try:
        job = ask(the_plan(pk))
    except SerentakError as error:
        tell(request, error)
        return redirect("plan", pk=pk)
    return redirect("job", pk=job.pk)


@require_POST
@access("plans.read", where=of_plan)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a plan checked again."""
    return _asking(pk, lambda plan: planning.check(request.user, plan), request)


@require_POST
@access("plans.read", where=of_plan)
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a station or run explained."""
    return _asking(pk, lambda plan: planning.explain(request.user, plan, request.POST.get("subject", "")), request)


@require_POST
@access("plans.approve", where=of_plan)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a plan."""
    try:
        planning.approve(the_plan(pk), request.user, request.actor)
        messages.success(request, _("You have approved this plan."))
    except SerentakError as error:
        tell(request, error)
    return redirect("plan", pk=pk)


@require_POST
@access("plans.approve", where=of_plan)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's approval back."""
    try:
        planning.withdraw(the_plan(pk), request.user)
        messages.success(request, _("Your approval was taken back."))
    except SerentakError as error:
        tell(request, error)
    return redirect("plan", pk=pk)


@require_POST
@access("plans.announce", where=of_plan)
def announce(request: HttpRequest, pk: int) -> HttpResponse:
    """Announce an approved plan in the log."""
    signed, keys = request.FILES.get("signed"), request.POST.get("supervisors", "")[:20_000]
    return _asking(pk, lambda plan: planning.announce(plan, request.user, signed, keys), request)


@require_POST
@access("plans.write", where=of_plan)
def print_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the paper of a plan made."""
    area, only = request.POST.get("area", ""), request.POST.getlist("only")
    return _asking(pk, lambda plan: planning.print_paper(request.user, plan, area or plan.district_id, only), request)


@require_GET
@access("plans.read", where="code")
def papers(request: HttpRequest, code: str) -> HttpResponse:
    """Show the paper of a district or kecamatan that was printed from the plan in force."""
    found = Paper.objects.filter(plan__in=Plan.objects.filter(Plan.in_force())).select_related("plan__district")
    shown = [paper for paper in found.filter(area__startswith=code[:5]) if covers(code, paper.area)]
    return render(request, "plans/papers.html", {"code": code, "papers": shown})


@require_GET
@access("plans.read", where=of_paper)
def paper(_request: HttpRequest, pk: int) -> FileResponse:
    """Give an archive of paper."""
    found = get_object_or_404(Paper, pk=pk)
    if not found.path.is_file():
        raise Http404
    return FileResponse(found.path.open("rb"), as_attachment=True, filename=found.path.name)


@require_GET
@access("plans.read", where=of_paper)
def paper_file(_request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Give one file out of an archive of paper, by a name that stands in it."""
    found = get_object_or_404(Paper, pk=pk)
    if name not in found.files or not found.path.is_file():
        raise Http404
    with zipfile.ZipFile(found.path) as archive:
        data = archive.read(name)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    answer = HttpResponse(data, content_type=kind)
    # A page made for paper holds its own scripts and is not part of the site.
    shown = "inline" if kind == "application/pdf" else "attachment"
    answer["Content-Disposition"] = f'{shown}; filename="{Path(name).name}"'
    return answer


@require_http_methods(["GET", "POST"])
@access("plans.write", where=of_plan)
def replan(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what is closed and who is lost, by form or on the map, and have the plan made to hold again."""
    plan = the_plan(pk)
    if request.method == "POST":
        try:
            return redirect("job", pk=planning.replan(request.user, plan, _told(request)).pk)
        except SerentakError as error:
            tell(request, error)
    made = read_plan(plan.path)
    runs = [
        {"id": run.id, "vehicle": run.vehicle, "stops": len(run.stops), "depart": format_moment(run.depart),
         "first": f"{stage.base}>{run.stops[0].at}"}
        for stage in made.stages for run in stage.runs
    ]  # fmt: skip
    words = {name: request.POST.get(name, "") for name in ("at", "closed", "areas", "lost")}
    page = Paginator(runs, 100).get_page(request.GET.get("halaman"))
    return render(
        request, "plans/replan.html", {"plan": plan, "runs": page, "page": page, "words": words, "map_here": is_here()}
    )


def _told(request: HttpRequest) -> dict[str, Any]:
    areas = request.POST.get("areas", "").strip()
    try:
        shapes = json.loads(areas) if areas else None
    except ValueError as error:
        message = _("the areas cannot be read: {error}").format(error=error)
        raise InputError.of("areas", message, _("Draw them on the map, or paste GeoJSON.")) from error
    if shapes is not None and not isinstance(shapes, dict):
        raise InputError.of("areas", _("this is no GeoJSON"), _("Draw them on the map, or paste GeoJSON."))

    def lines(name: str) -> list[str]:
        return [line.strip()[:120] for line in request.POST.get(name, "").splitlines() if line.strip()]

    at = request.POST.get("at", "").strip()
    return {
        "at": at,
        "closed": lines("closed"),
        "lost": lines("lost"),
        "areas": shapes,
        "ask_log": "ask_log" in request.POST,
    }
