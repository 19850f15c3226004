"""The log as a service: make one, append to it, serve it, check it."""

from __future__ import annotations

import base64
import binascii
import html
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from serentak.base.errors import InputError, Problems, Refused
from serentak.base.messages import _
from serentak.ledger.faults import Malformed, NotThere
from serentak.ledger.fsck import check_store
from serentak.ledger.paper_proof import to_paper, to_qr_text
from serentak.ledger.policy import Witness, parse_policy
from serentak.ledger.read import CHECKPOINT, POLICY, prove_entry, read_policy
from serentak.ledger.sequencer import Admission, NotAdmitted, Stopped, admit_all
from serentak.ledger.source import PUBLIC, HttpSource, open_source
from serentak.ledger.text import encode_base64
from serentak.ledger.tiles import MAX_BUNDLE, WIDTH, encode_bundle, parse_bundle, parse_tile_path
from serentak.ledger.write import INTERVAL, LogWriter, init_log
from serentak.operations.log_http import BINARY, JSON, Answer, App, Server, serve_until_stopped
from serentak.operations.verify import report_as_dict

if TYPE_CHECKING:
    from collections.abc import Callable

    from serentak.ledger.receipt import Receipt

_YEAR: Final = 31_536_000
_FEW_SECONDS: Final = 1
_AT_ONCE: Final = 4096


def new_log(folder: Path, origin: str, witnesses: tuple[str, ...] = ()) -> dict[str, Any]:
    """Make a new, empty log and publish its first checkpoint.

    Parameters
    ----------
    folder
        Where.
    origin
        Name of the log.
    witnesses
        Who shall cosign, each ``NAME VKEY URL``.

    Raises
    ------
    InputError
        When a witness cannot be read.
    Refused
        When something is there already.
    """
    policy = init_log(folder, origin, tuple(_parse_witness(each) for each in witnesses))
    with LogWriter(folder) as writer:
        writer.publish()
        trouble = writer.trouble
    return {"folder": str(folder), "origin": origin, "vkey": str(policy.logs[0].key), "trouble": trouble}


def _parse_witness(text: str) -> Witness:
    try:
        return parse_policy(f"witness {text}\nquorum none\n".encode()).witnesses[0]
    except (Malformed, IndexError) as error:
        message = _("this is no witness: {error}").format(error=error)
        raise InputError.of("--witness", message, _("Write: NAME VKEY URL"), value=text) from error


def read_entries(file: Path, *, encoded: bool) -> list[bytes]:
    """Read a file of entries, one a line: UTF-8 text, or base64 where `encoded`.

    Raises
    ------
    InputError
        When the file cannot be read, with every line that is empty or no base64.
    """
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        message = _("the file cannot be read: {error}").format(error=error)
        raise InputError.of(str(file), message, _("Check the path.")) from error
    if lines[-1] == b"":
        lines.pop()
    problems = Problems()
    entries = []
    for row, line in enumerate(lines, 1):
        entry = line.removesuffix(b"\r")
        try:
            entry = base64.b64decode(entry, validate=True) if encoded else entry
            entry.decode("utf-8") if not encoded else None
        except (binascii.Error, UnicodeDecodeError):
            message = _("this is not base64") if encoded else _("this is not UTF-8 text")
            problems.error(str(file), row, None, None, message, _("Use --base64 for bytes, not for text."))
        if not entry:
            problems.error(str(file), row, None, None, _("the line is empty"), _("Take it out."))
        entries.append(entry)
    problems.raise_errors()
    return entries


def append_file(log: str, file: Path, *, encoded: bool = False, admission: Admission = admit_all) -> dict[str, Any]:
    """Append a file of entries to a log: to its folder, or to the address where it is served.

    Returns
    -------
    dict
        ``receipts``, one an entry (index, leaf, time), and ``refused``, row and reason of the others.

    Raises
    ------
    InputError
        When the file or the log cannot be read.
    Refused
        When the log cannot store anything.
    """
    entries = read_entries(file, encoded=encoded)
    if log.startswith(("http://", "https://")):
        return _sorted_out(_post_entries(HttpSource(log), entries))
    with LogWriter(Path(log), admission) as writer:
        answers = []
        for start in range(0, len(entries), _AT_ONCE):
            futures = [writer.submit(entry) for entry in entries[start : start + _AT_ONCE]]
            answers += [_outcome(writer, future.exception() or future.result()) for future in futures]
        writer.publish()
        return {**_sorted_out(answers), "size": writer.size, "trouble": writer.trouble}


