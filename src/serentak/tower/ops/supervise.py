"""Keeps processes running: each in its own group, started again when it dies, ended in order when all is to end.

Whatever a process writes goes to a file of its own, a JSON object a line, by way of the supervisor, which also turns
plain lines into such objects and starts a new file when one is full.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from serentak.base.errors import Refused
from serentak.base.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PAUSES: Final = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a process is started again: the first death, the second shortly after, and so on."""
STEADY: Final = 60.0
"""Seconds after which a process counts as well again."""
PATIENCE: Final = 30.0
"""Seconds that a process has to end by itself."""
FILE_SIZE: Final = 10_000_000
FILES: Final = 5
_TURN: Final = 0.2
_DIE_WITH_PARENT: Final = 1
"""``PR_SET_PDEATHSIG``: a child gets a signal when its supervisor is killed, so that nothing stays behind."""


@dataclass(slots=True)
class Program:
    """A process to keep running.

    Parameters
    ----------
    name
        Its name, and that of its file.
    command
        What is run.
    environment
        Variables beside those of the supervisor.
    once
        Whether it ends by itself, and then is not started again.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    once: bool = False


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    file: RotatingFileHandler | None = None
    began: float = 0.0
    due: float = 0.0
    deaths: int = 0
    rest: bytes = b""
    over: bool = False
    lines: list[str] = field(default_factory=list)


class Supervisor:
    """Runs programs; everything happens in the thread that calls `run`.

    Parameters
    ----------
    programs
        In the order in which they are started; they are ended in the opposite order.
    logs
        Folder of their files.
    """

    def __init__(self, programs: Sequence[Program], logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._running = {each.name: _Running(each, file=_file(logs / f"{each.name}.jsonl")) for each in programs}
        self._selector = selectors.DefaultSelector()
        self.stopping = False

    @property
    def names(self) -> list[str]:
        """Names of all programs, in their order."""
        return list(self._running)

    def start(self, name: str) -> None:
        """Start a program now."""
        self._start(self._running[name])

    def pid(self, name: str) -> int | None:
        """Give the number of a program's process, None where there is none at the moment."""
        process = self._running[name].process
        return process.pid if process is not None and process.poll() is None else None

    def said(self, name: str) -> list[str]:
        """Give the last lines that a program wrote."""
        return self._running[name].lines

    def turn(self) -> None:
        """Take what was written, and start again what has died; takes at most a fifth of a second."""
        for key, _events in self._selector.select(_TURN):
            self._take(key.data)
        now = time.monotonic()
        for each in self._running.values():
            if each.process is None:
                if not each.over and not self.stopping and each.due and now >= each.due:
                    self._start(each)
            elif each.process.poll() is not None:
                self._bury(each, now)

    def run_until(self, done: Callable[[], bool], seconds: float | None = None) -> bool:
        """Keep all running until something holds, or the time is over; tell whether it holds."""
        end = None if seconds is None else time.monotonic() + seconds
        while not done():
            if self.stopping or (end is not None and time.monotonic() > end):
                return False
            self.turn()
        return True

    def stop(self) -> None:
        """End all, the last started first, each within `PATIENCE`; then nothing of them is left."""
        self.stopping = True
        for each in reversed(self._running.values()):
            if each.process is not None:
                self._end(each)
        for each in self._running.values():
            if each.file is not None:
                each.file.close()
        self._selector.close()

    def _start(self, each: _Running) -> None:
        program = each.program
        try:
            process = subprocess.Popen(  # noqa: S603 - commands of this software
                list(program.command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment},
                start_new_session=True,
                # One thread runs here, so that code between fork and exec is safe.
                preexec_fn=_die_with_parent,  # noqa: PLW1509
            )
        except OSError as error:
            message = _("{name} cannot be started: {error}").format(name=program.name, error=error)
            raise Refused(message) from error
        each.process, each.began, each.due = process, time.monotonic(), 0.0
        stream = process.stdout
        assert stream is not None  # noqa: S101 - asked for above
        os.set_blocking(stream.fileno(), False)
        self._selector.register(stream, selectors.EVENT_READ, each)
        self._note(each, {"event": "started", "pid": process.pid})

    def _bury(self, each: _Running, now: float) -> None:
        process = each.process
        assert process is not None  # noqa: S101 - asked only of what ran
        self._take(each)
        self._let_go(each)
        code = process.returncode
        each.process = None
        # What it had started itself must not go on beside its successor, nor hold its port.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._note(each, {"event": "ended", "code": code, "level": "info" if self.stopping else "warning"})
        if self.stopping:
            return
        if each.program.once:
            each.over = True
            return
        each.deaths = 1 if now - each.began > STEADY else each.deaths + 1
        each.due = now + PAUSES[min(each.deaths, len(PAUSES)) - 1]

    def _end(self, each: _Running) -> None:
        process = each.process
        assert process is not None  # noqa: S101 - asked only of what runs
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < end:
            for key, _events in self._selector.select(_TURN):
                self._take(key.data)
        if process.poll() is None:
            self._note(each, {"event": "did not end by itself", "level": "error"})
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._bury(each, time.monotonic())

    def _take(self, each: _Running) -> None:
        stream = _stream(each)
        if stream is None:
            return
        try:
            data = os.read(stream.fileno(), 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._let_go(each)
            return
        *lines, each.rest = (each.rest + data).split(b"\n")
        if len(each.rest) > FILE_SIZE // 10:
            lines, each.rest = [*lines, each.rest], b""
        for line in lines:
            self._keep(each, line.decode("utf-8", "replace").rstrip())

    def _let_go(self, each: _Running) -> None:
        stream = _stream(each)
        if stream is not None:
            self._selector.unregister(stream)
            stream.close()

    def _keep(self, each: _Running, line: str) -> None:
        if not line:
            return
        each.lines = [*each.lines[-19:], line]
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        self._note(each, {"event": "said", **record} if isinstance(record, dict) else {"event": line})

    @staticmethod
    def _note(each: _Running, record: dict[str, object]) -> None:
        whole = {"process": each.program.name, "timestamp": datetime.now(UTC).isoformat(), **record}
        if each.file is not None:
            text = json.dumps(whole, ensure_ascii=False)
            each.file.emit(logging.makeLogRecord({"msg": "%s", "args": (text,)}))


def _file(path: Path) -> RotatingFileHandler:
    return RotatingFileHandler(path, maxBytes=FILE_SIZE, backupCount=FILES, encoding="utf-8")


def _stream(each: _Running) -> IO[bytes] | None:
    stream = each.process.stdout if each.process is not None else None
    return stream if stream is not None and not stream.closed else None


def _die_with_parent() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
