"""The trail of every write: who, what, before, after, when, from where (django-auditlog keeps it).

Every entry is given the territories and agencies it is about (`Reach`), when it is written: those of the thing that was
written, and those of whoever wrote. Who reads the trail of an agency in a territory finds what either lies in.
A model says where it lies by ``trail_places()`` or a field ``territory``, ``district``, ``kabupaten`` or ``code``, and
whose it is by ``trail_agencies()`` or a field ``agency``; else it is where the things lie that it names by a key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey, Q
from django.db.models.signals import pre_delete
from django.dispatch import Signal

from serentak.tower.access.territory import NATION, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlog.models import LogEntry
    from django.apps import AppConfig
    from django.db.models import Model, QuerySet

    from serentak.tower.access.actor import Actor

HIDDEN: Final = "•••"
MOST_PLACES: Final = 40
_PLACES: Final = ("territory", "district", "district_id", "kabupaten", "region_id", "station_id", "code")
_CODE: Final = re.compile(r"ID|[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4}(-[0-9]{3})?)?)?)?")
_BEFORE: Final = "_trail_before"
_ORGANISER: Final = "kpu"


def follow(app: AppConfig) -> None:
    """Follow every model of an app.

    A model says by ``trail_leaves_out`` what is not worth following, by ``trail_hides`` what is secret, and by
    ``trail = False`` that it is not followed: projections that can be rebuilt.
    """
    # The library can be read only once all apps are known.
    from auditlog.registry import auditlog  # noqa: PLC0415

    for model in app.get_models():
        if getattr(model, "trail", True) and not auditlog.contains(model):
            options: dict[str, Any] = {
                "exclude_fields": list(getattr(model, "trail_leaves_out", ())),
                "mask_fields": list(getattr(model, "trail_hides", ())),
                "m2m_fields": {field.name for field in model._meta.many_to_many},  # noqa: SLF001 - Django names its public interface so
            }
            auditlog.register(model, **options)


def follow_keys() -> None:
    """Follow who adds or takes away a passkey, an app or codes; the secrets themselves are left out."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - as above
    from auditlog.registry import auditlog  # noqa: PLC0415 - as above

    auditlog.register(Authenticator, include_fields=["user", "type"])


def place_entries() -> None:
    """Have every entry placed as it is written."""
    from auditlog.signals import post_log  # noqa: PLC0415 - as above

    signal: Signal = post_log
    signal.connect(_place, dispatch_uid="access.trail")
    pre_delete.connect(_remember, dispatch_uid="access.trail.deleted")


def hide(_value: str) -> str:
    """Hide a secret whole; the library would show half of it."""
    return HIDDEN


def entries(actor: Actor) -> QuerySet[LogEntry]:
    """Give the entries that an actor may read: of their agencies, in their territories."""
    from auditlog.models import LogEntry  # noqa: PLC0415 - as above

    from serentak.tower.access.models import Reach  # noqa: PLC0415 - as above

    condition = Q(pk__in=[])
    for agency, areas in actor.offices("audit.read"):
        # What no agency did, the site's own machine did: for whoever looks after the whole of it.
        owners = [agency, ""] if agency == _ORGANISER and NATION in areas else [agency]
        reach = Reach.objects.filter(within(areas, station="territory"), agency__in=owners)
        condition |= Q(pk__in=reach.values("entry"))
    return LogEntry.objects.filter(condition).select_related("actor", "content_type").order_by("-timestamp", "-pk")


def _remember(sender: type[Model], instance: Model, **_more: Any) -> None:
    """Look where a thing lies before it is deleted: what says so may be deleted before it."""
    if hasattr(sender, "trail_places") or hasattr(sender, "trail_agencies"):
        setattr(instance, _BEFORE, (_places_of(instance), _agencies_of(instance)))


def _place(sender: object, instance: Model, log_entry: LogEntry | None = None, **_more: Any) -> None:
    """Write down which territories and agencies an entry is about."""
    del sender
    from serentak.tower.access.models import Reach  # noqa: PLC0415 - as above

    if log_entry is None:
        return
    by = _seats_of(log_entry)
    places, agencies = getattr(instance, _BEFORE, None) or (_places_of(instance), _agencies_of(instance))
    owners = {agency for agency, _area in by} | agencies
    found = {(agency, place) for agency in owners or {""} for place in places} | by
    Reach.objects.bulk_create(
        Reach(entry=log_entry, agency=agency, **Reach.columns(place))
        for agency, place in sorted(found or {(agency, NATION) for agency in owners or {""}})
    )


def _seats_of(entry: LogEntry) -> set[tuple[str, str]]:
    """Give agencies and areas of whoever wrote; looked up once a request."""
    user = entry.actor
    if user is None:
        return set()
    if not hasattr(user, "trail_seats"):
        from serentak.tower.access.actor import actor_of  # noqa: PLC0415 - as above

        user.trail_seats = {(seat.agency, area) for seat in actor_of(user).seats for area in seat.areas}
    seats: set[tuple[str, str]] = user.trail_seats
    return seats


def _places_of(instance: Model, further: int = 2) -> list[str]:
    """Give the territories a thing says it is about; where it says none, those of the things it belongs to."""
    if hasattr(instance, "trail_places"):
        said = instance.trail_places()
    else:
        said = [getattr(instance, name, None) for name in _PLACES]
    found = {each for each in said if isinstance(each, str) and _CODE.fullmatch(each)}
    if not found and further:
        found = {place for other in _others(instance) for place in _places_of(other, further - 1)}
    return sorted(found)[:MOST_PLACES]


def _agencies_of(instance: Model, further: int = 1) -> set[str]:
    """Give the agencies a thing says it is of; where it says none, those of the posts and people it names."""
    if hasattr(instance, "trail_agencies"):
        return set(instance.trail_agencies())
    said = getattr(instance, "agency", None)
    if isinstance(said, str):
        return {said}
    return {each for other in _others(instance) for each in _agencies_of(other, further - 1)} if further else set()


def _others(instance: Model) -> Iterator[Model]:
    """Give the things that a thing names."""
    for field in instance._meta.fields:  # noqa: SLF001 - Django names its public interface so
        if isinstance(field, ForeignKey):
            try:
                other = getattr(instance, field.name)
            except ObjectDoesNotExist:  # it was deleted with it
                continue
            if other is not None:
                yield other
