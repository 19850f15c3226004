"""``map.html`` in Debian's Chromium, opened from disk with the network off, as an officer would use it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace as change

from serentak.base.messages import set_language
from serentak.formats.map import PAGE, SCRIPTS, map_data, map_html
from serentak.formats.paper.source import Source
from serentak.plan.model import Plan, Unserved, decode
from serentak.territory.model import District
from serentak.travel import CrowFlight, Way
from support import besar, kits_of, rules_of

PLANS = Path(__file__).parents[1] / "plan" / "plans"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LOST = "14.01.03.2002-001"
LOST_RECAP = "14.01.03-R"
"""A station that the plan of these tests does not serve, out and back, and boxes that it does not fetch."""


class Bent:
    """Ways with a bend far enough off to be seen; a truck has none to PPK-B."""

    def __init__(self, district: District) -> None:
        self.straight = CrowFlight(district.terrain)

    def legs(self, points, mode, speed_factor=1.0):
        return self.straight.legs(points, mode, speed_factor)

    def way(self, start, end, mode):
        if mode == "truck" and "PPK-B" in (start.id, end.id):
            return None
        bend = ((start.lon + end.lon) / 2 + 0.013, (start.lat + end.lat) / 2 + 0.02)
        return Way(((start.lon, start.lat), bend, (end.lon, end.lat)))


def with_gap(plan: Plan) -> Plan:
    """Take a station out of its runs and list it as not served."""

    def without(run):
        return change(run, stops=tuple(stop for stop in run.stops if stop.at != LOST))

    stages = tuple(change(stage, runs=tuple(map(without, stage.runs))) for stage in plan.stages)
    gaps = [Unserved(LOST, way, "no_vehicle", None, {"base": "DERMAGA"}) for way in ("out", "back")]
    gaps.append(Unserved(LOST_RECAP, "back", "fleet_short", 600_000, {"base": "PPK-C", "vehicles": 1, "undone": 1}))
    return change(plan, stages=stages, unserved=tuple(gaps))


@pytest.fixture(scope="module")
def source() -> Source:
    plan = with_gap(decode((PLANS / "besar.json").read_bytes(), "besar"))
    district = besar()
    return Source(plan, district, kits_of(district), rules_of(district), Bent(district))


@pytest.fixture(scope="module")
def pages(source, tmp_path_factory) -> dict[str, Path]:
    """The page in both languages."""
    folder = tmp_path_factory.mktemp("map")
    made = {}
    for language in ("en", "id"):
        set_language(language)
        made[language] = folder / f"map-{language}.html"
        made[language].write_text(map_html(source), encoding="utf-8")
    set_language("id")
    return made


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser, pages):
    """Give a function that opens the page offline; at the end nothing may have been asked for, nor gone wrong."""
    contexts, requests, faults = [], [], []

    def show(language: str = "en", viewport: dict = WIDE, **more):
        context = browser.new_context(viewport=viewport, **more)
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(pages[language].as_uri())
        assert page.evaluate("size.width") > 0
        return page

    yield show
    for context in contexts:
        context.close()
    assert not [url for url in requests if url not in {path.as_uri() for path in pages.values()}]
    assert not faults


def settled(page) -> None:
    """Wait until what was asked of the page has been done, and two pictures were drawn."""
    frames = "requestAnimationFrame(() => requestAnimationFrame(done))"
    page.evaluate(f"new Promise((done) => setTimeout(() => {frames}))")


def listed(page, view: str) -> set[str]:
    """Give the ids in the list, of runs or stations."""
    page.check(f"input[name=show][value={view}]", force=True)
    return set(page.eval_on_selector_all("#list button", "rows => rows.map((row) => row.dataset.id)"))


def drawn(page, view: str) -> set[str]:
    """Give the ids that the map draws."""
    return set(page.evaluate(f"[...shown.{view}]"))


def expected_runs(source: Source, **wanted) -> set[str]:
    """Work out from the plan, apart from the page, which runs pass."""
    villages = {item.id: item.kecamatan for item in (*source.district.stations, *source.district.places)}
    return {
        run.id
        for stage, run in source.runs()
        if wanted.get("direction", stage.direction) == stage.direction
        and wanted.get("day", run.day) == run.day
        and wanted.get("vehicle", run.vehicle) in (run.vehicle, run.type)
        and ("kecamatan" not in wanted or wanted["kecamatan"] in {villages[stop.at] for stop in run.stops})
    }


def ink(page) -> int:
    """Count the pixels of the picked run's colour: whether the map shows it, not only the list."""
    return page.evaluate(
        "(() => { draw(); const d = pen.getImageData(0, 0, canvas.width, canvas.height).data; let n = 0;"
        "for (let i = 0; i < d.length; i += 4) n += d[i] === 0xc2 && d[i + 1] === 0x41 && d[i + 2] === 0x0c;"
        "return n; })()"
    )


