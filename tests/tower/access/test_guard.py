"""The guard: no route without a rule, and rules that hold."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import path


def test_every_route_declares_its_rule():
    from serentak.tower.access.guard import routes, unguarded

    assert len(list(routes())) > 20
    assert unguarded() == []


def test_a_route_without_a_rule_stops_the_site(settings):
    from serentak.tower.access.guard import refuse_unguarded

    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [path("terbuka/", lambda _request: HttpResponse())]})
    with pytest.raises(ImproperlyConfigured, match="terbuka/"):
        refuse_unguarded()


def test_an_unknown_action_cannot_be_declared():
    from serentak.tower.access.guard import access

    with pytest.raises(ImproperlyConfigured, match=r"boxes\.reed"):
        access("boxes.reed")


@pytest.mark.parametrize(
    ("who", "action", "where", "allowed"),
    [
        ("budi", "boxes.read", "14.01.06.2003-007", True),
        ("budi", "boxes.read", "14.06", False),
        ("budi", "boxes.read", "14", False),
        ("budi", "plans.approve", "14.01", False),
        ("bunga", "plans.approve", "14.01", True),
        ("candra", "boxes.read", "94.01", True),
        ("eko", "funds.read", "14.01", False),
        ("eko", "boxes.live", "14.01.06", True),
        ("endah", "boxes.live", "14.06.01", True),
        ("fitri", "boxes.live", "14.01", False),
        ("hadi", "guards.read", "14.01.06.2003", True),
        ("hadi", "guards.read", "14.01.07", False),
    ],
)
def test_the_rule_table(cast, who, action, where, allowed):
    from serentak.tower.access.actor import why

    verdict = why(who, action, where)
    assert verdict.allowed is allowed, verdict.reason
    assert who in verdict.reason


def test_a_territory_does_not_hold_its_namesakes():
    from serentak.tower.access.territory import chain, covers

    assert covers("14.01", "14.01.06.2003-007")
    assert not covers("14.0", "14.01")
    assert not covers("14.01.06.2003-007", "14.01.06.2003")
    assert chain("14.01.06.2003-007") == ["ID", "14", "14.01", "14.01.06", "14.01.06.2003", "14.01.06.2003-007"]


def test_who_is_not_logged_in_is_sent_to_log_in(visit):
    answer = visit().get("/akun/saya/")
    assert answer.status_code == 302
    assert "/akun/login/" in answer["Location"]
    assert visit("budi").get("/akun/saya/").status_code == 200


def test_the_first_page_leads_to_ones_own_region(visit):
    assert visit("budi").get("/")["Location"] == "/wilayah/14.01/"
    assert visit().get("/")["Location"] == "/wilayah/ID/"
    assert "Kabupaten Kampar" in visit().get("/wilayah/14.01/").content.decode()
