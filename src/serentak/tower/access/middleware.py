"""Who asks, found at the first question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from serentak.tower.access.actor import PUBLIC_ACTOR, Actor, actor_of
from serentak.tower.access.cards import SESSION, still_good
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
    """Put the actor on the request; a card that was revoked opens nothing, a first password only its own change."""

    def find(request: HttpRequest) -> PageActor:
        actor = actor_of(request.user) if request.user.is_authenticated else PUBLIC_ACTOR
        return PageActor(actor.name, actor.seats)

    def handle(request: HttpRequest) -> HttpResponse:
        card = request.session.get(SESSION)
        if card is not None and not still_good(card):
            logout(request)
        request.actor = SimpleLazyObject(lambda: find(request))
        if request.user.is_authenticated and request.user.first_password and request.path not in _first_doors():
            return redirect("account_change_password")
        return get_response(request)

    return handle


def _first_doors() -> tuple[str, ...]:
    """Give the pages that are open while a password is still the one that was printed."""
    return reverse("account_change_password"), reverse("account_logout")
