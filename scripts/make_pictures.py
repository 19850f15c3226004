"""Make the pictures of the README: the map of a plan as a browser shows it, and a page as it is printed.

Usage::

    serentak plan demo/kampar -o demo/rencana-kampar
    serentak paper demo/rencana-kampar --only map --only run-sheet
    python scripts/make_pictures.py demo/rencana-kampar docs/images

The plan folder must hold ``map.html`` and the run-sheets. Needs Debian's Chromium.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from pathlib import Path
from typing import Final

import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright

MAP: Final = "peta-kampar.png"
PAGE: Final = "lembar-perjalanan.png"
SIZE: Final = {"width": 1280, "height": 800}
DOTS: Final = 110 / 72
"""Pixels a point of the printed page: 110 an inch."""


def picture_of_map(page: Path) -> Image.Image:
    """Show a map in Chromium, without a network, as somebody sees it who has just opened it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport=SIZE, offline=True)
        shown = context.new_page()
        shown.goto(page.resolve().as_uri())
        shown.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        taken = shown.screenshot()
        browser.close()
    return Image.open(io.BytesIO(taken))


def picture_of_page(document: Path) -> Image.Image:
    """Render the first page of a PDF."""
    pdf = pypdfium2.PdfDocument(document)
    return pdf[0].render(scale=DOTS, grayscale=True).to_pil()


def save(picture: Image.Image, path: Path) -> None:
    """Save a picture: a printed page in 16 greys, a screen in 256 colours that keep the hues of thin lines."""
    if picture.mode == "L":
        small = picture.quantize(16)
    else:
        small = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    print(f"{path}: {picture.width} x {picture.height}, {path.stat().st_size // 1024} KB")


def main() -> int:
    """Make both pictures of a plan folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan", type=Path, help="plan folder with map.html and paper/run-sheet/")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--vehicle", help="whose run-sheet is shown, such as perahu-1; by default the first there is")
    asked = parser.parse_args()
    sheets = sorted((asked.plan / "paper" / "run-sheet").glob(f"{asked.vehicle or '*'}.pdf"))
    if not sheets or not (asked.plan / "map.html").exists():
        print(f"make them first: serentak paper {asked.plan} --only map --only run-sheet", file=sys.stderr)
        return 2
    asked.folder.mkdir(parents=True, exist_ok=True)
    save(picture_of_map(asked.plan / "map.html"), asked.folder / MAP)
    save(picture_of_page(sheets[0]), asked.folder / PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