def _post_entries(source: HttpSource, entries: list[bytes]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    for start in range(0, len(entries), WIDTH):
        status, body, _type = source.request("POST", "add-batch", encode_bundle(entries[start : start + WIDTH]))
        if status != 200:
            said = body[:200].decode("utf-8", "replace")
            raise Refused(_("the log answered {status} {said}").format(status=status, said=said))
        answers += json.loads(body)
    return answers


def _sorted_out(answers: list[dict[str, Any]]) -> dict[str, Any]:
    refused = [{"row": row, **answer} for row, answer in enumerate(answers, 1) if "error" in answer]
    return {"receipts": [answer for answer in answers if "error" not in answer], "refused": refused}


def _outcome(writer: LogWriter, result: Receipt | BaseException) -> dict[str, Any]:
    if isinstance(result, NotAdmitted):
        return {"error": str(result)}
    if isinstance(result, BaseException):
        raise result
    return _receipt(writer, result)


def _receipt(writer: LogWriter, receipt: Receipt) -> dict[str, Any]:
    return {
        "index": receipt.index,
        "leaf": encode_base64(receipt.leaf),
        "time": receipt.time,
        "receipt": bytes(writer.sign_receipt(receipt)).decode(),
    }


def log_app(folder: Path, writer: LogWriter) -> App:
    """Give what a log answers: its public files, ``add``, ``add-batch`` and ``health``."""
    public = folder / PUBLIC
    page = _page(public)

    def answer(method: str, path: str, body: bytes) -> Answer:
        if method == "POST":
            return _add(writer, path, body)
        if path == "health":
            trouble = writer.trouble
            state = {"origin": writer.origin, "size": writer.size, "trouble": trouble}
            return Answer(503 if trouble else 200, json.dumps(state).encode(), JSON)
        if path in ("", "verify.html"):
            return Answer(200, page, "text/html; charset=utf-8")
        return _public_file(public, path)

    return App(answer, MAX_BUNDLE)


def _page(public: Path) -> bytes:
    """Give the offline page with this log's policy filled in; readers who trust another put that in its place."""
    policy = html.escape((public / POLICY).read_text("utf-8", "surrogateescape"), quote=False)
    page = files("serentak.ledger").joinpath("verify.html").read_text("utf-8")
    place = '<textarea id="policy" spellcheck="false">'
    return page.replace(place, place + policy, 1).encode("utf-8", "replace")


def _public_file(public: Path, path: str) -> Answer:
    kind, keep = "text/plain; charset=utf-8", _FEW_SECONDS
    if path.startswith("tile/"):
        try:
            parse_tile_path(path)
        except Malformed:
            return Answer(404, b"not found\n")
        kind, keep = BINARY, _YEAR
    elif path not in (CHECKPOINT, POLICY) and not _is_witness_path(path):
        return Answer(404, b"not found\n")
    try:
        return Answer(200, (public / path).read_bytes(), kind, keep)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return Answer(404, b"not found\n")


def _is_witness_path(path: str) -> bool:
    parts = path.split("/")
    return len(parts) == 3 and parts[0] == "witness" and parts[2] == CHECKPOINT and not parts[1].startswith(".")


def _add(writer: LogWriter, path: str, body: bytes) -> Answer:
    if path == "add":
        result = _try(writer, [body])
        return result if isinstance(result, Answer) else _json(422 if "error" in result[0] else 200, result[0])
    if path == "add-batch":
        try:
            entries = parse_bundle(body)
        except Malformed as error:
            return _json(400, {"error": error.message})
        result = _try(writer, entries)
        return result if isinstance(result, Answer) else _json(200, result)
    return Answer(404, b"not found\n")


def _try(writer: LogWriter, entries: list[bytes]) -> list[dict[str, Any]] | Answer:
    try:
        futures = [writer.submit(entry) for entry in entries]
        return [_outcome(writer, future.exception() or future.result()) for future in futures]
    except InputError as error:
        return _json(413, {"error": str(error)})
    except Stopped as error:
        return _json(503, {"error": str(error)})


def _json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), JSON)


def serve_log(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    cert: Path | None = None,
    key: Path | None = None,
    interval: float = INTERVAL,
    admission: Admission = admit_all,
    ready: Callable[[str], None] = lambda _address: None,
    report: Callable[[str], None] = lambda _line: None,
) -> None:
    """Serve a log until the process is told to end.

    Parameters
    ----------
    folder
        The log's folder.
    host, port
        Where to listen; port 0 takes a free one.
    cert, key
        PEM files for TLS; plain HTTP without.
    interval
        Seconds between two checkpoints while there is news.
    admission
        Says why an entry is not taken.
    ready
        Is given the address once the log answers.
    report
        Is told what went wrong inside.
    """
    with LogWriter(folder, admission) as writer:
        server = Server(log_app(folder, writer), host, port, cert=cert, key=key, report=report)
        writer.start(interval)
        serve_until_stopped(server, ready)


def check_log(folder: Path) -> dict[str, Any]:
    """Check a log's store and its public files, see `serentak.ledger.fsck.check_store`."""
    report, store = check_store(folder)
    result = report_as_dict(report)
    result["store"] = [finding.as_dict() for finding in store.listed]
    result["clean"] = report.clean and not store.serious
    return result


def write_proof(log: str, index: int, policy_file: Path | None, *, compact: bool) -> tuple[bytes, bytes]:
    """Give an entry and its proof, as text, or as the text of a QR code where `compact`.

    Raises
    ------
    InputError
        When the log, the policy or the entry cannot be read.
    Refused
        When the log's files do not prove the entry.
    """
    source = open_source(log)
    try:
        policy = parse_policy(policy_file.read_bytes()) if policy_file else read_policy(source)
    except (OSError, NotThere) as error:
        message = _("the policy cannot be read: {error}").format(error=error)
        raise InputError.of(str(policy_file or log), message, _("Check the path.")) from error
    entry, proof = prove_entry(source, policy, index)
    return entry, to_qr_text(to_paper(proof, policy)).encode() + b"\n" if compact else bytes(proof)
