"""Verbs about risk: ``stress`` and ``harden``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer, say


def stress_command(
    folder: Annotated[Path, typer.Argument(metavar="PLAN")],
    futures: Annotated[int, typer.Option(min=1, max=1_000_000, help=_("How many futures."))] = 10_000,
    scenario: Annotated[str | None, typer.Option(help=_("Scenario of hazards.toml; by default the season."))] = None,
    seed: Annotated[int | None, typer.Option(min=0, help=_("Seed; by default the plan's."))] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.stress.stress`."""
    from serentak.formats.stress import stress_lines
    from serentak.operations.stress import stress

    found = stress(folder, futures, scenario, seed)
    for problem in found.warnings[:20]:
        say(_("Warning: {problem}").format(problem=problem))
    lines = [*stress_lines(found.outlook), *(_("Written: {path}").format(path=path) for path in found.files)]
    answer(as_json, {**found.outlook.as_dict(), "files": [str(path) for path in found.files]}, lines)


def harden_command(
    folder: Annotated[Path, typer.Argument(metavar="PLAN")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="PLAN2", help=_("Plan folder to make."))],
    target: Annotated[
        float, typer.Option(min=0.5, max=1, help=_("Chance of being in time that every station is to reach."))
    ] = 0.99,
    scenario: Annotated[str | None, typer.Option(help=_("Scenario of hazards.toml; by default the season."))] = None,
    futures: Annotated[
        int, typer.Option(min=1, max=1_000_000, help=_("Futures by which both plans are judged."))
    ] = 10_000,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.harden.harden`."""
    from serentak.formats.harden import harden_lines
    from serentak.formats.stress import share
    from serentak.operations.harden import harden

    def told(number: int, reached: float) -> None:
        say(_("round {number}: {share} of stations reach the target").format(number=number, share=share(reached)))

    found = harden(folder, out, target, scenario, futures, jobs=os.cpu_count() or 1, progress=told)
    data = {
        "folder": str(out),
        "measures": [{name: getattr(each, name) for name in each.__slots__} for each in found.measures],
        "worth": [
            {
                "kecamatan": each.kecamatan,
                "measures": [{name: getattr(one, name) for name in one.__slots__} for one in each.measures],
                "late": each.late,
                "rupiah": each.rupiah,
            }
            for each in found.worth
        ],
        "before": found.before.as_dict(),
        "after": found.after.as_dict(),
    }
    answer(as_json, data, [*harden_lines(found), _("Written: {path}").format(path=out / "harden.md")])
