"""The interface itself, ``/api/v1``: what other systems may ask for, described by OpenAPI 3.1."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from ninja import NinjaAPI

from serentak.tower.access.guard import SELF
from serentak.tower.access.rules import actions
from serentak.tower.api import custody, places
from serentak.tower.api.guard import Guard, PerCaller
from serentak.tower.api.problems import KINDS, TYPE, tell_problems
from serentak.tower.api.schemas import MeOut

A_SECOND: Final = 100
"""Requests a second of one caller."""
_NEEDS_KEY: Final = (401, 403)
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, as RFC 9457 tells it.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"where": {"type": "string"}, "message": {"type": "string"}}},
        },
    },
}


class Interface(NinjaAPI):
    """An interface whose every operation tells its problems in one form."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Give the description, with the problems of each operation."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
        told = {"content": {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                responses = operation["responses"]
                for kind in KINDS:
                    named = {"description": kind.title}
                    if kind.status in responses:
                        responses[kind.status]["content"].update(told["content"])
                    else:
                        responses[kind.status] = {**named, **told}
        return schema


api = Interface(
    title="serentak",
    version="1",
    description=(
        "Where every ballot box is, what is late and what deviates, and a door for signed hand-over events. "
        "Keys are made by an agency's administrator and see what the agency's post sees. Results of the election are "
        "not here."
    ),
    docs_url=None,
    urls_namespace="api",
    throttle=[PerCaller(A_SECOND)],
)
tell_problems(api)


@api.get("/me", auth=Guard(SELF), response=MeOut, tags=["me"], summary="Who asks")
def me(request: HttpRequest) -> Any:
    """Say who asks, and what they may do where."""
    actor = request.actor
    allowed = {name: list(actor.territories(name)) for name in actions()}
    return {
        "name": actor.name,
        "seats": [{**seat._asdict(), "areas": list(seat.areas)} for seat in actor.seats],
        "may": {name: where for name, where in allowed.items() if where},
    }


api.add_router("", places.router)
api.add_router("", custody.router)
