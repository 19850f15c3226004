"""Use case ``serentak nation``: a national table becomes a checked plan for every district, and one report.

Each finished district is a plan folder that appears whole or not at all, so that whatever ends a run, the same call
goes on where it ended and comes to the same bytes. What depends on the hour or the machine stands in ``run.json`` only.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec

from serentak import __version__
from serentak.base.errors import InputError, Problem, Refused
from serentak.base.messages import _, language
from serentak.formats.nation import Failure, National, nation_csv, nation_report
from serentak.formats.nation_map import nation_html
from serentak.operations.fanout import Dask, Lost, Processes, each
from serentak.operations.nation_district import FIGURES, Done, Failed, Order, plan_one
from serentak.operations.nation_table import NationalTable, read_national_table
from serentak.operations.plan import run_record
from serentak.operations.workspace import new_folder, refuse_existing
from serentak.plan.figures import Figures
from serentak.routing.district import DEFAULT_EFFORT
from serentak.territory.codes import CodeError
from serentak.territory.regions import region

DISTRICTS: Final = "districts"
SETTINGS: Final = "nation.json"
SCHEMA: Final = "serentak-nation/1"

NationProgress = Callable[["Progress"], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `before` counts the stations that an earlier run had planned."""

    districts: int
    of_districts: int
    stations: int
    of_stations: int
    before: int
    failed: int


@dataclass(frozen=True, slots=True)
class Nation:
    """What ``serentak nation`` made.

    Parameters
    ----------
    national
        Figures of all districts.
    before
        Districts that an earlier run had planned.
    ignored
        Headings of the table that were not used.
    """

    folder: Path
    national: National
    before: int
    ignored: tuple[str, ...]


def plan_nation(
    source: Path,
    out: Path,
    effort: str = DEFAULT_EFFORT,
    *,
    only: Sequence[str] = (),
    mapping: Mapping[str, str] | None = None,
    jobs: int = 1,
    dask: str | None = None,
    progress: NationProgress | None = None,
) -> Nation:
    """Plan every district of a national table, or go on with a run that was ended.

    Parameters
    ----------
    source
        National table, see `serentak.operations.nation_table`.
    out
        Folder to make, or the one of an earlier call with the same settings.
    effort
        How long to search; see `serentak.routing.district.plan_district`.
    only
        Codes of provinces, kabupaten or kota; empty for all.
    mapping
        Names of fields by heading, for headings that are not known by themselves.
    jobs, dask
        Processes of this machine, or the address of a Dask scheduler instead. The plans do not depend on it.
    progress
        Told whenever a district is done.

    Raises
    ------
    InputError
        When the table, the folder or the cluster cannot be used.
    Refused
        When another run is writing into the folder.
    """
    started = datetime.now(UTC)
    table = read_national_table(source, mapping)
    codes = _chosen(table, only)
    with _own(out, _settings(table, effort, only, mapping or {})):
        staff = Dask(dask) if dask else Processes(jobs)
        known = {code: figures for code in codes if (figures := finished(out / DISTRICTS / code)) is not None}
        before = len(known)
        orders = [
            Order(code, table.file, tuple(table.districts[code]), effort, language())
            for code in codes
            if code not in known
        ]
        sizes = {code: sum(block.count for block in table.districts[code]) for code in codes}
        failures, spent, peak = _run(out, orders, known, sizes, staff, progress)
        national = National(
            source=table.file,
            source_sha256=table.sha256,
            rows=sum(len(table.districts[code]) for code in codes),
            villages_at_one_point=sum(block.count > 1 for code in codes for block in table.districts[code]),
            without_stations=table.without_stations,
            effort=effort,
            figures=tuple(known[code] for code in sorted(known)),
            failures=tuple(sorted(failures, key=lambda failure: failure.code)),
        )
        write_whole(out, "nation.csv", nation_csv(national))
        write_whole(out, "nation.html", nation_html(national))
        write_whole(out, "nation.md", nation_report(national))
        where = {"dask": dask} if dask else {"jobs": jobs}
        record = run_record(
            started,
            **where,
            planned=len(known) - before,
            before=before,
            failed=len(failures),
            processor_seconds=round(spent, 1),
            peak_mb=round(peak),
        )
        write_whole(out, "run.json", record)
    return Nation(out, national, before, table.ignored)


def _run(
    out: Path,
    orders: list[Order],
    known: dict[str, Figures],
    sizes: Mapping[str, int],
    staff: Processes | Dask,
    progress: NationProgress | None,
) -> tuple[list[Failure], float, float]:
    """Have all orders done, the largest first, and write what comes.

    Gives what failed, the processor time of the districts planned, and the most memory that a worker held.
    """
    failures: list[Failure] = []
    spent, peak, before = 0.0, 0.0, sum(sizes[code] for code in known)
    orders = sorted(orders, key=lambda order: (-order.stations, order.code))
    with closing(each(plan_one, orders, staff)) as results:
        for order, result in results:
            if isinstance(result, Done):
                known[order.code] = _keep(out, result)
                spent, peak = spent + result.seconds, max(peak, result.peak_mb)
            else:
                failures.append(_failure(order, result))
            if progress is not None:
                over = [*known, *(failure.code for failure in failures)]
                stations = sum(sizes[code] for code in over)
                progress(Progress(len(over), len(sizes), stations, sum(sizes.values()), before, len(failures)))
    return failures, spent, peak


