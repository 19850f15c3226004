"""The verbs of the log: ``log``, ``witness`` and ``verify``. Each parses, calls one function, prints.

`serentak.cli` mounts them, and turns what they raise into words and an exit code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer, say

log_app = typer.Typer(no_args_is_help=True, help=_("Make, fill, serve and check an append-only log."))
witness_app = typer.Typer(no_args_is_help=True, help=_("Run a witness, which cosigns a log while it only grows."))


Folder = Annotated[Path, typer.Argument(metavar="DIR")]
Log = Annotated[str, typer.Argument(metavar="LOG", help=_("Folder, or the address where it is served."))]
Host = Annotated[str, typer.Option(help=_("Address to listen on."))]
Port = Annotated[int, typer.Option(help=_("Port to listen on; 0 takes a free one."))]
Cert = Annotated[Path | None, typer.Option(help=_("Certificate for TLS, PEM."))]
Key = Annotated[Path | None, typer.Option(help=_("Its private key, PEM."))]
Policy = Annotated[Path | None, typer.Option(help=_("Policy file: who is believed; the log's own otherwise."))]


def _print(as_json: bool, result: dict[str, Any], lines: list[str]) -> None:
    answer(as_json, result, lines)
    for trouble in result.get("trouble", []):
        say(trouble)


def _serving(as_json: bool, address: str) -> None:
    line = json.dumps({"address": address}) if as_json else _("Serving at {address}.").format(address=address)
    # Flushed, so that whoever started this knows at once.
    print(line, flush=True)


@log_app.command("init", help=_("Make a new, empty log with a fresh key."))
def log_init(
    folder: Folder,
    origin: Annotated[str, typer.Option(help=_("Name of the log: its address without https://"))],
    witness: Annotated[list[str] | None, typer.Option(help=_('"NAME VKEY URL"; may be repeated.'))] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.log.new_log`."""
    from serentak.operations.log import new_log

    result = new_log(folder, origin, tuple(witness or ()))
    lines = [
        _("Log {origin} made in {folder}.").format(**result),
        _("Public key: {vkey}").format(**result),
        _("Back up private/ now: a log that loses its store ends."),
    ]
    _print(as_json, result, lines)


@log_app.command("append", help=_("Append a file of entries, one a line; the same entry twice has one place."))
def log_append(
    log: Log,
    file: Path,
    base64: Annotated[bool, typer.Option("--base64", help=_("Each line is the base64 of an entry."))] = False,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.log.append_file`."""
    from serentak.operations.log import append_file
    from serentak.operations.log_door import door_of

    result = append_file(log, file, encoded=base64, admission=door_of(Path(log)))
    lines = [_("{count} entries are in the log.").format(count=len(result["receipts"]))]
    lines += [_("Row {row} was refused: {error}").format(**refused) for refused in result["refused"]]
    _print(as_json, result, lines)
    if result["refused"]:
        raise typer.Exit(1)


@log_app.command("serve", help=_("Serve a log: take entries, publish checkpoints, ask the witnesses of its policy."))
def log_serve(
    folder: Folder,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    cert: Cert = None,
    key: Key = None,
    interval: Annotated[float, typer.Option(help=_("Seconds between two checkpoints while there is news."))] = 1.0,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.log.serve_log`."""
    from serentak.operations.log import serve_log
    from serentak.operations.log_door import door_of

    serve_log(
        folder, host=host, port=port, cert=cert, key=key, interval=interval, admission=door_of(folder),
        ready=lambda address: _serving(as_json, address), report=say,
    )  # fmt: skip


@log_app.command("fsck", help=_("Check a log's store, and its public files against it; changes nothing."))
def log_fsck(folder: Folder, as_json: Json = False, lang: Lang = "id") -> None:
    """Call `serentak.operations.log.check_log`."""
    from serentak.operations.log import check_log

    result = check_log(folder)
    found = [*result["findings"], *result["store"]]
    lines = [
        _("Log {origin}: {size} entries, root {root}.").format(**result),
        *(f"{each['code']}: {each['where']}: {each['message']}" for each in found),
        _("Clean: nothing is wrong.") if result["clean"] else _("NOT clean."),
    ]
    _print(as_json, result, lines)
    if not result["clean"]:
        raise typer.Exit(1)


@log_app.command("proof", help=_("Write the proof of one entry, for the page verify.html or anyone offline."))
def log_proof(
    log: Log,
    index: Annotated[int, typer.Argument(help=_("Position of the entry, counted from 0."))],
    output: Annotated[Path, typer.Option("-o", "--out", help=_("File for the proof."))],
    entry: Annotated[Path | None, typer.Option(help=_("File for the entry itself."))] = None,
    paper: Annotated[bool, typer.Option("--paper", help=_("Write the text of a QR code instead."))] = False,
    policy: Policy = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.log.write_proof`."""
    from serentak.operations.log import write_proof

    body, proof = write_proof(log, index, policy, compact=paper)
    output.write_bytes(proof)
    if entry is not None:
        entry.write_bytes(body)
    result = {"index": index, "proof": str(output), "bytes": len(proof)}
    _print(as_json, result, [_("Proof of entry {index}: {proof}, {bytes} bytes.").format(**result)])


@witness_app.command("init", help=_("Make a new witness with a fresh key."))
def witness_init(
    folder: Folder,
    name: Annotated[str, typer.Option(help=_("Name of the witness: an address without https://"))],
    log: Annotated[list[str] | None, typer.Option(help=_("Public key of a log; may be repeated."))] = None,
    pq: Annotated[bool, typer.Option("--pq", help=_("Sign with ML-DSA-44 as well."))] = False,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.witness.new_witness`."""
    from serentak.operations.witness import new_witness

    result = new_witness(folder, name, tuple(log or ()), pq=pq)
    lines = [
        _("Witness made in {folder}; its public keys:").format(**result),
        *result["vkeys"],
        _("Never start it from a backup: a witness that loses its store is retired."),
    ]
    _print(as_json, result, lines)


@witness_app.command("serve", help=_("Serve a witness: cosign each checkpoint that continues the last."))
def witness_serve(
    folder: Folder,
    log: Annotated[list[str] | None, typer.Option(help=_("Public key of a further log; may be repeated."))] = None,
    host: Host = "127.0.0.1",
    port: Port = 8081,
    cert: Cert = None,
    key: Key = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.witness.serve_witness`."""
    from serentak.operations.witness import serve_witness

    serve_witness(
        folder, logs=tuple(log or ()), host=host, port=port, cert=cert, key=key,
        ready=lambda address: _serving(as_json, address), report=say,
    )  # fmt: skip


def verify_command(
    log: Annotated[
        str, typer.Argument(metavar="LOG|FILE", help=_("Folder or address of a log, or a file of evidence."))
    ],
    policy: Policy = None,
    box: Annotated[
        str | None, typer.Option(metavar="ID", help=_("Show what is about this box or station alone."))
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("Judge deadlines as of H-1 23:59, or 2024-11-26 23:59."))
    ] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.operations.check_log.check`; exit 0 clean, 1 findings, 2 unreadable."""
    from serentak.operations.custody_verify import describe, verify_any

    result = verify_any(log, policy, box=box, at=at)
    _print(as_json, result, describe(result))
    if not result["clean"]:
        raise typer.Exit(1)
