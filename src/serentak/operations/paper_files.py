"""Files of a plan besides the printed sheets: the map, the tables and the report.

Each writes below a folder, at the paths its files shall have in the plan folder, and names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serentak.base.errors import Problem
from serentak.formats.geojson import routes_geojson
from serentak.formats.manifest import manifest_xlsx
from serentak.formats.map import map_html
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import typeset
from serentak.formats.report import report_md, report_sheet
from serentak.formats.stops import stops_csv


def write_map(folder: Path, source: Source, _warnings: Sequence[Problem]) -> list[Path]:
    """Write ``map.html``."""
    return _write(folder, {"map.html": map_html(source).encode()})


def write_tables(folder: Path, source: Source, _warnings: Sequence[Problem]) -> list[Path]:
    """Write ``stops.csv``, ``routes.geojson`` and ``manifest.xlsx``."""
    return _write(
        folder,
        {
            "stops.csv": stops_csv(source.plan, source.district).encode(),
            "routes.geojson": routes_geojson(source).encode(),
            "manifest.xlsx": manifest_xlsx(source),
        },
    )


def write_report(folder: Path, source: Source, warnings: Sequence[Problem]) -> list[Path]:
    """Write ``report.md`` and ``report.pdf``."""
    words = [str(problem) for problem in warnings]
    sheet = report_sheet(source, words)
    return _write(folder, {"report.md": report_md(source, words).encode(), sheet.path: typeset(sheet)})


def _write(folder: Path, files: dict[str, bytes]) -> list[Path]:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return [Path(name) for name in files]
