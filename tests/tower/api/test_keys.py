from __future__ import annotations

import re

import pytest
from auditlog.models import LogEntry
from django.test import Client

from serentak.tower.api.models import SystemKey

pytestmark = pytest.mark.django_db
PAGE = "/akun/kunci/"


def post_id(name):
    from serentak.tower.access.models import Post

    return Post.objects.get(name=name).pk


def make(client, **more):
    return client.post(PAGE, {"name": "SILOG", "role": "reader", "post": post_id("KPU Kampar"), **more})


def token_in(response):
    return re.search(r"srt_[0-9a-f]{10}_[\w-]{43}", response.content.decode())[0]


def test_an_administrator_makes_a_key_sees_it_once_and_revokes_it(visit, rows):
    admin = visit("joko")
    made = make(admin)
    token = token_in(made)
    secret = token.split("_", 2)[2]
    assert secret not in admin.get(PAGE).content.decode()
    key = SystemKey.objects.get()
    assert secret not in key.secret_hash
    system = Client(headers={"Authorization": f"Bearer {token}"})
    assert system.get("/api/v1/boxes").status_code == 200
    key.refresh_from_db()
    assert key.last_used is not None
    table = b"".join(admin.get(f"{PAGE[:-1]}.csv").streaming_content).decode()
    assert f"SILOG,KPU Kampar,reader,srt_{key.prefix}," in table
    assert secret not in table
    assert admin.post(f"{PAGE}{key.pk}/cabut/").status_code == 302
    assert system.get("/api/v1/boxes").status_code == 401
    entries = LogEntry.objects.get_for_model(SystemKey)
    assert {entry.action for entry in entries} == {LogEntry.Action.CREATE, LogEntry.Action.UPDATE}
    assert not any(key.secret_hash in entry.changes_str for entry in entries)


def test_a_key_with_another_secret_is_none(visit, rows):
    token = token_in(make(visit("joko")))
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.replace("srt_", "xxx_"), "srt", "srt_a_b"):
        assert Client(headers={"Authorization": f"Bearer {wrong}"}).get("/api/v1/boxes").status_code == 401


def test_only_administrators_make_keys_and_only_for_posts_of_their_own(visit, rows):
    for name in ("budi", "bunga", "dewi", "gita"):
        assert visit(name).get(PAGE).status_code == 403
    assert visit("").get(PAGE).status_code == 302
    admin = visit("joko")
    page = admin.get(PAGE).content.decode()
    assert "PPK Tapung" in page
    assert "Bawaslu Kampar" not in page
    assert "KPU Rokan Hulu" not in page
    for post in ("Bawaslu Kampar", "KPU Rokan Hulu", "KPU RI"):
        assert make(admin, post=post_id(post)).status_code == 422
    for wrong in ({"role": "head"}, {"role": "admin"}, {"name": "  "}, {"post": "x"}, {"post": ""}):
        assert make(admin, **wrong).status_code == 422
    assert not SystemKey.objects.exists()


def test_a_key_of_another_is_not_there(visit, rows, key_of):
    key_of("KPU Rokan Hulu")
    assert visit("joko").post(f"{PAGE}{SystemKey.objects.get().pk}/cabut/").status_code == 404
    assert SystemKey.objects.get().revoked_at is None
