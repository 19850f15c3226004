"""What the property test of access needs to know of each app: things to ask for, and secrets that must not be seen.

An app adds here, or in its own tests' ``conftest.py``:

- ``sample("route name", maker)`` for a route whose address names more than a territory: ``maker(territory)`` makes such a
  thing in the territory and gives the parameters of the address, ``{"pk": 7}``;
- ``plant("action", maker)``: ``maker(territory, mark)`` makes a row in the territory with the text `mark` in a field that is for
  nobody who may not do the action there. The test then looks for the mark in every answer of every route.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django.utils import timezone

CODES: Final = ("code", "region", "territory", "kode", "district")
"""Names of parameters that are codes of a territory."""
PLAIN: Final[dict[str, Any]] = {"kind": "csv", "uidb36": "1", "key": "1-a"}
"""Values of parameters that name no territory."""


class Plant(NamedTuple):
    """A secret of an action, and if it is one agency's alone, of which."""

    action: str
    make: Callable[[str, str], None]
    agency: str = ""


SAMPLES: Final[dict[str, Callable[[str], dict[str, Any]]]] = {}
PLANTS: Final[list[Plant]] = []


def sample(route: str, make: Callable[[str], dict[str, Any]]) -> None:
    """Say how to make what a route asks for."""
    SAMPLES[route] = make


def plant(action: str, make: Callable[[str, str], None], agency: str = "") -> None:
    """Say how to plant a secret of an action."""
    PLANTS.append(Plant(action, make, agency))


# Access: posts, people, cards


def a_post(territory: str) -> dict[str, Any]:
    from serentak.tower.access.models import Area, Post

    post, _new = Post.objects.get_or_create(agency="kpu", level="kabupaten", name=f"Contoh {territory}")
    Area.objects.get_or_create(post=post, territory=territory)
    return {"pk": post.pk}


def a_person(territory: str) -> dict[str, Any]:
    from serentak.tower.access.models import Assignment, User

    user, _new = User.objects.get_or_create(username=f"orang-{territory}")
    Assignment.objects.get_or_create(user=user, post_id=a_post(territory)["pk"], role="reader")
    return {"pk": user.pk}


def an_assignment(territory: str) -> dict[str, Any]:
    from serentak.tower.access.models import Assignment

    return {"pk": Assignment.objects.get(user_id=a_person(territory)["pk"]).pk}


def a_card(territory: str) -> dict[str, Any]:
    from serentak.tower.access.cards import issue
    from serentak.tower.access.models import Card, Post

    post = Post.objects.get(pk=a_post(territory)["pk"])
    found = Card.objects.filter(user__assignments__post=post).first() or issue(post).card
    return {"pk": found.pk}


for name in ("post", "set_areas", "assign"):
    sample(name, a_post)
for name in ("person", "change_person"):
    sample(name, a_person)
sample("end_assignment", an_assignment)
sample("revoke_card", a_card)
for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
    sample(name, lambda _territory: {"pk": 1})


def _secret_post(territory: str, mark: str) -> None:
    from serentak.tower.access.models import Area, Assignment, Post, User

    post = Post.objects.create(agency="kpu", level="kabupaten", name=f"Pos {mark}")
    Area.objects.create(post=post, territory=territory)
    user = User.objects.create_user(f"akun-{mark}".lower(), full_name=f"Nama {mark}", phone=mark)
    Assignment.objects.create(user=user, post=post, role="reader")


def _secret_write(territory: str, mark: str) -> None:
    from auditlog.context import set_actor

    from serentak.tower.access.models import Area, Assignment, Post, User

    post = Post.objects.create(agency="kpu", level="kabupaten", name=f"Penulis {territory}")
    Area.objects.create(post=post, territory=territory)
    writer = User.objects.create_user(f"penulis-{territory}")
    Assignment.objects.create(user=writer, post=post, role="admin")
    with set_actor(writer):
        Post.objects.create(agency="kpu", level="kabupaten", name=f"Jejak {mark}").delete()


plant("accounts.read", _secret_post, agency="kpu")
plant("audit.read", _secret_write, agency="kpu")


# Boxes: who drives and who escorts is nobody's business who may not see the road


def _secret_load(action: str) -> Callable[[str, str], None]:
    def make(territory: str, mark: str) -> None:
        from serentak.tower.boxes.models import Load, Log

        now = timezone.now()
        log, _new = Log.objects.get_or_create(address=f"/nowhere/{territory}", defaults={"as_of": now})
        field = {"boxes.live": "vehicle", "guards.read": "escort"}[action]
        Load.objects.create(
            log=log, hash=f"{action}-{territory}", province=territory[:2], kabupaten=territory, step=0, giver="KPU",
            receiver="PPK", place="PPK", earliest=now, deadline=now, **{field: mark[-40:]},
        )  # fmt: skip

    return make


for action in ("boxes.live", "guards.read"):
    plant(action, _secret_load(action))
