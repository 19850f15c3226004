"""A small district in the projection, and keys of systems."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

NOW = datetime(2024, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def rows(cast):
    """Two stations in two kecamatan of Kampar, one in Rokan Hulu, with boxes, hand-overs and deviations."""
    from serentak.tower.boxes.models import Box, Deviation, Load, Log
    from serentak.tower.regions.models import Region, Station

    logs = {
        code: Log.objects.create(address=f"http://127.0.0.1:1/{code}", origin=f"x/{code}", district=code,
                                 election_day=date(2024, 11, 27), played=True, entries=7, as_of=NOW)
        for code in ("14.01", "14.06")
    }  # fmt: skip
    for place, way in (("14.01.06.2003", 3), ("14.01.01.1011", 2), ("14.06.01.2001", 0)):
        district, kecamatan = place[:5], place[:8]
        Region.objects.get_or_create(
            code=kecamatan, defaults={"parent_id": district, "level": 3, "name": f"Kecamatan {kecamatan}"}
        )
        area = {"province": "14", "kabupaten": district, "kecamatan": kecamatan, "village": place}
        name = f"{place}-001"
        Station.objects.create(id=name, number=1, voters=400, elections="GB", boxes=2, out=way, out_late=way == 2,
                               **area)  # fmt: skip
        for letter in "GBK":
            Box.objects.create(
                id=f"{name}-{letter}",
                owner=name,
                letter=letter,
                status=3,
                holder="truk#1",
                deadline=NOW + timedelta(hours=2),
                troubles="overdue" if way == 2 else "",
                **area,
            )
        Load.objects.create(log=logs[district], hash=place.replace(".", "").ljust(64, "0"), step=1, giver="gudang",
                            receiver=name, place=name, earliest=NOW, deadline=NOW, vehicle="truk#1", escort="regu#1",
                            boxes=3, done=1, **area)  # fmt: skip
        Deviation.objects.create(log=logs[district], key=place, code="overdue", finding=True, owner=name,
                                 entries=[[3, "00" * 32]], figures={"late": 60}, seen_at=NOW, **area)  # fmt: skip
    return logs


@pytest.fixture
def key_of(cast):
    """Give a function from agency, post and role to the text of a key."""
    from serentak.tower.access.models import Post
    from serentak.tower.api.models import SystemKey
    from serentak.tower.api.services import _hash

    def make(post: str, role: str = "reader") -> str:
        number = f"{SystemKey.objects.count():010d}"
        SystemKey.objects.create(prefix=number, secret_hash=_hash("geheim"), name="sistem", role=role,
                                 post=Post.objects.get(name=post), made_by=cast["joko"])  # fmt: skip
        return f"srt_{number}_geheim"

    return make


@pytest.fixture
def ask(key_of):
    """Give a function that asks as a system of a post (empty: anybody) and gives status and answer."""
    from django.core.cache import cache
    from django.test import Client

    cache.clear()

    def get(path: str, post: str = "", role: str = "reader"):
        headers = {"Authorization": f"Bearer {key_of(post, role)}"} if post else {}
        response = Client(headers=headers).get(f"/api/v1/{path}")
        return response.status_code, response.json()

    return get
