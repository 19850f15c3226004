"""Progress on standard error: phase, cost so far, time that remains."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from serentak.base.clock import format_duration
from serentak.base.messages import _
from serentak.base.numbers import number, rupiah
from serentak.cli_common import say

if TYPE_CHECKING:
    from serentak.operations.nation import NationProgress
    from serentak.operations.nation import Progress as Districts
    from serentak.routing.chain import Progress

STEPS = 50
"""Lines of progress where standard error is no terminal."""


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Give a callback that shows a bar on a terminal, and a line a phase elsewhere."""
    phases = {"out": _("Outbound"), "back": _("Return")}
    if not sys.stderr.isatty():

        def tell(phase: str, done: int, total: int, cost: int) -> None:
            if done == total:
                line = _("{phase}: {done} stages planned, cost so far {cost}")
                say(line.format(phase=phases[phase], done=done, cost=rupiah(cost)))

        yield tell
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


@contextmanager
def showing_districts() -> Iterator[NationProgress]:
    """Give a callback that shows a bar on a terminal, and lines elsewhere: rate, and time that remains."""
    started = time.monotonic()

    def words(now: Districts) -> str:
        done = now.stations - now.before
        rate = done / max(time.monotonic() - started, 1e-9)
        text = _("{districts} of {of_districts} districts, {stations} stations, {rate} stations a second, {left} left")
        text = text.format(
            districts=now.districts, of_districts=now.of_districts, stations=number(now.stations),
            rate=number(round(rate)), left=format_duration(round((now.of_stations - now.stations) / max(rate, 1e-9))),
        )  # fmt: skip
        return text + (", " + _("{n} failed").format(n=now.failed) if now.failed else "")

    if not sys.stderr.isatty():
        told = 0

        def tell(now: Districts) -> None:
            nonlocal told
            step = now.stations * STEPS // max(now.of_stations, 1)
            if step > told or now.districts == now.of_districts:
                told = step
                say(words(now))

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(BarColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def show(now: Districts) -> None:
            bar.update(task, completed=now.stations / max(now.of_stations, 1), description=words(now))

        yield show
