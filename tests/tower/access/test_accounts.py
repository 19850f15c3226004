"""Posts, people and tables of accounts: of one's own agency, in one's own areas, and no further."""

from __future__ import annotations

import base64
import io
import json

import pytest
from django.urls import reverse

from serentak.base.errors import InputError, Refused


@pytest.fixture
def actor(cast):
    from serentak.tower.access.actor import actor_of

    return lambda name: actor_of(cast[name])


def make(client, **said):
    return client.post(
        reverse("make_post"), {"agency": "kpu", "level": "kecamatan", "areas": "14.01.07", "name": "", **said}
    )


# Posts


def test_an_administrator_makes_a_post_inside_their_area(visit):
    from serentak.tower.access.models import Post

    answer = make(visit("joko"))
    post = Post.objects.get(name="PPK 14.01.07")
    assert answer["Location"] == reverse("post", args=[post.pk])
    assert [area.kecamatan for area in post.areas.all()] == ["14.01.07"]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("joko", {"areas": "14.06.01"}),
        ("joko", {"areas": "14", "level": "province"}),
        ("joko", {"areas": "ID", "level": "nation"}),
        ("joko", {"agency": "bawaslu"}),
        ("joko", {"level": "village"}),
        ("joko", {"areas": "14.01.07 14.01.08"}),
        ("joko", {"areas": "99.01.07"}),
        ("joko", {"areas": "apa ini"}),
        ("joko", {"areas": ""}),
        ("lestari", {"agency": "kpu"}),
    ],
)
def test_nobody_makes_posts_elsewhere_or_for_others(visit, who, said):
    from serentak.tower.access.models import Area, Post

    before = Post.objects.count(), Area.objects.count()
    assert make(visit(who), **said).status_code == 302
    assert (Post.objects.count(), Area.objects.count()) == before


def test_heads_and_operators_make_none(visit):
    for who in ("bunga", "budi", "made"):
        assert make(visit(who)).status_code == 403


def test_posts_of_another_agency_or_area_are_not_there(visit, cast):
    from serentak.tower.access.models import Post

    here = Post.objects.get(name="PPK Tapung").pk
    assert visit("joko").get(reverse("post", args=[here])).status_code == 200
    for who in ("kirana", "lestari"):
        assert visit(who).get(reverse("post", args=[here])).status_code == 404
    assert visit("joko").get(reverse("post", args=[10**9])).status_code == 404


def test_posts_and_people_are_given_as_files_and_searched_as_their_pages(visit):
    def rows(address):
        return json.loads(b"".join(visit("joko").get(address).streaming_content))["rows"]

    assert {row["agency"] for row in rows("/akun/jabatan.json")} == {"kpu"}
    assert [row["areas"] for row in rows("/akun/jabatan.json?q=KPU Kampar")] == ["14.01"]
    people = rows("/akun/orang.json")
    assert {"joko", "budi"} <= {row["account"] for row in people}
    assert "candra" not in {row["account"] for row in people}
    assert [row["account"] for row in rows("/akun/orang.json?q=jok")] == ["joko"]
    for who in ("budi", "fitri"):
        assert visit(who).get("/akun/orang.csv").status_code == 403


def test_a_post_that_reaches_beyond_is_not_looked_after(cast, actor):
    from serentak.tower.access.models import Area, Assignment, Post
    from serentak.tower.access.posts import posts_of

    polres = Post.objects.get(name="Polres Bontang")
    bontang = Post.objects.create(agency="polri", level="kabupaten", name="Admin Bontang")
    Area.objects.create(post=bontang, territory="64.74")
    Assignment.objects.create(user=cast["eko"], post=bontang, role="admin")
    assert polres not in posts_of(actor("eko"))  # two of its areas lie in Kutai Kartanegara
    Area.objects.create(post=bontang, territory="64.02.05")
    Area.objects.create(post=bontang, territory="64.02.17")
    assert polres in posts_of(actor("eko"))


# The police's own map


@pytest.mark.parametrize(
    ("territory", "allowed"),
    [("64.74", True), ("64.02.05.2001", True), ("64.02.17.2001-003", True), ("64.02.06", False), ("64.02", False)],
)
def test_police_jurisdiction_is_not_the_administrative_tree(actor, territory, allowed):
    """Muara Badak and Marangkayu lie in Kutai Kartanegara; their police is Polres Bontang."""
    assert actor("oka").may("guards.write", territory).allowed is allowed


