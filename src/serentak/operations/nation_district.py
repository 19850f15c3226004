"""One district of the national batch: cut, planned, checked, and handed back as the files of its plan folder.

A pure function of its order, so that any process on any machine can do it, and do it again. Nothing is written where
the results go; whoever ordered it does that.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import msgspec

from serentak.base.errors import Broken, InputError, SerentakError
from serentak.base.messages import _, set_language
from serentak.kit.rules import load_rules
from serentak.operations.defaults import load_defaults
from serentak.operations.nation_table import Block
from serentak.operations.new import write_folder
from serentak.operations.plan import fill_plan_folder, read_ground
from serentak.operations.ruleset import default_district
from serentak.plan.figures import plan_figures
from serentak.territory.regions import region

FIGURES = "figures.json"
"""The district's row of the national report, in its plan folder."""


@dataclass(frozen=True, slots=True)
class Order:
    """All that is needed to plan one district; it pickles.

    Parameters
    ----------
    code
        Code of the kabupaten or kota.
    file
        National table as the user knows it, for error messages.
    language
        Of the report.
    """

    code: str
    file: str
    blocks: tuple[Block, ...]
    effort: str
    language: str

    @property
    def stations(self) -> int:
        """Number of stations."""
        return sum(block.count for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Done:
    """A district that was planned.

    Parameters
    ----------
    files
        Content of its plan folder by relative path.
    seconds
        Processor time it took.
    peak_mb
        Most memory its worker has ever held, in MB.
    """

    code: str
    files: dict[str, bytes]
    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A district that could not be planned, with the reason in words; `bug` where it is ours."""

    code: str
    words: str
    bug: bool


def plan_one(order: Order) -> Done | Failed:
    """Plan one district; what goes wrong with it is an answer, so that it stops no other."""
    set_language(order.language)
    began = time.process_time()
    try:
        with tempfile.TemporaryDirectory(prefix="serentak-") as scratch:
            files = _plan(order, Path(scratch))
    except SerentakError as error:
        return Failed(order.code, str(error), bug=isinstance(error, Broken))
    except MemoryError:
        return Failed(order.code, _("there was not enough memory"), bug=False)
    except Exception as error:  # noqa: BLE001 - a bug met in one district must not cost the other 513
        place = traceback.extract_tb(error.__traceback__)[-1]
        words = f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
        return Failed(order.code, words, bug=True)
    return Done(order.code, files, time.process_time() - began, _peak_mb())


def _plan(order: Order, scratch: Path) -> dict[str, bytes]:
    stations = [station for block in order.blocks for station in block.stations()]
    if all(station.lon is None for station in stations):
        raise InputError.of(
            order.file,
            _("no station of {code} has coordinates").format(code=order.code),
            _("fill the columns lon and lat in degrees"),
            column="lon",
        )
    defaults = load_defaults()
    made = default_district(stations, region(order.code), defaults, load_rules(defaults.district.rules))
    source, folder = scratch / "district", scratch / order.code
    write_folder(source, made.files)
    folder.mkdir()
    ground = read_ground(source)
    # One process a district: workers that had workers would be more processes than cores.
    plan = fill_plan_folder(folder, source, ground, order.effort, jobs=1)
    digest = hashlib.sha256((folder / "plan.json").read_bytes()).hexdigest()
    figures = msgspec.json.encode(plan_figures(plan, ground.district, ground.kits, digest))
    (folder / FIGURES).write_bytes(msgspec.json.format(figures, indent=1) + b"\n")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
