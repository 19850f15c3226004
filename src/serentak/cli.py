"""The command line: verbs that parse, call one function, and print.

Exit codes: 0 fine, 1 the answer is no, 2 bad input, 3 a bug in this software.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from serentak.base.errors import Broken, InputError, Problem, Refused
from serentak.base.messages import LANGUAGES, _, set_language


def _choose_language() -> None:
    """Choose the language before the verbs below are declared, so that their help speaks it too."""
    wanted = os.environ.get("SERENTAK_LANG", "id")
    for word, following in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        if word == "--lang":
            wanted = following
        elif word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
    if wanted in LANGUAGES:
        set_language(wanted)


_choose_language()

# Its help speaks the language chosen above.
from serentak.cli_common import Effort, Json, Lang, answer, say  # noqa: E402
from serentak.cli_custody import (  # noqa: E402
    announce_command,
    evidence_command,
    export_app,
    play_command,
    state_command,
)
from serentak.cli_log import log_app, verify_command, witness_app  # noqa: E402
from serentak.cli_nation import nation_command  # noqa: E402
from serentak.cli_paper import paper_command  # noqa: E402
from serentak.cli_replan import replan_command  # noqa: E402
from serentak.cli_risk import harden_command, stress_command  # noqa: E402
from serentak.cli_tower import backup_command, doctor_command, restore_command, serve_command, why_command  # noqa: E402

MOST_WARNINGS = 20

app = typer.Typer(
    name="serentak",
    help=_("Plans, guards and proves the delivery of every ballot box in a simultaneous regional election."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Sample(StrEnum):
    """Districts made by this software."""

    kampar = "kampar"
    kecil = "kecil"


class Schema(StrEnum):
    """Things that have a schema."""

    plan = "plan"
    district = "district"
    event = "event"


Told = tuple[bool, dict[str, Any], list[str], Sequence[Problem]]
"""Whether it holds, the figures, the lines for people, and the warnings."""
Strict = Annotated[bool, typer.Option("--strict", help=_("Fail on warnings and on unserved stations too."))]


@app.command(help=_("Make a district folder of any list of stations, or an empty workbook."))
def new(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help=_("District folder to make."))] = None,
    from_: Annotated[Path | None, typer.Option("--from", help=_("List of stations, CSV or XLSX."))] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help=_("COLUMN=FIELD, for headings of your own."))
    ] = None,
    template: Annotated[Path | None, typer.Option("--template", help=_("Write an empty workbook FILE.xlsx."))] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.new.new_district`, or write the template."""
    from serentak.operations.new import new_district, parse_mapping
    from serentak.operations.template import write_template

    if template is not None and folder is None and from_ is None:
        write_template(template)
        answer(as_json, {"template": str(template)}, [_("Written: {path}").format(path=template)])
        return
    if folder is None or from_ is None or template is not None:
        raise typer.BadParameter(_("give DIR and --from STATIONS, or --template FILE.xlsx alone"))
    made = new_district(from_, folder, parse_mapping(mapping or []))
    _warn(made.warnings)
    if made.ignored:
        say(_("Columns not used: {names}").format(names=", ".join(made.ignored)))
    answer(
        as_json,
        {"folder": str(made.folder), "code": made.code, "stations": made.stations, "voters": made.voters,
         "assumed": made.assumed, "ignored": list(made.ignored), "warnings": [p.as_dict() for p in made.warnings]},
        [
            _("{name} ({code}): {stations} stations, {voters} voters, {kecamatan} kecamatan.").format(
                name=made.name, code=made.code, stations=made.stations, voters=made.voters, kecamatan=made.kecamatan
            ),
            _("{n} values were assumed; they stand in {path}.").format(n=made.assumed, path=folder / "assumed.csv"),
        ],
    )  # fmt: skip


