"""Kill a log again and again while it takes entries, and see what is left: ``python -m bench._crash --kills 1000``.

A child process opens the log, takes entries in several threads and publishes all the time; it says each receipt and
each published checkpoint on a pipe. The parent kills it (SIGKILL) after a random number of receipts, opens the log
again with the next child, and keeps count. A witness in the parent lives through it all. At the end

* every acknowledged entry is in the log, once, at the index that its receipt says (0 lost, 0 duplicated);
* every checkpoint that was ever published is a prefix of the final log (0 forked), and the witness refused nothing;
* ``verify`` and ``log fsck`` find nothing.

With ``--faults P`` each write, sync and rename below the log's folder fails with probability P (EIO or ENOSPC, by a
small library that is put before the C library; needs a C compiler).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from serentak.base.errors import SerentakError
from serentak.base.messages import set_language
from serentak.ledger.checkpoint import Checkpoint, parse_checkpoint
from serentak.ledger.fsck import check_store
from serentak.ledger.policy import Witness as Named
from serentak.ledger.read import LogReader, read_checkpoint, read_policy
from serentak.ledger.source import FolderSource
from serentak.ledger.text import encode_base64
from serentak.ledger.tree import Frontier, leaf_hash
from serentak.ledger.verify import verify_log
from serentak.ledger.witness import Witness, init_witness
from serentak.ledger.write import LogWriter, init_log
from serentak.operations.log_http import Server
from serentak.operations.witness import witness_app

ORIGIN = "example.org/crash"
THREADS = 4
FAULTS_C = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
static double rate(void) { const char *p = getenv("FAULT_RATE"); return p ? atof(p) : 0; }
static int below(const char *path) {
    const char *root = getenv("FAULT_ROOT");
    return root && strncmp(path, root, strlen(root)) == 0;
}
static int fails(void) {
    static __thread unsigned seed;
    if (!seed) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); seed = t.tv_nsec ^ getpid() ^ (size_t)&seed; }
    if (rand_r(&seed) / (RAND_MAX + 1.0) >= rate()) return 0;
    errno = rand_r(&seed) & 1 ? EIO : ENOSPC;
    return 1;
}
static int hit(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return below(path) && fails();
}
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
ssize_t write(int fd, const void *b, size_t n) { return hit(fd) ? -1 : NEXT(write)(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return hit(fd) ? -1 : NEXT(pwrite)(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { return hit(fd) ? -1 : NEXT(pwrite64)(fd, b, n, o); }
int fsync(int fd) { return hit(fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return hit(fd) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate64(int fd, off64_t n) { return hit(fd) ? -1 : NEXT(ftruncate64)(fd, n); }
int rename(const char *a, const char *b) { return below(b) && fails() ? -1 : NEXT(rename)(a, b); }
"""


