"""Measure the log: servers, proofs, whole verification; writes ``docs/benchmarks/ledger.md``.

The load generator and the servers share the machine. ``pymerkle`` (GPL) stands beside where it can do the same work;
it is used here alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from serentak.base.errors import SerentakError
from serentak.base.messages import set_language
from serentak.ledger.policy import Witness as Named
from serentak.ledger.proof import verify_proof
from serentak.ledger.read import LogReader, prove_entry, read_checkpoint, read_policy
from serentak.ledger.source import FolderSource, HttpSource
from serentak.ledger.tiles import encode_bundle
from serentak.ledger.tree import leaf_hash, verify_inclusion
from serentak.ledger.verify import verify_log
from serentak.ledger.witness import Witness, init_witness
from serentak.ledger.write import LogWriter, init_log
from serentak.operations.log import serve_log
from serentak.operations.witness import serve_witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTE = Path(__file__).resolve().parents[1] / "docs/benchmarks/ledger.md"
ORIGIN = "example.org/bench"
ENTRY_BYTES = 400
Row = dict[str, Any]


def _serve(kind: str, folder: Path) -> None:
    def ready(address: str) -> None:
        print(address, flush=True)

    if kind == "witness":
        serve_witness(folder, port=0, ready=ready)
        return
    key = Ed25519PrivateKey.generate()
    public, message = key.public_key(), b"x" * 300
    signature = key.sign(message)

    def two_signatures(_entry: bytes) -> None:
        public.verify(signature, message)
        public.verify(signature, message)

    serve_log(folder, port=0, ready=ready, admission=two_signatures)


@contextmanager
def _server(kind: str, folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.ledger", "--serve", kind, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _post(file: Any, connection: socket.socket, path: str, body: bytes) -> bytes:
    connection.sendall(f"POST /{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    status, length = file.readline(), 0
    while (line := file.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    if b" 200 " not in status:
        raise SystemExit(f"the log answered {status!r}")
    return bytes(file.read(length))


def load(address: str, *, connections: int, batch: int, seconds: float) -> Row:
    """Send entries as fast as answers come, and time every answer."""
    host, port = address.removeprefix("http://").split(":")
    times: list[float] = []
    end = time.monotonic() + seconds

    def run() -> None:
        with socket.create_connection((host, int(port))) as connection, connection.makefile("rb") as file:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < end:
                entries = [os.urandom(ENTRY_BYTES) for _ in range(batch)]
                body = entries[0] if batch == 1 else encode_bundle(entries)
                began = time.perf_counter()
                _post(file, connection, "add" if batch == 1 else "add-batch", body)
                times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    return {"entries/s": round(len(times) * batch / took), **_percentiles(times)}


def _percentiles(times: list[float]) -> Row:
    times.sort()
    return {
        "p50 ms": round(times[len(times) // 2] * 1000, 1),
        "p99 ms": round(times[min(len(times) - 1, int(len(times) * 0.99))] * 1000, 1),
        "worst ms": round(times[-1] * 1000, 1),
    }


def servers(home: Path, seconds: float) -> list[Row]:
    """One entry a request, and batches of 64, each entry with two Ed25519 checks."""
    rows = []
    for name, batch in (("one entry a request", 1), ("64 entries a request", 64)):
        folder = home / f"load{batch}"
        init_log(folder, ORIGIN)
        with _server("log", folder) as address:
            measured = load(address, connections=8, batch=batch, seconds=seconds)
        source = FolderSource(folder)
        rows.append({"load": name, **measured, "verify": verify_log(source, read_policy(source)).clean})
    return rows


def witnessed(home: Path, samples: int) -> Row:
    """From handing an entry over until its proof with a witness's cosignature has been built from tiles and checked."""
    init_witness(home / "witness", "witness.example", [])
    with _server("witness", home / "witness") as address:
        vkey = HttpSource(address).read("vkey").decode().strip()
    with Witness(home / "witness") as witness:
        key = witness.keys[0].verifier
        draft = init_log(home / "log", ORIGIN)
        witness.know(ORIGIN, draft.logs[0].key)
    if str(key) != vkey:
        raise SystemExit("another witness answered")
    times = []
    with _server("witness", home / "witness") as address:
        policy = draft.with_witness(Named("w", key, address))
        (home / "log/public/policy").write_text(policy.text, "utf-8")
        with _server("log", home / "log") as served:
            source = HttpSource(served)
            generator = random.Random(1)  # noqa: S311 - moments, not secrets
            for _sample in range(samples):
                # At any moment between two checkpoints.
                time.sleep(generator.random())
                began = time.perf_counter()
                _status, answer, _kind = source.request("POST", "add", os.urandom(ENTRY_BYTES))
                index = json.loads(answer)["index"]
                while not _proven(source, policy, index):
                    time.sleep(0.02)
                times.append(time.perf_counter() - began)
    return {"samples": samples, **_percentiles(times)}


def _proven(source: HttpSource, policy: Any, index: int) -> bool:
    try:
        entry, proof = prove_entry(source, policy, index)
        return verify_proof(proof, entry, policy).quorum
    except SerentakError:
        return False


def _rate(work: Callable[[], object], count: int) -> int:
    began = time.perf_counter()
    for _time in range(count):
        work()
    return round(count / (time.perf_counter() - began))


