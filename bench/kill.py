"""Kill the national batch again and again, and see what comes of it: ``python -m bench.kill --kills 50``.

Districts drawn from the national table are planned once undisturbed. Then the same call is made again and again into
another folder, and after a random while either its main process or one of its workers is killed (SIGKILL), up to five
times; a run whose worker was killed goes on, a run whose main process was killed is called again. When it has come to
its end, every byte must be that of the undisturbed run, and no process may be left.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._nation import drawn, fingerprint, grandchildren, table_path
from bench._report import machine, table, verdict

DISTRICTS = 10
KILLS = int(os.environ.get("SERENTAK_BENCH_KILLS", "50"))
A_RUN = 5
"""Kills that one run meets before it may come to its end."""


@dataclass(slots=True)
class Tally:
    """What was done and what came of it."""

    main: int = 0
    workers: int = 0
    rounds: int = 0
    different: int = 0
    left: int = 0
    calls: list[int] = field(default_factory=list)


def report() -> str:
    """Measure, and write the page."""
    return page(DISTRICTS, KILLS, 2, random.Random(1))  # noqa: S311 - moments to kill at, not a secret


def page(districts: int, kills: int, jobs: int, chance: random.Random) -> str:
    """Kill so many times and write the page."""
    tally = Tally()
    with TemporaryDirectory() as scratch:
        whole = Path(scratch, "whole")
        began = time.perf_counter()
        _call(whole, districts, jobs).wait()
        length = time.perf_counter() - began
        wanted = fingerprint(whole)
        while tally.main + tally.workers < kills:
            out = Path(scratch, f"round{tally.rounds}")
            _round(out, districts, jobs, length, kills, tally, chance)
            tally.rounds += 1
            tally.different += fingerprint(out) != wanted
    rows = [
        verdict(
            "the bytes of the undisturbed run", f"{tally.different} of {tally.rounds} differ", met=not tally.different
        ),
        verdict("no process left behind", str(tally.left), met=not tally.left),
    ]
    figures = [
        ["kills of the main process", tally.main],
        ["kills of a worker", tally.workers],
        ["runs brought to their end", tally.rounds],
        ["calls that each took", ", ".join(map(str, tally.calls))],
        ["undisturbed run, s", f"{length:.1f}"],
    ]
    introduction = (__doc__ or "").replace("``", "`")
    parts = [
        f"# Killed and called again\n\n{introduction.strip()}",
        machine(),
        table(["goal", "measured", "met"], rows),
    ]
    parts.append(table([f"{districts} districts, {jobs} workers, draft", ""], figures))
    return "\n\n".join(parts) + "\n"


def _call(out: Path, districts: int, jobs: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "serentak.cli", "nation", str(table_path()), "-o", str(out), "--effort", "draft"]
    words += ["--jobs", str(jobs), "--only", ",".join(drawn(districts))]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _round(
    out: Path, districts: int, jobs: int, length: float, kills: int, tally: Tally, chance: random.Random
) -> None:
    """Call until the run is over; kill something in each call while kills are left."""
    calls, left = 0, min(A_RUN, kills - tally.main - tally.workers)
    while True:
        calls += 1
        run = _call(out, districts, jobs)
        workers: list[int] = []
        while run.poll() is None and left:
            with suppress(subprocess.TimeoutExpired):
                run.wait(chance.uniform(0.3, max(length / 2, 1.0)))
                break
            workers = grandchildren(run.pid)
            if chance.random() < 0.5 or not workers:
                run.kill()
                tally.main, left = tally.main + 1, left - 1
                break
            with suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
                tally.workers, left = tally.workers + 1, left - 1
        code = run.wait()
        tally.left += _still_there(workers)
        if code == 0:
            tally.calls.append(calls)
            return


def _still_there(workers: list[int]) -> int:
    """Count the workers that have not ended a while after their run."""
    for _attempt in range(50):
        alive = [pid for pid in workers if _runs(pid)]
        if not alive:
            return 0
        time.sleep(0.1)
    return len(alive)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=KILLS)
    options.add_argument("--districts", type=int, default=DISTRICTS)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    print(page(chosen.districts, chosen.kills, chosen.jobs, random.Random(chosen.seed)))  # noqa: S311
