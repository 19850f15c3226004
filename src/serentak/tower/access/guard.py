"""The guard: every route declares what it takes to pass, or the site does not start.

``@access("boxes.read", where="code")`` asks the rule table for the territory in the route's parameter ``code``.
``where`` may be a
function of the request and the route's parameters that gives the territory, or None where there is no such thing (404);
without ``where`` the action must be allowed somewhere, and the view shows only what lies in
``request.actor.territories(action)``.
``@access(PUBLIC)`` lets anybody pass, ``@access(SELF)`` whoever is logged in, about nobody but themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404
from django.urls import URLPattern, URLResolver, get_resolver

from serentak.base.messages import _
from serentak.tower.access.rules import actions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PUBLIC: Final = "public"
SELF: Final = "self"
Where = str | Callable[..., str | None] | None
View = Callable[..., Any]


class Declared:
    """What a route declares: the action, and how its territory is found."""

    def __init__(self, action: str, where: Where = None) -> None:
        if action not in (PUBLIC, SELF) and action not in actions():
            raise ImproperlyConfigured(f"there is no action {action!r} in rules.toml")
        self.action = action
        self.where = where

    def territory(self, request: HttpRequest, parameters: dict[str, Any]) -> str | None:
        """Give the territory asked for; None where the route speaks of none."""
        if self.where is None:
            return None
        if isinstance(self.where, str):
            return str(parameters[self.where])
        found = self.where(request, **parameters)
        if found is None:
            raise Http404
        return found

    def refusal(self, request: HttpRequest, parameters: dict[str, Any]) -> str | None:
        """Give the reason why the request may not pass, or None.

        Raises
        ------
        Http404
            When what is asked for does not exist.
        """
        if self.action == PUBLIC:
            return None
        actor = request.actor
        if actor.is_public:
            return _("Please log in.")
        if self.action == SELF:
            return None
        territory = self.territory(request, parameters)
        if territory is not None:
            verdict = actor.may(self.action, territory)
            return None if verdict.allowed else verdict.reason
        if actor.ever(self.action):
            return None
        return str(actor.may(self.action, actor.home).reason)


def access(action: str, where: Where = None) -> Callable[[View], View]:
    """Declare what a view takes to pass, and hold it to that."""
    declared = Declared(action, where)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            reason = declared.refusal(request, kwargs)
            if reason is None:
                return view(request, *args, **kwargs)
            if request.actor.is_public:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied(reason)

        guarded_view.declared = declared
        return guarded_view

    return decorate


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Give every route of the site: how it is written, and its pattern."""
    yield from every_pattern(get_resolver().url_patterns, "")


def declared_by(pattern: URLPattern) -> Declared | None:
    """Give what a route declares; a route of many operations (an API's) declares for each, see ``api``."""
    found: Declared | None = getattr(pattern.callback, "declared", None) or getattr(pattern, "declared", None)
    return found


def unguarded() -> list[str]:
    """Give the routes that declare nothing."""
    return [route for route, pattern in routes() if declared_by(pattern) is None]


def refuse_unguarded() -> None:
    """Refuse to start while a route declares nothing.

    Raises
    ------
    ImproperlyConfigured
        With the names of those routes.
    """
    found = unguarded()
    if found:
        raise ImproperlyConfigured(f"these routes declare no access rule: {', '.join(found)}")


def every_pattern(entries: Any, before: str) -> Iterator[tuple[str, URLPattern]]:
    """Give all patterns of a list of routes, nested ones too, each with how its whole route is written."""
    for entry in entries:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from every_pattern(entry.url_patterns, route)
        else:
            yield route, entry
