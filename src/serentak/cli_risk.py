"""Verbs about risk: ``stress`` and ``harden``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer, say


def stress_command(
    folder: Annotated[Path, typer.Argument(metavar="PLAN|OUT", help=_("Plan folder, or the folder of 'nation'."))],
    futures: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help=_("How many futures; by default 10,000, and 1,000 for the country.")),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help=_("Scenario of the hazards; by default the season, for the country all of them."))
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help=_("Seed; by default the plan's, for the country 1."))] = None,
    hazards: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("National hazards, TOML; for the folder of 'nation' only."))
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=0, help=_("Processes, 0 for one a core; for the folder of 'nation' only."))
    ] = 0,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.stress.stress`, or `serentak.operations.nation_stress.stress_nation` for a country."""
    from serentak.formats.stress import stress_lines
    from serentak.operations.nation_stress import is_nation
    from serentak.operations.stress import FUTURES, stress

    if is_nation(folder):
        _stress_nation(folder, hazards, scenario, futures, seed, jobs, as_json)
        return
    if hazards is not None or jobs:
        raise typer.BadParameter(
            _("--hazards and --jobs are for the folder of 'nation'; a plan has its own hazards.toml")
        )
    found = stress(folder, FUTURES if futures is None else futures, scenario, seed)
    for problem in found.warnings[:20]:
        say(_("Warning: {problem}").format(problem=problem))
    lines = [*stress_lines(found.outlook), *(_("Written: {path}").format(path=path) for path in found.files)]
    answer(as_json, {**found.outlook.as_dict(), "files": [str(path) for path in found.files]}, lines)


def _stress_nation(
    folder: Path,
    hazards: Path | None,
    scenario: str | None,
    futures: int | None,
    seed: int | None,
    jobs: int,
    as_json: bool,
) -> None:
    from serentak.cli_progress import showing_districts
    from serentak.formats.nation_stress import stress_lines
    from serentak.operations.nation_stress import FUTURES, SEED, stress_nation

    with showing_districts() as progress:
        found = stress_nation(
            folder, hazards, scenario, FUTURES if futures is None else futures, SEED if seed is None else seed,
            jobs=jobs or os.cpu_count() or 1, progress=progress,
        )  # fmt: skip
    failures = found.national.failures
    for code, words in failures:
        say(_("Failed: {code}: {words}").format(code=code, words=words))
    lines = [*stress_lines(found.national), *(_("Written: {path}").format(path=path) for path in found.files)]
    answer(as_json, {**found.national.as_dict(), "files": [str(path) for path in found.files]}, lines)
    if failures:
        raise typer.Exit(1)


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
