"""Where an import, plan, job or paper lies, for the guard: None (404) for those who may not know that it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serentak.tower.plans.models import Import, Job, Paper, Plan

if TYPE_CHECKING:
    from django.http import HttpRequest


def _shown(request: HttpRequest, action: str, territory: str | None) -> str | None:
    """Give a territory to those who may do something there at all; who may do nothing there is told of nothing."""
    return territory if territory and request.actor.may(action, territory).allowed else None


def of_import(request: HttpRequest, pk: int, **_more: object) -> str | None:
    """Give the district of an import; before that is known, only its owner has it."""
    brought = Import.objects.filter(pk=pk).select_related("owner").first()
    if brought is None:
        return None
    if not brought.district:
        territories = request.actor.territories("plans.write")
        return territories[0] if brought.owner.username == request.actor.name and territories else None
    return _shown(request, "plans.write", brought.district)


def of_plan(request: HttpRequest, pk: int, **_more: object) -> str | None:
    """Give the district of a plan."""
    return _shown(request, "plans.read", Plan.objects.filter(pk=pk).values_list("district", flat=True).first())


def of_job(request: HttpRequest, pk: int) -> str | None:
    """Give the district of a job; that of an import is its import's."""
    job = Job.objects.filter(pk=pk).select_related("brought").first()
    if job is None:
        return None
    if job.kind == "read":
        found = of_import(request, job.brought_id)
        return found and _shown(request, "plans.read", found)
    return _shown(request, "plans.read", job.area or job.district)


def of_paper(request: HttpRequest, pk: int, **_more: object) -> str | None:
    """Give the area of a paper: the district or a kecamatan."""
    return _shown(request, "plans.read", Paper.objects.filter(pk=pk).values_list("area", flat=True).first())
