"""The paper of a plan, whole or of one kecamatan, as one archive; the plan folder stays as it is."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.formats.paper.typeset import write_sheets
from serentak.formats.paper.words import file_name
from serentak.operations.paper import FILES, PAPER, SHEETS, Progress, kinds, refuse_broken
from serentak.operations.plan import read_plan_ground, source_of
from serentak.plan.model import read_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from serentak.territory.model import District

_MOMENT: Final = (2024, 1, 1, 0, 0, 0)
"""Date of every file of an archive, so that the same paper gives the same bytes."""


def print_bundle(
    folder: Path,
    out: Path,
    kecamatan: str = "",
    only: Sequence[str] = (),
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[str]:
    """Print a plan into an archive, whole or not at all, and give the names of its files.

    Parameters
    ----------
    folder
        Plan folder; nothing is written into it.
    out
        Archive to write; one that is there is replaced.
    kecamatan
        Code, for the paper of its hubs and of the vehicles that stand there; empty for all. Map, tables and report
        are about the whole district and are left out then.
    only
        Kinds to make; all when empty.
    jobs, progress
        See `serentak.operations.paper.print_plan`.

    Raises
    ------
    InputError
        When the plan cannot be read, or the district has no such kecamatan.
    Refused
        When the plan does not hold.
    """
    plan, ground = read_plan(folder), read_plan_ground(folder)
    refuse_broken(folder, plan, ground)
    stems = _stems(ground.district, kecamatan) if kecamatan else None
    source = source_of(plan, ground)
    written: list[Path] = []
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".paper-", dir=out.parent) as name:
        staging = Path(name)
        for kind in kinds():
            if (only and kind not in only) or (kecamatan and kind in FILES):
                continue
            if progress is not None:
                progress(kind)
            if kind in SHEETS:
                sheets = [each for each in SHEETS[kind](source) if stems is None or Path(each.path).stem in stems]
                written += write_sheets(sheets, staging, jobs)
            else:
                written += FILES[kind](staging, source, ground.warnings)
        packed = staging / "bundle.zip"
        _pack(packed, staging, written)
        packed.replace(out)
    return [_inside(path) for path in written]


def _stems(district: District, kecamatan: str) -> set[str]:
    """Give the names of files that concern a kecamatan: its hubs and stations' hubs, and vehicles that stand there."""
    hubs = {place.id for place in district.places if place.kecamatan == kecamatan and place.parent}
    hubs |= {station.parent for station in district.stations if station.kecamatan == kecamatan}
    if not hubs:
        known = ", ".join(sorted({station.kecamatan for station in district.stations}))
        message = _("the district has no such kecamatan")
        raise InputError.of("--area", message, _("it has {names}").format(names=known), value=kecamatan)
    vehicles = {name for row in district.fleet if row.base in hubs for name in row.names()}
    return {file_name(name) for name in hubs | vehicles}


def _inside(path: Path) -> str:
    """Give the name of a file in the archive: kind and file."""
    return path.relative_to(PAPER).as_posix() if path.parts[0] == PAPER else path.as_posix()


def _pack(target: Path, staging: Path, files: Iterable[Path]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(_inside(path), _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (staging / path).read_bytes())
    with target.open("rb") as file:
        os.fsync(file.fileno())