@app.command(help=_("Check a district folder, or recompute a plan: exit 0 holds, 1 does not, 2 unreadable."))
def check(
    folder: Annotated[Path, typer.Argument(metavar="DISTRICT|PLAN")],
    strict: Strict = False,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.check`, for a plan folder or a district."""
    from serentak.operations.check import is_plan

    told = _checked_plan(folder, strict=strict) if is_plan(folder) else _checked_district(folder, strict=strict)
    holds, data, lines, warnings = told
    _warn(warnings)
    answer(as_json, {"holds": holds, **data, "warnings": [problem.as_dict() for problem in warnings]}, lines)
    if not holds:
        raise typer.Exit(1)


def _checked_plan(folder: Path, *, strict: bool) -> Told:
    from serentak.operations.check import check_plan_folder

    verdict = check_plan_folder(folder)
    totals = verdict.plan.totals
    summary = _("{stations} stations, {violations} violations, not served: {out} outbound, {back} on the return.")
    lines = [*map(str, verdict.violations), *verdict.reasons()]
    lines.append(
        summary.format(
            stations=totals.stations,
            violations=len(verdict.violations),
            out=totals.unserved_out,
            back=totals.unserved_back,
        )
    )
    data = {"violations": [v.as_dict() for v in verdict.violations], "unserved": verdict.unserved}
    return verdict.holds(strict=strict), data, lines, verdict.warnings


def _checked_district(folder: Path, *, strict: bool) -> Told:
    from serentak.operations.check import check_district

    found = check_district(folder)
    summary = _(
        "{name} ({code}): {stations} stations, {voters} voters, {places} places, {vehicles} vehicles, "
        "{assumed} values assumed, {warnings} warnings, {proofs} impossible."
    )
    counts = {
        "stations": found.stations,
        "voters": found.voters,
        "places": found.places,
        "vehicles": found.vehicles,
        "assumed": found.assumed,
    }
    lines = [*(found.network.lines() if found.network else []), *map(str, found.proofs)]
    about = {"name": found.name, "code": found.code, "warnings": len(found.warnings), "proofs": len(found.proofs)}
    lines.append(summary.format(**about, **counts))
    data: dict[str, Any] = {"code": found.code, **counts, "impossible": [proof.as_dict() for proof in found.proofs]}
    if found.network:
        data["network"] = found.network.as_dict()
    return found.holds(strict=strict), data, lines, found.warnings


@app.command(help=_("Plan a district, out and back, check the plan, and write its folder."))
def plan(
    district: Annotated[Path, typer.Argument(metavar="DISTRICT", help=_("District folder or workbook."))],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="PLAN", help=_("Plan folder to make."))],
    effort: Annotated[Effort, typer.Option(help=_("How long to search."))] = Effort.standard,
    seed: Annotated[int | None, typer.Option(min=0, help=_("Seed; by default the district's."))] = None,
    jobs: Annotated[
        int, typer.Option(min=0, help=_("Processes, 0 for one a core; the plan does not depend on it."))
    ] = 0,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.plan.make_plan`."""
    from serentak.cli_progress import showing_progress
    from serentak.operations.plan import make_plan

    with showing_progress() as progress:
        made = make_plan(district, out, effort.value, seed, jobs=jobs or os.cpu_count() or 1, progress=progress)
    _warn(made.warnings)
    totals = made.plan.totals
    data = {"folder": str(out), "input_sha256": made.plan.input_sha256} | {
        name: getattr(totals, name) for name in totals.__struct_fields__
    }
    answer(
        as_json,
        data,
        [
            _("Written: {path}").format(path=out / "report.md"),
            _("Not served: {out} of {stations} stations outbound, {back} on the return.").format(
                out=totals.unserved_out, stations=totals.stations, back=totals.unserved_back
            ),
        ],
    )


@app.command(help=_("Say why: why then, why this vehicle, why unserved, what would change it."))
def explain(
    folder: Annotated[Path, typer.Argument(metavar="PLAN")],
    subject: Annotated[str, typer.Argument(metavar="STATION|RUN")],
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.plan.explain.Explainer`."""
    from serentak.operations.plan import read_plan_ground
    from serentak.plan.explain import Explainer
    from serentak.plan.model import read_plan

    planned, ground = read_plan(folder), read_plan_ground(folder)
    explainer = Explainer(planned, ground.district, ground.kits, ground.rules, ground.travel, ground.before)
    said = explainer.explain(subject)
    answer(as_json, {"subject": said.subject, "lines": list(said.lines)}, said.lines)


@app.command(help=_("Write a sample district: kampar (real kecamatan, invented positions) or kecil (invented)."))
def sample(
    name: Annotated[Sample, typer.Argument(metavar="kampar|kecil")],
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.sample.write_sample`."""
    from serentak.operations.sample import write_sample

    write_sample(name.value, folder)
    answer(as_json, {"folder": str(folder)}, [_("Written: {path}").format(path=folder)])


@app.command(
    help=_("Print the JSON Schema of plan.json, the tables of a district folder, or the format of custody events.")
)
def schema(
    what: Annotated[Schema, typer.Argument(metavar="plan|district|event")] = Schema.plan,
    as_json: Json = True,
    lang: Lang = "id",
) -> None:
    """Print a schema; it is always JSON."""
    del as_json
    if what is Schema.plan:
        from serentak.plan.model import json_schema

        answer(True, json_schema(), [])
    elif what is Schema.event:
        from serentak.custody.schema import event_schema

        answer(True, event_schema(), [])
    else:
        from serentak.territory.schema import district_schema

        answer(True, district_schema(), [])


app.command("paper", help=_("Print a plan: run-sheets, labels, forms, lists, map, tables, report."))(paper_command)
app.command("replan", help=_("Make a plan hold again after roads closed or teams were lost, and say what changed."))(
    replan_command
)
app.command("nation", help=_("Plan, check and report every district of a national table; goes on where it was ended."))(
    nation_command
)
app.add_typer(log_app, name="log")
app.add_typer(witness_app, name="witness")
app.add_typer(export_app, name="export")
app.command("announce", help=_("Announce a plan in a log: what must be where, by when, under which seals."))(
    announce_command
)
app.command("play", help=_("Play the election of a plan into a log, with or without things going wrong."))(play_command)
app.command("state", help=_("Say where a box, a station's goods, or all that is at a place, are by the log."))(
    state_command
)
app.command("evidence", help=_("Put all that a log says of one box into one file that anyone can check."))(
    evidence_command
)
app.command(
    "verify",
    help=_("Check a whole log, or a file of evidence, from what is public: exit 0 clean, 1 findings, 2 unreadable."),
)(verify_command)

app.command(
    "why",
    help=_("Say whether an account may do something somewhere, and why: exit 0 yes, 1 no, 2 bad input."),
)(why_command)
app.command("stress", help=_("Let a plan meet thousands of futures: closures, delays, breakdowns."))(stress_command)
app.command("harden", help=_("Find measures that make every station surer, and write the plan that follows them."))(
    harden_command
)


app.command("serve", help=_("Serve the site for all agencies: web, worker, log; nothing to configure."))(serve_command)
app.command("doctor", help=_("Look whether the site is whole: exit 0 when nothing is wrong, 1 when something is."))(
    doctor_command
)
app.command("backup", help=_("Copy the whole site into one file, while it runs or not."))(backup_command)
app.command("restore", help=_("Bring a site back from a backup, into a folder where nothing is."))(restore_command)
app.command(
    "why", help=_("Say whether an account may do something somewhere, and why: exit 0 yes, 1 no, 2 bad input.")
)(why_command)


def _warn(problems: Iterable[Problem]) -> None:
    """Print warnings on standard error; of very many the first, and their number."""
    shown = list(problems)
    for problem in shown[:MOST_WARNINGS]:
        say(_("Warning: {problem}").format(problem=problem))
    if len(shown) > MOST_WARNINGS:
        say(_("… and {n} more warnings").format(n=len(shown) - MOST_WARNINGS))


def _fail(code: int, lines: Iterable[str], data: dict[str, Any]) -> NoReturn:
    if "--json" in sys.argv:
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
    for line in lines:
        say(line)
    sys.exit(code)


def main() -> None:
    """Run the command line; turn every error of ours into words and an exit code."""
    try:
        app()
    except InputError as error:
        problems = [problem.as_dict() for problem in error.problems]
        lines = [str(problem) for problem in error.problems]
        lines.append(_("{n} problems; nothing was written.").format(n=len(problems)))
        _fail(2, lines, {"error": "input", "problems": problems})
    except Refused as error:
        _fail(1, [str(error)], {"error": "refused", "message": str(error)})
    except Broken as error:
        _fail(3, [str(error)], {"error": "broken", "message": str(error)})


if __name__ == "__main__":
    main()
