"""The verb ``replan``: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer

Closed = Annotated[
    list[str] | None,
    typer.Option("--closed", metavar="EDGE|LEG|FILE", help=_("What is closed: a road's number, a leg A>B, or a file.")),
]
Lost = Annotated[
    list[str] | None,
    typer.Option("--lost", metavar="RUN|VEHICLE", help=_("A team that is out for the day, or a vehicle for good.")),
]
State = Annotated[
    str | None,
    typer.Option("--state", metavar="LOG", help=_("Custody log, folder or address, that says how far the plan came.")),
]


def replan_command(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help=_("Plan folder that is to be replaced."))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="PLAN2", help=_("Plan folder to make."))],
    at: Annotated[str, typer.Option(metavar="TIME", help=_("From when on it may change, as 'H-1 10:30'."))],
    closed: Closed = None,
    lost: Lost = None,
    state: State = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.replan.make_replan`."""
    import msgspec

    from serentak.formats.difference import log_lines
    from serentak.operations.replan import Told, make_replan

    made = make_replan(plan, out, Told(at, closed or (), lost or (), state))
    totals, found = made.plan.totals, made.difference
    near, issued = found.unchanged()
    data: dict[str, Any] = {
        "folder": str(out),
        "supersedes": made.plan.supersedes,
        "changed": list(found.changed),
        "withdrawn": list(found.withdrawn),
        "unchanged_stops": near,
        "issued_stops": issued,
        "rupiah": found.rupiah,
        "unserved_out": totals.unserved_out,
        "unserved_back": totals.unserved_back,
    }
    record = made.plan.replan
    if made.state is not None and record is not None:
        data["state"] = {**made.state, **msgspec.to_builtins(record.logged), "loaded": list(record.loaded),
                         "elsewhere": msgspec.to_builtins(record.elsewhere)}  # fmt: skip
    lines = [
        _("Written: {path}").format(path=out / "report.md"),
        _("{changed} runs changed, {withdrawn} withdrawn; {near} of {issued} stops as issued.").format(
            changed=len(found.changed), withdrawn=len(found.withdrawn), near=near, issued=issued
        ),
        _("Not served: {out} of {stations} stations outbound, {back} on the return.").format(
            out=totals.unserved_out, stations=totals.stations, back=totals.unserved_back
        ),
    ]
    if made.state is not None and record is not None:
        said = _("State of {at} by the log {log}, {entries} entries.").format(at=at, **made.state)
        lines[1:1] = [said, *log_lines(record)]
    answer(as_json, data, lines)
