"""Runs and hubs of the plan in force, as far as they concern a territory."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils import timezone

from serentak.base.messages import N_, _
from serentak.tower.access.territory import covers
from serentak.tower.boxes.models import Box, Log
from serentak.tower.plans.models import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS = {"warehouse": N_("warehouse"), "ppk": N_("hub of the kecamatan"), "pps": N_("hub of the village"),
         "transit": N_("jetty or road end")}  # fmt: skip


def plan_in_force(kabupaten: str) -> Plan | None:
    """Give the plan of a kabupaten that was announced last."""
    return Plan.objects.filter(Plan.in_force(), district=kabupaten).first()


def now_of(kabupaten: str) -> datetime:
    """Give the moment as of which things are judged: of a played log its own."""
    log = Log.objects.filter(district=kabupaten).first()
    return log.as_of if log and log.played and log.as_of else timezone.now()


def journeys_in(plan: Plan, code: str) -> list[dict[str, Any]]:
    """Give hubs, with the boxes that are there, and legs, marked when they are driven now, that concern a territory."""
    path = plan.path / "routes.geojson"
    features = json.loads(path.read_text("utf-8"))["features"] if path.is_file() else []
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in features:
        by_kind[each["properties"]["feature"]].append(each)
    inside = _inside(by_kind["station"], by_kind["place"], code)
    now = now_of(plan.district_id)
    there = dict(
        Box.objects.filter(kabupaten=plan.district_id, place__in=inside)
        .values_list("place")
        .annotate(n=Count("pk", filter=~Q(letter="K")))
        .order_by()
    )
    return [_hub(each, there) for each in by_kind["place"] if each["properties"]["id"] in inside] + [
        _leg(each, now) for each in by_kind["leg"] if {each["properties"]["from"], each["properties"]["to"]} & inside
    ]


def _inside(stations: Iterable[dict[str, Any]], places: list[dict[str, Any]], code: str) -> set[str]:
    """Give the ids of stations in a territory, and of the places that stations there hang from."""
    parents = {each["properties"]["id"]: each["properties"]["parent"] for each in places}
    found: set[str] = set()
    hubs: set[str] = set()
    for each in stations:
        if covers(code, each["properties"]["id"]):
            found.add(each["properties"]["id"])
            hubs.add(each["properties"]["parent"])
    if code.count(".") < 2:
        # The whole district: the way up to the warehouse as well.
        for hub in list(hubs):
            here: str | None = hub
            while here:
                hubs.add(here)
                here = parents.get(here)
    return found | hubs


def _hub(feature: dict[str, Any], there: dict[str, int]) -> dict[str, Any]:
    said = feature["properties"]
    boxes = there.get(said["id"], 0)
    return {
        "type": "Feature", "geometry": feature["geometry"],
        "properties": {
            "feature": "hub", "id": said["id"], "name": said["name"] or said["id"], "kind": _(KINDS[said["kind"]]),
            "boxes": boxes, "sign": "■", "word": _("{n} boxes are here").format(n=boxes),
        },
    }  # fmt: skip


def _leg(feature: dict[str, Any], now: datetime) -> dict[str, Any]:
    said = feature["properties"]
    start, end = (datetime.fromisoformat(said[name]) for name in ("leg_depart", "leg_arrive"))
    when = "now" if start <= now < end else "later" if now < start else "before"
    word = {"now": _("by plan on the road now"), "later": _("by plan later"), "before": _("by plan before")}[when]
    kept = {name: said[name] for name in ("run", "from", "to", "vehicle", "mode", "escort", "direction", "boxes",
                                          "leg_depart", "leg_arrive")}  # fmt: skip
    return {
        "type": "Feature", "geometry": feature["geometry"],
        "properties": kept | {"feature": "leg", "when": when, "word": word},
    }  # fmt: skip
