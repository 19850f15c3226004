"""Who escorts what, where, now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

NOW = datetime(2024, 11, 26, 3, 0, tzinfo=UTC)
DUTY = {
    "kabupaten": "14.01",
    "unit": "polri#1",
    "people": "2",
    "leader": "Aipda Rekaan",
    "phone": "0812",
    "since": "2024-11-26T06:00",
    "until": "2024-11-26T20:00",
}


@pytest.fixture
def road(tree):
    """Three teams on the road in Kampar and one in Rokan Hulu; it is 10.00 on H-1, played."""
    from serentak.tower.boxes.models import Box, Load, Log

    log = Log.objects.create(address="x", district="14.01", played=True, as_of=NOW)

    def load(number, vehicle, escort, hours, kabupaten="14.01", **more):
        return Load.objects.create(
            log=log, hash=f"{number:064d}", province="14", kabupaten=kabupaten, kecamatan=f"{kabupaten}.06", step=10,
            giver=vehicle, receiver=f"PPK-{kabupaten}.06", place=f"PPK-{kabupaten}.06",
            earliest=NOW - timedelta(hours=1),
            deadline=NOW + timedelta(hours=hours), vehicle=vehicle, escort=escort, boxes=10, **more,
        )  # fmt: skip

    load(1, "truk#1", "polri#1", 2)
    load(2, "truk#2", "polri#2", -1, done=3)
    load(3, "truk#3", "", 5)
    load(4, "truk#4", "polri#4", 1, done=10)  # all handed over
    load(5, "truk#5", "polri#5", 1, cancelled=True)
    load(6, "truk#9", "polri#9", 1, kabupaten="14.06")
    for number in range(7):
        Box.objects.create(
            id=f"14.01.06.2003-{number + 1:03d}-B",
            owner=f"14.01.06.2003-{number + 1:03d}",
            province="14",
            kabupaten="14.01",
            kecamatan="14.01.06",
            village="14.01.06.2003",
            letter="B",
            status=3,
            holder="truk#1",
        )
    Box.objects.create(
        id="14.01.07.2001-001-B",
        owner="14.01.07.2001-001",
        province="14",
        kabupaten="14.01",
        kecamatan="14.01.07",
        village="14.01.07.2001",
        letter="B",
        status=4,
        holder="PPK-14.01.07",
        place="PPK-14.01.07",
    )
    return log


def test_late_first_and_what_is_done_is_gone(road):
    from serentak.tower.escorts.services import on_the_road

    rows = on_the_road(["14.01"])
    assert [each.vehicle for each in rows] == ["truk#2", "truk#1", "truk#3"]
    assert [each.late for each in rows] == [True, False, False]
    assert [(each.aboard, each.due) for each in rows] == [(0, 7), (7, 10), (0, 10)]
    assert [each.gap for each in rows] == [True, True, False]


def test_naming_an_escort_closes_the_gap_while_it_lasts(visit, road):
    from serentak.tower.escorts.services import on_the_road

    assert visit("eko").post("/pengawalan/petugas/", DUTY).status_code == 302
    named = {each.vehicle: each.duty for each in on_the_road(["14.01"])}
    assert named["truk#1"].post == "Polres Kampar"
    assert named["truk#2"] is None
    road.as_of = NOW + timedelta(hours=11)
    road.save()
    assert {each.vehicle: each.duty for each in on_the_road(["14.01"])}["truk#1"] is None


def test_names_and_telephones_lie_encrypted(visit, road):
    from django.db import connection

    visit("eko").post("/pengawalan/petugas/", DUTY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT leader, phone FROM escorts_duty")
        row = cursor.fetchone()
    assert "Rekaan" not in row[0]
    assert "0812" not in row[1]
    assert "Aipda Rekaan" in visit("eko").get("/pengawalan/").content.decode()
    assert "Aipda Rekaan" not in visit("dewi").get("/pengawalan/").content.decode()


def test_goods_that_nobody_guards(visit, road):
    from serentak.tower.escorts.services import unguarded_places

    assert unguarded_places(["14.01"]) == [("14.01", "PPK-14.01.07", 1)]
    assert visit("eko").post("/pengawalan/petugas/", DUTY | {"unit": "PPK-14.01.07"}).status_code == 302
    assert unguarded_places(["14.01"]) == []


def test_the_map_of_police_and_army_is_their_own(visit, road):
    assert "truk#9" not in visit("eko").get("/pengawalan/").content.decode()
    assert "truk#9" in visit("endah").get("/pengawalan/").content.decode()  # a Kodim of two kabupaten


@pytest.mark.parametrize(
    ("who", "status"), [("budi", 200), ("dewi", 200), ("hadi", 200), ("fitri", 403), ("gita", 403), ("", 302)]
)
def test_who_sees_it(visit, road, who, status):
    answer = visit(who).get("/pengawalan/")
    assert answer.status_code == status
    if who == "hadi":
        # Linmas sees needs of its kecamatan, no vehicles on the road
        assert "truk#1" not in answer.content.decode()


@pytest.mark.parametrize("who", ["budi", "dewi", "hadi"])
def test_who_does_not_write(visit, road, who):
    from serentak.tower.escorts.models import Duty

    assert visit(who).post("/pengawalan/petugas/", DUTY).status_code == 403
    assert visit("eko").post("/pengawalan/petugas/", DUTY | {"kabupaten": "14.06"}).status_code == 403
    assert visit("eko").post("/pengawalan/petugas/", DUTY | {"until": "2024-11-26T05:00"}).status_code == 422
    assert not Duty.objects.exists()


def test_a_word_from_the_road(visit, road):
    data = {"kabupaten": "14.01", "vehicle": "truk#1", "kind": "held-up", "text": "Jembatan putus"}
    assert visit("eko").post("/pengawalan/lapor/", data).status_code == 302
    page = visit("budi").get("/pengawalan/").content.decode()
    assert "Jembatan putus" in page


def test_are_there_enough(visit, road):
    from serentak.tower.escorts.services import needs
    from serentak.tower.regions.models import Station

    for number in range(1, 10):
        Station.objects.create(
            id=f"14.01.06.2003-{number:03d}", province="14", kabupaten="14.01", kecamatan="14.01.06",
            village="14.01.06.2003", number=number, voters=300, elections="GB", police_class="rawan",
        )  # fmt: skip
    data = {"kabupaten": "14.01", "police_class": "rawan", "police": 2, "stations": 4, "linmas": 8}
    assert visit("eko").post("/pengawalan/pola/", data).status_code == 302
    need = needs(["14.01"])[0]
    assert (need.stations, need.police, need.linmas) == (9, 6, 24)  # 9 stations are 3 groups of at most 4
    assert visit("eko").post("/pengawalan/kekuatan/", {"kabupaten": "14.01", "deployable": 536}).status_code == 302
    assert "536" in visit("eko").get("/pengawalan/").content.decode()
