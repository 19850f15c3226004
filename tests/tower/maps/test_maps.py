"""The map of a region: what the public sees, what only some see, and that it is drawn at all."""

from __future__ import annotations

import json
import shutil

import pytest

pytestmark = pytest.mark.django_db


def points(client, code):
    answer = client.get(f"/wilayah/{code}/titik.geojson")
    assert answer.status_code == 200
    return json.loads(answer.content)["features"]


@pytest.fixture
def announced(made):
    from django.utils import timezone

    made.announced_at, made.announced_by = timezone.now(), made.made_by
    made.save()
    return made


def test_the_list_says_what_the_map_says(announced, visit):
    for code, many in (("14.01", 1), ("14.01.08", 12)):
        shown = points(visit(), code)
        assert len(shown) == many
        page = visit().get(f"/wilayah/{code}/peta/").content.decode()
        assert all(each["properties"]["code"] in page and each["properties"]["sign"] in page for each in shown)
        assert all(each["properties"]["word"] in page for each in shown)


def test_the_public_sees_no_runs(announced, visit):
    assert visit().get("/wilayah/14.01/perjalanan.geojson").status_code == 302
    page = visit().get("/wilayah/14.01/peta/").content.decode()
    assert "perjalanan.geojson" not in page
    assert all(set(each["properties"]) == {"code", "name", "status", "sign", "word", "stations", "ready", "way", "late"}
               for each in points(visit(), "14.01.08"))  # fmt: skip


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("budi", "14.01", 200), ("dewi", "14.01", 200), ("eko", "14.01.08", 200), ("candra", "14.01", 200),
     ("citra", "14.01", 403), ("fitri", "14.01", 403), ("hadi", "14.01.06", 403), ("gita", "14.01", 403),
     ("indra", "14.01", 403), ("indra", "14.01.08", 403)],
)  # fmt: skip
def test_runs_are_shown_to_those_who_may_see_the_road(announced, visit, who, code, status):
    assert visit(who).get(f"/wilayah/{code}/perjalanan.geojson").status_code == status
    page = visit(who).get(f"/wilayah/{code}/peta/").content.decode()
    assert ("perjalanan.geojson" in page) is (status == 200)


def test_runs_and_hubs_of_the_plan_in_force(announced, visit):
    answer = visit("budi").get("/wilayah/14.01/perjalanan.geojson")
    features = json.loads(answer.content)["features"]
    assert {each["properties"]["feature"] for each in features} == {"hub", "leg"}
    again = visit("budi").get("/wilayah/14.01/perjalanan.geojson", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    announced.superseded_at = announced.announced_at
    announced.save()
    assert visit("budi").get("/wilayah/14.01/perjalanan.geojson").status_code == 404


def test_a_village_has_only_the_runs_that_come_there(announced, visit):
    from serentak.tower.regions.models import Station

    village = Station.objects.order_by("village").first().village
    features = json.loads(visit("budi").get(f"/wilayah/{village}/perjalanan.geojson").content)["features"]
    legs = [each["properties"] for each in features if each["properties"]["feature"] == "leg"]
    whole = json.loads(visit("budi").get("/wilayah/14.01/perjalanan.geojson").content)["features"]
    assert 0 < len(legs) < len(whole)


def test_data_are_answered_by_their_tag_until_something_changes(announced, visit):
    from serentak.tower.regions.models import Station

    tag = visit().get("/wilayah/14.01.08/titik.geojson")["ETag"]
    same = visit().get("/wilayah/14.01.08/titik.geojson", headers={"If-None-Match": tag})
    assert same.status_code == 304
    Station.objects.filter(pk=Station.objects.first().pk).update(out=Station.Way.READY)
    assert visit().get("/wilayah/14.01.08/titik.geojson", headers={"If-None-Match": tag}).status_code == 200


def test_the_nation_shows_all_kabupaten_and_unknown_regions_are_not_there(tree, visit):
    page = visit().get("/wilayah/ID/peta/").content.decode()
    assert page.count("<tr>") == 515
    for code in ("99", "14.99", "14.01.08.2001-001", "x"):
        assert visit().get(f"/wilayah/{code}/peta/").status_code == 404
        assert visit().get(f"/wilayah/{code}/titik.geojson").status_code == 404


def test_without_its_parts_the_page_says_so_and_keeps_its_list(announced, visit, monkeypatch):
    from serentak.tower.maps import views

    monkeypatch.setattr(views, "is_here", lambda: False)
    page = visit().get("/wilayah/14.01.08/peta/").content.decode()
    assert "map.js" not in page
    assert "Peta tidak terpasang" in page
    assert page.count('<th scope="row">') == 12


def test_the_parts_lie_beside_one_another(root):
    from serentak.tower.maps.vendor import FILES, FOLDER

    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the site works without the map")
    assert [name for name in FILES if not (FOLDER / name).is_file()] == []
