"""One story an agency, in Indonesian, with a real browser at a site that really runs, wide and at 360 pixels."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve


def test_the_public_finds_its_polling_station_and_takes_the_proof(visitor):
    text = visitor.go("/tps-saya/")
    assert "TPS" in text
    station = "14.01.08.2003-001"
    text = visitor.go(f"/tps-saya/{station}/")
    assert "001" in text or "TPS 1" in text
    # Neither who drives, nor who guards.
    assert not re.search(r"(truk|perahu|ojek|pikap)#\d", visitor.page.content())
    visitor.go("/")
    assert re.search(r"\d+ dari \d+", visitor.text)
    assert visitor.go("/bantuan/")


def test_kpu_sees_what_has_not_arrived_and_opens_a_box(visitor):
    visitor.log_in("kpu-operator")
    text = visitor.go("/belum-sampai/")
    assert "WIB" in text
    visitor.go("/wilayah/14.01/")
    assert re.search(r"\d+ dari \d+", visitor.text)
    assert visitor.page.locator("textarea.copy").first.input_value()
    visitor.go("/tps/14.01.08.2003-001/")
    visitor.page.locator("main table a").first.click()
    visitor.page.wait_for_load_state()
    visitor.look()
    assert "/kotak/" in visitor.page.url
    visitor.go("/rencana/")
    visitor.page.locator("main table a").first.click()
    visitor.page.wait_for_load_state()
    visitor.look()
    assert "Rp" in visitor.text


def test_what_bawaslu_finds_the_organiser_answers_and_both_are_kept(come):
    bawaslu = come("bawaslu")
    assert "WIB" in bawaslu.go("/menyimpang/")
    station = "14.01.08.2003-001"
    bawaslu.go(f"/tps/{station}/")  # custody is read in full
    bawaslu.go("/temuan/baru/")
    bawaslu.send(territory=station, title="Kotak terlambat", text="Kotak belum sampai pada H-1 23:59.", entries="3")
    address = bawaslu.page.url
    assert re.search(r"/temuan/\d+/$", address)
    bawaslu.send(kind="recommendation", text="Periksa penjaga malam.", due="2024-11-27T12:00")
    kpu = come("kpu-operator")
    kpu.go(address)
    kpu.send(kind="answer", text="Kotak dijemput pukul 05:00.", decision="partly")
    for who in (bawaslu, kpu):
        text = who.go(address)
        for said in ("Kotak belum sampai pada H-1 23:59.", "Periksa penjaga malam.", "Kotak dijemput pukul 05:00."):
            assert said in text
    # Who may not read it is not told that it exists.
    assert come("pemkab").page.goto(address).status == 403


def test_the_police_see_who_escorts_what(visitor):
    visitor.log_in("polres")
    text = visitor.go("/pengawalan/")
    assert re.search(r"perahu|truk|pikap|ojek|\d", text)


def test_the_army_sees_its_own_map_and_the_escorts_of_its_area(come):
    kodim, polres = come("kodim"), come("polres")
    assert "WIB" in kodim.go("/pengawalan/")
    kodim.go("/wilayah/14.01/peta/")
    # Neither agency writes what the other's people do.
    assert kodim.page.goto("/temuan/").status == 403
    assert polres.page.goto("/dana-sarana/hibah/baru/").status == 403


def test_local_government_sees_funds_and_means_and_no_boxes(visitor):
    visitor.log_in("pemkab")
    text = visitor.go("/dana-sarana/")
    assert "Rp" in text
    answer = visitor.page.goto("/belum-sampai/")
    assert answer.status == 403
    assert "pemkab" in visitor.text


def test_dkpp_opens_a_case_that_nobody_else_sees(come):
    dkpp = come("dkpp")
    dkpp.go("/perkara/baru/")
    number = f"{dkpp.page.viewport_size['width']}-PKE-DKPP/2024"
    dkpp.send(number=number, title="Dugaan pelanggaran", territory="14.01")
    address = dkpp.page.url
    assert number in dkpp.text
    assert dkpp.page.goto("/temuan/").status == 403
    for name in ("kpu-admin", "bawaslu"):
        assert come(name).page.goto(address).status in (403, 404)


def test_the_sub_district_sees_its_own_part(visitor):
    visitor.log_in("ppk")
    text = visitor.go("/belum-sampai/")
    assert "WIB" in text
    assert visitor.page.goto("/belum-sampai/?wilayah=14").status == 403


def test_an_administrator_makes_a_key_for_another_system(visitor):
    visitor.log_in("kpu-admin")
    visitor.go("/akun/kunci/")
    visitor.page.fill("[name=name]", "SILOG")
    visitor.click("Buat", "button")
    token = visitor.page.locator("#key").input_value()
    told = visitor.site.json("/api/v1/me", token)
    assert told["seats"][0]["agency"] == "kpu"
    visitor.go("/api/v1/docs")


def test_everything_can_be_reached_by_the_keyboard(visitor):
    """The way to a log-in without a mouse: the skip link first, every stop seen."""
    page = visitor.page
    visitor.go("/akun/login/")
    page.evaluate("document.activeElement.blur(); document.body.focus()")
    page.goto("/wilayah/14.01/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    seen = set()
    for _turn in range(200):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        if page.evaluate("document.activeElement === document.body"):
            break
        box = page.evaluate(
            "(() => { const r = document.activeElement.getBoundingClientRect(); return r.width * r.height })()"
        )
        assert box > 0
    assert len(seen) > 3
    page.goto("/akun/login/")
    page.focus("[name=login]")
    page.keyboard.type("bawaslu")
    page.keyboard.press("Tab")
    page.keyboard.type(visitor.site.passwords["bawaslu"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/akun/login" not in url)


SEEN: set[tuple[int, str]] = set()
"""Width of the window and route of every page that was looked at."""
NO_PAGES = re.compile(r"/(keluar|logout|docs|openapi)|\.(csv|json|xlsx|zip|geojson|txt)$|/(bukti|berkas|contoh)\b")


@pytest.mark.parametrize(
    "name", ["", "kpu-admin", "kpu-operator", "bawaslu", "polres", "kodim", "pemkab", "dkpp", "ppk"]
)
def test_every_kind_of_page_that_links_lead_to_is_clean(come, name):
    who = come(name)
    width = who.page.viewport_size["width"]
    who.go("/")
    ahead = who.linked()
    while ahead:
        url = ahead.pop()
        path = url.removeprefix(who.site.address)
        route = resolve(path.split("?")[0]).route
        if (width, route) in SEEN or NO_PAGES.search(path.split("?")[0]):
            continue
        SEEN.add((width, route))
        who.go(path)
        ahead += who.linked()
    assert {route for seen, route in SEEN if seen == width} >= {"", "wilayah/<str:code>/"}
