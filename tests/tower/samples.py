"""What the property test of access needs to know of each app: things to ask for, and secrets that must not be seen.

An app adds here, or in its own tests' ``conftest.py``:

- ``sample("route name", maker)`` for a route whose address names more than a territory: ``maker(territory)`` makes
  such a thing in the territory and gives the parameters of the address, ``{"pk": 7}``;
- ``plant("action", maker)``: ``maker(territory, mark)`` makes a row in the territory with the text `mark` in a field
  that is for nobody who may not do the action there. The test then looks for the mark in every answer of every route.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django.utils import timezone

CODES: Final = ("code", "region", "territory", "kode", "district")
"""Names of parameters that are codes of a territory."""
PLAIN: Final[dict[str, Any]] = {"kind": "csv", "uidb36": "1", "key": "1-a"}
"""Values of parameters that name no territory."""


HOLLOW: Final = frozenset(
    {"plan", "plan_report", "plan_folder", "plan_routes", "explain", "compare", "replan", "paper", "unserved_table"}
)
"""Routes whose sample has a row but no folder on the disk: that they fail then is no leak."""


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
for name in ("seats_table", "cards_table"):
    sample(name, lambda territory: {**a_post(territory), "kind": "csv"})
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


# Other apps


def _writer(territory: str) -> Any:
    from serentak.tower.access.models import User

    return User.objects.get_or_create(username=f"pembuat-{territory}")[0]


def a_finding(territory: str) -> dict[str, Any]:
    from serentak.tower.oversight.models import Finding

    columns = {"territory": territory, "province": territory[:2], "kabupaten": territory}
    made, _new = Finding.objects.get_or_create(number=f"T-{territory}", title="Contoh", **columns)
    return {"pk": made.pk}


def an_evidence(territory: str) -> dict[str, Any]:
    return {**a_finding(territory), "entry": 1}


def a_grant(territory: str) -> dict[str, Any]:
    from datetime import date

    from serentak.tower.means.models import Grant

    made, _new = Grant.objects.get_or_create(
        territory=territory, province=territory[:2], kabupaten=territory, recipient="kpu", name="NPHD contoh",
        rupiah=1, signed=date(2023, 11, 1), voting_day=date(2024, 11, 27),
    )  # fmt: skip
    return {"pk": made.pk}


def some_means(territory: str) -> dict[str, Any]:
    from serentak.tower.means.models import Means

    columns = {"territory": territory, "province": territory[:2], "kabupaten": territory}
    made, _new = Means.objects.get_or_create(kind="vehicle", what="Truk contoh", needed=1, **columns)
    return {"pk": made.pk}


def a_case(territory: str) -> dict[str, Any]:
    from serentak.tower.cases.models import Case

    made, _new = Case.objects.get_or_create(
        number=f"P-{territory}", territory=territory, opened_by=_writer(territory), defaults={"title": "Contoh"}
    )
    return {"pk": made.pk}


def an_import(territory: str) -> dict[str, Any]:
    from serentak.tower.plans.models import Import

    made, _new = Import.objects.get_or_create(
        district=territory, owner=_writer(territory), state="ready", defaults={"name": f"Contoh {territory}"}
    )
    return {"pk": made.pk}


TOTALS = dict.fromkeys(
    ("stations", "voters", "unserved_out", "unserved_back", "rupiah", "metres", "seconds", "vehicle_days",
     "escort_days"), 1,
)  # fmt: skip


def a_plan(territory: str) -> dict[str, Any]:
    from datetime import date

    from serentak.tower.plans.models import District, Plan

    district, _new = District.objects.get_or_create(
        code=territory, province=territory[:2], name=f"Contoh {territory}", zone="WIB", election_day=date(2024, 11, 27)
    )
    made, _new = Plan.objects.get_or_create(
        district=district, brought_id=an_import(territory)["pk"], folder=f"plans/{territory}/contoh", sha256="0" * 64,
        effort="draft", seed=1, made_by=_writer(territory), defaults={"totals": TOTALS},
    )  # fmt: skip
    return {"pk": made.pk}


def a_job(territory: str) -> dict[str, Any]:
    from serentak.tower.plans.models import Job

    made, _new = Job.objects.get_or_create(
        kind="plan", key=f"plan {territory}", district=territory, state="failed", owner=_writer(territory)
    )
    return {"pk": made.pk}


def a_paper(territory: str) -> dict[str, Any]:
    from serentak.tower.plans.models import Paper

    made, _new = Paper.objects.get_or_create(plan_id=a_plan(territory)["pk"], area=territory, file="x.zip", size=1)
    return {"pk": made.pk}


def a_paper_file(territory: str) -> dict[str, Any]:
    return {**a_paper(territory), "name": "paper/contoh.pdf"}


def a_key(territory: str) -> dict[str, Any]:
    from serentak.tower.api.models import SystemKey

    made, _new = SystemKey.objects.get_or_create(
        prefix=f"k{territory}", secret_hash="0" * 64, name=f"Sistem {territory}", post_id=a_post(territory)["pk"],
        role="reader", made_by=_writer(territory),
    )  # fmt: skip
    return {"pk": made.pk}


sample("finding", a_finding)
sample("finding_evidence", an_evidence)
sample("grant", a_grant)
sample("instalments_table", lambda territory: {**a_grant(territory), "kind": "csv"})
sample("edit_means", some_means)
sample("case", a_case)
for name in ("import", "accept", "discard", "make_plan"):
    sample(name, an_import)
sample("problems_table", lambda territory: {**an_import(territory), "kind": "csv"})
for name in ("unserved_table", "changes_table"):
    sample(name, lambda territory: {**a_plan(territory), "kind": "csv"})
for name in ("plan", "plan_report", "plan_folder", "plan_routes", "check_plan", "explain", "compare", "approve",
             "withdraw", "announce", "print_paper", "replan"):  # fmt: skip
    sample(name, a_plan)
for name in ("job", "job_again"):
    sample(name, a_job)
sample("paper", a_paper)
sample("paper_file", a_paper_file)
sample("revoke_system_key", a_key)
sample("api/v1/stations/<station>", lambda territory: {"station": f"{territory}.06.2003-001"})
sample("api/v1/boxes/<box>", lambda territory: {"box": f"{territory}.06.2003-001-B"})


def _secret_finding(territory: str, mark: str) -> None:
    from serentak.tower.oversight.models import Finding

    columns = {"territory": territory, "province": territory[:2], "kabupaten": territory}
    Finding.objects.create(number=f"R-{territory}", title=f"Judul {mark}", **columns)


def _secret_grant(territory: str, mark: str) -> None:
    from serentak.tower.means.models import Grant

    Grant.objects.filter(pk=a_grant(territory)["pk"]).update(number=mark, source=mark)


def _secret_means(territory: str, mark: str) -> None:
    from serentak.tower.means.models import Means

    Means.objects.filter(pk=some_means(territory)["pk"]).update(owner=mark, note=mark)


def _secret_case(territory: str, mark: str) -> None:
    from serentak.tower.cases.models import Case

    Case.objects.filter(pk=a_case(territory)["pk"]).update(title=mark, decision=mark)


def _secret_duty(territory: str, mark: str) -> None:
    from datetime import timedelta

    from serentak.tower.escorts.models import Duty

    now = timezone.now()
    Duty.objects.create(
        kabupaten=territory, province=territory[:2], unit="Contoh", post="Polres", leader=mark, phone=mark,
        since=now - timedelta(days=1), until=now + timedelta(days=1), made_by=_writer(territory),
    )  # fmt: skip


def _secret_import(territory: str, mark: str) -> None:
    from serentak.tower.plans.models import Import

    Import.objects.filter(pk=an_import(territory)["pk"]).update(name=f"Berkas {mark}")


plant("findings.read", _secret_finding)
plant("funds.read", _secret_grant)
plant("means.read", _secret_means)
plant("cases.read", _secret_case)
plant("guards.read", _secret_duty)
plant("plans.read", _secret_import)


def an_entry(territory: str) -> dict[str, Any]:
    from serentak.tower.boxes.models import Log

    return {"log": Log.objects.get_or_create(address=f"/nowhere/{territory}")[0].pk, "index": 0}


sample("place", lambda territory: {"kabupaten": territory, "name": f"PPK-{territory}.06"})
for name in ("place_boxes_table", "place_due_table"):
    sample(name, lambda territory: {"kabupaten": territory, "name": f"PPK-{territory}.06", "kind": "csv"})
sample("entry", an_entry)
