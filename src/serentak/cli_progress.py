"""Progress on standard error: phase, cost so far, time that remains."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from serentak.base.clock import format_duration
from serentak.base.messages import _
from serentak.base.numbers import rupiah
from serentak.routing.chain import Progress


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Give a callback that shows a bar on a terminal, and a line a phase elsewhere."""
    phases = {"out": _("Outbound"), "back": _("Return")}
    if not sys.stderr.isatty():

        def say(phase: str, done: int, total: int, cost: int) -> None:
            if done == total:
                line = _("{phase}: {done} stages planned, cost so far {cost}")
                sys.stderr.write(line.format(phase=phases[phase], done=done, cost=rupiah(cost)) + "\n")

        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(phases["out"], total=1.0, note="")

        def show(phase: str, done: int, total: int, cost: int) -> None:
            share = (done / total + (phase == "back")) / 2
            left = (time.monotonic() - started) * (1 - share) / share
            note = _("{cost}, {left} left").format(cost=rupiah(cost), left=format_duration(round(left)))
            bar.update(task, completed=share, description=phases[phase], note=note)

        yield show
