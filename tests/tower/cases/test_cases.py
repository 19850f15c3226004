"""Cases: a case at a time, for those for whom it was opened."""

from __future__ import annotations

import pytest

CASE = {
    "number": "12-PKE-DKPP/2024",
    "title": "Dugaan pelanggaran",
    "territory": "14.01",
    "findings": "",
    "readers": "",
}


@pytest.fixture
def hari(cast):
    """Give another member of the council, for whom nothing was opened."""
    from serentak.tower.access.models import Assignment, Post, User

    user = User.objects.create_user("hari")
    Assignment.objects.create(user=user, post=Post.objects.get(agency="dkpp"), role="reader")
    cast["hari"] = user
    return user


@pytest.fixture
def case(visit, hari):
    from serentak.tower.cases.models import Case

    assert visit("gita").post("/perkara/baru/", CASE).status_code == 302
    return Case.objects.get()


def test_for_others_a_case_does_not_exist(visit, case):
    for who, status in (("gita", 200), ("hari", 404), ("budi", 403), ("dewi", 403), ("", 302)):
        assert visit(who).get(f"/perkara/{case.pk}/").status_code == status, who
    assert "Dugaan" not in visit("hari").get("/perkara/").content.decode()


def test_opened_for_a_reader_who_only_reads(visit, case):
    data = {"state": "verified", "decision": "", "readers": "hari"}
    assert visit("gita").post(f"/perkara/{case.pk}/", data).status_code == 302
    assert visit("hari").get(f"/perkara/{case.pk}/").status_code == 200
    assert visit("hari").post(f"/perkara/{case.pk}/", data | {"state": "decided"}).status_code == 403
    case.refresh_from_db()
    assert case.state == "verified"


@pytest.mark.parametrize(
    "data",
    [
        {"state": "decided", "decision": " ", "readers": ""},
        {"state": "verified", "decision": "", "readers": "budi"},
        {"state": "lupa", "decision": "", "readers": ""},
    ],
)
def test_what_is_refused(visit, case, data):
    assert visit("gita").post(f"/perkara/{case.pk}/", data).status_code == 422


def test_a_case_does_not_go_backwards(visit, case):
    gita = visit("gita")
    assert gita.post(f"/perkara/{case.pk}/", {"state": "heard", "decision": "", "readers": ""}).status_code == 302
    assert gita.post(f"/perkara/{case.pk}/", {"state": "verified", "decision": "", "readers": ""}).status_code == 422


def test_a_number_once(visit, case):
    assert visit("gita").post("/perkara/baru/", CASE).status_code == 422
