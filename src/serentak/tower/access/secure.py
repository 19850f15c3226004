"""What browsers allow at a secure address only: passkeys, the camera, the position.

A browser calls an address secure when it begins with https, or is the machine itself (``localhost``). Elsewhere it
hides these things without a word; so the site says it, loudly, before anybody tries.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def is_secure(request: HttpRequest, *, named: bool = False) -> bool:
    """Tell whether browsers hold the address of a request for secure.

    Parameters
    ----------
    named
        Whether the address must have a name, as passkeys want: they are refused at a bare number, even 127.0.0.1.
    """
    host = request.get_host()
    bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    number = bare.startswith("[") or bare.replace(".", "").isdigit()
    if named and number:
        return False
    return request.is_secure() or bare in ("localhost", "127.0.0.1", "[::1]") or bare.endswith(".localhost")


def home_address(request: HttpRequest) -> str:
    """Give the address of the site as people type it: as the operator said, else as it was asked for."""
    return settings.CONFIG.origin or f"{request.scheme}://{request.get_host()}"


def needs_secure_address(*, named: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Refuse a page where the browser would not let it work, and say what is missing and what to do."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_secure(request, named=named):
                response: HttpResponse = view(request, *args, **kwargs)
                return response
            return insecure(request, status=403)

        return checked

    return decorate


def insecure(request: HttpRequest, status: int = 200) -> HttpResponse:
    """Say what an address that is not secure lacks, and what to do."""
    here = f"{request.scheme}://{request.get_host()}"
    return render(request, "access/insecure.html", {"here": here, "secure_here": is_secure(request)}, status=status)
