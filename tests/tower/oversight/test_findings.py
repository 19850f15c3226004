"""The supervisor's register: who writes, who answers, and that nothing is lost."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

NEW = {
    "territory": "14.01.06.2003-007",
    "stage": "logistics",
    "title": "Segel rusak",
    "text": "Segel kotak rusak di PPK.",
    "entries": "12, 40",
}


@pytest.fixture
def finding(visit):
    from serentak.tower.oversight.models import Finding

    assert visit("dewi").post("/temuan/baru/", NEW).status_code == 302
    return Finding.objects.get()


def add(client, finding, kind, **more):
    return client.post(f"/temuan/{finding.pk}/", {"kind": kind, "text": "Isi.", **more})


def test_from_finding_to_answer_both_are_kept(visit, finding):
    dewi, bunga = visit("dewi"), visit("bunga")
    assert add(dewi, finding, "recommendation", due="2024-11-26T12:00").status_code == 302
    assert add(bunga, finding, "answer", decision="not", text="Segel cadangan sudah dipasang.").status_code == 302
    assert add(dewi, finding, "closing").status_code == 302
    finding.refresh_from_db()
    assert finding.state == "settled"
    page = dewi.get(f"/temuan/{finding.pk}/").content.decode()
    for words in (
        "Segel kotak rusak",
        "Segel cadangan",
        "tidak ditindaklanjuti",
        "Bawaslu Kampar",
        "KPU Kampar",
        "12, 40",
    ):
        assert words in page
    assert "26 Nov 2024 12.00 WIB" in page
    assert [each.kind for each in finding.entries.all()] == ["finding", "recommendation", "answer", "closing"]


def test_nobody_answers_before_there_is_a_recommendation(visit, finding):
    assert add(visit("bunga"), finding, "answer", decision="followed").status_code in (403, 422)
    assert finding.entries.count() == 1


@pytest.mark.parametrize(
    ("who", "kind"), [("bunga", "recommendation"), ("dewi", "answer"), ("dodi", "recommendation"), ("eko", "closing")]
)
def test_each_says_only_what_is_theirs(visit, finding, who, kind):
    add(visit("dewi"), finding, "recommendation")
    assert add(visit(who), finding, kind, decision="followed").status_code in (403, 422)
    assert finding.entries.count() == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [("budi", 200), ("candra", 200), ("citra", 403), ("dodi", 403), ("eko", 403), ("fitri", 403), ("", 302)],
)
def test_who_reads(visit, finding, who, status):
    assert visit(who).get(f"/temuan/{finding.pk}/").status_code == status
    if status != 302:
        assert ("Segel rusak" in visit(who).get("/temuan/").content.decode()) is (status == 200)


def test_a_finding_elsewhere_is_refused(visit):
    from serentak.tower.oversight.models import Finding

    assert visit("dewi").post("/temuan/baru/", NEW | {"territory": "14.06"}).status_code == 403
    assert visit("dewi").post("/temuan/baru/", NEW | {"territory": "14.1.6"}).status_code == 422
    assert not Finding.objects.exists()


def test_evidence_is_handed_out_as_it_was_and_never_runs_here(visit, finding):
    data = b"<script>alert(1)</script>"
    file = SimpleUploadedFile("foto.html", data, content_type="text/html")
    assert add(visit("dewi"), finding, "evidence", file=file).status_code == 302
    entry = finding.entries.last()
    answer = visit("budi").get(f"/temuan/{finding.pk}/bukti/{entry.pk}/")
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert visit("citra").get(f"/temuan/{finding.pk}/bukti/{entry.pk}/").status_code == 403
    assert visit("budi").get(f"/temuan/{finding.pk}/bukti/{entry.pk + 1}/").status_code == 404


def test_a_deviation_begins_a_finding(visit):
    from serentak.tower.boxes.models import Deviation, Log

    log = Log.objects.create(address="x")
    row = {"log": log, "code": "seal-broken", "finding": True, "kabupaten": "14.01", "province": "14", "entries": [7]}
    here = Deviation.objects.create(key="a", owner="14.01.06.2003-007", objects_named="14.01.06.2003-007-B", **row)
    page = visit("dewi").get(f"/temuan/baru/?deviation={here.pk}").content.decode()
    assert "14.01.06.2003-007" in page
    assert 'value="7"' in page
    assert visit("dodi").get(f"/temuan/baru/?deviation={here.pk}").status_code == 404


@given(st.lists(st.sampled_from(["evidence", "recommendation", "answer", "closing"]), max_size=12))
def test_whatever_the_order_a_settled_finding_stays_settled(kinds):
    from serentak.tower.oversight.services import NEXT

    state, settled, recommended = "open", False, False
    for kind in kinds:
        after = NEXT[state].get(kind)
        if after is None:
            assert settled or (kind == "answer" and not recommended)
            continue
        settled = settled or kind == "closing"
        recommended = recommended or kind == "recommendation"
        state = after
        assert (state == "settled") is settled
