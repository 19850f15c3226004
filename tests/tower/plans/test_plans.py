"""A plan's life: made, checked, explained, printed, approved by two, announced, made anew."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from serentak.operations.forward import write_announcement
from serentak.operations.log import new_log
from serentak.operations.verify import verify
from serentak.operations.witness import new_witness

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(home, tmp_path):
    """Give the supervisor's public key; the log of the site lies in its home."""
    new_log(home / "log", "log.example/kecil")
    new_witness(tmp_path / "pengawas", "pengawas.example/w", ())
    return (tmp_path / "pengawas/public/vkey").read_text().splitlines()[0]


@pytest.fixture
def approved(made, visit):
    for who in ("bunga", "bayu"):
        visit(who).post(f"/rencana/{made.pk}/setujui/")
    assert made.state == "approved"
    return made


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


@pytest.mark.real
def test_a_district_becomes_a_plan(visit, work, hand_over, kecil):
    from serentak.tower.plans.models import Plan

    brought = hand_over(kecil)
    visit("budi").post(f"/daerah/{brought.pk}/terima/")
    address = visit("budi").post(f"/daerah/{brought.pk}/susun/", {"effort": "draft", "seed": "1"})["Location"]
    assert work() == [("load", "done"), ("plan", "done"), ("check", "done")]
    plan = Plan.objects.get()
    assert f"/rencana/{plan.pk}/" in text(visit("dewi"), address)
    assert plan.verdict["count"] == 0
    assert plan.made_by.username == "budi"


def test_a_plan_is_shown(made, visit):
    assert made.made_by.username == "budi"
    page = text(visit("budi"), f"/rencana/{made.pk}/")
    assert made.sha256[:12] in page
    assert page.count("✓") >= 2, "it holds, and every station is served"
    report = text(visit("dewi"), f"/rencana/{made.pk}/laporan/")
    assert "<table>" in report
    assert "style=" not in report.split("<main")[1]
    answer = visit("dewi").get(f"/rencana/{made.pk}/rute.geojson")
    features = json.loads(b"".join(answer.streaming_content))["features"]
    assert {each["properties"]["feature"] for each in features} == {"place", "station", "leg"}


def test_the_same_is_never_planned_twice_at_once(visit, hand_over, kecil, work):
    from serentak.tower.plans.models import Job

    brought = hand_over(kecil)
    client = visit("budi")
    client.post(f"/daerah/{brought.pk}/terima/")
    first = client.post(f"/daerah/{brought.pk}/susun/", {"effort": "draft", "seed": "1"})
    second = visit("bunga").post(f"/daerah/{brought.pk}/susun/", {"effort": "draft", "seed": "1"})
    assert first["Location"] == second["Location"]
    assert Job.objects.filter(kind="plan").count() == 1
    client.post(f"/daerah/{brought.pk}/susun/", {"effort": "draft", "seed": "2"})
    assert Job.objects.filter(kind="plan").count() == 2


@pytest.mark.parametrize(
    "said", [{"effort": "forever"}, {"effort": "draft", "seed": "-1"}, {"effort": "draft", "seed": "x"}]
)
def test_nonsense_is_refused_with_a_remedy(visit, hand_over, kecil, said):
    from serentak.tower.plans.models import Job

    brought = hand_over(kecil)
    visit("budi").post(f"/daerah/{brought.pk}/terima/")
    answer = visit("budi").post(f"/daerah/{brought.pk}/susun/", said, follow=True)
    assert 'class="error"' in answer.content.decode()
    assert not Job.objects.filter(kind="plan").exists()


def test_pages_are_answered_by_their_tag_until_something_changes(made, visit):
    client = visit("bunga")
    tag = client.get(f"/rencana/{made.pk}/")["ETag"]
    assert client.get(f"/rencana/{made.pk}/", headers={"If-None-Match": tag}).status_code == 304
    assert visit("bayu").get(f"/rencana/{made.pk}/", headers={"If-None-Match": tag}).status_code == 200
    client.post(f"/rencana/{made.pk}/setujui/")
    client.get("/bantuan/")  # the message is shown here
    assert client.get(f"/rencana/{made.pk}/", headers={"If-None-Match": tag}).status_code == 200


def test_two_heads_approve_and_neither_made_it(made, visit):
    address = f"/rencana/{made.pk}/setujui/"
    assert visit("budi").post(address).status_code == 403, "an operator does not approve"
    assert visit("citra").post(address).status_code == 404, "another district's head knows nothing of it"
    assert visit("dewi").post(address).status_code == 403
    visit("bunga").post(address)
    visit("bunga").post(address)
    assert made.state == "made"
    visit("bayu").post(address)
    assert made.state == "approved"
    visit("bayu").post(f"/rencana/{made.pk}/tarik/")
    assert made.state == "made"
    assert [(row.user.username, row.withdrawn_at is None) for row in made.approvals.all()] == [
        ("bunga", True), ("bayu", False)
    ]  # fmt: skip


def test_the_maker_is_not_among_those_who_approve(made, cast, visit):
    made.made_by = cast["bunga"]
    made.save()
    visit("bunga").post(f"/rencana/{made.pk}/setujui/")
    assert not made.approvals.exists()


