"""Use case ``serentak paper``: print a plan for those who carry it out.

Everything is read from the plan folder and written back into it. A kind of document is written whole or not at
all: it is made in a hidden folder beside, and moved into place when all of its files are there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from serentak.base.errors import InputError, Problem, Refused
from serentak.base.messages import _
from serentak.formats.paper.handover import handovers
from serentak.formats.paper.index import index_text
from serentak.formats.paper.label import labels
from serentak.formats.paper.loading import loading_lists
from serentak.formats.paper.manifest import manifests
from serentak.formats.paper.packing import packing_lists
from serentak.formats.paper.run_sheet import run_sheets
from serentak.formats.paper.source import Reprint, Source
from serentak.formats.paper.typeset import Sheet, write_sheets
from serentak.formats.paper.vehicles import Crews, read_vehicles
from serentak.operations.paper_files import write_map, write_report, write_tables
from serentak.operations.plan import Ground, read_plan_ground, source_of
from serentak.operations.workspace import input_sha256
from serentak.plan.check import check_plan
from serentak.plan.model import Plan, read_plan

PAPER: Final = "paper"
"""Folder below the plan folder that holds the PDF files, one folder a kind."""
INDEX: Final = f"{PAPER}/README.txt"
"""What was printed, for whom, how often."""
TOP: Final = {
    "map": ("map.html",),
    "tables": ("stops.csv", "manifest.xlsx", "routes.geojson"),
    "report": ("report.md", "report.pdf"),
}
"""Files at the top of the plan folder, by kind."""

SheetsOf = Callable[[Source], Sequence[Sheet]]
"""Lays out a kind of document as sheets, which are then typeset in several processes."""
ON_GOODS: Final = ("label", "packing")
"""Kinds that are about boxes alone: whatever a re-plan changes, they stay valid."""

FilesOf = Callable[[Path, Source, Sequence[Problem]], Sequence[Path]]
"""Writes a kind of document below a folder, at the paths its files shall have in the plan folder, and names them;
also told the warnings about the district.
"""

SHEETS: Final[dict[str, SheetsOf]] = {
    "run-sheet": run_sheets,
    "label": labels,
    "handover": handovers,
    "loading": loading_lists,
    "manifest": manifests,
    "packing": packing_lists,
}
"""Kinds that are PDF files below ``paper/``."""
FILES: Final[dict[str, FilesOf]] = {
    "map": write_map,
    "tables": write_tables,
    "report": write_report,
}
"""Kinds that write their own files, at the top of the plan folder."""


@dataclass(frozen=True)
class Printed:
    """What was written.

    Parameters
    ----------
    files
        Files by kind, relative to the plan folder.
    warnings
        What the user should look at.
    """

    files: dict[str, tuple[Path, ...]]
    warnings: tuple[Problem, ...]


Progress = Callable[[str], None]
"""Told the name of each kind before it is made."""


def kinds() -> tuple[str, ...]:
    """Give the kinds of documents there are, in the order in which they are made."""
    return (*SHEETS, *FILES)


def print_plan(
    folder: Path,
    only: Sequence[str] = (),
    vehicles: Path | None = None,
    *,
    everything: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Printed:
    """Print a plan into its own folder; of a re-plan only what changed.

    Parameters
    ----------
    folder
        Plan folder.
    only
        Kinds to make; all when empty.
    vehicles
        Table of plates and drivers.
    everything
        Print all of a re-plan, as if nothing had been printed before.
    jobs
        Processes; the files do not depend on it.
    progress
        Called before each kind.

    Raises
    ------
    InputError
        When the plan or the table of vehicles cannot be read, or the folder not be written.
    Refused
        When the plan does not hold: nobody should drive by it.
    """
    plan, ground = read_plan(folder), read_plan_ground(folder)
    refuse_broken(folder, plan, ground)
    crews, warnings = _read_crews(vehicles, ground)
    source = source_of(plan, ground, crews)
    if not everything:
        source = replace(source, reprint=_reprint(plan, ground))
    written: dict[str, tuple[Path, ...]] = {}
    for kind in kinds():
        if kind not in only if only else source.reprint is not None and kind in ON_GOODS:
            continue
        if progress is not None:
            progress(kind)
        with _publishing(folder) as staging:
            if kind in SHEETS:
                written[kind] = tuple(write_sheets(SHEETS[kind](source), staging, jobs))
            else:
                written[kind] = tuple(FILES[kind](staging, source, ground.warnings))
    with _publishing(folder) as staging:
        index = staging / INDEX
        index.parent.mkdir()
        index.write_text(index_text(source, _present(folder)), encoding="utf-8")
    return Printed(written, warnings)


def _reprint(plan: Plan, ground: Ground) -> Reprint | None:
    """Give what of a re-plan needs new paper; None for a plan that replaces none."""
    if plan.replan is None or ground.before is None:
        return None
    changed, withdrawn = plan.replan.changed, plan.replan.withdrawn
    ends = {
        at
        for own, names in ((plan, changed), (ground.before.issued, (*withdrawn, *changed, *plan.replan.lost)))
        for stage in own.stages
        for run in stage.runs
        if run.id in names
        for at in (stage.base, *(stop.at for stop in run.stops))
    }
    return Reprint(frozenset(changed), withdrawn, frozenset(ends), ground.before.sha256[:12])


def _present(folder: Path) -> dict[str, list[Path]]:
    """Give the files that lie in the plan folder, printed now or before, by kind."""
    found = {kind: sorted((folder / PAPER / kind).glob("*.pdf")) for kind in SHEETS}
    found |= {kind: [folder / name for name in names if (folder / name).exists()] for kind, names in TOP.items()}
    return {kind: [path.relative_to(folder) for path in paths] for kind, paths in found.items()}


def refuse_broken(folder: Path, plan: Plan, ground: Ground) -> None:
    """See that a plan holds.

    Raises
    ------
    Refused
        When it does not: nobody should drive by it.
    """
    same = input_sha256(folder / "input") == plan.input_sha256
    checked = check_plan(plan, ground.district, ground.kits, ground.rules, ground.travel, ground.before)
    if same and not checked.violations:
        return
    first = [str(violation) for violation in checked.violations[:3]]
    if not same:
        first.insert(0, _("the district in input/ is not the one this plan was made for"))
    message = _("this plan does not hold, so nothing is printed; see 'serentak check {folder}':")
    raise Refused("\n".join([message.format(folder=folder), *first]))


def _read_crews(path: Path | None, ground: Ground) -> tuple[Crews, tuple[Problem, ...]]:
    if path is None:
        return {}, ()
    try:
        data = path.read_bytes()
    except OSError as error:
        message = _("the file cannot be read: {error}").format(error=error.strerror or error)
        raise InputError.of(str(path), message, _("check the path")) from error
    teams = {name: row.team for row in ground.district.fleet for name in row.names()}
    crews, problems = read_vehicles(data, path.name, teams)
    return crews, tuple(problems.warnings)


@contextmanager
def _publishing(folder: Path) -> Iterator[Path]:
    """Give a hidden folder; when the block ends without an error, what was made there moves into the plan folder."""
    staging: Path | None = None
    try:
        staging = Path(tempfile.mkdtemp(prefix=".paper-", dir=folder))
        made, old = staging / "made", staging / "old"
        made.mkdir()
        old.mkdir()
        yield made
        for path in _pieces(made):
            target = folder / path
            target.parent.mkdir(exist_ok=True)
            if target.is_dir():
                target.rename(old / target.name)
            (made / path).replace(target)
    except OSError as error:
        raise InputError.of(
            str(error.filename or folder),
            _("the file cannot be written: {reason}").format(reason=error.strerror or type(error).__name__),
            _("make room, or make the plan folder writable; close the file where a program holds it open"),
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def _pieces(made: Path) -> list[Path]:
    """Give what moves as one piece: a file at the top, or the folder of a kind."""
    pieces: list[Path] = []
    for entry in sorted(made.iterdir()):
        inside = sorted(entry.iterdir()) if entry.name == PAPER else [entry]
        pieces.extend(path.relative_to(made) for path in inside)
    return pieces
