"""Pages about stations, boxes and places: who may see them, and that they say what the log says."""

from __future__ import annotations

import json

import pytest

STATION = "14.01.08.2001-001"


def paths(faults):
    from serentak.tower.boxes.models import Log

    log = Log.objects.get()
    return [
        f"/tps/{STATION}/", f"/kotak/{STATION}-B/", f"/kotak/{STATION}-B/bukti/", "/kotak/14.01.08-R-B/",
        "/tempat/14.01/PPK-CONTOH/", "/tempat/14.01/truk%231/", "/belum-sampai/?wilayah=14.01",
        "/menyimpang/?wilayah=14.01", f"/catatan/{log.pk}/0/", f"/catatan/{log.pk}/100/",
    ]  # fmt: skip


def test_whoever_may_see_them_sees_all_pages(rough, visit):
    for who in ("budi", "dewi", "eko", "candra"):
        client = visit(who)
        for path in paths(rough[1]):
            assert client.get(path).status_code == 200, (who, path)


def test_whoever_works_elsewhere_sees_none(rough, visit):
    for who in ("citra", "dodi", "indra"):
        client = visit(who)
        for path in paths(rough[1]):
            assert client.get(path).status_code == 403, (who, path)


def test_who_has_no_part_in_it_sees_none(rough, visit):
    for who in ("fitri", "gita", "hadi", "joko"):
        client = visit(who)
        for path in paths(rough[1]):
            assert client.get(path).status_code == 403, (who, path)
    for path in paths(rough[1]):
        assert visit().get(path).url.startswith("/akun/login/"), path


def test_a_police_officer_of_one_kecamatan_sees_its_place(rough, cast):
    """The hub of a kecamatan belongs to it: its keeper sees it."""
    from serentak.tower.boxes.services import territory_of_place

    assert territory_of_place("14.01", "PPK-CONTOH") == "14.01.08"
    assert territory_of_place("14.01", "TIDAK-ADA") is None


def test_what_is_not_there_is_not_found(rough, visit):
    client = visit("budi")
    for path in ("/tps/14.01.08.2001-099/", "/kotak/14.01.08.2001-099-B/", "/tempat/14.01/TIDAK-ADA/", "/catatan/9/0/"):
        assert client.get(path).status_code == 404, path
    assert visit().get("/tps-saya/14.01.08.2001-099/").status_code == 404
    assert visit().get("/bukti/14.01.08.2001-099-B/").status_code == 404


def test_a_station_shows_every_hand_over_with_its_entry(rough, visit):
    """The entries on the page are those that the state of the log names."""
    from serentak.custody.query import station
    from serentak.operations.custody_state import read_state
    from serentak.tower.boxes.models import Log

    log = Log.objects.get()
    page = visit("budi").get(f"/tps/{STATION}/").content.decode()
    steps = {step.index for found in station(read_state(log.address), STATION) for step in found.steps}
    assert steps
    for index in steps:
        assert f"/catatan/{log.pk}/{index}/" in page


def test_what_was_said_to_be_missing_is_no_hand_over(rough, visit):
    from serentak.tower.boxes.models import Box

    silent = rough[1]["silence"]
    proofs = [proof for _index, proof in Box.objects.get(pk=f"{silent}-B").acts]
    assert "missing" in proofs
    assert "menyatakan bahwa ini tidak ada" in visit("budi").get(f"/kotak/{silent}-B/").content.decode()


def test_what_has_not_arrived_is_named_with_what_to_do(rough, visit):
    page = visit("budi").get("/belum-sampai/?wilayah=14.01&arah=kirim").content.decode()
    assert rough[1]["silence"] in page
    assert "Hubungi perahu#1" in page
    assert "1 dari 12" in page


def test_what_deviates_is_shown_with_evidence_and_leads_to_the_register(rough, visit):
    from serentak.tower.boxes.models import Deviation

    page = visit("dewi").get("/menyimpang/").content.decode()
    for each in Deviation.objects.filter(finding=True):
        for index, _digest in each.entries:
            assert f"/catatan/{each.log_id}/{index}/" in page
        assert f"/temuan/baru/?deviation={each.pk}" in page
    assert "/temuan/baru/" not in visit("budi").get("/menyimpang/").content.decode()
    notes = visit("dewi").get("/menyimpang/?catatan=1").content.decode()
    assert "satu tanda tangan" in notes
    one = visit("dewi").get("/menyimpang/?jenis=silence").content.decode()
    assert rough[1]["silence"] in one


