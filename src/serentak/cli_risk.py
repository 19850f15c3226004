"""Verbs about risk: ``stress``."""

from __future__ import annotations

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
