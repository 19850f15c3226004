"""Pages about funds and means."""

from __future__ import annotations

from datetime import date

import pytest

GRANT = {
    "territory": "14.01",
    "recipient": "kpu",
    "name": "KPU Kampar",
    "number": "900/1/2023",
    "rupiah": "52195475000",
    "scheme": "two",
    "signed": "2023-11-01",
    "voting_day": "2024-11-27",
}
MEANS = {
    "territory": "14.01",
    "kind": "vehicle",
    "what": "Truk",
    "where": "Gudang",
    "needed": "10",
    "promised": "8",
    "ready": "5",
}


@pytest.fixture
def grant(visit):
    from serentak.tower.means.models import Grant

    assert visit("fitri").post("/dana-sarana/hibah/baru/", GRANT).status_code == 302
    return Grant.objects.get()


def move(visit, grant, kind, rupiah, who="fitri"):
    data = {"form": "movement", "movement-kind": kind, "movement-day": "2023-11-10", "movement-rupiah": rupiah}
    return visit(who).post(f"/dana-sarana/hibah/{grant.pk}/", data)


def close(visit, grant, month, spent, **more):
    data = {
        "form": "closing",
        "closing-month": month,
        "closing-spent": spent,
        "closing-physical": 40,
        "closing-target": 50,
    }
    return visit("fitri").post(f"/dana-sarana/hibah/{grant.pk}/", data | more)


def test_a_grant_with_what_was_paid_and_spent(visit, grant):
    assert move(visit, grant, "transfer", 20_878_190_000).status_code == 302
    assert close(visit, grant, "2024-03-15", 5_000_000_000, **{"closing-problem": "SPJ terlambat"}).status_code == 302
    page = visit("fitri").get(f"/dana-sarana/hibah/{grant.pk}/").content.decode()
    assert "Rp31.317.285.000" in page
    assert "27 Jun 2024" in page
    assert "SPJ terlambat" in page
    whole = visit("fitri").get("/dana-sarana/").content.decode()
    assert "-10" in whole
    assert "Rp20.878.190.000 (40 %)" in whole


def test_money_that_cannot_be(visit, grant):
    from serentak.tower.means.models import Closing, Movement

    assert move(visit, grant, "transfer", 52_195_475_001).status_code == 422
    assert move(visit, grant, "transfer", -5).status_code == 422
    assert move(visit, grant, "refund", 1).status_code == 422
    assert close(visit, grant, "2024-03-15", 1).status_code == 422
    assert Movement.objects.count() == Closing.objects.count() == 0
    assert move(visit, grant, "transfer", 1_000).status_code == 302
    assert close(visit, grant, "2024-03-15", 900).status_code == 302
    assert close(visit, grant, "2024-03-01", 900).status_code == 422  # the same month
    assert close(visit, grant, "2024-04-01", 899).status_code == 422  # less than before
    assert close(visit, grant, "2024-02-01", 901).status_code == 422  # more than later
    assert Closing.objects.get().month == date(2024, 3, 1)


def test_an_addendum_changes_the_instalments(visit, grant):
    assert move(visit, grant, "addendum", -2_195_475_000).status_code == 302
    page = visit("fitri").get(f"/dana-sarana/hibah/{grant.pk}/").content.decode()
    assert "Rp20.000.000.000" in page
    assert "Rp30.000.000.000" in page


@pytest.mark.parametrize(
    ("who", "status"), [("budi", 200), ("dewi", 200), ("eko", 403), ("citra", 403), ("gita", 403), ("", 302)]
)
def test_who_sees_a_grant(visit, grant, who, status):
    assert visit(who).get(f"/dana-sarana/hibah/{grant.pk}/").status_code == status


@pytest.mark.parametrize("who", ["budi", "dewi", "eko", "citra"])
def test_who_does_not_write(visit, grant, who):
    from serentak.tower.means.models import Movement

    assert move(visit, grant, "transfer", 5, who).status_code in (403, 302)
    assert not Movement.objects.exists()


def test_a_grant_elsewhere_is_refused(visit):
    from serentak.tower.means.models import Grant

    assert visit("fitri").post("/dana-sarana/hibah/baru/", GRANT | {"territory": "14.06"}).status_code == 403
    assert visit("fitri").post("/dana-sarana/hibah/baru/", GRANT | {"territory": "99.99"}).status_code == 422
    assert not Grant.objects.exists()


def test_means(visit):
    from serentak.tower.means.models import Means

    fitri = visit("fitri")
    assert fitri.post("/dana-sarana/sarana/baru/", MEANS).status_code == 302
    page = fitri.get("/dana-sarana/").content.decode()
    assert "Sarana siap: 5 dari 10" in page
    number = Means.objects.get().pk
    assert fitri.post(f"/dana-sarana/sarana/{number}/", MEANS | {"ready": "9"}).status_code == 422
    assert fitri.post(f"/dana-sarana/sarana/{number}/", MEANS | {"promised": "10", "ready": "10"}).status_code == 302
    assert visit("budi").get("/dana-sarana/").status_code == 200
    assert visit("budi").post(f"/dana-sarana/sarana/{number}/", MEANS).status_code == 403
    assert "Truk" not in visit("citra").get("/dana-sarana/").content.decode()


def test_every_write_leaves_a_trail(visit, grant):
    from auditlog.models import LogEntry

    entry = LogEntry.objects.get_for_object(grant).get()
    assert entry.actor.username == "fitri"
    assert entry.changes_dict["rupiah"] == ["None", "52195475000"]
