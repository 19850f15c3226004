"""Pages about the interface: how to ask, and the keys of systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from serentak.base.errors import InputError
from serentak.base.messages import N_, _
from serentak.tower.access.guard import PUBLIC, access
from serentak.tower.access.rules import ROLES
from serentak.tower.api import services
from serentak.tower.api.api import api
from serentak.tower.api.problems import KINDS
from serentak.tower.site.tables import Column, Table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

SYSTEMS: Final = Table(
    "systems",
    (
        Column("system", N_("which system has the key"), "name"),
        Column("post", N_("post as which it asks"), "post.name"),
        Column("role", N_("role at the post")),
        Column("prefix", N_("how the key begins"), lambda key: f"srt_{key.prefix}"),
        Column("last_used", N_("when it was used last")),
        Column("revoked_at", N_("when it was revoked; empty: it holds")),
    ),
)


@require_GET
@access(PUBLIC)
def docs(request: HttpRequest) -> HttpResponse:
    """Show what can be asked for, made of the same description that machines read."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = [
        {**operation, "method": method.upper(), "path": path, "body": _body(operation, schema)}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    problems = [{"status": kind.status, "name": kind.name, "title": _(kind.title)} for kind in KINDS]
    records = [
        {"name": name, "about": record.get("description", ""), "fields": _fields(record)}
        for name, record in sorted(schema["components"]["schemas"].items())
    ]
    return render(request, "api/docs.html", {"operations": operations, "problems": problems, "records": records})


def _body(operation: dict[str, Any], schema: dict[str, Any]) -> str:
    del schema
    content = operation.get("requestBody", {}).get("content", {})
    return next((_type_of(each["schema"]) for each in content.values()), "")


def _fields(record: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"name": name, "type": _type_of(field), "about": field.get("description", "")}
        for name, field in record.get("properties", {}).items()
    ]


def _type_of(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "anyOf" in field:
        return " | ".join(_type_of(each) for each in field["anyOf"])
    if field.get("type") == "array":
        return f"[{_type_of(field.get('items', {}))}]"
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    return str(field.get("format") or field.get("type", ""))


@csrf_exempt
@access(PUBLIC)
def nothing(_request: HttpRequest) -> HttpResponse:
    """Say that there is no such thing; the outermost layer makes it a problem."""
    raise Http404


@never_cache
@require_http_methods(["GET", "POST"])
@access("accounts.write")
def keys(request: HttpRequest) -> HttpResponse:
    """Show the keys of one's agency, and make one; its text is shown this once."""
    shown, error = "", ""
    if request.method == "POST":
        post = request.POST.get("post", "")
        try:
            _key, shown = services.make_key(
                request.actor, request.user, int(post) if post.isascii() and post.isdigit() else 0,
                request.POST.get("role", ""), request.POST.get("name", ""),
            )  # fmt: skip
        except InputError as wrong:
            error = str(wrong)
    context = {
        "keys": services.keys_of(request.actor),
        "posts": services.posts_of_keys(request.actor),
        "roles": [role for role in ("reader", "operator") if role in ROLES],
        "shown": shown,
        "error": error,
    }
    return render(request, "api/keys.html", context, status=422 if error else 200)


@require_GET
@access("accounts.write")
def keys_table(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the keys of one's agency as a file; their secrets are kept nowhere."""
    return SYSTEMS.answer(services.keys_of(request.actor), kind)


@require_POST
@access("accounts.write")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a key."""
    if not services.revoke_key(request.actor, pk):
        raise Http404
    return redirect("system_keys")
