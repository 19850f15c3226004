"""Handing in, to a log that really runs."""

from __future__ import annotations

import base64
import json
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import Client

from serentak.custody.entry import Signature, decode_entry, encode_entry
from serentak.ledger.source import FolderSource
from serentak.ledger.write import LogWriter
from serentak.operations.custody_log import read_entries
from serentak.operations.log import log_app, new_log
from serentak.operations.log_door import door_of
from serentak.operations.log_http import Server

sys.path[:0] = [str(Path(__file__).parents[2])]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def events(tmp_path_factory):
    """Play the small sample district; give the entries of its log and its code."""
    from serentak.operations.plan import make_plan, read_plan_ground
    from serentak.operations.play import play
    from serentak.operations.sample import write_sample

    home = tmp_path_factory.mktemp("events")
    write_sample("kecil", home / "kecil")
    make_plan(home / "kecil", home / "rencana", "draft")
    play(home / "rencana", str(home / "log"), 1)
    entries = list(read_entries(FolderSource(home / "log")))
    return entries, read_plan_ground(home / "rencana").district.code


@contextmanager
def served(folder):
    with LogWriter(folder, door_of(folder)) as writer:
        server = Server(log_app(folder, writer), "127.0.0.1", 0)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture
def log(tmp_path, cast, events):
    """Serve an empty log that the site follows, and give the site's row."""
    from serentak.tower.access.models import Area, Post
    from serentak.tower.api.services import _source
    from serentak.tower.boxes.models import Log

    code = events[1]
    for post in Post.objects.filter(level="kabupaten", areas__territory="14.01"):
        Area.objects.get_or_create(post=post, territory=code)
    new_log(tmp_path / "log", "contoh.invalid/log")
    with served(tmp_path / "log") as address:
        yield Log.objects.create(address=address, origin="contoh.invalid/log", district=code)
        _source(address).close()
    _source.cache_clear()


@pytest.fixture
def hand(key_of):
    """Give a function that hands entries in as a system of a post."""

    def post(entries, who="KPU Kampar", role="operator", **headers):
        texts = [each if isinstance(each, str) else base64.b64encode(each).decode() for each in entries]
        client = Client(headers={"Authorization": f"Bearer {key_of(who, role)}", **headers})
        body = json.dumps({"entries": texts})
        response = client.post("/api/v1/custody/entries", body, content_type="application/json")
        return response.status_code, response.json()

    return post


def test_entries_reach_the_log_as_they_are_and_receipts_come_back(log, hand, events, tmp_path):
    entries = events[0][:40]
    status, answer = hand(entries)
    assert (status, answer["taken"], answer["log"]) == (200, 40, "contoh.invalid/log")
    assert [row["index"] for row in answer["results"]] == list(range(40))
    assert all("contoh.invalid/log" in row["receipt"] for row in answer["results"])
    from contextlib import closing

    from serentak.ledger.store import Store

    with closing(Store(tmp_path / "log" / "private" / "log.sqlite")) as store:
        assert [entry for _leaf, entry in store.entries(0, 40)] == entries
    assert hand(entries)[1]["results"] == answer["results"]


def test_the_same_key_gives_the_same_answer_and_nothing_else(log, hand, events, key_of):
    from serentak.tower.api.models import HandIn, SystemKey

    entries = [base64.b64encode(each).decode() for each in events[0][:3]]
    token = key_of("KPU Kampar", "operator")
    client = Client(headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "satu"})

    def post(texts):
        return client.post("/api/v1/custody/entries", json.dumps({"entries": texts}), content_type="application/json")

    first = post(entries)
    assert first.status_code == 200
    log.delete()
    # The log is not asked again.
    again = post(entries)
    assert (again.status_code, again.json()) == (200, first.json())
    other = post(entries[:1])
    assert other.status_code == 409
    assert other.json()["type"].endswith("#conflict")
    assert HandIn.objects.count() == 1
    assert SystemKey.objects.get().last_used is not None


def test_what_the_log_refuses_is_told_with_its_reason(log, hand, events):
    hand(events[0][:1])
    log.entries = 1
    log.save()
    good = decode_entry(events[0][1])
    bent = [Signature(each.key, each.data[:-1] + bytes([each.data[-1] ^ 1])) for each in good.signatures]
    status, answer = hand([encode_entry(good.data, bent)])
    assert (status, answer["taken"]) == (422, 0)
    assert answer["results"][0]["error"]
    assert hand([encode_entry(good.data, bent), events[0][1]])[1]["taken"] == 1


def test_an_empty_log_takes_its_beginning_first(log, hand, events):
    status, answer = hand(events[0][1:2])
    assert status == 422
    assert answer["errors"][0]["where"] == "entries.0"


def test_every_entry_that_cannot_be_handed_in_is_named(log, hand, events):
    genesis = events[0][0]
    status, answer = hand([genesis, "not base64!", base64.b64encode(b"no event").decode()])
    assert status == 422
    assert [each["where"] for each in answer["errors"]] == ["entries.1", "entries.2"]
    # Nothing was half taken: the good one is the log's first when it comes alone.
    assert hand([genesis])[1]["results"][0]["index"] == 0


def test_nobody_hands_in_what_is_of_another_area_or_reads_only(log, hand, events):
    status, answer = hand([events[0][0]], "KPU Rokan Hulu", "operator")
    assert status == 422
    assert "KPU Rokan Hulu" in answer["errors"][0]["message"]
    assert hand([events[0][0]], role="reader")[0] == 403
    assert hand([events[0][0]], "DKPP", "operator")[0] == 403
    about = [each for each in events[0] if decode_entry(each).event.objects]
    assert hand(about[:1], "PPK Tapung", "operator")[0] == 422


def test_a_log_that_does_not_answer_is_told_so(hand, cast, events):
    from serentak.tower.access.models import Area, Post
    from serentak.tower.boxes.models import Log

    Area.objects.get_or_create(post=Post.objects.get(name="KPU Kampar"), territory=events[1])
    Log.objects.create(address="http://127.0.0.1:9", origin="x", district=events[1])
    status, answer = hand([events[0][0]])
    assert (status, answer["type"].rpartition("#")[2]) == (503, "unavailable")


def test_answers_are_forgotten_after_a_while():
    from datetime import timedelta

    from django.utils import timezone

    from serentak.tower.api.models import HandIn
    from serentak.tower.api.services import KEPT, forget_old

    for key, age in (("new", timedelta(hours=1)), ("old", KEPT + timedelta(hours=1))):
        HandIn.objects.create(caller="x", key=key, body_hash="0", made_at=timezone.now() - age)
    assert forget_old() == 1
    assert HandIn.objects.get().key == "new"
