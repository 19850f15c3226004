"""The trail of writes: complete, true about who and from where, and each agency's own."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse


def newest():
    from auditlog.models import LogEntry

    return LogEntry.objects.order_by("-pk").first()


def write(client, name="PPK Siak Hulu", **more):
    from serentak.tower.access.models import Post

    client.post(
        reverse("make_post"), {"agency": "kpu", "level": "kecamatan", "areas": "14.01.07", "name": name}, **more
    )
    return Post.objects.get(name=name)


def table(client, query: str = "") -> list[dict[str, str]]:
    answer = client.get("/akun/jejak.csv" + query)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_an_entry_says_who_what_before_after_when_and_from_where(visit):
    client = visit("joko")
    post = write(client)
    client.post(reverse("set_areas", args=[post.pk]), {"areas": "14.01.08"}, REMOTE_ADDR="203.0.113.4")
    rows = table(client, "?kind=area&where=14.01.08")
    row = next(each for each in rows if "14.01.08" in each["after"])
    assert row["account"] == "joko"
    assert row["address"] == "203.0.113.4"
    assert row["at"].endswith("Z")
    page = client.get(reverse("trail")).content.decode()
    assert "203.0.113.4" in page
    assert "PPK Siak Hulu" in page


def test_a_made_up_address_does_not_reach_the_trail(visit):
    write(visit("joko"), headers={"X-Forwarded-For": "198.51.100.77"}, REMOTE_ADDR="203.0.113.4")
    assert newest().remote_addr == "203.0.113.4"


def test_the_address_our_proxy_saw_reaches_the_trail(visit, settings):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, proxies=1)
    write(visit("joko"), headers={"X-Forwarded-For": "198.51.100.77, 192.0.2.33"}, REMOTE_ADDR="10.0.0.1")
    assert newest().remote_addr == "192.0.2.33"


def test_secrets_are_hidden_whole(cast):
    from serentak.tower.access.people import new_password

    made = new_password(cast["indra"])
    entry = newest()
    assert entry.changes["password"] == ["•••", "•••"]
    assert made.user.password[-20:] not in str(entry.changes)


@pytest.mark.parametrize(
    ("who", "sees"),
    [("joko", True), ("bunga", True), ("kirana", False), ("lestari", False)],
)
def test_each_agency_reads_its_own_trail_in_its_own_territory(visit, who, sees):
    write(visit("joko"))
    assert any("PPK Siak Hulu" in row["thing"] for row in table(visit(who))) is sees
    assert (b"PPK Siak Hulu" in visit(who).get(reverse("trail")).content) is sees


def test_operators_and_the_public_read_none(visit):
    assert visit("budi").get(reverse("trail")).status_code == 403
    assert visit("budi").get("/akun/jejak.csv").status_code == 403
    assert visit().get(reverse("trail")).status_code == 302


def test_a_deleted_thing_stays_in_the_trail_of_its_place(visit, cast):
    post = write(visit("joko"))
    post.delete()
    rows = table(visit("joko"), "?deed=2")
    assert [row["thing"] for row in rows if "PPK Siak Hulu" in row["thing"] and row["kind"] == "post"]


def test_every_model_that_people_write_is_followed(cast):
    from auditlog.registry import auditlog
    from django.apps import apps

    unfollowed = [
        model.__name__
        for config in apps.get_app_configs() if config.name.startswith("serentak.")
        for model in config.get_models()
        if getattr(model, "trail", True) and not auditlog.contains(model)
    ]  # fmt: skip
    assert unfollowed == []


def test_every_route_of_accounts_that_writes_leaves_an_entry(visit, cast):
    """Post what each of them takes, as an administrator may, and look for the entry with their name."""
    from auditlog.models import LogEntry
    from tests.tower.samples import a_card, a_person, a_post, an_assignment

    from serentak.tower.access.models import Post

    here = "14.01"
    said = {
        "make_post": (None, {"agency": "kpu", "level": "kecamatan", "areas": "14.01.09"}),
        "assign": (a_post(here), {"username": "orang.baru", "role": "reader"}),
        "end_assignment": (an_assignment(here), {}),
        "change_person": (a_person(here), {"do": "close"}),
        "print_cards": (None, {"post": [Post.objects.get(name="PPK Tapung").pk]}),
        "revoke_card": (a_card(here), {}),
    }
    client = visit("joko")
    for name, (parameters, form) in said.items():
        before = newest().pk
        answer = client.post(reverse(name, kwargs=parameters), form)
        assert answer.status_code in (200, 302), name
        written = LogEntry.objects.filter(pk__gt=before)
        assert {entry.actor for entry in written} == {cast["joko"]}, name
        assert all(entry.reach.exists() for entry in written), name


def test_a_formula_somebody_typed_is_no_formula_in_the_file(visit):
    write(visit("joko"), name="=HYPERLINK(1)")
    assert all(not row["thing"].startswith("=") for row in table(visit("joko")))


def test_the_writes_of_one_person_a_minute_have_an_end(visit, monkeypatch):
    from serentak.tower.access import limits

    monkeypatch.setattr(limits, "WRITES", 3)
    client = visit("joko")
    answers = [client.post(reverse("make_post"), {}).status_code for _n in range(4)]
    assert answers == [302, 302, 302, 429]
    assert client.get(reverse("posts")).status_code == 200
    assert visit("kirana").post(reverse("make_post"), {}).status_code == 302


def test_counting_is_exact_when_many_count_at_once(transactional_db):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import OperationalError, connection

    from serentak.tower.access.limits import spend

    def once(_n: int) -> bool:
        while True:
            try:
                return spend("bersama", most=10, seconds=60)
            except OperationalError as error:
                # A SQLite in memory that threads share does not wait, as the file of a site does.
                if "table is locked" not in str(error):
                    raise
            finally:
                connection.close()

    with ThreadPoolExecutor(4) as threads:
        allowed = list(threads.map(once, range(24)))
    assert sum(allowed) == 10


def test_who_logs_in_by_card_is_named_in_the_trail(visit, cast):
    from serentak.tower.access.cards import issue
    from serentak.tower.access.models import Post

    code = issue(Post.objects.get(name="PPK Tapung")).code
    client = Client()
    client.post("/akun/kartu/", {"code": code})
    assert client.session["card"]
