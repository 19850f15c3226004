"""Turn data into PDF: one typst template, one document.

The same sheet gives the same bytes on every machine: fonts come with this package and with typst, and the date
of a document is one of its data. Documents are tagged (PDF/UA-1) and made for archives (PDF/A-2a).
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from serentak.base.errors import Broken

if TYPE_CHECKING:
    import typst

TEMPLATES: Final = Path(__file__).with_name("templates")
FONTS: Final = Path(__file__).with_name("fonts")
STANDARDS: Final = ("ua-1", "a-2a")
"""What every document claims, and typst checks: readable by screen readers, and kept for archives."""

QUIET: Final = 4
"""Empty modules around a QR code (ISO/IEC 18004)."""

_FOREIGN: Final = re.compile("[^\x00-\u024f\u0300-\u036f\u1e00-\u1eff\u2000-\u206f\u20ac\u2190-\u2193\u25a1]")
"""Signs outside Latin script and what these documents themselves use."""
_HOLLOW: Final = "\u25a1"

DATA_A_PROCESS: Final = 300_000
"""Typst remembers all it ever laid out (250 MB for 110 forms) until its process ends. So a process lives for about
so many characters of data, which is a hundred pages."""


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
    """Give the PDF of a sheet; a sign that no font here has becomes a hollow square."""
    import typst  # noqa: PLC0415 - heavy; only those who print pay for it

    data = json.dumps(sheet.data, ensure_ascii=False)
    codes = json.dumps({text: qr_svg(text) for text in sheet.codes})
    try:
        return _compile(sheet.template, data, codes)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise Broken(f"{sheet.path}: {error}") from error
        return _compile(sheet.template, _FOREIGN.sub(_HOLLOW, data), codes)


def _compile(template: str, data: str, codes: str) -> bytes:
    import typst  # noqa: PLC0415 - heavy; only those who print pay for it

    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={"data": data, "codes": codes},
        pdf_standards=list(STANDARDS),
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
    if jobs <= 1:
        _write_all(folder, sheets)
    else:
        context = get_context("forkserver")
        context.set_forkserver_preload(["__main__", __name__, "segno", "typst"])
        with ThreadPoolExecutor(jobs) as threads:
            deque(threads.map(partial(_write_apart, context, folder), _shares(sheets)), maxlen=0)
    return [Path(sheet.path) for sheet in sheets]


def _shares(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """Divide sheets into what one process makes, large ones first, so that none is left with one at the end."""
    weights = {sheet.path: len(json.dumps(sheet.data)) for sheet in sheets}
    shares: list[list[Sheet]] = []
    room = 0
    for sheet in sorted(sheets, key=lambda sheet: -weights[sheet.path]):
        if not shares or weights[sheet.path] > room:
            shares.append([])
            room = DATA_A_PROCESS
        shares[-1].append(sheet)
        room -= weights[sheet.path]
    return shares


def _write_apart(context: BaseContext, folder: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets in a process of their own, which gives its memory back."""
    # Not one pool with max_tasks_per_child, which hangs up to Python 3.13.5 (python/cpython#115634); and a fresh
    # interpreter, because forking a process that has loaded threads is not safe.
    with ProcessPoolExecutor(1, mp_context=context) as process:
        process.submit(_write_all, folder, sheets).result()


def _write_all(folder: Path, sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        (folder / sheet.path).write_bytes(typeset(sheet))


def qr_svg(text: str) -> str:
    """Draw a text as a QR code (level M, with its quiet zone) in SVG, one unit a module."""
    import segno  # noqa: PLC0415 - heavy; only those who print pay for it

    # Any of the eight masks is read alike; weighing them would take six times as long.
    matrix = segno.make(text, error="m", mask=0, micro=False, boost_error=False).matrix
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
