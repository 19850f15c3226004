"""What a demonstration shows: a district with its plan, and accounts of every agency, all of them invented."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING, Final

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from serentak.operations.network_file import sha256_of
from serentak.operations.paper import print_plan
from serentak.operations.plan import read_plan_ground
from serentak.plan.model import read_plan
from serentak.tower.access.models import Area, Assignment, Post, User
from serentak.tower.access.territory import NATION
from serentak.tower.plans.models import Approval, District, Import, Plan
from serentak.tower.regions.load import load_district
from serentak.tower.regions.models import Region

if TYPE_CHECKING:
    from pathlib import Path

CAST: Final = (
    # name, agency, level, name of the post, role
    ("kpu-ketua", "kpu", "kabupaten", "KPU {district}", "head"),
    ("kpu-anggota", "kpu", "kabupaten", "KPU {district}", "head"),
    ("kpu-operator", "kpu", "kabupaten", "KPU {district}", "operator"),
    ("kpu-admin", "kpu", "kabupaten", "KPU {district}", "admin"),
    ("kpu-ri", "kpu", "nation", "KPU RI", "reader"),
    ("ppk", "kpu", "kecamatan", "PPK {kecamatan}", "operator"),
    ("bawaslu", "bawaslu", "kabupaten", "Bawaslu {district}", "operator"),
    ("bawaslu-ketua", "bawaslu", "kabupaten", "Bawaslu {district}", "head"),
    ("polres", "polri", "kabupaten", "Polres {district}", "operator"),
    ("kodim", "tni", "kabupaten", "Kodim {district}", "operator"),
    ("pemkab", "pemda", "kabupaten", "Pemerintah Kabupaten {district}", "operator"),
    ("dishub", "dishub", "kabupaten", "Dishub {district}", "operator"),
    ("kesbangpol", "kesbangpol", "kabupaten", "Kesbangpol {district}", "reader"),
    ("linmas", "linmas", "kecamatan", "Linmas {kecamatan}", "reader"),
    ("dkpp", "dkpp", "nation", "DKPP", "operator"),
)

HEADS: Final = ("kpu-ketua", "kpu-anggota")


@transaction.atomic
def make_accounts(district: str) -> list[dict[str, str]]:
    """Make the accounts of a demonstration, or give those that are there new passwords.

    Parameters
    ----------
    district
        Code of the district that is shown.
    """
    name = Region.objects.get(pk=district).name.removeprefix("Kabupaten ").removeprefix("Kota ")
    kecamatan = Region.objects.filter(parent_id=district).order_by("code").first()
    places = {"nation": NATION, "kabupaten": district, "kecamatan": kecamatan.pk if kecamatan else district}
    words = {"district": name, "kecamatan": kecamatan.name if kecamatan else name}
    made = []
    for username, agency, level, post_name, role in CAST:
        post, _new = Post.objects.get_or_create(
            agency=agency, name=post_name.format(**words), defaults={"level": level}
        )
        Area.objects.get_or_create(post=post, territory=places[level])
        user, _new = User.objects.get_or_create(username=username)
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save()
        Assignment.objects.get_or_create(user=user, post=post, role=role)
        made.append({"username": username, "password": password, "post": post.name, "role": role})
    return made


def show_plan(folder: Path, log: str) -> str:
    """Bring the district of a plan in, and its plan as approved and announced; give the district's code.

    Parameters
    ----------
    folder
        Plan folder; it is copied below the home of the site if it lies elsewhere.
    log
        Address of the log into which the play announces it.
    """
    ground = read_plan_ground(folder)
    district = ground.district
    load_district(ground.promised or district, ground.kits)
    make_accounts(district.code)
    home = settings.CONFIG.home
    kept = settings.CONFIG.plans / district.code / "rencana-peragaan"
    if not kept.exists():
        shutil.copytree(folder, kept)
    if not (kept / "routes.geojson").is_file():
        print_plan(kept, ("tables",))
    _list_plan(kept.relative_to(home).as_posix(), kept, district.code, log)
    return district.code


@transaction.atomic
def _list_plan(name: str, folder: Path, code: str, log: str) -> None:
    region, made = Region.objects.get(pk=code), read_plan(folder)
    operator, heads = User.objects.get(username="kpu-operator"), User.objects.filter(username__in=HEADS)
    day = read_plan_ground(folder).district.election_day
    district, _new = District.objects.get_or_create(
        code=code, defaults={"province": code[:2], "name": region.name, "zone": region.zone, "election_day": day}
    )
    brought, _new = Import.objects.get_or_create(
        district=code, name=region.name, state=Import.State.ACCEPTED,
        defaults={"owner": operator, "accepted_by": operator, "accepted_at": timezone.now(), "folder": f"{name}/input",
                  "source": f"{name}/input"},
    )  # fmt: skip
    digest = sha256_of(folder / "plan.json")
    plan, new = Plan.objects.get_or_create(
        folder=name,
        defaults={
            "district": district, "brought": brought, "sha256": digest, "effort": made.effort, "seed": made.seed,
            "made_by": operator, "totals": msgspec.to_builtins(made.totals), "announced_at": timezone.now(),
            "announced_by": heads.first(), "announced_in": log,
        },
    )  # fmt: skip
    if new:
        for head in heads:
            Approval.objects.create(plan=plan, user=head, office=head.assignments.get().post.name, sha256=digest)
