"""Use case ``serentak stress OUT``: let every plan of the country meet its futures, and name its weakest places.

Each district meets the season and every named scenario of the national hazards, see
`serentak.travel.national_hazards`. The plans stay as they are; results stand in ``stress/`` of the folder.
"""

from __future__ import annotations

import traceback
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from serentak.base.errors import InputError, SerentakError
from serentak.base.messages import _, language, set_language
from serentak.formats.nation_stress import Holding, NationalStress, kecamatan_csv, stress_report, weakest_csv
from serentak.operations.fanout import Lost, Processes, each
from serentak.operations.nation import DISTRICTS, SETTINGS, NationProgress, Progress, finished, write_whole
from serentak.operations.plan import read_plan_ground
from serentak.operations.stress import SEASON, affected, course_of
from serentak.plan.model import Direction, read_plan
from serentak.risk.closures import Calm, Closures
from serentak.risk.futures import Arrivals, play_futures
from serentak.risk.outlook import DIRECTIONS, Outlook, outlook
from serentak.risk.uncertainty import Uncertainty
from serentak.risk.weakest import Weak, rank, weakest
from serentak.territory.columns import MODES
from serentak.travel.national_hazards import NationalHazards, hazards_of, read_national_hazards

WEAKEST: Final = 100
"""Places named in each situation."""
FUTURES: Final = 1000
SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Stressed:
    """What was found, and the files it was written to."""

    national: NationalStress
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """All that is needed to stress one district; it pickles.

    Parameters
    ----------
    folder
        Its plan folder.
    stations
        Number of stations.
    hazards
        What concerns it, or None.
    situations
        Names of scenarios wanted; `SEASON` for the chances of the season.
    """

    code: str
    folder: Path
    stations: int
    hazards: NationalHazards | None
    situations: tuple[str, ...]
    futures: int
    seed: int
    language: str


@dataclass(frozen=True, slots=True)
class Result:
    """How surely one district's plan holds, by situation; and its weakest places."""

    holdings: tuple[Holding, ...]
    weak: dict[str, tuple[Weak, ...]]
    recorded: bool


def is_nation(folder: Path) -> bool:
    """Tell whether a folder was made by ``serentak nation``."""
    return (folder / SETTINGS).is_file()


def stress_nation(
    out: Path,
    hazards: Path | None = None,
    scenario: str | None = None,
    futures: int = FUTURES,
    seed: int = SEED,
    *,
    jobs: int = 1,
    progress: NationProgress | None = None,
) -> Stressed:
    """Let every finished plan of a national run meet many futures, and write what was found into ``stress/``.

    Parameters
    ----------
    out
        Folder that ``serentak nation`` made.
    hazards
        National hazards; without them only delays and breakdowns are simulated.
    scenario
        The only situation wanted; by default the season and every scenario.
    futures, seed
        How many futures, and their seed: the same for all districts, so that what they share they share.
    jobs
        Processes. The results do not depend on it.
    progress
        Told whenever a district is done.

    Raises
    ------
    InputError
        When the folder holds no finished district, or the hazards cannot be used or have no such scenario.
    """
    known = {path.name: figures for path in sorted((out / DISTRICTS).glob("[0-9]*")) if (figures := finished(path))}
    if not known:
        raise InputError.of(
            str(out),
            _("there is no finished district in the folder"),
            _("plan the districts by 'serentak nation' first"),
        )
    national = read_national_hazards(hazards, MODES) if hazards is not None else None
    situations = _situations(national, scenario)
    orders = [
        Order(
            code, out / DISTRICTS / code, figures.totals.stations,
            None if national is None else national.of_region(code), situations, futures, seed, language(),
        )
        for code, figures in known.items()
    ]  # fmt: skip
    results, failures = _run(orders, jobs, progress)
    found = NationalStress(
        futures=futures,
        seed=seed,
        uncertainty=Uncertainty.usual(),
        hazards=national,
        situations=situations,
        figures=tuple(known.values()),
        holdings=tuple(holding for code in sorted(results) for holding in results[code].holdings),
        weak={name: _hundred(results, name) for name in situations},
        without_record=tuple(code for code in sorted(results) if not results[code].recorded) if national else (),
        failures=tuple(sorted(failures.items())),
    )
    folder = out / "stress"
    folder.mkdir(exist_ok=True)
    write_whole(folder, "kecamatan.csv", kecamatan_csv(found))
    write_whole(folder, "weakest.csv", weakest_csv(found))
    write_whole(folder, "nation.md", stress_report(found))
    return Stressed(found, tuple(folder / name for name in ("nation.md", "weakest.csv", "kecamatan.csv")))