def test_approvals_end_when_the_plan_changes(approved, visit, work):
    path = approved.path / "plan.json"
    path.write_bytes(path.read_bytes() + b" ")
    assert approved.state == "changed"
    page = text(visit("bunga"), f"/rencana/{approved.pk}/")
    assert "✕" in page
    visit("bunga").post(f"/rencana/{approved.pk}/umumkan/")
    assert work() == []
    assert not approved.approvals.filter(withdrawn_at=None).exists()
    path.write_bytes(path.read_bytes()[:-1])
    assert approved.state == "made", "who approved must look again"


def test_only_an_approved_plan_is_announced(made, log, home, visit, work):
    visit("bunga").post(f"/rencana/{made.pk}/umumkan/", {"supervisors": log})
    assert work() == []
    visit("bunga").post(f"/rencana/{made.pk}/setujui/")
    visit("bunga").post(f"/rencana/{made.pk}/umumkan/", {"supervisors": log})
    assert work() == []
    visit("bayu").post(f"/rencana/{made.pk}/setujui/")
    assert visit("budi").post(f"/rencana/{made.pk}/umumkan/").status_code == 403
    visit("bunga").post(f"/rencana/{made.pk}/umumkan/", {"supervisors": log})
    visit("bayu").post(f"/rencana/{made.pk}/tarik/")
    assert work() == [("announce", "failed")], "what was approved at the click must be approved when it is done"
    visit("bayu").post(f"/rencana/{made.pk}/setujui/")
    shown = visit("bunga").post(f"/rencana/{made.pk}/umumkan/", {"supervisors": log})["Location"]
    assert work() == [("announce", "done")]
    assert f"/rencana/{made.pk}/" in text(visit("bunga"), shown)
    made.refresh_from_db()
    assert made.announced_at
    assert made.state == "announced"
    assert verify(str(home / "log"))["clean"]
    from serentak.tower.boxes.models import Log

    assert Log.objects.get().district == made.district_id


def test_an_announcement_signed_elsewhere_is_forwarded(approved, log, home, tmp_path, visit, work):
    archive = zipfile.ZipFile(
        io.BytesIO(b"".join(visit("bunga").get(f"/rencana/{approved.pk}/berkas.zip").streaming_content))
    )
    archive.extractall(tmp_path / "meja")
    folder = next((tmp_path / "meja").iterdir())
    key = tmp_path / "meja/log.key"
    (home / "log/private/log.key").rename(key)
    file = tmp_path / "pengumuman.bin"
    # The log of this test is only read: its folder stands for the address where it is served.
    write_announcement(folder, str(home / "log"), key, file, [log])
    visit("bunga").post(f"/rencana/{approved.pk}/umumkan/")
    assert work() == [], "without key and file nothing is announced"
    signed = SimpleUploadedFile("pengumuman.bin", file.read_bytes())
    key.rename(home / "log/private/log.key")  # the log's own process signs its checkpoints with it
    visit("bunga").post(f"/rencana/{approved.pk}/umumkan/", {"signed": signed})
    assert work() == [("announce", "done")]
    approved.refresh_from_db()
    assert approved.state == "announced"
    assert verify(str(home / "log"))["clean"]


def test_paper_of_a_kecamatan_and_of_all(made, visit, work):
    from serentak.tower.plans.models import Paper

    client = visit("budi")
    kecamatan = "14.01.08"
    client.post(f"/rencana/{made.pk}/cetak/", {"area": kecamatan, "only": ["run-sheet", "label"]})
    assert work() == [("paper", "done")]
    paper = Paper.objects.get()
    assert paper.area == kecamatan
    answer = client.get(f"/cetakan/{paper.pk}/")
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert archive.namelist() == paper.files
    assert {name.split("/")[0] for name in paper.files} == {"run-sheet", "label"}
    one = client.get(f"/cetakan/{paper.pk}/{paper.files[0]}")
    assert one.content.startswith(b"%PDF")
    assert one["Content-Type"] == "application/pdf"
    for name in ("../../../web/secret.key", "%2e%2e/x", "label/nothing.pdf", "/etc/passwd"):
        assert client.get(f"/cetakan/{paper.pk}/{name}").status_code == 404
    assert visit("citra").get(f"/cetakan/{paper.pk}/").status_code == 404
    theirs = visit("dewi").get(f"/cetakan/{paper.pk}/")
    assert theirs.getvalue().startswith(b"PK")
    client.post(f"/rencana/{made.pk}/cetak/", {"area": "14.06.01"})
    client.post(f"/rencana/{made.pk}/cetak/", {"area": "14.01", "only": ["../x"]})
    assert work() == []


def test_why_is_answered(made, visit, work):
    from serentak.tower.regions.models import Station

    subject = Station.objects.first().pk
    answer = visit("dewi").post(f"/rencana/{made.pk}/jelaskan/", {"subject": subject})
    assert work() == [("explain", "done")]
    page = text(visit("dewi"), answer["Location"])
    assert subject in page
    again = visit("eko").post(f"/rencana/{made.pk}/jelaskan/", {"subject": subject})
    assert again["Location"] == answer["Location"]
    visit("dewi").post(f"/rencana/{made.pk}/jelaskan/", {"subject": "nowhere"})
    assert work() == [("explain", "failed")]


