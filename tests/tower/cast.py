"""People of the tests: who is inside Kampar, who is outside, and what each may see."""

from __future__ import annotations

from typing import Final

CAST: Final = {
    # name: (agency, level, post, areas, role)
    "budi": ("kpu", "kabupaten", "KPU Kampar", ("14.01",), "operator"),
    "bunga": ("kpu", "kabupaten", "KPU Kampar", ("14.01",), "head"),
    "bayu": ("kpu", "kabupaten", "KPU Kampar", ("14.01",), "head"),
    "citra": ("kpu", "kabupaten", "KPU Rokan Hulu", ("14.06",), "head"),
    "candra": ("kpu", "nation", "KPU RI", ("ID",), "reader"),
    "dewi": ("bawaslu", "kabupaten", "Bawaslu Kampar", ("14.01",), "operator"),
    "dodi": ("bawaslu", "kabupaten", "Bawaslu Rokan Hulu", ("14.06",), "operator"),
    "eko": ("polri", "kabupaten", "Polres Kampar", ("14.01",), "operator"),
    "endah": ("tni", "kabupaten", "Kodim 0313/KPR", ("14.01", "14.06"), "operator"),
    "fitri": ("pemda", "kabupaten", "Pemerintah Kabupaten Kampar", ("14.01",), "operator"),
    "gita": ("dkpp", "nation", "DKPP", ("ID",), "operator"),
    "hadi": ("linmas", "kecamatan", "Linmas Tapung", ("14.01.06",), "reader"),
    "indra": ("kpu", "kecamatan", "PPK Tapung", ("14.01.06",), "operator"),
    "joko": ("kpu", "kabupaten", "KPU Kampar", ("14.01",), "admin"),
    "kirana": ("kpu", "kabupaten", "KPU Rokan Hulu", ("14.06",), "admin"),
    "lestari": ("bawaslu", "kabupaten", "Bawaslu Kampar", ("14.01",), "admin"),
    "made": ("kpu", "station", "KPPS 14.01.06.2003-007", ("14.01.06.2003-007",), "operator"),
    "nina": ("pemda", "kecamatan", "Kecamatan Tapung", ("14.01.06",), "head"),
    "oka": ("polri", "kabupaten", "Polres Bontang", ("64.74", "64.02.05", "64.02.17"), "operator"),
    "putri": ("party", "kabupaten", "DPC Kampar", ("14.01",), "reader"),
}


def make_cast() -> dict:
    """Make accounts and posts, and give the accounts by name."""
    from serentak.tower.access.models import Area, Assignment, Post, User

    made = {}
    for name, (agency, level, post_name, areas, role) in CAST.items():
        post, _new = Post.objects.get_or_create(agency=agency, level=level, name=post_name)
        for area in areas:
            Area.objects.get_or_create(post=post, territory=area)
        user = User.objects.create_user(name)
        Assignment.objects.create(user=user, post=post, role=role)
        made[name] = user
    return made