def large(home: Path, entries: int) -> list[Row]:
    """Fill a log, prove and check single entries of it, check it whole in a process of its own."""
    folder = home / "large"
    init_log(folder, ORIGIN)
    body = os.urandom(ENTRY_BYTES - 8)
    began = time.monotonic()
    with LogWriter(folder) as writer:
        for start in range(0, entries, 20_000):
            numbers = range(start, min(start + 20_000, entries))
            for future in [writer.submit(number.to_bytes(8, "big") + body) for number in numbers]:
                future.result()
            writer.publish()
    filled = time.monotonic() - began
    began = time.monotonic()
    LogWriter(folder).close()
    opened = time.monotonic() - began
    source = FolderSource(folder)
    checkpoint = read_policy(source).open(read_checkpoint(source)).checkpoint
    reader = LogReader(source, entries)
    generator = random.Random(1)  # noqa: S311 - places, not secrets
    build = _rate(lambda: reader.inclusion(generator.randrange(entries)), 5000)
    index = entries // 3
    leaf, path = leaf_hash(reader.entry(index)), reader.inclusion(index)
    check = _rate(lambda: verify_inclusion(leaf, index, entries, path, checkpoint.root), 50_000)
    command = [sys.executable, "-m", "bench.ledger", "--verify", str(folder)]
    whole = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return [
        {"work": "fill, entries/s", "serentak": round(entries / filled)},
        {"work": "open again, all signed heads proven, s", "serentak": round(opened, 1)},
        {"work": "build an inclusion proof from tiles, /s", "serentak": build},
        {"work": "check an inclusion proof, /s", "serentak": check},
        {"work": "check the whole log, s", "serentak": whole["seconds"]},
        {"work": "... memory at its largest, MB", "serentak": whole["megabytes"]},
        {"work": "on disk, bytes an entry", "serentak": round(size / entries)},
    ]


def _verify(folder: Path) -> None:
    source = FolderSource(folder)
    began = time.monotonic()
    report = verify_log(source, read_policy(source))
    seconds = round(time.monotonic() - began, 1)
    if not report.clean:
        raise SystemExit("the log is not clean")
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def beside(rows: list[Row], entries: int) -> None:
    """Put pymerkle's figures for the same work beside ours, where it is installed."""
    try:
        import pymerkle  # noqa: PLC0415 - GPL: in the benchmark alone, and only where it is installed
    except ImportError:
        return
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    began = time.monotonic()
    for number in range(entries):
        tree.append_entry(number.to_bytes(8, "big") + b"x" * (ENTRY_BYTES - 8))
    rows[0]["pymerkle, in memory"] = f"{round(entries / (time.monotonic() - began))} (nothing is stored)"
    generator = random.Random(1)  # noqa: S311 - places, not secrets
    build = _rate(lambda: tree.prove_inclusion(1 + generator.randrange(entries), entries), 2000)
    proof, leaf, state = tree.prove_inclusion(entries // 3, entries), tree.get_leaf(entries // 3), tree.get_root()
    rows[2]["pymerkle, in memory"] = f"{build} (of {entries} entries)"
    rows[3]["pymerkle, in memory"] = f"{_rate(lambda: pymerkle.verify_inclusion(leaf, state, proof), 5000)}"


def _table(rows: list[Row]) -> str:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    lines = [" | ".join(heads), " | ".join("---" for _head in heads)]
    lines += [" | ".join(str(row.get(head, "")) for head in heads) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


def report(entries: int = 1_000_000, seconds: float = 20.0, samples: int = 60) -> str:
    """Measure everything and give the page: what was measured anew, the rest as it stands.

    Parameters
    ----------
    entries
        Size of the large log.
    seconds
        Length of each load.
    samples
        Entries that are followed to their proof.
    """
    set_language("en")
    home = Path(tempfile.mkdtemp(prefix="serentak-ledger-"))
    try:
        load_rows = servers(home, seconds)
        proof_row = witnessed(home, samples)
        rows = large(home, entries)
        beside(rows, min(entries, 100_000))
    finally:
        shutil.rmtree(home)
    return _page(load_rows, proof_row, rows, entries)


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print and write the page."""
    parser = argparse.ArgumentParser(description="Measure the log.")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--verify", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args([] if argv is None else argv)
    if given.serve:
        set_language("en")
        _serve(given.serve[0], Path(given.serve[1]))
    elif given.verify:
        set_language("en")
        _verify(given.verify)
    else:
        page = report(given.entries, given.seconds, given.samples)
        print(page)
        NOTE.parent.mkdir(parents=True, exist_ok=True)
        NOTE.write_text(page, "utf-8")


def _page(load_rows: list[Row], proof_row: Row, rows: list[Row], entries: int) -> str:
    cores = os.cpu_count()
    text = f"""<!-- measured: python -m bench.ledger -->
Measured on {datetime.now(UTC):%Y-%m-%d}: {cores} cores ({platform.machine()}), shared by generator and servers.
Python {platform.python_version()}, cryptography {version("cryptography")}. Entries of {ENTRY_BYTES} bytes.

**Servers.** 8 connections, as fast as answers come; two Ed25519 checks an entry; acknowledged after COMMIT.

{_table(load_rows)}
**Proof.** From handing an entry over to a checked, cosigned proof, over HTTP; a checkpoint a second.

{_table([proof_row])}
**A log of {entries} entries.**

{_table(rows)}<!-- end -->
"""
    begin, end = "<!-- measured: python -m bench.ledger -->", "<!-- end -->\n"
    old = NOTE.read_text("utf-8") if NOTE.exists() else f"# Benchmarks of the log\n\n{begin}{end}"
    before, _mark, rest = old.partition(begin)
    return before + text + rest.partition(end)[2]


if __name__ == "__main__":
    main(sys.argv[1:])
