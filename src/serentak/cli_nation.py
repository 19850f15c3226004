"""The verb ``nation``: every district of a national table, with progress on standard error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from serentak.base.messages import _
from serentak.cli_common import Effort, Json, Lang, answer, say


def nation_command(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help=_("National table, CSV or CSV.GZ."))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help=_("Folder to make, or to go on with."))],
    effort: Annotated[Effort, typer.Option(help=_("How long to search."))] = Effort.standard,
    only: Annotated[
        str, typer.Option(metavar="CODE,CODE", help=_("Provinces, kabupaten or kota; all by default."))
    ] = "",
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help=_("COLUMN=FIELD, for headings of your own."))
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=0, help=_("Processes, 0 for one a core; the plan does not depend on it."))
    ] = 0,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help=_("Dask scheduler, tcp://host:8786."))] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.nation.plan_nation`; exit 1 when some district has no plan, 130 when interrupted."""
    from serentak.cli_progress import showing_districts
    from serentak.formats.nation import add_up
    from serentak.operations.nation import plan_nation
    from serentak.operations.new import parse_mapping

    if dask is not None and jobs:
        raise typer.BadParameter(_("give --jobs or --dask, not both"))
    codes = [code.strip() for code in only.split(",") if code.strip()]
    try:
        with showing_districts() as progress:
            made = plan_nation(
                table, out, effort.value, only=codes, mapping=parse_mapping(mapping or []),
                jobs=jobs or os.cpu_count() or 1, dask=dask, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        say(_("Interrupted. Finished districts stay in {folder}; the same call goes on from there.").format(folder=out))
        raise typer.Exit(130) from None
    if made.ignored:
        say(_("Columns not used: {names}").format(names=", ".join(made.ignored)))
    failures, sums = made.national.failures, add_up(made.national.figures)
    for failure in failures:
        say(_("Failed: {code}: {words}").format(code=failure.code, words=failure.words))
    data = {
        "folder": str(out),
        "districts": len(made.national.figures),
        "before": made.before,
        "failed": [{"code": failure.code, "words": failure.words} for failure in failures],
        "stations": sums.stations,
        "unserved_out": sums.unserved_out,
        "unserved_back": sums.unserved_back,
        "rupiah": sums.rupiah,
    }
    lines = [
        _("Written: {path}").format(path=out / "nation.md"),
        _(
            "Not served: {out} of {stations} stations outbound, {back} on the return; {n} districts, {failed} failed."
        ).format(
            out=sums.unserved_out,
            stations=sums.stations,
            back=sums.unserved_back,
            n=sums.districts,
            failed=len(failures),
        ),
    ]
    answer(as_json, data, lines)
    if failures:
        raise typer.Exit(1)