def _failure(order: Order, result: Failed | Lost[Order]) -> Failure:
    if isinstance(result, Lost):
        words = _(
            "its worker process died twice while it was alone ({reason}); most often the system ended it for want "
            "of memory: free some, or plan this district on a larger machine"
        ).format(reason=result.words)
        return Failure(order.code, order.stations, words)
    words = _("a bug of this software, please report it: {words}").format(words=result.words)
    return Failure(order.code, order.stations, words if result.bug else result.words)


def _chosen(table: NationalTable, only: Sequence[str]) -> list[str]:
    """Give the codes of the table's districts that are wanted."""
    wanted: list[str] = []
    for text in only:
        try:
            code = region(text).code
        except CodeError as error:
            raise InputError.of("--only", error.message, error.remedy, value=text) from None
        own = [district for district in table.districts if district == code or district.startswith(f"{code}.")]
        if not own:
            message = _("the table {file} has no row of {code}").format(file=table.file, code=code)
            raise InputError.of("--only", message, _("name a region that is in the table"), value=text)
        wanted += own
    return sorted(set(wanted)) if only else list(table.districts)


def _settings(table: NationalTable, effort: str, only: Sequence[str], mapping: Mapping[str, str]) -> dict[str, Any]:
    """Give all on which the results depend."""
    return {
        "schema": SCHEMA,
        "table": table.file,
        "table_sha256": table.sha256,
        "map": dict(sorted(mapping.items())),
        "only": sorted(set(only)),
        "effort": effort,
        "language": language(),
        "versions": {"serentak": __version__, "pyvrp": version("pyvrp"), "highspy": version("highspy")},
    }


@contextmanager
def _own(out: Path, settings: dict[str, Any]) -> Iterator[None]:
    """Make the folder or go on with it, alone; what a killed run left half-written is cleared away.

    Raises
    ------
    InputError
        When it holds something else, or was begun with other settings.
    Refused
        When another run holds it.
    """
    known = out / SETTINGS
    if not known.exists():
        refuse_existing(out) if not (out / _LOCK).exists() else None
    try:
        (out / DISTRICTS).mkdir(parents=True, exist_ok=True)
        lock = (out / _LOCK).open("w")
    except OSError as error:
        raise _unwritable(out, error) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(_("another run is writing into {folder}; wait for its end").format(folder=out)) from None
        if known.exists():
            _same_settings(known, settings)
        else:
            write_whole(out, SETTINGS, msgspec.json.format(msgspec.json.encode(settings), indent=1).decode() + "\n")
        for left in (out / DISTRICTS).glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


_LOCK: Final = ".lock"


def _same_settings(known: Path, settings: dict[str, Any]) -> None:
    try:
        before = msgspec.json.decode(known.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError.of(
            str(known), _("the settings of the earlier run cannot be read: {error}").format(error=error),
            _("name another folder"),
        ) from None  # fmt: skip
    problems = [
        Problem(
            str(known), None, key, str(settings.get(key)),
            _("the folder was begun with another {key}: {value}").format(key=key, value=before.get(key)),
            _("repeat the call as it was, or name another folder"),
        )
        for key in {**settings, **before}
        if before.get(key) != settings.get(key)
    ]  # fmt: skip
    if problems:
        raise InputError(problems)


def finished(folder: Path) -> Figures | None:
    """Give the figures of a district that has been planned, or None where it has not.

    Raises
    ------
    InputError
        When they cannot be read.
    """
    path = folder / FIGURES
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Figures)
    except (OSError, msgspec.MsgspecError) as error:
        message = _("the figures of a finished district cannot be read: {error}").format(error=error)
        raise InputError.of(
            str(path), message, _("remove the district's folder; the same call plans it again")
        ) from None


def _keep(out: Path, done: Done) -> Figures:
    """Write a district's plan folder, whole or not at all."""
    with new_folder(out / DISTRICTS / done.code) as folder:
        for name, content in done.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return msgspec.json.decode(done.files[FIGURES], type=Figures)


def write_whole(out: Path, name: str, text: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    part = out / f".{name}.part"
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(out / name)
    except OSError as error:
        raise _unwritable(out / name, error) from None


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError.of(
        str(path),
        _("the folder cannot be written: {reason}").format(reason=error.strerror or type(error).__name__),
        _("choose a folder you may write to, on a disk with room"),
    )