CHOICES = (
    {},
    {"direction": "out"},
    {"direction": "back"},
    {"direction": "out", "day": -1},
    {"vehicle": "truk"},
    {"vehicle": "truk#3", "direction": "back"},
    {"kecamatan": "14.01.03"},
    {"kecamatan": "14.01.02", "day": -1, "vehicle": "motor"},
    {"kecamatan": "14.01.01", "vehicle": "perahu"},
)


def test_every_filter_changes_list_and_map_alike(open_page, source):
    page = open_page()
    for wanted in CHOICES:
        page.click("button[type=reset]")
        settled(page)
        page.check(f"input[name=direction][value='{wanted.get('direction', '')}']", force=True)
        for name in ("day", "vehicle", "kecamatan"):
            page.select_option(f"#{name}", str(wanted.get(name, "")))
        runs = expected_runs(source, **wanted)
        assert listed(page, "runs") == drawn(page, "runs") == runs
        stations = listed(page, "stations")
        assert stations == drawn(page, "stations")
        stations.discard(LOST_RECAP)
        served = {stop.at for _stage, run in source.runs() if run.id in runs for stop in run.stops}
        inside = {s.id for s in source.district.stations if s.kecamatan == wanted.get("kecamatan", s.kecamatan)}
        assert stations == (served & inside if {"day", "vehicle"} & set(wanted) else inside)
        boxes = sum(len(source.kits.stations[name].boxes) for name in stations)
        assert page.inner_text("#count") == f"Shown: {len(runs)} runs; {len(stations)} stations with {boxes} boxes"


def test_what_is_not_served_is_found_with_its_reason_in_words(open_page):
    page = open_page()
    assert "(2)" in page.inner_text("#unserved-label")
    page.check("#unserved")
    assert listed(page, "stations") == drawn(page, "stations") == {LOST}
    assert drawn(page, "runs") == set()
    row = page.locator("#list button")
    assert "✕" in row.inner_text()
    assert "Not served: Outbound, Return" in row.inner_text()
    row.click()
    assert "no vehicle stands at DERMAGA" in page.inner_text("#detail")
    assert "base at least one vehicle there" in page.inner_text("#detail")
    page.check("input[name=direction][value=back]", force=True)
    assert listed(page, "stations") == drawn(page, "stations") == {LOST, LOST_RECAP}
    page.click(f"#list button[data-id='{LOST_RECAP}']")
    assert "Recapitulation boxes, 14.01.03" in page.inner_text("#detail h2")
    assert "H+6 22:40" in page.inner_text("#detail")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["1280", "360"])
def test_a_station_is_found_by_search_and_seen_on_the_map(open_page, source, viewport):
    page = open_page(viewport=viewport)
    station = source.district.stations[3]
    page.fill("#search", station.id)
    page.press("#search", "Enter")
    assert page.evaluate("picked") == station.id
    assert listed(page, "stations") == drawn(page, "stations") == {station.id}
    assert f"TPS {station.number:03d}" in page.inner_text("#detail h2")
    assert page.evaluate("document.activeElement.id") == "detail"
    x, y = page.evaluate("toPixel(spots.get(picked).at)")
    free = page.evaluate("size.width - covered()")
    assert 0 < x < free
    assert 0 < y < page.evaluate("size.height")
    assert ink(page) > 50
    page.fill("#search", f"{station.desa_name} {station.number}")
    assert station.id in listed(page, "stations")


