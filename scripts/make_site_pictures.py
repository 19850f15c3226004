"""Make the pictures of the site for the README: a demonstration is served, played until a morning, and looked at.

Usage::

    python scripts/make_site_pictures.py demo/rencana-kampar docs/images

Needs Debian's Chromium; takes a few minutes, because the election is really played.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from make_pictures import save

PATIENCE: Final = 900
STANDING: Final = 0.35
"""Share of the stations that are ready when the pictures are taken: then something of everything is to be seen."""
PICTURES: Final = (
    # name of the picture, account, page, width, height
    ("situs-wilayah.png", "kpu-operator", "/wilayah/14.01/", 1280, 800),
    ("situs-menyimpang.png", "bawaslu", "/menyimpang/", 1280, 800),
    ("situs-ponsel.png", "", "/wilayah/14.01/", 360, 740),
)


def numbers(address: str) -> dict[str, Any]:
    """Ask the site for the numbers of the district."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET", "/api/v1/regions/14.01")
        found: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return found


def serve(home: Path, plan: Path) -> tuple[subprocess.Popen[str], str, dict[str, str]]:
    """Start a demonstration; give its process, its address and the passwords of its accounts."""
    command = [sys.executable, "-m", "serentak.cli", "serve", "--demo", "--home", str(home), "--plan", str(plan)]
    process = subprocess.Popen([*command, "--port", "0", "--lang", "en"], stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    address, passwords = "", {}
    for line in process.stdout or ():
        words = line.split()
        if line.startswith("The site is at"):
            address = words[4].rstrip(";")
        elif line.startswith("  "):
            passwords[words[0]] = words[1]
            if words[0] == "dkpp":
                return process, address, passwords
    raise SystemExit("the demonstration does not start")


def picture(browser: Browser, address: str, passwords: dict[str, str], row: tuple[str, str, str, int, int]) -> bytes:
    """Take one picture as somebody who is logged in sees it."""
    _name, account, path, width, height = row
    context = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID", base_url=address)
    page = context.new_page()
    if account:
        page.goto("/akun/login/")
        page.fill("[name=login]", account)
        page.fill("[name=password]", passwords[account])
        page.locator("form", has=page.locator("[name=password]")).get_by_role("button").first.click()
        page.wait_for_url(lambda url: "/akun/login" not in url)
        # The greeting is shown once.
        page.goto(path)
    page.goto(path)
    taken = page.screenshot()
    context.close()
    return taken


def main() -> None:
    """Serve, wait, look, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("out", type=Path)
    said = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed; on Debian: apt-get install chromium")
    said.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        process, address, passwords = serve(Path(folder, "home"), said.plan)
        try:
            end = time.monotonic() + PATIENCE
            while (now := numbers(address))["out"]["ready"] < STANDING * now["stations"] and time.monotonic() < end:
                time.sleep(2)
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for row in PICTURES:
                save(Image.open(io.BytesIO(picture(browser, address, passwords, row))), said.out / row[0])
                print(said.out / row[0])
            browser.close()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    main()
