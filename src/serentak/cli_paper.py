"""The verb ``paper``: parse, call one function, print."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer, say


class Kind(StrEnum):
    """Kinds of documents."""

    run_sheet = "run-sheet"
    label = "label"
    handover = "handover"
    loading = "loading"
    manifest = "manifest"
    packing = "packing"
    map = "map"
    tables = "tables"
    report = "report"


def paper_command(
    folder: Annotated[Path, typer.Argument(metavar="PLAN", help=_("Plan folder; the files are written into it."))],
    only: Annotated[list[Kind] | None, typer.Option("--only", help=_("One kind only; may be repeated."))] = None,
    vehicles: Annotated[
        Path | None, typer.Option("--vehicles", help=_("Table of plates and drivers: vehicle, plate, driver, phone."))
    ] = None,
    kecamatan: Annotated[
        str, typer.Option(metavar="CODE", help=_("Only the paper of this kecamatan, into the archive paper-CODE.zip."))
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help=_("All of a re-plan; by default only what it changed is printed."))
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=0, help=_("Processes, 0 for one a core; what is written does not depend on it."))
    ] = 0,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.paper.print_plan`."""
    from serentak.operations.paper import print_plan

    def progress(kind: str) -> None:
        say(_("Printing: {kind}").format(kind=kind))

    chosen = [kind.value for kind in only or ()]
    cores = jobs or os.cpu_count() or 1
    if kecamatan:
        from serentak.operations.paper_bundle import print_bundle

        out = folder / f"paper-{kecamatan}.zip"
        names = print_bundle(folder, out, kecamatan, chosen, jobs=cores, progress=progress)
        answer(as_json, {"file": str(out), "files": names}, [_("{n} files in {path}").format(n=len(names), path=out)])
        return
    printed = print_plan(folder, chosen, vehicles, everything=everything, jobs=cores, progress=progress)
    for problem in printed.warnings:
        say(_("Warning: {problem}").format(problem=problem))
    files = {kind: [path.as_posix() for path in paths] for kind, paths in printed.files.items()}
    answer(
        as_json,
        {"folder": str(folder), "files": files, "warnings": [problem.as_dict() for problem in printed.warnings]},
        [
            *(_("{kind}: {n} files").format(kind=kind, n=len(paths)) for kind, paths in files.items()),
            _("What was printed, and for whom: {path}").format(path=folder / "paper" / "README.txt"),
        ],
    )
