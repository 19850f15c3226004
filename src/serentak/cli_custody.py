"""The verbs of custody: ``announce``, ``play``, ``state``, ``evidence``, ``export``. Each parses, calls, prints.

`serentak.cli` mounts them, and turns what they raise into words and an exit code.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer

export_app = typer.Typer(no_args_is_help=True, help=_("Write a log in the formats of others."))


class Fault(StrEnum):
    """What can go wrong in a play; see `serentak.operations.play.faults`."""

    swapped = "swapped"
    seal = "seal"
    short = "short"
    refused = "refused"
    lost_phone = "lost-phone"
    clock = "clock"
    duplicate = "duplicate"
    reordered = "reordered"
    overdue = "overdue"
    fork = "fork"
    silence = "silence"


Plan = Annotated[Path, typer.Argument(metavar="PLAN", help=_("Plan folder."))]
Log = Annotated[str, typer.Argument(metavar="LOG", help=_("Folder, or the address where it is served."))]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help=_("File to write."))]
Policy = Annotated[Path | None, typer.Option(help=_("Policy file: who is believed; the log's own otherwise."))]


def announce_command(
    plan: Plan,
    log: Annotated[str, typer.Option("--log", help=_("Folder, or the address where it is served."))],
    key: Annotated[Path, typer.Option("--key", help=_("The organiser's private key: LOG/private/log.key."))],
    supervisor: Annotated[
        list[str] | None,
        typer.Option(help=_("Public key of the supervisor, or a file that holds it; needed while the log is empty.")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help=_("Write the signed announcement to this file; hand nothing to the log.")),
    ] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.announce.announce`, or `serentak.operations.forward.write_announcement`."""
    from serentak.operations.announce import announce, describe
    from serentak.operations.forward import write_announcement

    if out is not None:
        result = write_announcement(plan, log, key, out, supervisor or ())
        message = _("Signed, and not handed to the log: {entries} entries in {file}")
        answer(as_json, result, [_("Plan {plan}").format(**result), message.format(**result)])
        return
    result = announce(plan, log, key, supervisor or ())
    answer(as_json, result, describe(result))


def play_command(
    plan: Plan,
    log: Annotated[
        str, typer.Option("-o", "--out", metavar="LOG", help=_("New folder, or the address of an empty log."))
    ],
    seed: Annotated[int, typer.Option(min=0, help=_("Seed: the same one gives the same log."))],
    speed: Annotated[
        float | None, typer.Option(min=1, help=_("Played seconds a real one; as fast as it can otherwise."))
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("With --speed: from H-1 06:00 on; before, as fast as it can."))
    ] = None,
    fault: Annotated[list[Fault] | None, typer.Option(help=_("What goes wrong; may be repeated."))] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.play.play`."""
    from serentak.operations.play import describe, play

    result = play(plan, log, seed, speed=speed, since=since, faults=[each.value for each in fault or ()])
    answer(as_json, result, describe(result))


def state_command(
    log: Log,
    name: Annotated[str, typer.Argument(metavar="BOX|STATION|PLACE", help=_("Also a vehicle or another unit."))],
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.custody_state.whereabouts`."""
    from serentak.operations.custody_state import describe, whereabouts

    result = whereabouts(log, name)
    answer(as_json, result, describe(result))


def evidence_command(
    log: Log,
    box: Annotated[str, typer.Argument(metavar="BOX", help=_("Id of a box or bundle, as on its label."))],
    out: Out,
    policy: Policy = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.evidence.make_bundle`."""
    from serentak.operations.evidence import make_bundle

    data = make_bundle(log, box, policy)
    out.write_bytes(data)
    result = {"box": box, "file": str(out), "bytes": len(data)}
    lines = [
        _("Evidence about {box}: {file}, {bytes} bytes.").format(**result),
        _("Anyone can check it without the log: serentak verify {file}").format(**result),
    ]
    answer(as_json, result, lines)


@export_app.command("epcis", help=_("Write the custody events of a log as a GS1 EPCIS 2.0 document (JSON-LD)."))
def export_epcis_command(log: Log, out: Out, as_json: Json = False, lang: Lang = "id") -> None:
    """Call `serentak.operations.export.export_epcis`."""
    from serentak.operations.export import describe, export_epcis

    result = export_epcis(log, out)
    answer(as_json, result, describe(result))
