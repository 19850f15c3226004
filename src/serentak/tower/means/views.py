"""Pages about funds and means: what is not ready."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone as now_of
from django.views.decorators.http import require_GET, require_http_methods

from serentak.base.errors import Refused
from serentak.base.messages import N_, _
from serentak.tower.access.guard import access
from serentak.tower.access.territory import chain
from serentak.tower.means.forms import KINDS, MOVEMENTS, RECIPIENTS, ClosingForm, GrantForm, MeansForm, MovementForm
from serentak.tower.means.models import Grant, Means
from serentak.tower.means.money import schemes
from serentak.tower.means.services import add_movement, close_month, grants_in, means_in, standing
from serentak.tower.site.tables import Column, Table
from serentak.tower.site.templatetags.words import number, rupiah

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

INSTALMENTS: Final = Table(
    "instalments",
    (
        Column("due", N_("when it is due"), lambda row: row[0].due),
        Column("rupiah", N_("rupiah of the instalment"), lambda row: row[0].rupiah),
        Column("paid", N_("rupiah paid out"), lambda row: row[0].paid),
        Column("overdue", N_("whether it is overdue"), lambda row: row[1]),
    ),
)


def today() -> date:
    """Give the day in Jakarta."""
    return now_of.now().astimezone(timezone(timedelta(hours=7))).date()


def place_of_grant(_request: HttpRequest, pk: int, **_kind: str) -> str | None:
    """Give the territory of a grant."""
    return Grant.objects.filter(pk=pk).values_list("territory", flat=True).first()


def place_of_means(_request: HttpRequest, pk: int) -> str | None:
    """Give the territory of means."""
    return Means.objects.filter(pk=pk).values_list("territory", flat=True).first()


@require_GET
@access("means.read")
def means(request: HttpRequest) -> HttpResponse:
    """Show which funds and means are not ready."""
    actor, day = request.actor, today()
    rows, sums = means_in(actor.territories("means.read"))
    grants = grants_in(actor.territories("funds.read"))
    late = [each for each in grants if each.late(day)]
    shown = [(row, _(KINDS[row.kind])) for row in rows]
    context = {
        "means": [each for each in shown if each[0].ready < each[0].needed],
        "ready": [each for each in shown if each[0].ready >= each[0].needed],
        "sums": sums,
        "sees_funds": actor.ever("funds.read"),
        "grants": [(each, RECIPIENTS[each.grant.recipient], each.late(day)) for each in grants],
        "late": late,
        "granted": sum(each.real.granted for each in grants),
        "paid": sum(each.real.paid for each in grants),
        "spent": sum(each.real.spent for each in grants),
        "writes_funds": actor.ever("funds.write"),
        "writes_means": actor.ever("means.write"),
        "day": day,
        "text": _as_text(sums, shown, late),
    }
    return render(request, "means/means.html", context)


def _as_text(sums: dict[str, int], shown: list[tuple[Means, str]], late: list[Any]) -> str:
    lines = [_("Means ready: {ready} of {needed}").format(ready=number(sums["ready"]), needed=number(sums["needed"]))]
    lines += [
        _("- {what}, {where}: {ready} of {needed}").format(
            what=row.what, where=row.where or row.territory, ready=number(row.ready), needed=number(row.needed)
        )
        for row, _kind in shown
        if row.ready < row.needed
    ]
    lines += [
        _("- Grant not paid in full on its date: {name}, {paid} of {granted}").format(
            name=each.grant.name, paid=rupiah(each.real.paid), granted=rupiah(each.real.granted)
        )
        for each in late
    ]
    return "\n".join(lines)


@require_http_methods(["GET", "POST"])
@access("funds.write")
def new_grant(request: HttpRequest) -> HttpResponse:
    """Write down a grant agreement."""
    form = GrantForm(request.POST or None, initial={"territory": request.actor.home})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        _refuse_elsewhere(request, "funds.write", data["territory"])
        return redirect("grant", pk=Grant.objects.create(**data, **_columns(data["territory"])).pk)
    return render(request, "means/form.html", {"form": form, "grant": True}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access("funds.read", where=place_of_grant)
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a grant: instalments, movements, closings; and let those who may add to it."""
    here = Grant.objects.get(pk=pk)
    may = request.actor.may("funds.write", here.territory)
    what = request.POST.get("form", "")
    if request.method == "POST" and not may.allowed:
        raise PermissionDenied(may.reason)
    movement = MovementForm(request.POST if what == "movement" else None, prefix="movement")
    closing = ClosingForm(request.POST if what == "closing" else None, prefix="closing")
    used = movement if what == "movement" else closing
    if request.method == "POST" and used.is_valid():
        try:
            (add_movement if what == "movement" else close_month)(here, **used.cleaned_data)
            return redirect("grant", pk=pk)
        except Refused as error:
            used.add_error(None, str(error))
    day = today()
    now = standing(here)
    context = {
        "here": here,
        "now": now,
        "instalments": [(each, each.late(day)) for each in now.instalments],
        "movements": [(each, _(MOVEMENTS[each.kind])) for each in here.movements.all()],
        "recipient": RECIPIENTS[here.recipient],
        "scheme": schemes()[here.scheme],
        "may_write": may.allowed,
        "movement": movement,
        "closing": closing,
    }
    return render(request, "means/grant.html", context, status=422 if what and used.errors else 200)


@require_GET
@access("funds.read", where=place_of_grant)
def instalments_table(_request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Give the instalments of a grant as a file."""
    day = today()
    rows = ((each, each.late(day)) for each in standing(Grant.objects.get(pk=pk)).instalments)
    return INSTALMENTS.answer(rows, kind, stem=f"{INSTALMENTS.name}-{pk}")


@require_http_methods(["GET", "POST"])
@access("means.write")
def new_means(request: HttpRequest) -> HttpResponse:
    """Write down means that are needed."""
    return _edit_means(request, Means(territory=request.actor.home))


@require_http_methods(["GET", "POST"])
@access("means.write", where=place_of_means)
def edit_means(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is promised and ready."""
    found = Means.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return _edit_means(request, found)


def _edit_means(request: HttpRequest, row: Means) -> HttpResponse:
    form = MeansForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        territory = form.cleaned_data["territory"]
        _refuse_elsewhere(request, "means.write", territory)
        for column, code in _columns(territory).items():
            setattr(form.instance, column, code)
        form.save()
        return redirect("means")
    return render(request, "means/form.html", {"form": form, "grant": False}, status=422 if form.errors else 200)


def _refuse_elsewhere(request: HttpRequest, action: str, territory: str) -> None:
    verdict = request.actor.may(action, territory)
    if not verdict.allowed:
        raise PermissionDenied(verdict.reason)


def _columns(territory: str) -> dict[str, str]:
    _nation, province, *below = chain(territory)
    return {"province": province, "kabupaten": below[0] if below else ""}