def test_nobody_asks_for_a_region_that_is_not_theirs(rough, visit):
    for path in ("/belum-sampai/", "/menyimpang/"):
        assert visit("budi").get(path + "?wilayah=14").status_code == 403
        assert visit("budi").get(path + "?wilayah=14.06").status_code == 403
        assert visit("candra").get(path + "?wilayah=xx").status_code == 404
        assert visit("candra").get(path).status_code == 200


def test_the_public_sees_words_and_no_place_no_vehicle_no_guard(rough, visit):
    """Of a box on the road nobody is told where it is or who has it, and it has no proof to take home yet."""
    silent = rough[1]["silence"]
    page = visit().get(f"/tps-saya/{silent}/")
    text = page.content.decode()
    assert "dalam perjalanan" in text
    for secret in ("perahu", "PPK-CONTOH", "truk", "/catatan/", "/tempat/"):
        assert secret not in text
    assert f"/bukti/{silent}-B/" not in text
    assert visit().get(f"/bukti/{silent}-B/").status_code == 404


def test_the_proof_of_the_public_is_that_of_the_command_line(rough, visit, tmp_path):
    from serentak.operations.evidence import check_bundle, make_bundle

    log, _faults = rough
    client = visit()
    page = client.get(f"/tps-saya/{STATION}/").content.decode()
    assert f"/bukti/{STATION}-B/" in page
    for box in (f"{STATION}-B", f"{STATION}-K"):
        answer = client.get(f"/bukti/{box}/")
        assert answer.content == make_bundle(log.address, box)
        assert "attachment" in answer["Content-Disposition"]
        file = tmp_path / f"{box}.json"
        file.write_bytes(answer.content)
        found = check_bundle(file)
        assert (found["box"], json.loads(answer.content.rsplit(b"\n", 2)[0])["box"]) == (box, box)


def test_acts_are_given_as_a_file_as_the_page_shows_them(rough, visit):
    client = visit("budi")
    for thing in (f"/kotak/{STATION}-B/", f"/tps/{STATION}/"):
        page = client.get(thing).content.decode()
        assert f"{thing}catatan.json" in page
        rows = json.loads(b"".join(client.get(f"{thing}catatan.json").streaming_content))["rows"]
        assert len(rows) == page.count("/catatan/") > 5
        assert all(f"/{row['entry']}/" in page and STATION in row["boxes"] for row in rows)


def test_who_asks_for_a_file_while_the_log_is_being_read_is_asked_to_come_again(rough, visit, monkeypatch):
    from serentak.tower.boxes import proofs

    log, _faults = rough
    assert visit().get(f"/bukti/{STATION}-B/").status_code == 200
    monkeypatch.setattr(proofs, "PATIENCE", 0)
    with proofs._readers[log.address]._lock:
        waits = visit().get(f"/bukti/{STATION}-B/")
    assert (waits.status_code, waits["Retry-After"]) == (503, "30")
    assert f"/bukti/{STATION}-B/" in waits.content.decode()
    assert visit().get(f"/bukti/{STATION}-B/").status_code == 200


def test_a_page_about_goods_is_not_sent_again(rough, visit):
    client = visit("budi")
    for path in (*paths(rough[1])[:2], "/belum-sampai/", "/menyimpang/", "/tempat/14.01/PPK-CONTOH/"):
        first = client.get(path)
        assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304, path
    public = visit().get(f"/tps-saya/{STATION}/")
    assert visit().get(f"/tps-saya/{STATION}/", headers={"If-None-Match": public["ETag"]}).status_code == 304


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999", "²"])
def test_odd_page_numbers_do_no_harm(rough, visit, page):
    assert visit("budi").get("/belum-sampai/", {"halaman": page}).status_code == 200