def test_nothing_found_says_so(open_page):
    page = open_page()
    page.fill("#search", "no such village")
    assert page.text_content("#list") == "Nothing passes the filters."
    page.click("button[type=reset]")
    settled(page)
    assert drawn(page, "stations")


def test_keys_alone_lead_through_list_details_and_map(open_page):
    page = open_page()
    whole = page.evaluate("view.scale")
    page.focus("#list button[tabindex='0']")
    first = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.dataset.id")
    assert second != first
    page.keyboard.press("Enter")
    assert page.evaluate("picked") == second
    assert page.get_attribute(f"#list button[data-id='{second}']", "aria-current") == "true"
    assert ink(page) > 50
    page.keyboard.press("Escape")
    assert page.evaluate("picked") is None
    assert page.evaluate("document.activeElement.dataset.id") == second
    assert ink(page) == 0
    page.focus("#canvas")
    before = page.evaluate("view.scale")
    page.keyboard.press("+")
    assert page.evaluate("view.scale") == pytest.approx(before * 1.5)
    middle = page.evaluate("view.x")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("view.x") > middle
    page.keyboard.press("0")
    assert page.evaluate("view.scale") == pytest.approx(whole)


def test_every_control_is_reached_by_tab_in_reading_order(open_page):
    page = open_page()
    page.focus("#search")
    reached = ["search"]
    name = "(({ id, name, dataset, tagName }) => id || name || dataset.move || tagName)(document.activeElement)"
    for _step in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(name))
    wanted = ["search", "direction", "day", "kecamatan", "vehicle", "unserved", "canvas", "in", "up", "show"]
    places = [reached.index(name) for name in wanted]
    assert places == sorted(places)


def test_mouse_wheel_and_buttons_move_the_map_and_a_click_picks(open_page):
    page = open_page()
    scale, x = page.evaluate("[view.scale, view.x]")
    box = page.locator("#canvas").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.wheel(0, -300)
    settled(page)
    assert page.evaluate("view.scale") > scale
    page.click("[data-move=all]")
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 100, middle[1])
    page.mouse.up()
    assert page.evaluate("view.x") == pytest.approx(x + 100 / scale)
    assert page.evaluate("picked") is None
    page.click("[data-move=all]")
    left, top = page.evaluate("toPixel(spots.get('PPK-C').at)")
    page.mouse.click(box["x"] + left, box["y"] + top)
    assert page.evaluate("picked") == "PPK-C"
    page.locator("#detail td button").first.click()
    assert page.evaluate("runs.has(picked)")


