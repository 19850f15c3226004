"""Turn data into PDF: one typst template, one document.

The same sheet gives the same bytes on every machine: fonts come with this package and with typst, and the date
of a document is one of its data. Documents are tagged (PDF/UA-1) and made for archives (PDF/A-2a).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import typst

TEMPLATES: Final = Path(__file__).with_name("templates")
FONTS: Final = Path(__file__).with_name("fonts")
STANDARDS: Final = ("ua-1", "a-2a")
"""What every document claims, and typst checks: readable by screen readers, and kept for archives."""

QUIET: Final = 4
"""Empty modules around a QR code (ISO/IEC 18004)."""

SHEETS_A_WORKER: Final = 40
"""Typst remembers what it laid out until its process ends; after so many documents a fresh one takes over."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document to be made.

    Parameters
    ----------
    path
        Where it goes below the plan folder, ``paper/run-sheet/truk-1.pdf``.
    template
        File below ``templates/`` without its ending.
    data
        Plain data (as JSON) that the template reads; ``data["meta"]`` as `serentak.formats.paper.source.meta`
        gives it.
    codes
        Texts that the template shows as QR codes.
    """

    path: str
    template: str
    data: Mapping[str, Any]
    codes: tuple[str, ...] = ()


def typeset(sheet: Sheet) -> bytes:
    """Give the PDF of a sheet."""
    import typst  # noqa: PLC0415 - heavy; only those who print pay for it

    inputs = {
        "data": json.dumps(sheet.data, ensure_ascii=False),
        "codes": json.dumps({text: qr_svg(text) for text in sheet.codes}),
    }
    template = TEMPLATES / f"{sheet.template}.typ"
    return typst.compile(
        template, root=TEMPLATES, font_paths=_fonts(), sys_inputs=inputs, pdf_standards=list(STANDARDS)
    )


def write_sheets(sheets: Sequence[Sheet], folder: Path, jobs: int = 1) -> list[Path]:
    """Write sheets below a folder, in as many processes as are allowed.

    Parameters
    ----------
    sheets
        What to write.
    folder
        Paths of the sheets begin here.
    jobs
        Processes; what is written does not depend on it.

    Returns
    -------
    list of Path
        Files written, relative to `folder`, in the order of `sheets`.
    """
    for parent in {(folder / sheet.path).parent for sheet in sheets}:
        parent.mkdir(parents=True, exist_ok=True)
    # Large documents first, so that no worker is left with one at the end.
    tasks = sorted(((folder / sheet.path, sheet) for sheet in sheets), key=lambda task: -len(task[1].codes))
    if jobs <= 1 or len(tasks) <= 1:
        for task in tasks:
            _write(task)
    else:
        # A fresh interpreter each: forking a process that has loaded threads is not safe.
        context = get_context("forkserver")
        with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=SHEETS_A_WORKER) as executor:
            _drain(executor.map(_write, tasks))
    return [Path(sheet.path) for sheet in sheets]


def qr_svg(text: str) -> str:
    """Draw a text as a QR code (level M, with its quiet zone) in SVG, one unit a module."""
    import segno  # noqa: PLC0415 - heavy; only those who print pay for it

    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    size = len(matrix)
    path = []
    for y, row in enumerate(matrix):
        x = 0
        while x < size:
            start = x
            while x < size and row[x]:
                x += 1
            if x > start:
                path.append(f"M{start} {y}h{x - start}v1h{start - x}z")
            x += 1
    box = f"{-QUIET} {-QUIET} {size + 2 * QUIET} {size + 2 * QUIET}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{"".join(path)}"/></svg>'


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - heavy; only those who print pay for it

    # No fonts of the machine: the same page everywhere.
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


def _write(task: tuple[Path, Sheet]) -> None:
    path, sheet = task
    path.write_bytes(typeset(sheet))


def _drain(results: Iterable[None]) -> None:
    """Wait for all results; the first error is raised."""
    for _result in results:
        pass
