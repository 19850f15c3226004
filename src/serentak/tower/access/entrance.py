"""The doors of django-allauth that stand open here, each with its rule; all others are walled up.

Accounts are made by administrators and have no e-mail address, so what needs signing up or e-mail answers as if it were
not there. The names stay, because the library leads from one to the other.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, NoReturn

from allauth import urls as library
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import URLPattern

from serentak.base.messages import _
from serentak.tower.access.guard import PUBLIC, SELF, access, every_pattern
from serentak.tower.access.secure import needs_secure_address

if TYPE_CHECKING:
    from django.http import HttpRequest

OPEN: Final = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": SELF,
    "account_change_password": SELF,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "mfa_index": SELF,
    "mfa_reauthenticate": SELF,
    "mfa_activate_totp": SELF,
    "mfa_deactivate_totp": SELF,
    "mfa_view_recovery_codes": SELF,
    "mfa_generate_recovery_codes": SELF,
    "mfa_download_recovery_codes": SELF,
    "mfa_list_webauthn": SELF,
    "mfa_add_webauthn": SELF,
    "mfa_reauthenticate_webauthn": SELF,
    "mfa_remove_webauthn": SELF,
    "mfa_edit_webauthn": SELF,
}
"""Routes of the library that people meet, and who may pass."""
KEYS: Final = frozenset({"mfa_login_webauthn", "mfa_add_webauthn", "mfa_reauthenticate_webauthn"})
"""Those at which a browser uses a passkey."""


def entrance() -> list[URLPattern]:
    """Give the routes of the library, open ones guarded and the others closed."""
    found = []
    for route, pattern in every_pattern(library.urlpatterns, ""):
        name = str(pattern.name)
        view: Any = pattern.callback if name in OPEN else closed
        if OPEN.get(name) == SELF:
            view = _persons_only(view)
        if name in KEYS:
            view = needs_secure_address(named=True)(view)
        view = access(OPEN.get(name, PUBLIC))(view)
        written = type(pattern.pattern)(route, name=name, is_endpoint=True)
        found.append(URLPattern(written, view, pattern.default_args, name))
    return found


def closed(_request: HttpRequest, **_parameters: Any) -> NoReturn:
    """Answer as if nothing were here."""
    raise Http404


def _persons_only(view: Any) -> Any:
    """Keep whoever holds the card of a post from putting keys of their own on it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.by_card:
            raise PermissionDenied(_("This is the account of a post; its only key is the printed card."))
        return view(request, *args, **kwargs)

    return checked
