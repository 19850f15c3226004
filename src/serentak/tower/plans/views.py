"""Pages of districts: the wizard that brings them in, and work in the background."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import condition, require_GET, require_POST

from serentak.base.errors import InputError, SerentakError
from serentak.base.messages import N_, _
from serentak.routing.district import DEFAULT_EFFORT, EFFORTS
from serentak.tower.access.guard import access
from serentak.tower.access.territory import NATION
from serentak.tower.plans import jobs, services
from serentak.tower.plans.models import District, Import, Job
from serentak.tower.plans.pages import IMPORT_WORDS, said, shown_job, tag, tell
from serentak.tower.plans.unpack import LARGEST_UPLOAD
from serentak.tower.plans.where import of_import, of_job
from serentak.tower.site.tables import Column, Table

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

IMPORTS: Final = Table(
    "imports",
    (
        Column("number", N_("number of what was handed over"), "pk"),
        Column("name", N_("name of the file")),
        Column("district", N_("code of the kabupaten or kota; empty while it is not known")),
        Column("state", N_("reading, faulty, ready, accepted, refused or discarded")),
        Column("owner", N_("account that handed it over"), "owner.username"),
        Column("made_at", N_("when it was handed over")),
    ),
)
PROBLEMS: Final = Table(
    "problems",
    tuple(
        Column(name, words, itemgetter(name))
        for name, words in (
            ("file", N_("name of the file")), ("row", N_("row in it, counted from 1 with the heading")),
            ("column", N_("column")), ("value", N_("value that stands there")), ("message", N_("what is wrong")),
            ("remedy", N_("what to do")),
        )
    ),
)  # fmt: skip


def in_territories(territories: tuple[str, ...], column: str) -> Q:
    """Give the condition that a column of kabupaten codes lies in one of these territories."""
    found = Q(pk__in=[])
    for each in territories:
        if each == NATION:
            return Q()
        found |= Q(**{column: each}) if "." in each else Q(**{f"{column}__startswith": f"{each}."})
    return found


@require_GET
@access("plans.write")
def districts(request: HttpRequest) -> HttpResponse:
    """Show the districts that were brought in, and how to bring in another."""
    mine = request.actor.territories("plans.write")
    return render(
        request,
        "plans/districts.html",
        {
            "districts": District.objects.filter(in_territories(mine, "code")),
            "imports": [{"row": row, "state": said(IMPORT_WORDS, row.state)} for row in _imports_of(request)[:50]],
            "inbox": services.inbox(request.actor),
            "areas": ", ".join(mine),
            "limit": LARGEST_UPLOAD // 1_000_000,
        },
    )


def _imports_of(request: HttpRequest) -> QuerySet[Import]:
    mine = in_territories(request.actor.territories("plans.write"), "district")
    return Import.objects.filter(mine | Q(district="", owner=request.user)).select_related("owner")


@require_GET
@access("plans.write")
def imports_table(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give all that was handed over as a file."""
    return IMPORTS.answer(_imports_of(request), kind)


@require_POST
@access("plans.write")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file, or something that lies in the inbox, and have it read on trial."""
    mapping = request.POST.get("mapping", "")[:4000]
    try:
        if request.FILES.get("file"):
            brought = services.bring_in(request.user, request.FILES["file"], mapping)
        elif request.POST.get("inbox"):
            brought = services.take_in(request.user, request.actor, request.POST["inbox"], mapping)
        else:
            raise InputError.of("file", _("no file was chosen"), _("Choose a .zip, .xlsx or .csv file."))
    except SerentakError as error:
        tell(request, error)
        return redirect("districts")
    return redirect("import", pk=brought.pk)


def _import_tag(request: HttpRequest, pk: int) -> str | None:
    job = Job.objects.filter(brought=pk).order_by("-pk").values_list("pk", "beat", "state").first()
    return tag(request, pk, Import.objects.filter(pk=pk).values_list("state").first(), job)


@require_GET
@access("plans.write", where=of_import)
@condition(etag_func=_import_tag)
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a trial found: every error, or what would be made."""
    brought = get_object_or_404(Import, pk=pk)
    reading = brought.jobs.filter(kind="read").first()
    return render(
        request,
        "plans/import.html",
        {
            "brought": brought,
            "state": said(IMPORT_WORDS, brought.state),
            "reading": shown_job(reading) if reading else None,
            "report": brought.report,
            "known": District.objects.filter(pk=brought.district).exists(),
            "plans": brought.plans.all(),
            "planning": [shown_job(job) for job in brought.jobs.filter(kind="plan")[:5]],
            "loading": [shown_job(job) for job in brought.jobs.filter(kind="load").exclude(state=Job.State.DONE)[:1]],
            "efforts": [(name, name == DEFAULT_EFFORT) for name in EFFORTS],
        },
    )


@require_GET
@access("plans.write", where=of_import)
def problems_table(_request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Give what a trial found wrong as a file, to be sent to whoever mends it."""
    found = get_object_or_404(Import, pk=pk).report.get("problems", [])
    return PROBLEMS.answer(found, kind, stem=f"{PROBLEMS.name}-{pk}")


@require_POST
@access("plans.write", where=of_import)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a district for good."""
    try:
        services.accept(get_object_or_404(Import, pk=pk), request.user)
        messages.success(request, _("The district was accepted. It can be planned now."))
    except SerentakError as error:
        tell(request, error)
    return redirect("import", pk=pk)


@require_POST
@access("plans.write", where=of_import)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a trial away."""
    try:
        services.discard(get_object_or_404(Import, pk=pk))
        messages.success(request, _("Thrown away; nothing of it was kept."))
    except SerentakError as error:
        tell(request, error)
    return redirect("districts")


def _job_tag(request: HttpRequest, pk: int) -> str | None:
    return tag(request, Job.objects.filter(pk=pk).values_list("state", "beat", "ended_at").first())


@require_GET
@access("plans.read", where=of_job)
@condition(etag_func=_job_tag)
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a piece of work is."""
    job = get_object_or_404(Job, pk=pk)
    verdict = request.actor.may("plans.write", job.district)
    return render(request, "plans/job.html", {**shown_job(job), "may_write": verdict.allowed})


@require_POST
@access("plans.write", where=of_job)
def job_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Start work again that failed or fell silent."""
    try:
        jobs.again(get_object_or_404(Job, pk=pk))
    except SerentakError as error:
        tell(request, error)
    return redirect("job", pk=pk)
