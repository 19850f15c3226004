"""Around every request: headers of safety, the caller's address, the language."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import HttpResponseBadRequest
from django.utils import translation

from serentak.base.messages import LANGUAGES, set_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Handler = Callable[[HttpRequest], HttpResponse]

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Nothing is loaded from elsewhere, and no script or style stands in a page."""


def security_headers(get_response: Handler) -> Handler:
    """Say to the browser what a page may load and do."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith("/akun/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def without_nul(get_response: Handler) -> Handler:
    """Refuse addresses with the sign NUL in them: no thing is named so, and PostgreSQL cannot even look for it."""

    def handle(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest()
        return get_response(request)

    return handle


def address_of(request: HttpRequest) -> str:
    """Give the caller's address; what proxies say is believed only as far as there are proxies of ours."""
    said = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    proxies = settings.CONFIG.proxies
    if proxies and len(said) >= proxies and (found := _address(said[-proxies])):
        return found
    return _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str:
    """Read an address, with or without a port; empty where it is none, as on a Unix socket."""
    bare = text.partition("]")[0].lstrip("[") if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return ""


def caller_address(get_response: Handler) -> Handler:
    """Put the caller's true address where libraries look for it, and take away what a caller may have made up."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = address_of(request)
        for made_up in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PORT", "HTTP_X_REAL_IP", "HTTP_FORWARDED"):
            request.META.pop(made_up, None)
        # Django keeps a copy of the headers at the first look, which libraries would read.
        request.__dict__.pop("headers", None)
        return get_response(request)

    return handle


def speak(get_response: Handler) -> Handler:
    """Choose the language: ``?lang=`` (kept in a cookie), else the cookie, else Indonesian; also for the libraries."""

    def handle(request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("lang") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "id")
        language = wanted if wanted in LANGUAGES else "id"
        set_language(language)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        if request.GET.get("lang") == language:
            cookie = settings.LANGUAGE_COOKIE_NAME
            response.set_cookie(cookie, language, max_age=31_536_000, samesite="Lax", secure=settings.CONFIG.secure)
        return response

    return handle