def test_a_plan_is_made_anew_from_the_form(approved, log, home, visit, work):
    from serentak.plan.model import read_plan
    from serentak.tower.plans.models import Plan

    visit("bunga").post(f"/rencana/{approved.pk}/umumkan/", {"supervisors": log})
    assert work() == [("announce", "done")]
    plan = read_plan(approved.path)
    stage = next(stage for stage in plan.stages if stage.tier == "tps")
    leg = f"{stage.base}>{stage.runs[0].stops[0].at}"
    address = f"/rencana/{approved.pk}/susun-ulang/"
    assert leg.split(">", maxsplit=1)[0] in text(visit("budi"), address)
    for said in ({"at": "besok", "closed": leg}, {"at": "H-1 05:00"}, {"at": "H-1 05:00", "closed": "/etc/passwd"},
                 {"at": "H-1 05:00", "areas": "{"}, {"at": "H-1 05:00", "areas": "[1]"}):  # fmt: skip
        assert visit("budi").post(address, said).status_code == 200
    assert work() == []
    assert visit("dewi").post(address, {"at": "H-1 05:00", "closed": leg}).status_code == 403
    visit("budi").post(address, {"at": "H-1 05:00", "closed": leg})
    assert [state for _kind, state in work()] == ["done", "done"]
    new = Plan.objects.first()
    assert new.supersedes == approved
    assert new.verdict["count"] == 0
    assert new.state == "made"
    assert f"#{approved.pk}" in text(visit("budi"), f"/rencana/{new.pk}/")
    page = text(visit("budi"), f"/rencana/{new.pk}/banding/?dengan={approved.pk}")
    assert new.difference["stops"] > 0
    assert "<tbody>" in page
    table = f"/rencana/{new.pk}/banding.json?dengan={approved.pk}"
    assert table in page
    rows = json.loads(b"".join(visit("budi").get(table).streaming_content))["rows"]
    assert rows
    assert all(row["change"] != "kept" and row["stop"] in page for row in rows[:100])
    assert visit("citra").get(table).status_code == 404
    for who in ("bunga", "bayu"):
        visit(who).post(f"/rencana/{new.pk}/setujui/")
    visit("bunga").post(f"/rencana/{new.pk}/umumkan/")
    assert work() == [("announce", "done")]
    approved.refresh_from_db()
    assert approved.state == "superseded"
    assert verify(str(home / "log"))["clean"]


def test_what_was_handed_over_is_taken_from_the_log(approved, log, visit, work):
    from serentak.plan.model import read_plan
    from serentak.tower.plans.models import Plan

    address, said = f"/rencana/{approved.pk}/susun-ulang/", {"at": "H-1 05:00", "ask_log": "1"}
    assert 'name="ask_log"' not in visit("budi").get(address).content.decode()
    assert visit("budi").post(address, said).status_code == 200, "no log knows of a plan that was not announced"
    visit("bunga").post(f"/rencana/{approved.pk}/umumkan/", {"supervisors": log})
    assert work() == [("announce", "done")]
    assert 'name="ask_log"' in visit("budi").get(address).content.decode()
    visit("budi").post(address, said)
    assert [state for _kind, state in work()] == ["done", "done"]
    new = Plan.objects.first()
    assert new.supersedes == approved
    assert new.verdict["count"] == 0
    assert read_plan(new.path).replan.logged is not None


def test_an_area_drawn_on_the_map_is_closed(made, visit, work):
    from serentak.tower.plans.models import Plan
    from serentak.tower.regions.models import Station

    at = Station.objects.exclude(lon=None).first()
    ring = [[at.lon + dx / 1000, at.lat + dy / 1000] for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    area = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}]}  # fmt: skip
    visit("budi").post(f"/rencana/{made.pk}/susun-ulang/", {"at": "H-1 05:00", "areas": json.dumps(area)})
    assert [state for _kind, state in work()] == ["done", "done"]
    assert Plan.objects.first().totals["unserved_out"] >= 1


ROUTES = ("", "laporan/", "berkas.zip", "rute.geojson", "susun-ulang/")


@pytest.mark.parametrize("who", ["citra", "dodi", "fitri", "gita", "hadi", "joko"])
@pytest.mark.parametrize("route", ROUTES)
def test_who_may_not_read_plans_there_learns_nothing(made, visit, who, route):
    assert visit(who).get(f"/rencana/{made.pk}/{route}").status_code == 404
    assert visit(who).get(f"/rencana/{made.pk + 999}/{route}").status_code == 404


def test_lists_show_ones_own_territory(made, visit):
    assert "Kampar" in text(visit("dewi"), "/rencana/") or made.district.name in text(visit("dewi"), "/rencana/")
    assert f"/rencana/{made.pk}/" not in text(visit("citra"), "/rencana/")
    assert f"/rencana/{made.pk}/" in text(visit("candra"), "/rencana/")
