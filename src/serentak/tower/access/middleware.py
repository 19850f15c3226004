"""Who asks, found at the first question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import SimpleLazyObject

from serentak.tower.access.actor import PUBLIC_ACTOR, Actor, actor_of
from serentak.tower.access.menu import menu_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class PageActor(Actor):
    """An actor with the menu of the site."""

    @property
    def menu(self) -> list[dict[str, str]]:
        """What the top of every page leads to."""
        return menu_of(self)


def attach_actor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Put the actor on the request."""

    def find(request: HttpRequest) -> PageActor:
        actor = actor_of(request.user) if request.user.is_authenticated else PUBLIC_ACTOR
        return PageActor(actor.name, actor.seats)

    def handle(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: find(request))
        return get_response(request)

    return handle
