"""Pages of the tree of regions: three numbers, x of y as of when, search, the light page, 304."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

FIRST_PAGE = 50_000


def numbers(page):
    """Give the three numbers of a page of a region."""
    shown = re.search(r'<ul class="three">(.*?)</ul>', page.content.decode(), re.DOTALL)[1]
    return [int(each.replace(".", "")) for each in re.findall(r"<b>([\d.]+)</b>", shown)]


@pytest.mark.parametrize("code", ["ID", "14", "14.01", "14.01.08", "14.01.08.2001"])
def test_every_level_says_the_same_three_numbers_as_its_stations(rough, visit, code):
    from django.db.models import Q

    from serentak.tower.access.territory import within
    from serentak.tower.regions.models import Station

    own = Station.objects.filter(within([code]))
    page = visit().get(f"/wilayah/{code}/?arah=kirim")
    assert numbers(page) == [
        own.filter(out=Station.Way.READY).count(),
        own.filter(out=Station.Way.UNDER_WAY).count(),
        own.filter(out_late=True).count(),
    ]
    back = visit().get(f"/wilayah/{code}/?arah=balik")
    assert numbers(back)[0] == own.filter(back=Station.Way.READY).count()
    # Once a box was closed after voting, the way back is shown unless the other is asked for.
    closed = own.filter(~Q(back=Station.Way.NOT_YET)).exists()
    assert numbers(visit().get(f"/wilayah/{code}/")) == numbers(back if closed else page)
    assert "3 Des 2024 21.00 WIB" in page.content.decode()


def test_the_home_of_everybody_is_where_they_work(kecil, visit):
    assert visit().get("/").url == "/wilayah/ID/"
    assert visit("budi").get("/").url == "/wilayah/14.01/"
    assert visit("indra").get("/").url == "/wilayah/14.01.06/"


def test_a_page_that_did_not_change_is_not_sent_again(rough, visit):
    client = visit()
    first = client.get("/wilayah/14.01/")
    again = client.get("/wilayah/14.01/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/wilayah/14.01/?lang=en", headers={"If-None-Match": first["ETag"]}).status_code == 200
    inside = visit("budi").get("/wilayah/14.01/", headers={"If-None-Match": first["ETag"]})
    assert inside.status_code == 200


def test_an_event_changes_the_page(rough, visit):
    from serentak.tower.regions.models import Region

    client = visit()
    first = client.get("/wilayah/14.01/")
    Region.objects.filter(pk="14.01.08").update(back_ready=1)
    assert client.get("/wilayah/14.01/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_public_is_led_to_the_public_page_of_a_station(rough, visit):
    assert "/tps-saya/14.01.08.2001-001/" in visit().get("/wilayah/14.01.08.2001/").content.decode()
    assert "/tps-saya/14.01.08.2001-001/" in visit("citra").get("/wilayah/14.01.08.2001/").content.decode()
    assert '"/tps/14.01.08.2001-001/"' in visit("budi").get("/wilayah/14.01.08.2001/").content.decode()


def test_a_region_that_is_not_there(kecil, visit):
    assert visit().get("/wilayah/99.99/").status_code == 404


def test_a_text_to_copy_names_the_late(rough, visit):
    page = visit().get("/wilayah/14.01/?arah=kirim").content.decode()
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]
    assert "Terlambat: 2" in text
    assert "per 3 Des 2024 21.00 WIB" in text
    assert "1 terlambat" in text or "2 terlambat" in text


def test_a_first_page_weighs_at_most_50_kb(rough, visit):
    """Page, style, script and icon, as they go over the line."""
    from django.contrib.staticfiles import finders

    client = visit()
    for path in ("/wilayah/ID/", "/wilayah/14/", "/wilayah/14.01.08.2001/", "/tps-saya/14.01.08.2001-001/"):
        page = client.get(path, headers={"Accept-Encoding": "gzip"})
        linked = re.findall(r'(?:href|src)="/static/([^"]+)"', gzip.decompress(page.content).decode())
        assert linked
        weight = len(page.content)
        for each in linked:
            weight += len(gzip.compress(Path(finders.find(each)).read_bytes()))
        assert weight <= FIRST_PAGE, path


def test_the_light_page_is_text_alone(rough, visit):
    page = visit().get("/ringan/14.01/").content.decode()
    assert "<script" not in page
    assert "stylesheet" not in page
    assert "12 dari 12" in page or "11 dari 12" in page
    assert visit().get("/ringan/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("14.01", "/wilayah/14.01/"),
        ("1401", "/wilayah/14.01/"),
        ("14.01.08.2001-1", "/tps-saya/14.01.08.2001-001/"),
        ("14.01.08.2001-001-B", "/tps-saya/14.01.08.2001-001/"),
    ],
)
def test_search_by_code_goes_there(kecil, visit, asked, where):
    assert visit().get("/cari/", {"q": asked}).url == where


def test_search_for_a_label_with_its_check_character(kecil, visit):
    from serentak.kit.ids import printed

    label = printed("14.01.08.2001-001-B")
    assert visit("budi").get("/cari/", {"q": label.lower()}).url == "/kotak/14.01.08.2001-001-B/"
    wrong = label[:-1] + ("A" if label[-1] != "A" else "C")
    assert visit("budi").get("/cari/", {"q": wrong}).status_code == 200


@pytest.mark.parametrize("asked", ["Kampar", "kampr", "Kabupaten Kampar", "KAMPAAR"])
def test_search_by_name_bears_a_slip(kecil, visit, asked):
    page = visit().get("/cari/", {"q": asked}).content.decode()
    assert page.index("/wilayah/14.01/") > 0


def test_search_for_a_station_of_a_village(kecil, visit):
    from serentak.tower.regions.models import Region

    village = Region.objects.get(pk="14.01.08.2001").name
    page = visit().get("/cari/", {"q": f"tps 2 {village}"}).content.decode()
    assert "/tps-saya/14.01.08.2001-002/" in page


def test_search_for_nothing_that_is_there(kecil, visit):
    for asked in ("zzzzzzzzzz", "", "%", "_", "'", "14.99.99.9999-001", "a" * 300):
        assert visit().get("/cari/", {"q": asked}).status_code == 200


@pytest.mark.parametrize("path", ["/wilayah/14.01/", "/ringan/14.01/", "/cari/?q=kampar", "/tps-saya/"])
def test_every_page_speaks_english_too(rough, visit, path):
    page = visit().get(path + ("&" if "?" in path else "?") + "lang=en").content.decode()
    assert 'lang="en"' in page
    for word in ("Cari", "Wilayah", "Terlambat", "Kembali"):
        assert f">{word}<" not in page