def test_the_kabupatens_own_offices_follow_the_tree(cast, actor):
    from serentak.tower.access.models import Area, Assignment, Post

    kpu = Post.objects.create(agency="kpu", level="kabupaten", name="KPU Kutai Kartanegara")
    Area.objects.create(post=kpu, territory="64.02")
    Assignment.objects.create(user=cast["citra"], post=kpu, role="operator")
    assert actor("citra").may("boxes.read", "64.02.17.2001").allowed
    assert not actor("citra").may("boxes.read", "64.74").allowed


@pytest.mark.parametrize(
    ("who", "action", "territory", "allowed"),
    [
        ("made", "boxes.read", "14.01.06.2003-007", True),
        ("made", "boxes.read", "14.01.06.2003-008", False),
        ("made", "plans.write", "14.01.06.2003-007", False),
        ("indra", "funds.read", "14.01.06", False),
        ("nina", "means.write", "14.01.06", True),
        ("nina", "funds.read", "14.01.06", False),
        ("fitri", "guards.read", "14.01", False),
        ("putri", "boxes.read", "14.01", False),
        ("dewi", "boxes.live", "14.01.06", True),
    ],
)
def test_the_levels_of_the_rule_table(actor, who, action, territory, allowed):
    assert actor(who).may(action, territory).allowed is allowed


# People


def assign(client, post: str, **said):
    from serentak.tower.access.models import Post

    at = Post.objects.get(name=post).pk
    return client.post(reverse("assign", args=[at]), {"username": "sari.ppk", "role": "operator", **said})


def test_a_new_person_gets_a_first_password_that_opens_only_its_own_change(visit, cast):
    import re

    from django.test import Client

    page = assign(visit("joko"), "PPK Tapung", full_name="Sari", phone="0812345678").content.decode()
    password = re.search(r"<code>([a-z0-9-]{19})</code>", page).group(1)
    client = Client()
    client.post("/akun/login/", {"login": "sari.ppk", "password": password})
    assert client.get("/wilayah/14.01/")["Location"] == reverse("account_change_password")
    new = "sandi-saya-sendiri-9"
    client.post(reverse("account_change_password"), {"oldpassword": password, "password1": new, "password2": new})
    assert client.get("/akun/saya/").status_code == 200


def test_names_and_numbers_lie_encrypted(visit):
    from django.db import connection

    assign(visit("joko"), "PPK Tapung", full_name="Sari Dewi", phone="0812345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT full_name, phone FROM access_user WHERE username = 'sari.ppk'")
        stored = " ".join(cursor.fetchone())
        cursor.execute("SELECT changes FROM auditlog_logentry")
        trail = str(cursor.fetchall())
    for secret in ("Sari", "0812345678", "345678"):
        assert secret not in stored + trail


def test_a_role_that_is_none_leaves_no_account_behind(visit):
    from serentak.tower.access.models import User

    assign(visit("joko"), "PPK Tapung", role="raja")
    assert not User.objects.filter(username="sari.ppk").exists()


def test_nobody_takes_over_the_account_of_somebody_elses_person(visit, cast):
    before = cast["dewi"].password
    assign(visit("joko"), "PPK Tapung", username="dewi")
    cast["dewi"].refresh_from_db()
    assert cast["dewi"].assignments.count() == 1
    assert cast["dewi"].password == before
    answer = visit("joko").post(reverse("change_person", args=[cast["dewi"].pk]), {"do": "password"})
    assert answer.status_code == 404


def test_nobody_raises_or_closes_themselves(visit, cast, actor):
    from serentak.tower.access.models import Post
    from serentak.tower.access.people import assign as put

    with pytest.raises(Refused):
        put(actor("joko"), cast["joko"], Post.objects.get(name="KPU Kampar"), "head")
    visit("joko").post(reverse("change_person", args=[cast["joko"].pk]), {"do": "close"})
    cast["joko"].refresh_from_db()
    assert cast["joko"].is_active


def test_an_ended_assignment_counts_no_more(visit, cast, actor):
    row = cast["indra"].assignments.get()
    assert visit("joko").post(reverse("end_assignment", args=[row.pk])).status_code == 302
    assert not actor("indra").may("boxes.read", "14.01.06").allowed


def test_a_new_first_password_takes_the_keys_away(visit, cast):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(cast["indra"], generate_totp_secret())
    page = visit("joko").post(reverse("change_person", args=[cast["indra"].pk]), {"do": "password"})
    assert page.status_code == 200
    assert not cast["indra"].authenticator_set.exists()


# Tables

TABLE = """tingkat;wilayah;jabatan;peran;masuk;akun;nama;telepon;sampai
tps;14.01.06.2003-021;;;kartu;;;;
kecamatan;14.01.07;;ketua;sandi;ppk.siak;Rina;0811;
"""


