from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from ninja import NinjaAPI

from serentak.tower.access.models import Count
from serentak.tower.api import places
from serentak.tower.api.api import A_SECOND
from serentak.tower.api.guard import declare

pytestmark = pytest.mark.django_db


def told(response, status, name):
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["type"].endswith(f"#{name}")
    assert body["title"]
    return body


@pytest.fixture
def kpu(rows, key_of):
    return Client(
        headers={"Authorization": f"Bearer {key_of('KPU Kampar', 'operator')}"}, raise_request_exception=False
    )


def test_every_kind_of_error_is_told_in_one_form(kpu, rows):
    told(kpu.get("/api/v1/nowhere"), 404, "not-found")
    told(kpu.get("/api/"), 404, "not-found")
    told(kpu.delete("/api/v1/boxes"), 405, "method-not-allowed")
    assert "GET" in kpu.delete("/api/v1/boxes").headers["Allow"]
    told(kpu.post("/api/v1/custody/entries", "{", content_type="application/json"), 400, "bad-request")
    body = told(kpu.post("/api/v1/custody/entries", "{}", content_type="application/json"), 422, "invalid")
    assert body["errors"][0]["where"].startswith("body")
    large = json.dumps({"entries": ["A" * 5_100_000]})
    told(kpu.post("/api/v1/custody/entries", large, content_type="application/json"), 413, "too-large")
    told(Client().get("/api/v1/boxes"), 401, "no-key")
    told(Client(headers={"Authorization": "Bearer srt_0000000000_x"}).get("/api/v1/boxes"), 401, "no-key")
    told(Client(headers={"Authorization": "Basic eDp5"}).get("/api/v1/regions/ID"), 401, "no-key")


def test_a_failure_of_ours_is_told_too_and_shows_nothing(kpu, monkeypatch):
    def fail(*_args):
        raise RuntimeError("secret words")

    monkeypatch.setattr(places, "region_out", fail)
    response = kpu.get("/api/v1/regions/14.01")
    told(response, 500, "failed")
    assert b"secret" not in response.content


def test_who_asks_too_often_is_told_to_wait(kpu):
    assert kpu.get("/api/v1/regions/ID").status_code == 200
    mine = Count.objects.filter(key__startswith="api ")
    assert mine.update(n=A_SECOND - 1, until=timezone.now() + timedelta(minutes=1)) == 1
    assert kpu.get("/api/v1/regions/ID").status_code == 200
    response = kpu.get("/api/v1/regions/ID")
    told(response, 429, "too-many")
    assert response.headers["Retry-After"] == "1"


def test_problems_speak_the_language_asked_for(kpu):
    assert kpu.get("/api/v1/nowhere?lang=en").json()["title"].startswith("There is nothing here")


def test_an_interface_with_an_operation_that_declares_nothing_does_not_start():
    api = NinjaAPI(urls_namespace="open", docs_url=None)

    @api.get("/open")
    def open_to_all(request):
        return {}

    with pytest.raises(ImproperlyConfigured, match="/open"):
        declare(api)


def test_a_person_who_is_logged_in_may_ask_but_not_write_without_the_token_of_a_form(visit, rows):
    assert visit("budi").get("/api/v1/boxes").status_code == 200
    client = Client(enforce_csrf_checks=True)
    from serentak.tower.access.models import User

    client.force_login(User.objects.get(username="budi"), backend="allauth.account.auth_backends.AuthenticationBackend")
    told(client.post("/api/v1/custody/entries", "{}", content_type="application/json"), 403, "forbidden")


def test_the_description_is_openapi_31_and_the_page_shows_every_operation(rows):
    schema = Client().get("/api/v1/openapi.json").json()
    assert schema["openapi"] == "3.1.0"
    page = Client().get("/api/v1/docs").content.decode()
    for path, operations in schema["paths"].items():
        assert path in page
        for operation in operations.values():
            assert operation["responses"]["404"]["content"]["application/problem+json"]
    assert "<script>" not in page
    assert "style=" not in page


def test_every_operation_says_what_it_takes():
    from serentak.tower.access.guard import routes

    operations = {route: pattern.operations for route, pattern in routes() if hasattr(pattern, "operations")}
    assert operations["api/v1/boxes"]["GET"].action == "boxes.read"
    assert operations["api/v1/custody/entries"]["POST"].action == "custody.hand_in"
    assert operations["api/v1/regions/<code>"]["GET"].action == "public"