def _situations(national: NationalHazards | None, scenario: str | None) -> tuple[str, ...]:
    names = tuple(one.name for one in national.scenarios) if national is not None else ()
    if scenario is None or scenario == SEASON:
        return (SEASON, *names) if scenario is None else (SEASON,)
    if scenario not in names:
        known = ", ".join((SEASON, *names))
        raise InputError.of(
            "--scenario", _("there is no such scenario"), _("known are {names}").format(names=known), value=scenario
        )
    return (scenario,)


def _run(orders: list[Order], jobs: int, progress: NationProgress | None) -> tuple[dict[str, Result], dict[str, str]]:
    """Have all districts stressed, the largest first; give what was found, and why some have no result."""
    results: dict[str, Result] = {}
    failures: dict[str, str] = {}
    done, total = 0, sum(order.stations for order in orders)
    orders = sorted(orders, key=lambda order: (-order.stations, order.code))
    with closing(each(stress_one, orders, Processes(jobs))) as answers:
        for order, answer in answers:
            if isinstance(answer, Result):
                results[order.code] = answer
            else:
                failures[order.code] = answer.words if isinstance(answer, Lost) else answer
            done += order.stations
            if progress is not None:
                over = len(results) + len(failures)
                progress(Progress(over, len(orders), done, total, 0, len(failures)))
    return results, failures


def _hundred(results: dict[str, Result], situation: str) -> tuple[Weak, ...]:
    return tuple(sorted((weak for own in results.values() for weak in own.weak[situation]), key=rank)[:WEAKEST])


def stress_one(order: Order) -> Result | str:
    """Let one district's plan meet its futures; what goes wrong with it is an answer, so that it stops no other."""
    set_language(order.language)
    try:
        return _stress(order)
    except SerentakError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a bug met in one district must not cost the other 513
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"


def _stress(order: Order) -> Result:
    plan, ground = read_plan(order.folder), read_plan_ground(order.folder)
    course, uncertainty = course_of(plan, ground), Uncertainty.usual()
    hazards = None if order.hazards is None else hazards_of(ground.district, order.hazards)
    calm = play_futures(course, Calm(ground.travel), uncertainty, order.futures, order.seed)
    effects = None if hazards is None else affected(ground, hazards)
    outlooks: dict[str, Outlook] = {}
    for name in order.situations:
        scenario = None if hazards is None or name == SEASON else hazards.scenarios[name]
        if hazards is None or effects is None:
            outlooks[name] = outlook(course, calm, calm, uncertainty, order.seed)
        elif scenario is not None and not scenario.causes and not scenario.given and SEASON in outlooks:
            outlooks[name] = replace(outlooks[SEASON], scenario=scenario)  # it does not hold here
        else:
            ways = Closures(effects, hazards, scenario)
            seen: Arrivals = play_futures(course, ways, uncertainty, order.futures, order.seed)
            outlooks[name] = outlook(course, seen, calm, uncertainty, order.seed, ways)
    return Result(
        tuple(_holding(order.code, name, found) for name, found in outlooks.items()),
        {name: weakest(found, course, ground.district, WEAKEST) for name, found in outlooks.items()},
        hazards is not None,
    )


def _holding(code: str, situation: str, found: Outlook) -> Holding:
    return Holding(
        code=code,
        situation=situation,
        stations={direction: len(found.stations[direction]) for direction in DIRECTIONS},
        late={direction: found.missed[direction][0] for direction in DIRECTIONS},
        late_calm={direction: _late_calm(found, direction) for direction in DIRECTIONS},
        all_on_time={direction: found.all_on_time[direction].on_time for direction in DIRECTIONS},
        kecamatan={
            direction: tuple((odds.id, odds.on_time.value, odds.calm.value) for odds in found.kecamatan[direction])
            for direction in DIRECTIONS
        },
    )


def _late_calm(found: Outlook, direction: Direction) -> float:
    return sum(1 - odds.calm.value for odds in found.stations[direction])
