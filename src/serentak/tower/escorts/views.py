"""Pages of police and army: who escorts what, where, now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from serentak.base.messages import _
from serentak.tower.access.guard import access
from serentak.tower.access.territory import within
from serentak.tower.boxes.models import Log
from serentak.tower.escorts.forms import CLASSES, REPORTS, DutyForm, PatternForm, ReportForm, StrengthForm
from serentak.tower.escorts.models import Duty, Pattern, RoadReport, Strength
from serentak.tower.escorts.services import needs, on_the_road, strengths, unguarded_places
from serentak.tower.regions.models import Region
from serentak.tower.site.clocks import from_local
from serentak.tower.site.templatetags.words import moment, number

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse


@require_GET
@access("guards.read")
def escorts(request: HttpRequest) -> HttpResponse:
    """Show who escorts what, where, now, and where nobody does."""
    actor = request.actor
    roads = on_the_road(actor.territories("boxes.live"))
    places = unguarded_places(actor.territories("guards.read")) if actor.ever("boxes.read") else []
    wanted = needs(actor.territories("guards.read"))
    context = {
        "roads": [(each, _(REPORTS[each.report.kind]) if each.report else "") for each in roads],
        "gaps": sum(each.gap for each in roads),
        "late": sum(each.late for each in roads),
        "escorted": sum(bool(each.escort) for each in roads),
        "places": places,
        "needs": [(each, _(CLASSES.get(each.police_class, "–"))) for each in wanted],
        "police": sum(each.police for each in wanted),
        "linmas": sum(each.linmas for each in wanted),
        "strengths": strengths(actor.territories("guards.read")),
        "duties": Duty.objects.filter(within(actor.territories("guards.read"), deepest=2)).order_by("-since")[:100],
        "may_write": actor.ever("guards.write"),
        "as_of": Log.objects.exclude(as_of=None).order_by("-as_of").first(),
        "text": _as_text(roads),
    }
    return render(request, "escorts/escorts.html", context)


def _as_text(roads: list) -> str:
    lines = [_("Vehicles out or about to leave: {n}").format(n=number(len(roads)))]
    lines += [
        _("- {vehicle}, escort {escort}: {n} aboard, next {place} by {deadline}").format(
            vehicle=each.vehicle,
            escort=each.escort or "–",
            n=number(each.aboard),
            place=each.next_place,
            deadline=_plain(moment(each.deadline, each.zone)),
        )
        for each in roads[:30]
    ]
    return "\n".join(lines)


def _plain(html: str) -> str:
    return html.partition(">")[2].partition("<")[0] or html


def _write(request: HttpRequest, form: forms.Form, title: str) -> HttpResponse | None:
    """Give the page of a form that is not filled in yet; None when it is, in a kabupaten where one may write."""
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "escorts/form.html", {"form": form, "title": title}, status=status)
    verdict = request.actor.may("guards.write", form.cleaned_data["kabupaten"])
    if not verdict.allowed:
        raise PermissionDenied(verdict.reason)
    return None


def _post(request: HttpRequest) -> str:
    return next((seat.post for seat in request.actor.seats if seat.role in ("head", "operator")), "")


def _begin(request: HttpRequest) -> dict[str, str]:
    home = request.actor.home
    return {
        "kabupaten": home[:5] if "." in home else "",
        "vehicle": request.GET.get("vehicle", ""),
        "unit": request.GET.get("unit", ""),
    }


@require_http_methods(["GET", "POST"])
@access("guards.write")
def new_duty(request: HttpRequest) -> HttpResponse:
    """Say who serves as escort or guard."""
    form = DutyForm(request.POST or None, initial=_begin(request))
    page = _write(request, form, _("Who escorts or guards"))
    if page is not None:
        return page
    data = form.cleaned_data
    zone = Region.objects.filter(code=data["kabupaten"]).values_list("zone", flat=True).first() or "WIB"
    data |= {"since": from_local(data["since"], zone), "until": from_local(data["until"], zone)}
    Duty.objects.create(**data, province=data["kabupaten"][:2], post=_post(request), made_by=request.user)
    return redirect("escorts")


@require_http_methods(["GET", "POST"])
@access("guards.write")
def new_report(request: HttpRequest) -> HttpResponse:
    """Report from the road."""
    form = ReportForm(request.POST or None, initial=_begin(request))
    page = _write(request, form, _("Report from the road"))
    if page is not None:
        return page
    data = form.cleaned_data
    RoadReport.objects.create(**data, province=data["kabupaten"][:2], post=_post(request), by=request.user)
    return redirect("escorts")


@require_http_methods(["GET", "POST"])
@access("guards.write")
def set_pattern(request: HttpRequest) -> HttpResponse:
    """Set how many guard how many stations of a class."""
    form = PatternForm(request.POST or None, initial=_begin(request))
    page = _write(request, form, _("Pattern of guarding"))
    if page is not None:
        return page
    data = form.cleaned_data
    figures = {key: data[key] for key in ("police", "stations", "linmas")}
    Pattern.objects.update_or_create(
        kabupaten=data["kabupaten"],
        police_class=data["police_class"],
        defaults=figures | {"province": data["kabupaten"][:2]},
    )
    return redirect("escorts")


@require_http_methods(["GET", "POST"])
@access("guards.write")
def set_strength(request: HttpRequest) -> HttpResponse:
    """Say how many of one's own body can be sent out."""
    form = StrengthForm(request.POST or None, initial=_begin(request))
    page = _write(request, form, _("How many can be sent out"))
    if page is not None:
        return page
    data = form.cleaned_data
    agency = next(seat.agency for seat in request.actor.seats)
    figures = {"deployable": data["deployable"], "source": data["source"], "province": data["kabupaten"][:2]}
    Strength.objects.update_or_create(kabupaten=data["kabupaten"], agency=agency, defaults=figures)
    return redirect("escorts")
