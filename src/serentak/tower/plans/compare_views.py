"""Pages of two plans side by side."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from serentak.base.clock import format_moment
from serentak.base.messages import N_, _
from serentak.plan.difference import compare
from serentak.plan.model import read_plan
from serentak.tower.access.guard import access
from serentak.tower.plans.models import Plan
from serentak.tower.plans.pages import number_asked, the_plan
from serentak.tower.plans.where import of_plan
from serentak.tower.site.tables import Column, Table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

CHANGE_WORDS: Final = {
    "dropped": N_("no longer served"), "new": N_("newly served"), "moved": N_("on another run or in another order"),
    "later": N_("later"), "earlier": N_("earlier"), "kept": N_("as issued"),
}  # fmt: skip


CHANGES: Final = Table(
    "changes",
    (
        Column("stop", N_("polling station or place"), "at"),
        Column("direction", N_("out or back")),
        Column("change", N_("dropped, new, moved, later, earlier")),
        Column("old_run", N_("run in the older plan")),
        Column("old_vehicle", N_("its vehicle")),
        Column("old_arrive", N_("arrival there, as H-1 05:30 in local time"), lambda stop: _moment(stop.old_arrive)),
        Column("new_run", N_("run in the newer plan")),
        Column("new_vehicle", N_("its vehicle")),
        Column("new_arrive", N_("arrival there, as H-1 05:30 in local time"), lambda stop: _moment(stop.new_arrive)),
        Column("shift_seconds", N_("seconds later than before; below zero: earlier"), "shift"),
    ),
)


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else format_moment(seconds)


def _two(request: HttpRequest, pk: int) -> tuple[Plan, Plan]:
    """Give the plan asked for, and the one beside which it is to be put."""
    plan = the_plan(pk)
    return plan, get_object_or_404(Plan, pk=number_asked(request.GET.get("dengan")), district=plan.district_id)


@require_GET
@access("plans.read", where=of_plan)
def compare_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two plans of a district side by side."""
    plan, other = _two(request, pk)
    issued, made = read_plan(other.path), read_plan(plan.path)
    found = compare(issued, made)
    near, of = found.unchanged()
    changes = Paginator(found.changes, 100).get_page(request.GET.get("halaman"))
    names = (
        ("unserved_out", _("Not served, outbound")), ("unserved_back", _("Not served, return")),
        ("rupiah", _("Cost, rupiah")), ("metres", _("Distance, metres")), ("seconds", _("Driving, seconds")),
        ("vehicle_days", _("Vehicle-days")), ("escort_days", _("Escort-days")),
    )  # fmt: skip
    return render(
        request,
        "plans/compare.html",
        {
            "plan": plan, "other": other, "near": near, "of": of, "page": changes,
            "sums": [
                {
                    "name": words, "old": getattr(issued.totals, name), "new": getattr(made.totals, name),
                    "by": getattr(made.totals, name) - getattr(issued.totals, name),
                }
                for name, words in names
            ],
            "counts": [
                (_(CHANGE_WORDS[kind]), n) for kind, n in Counter(stop.change for stop in found.changes).items()
            ],
            "changes": [
                {
                    "stop": stop, "what": _(CHANGE_WORDS[stop.change]),
                    "old": _when(stop.old_run, stop.old_vehicle, stop.old_arrive),
                    "new": _when(stop.new_run, stop.new_vehicle, stop.new_arrive),
                }
                for stop in changes
            ],
            "changed": found.changed, "withdrawn": found.withdrawn,
        },
    )  # fmt: skip


@require_GET
@access("plans.read", where=of_plan)
def changes_table(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Give the stops that two plans serve differently as a file."""
    plan, other = _two(request, pk)
    found = compare(read_plan(other.path), read_plan(plan.path))
    return CHANGES.answer(found.changes, kind, stem=f"{CHANGES.name}-{other.pk}-{plan.pk}")


def _when(run: str, vehicle: str, arrive: int | None) -> str:
    return "–" if not run or arrive is None else f"{format_moment(arrive)}, {vehicle}, {run}"
