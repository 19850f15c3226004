"""A demonstration that really runs, half of its election played, and a browser that looks at it."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tests.tower.ops.conftest import ask, query, small, start, until  # noqa: F401 - fixtures

from serentak.ledger.tiles import encode_bundle

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def share():
    """Give the part of the played entries that the log has when the stories begin."""
    return 0.6


@pytest.fixture(scope="module")
def site(start, small, share):  # noqa: F811 - fixtures
    """Serve the small sample district, its election played until about the morning of the vote."""
    begun = start("--port", "0", "--witness", SERENTAK_DEMO="1")
    begun.manage("demo", "district", str(small[0]))
    entries = small[1][: int(len(small[1]) * share)]
    until(lambda: ask(begun.log, "POST", "/add-batch", encode_bundle(entries))[0] == 200)

    def followed():
        return query(begun.home, "SELECT entries FROM boxes_log") == [(len(entries),)]

    until(followed, "the projection")
    begun.passwords = {row["username"]: row["password"] for row in json.loads(begun.manage("demo", "accounts"))}
    return begun


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


class Visitor:
    """Somebody at a browser. Every page they come to is looked at: axe finds nothing, and nothing is wider than it."""

    def __init__(self, site, browser, viewport) -> None:
        self.site = site
        self.context = browser.new_context(viewport=viewport, locale="id-ID", base_url=site.address)
        self.context.set_default_timeout(120_000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def log_in(self, name: str) -> None:
        self.go("/akun/login/")
        self.page.fill("[name=login]", name)
        self.page.fill("[name=password]", self.site.passwords[name])
        self.page.locator("form", has=self.page.locator("[name=password]")).get_by_role("button").first.click()
        self.page.wait_for_url(lambda url: "/akun/login" not in url)
        self.look()

    def go(self, path: str) -> str:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)
        self.look()
        return self.text

    def click(self, name: str, role: str = "link") -> str:
        self.page.get_by_role(role, name=name).first.click()
        self.page.wait_for_load_state()
        self.look()
        return self.text

    def send(self, **fields: str) -> str:
        """Fill in the form of the page and send it."""
        form = self.page.locator("main form").last
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.get_by_role("button").last.click()
        self.page.wait_for_load_state()
        self.look()
        return self.text

    def linked(self) -> list[str]:
        """Give the pages of this site that this page leads to."""
        found = self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        return sorted({url.split("#")[0] for url in found if url.startswith(self.site.address)})

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def look(self) -> None:
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        assert not found, [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (self.page.url, wide)
        assert not self.errors, (self.page.url, self.errors)
        assert self.page.locator("html").get_attribute("lang") == "id"
        assert "Peragaan" in self.page.locator("body").inner_text()


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def come(site, browser, request):
    """Give a function from the name of an account (empty: the public) to a visitor logged in as that."""
    there = []

    def visitor(name: str = "") -> Visitor:
        who = Visitor(site, browser, request.param)
        there.append(who)
        if name:
            who.log_in(name)
        return who

    yield visitor
    for who in there:
        who.context.close()


@pytest.fixture
def visitor(come):
    return come()
