"""Measure the whole set of papers for the sample district Kampar; writes ``docs/benchmarks/paper.md``.

Every label's QR code is read back by zxing-cpp from a picture of its page.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import zxingcpp

from bench._report import machine, table, verdict
from serentak.operations.paper import PAPER, SHEETS

KINDS = (*SHEETS, "map", "tables", "report")
INTRO = """# Paper

Written by `python -m bench paper`. `serentak paper` prints the sample district Kampar (1,280 stations, 2,602 boxes),
planned at effort draft. Seconds are wall time of the whole command, which also reads and checks the plan. Other work on
the machine lengthens them; its load was {load:.1f}.
"""


def report() -> str:
    """Print Kampar twice: all at once with its peak of memory, then each kind alone."""
    with tempfile.TemporaryDirectory() as home:
        plan = Path(home, "plan")
        _serentak("sample", "kampar", f"{home}/district")
        _serentak("plan", f"{home}/district", "-o", str(plan), "--effort", "draft")
        whole, peak = _measured("paper", str(plan))
        rows = []
        for kind in KINDS:
            seconds, _peak = _measured("paper", str(plan), "--only", kind)
            files = sorted((plan / PAPER / kind).glob("*.pdf"))
            pages = sum(len(pypdfium2.PdfDocument(path)) for path in files)
            size = sum(path.stat().st_size for path in files) / 1e6
            rows.append([kind, len(files) or "", f"{pages:,}" if pages else "", f"{size:.0f}" if files else "",
                         f"{seconds:.1f}"])  # fmt: skip
        labels = list(_codes(plan / PAPER / "label"))
    return "\n".join(
        [
            INTRO.format(load=os.getloadavg()[0]),
            machine() + "\n",
            table(
                ["goal", "measured", "met"],
                [
                    verdict("whole set within 60 s", f"{whole:.0f} s", met=whole <= 60),
                    verdict("peak memory of all processes below 2 GB", f"{peak} MB", met=peak < 2000),
                    verdict("every label read back", f"{len(labels):,} of 3,882", met=len(set(labels)) == 3882),
                ],
            ),
            "",
            table(["kind", "PDF files", "pages", "MB", "seconds alone"], rows),
            "",
        ]
    )  # fmt: skip


def _serentak(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "serentak.cli", *words], check=True, capture_output=True)


def _measured(*words: str) -> tuple[float, int]:
    """Give the seconds of a command, and the peak of its processes' memory in MB (shared pages counted once)."""
    started = time.monotonic()
    command = [sys.executable, "-m", "serentak.cli", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = 0
        ended = threading.Event()
        threading.Thread(target=lambda: (process.wait(), ended.set()), daemon=True).start()
        while not ended.wait(0.2):
            peak = max(peak, sum(map(_memory, _family(process.pid))))
        if process.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return time.monotonic() - started, peak // 1024


def _family(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                children.setdefault(int(parent), []).append(int(entry.name))
    found = [root]
    for pid in found:  # grows while it is walked
        found.extend(children.get(pid, []))
    return found


def _memory(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _codes(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.pdf")):
        for page in pypdfium2.PdfDocument(path):
            picture = page.render(scale=2).to_pil()
            for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode):
                yield code.text
