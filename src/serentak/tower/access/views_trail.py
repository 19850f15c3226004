"""The trail of writes: who, what, before, after, when, from where; each agency its own, in its own territory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from serentak.base.messages import N_, _
from serentak.tower.access import trail
from serentak.tower.access.guard import access
from serentak.tower.site.tables import Column, Table

if TYPE_CHECKING:
    from auditlog.models import LogEntry
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

READ: Final = "audit.read"
A_PAGE: Final = 50
DEEDS: Final = (N_("made"), N_("changed"), N_("deleted"), N_("looked at"))
"""What was done, by the library's numbers."""


_OF_OTHERS: Final = {"authenticator": N_("passkey, app or recovery codes")}


def changes_of(entry: LogEntry) -> list[tuple[str, str, str]]:
    """Give what an entry says was changed: field, before, after; of lists what was added or taken away."""
    found = []
    for field, change in sorted((entry.changes or {}).items()):
        if isinstance(change, dict):
            things = ", ".join(str(each) for each in change.get("objects", ()))
            added = change.get("operation") == "add"
            found.append((field, "" if added else things, things if added else ""))
        else:
            before, after = (["", *change])[-2:]
            found.append((field, _plain(before), _plain(after)))
    return found


def _plain(value: Any) -> str:
    return "" if value in (None, "None") else str(value)[:500]


def _name(entry: LogEntry) -> str:
    return entry.actor.username if entry.actor else ""


def _side(entry: LogEntry, side: int) -> str:
    return "; ".join(f"{change[0]}={change[side]}" for change in changes_of(entry))


TRAIL: Final = Table(
    "trail",
    (
        Column("at", N_("when"), "timestamp"),
        Column("account", N_("account that wrote; empty: the site itself"), _name),
        Column("address", N_("address from which it was written"), "remote_addr"),
        Column("deed", N_("made, changed, deleted"), lambda entry: DEEDS[entry.action]),
        Column("kind", N_("kind of thing"), lambda entry: entry.content_type.model),
        Column("thing", N_("what was written"), "object_repr"),
        Column("number", N_("its number in the database"), "object_pk"),
        Column("before", N_("fields as they were"), lambda entry: _side(entry, 1)),
        Column("after", N_("fields as they became"), lambda entry: _side(entry, 2)),
    ),
)


def _kind(content: ContentType) -> str:
    """Name a kind of thing: as its model says for people (``trail_name``), else as it is called."""
    model = content.model_class()
    words = getattr(model, "trail_name", "") or _OF_OTHERS.get(content.model, "")
    return _(words) if words else content.name


@require_GET
@access(READ)
def trail_page(request: HttpRequest) -> HttpResponse:
    """Show the trail, the newest first."""
    allowed = trail.entries(request.actor)
    page = Paginator(_chosen(request, allowed), A_PAGE).get_page(request.GET.get("page"))
    kinds = ContentType.objects.filter(pk__in=allowed.order_by().values("content_type")).order_by("model")
    query = request.GET.copy()
    query.pop("page", None)
    rows = [
        {
            "entry": entry,
            "who": _name(entry),
            "deed": _(DEEDS[entry.action]),
            "kind": _kind(entry.content_type),
            "changes": changes_of(entry),
        }
        for entry in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "kinds": [(kind.model, _kind(kind)) for kind in kinds],
        "deeds": list(enumerate(_(deed) for deed in DEEDS[:3])),
        "said": request.GET,
        "query": query.urlencode(),
    }
    return render(request, "access/trail.html", context)


@require_GET
@access(READ)
def trail_table(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the trail as a file, filtered as the page."""
    return TRAIL.answer(_chosen(request, trail.entries(request.actor)), kind, stem="jejak")


def _chosen(request: HttpRequest, found: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
    said = request.GET
    if said.get("who"):
        found = found.filter(actor__username=said["who"].strip()[:60])
    if said.get("kind"):
        found = found.filter(content_type__model=said["kind"][:60])
    if said.get("deed", "").isdigit():
        found = found.filter(action=int(said["deed"][:2]))
    if said.get("thing"):
        found = found.filter(object_repr__icontains=said["thing"].strip()[:100])
    if said.get("where"):
        found = found.filter(reach__territory__startswith=said["where"].strip()[:20]).distinct()
    since, until = _day(said.get("since", "")), _day(said.get("until", ""))
    if since:
        found = found.filter(timestamp__gte=since)
    if until:
        found = found.filter(timestamp__lt=until + timedelta(days=1))
    return found


def _day(text: str) -> datetime | None:
    """Read a day in western Indonesian time; what is no day filters nothing."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC) - timedelta(hours=7)
    except ValueError:
        return None