def bring(client, text: str | bytes, do: str = "make", name: str = "akun.csv"):
    data = io.BytesIO(text.encode() if isinstance(text, str) else text)
    data.name = name
    return client.post(reverse("bring_in"), {"file": data, "agency": "kpu", "do": do})


def counts() -> tuple[int, ...]:
    from auditlog.models import LogEntry

    from serentak.tower.access.models import Area, Assignment, Card, Post, User

    return tuple(model.objects.count() for model in (Post, Area, User, Assignment, Card, LogEntry))


def test_looking_through_leaves_nothing_behind_and_making_makes_it(visit):
    import pypdfium2

    from serentak.tower.access.models import Card, User

    client = visit("joko")
    before = counts()
    page = bring(client, TABLE, "look").content.decode()
    assert "KPPS 14.01.06.2003-021" in page
    assert "PPK 14.01.07" in page
    assert counts() == before
    assert base64.b64encode(TABLE.encode()).decode() in page
    said = {"do": "make", "agency": "kpu", "name": "akun.csv", "table": base64.b64encode(TABLE.encode()).decode()}
    answer = client.post(reverse("bring_in"), said)
    assert answer["Content-Type"] == "application/pdf"
    text = pypdfium2.PdfDocument(io.BytesIO(answer.content))[0].get_textpage().get_text_bounded()
    assert "ppk.siak" in text
    assert Card.objects.count() == 1
    assert User.objects.get(username="ppk.siak").first_password


@pytest.mark.parametrize(
    ("line", "row", "column"),
    [
        ("tps;14.06.01.2001-001;;;kartu;;;;", 4, "wilayah"),
        ("tps;14.01.06.2003-02x;;;kartu;;;;", 4, "wilayah"),
        ("kecamatan;14.01.06.2003;;;kartu;;;;", 4, "wilayah"),
        ("rt;14.01.06;;;kartu;;;;", 4, "tingkat"),
        ("kecamatan;14.01.08;;;surat;;;;", 4, "masuk"),
        ("kecamatan;14.01.08;;;sandi;;;;", 4, "akun"),
        ("kecamatan;14.01.08;;;sandi;dewi;;;", 4, "akun"),
        ("kecamatan;14.01.08;;raja;sandi;ppk.baru;;;", 4, "peran"),
        ("kecamatan;14.01.08;;;kartu;ppk.baru;;;", 4, "akun"),
        ("kecamatan;14.01.08;;ketua;kartu;;;;", 4, "peran"),
        ("kecamatan;14.01.08;;;sandi;ppk.baru;;;2001-01-01", 4, "sampai"),
        ("kecamatan;14.01.08;;;sandi", 4, None),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_nothing_is_made(visit, actor, line, row, column):
    from serentak.tower.access.bulk import bring_in

    before = counts()
    with pytest.raises(InputError) as caught:
        bring_in(actor("joko"), "kpu", "akun.csv", (TABLE + line + "\n").encode())
    assert [(each.row, each.column) for each in caught.value.problems] == [(row, column)]
    assert counts() == before
    answer = bring(visit("joko"), TABLE + line + "\n")
    assert answer.status_code == 400
    assert counts() == before


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "akun.csv"), (b"\x89PNG\r\n", "akun.csv"), (b"PK\x03\x04", "akun.xlsx"), (b"tingkat;wilayah\n", "akun.csv")],
)
def test_what_is_no_table_is_refused(visit, data, name):
    before = counts()
    assert bring(visit("joko"), data, name=name).status_code == 400
    assert counts() == before


def test_the_same_table_twice_makes_no_second_post_but_new_cards(visit):
    from serentak.tower.access.models import Card, Post

    bring(visit("joko"), TABLE.replace("kecamatan", "#").split("#")[0])
    posts = Post.objects.count()
    bring(visit("joko"), TABLE.replace("kecamatan", "#").split("#")[0])
    assert Post.objects.count() == posts
    assert Card.objects.count() == 2
    assert Card.objects.usable().count() == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_brought_in(visit, kind):
    client = visit("joko")
    given = client.get(reverse("accounts_template", args=[kind]))
    answer = bring(client, given.content, "look", f"akun.{kind}")
    assert answer.status_code == 200
    assert "ppk.kampar" in answer.content.decode()


def test_names_that_look_like_markup_stay_text(visit):
    page = bring(visit("joko"), TABLE.replace("Rina", "Rina").replace("ppk.siak", "<script>"), "look").content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;" in page
