"""Measure a whole district's election played and verified: Kampar, 1,280 stations, two elections, out and back.

Everything goes through the real signing and the real log with its witness; everything is judged from public files.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench._report import machine, table
from serentak.custody.query import without_custodian
from serentak.custody.rules import CustodyRules
from serentak.operations.evidence import check_bundle, make_bundle
from serentak.operations.export import export_epcis
from serentak.operations.plan import make_plan
from serentak.operations.play import play
from serentak.operations.play.faults import KINDS
from serentak.operations.sample import write_sample
from serentak.operations.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

BOX = "14.01.01.1011-001-B"


class _Watch:
    """Collects what was done, its figures and how long it took."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []

    def time(self, what: str, work: Callable[[], Any], say: Callable[[Any], str]) -> Any:
        started, used = time.perf_counter(), time.process_time()
        result = work()
        elapsed, own = time.perf_counter() - started, time.process_time() - used
        self.rows.append((what, f"{elapsed:.1f}", f"{own:.1f}", say(result)))
        return result


def _judge(log: Path) -> dict[str, Any]:
    rules = CustodyRules()
    result = verify(str(log), rules=[rules])
    result["lost"] = len(without_custodian(rules.state))
    return result


def _verdict(result: dict[str, Any]) -> str:
    found = Counter(each["code"] for each in (*result["findings"], *result["entry_findings"]))
    noted = Counter(each["code"] for each in result["notes"])
    parts = [f"{result['size']:,} entries", f"{sum(found.values())} findings"]
    parts += [f"{count} {code}" for code, count in sorted(found.items())]
    parts.append("notes: " + ", ".join(f"{count} {code}" for code, count in sorted(noted.items())))
    parts.append(f"{result['lost']} boxes without a known custodian")
    return "; ".join(parts)


def report() -> str:
    """Give the page."""
    watch = _Watch()
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        write_sample("kampar", home / "kampar")
        make_plan(home / "kampar", home / "plan", "draft")
        log, faulty = home / "log", home / "faulty"
        watch.time(
            "play", lambda: play(home / "plan", str(log), 1),
            lambda made: f"{made['stations']:,} stations, {made['boxes']:,} boxes and bundles",
        )  # fmt: skip
        watch.time("verify", lambda: _judge(log), _verdict)
        evidence = home / "box.json"
        watch.time(
            "evidence of a box",
            lambda: evidence.write_bytes(make_bundle(str(log), BOX)),
            lambda size: f"{size:,} bytes",
        )
        watch.time("check it", lambda: check_bundle(evidence), lambda made: f"{made['entries']} entries proven")
        watch.time(
            "export epcis", lambda: export_epcis(str(log), home / "e.jsonld"), lambda made: f"{made['events']:,} events"
        )
        watch.time(
            "play, every fault", lambda: play(home / "plan", str(faulty), 1, faults=KINDS),
            lambda made: "; ".join(f"{kind}: {whom}" for kind, whom in made["faults"].items()),
        )  # fmt: skip
        watch.time("verify, every fault", lambda: _judge(faulty), _verdict)
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    heads = ("what", "s", "s of this process", "what came of it")
    return f"""# A played election

{when}: `python -m bench play`. Kampar, two elections, out and back; people and vehicles invented, all signatures,
checkpoints and cosignatures real. {machine()} Load when done: {os.getloadavg()[0]:.1f}. Peak memory {peak} MiB.

{table(heads, watch.rows)}
"""


if __name__ == "__main__":
    print(report())
