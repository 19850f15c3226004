"""The map in a real browser: drawn under the site's own policy, free of barriers, and fit for a narrow phone."""

from __future__ import annotations

import json
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from serentak.tower.maps.vendor import is_here

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif(not is_here(), reason="npm was not there")]
PATIENCE = 120_000


@pytest.fixture
def page(chromium, monkeypatch):
    """Give a page of 360 px that notes every error of its console."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    flags = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        opened = browser.new_page(viewport={"width": 360, "height": 720})
        opened.set_default_timeout(PATIENCE)
        opened.errors = []
        opened.on("console", lambda said: opened.errors.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: opened.errors.append(str(error)))
        yield opened
        browser.close()


def log_in(page, client, live_server):
    cookie = client.cookies["sesi"].value
    page.context.add_cookies([{"name": "sesi", "value": cookie, "url": live_server.url}])


def see(page):
    page.locator("#map[data-drawn]").wait_for()
    assert page.errors == []
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_map_is_drawn_from_this_host_alone(page, live_server, made):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/wilayah/14.01.08/peta/")
    see(page)
    assert page.locator("#map").get_attribute("data-drawn") == "12"
    assert any("maplibre-gl-worker" in url for url in asked)
    assert all(url.startswith((live_server.url, "blob:", "data:")) for url in asked)


def test_an_area_is_drawn_and_the_form_gets_it(page, live_server, made, visit):
    log_in(page, visit("budi"), live_server)
    page.goto(f"{live_server.url}/rencana/{made.pk}/susun-ulang/")
    see(page)
    page.locator("#draw").click()
    canvas = page.locator("#map canvas")
    for x, y in ((60, 60), (200, 60), (200, 200)):
        canvas.click(position={"x": x, "y": y})
    page.locator("#finish").click()
    (area,) = json.loads(page.locator("#areas").input_value())["features"]
    ring = area["geometry"]["coordinates"][0]
    assert len(ring) == 4
    assert ring[0] == ring[-1]
