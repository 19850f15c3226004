"""Every error of the interface in one form: problem details, RFC 9457."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.utils.encoding import escape_uri_path
from ninja.errors import HttpError, Throttled, ValidationError

from serentak.base.errors import InputError, Refused
from serentak.base.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from ninja import NinjaAPI

PREFIX: Final = "/api/"
TYPE: Final = "application/problem+json"
DOCS: Final = "/api/v1/docs"


class Kind(NamedTuple):
    """A kind of problem: status, name (part of its address in the documentation), title (a message)."""

    status: int
    name: str
    title: str


KINDS: Final = (
    Kind(400, "bad-request", N_("The request cannot be read.")),
    Kind(401, "no-key", N_("A valid key is needed.")),
    Kind(403, "forbidden", N_("This is not allowed.")),
    Kind(404, "not-found", N_("There is nothing here, or nothing that you may see.")),
    Kind(405, "method-not-allowed", N_("This cannot be done here.")),
    Kind(409, "conflict", N_("This does not fit what is there.")),
    Kind(413, "too-large", N_("The request is too large.")),
    Kind(415, "unsupported-type", N_("The request is in a form that is not read here.")),
    Kind(422, "invalid", N_("Something in the request is not right.")),
    Kind(429, "too-many", N_("Too many requests.")),
    Kind(500, "failed", N_("An error of this software, not yours.")),
    Kind(503, "unavailable", N_("The log does not answer; nothing was stored. Try again.")),
)
_BY_STATUS: Final = {kind.status: kind for kind in KINDS}


class Problem(HttpError):  # noqa: N818 - RFC 9457 calls it so
    """Ends a request with a problem.

    Parameters
    ----------
    status
        One of `KINDS`.
    detail
        What is wrong, for people.
    errors
        Each with ``where`` and ``message``.
    """

    def __init__(self, status: int, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(status, detail)
        self.errors = errors or []


def problem(request: HttpRequest, status: int, detail: str = "", errors: Any = ()) -> HttpResponse:
    """Give the answer that tells a problem."""
    kind = _BY_STATUS.get(status) or _BY_STATUS[500 if status >= 500 else 400]
    body: dict[str, Any] = {
        "type": f"{DOCS}#{kind.name}", "title": _(kind.title), "status": status,
        "instance": escape_uri_path(request.path),
    }  # fmt: skip
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    response = HttpResponse(json.dumps(body, ensure_ascii=False), content_type=TYPE, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response.headers["Retry-After"] = "5"
    response.headers["Cache-Control"] = "no-store"
    return response


def tell_problems(api: NinjaAPI) -> None:
    """Let an interface answer every exception with a problem."""

    def told(request: HttpRequest, error: Any) -> HttpResponse:
        if isinstance(error, Throttled):
            response = problem(request, 429)
            response.headers["Retry-After"] = str(max(1, error.wait or 1))
            return response
        if isinstance(error, HttpError):
            # The library's own words are English and say less than the title.
            own = isinstance(error, Problem)
            return problem(request, error.status_code, error.message if own else "", getattr(error, "errors", ()))
        if isinstance(error, ValidationError):
            return problem(request, 422, errors=[_invalid(each) for each in error.errors])
        if isinstance(error, Http404):
            return problem(request, 404)
        if isinstance(error, PermissionDenied):
            return problem(request, 403, str(error))
        if isinstance(error, RequestDataTooBig):
            return problem(request, 413)
        if isinstance(error, BadRequest | SuspiciousOperation):
            return problem(request, 400, str(error))
        if isinstance(error, InputError):
            listed = [{"where": each.file, "message": f"{each.message}; {each.remedy}"} for each in error.problems]
            return problem(request, 422, errors=listed)
        if isinstance(error, Refused):
            return problem(request, 409, str(error))
        logging.getLogger("serentak.api").error("an operation failed", exc_info=error)
        return problem(request, 500)

    for kind in (Exception, HttpError, ValidationError, Http404):
        api.add_exception_handler(kind, told)


def _invalid(error: dict[str, Any]) -> dict[str, Any]:
    where = [str(part) for part in error.get("loc", ())]
    return {"where": ".".join(where), "message": str(error.get("msg", ""))}


def as_problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give problems in place of the pages by which Django tells errors, below ``/api/``: the outermost layer."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        own = response.get("Content-Type", "").startswith((TYPE, "application/json"))
        if response.status_code < 400 or own or not request.path.startswith(PREFIX):
            return response
        told = problem(request, response.status_code)
        for header in ("Allow", "Retry-After"):
            if header in response:
                told.headers[header] = response[header]
        return told

    return handle
