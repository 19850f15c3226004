"""The witness as a service: make one, serve it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.ledger.cosign import ADD_CHECKPOINT
from serentak.ledger.faults import Malformed
from serentak.ledger.note import parse_vkey
from serentak.ledger.witness import MAX_REQUEST, VKEY, Witness, init_witness
from serentak.operations.log_http import Answer, App, Server, serve_until_stopped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from serentak.ledger.note import VerifierKey

_MONITOR = re.compile(r"([0-9a-f]{64})/checkpoint")


def parse_logs(texts: tuple[str, ...]) -> list[tuple[str, VerifierKey]]:
    """Read the logs that a witness shall know, each ``VKEY`` or, where the name differs, ``ORIGIN VKEY``.

    Raises
    ------
    InputError
        When one cannot be read.
    """
    logs = []
    for text in texts:
        origin, _space, vkey = text.strip().rpartition(" ")
        try:
            key = parse_vkey(vkey)
        except Malformed as error:
            message = _("this is no public key of a log: {error}").format(error=error.message)
            raise InputError.of("--log", message, _("Take it from the log's policy file."), value=text) from error
        logs.append((origin.strip() or key.name, key))
    return logs


def new_witness(folder: Path, name: str, logs: tuple[str, ...], *, pq: bool = False) -> dict[str, Any]:
    """Make a new witness, see `serentak.ledger.witness.init_witness`; `logs` as for `parse_logs`."""
    known = parse_logs(logs)
    vkeys = init_witness(folder, name, known, pq=pq)
    return {"folder": str(folder), "vkeys": vkeys.split(), "logs": [origin for origin, _key in known]}


def witness_app(witness: Witness) -> App:
    """Give what a witness answers: ``add-checkpoint``, ``SHA256(origin)/checkpoint``, ``vkey``."""
    vkeys = "".join(f"{key.verifier}\n" for key in witness.keys).encode()

    def answer(method: str, path: str, body: bytes) -> Answer:
        if path == ADD_CHECKPOINT:
            if method != "POST":
                return Answer(405, b"POST only\n")
            return Answer(*witness.add_checkpoint(body))
        if method == "GET" and path in ("", VKEY):
            return Answer(200, vkeys)
        match = _MONITOR.fullmatch(path)
        if method == "GET" and match:
            return Answer(*witness.get_checkpoint(match[1]))
        return Answer(404, b"not found\n")

    return App(answer, MAX_REQUEST)


def serve_witness(
    folder: Path,
    *,
    logs: tuple[str, ...] = (),
    host: str = "127.0.0.1",
    port: int = 8081,
    cert: Path | None = None,
    key: Path | None = None,
    ready: Callable[[str], None] = lambda _address: None,
    report: Callable[[str], None] = lambda _line: None,
) -> None:
    """Serve a witness until the process is told to end.

    Parameters
    ----------
    folder
        The witness's folder.
    logs
        Logs that it shall know from now on, beside those it knows; as for `parse_logs`.
    host, port
        Where to listen; port 0 takes a free one.
    cert, key
        PEM files for TLS; plain HTTP without.
    ready
        Is given the address once the witness answers.
    report
        Is told what went wrong inside.
    """
    known = parse_logs(logs)
    with Witness(folder) as witness:
        for origin, vkey in known:
            witness.know(origin, vkey)
        server = Server(witness_app(witness), host, port, cert=cert, key=key, report=report)
        serve_until_stopped(server, ready)