def test_two_fingers_zoom_and_one_pans(open_page):
    page = open_page(viewport=NARROW, has_touch=True)
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        spots = [{"x": box["x"] + x, "y": box["y"] + y, "id": n} for n, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    scale, x = page.evaluate("[view.scale, view.x]")
    fingers("touchStart", (150, 250))
    fingers("touchMove", (130, 250))
    fingers("touchMove", (100, 250))
    fingers("touchEnd")
    assert page.evaluate("view.x") == pytest.approx(x + 50 / scale)
    fingers("touchStart", (150, 250))
    fingers("touchStart", (150, 250), (200, 250))
    fingers("touchMove", (150, 250), (250, 250))
    fingers("touchEnd")
    assert page.evaluate("view.scale") == pytest.approx(2 * scale, rel=0.05)
    assert page.evaluate("picked") is None


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["1280", "360"])
def test_it_fits_and_can_be_hit_and_read(open_page, language, viewport):
    page = open_page(language, viewport)
    assert page.get_attribute("html", "lang") == language
    page.evaluate("for (const more of document.querySelectorAll('details')) more.open = true")
    for view in ("runs", "stations"):
        rows = listed(page, view)
        page.locator("#list button").first.click()
        assert rows
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    small = page.evaluate(
        """[...document.querySelectorAll("button, select, summary, input:not([type=radio]), fieldset label")]
        .filter((each) => each.checkVisibility())
        .filter((each) => { const box = each.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
        .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert small == []
    nameless = page.evaluate(
        """[...document.querySelectorAll("button, input, select, canvas[tabindex], section, article, #list")]
        .filter((each) => !(each.textContent || each.ariaLabel || each.labels?.[0]?.textContent))
        .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    assert poor_contrast(page) == []


def poor_contrast(page) -> list:
    """Give texts whose contrast with what lies behind them is below 4.5 (WCAG 1.4.3)."""
    return page.evaluate(
        """() => {
        const light = ([r, g, b]) => {
          const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.2126 * x + 0.7152 * y + 0.0722 * z;
        };
        const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
        const behind = (each) => {
          for (; each; each = each.parentElement) {
            const colour = numbers(getComputedStyle(each).backgroundColor);
            if (colour.length === 3 || colour[3] > 0.99) return colour;
          }
          return [255, 255, 255];
        };
        const found = [];
        for (const each of document.querySelectorAll("body *")) {
          const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
          if (!own || !each.checkVisibility() || ["SCRIPT", "OPTION"].includes(each.tagName)) continue;
          const [a, b] = [light(numbers(getComputedStyle(each).color)), light(behind(each))].sort((x, y) => y - x);
          if ((a + 0.05) / (b + 0.05) < 4.5) found.push(each.outerHTML.slice(0, 100));
        }
        return found;
        }"""
    )


def test_ways_are_drawn_with_their_bends_or_not_at_all(open_page, source):
    page, runs = open_page(), {run.id: run for _stage, run in source.runs()}
    for journey in map_data(source)["runs"]:
        lines = page.evaluate("(id) => runs.get(id).lines.map((line) => line.length)", journey["id"])
        halts = [journey["base"], *(stop["at"] for stop in journey["stops"]), journey["base"]]
        trucks = runs[journey["id"]].vehicle.startswith("truk")
        closed = [trucks and "PPK-B" in leg for leg in pairwise(halts)]
        assert lines == [0 if none else 3 for none in closed], journey["id"]


def test_the_page_may_load_nothing_and_names_cannot_break_it(source):
    evil = '</script><img src=x onerror="alert(1)"><!-- %%data%%'
    stations = tuple(replace(station, venue=evil) for station in source.district.stations)
    page = map_html(replace(source, district=replace(source.district, stations=stations)))
    assert "default-src 'none'" in page
    assert "unsafe" not in page.partition("</head>")[0].partition("<style>")[0]
    assert page.count("</script>") == 2
    data = json.loads(re.search(r'<script id="plan" type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert data["stations"][0]["venue"] == evil
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"\b(src|href)\s*=|url\(|@import", markup)
    script = page.rpartition("<script>")[2]
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|import|eval|innerHTML)\b", script)


def test_the_same_plan_gives_the_same_bytes(source):
    assert map_html(source) == map_html(source)
    assert len(map_html(source).encode()) < 200_000


def test_every_word_the_scripts_ask_for_is_there(source):
    script = "".join((PAGE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    markup = (PAGE / "page.html").read_text(encoding="utf-8")
    words = set(map_data(source)["words"])
    asked = set(re.findall(r'say\("(\w+)"', script)) | set(re.findall(r'data-(?:say|label|hint)="(\w+)"', markup))
    assert asked <= words
    computed = {"warehouse", "ppk", "pps", "transit", "out", "back"}
    named = set(re.findall(r'\["?(\w+)"?, ', script)) | set(re.findall(r'"(\w+)"', script))
    assert words <= asked | computed | named
