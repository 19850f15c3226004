"""The tower at the size of the nation: 435,296 stations, 870,000 boxes, on SQLite and, where given, PostgreSQL.

``python -m bench tower [--database-url postgres://…/empty]`` writes the page; each database is measured in a process of
its own, see `bench._tower`. ``python -m bench.tower FILE …`` writes the page from what such processes printed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._report import machine, table, verdict

Row = dict[str, Any]
QUIET, BUSY = 150, 300
"""Milliseconds within which 95 of 100 pages shall come, with nothing else going on, and beside 50 events a second."""
PACKAGES = ("serentak", "django", "granian", "psycopg")


def report() -> str:
    """Measure and give the page."""
    runs = [measure("")]
    if os.environ.get("BENCH_DATABASE_URL"):
        runs.append(measure(os.environ["BENCH_DATABASE_URL"]))
    return page(runs)


def measure(database: str) -> Row:
    """Measure one database; empty for SQLite."""
    with tempfile.TemporaryDirectory() as home:
        surroundings = os.environ | {"DATABASE_URL": database}
        done = subprocess.run(
            [sys.executable, "-m", "bench._tower", home], env=surroundings, stdout=subprocess.PIPE, check=True
        )
        return last_of(done.stdout.decode())


def last_of(text: str) -> Row:
    """Give the last line that a run printed: the whole."""
    row: Row = json.loads(text.strip().splitlines()[-1])
    return row


def page(runs: list[Row]) -> str:
    """Write the page."""
    names = [run["loading"]["database"] for run in runs]
    real = all(run["source"] == "real" for run in runs)
    stations = (
        "Stations are those of the national table of 2024 (positions and voters of a station imputed)"
        if real
        else "Stations are invented in the shape of the nation"
    )
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    return f"""# The tower at the size of the nation

{when}, {platform.machine()}: `python -m bench tower --database-url postgres://…`.
{machine(PACKAGES)}

{stations}, their boxes by the contests of each kabupaten. Events are invented and unsigned (what a signature costs the
log stands in [the log's own page](ledger.md)); they are handed to {runs[0]["logs"]["districts"]} real logs, one a
district, each with its tiles, checkpoints and fsync, all on this machine beside the web server (granian, 2 workers of 2
threads), the follower and 4 visitors, who look at a page, wait 0.35 s and look at the next: the nation, provinces,
kabupaten, kecamatan, villages, stations, light pages, never with an ETag. Times of pages are those that a visitor sees.

## Goals

{table(("goal", *names), _goals(runs))}

## Loading

{table(("", *names), _loading(runs))}

## Pages, nothing else going on

{table(("", *names), _pages([run["quiet"]["all"] for run in runs], [run["quiet"]["home"] for run in runs]))}

## 50 events a second

{table(("", *names), _steady(runs))}

## As many as it takes

Events are handed in as fast as the logs take them, pages beside; counted until the last one stands in the tables.

{table(("", *names), _flood(runs))}

The load of the machine, of two processors, is its average over a minute at the end of each part: other work ran beside
these measurements, and a processor that is shared by ten answers ten times later. Seconds of processor time do not
depend on it.
"""


def _goals(runs: list[Row]) -> list[tuple[str, ...]]:
    def row(goal: str, cells: list[tuple[str, bool]]) -> tuple[str, ...]:
        return goal, *(f"{text}: {verdict(goal, text, met=met)[2]}" for text, met in cells)

    steady = [run["steady"] for run in runs]
    return [
        row(
            f"pages at this size, p95 at most {QUIET} ms",
            [(f"{run['quiet']['all']['p95, ms']} ms", run["quiet"]["all"]["p95, ms"] <= QUIET) for run in runs],
        ),
        row(
            f"beside 50 events a second for 10 minutes, p95 at most {BUSY} ms",
            [(f"{each['pages']['p95, ms']} ms", each["pages"]["p95, ms"] <= BUSY) for each in steady],
        ),
        row(
            "no page fails",
            [(f"{each['pages']['errors']}", not each["pages"]["errors"]) for each in steady],
        ),
        row(
            "the sums of all regions are those of their stations",
            [("recounted", run["equal to a recount"]) for run in runs],
        ),
    ]


def _loading(runs: list[Row]) -> list[tuple[str, ...]]:
    return [
        (name, *(f"{run['loading'][name]:,}" for run in runs))
        for name in ("stations", "boxes", "bundles", "seconds", "CPU, s", "MB")
    ]


def _pages(*groups: list[Row]) -> list[tuple[str, ...]]:
    names = ("all pages", "the nation's")
    return [
        (f"{name}: {key}", *(f"{row[key]:,}" for row in group))
        for name, group in zip(names, groups, strict=True)
        for key in ("requests", "errors", "median, ms", "p95, ms", "p99, ms")
    ]


def _steady(runs: list[Row]) -> list[tuple[str, ...]]:
    parts = [run["steady"] for run in runs]
    rows = [(key, *(f"{part[key]:,}" for part in parts)) for key in ("events", "a second", "seconds", "behind, s")]
    rows += [
        (f"pages: {key}", *(f"{part['pages'][key]:,}" for part in parts))
        for key in ("requests", "errors", "median, ms", "p95, ms", "p99, ms", "worst, ms")
    ]
    rows += [(key, *(f"{part[key]:,}" for part in parts)) for key in ("web CPU, s", "follower CPU, s")]
    a_page = [part["web CPU, s"] * 1000 / part["pages"]["requests"] for part in parts]
    an_event = [part["follower CPU, s"] * 1000 / part["events"] for part in parts]
    rows.append(("processor time a page, ms", *(f"{each:.1f}" for each in a_page)))
    rows.append(("processor time an event, ms", *(f"{each:.1f}" for each in an_event)))
    return [*rows, ("load of the machine", *(f"{part['load'][0]:.1f}" for part in parts))]


def _flood(runs: list[Row]) -> list[tuple[str, ...]]:
    parts = [run["flood"] for run in runs]
    rows = [(key, *(f"{part[key]:,}" for part in parts)) for key in ("events", "seconds", "a second")]
    per_second = [part["events"] / part["follower CPU, s"] for part in parts]
    rows.append(("a second of the follower's processor time", *(f"{each:,.0f}" for each in per_second)))
    rows += [(f"pages: {key}", *(f"{part['pages'][key]:,}" for part in parts)) for key in ("errors", "p95, ms")]
    return [*rows, ("load of the machine", *(f"{part['load'][0]:.1f}" for part in parts))]


def main() -> None:
    """Write the page from files."""
    text = page([last_of(Path(each).read_text("utf-8")) for each in sys.argv[1:]])
    (Path(__file__).parent.parent / "docs" / "benchmarks" / "tower.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
