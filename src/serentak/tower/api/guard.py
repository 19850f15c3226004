"""Who asks the interface, and whether they may: by the same table of rules as every page.

An operation declares it by ``auth=Guard("boxes.read", where="region")``; the interface does not start while one does
not.
"""

from __future__ import annotations

from functools import partial
from inspect import getclosurevars
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from ninja.security.base import AuthBase
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from serentak.base.messages import _
from serentak.tower.access.actor import Actor
from serentak.tower.access.guard import PUBLIC, Declared, Where
from serentak.tower.access.limits import spend
from serentak.tower.api.problems import Problem
from serentak.tower.api.services import actor_of_key, use_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.urls import URLPattern
    from ninja import NinjaAPI
    from ninja.operation import PathView

_SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Guard(AuthBase):
    """Finds out who asks (a system by ``Authorization: Bearer KEY``, or a person who is logged in) and asks the rules.

    Parameters
    ----------
    action, where
        As for `serentak.tower.access.guard.access`.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, action: str, where: Where = None) -> None:
        super().__init__()
        self.declared = Declared(action, where)

    def __call__(self, request: HttpRequest) -> Any:
        """Let pass whom the rules let pass.

        Raises
        ------
        Problem, PermissionDenied, Http404
            When they do not.
        """
        request.actor = self._actor(request)
        reason = self.declared.refusal(request, request.resolver_match.kwargs)
        if reason is None:
            return (request.actor,)
        if request.actor.is_public:
            raise Problem(401, _("Send Authorization: Bearer KEY; an administrator of your agency makes keys."))
        raise PermissionDenied(reason)

    @staticmethod
    def _actor(request: HttpRequest) -> Actor:
        said = request.headers.get("Authorization", "")
        if said:
            scheme, _space, token = said.partition(" ")
            key = use_key(token.strip()) if scheme.lower() == "bearer" else None
            if key is None:
                raise Problem(401, _("The key is not known, or was revoked."))
            return actor_of_key(key)
        actor: Actor = request.actor
        if request.method not in _SAFE and not actor.is_public and check_csrf(request) is not None:
            raise Problem(403, _("The form has become too old; reload the page."))
        return actor


class PerCaller(BaseThrottle):
    """So many requests a second of one caller, a system, a person, or an address, at all processes of the site."""

    def __init__(self, most: int) -> None:
        self.most = most

    def allow_request(self, request: HttpRequest) -> bool:
        """Count a request, and tell whether it is within the limit."""
        actor: Actor = request.actor
        return spend(f"api {actor.name or request.META['REMOTE_ADDR']}"[:100], most=self.most, seconds=1)

    def wait(self) -> float:
        """Give the seconds after which to try again."""
        return 1.0


def guards(api: NinjaAPI) -> Iterator[tuple[URLPattern, dict[str, Declared]]]:
    """Give every route of an interface with what each of its methods declares.

    Raises
    ------
    ImproperlyConfigured
        When an operation declares nothing.
    """
    for pattern in api.urls[0]:
        if isinstance(pattern.callback, partial):
            # The library's own: the description, and the root, which holds nothing.
            yield pattern, {"GET": Declared(PUBLIC)}
            continue
        view: PathView = getclosurevars(pattern.callback).nonlocals["self"]
        found = {}
        for operation in view.operations:
            guard = next((each for each in operation.auth_callbacks if isinstance(each, Guard)), None)
            if guard is None or len(operation.auth_callbacks) != 1:
                raise ImproperlyConfigured(f"{operation.methods} {operation.path} of the API declares no access rule")
            found |= dict.fromkeys(operation.methods, guard.declared)
        yield pattern, found


def declare(api: NinjaAPI) -> list[URLPattern]:
    """Give the routes of an interface, each with ``declared`` for the guard and ``operations``: method to declaration.

    Raises
    ------
    ImproperlyConfigured
        When an operation declares nothing.
    """
    patterns = []
    for pattern, found in guards(api):
        pattern.declared = next(iter(found.values()))
        pattern.operations = found
        patterns.append(pattern)
    return patterns
