"""Bringing in a district: on trial first, every error with its row, nothing kept before it is accepted."""

from __future__ import annotations

import csv
import io
import shutil

import pytest

pytestmark = pytest.mark.django_db


def test_a_district_is_read_on_trial_and_kept_only_when_accepted(home, visit, hand_over, kecil, work):
    from serentak.tower.plans.models import District
    from serentak.tower.regions.models import Station

    brought = hand_over({f"kecil/{name}": content for name, content in kecil.items()})
    assert brought.state == "ready"
    page = visit("budi").get(f"/daerah/{brought.pk}/").content.decode()
    assert "12" in page
    assert brought.report["stations"] == 12
    assert not (home / "plans").exists()
    assert not District.objects.exists()
    answer = visit("budi").post(f"/daerah/{brought.pk}/terima/")
    assert answer.status_code == 302
    assert work() == [("load", "done")]
    brought.refresh_from_db()
    assert brought.path.parts[-4:-2] == ("plans", brought.district)
    assert {path.name: path.read_bytes() for path in brought.path.iterdir()} == kecil
    assert not (home / "web/uploads" / str(brought.pk)).exists()
    assert Station.objects.filter(kabupaten=brought.district).count() == 12


def test_every_error_is_shown_with_its_row_and_remedy(home, visit, hand_over, kecil):
    rows = list(csv.DictReader(io.StringIO(kecil["stations.csv"].decode())))
    voters = next(name for name in rows[0] if name in ("voters", "dpt", "pemilih"))
    rows[2][voters], rows[4][voters] = "banyak", "-3"
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    brought = hand_over(kecil | {"stations.csv": text.getvalue()})
    assert brought.state == "faulty"
    assert {(each["row"], each["value"]) for each in brought.report["problems"]} == {(4, "banyak"), (6, "-3")}
    assert all(each["remedy"] and each["column"] == voters for each in brought.report["problems"])
    page = visit("budi").get(f"/daerah/{brought.pk}/").content.decode()
    assert "banyak" in page
    table = b"".join(visit("budi").get(f"/daerah/{brought.pk}/masalah.csv").streaming_content).decode()
    found = {(row["row"], row["value"]) for row in csv.DictReader(io.StringIO(table, newline=""))}
    # What a spreadsheet would take for a formula is text in the file.
    assert found == {("4", "banyak"), ("6", "'-3")}
    assert "Terima" not in page.split("<main")[1].split("</main>")[0].replace("Diterima", "")
    assert not list((home / "web/uploads" / str(brought.pk)).glob("daerah/*"))
    visit("budi").post(f"/daerah/{brought.pk}/terima/")
    assert not (home / "plans").exists()


def test_a_district_outside_ones_territory_is_refused_and_deleted(home, visit, hand_over, kecil):
    from serentak.tower.plans.models import Import

    files = {name: content.replace(b"14.01", b"14.06") for name, content in kecil.items()}
    brought = hand_over(files)
    assert brought.state == "refused"
    assert "14.06" in brought.report["reason"]
    assert not (home / "web/uploads" / str(brought.pk)).exists()
    assert not brought.jobs.get().result
    assert hand_over(files, who="citra").state == "ready"
    theirs = Import.objects.first()
    assert visit("budi").get(f"/daerah/{theirs.pk}/").status_code == 404
    assert visit("budi").post(f"/daerah/{theirs.pk}/terima/").status_code == 404
    assert visit("indra").post("/daerah/unggah/").status_code == 403, "a kecamatan's operator replaces no district"


def test_a_bare_list_becomes_a_district_by_the_default_rules(hand_over, kecil):
    brought = hand_over(kecil["stations.csv"], name="tps.csv")
    assert brought.state == "ready", brought.report
    assert brought.report["assumptions"] > 3
    assert brought.report["stations"] == 12


def test_a_workbook_is_read_as_district(hand_over, tmp_path):
    from serentak.operations.template import write_template

    write_template(tmp_path / "buku.xlsx")
    brought = hand_over((tmp_path / "buku.xlsx").read_bytes(), name="buku.xlsx")
    assert brought.state == "ready", brought.report
    assert brought.path.suffix == ".xlsx"


def test_what_lies_in_the_inbox_is_offered_to_its_district_only(home, visit, kecil_folder, work):
    from serentak.tower.plans.models import Import

    (home / "inbox").mkdir()
    shutil.copytree(kecil_folder, home / "inbox/14.01-kecil")
    (home / "inbox/14.06-lain.csv").write_text("x")
    (home / "inbox/14.01-tautan").symlink_to("/etc")
    page = visit("budi").get("/daerah/").content.decode()
    assert "14.01-kecil" in page
    assert "14.06-lain" not in page
    assert "tautan" not in page
    for name in ("../web/secret.key", "/etc", "14.01-tautan", "14.06-lain.csv", "..", "14.01-kecil/../14.06-lain.csv"):
        visit("budi").post("/daerah/unggah/", {"inbox": name})
    assert not Import.objects.exists()
    visit("budi").post("/daerah/unggah/", {"inbox": "14.01-kecil"})
    assert work() == [("read", "done")]
    assert Import.objects.get().state == "ready"
    assert (home / "inbox/14.01-kecil/district.toml").is_file()


@pytest.mark.parametrize("who", ["dewi", "eko", "fitri", "gita", "hadi", "joko", "candra"])
def test_who_does_not_plan_does_not_bring_in(visit, who):
    assert visit(who).get("/daerah/").status_code == 403
    assert visit(who).post("/daerah/unggah/").status_code == 403


def test_the_public_is_sent_to_log_in(visit):
    assert visit().get("/daerah/").status_code == 302
    assert visit().get("/rencana/").status_code == 302