@dataclass
class Outcome:
    """What happened, and what was wrong at the end."""

    kills: int = 0
    own_ends: int = 0
    refused_starts: int = 0
    acknowledged: int = 0
    published: int = 0
    lost: int = 0
    duplicated: int = 0
    forked: int = 0
    refused_by_witness: int = 0
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, duplicated or forked."""
        return not (self.lost or self.duplicated or self.forked or self.refused_by_witness or self.findings)


def child(folder: Path, run: int) -> None:
    """Take entries and publish until killed; say every receipt and checkpoint on standard output."""
    set_language("en")
    lock = threading.Lock()

    def say(line: str) -> None:
        with lock:
            os.write(1, line.encode() + b"\n")

    writer = LogWriter(folder, patience=5)
    stop = threading.Event()

    def work(name: int) -> None:
        number = 0
        while not stop.is_set():
            # Some bytes are handed over twice, by several threads and runs: they must keep one place.
            entry = f"twice {number}" if number % 50 == 0 else f"{run} {name} {number}"
            try:
                futures = [writer.submit(f"{entry} {part}".encode()) for part in range(random.randint(1, 8))]  # noqa: S311
                for part, future in enumerate(futures):
                    say(f"A {future.result().index} {entry} {part}")
            except SerentakError:
                stop.set()
            number += 1

    for name in range(THREADS):
        threading.Thread(target=work, args=(name,), daemon=True).start()
    while not stop.is_set():
        with suppress(OSError):
            if writer.publish():
                head = parse_checkpoint(read_checkpoint(FolderSource(folder)).text)
                say(f"H {head.size} {encode_base64(head.root)}")
    sys.exit(3)


def _build_faults(folder: Path) -> Path:
    source, library = folder / "faults.c", folder / "faults.so"
    source.write_text(FAULTS_C, "ascii")
    subprocess.run([shutil.which("cc") or "cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


class Parent:
    """Runs children one after another and remembers all they said."""

    def __init__(self, home: Path, seed: int, faults: float) -> None:
        self.log = home / "log"
        self.outcome = Outcome()
        self.receipts: dict[bytes, int] = {}
        self.heads: dict[int, set[str]] = {}
        self._random = random.Random(seed)  # noqa: S311 - moments, not secrets
        self._faults = faults
        self._library = _build_faults(home) if faults else None
        init_witness(home / "witness", "witness.example", [])
        self.witness = Witness(home / "witness")
        self.server = Server(witness_app(self.witness), "127.0.0.1", 0)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        named = Named("w", self.witness.keys[0].verifier, self.server.address)
        policy = init_log(self.log, ORIGIN, (named,))
        self.witness.know(ORIGIN, policy.logs[0].key)

    def run_child(self, number: int, mean: int) -> None:
        """Start one child and kill it after a random number of receipts, or after a random time at the start."""
        environment = dict(os.environ)
        # Half of the children run without faults, so that there is always a way back.
        if self._library is not None and number % 2:
            environment |= {"LD_PRELOAD": str(self._library), "FAULT_ROOT": str(self.log)}
            environment["FAULT_RATE"] = str(self._faults)
        command = [sys.executable, "-m", "bench._crash", "--child", str(self.log), "--run", str(number)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        limit = 1 + int(self._random.expovariate(1 / mean))
        early = self._random.random() < 0.1
        before = self.outcome.acknowledged
        if early:
            # Also in the middle of opening the log, before the first receipt.
            threading.Timer(self._random.uniform(0.05, 0.6), process.kill).start()
        self._listen(limit, process)
        code = process.wait()
        self.outcome.kills += code == -9
        self.outcome.own_ends += code == 3
        self.outcome.refused_starts += code not in (-9, 3)
        if code == 1 and self.outcome.acknowledged == before and not self._faults:
            self.outcome.findings.append(f"child {number} could not open the log")
        with suppress(SerentakError, OSError):
            self._note_head(parse_checkpoint(read_checkpoint(FolderSource(self.log)).text))

    def _listen(self, limit: int, process: subprocess.Popen[bytes]) -> None:
        count = 0
        for line in process.stdout or ():
            if not line.endswith(b"\n"):
                break
            kind, first, rest = line.rstrip(b"\n").split(b" ", 2)
            if kind == b"A":
                self._note_receipt(rest, int(first))
                count += 1
                if count == limit:
                    process.kill()
            else:
                self.outcome.published += 1
                self.heads.setdefault(int(first), set()).add(rest.decode())
        if count < limit:
            process.kill()

    def _note_receipt(self, entry: bytes, index: int) -> None:
        self.outcome.acknowledged += 1
        if self.receipts.setdefault(entry, index) != index:
            self.outcome.duplicated += 1

    def _note_head(self, head: Checkpoint) -> None:
        self.heads.setdefault(head.size, set()).add(encode_base64(head.root))

    def judge(self) -> Outcome:
        """Open the log once more and compare it with all that was said."""
        with LogWriter(self.log) as writer:
            writer.publish()
        source = FolderSource(self.log)
        report, store = check_store(self.log)
        self.outcome.findings += [str(each) for each in (*report.findings, *store.listed)]
        reader = LogReader(source, report.size)
        frontier, roots, places = Frontier(), {0: Frontier().root()}, {}
        for number in range(-(-report.size // 256)):
            for entry in reader.bundle(number):
                self.outcome.duplicated += entry in places
                places[entry] = frontier.size
                frontier.append(leaf_hash(entry))
                if frontier.size in self.heads:
                    roots[frontier.size] = frontier.root()
        self.outcome.lost = sum(places.get(entry) != index for entry, index in self.receipts.items())
        for size, said in self.heads.items():
            self.outcome.forked += said != {encode_base64(roots[size])} if size in roots else len(said)
        self.outcome.refused_by_witness = len(self.witness.evidence())
        if not verify_log(source, read_policy(source)).clean:
            self.outcome.findings.append("verify is not clean")
        return self.outcome

    def close(self) -> None:
        """Let the witness go."""
        self.server.shutdown()
        self.server.server_close()
        self.witness.close()


def crash(home: Path, *, kills: int, acks: int, seed: int, faults: float = 0.0, show: bool = False) -> Outcome:
    """Kill (or let faults end) `kills` children that acknowledge `acks` entries on the whole, and judge."""
    began = time.monotonic()
    parent = Parent(home, seed, faults)
    try:
        number = 0
        while parent.outcome.kills + parent.outcome.own_ends < kills or parent.outcome.acknowledged < acks:
            left = max(1, acks - parent.outcome.acknowledged)
            runs = max(1, kills - parent.outcome.kills - parent.outcome.own_ends)
            parent.run_child(number, max(20, round(left / runs)))
            number += 1
            if show and number % 50 == 0:
                print(json.dumps(asdict(parent.outcome)), file=sys.stderr, flush=True)
        outcome = parent.judge()
    finally:
        parent.close()
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


def main() -> None:
    """Read the command line and print the outcome as JSON; exit 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--acks", type=int, default=0, help="entries to be acknowledged on the whole, at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.0, help="probability that a system call fails")
    parser.add_argument("--folder", type=Path, help="keep everything here instead of in a temporary folder")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--run", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.run)
        return
    set_language("en")
    home = given.folder or Path(tempfile.mkdtemp(prefix="serentak-crash-"))
    home.mkdir(parents=True, exist_ok=True)
    outcome = crash(
        home, kills=given.kills, acks=given.acks or given.kills * 200, seed=given.seed, faults=given.faults, show=True
    )
    print(json.dumps(asdict(outcome) | {"holds": outcome.holds}))
    if not given.folder and outcome.holds:
        shutil.rmtree(home)
    sys.exit(not outcome.holds)


if __name__ == "__main__":
    main()
