"""Pages of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.tower.access.guard import access
from serentak.tower.access.territory import within
from serentak.tower.boxes.models import Deviation
from serentak.tower.oversight.forms import DECISIONS, KINDS, STAGES, STATES, EntryForm, FindingForm
from serentak.tower.oversight.models import Entry, Finding
from serentak.tower.oversight.services import ACTION, NEXT, add_entry, evidence_path, write_finding
from serentak.tower.site.clocks import from_local

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def territory_of(_request: HttpRequest, pk: int, **_more: Any) -> str | None:
    """Give the territory of a finding; None when there is none."""
    return Finding.objects.filter(pk=pk).values_list("territory", flat=True).first()


@require_GET
@access("findings.read")
def findings(request: HttpRequest) -> HttpResponse:
    """List the findings that whoever asks may read."""
    rows = Finding.objects.filter(within(request.actor.territories("findings.read"), "", "territory"))
    state = request.GET.get("state", "")
    if state in STATES:
        rows = rows.filter(state=state)
    shown = [(row, _(STATES[row.state]), _(STAGES[row.stage])) for row in rows[:500]]
    context = {
        "rows": shown,
        "count": rows.count(),
        "states": [(key, _(text)) for key, text in STATES.items()],
        "state": state,
        "may_write": request.actor.ever("findings.write"),
    }
    return render(request, "oversight/findings.html", context)


@require_http_methods(["GET", "POST"])
@access("findings.write")
def new_finding(request: HttpRequest) -> HttpResponse:
    """Write a finding, perhaps about a deviation that the log shows."""
    form = FindingForm(request.POST or None, initial=_begin_with(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        verdict = request.actor.may("findings.write", data["territory"])
        if not verdict.allowed:
            raise PermissionDenied(verdict.reason)
        made = write_finding(
            request.user,
            request.actor,
            territory=data["territory"],
            stage=data["stage"],
            title=data["title"],
            text=data["text"],
            log_entries=data["entries"],
        )
        return redirect("finding", pk=made.pk)
    return render(request, "oversight/new.html", {"form": form}, status=422 if form.errors else 200)


def _begin_with(request: HttpRequest) -> dict[str, Any]:
    number = request.GET.get("deviation", "")
    if not number.isdigit():
        return {"territory": request.GET.get("territory", "")}
    place = within(request.actor.territories("findings.write"), "", "owner")
    about = get_object_or_404(Deviation.objects.filter(place), pk=number)
    return {
        "territory": about.owner.removesuffix("-R") or about.kabupaten,
        "title": f"{about.code}: {about.objects_named}"[:160],
        "entries": ", ".join(str(each) for each in about.entries),
    }


@require_http_methods(["GET", "POST"])
@access("findings.read", where=territory_of)
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a finding with all that was said of it, and let those who may add to it."""
    here = Finding.objects.get(pk=pk)
    kinds = [kind for kind in NEXT[here.state] if request.actor.may(ACTION[kind], here.territory).allowed]
    form = EntryForm(request.POST or None, request.FILES or None, kinds=kinds) if kinds else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(request.actor.may("findings.write", here.territory).reason)
        if form.is_valid() and _add(request, here, form):
            return redirect("finding", pk=pk)
    context = {
        "here": here,
        "entries": [(each, _(KINDS[each.kind]), _(DECISIONS.get(each.decision, "–"))) for each in here.entries.all()],
        "form": form,
        "state": _(STATES[here.state]),
        "stage": _(STAGES[here.stage]),
    }
    return render(request, "oversight/finding.html", context, status=422 if form and form.errors else 200)


def _add(request: HttpRequest, here: Finding, form: EntryForm) -> bool:
    data = form.cleaned_data
    try:
        add_entry(
            here.pk,
            request.user,
            request.actor,
            data["kind"],
            text=data["text"],
            decision=data["decision"],
            due=from_local(data["due"], "WIB"),
            log_entries=data["entries"],
            file=data["file"],
        )
    except (InputError, Refused) as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Added."))
    return True


@require_GET
@access("findings.read", where=territory_of)
def evidence(_request: HttpRequest, pk: int, entry: int) -> FileResponse:
    """Hand out a piece of evidence as it was handed in; its name is its SHA-256."""
    found = Entry.objects.filter(pk=entry, finding_id=pk).exclude(file_sha256="").first()
    if found is None or not evidence_path(found.file_sha256).is_file():
        raise Http404
    # As a download of no particular type: what others hand in never runs on this site.
    return FileResponse(
        evidence_path(found.file_sha256).open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type="application/octet-stream",
    )
