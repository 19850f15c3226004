"""Tables of the pages as files: the page's rule, the page's rows."""

from __future__ import annotations

import csv
import io
import json

import pytest

from serentak.tower.api.table_views import urlpatterns

pytestmark = pytest.mark.django_db


def body(response):
    return b"".join(response.streaming_content)  # the client closes it at its end


def rows_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    assert "attachment" in response.headers["Content-Disposition"]
    return json.loads(body(response))["rows"]


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
@pytest.mark.parametrize("route", [str(each.pattern) for each in urlpatterns], ids=[each.name for each in urlpatterns])
def test_every_table_is_given_in_every_kind_to_whoever_may_see_the_page(rows, visit, route, kind):
    code = {"k": "14.01.06.2003-001-G", "t": "14.01.06.2003-001"}.get(route[0], "14.01")
    address = "/" + route.replace("<str:code>", code).replace("<table:kind>", kind)
    address = address.replace("<str:kabupaten>", "14.01").replace("<str:name>", "truk%231")
    # Cases of ethics are for DKPP alone.
    response = visit("gita" if "perkara" in route else "candra").get(address)
    assert response.status_code == 200
    content = body(response)
    assert content.startswith({"csv": content[:1], "json": b'{"table"', "xlsx": b"PK"}[kind])
    if kind == "csv":
        assert len({len(row) for row in csv.reader(io.StringIO(content.decode("utf-8"), newline=""))}) == 1


@pytest.mark.parametrize(
    ("address", "column"),
    [("wilayah/14.01/tps.json", "station"), ("wilayah/14.01/kotak.json", "owner"),
     ("wilayah/14.01/serah-terima.json", "receiver"), ("menyimpang.json", "owner"), ("belum-sampai.json", "receiver")],
)  # fmt: skip
def test_a_table_holds_the_rows_of_its_region_and_is_refused_outside(rows, visit, address, column):
    found = rows_of(visit("budi"), f"/{address}")
    assert found
    assert all(row[column].startswith("14.01") for row in found)
    elsewhere = f"/{address.replace('14.01', '14.06')}" + ("" if "wilayah" in address else "?wilayah=14.06")
    assert visit("budi").get(elsewhere).status_code == 403
    assert visit("fitri").get(f"/{address}").status_code == 403
    assert visit("").get(f"/{address}").status_code == 302


def test_regions_are_for_anybody_and_the_page_leads_to_its_tables(rows, visit):
    assert [row["code"] for row in rows_of(visit(""), "/wilayah/14.01/bagian.json")] == ["14.01.01", "14.01.06"]
    page = visit("budi").get("/wilayah/14.01/").content.decode()
    for name in ("bagian", "tps", "kotak", "serah-terima"):
        for kind in ("csv", "json", "xlsx"):
            assert f"/wilayah/14.01/{name}.{kind}" in page
    assert "kotak.csv" not in visit("").get("/wilayah/14.01/").content.decode()


def test_boxes_of_a_station_and_of_a_vehicle_are_those_of_their_pages(rows, visit):
    station = "14.01.06.2003-001"
    assert [row["box"] for row in rows_of(visit("budi"), f"/tps/{station}/kotak.json")] == [
        f"{station}-{letter}" for letter in "BGK"
    ]
    aboard = rows_of(visit("budi"), "/tempat/14.01/truk%231/kotak.json")
    assert {row["box"][:17] for row in aboard} == {station, "14.01.01.1011-001"}
    due = rows_of(visit("budi"), "/tempat/14.01/truk%231/serah-terima.json")
    assert {row["vehicle"] for row in due} == {"truk#1"}
    for address in (f"/tps/{station}/kotak.csv", f"/kotak/{station}-G/catatan.csv", "/tempat/14.01/truk%231/kotak.csv"):
        assert visit("citra").get(address).status_code == 403
        assert visit("").get(address).status_code == 302


def test_filters_of_the_page_go_along(rows, visit):
    page = visit("budi").get("/menyimpang/?wilayah=14.01.06&lang=id").content.decode()
    assert "/menyimpang.csv?wilayah=14.01.06" in page
    found = rows_of(visit("budi"), "/menyimpang.json?wilayah=14.01.06")
    assert {row["owner"][:8] for row in found} == {"14.01.06"}


def test_an_address_with_nul_is_refused_politely(rows, visit):
    for address in ("/wilayah/%00/", "/cari/?q=%00", "/menyimpang.csv?wilayah=%00", "/api/v1/boxes?status=%00"):
        assert visit("candra").get(address).status_code == 400
