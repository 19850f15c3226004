"""What a custody log told a re-plan, as it lies in ``input/replan/``: who has had what, hand after hand.

::

    input/replan/state.csv   every load the log knows of: giver, holder, place, when, and the entry that says so
    input/replan/log.json    which log, how many entries, and the root of its tree over them

So anyone can compare what a re-plan was told with the log itself, and check the re-plan without it.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final

from serentak.base import cells
from serentak.base.cells import Column
from serentak.base.csvfile import read_csv
from serentak.base.errors import Problems
from serentak.base.messages import N_
from serentak.plan.sightings import Sighting

STATE: Final = "state.csv"
LOG: Final = "log.json"
COLUMNS: Final = (
    Column("goods", "muatan", cells.text, N_("station whose kit it is, or recapitulation boxes"), required=True),
    Column("giver", "pemberi", cells.text, N_("who handed it over; empty where it was only seen"), default=""),
    Column("holder", "pemegang", cells.text, N_("who has had it since"), required=True),
    Column("place", "tempat", cells.text, N_("where"), default=""),
    Column("at", "pada", cells.integer(-(10**8)), N_("when, seconds from 00:00 local time on H"), required=True),
    Column("entry", "catatan", cells.integer(0), N_("index of the entry of the log that says so"), required=True),
)
"""Columns of ``state.csv``."""


def write_told(folder: Path, sightings: tuple[Sighting, ...], log: dict[str, Any] | None) -> None:
    """Write what a log told into ``input/replan/``."""
    with (folder / STATE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in COLUMNS])
        writer.writerows([one.goods, one.giver, one.holder, one.place, one.at, one.entry] for one in sightings)
    (folder / LOG).write_text(json.dumps(log or {}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_told(folder: Path, problems: Problems) -> tuple[Sighting, ...] | None:
    """Read what a log told; None where none was asked."""
    if not (folder / STATE).is_file():
        return None
    table = read_csv((folder / STATE).read_bytes(), f"replan/{STATE}", COLUMNS, problems)
    names = [column.name for column in COLUMNS]
    return tuple(Sighting(*(row[name] for name in names)) for row in table.rows if not row.bad)
