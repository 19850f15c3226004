"""Who may log in at a demonstration: one account an agency and level, all of them invented."""

from __future__ import annotations

import secrets
from typing import Final

from django.db import transaction

from serentak.tower.access.models import Area, Assignment, Post, User
from serentak.tower.access.territory import NATION
from serentak.tower.regions.models import Region

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
