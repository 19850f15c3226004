"""Where a play is given: a log with its witness and their keys, all of the seed, living in played time."""

from __future__ import annotations

import time
from bisect import bisect_left
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.custody.kinds import Kind
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.durable import Calls
from serentak.ledger.keys import SigningKey, write_key
from serentak.ledger.note import COSIGNATURE, ED25519
from serentak.ledger.policy import Witness as WitnessPolicy
from serentak.ledger.read import read_checkpoint
from serentak.ledger.source import FolderSource
from serentak.ledger.witness import Witness, init_witness
from serentak.ledger.write import PRIVATE, LogWriter, init_log
from serentak.operations.custody_log import Receiver, is_address, open_receiver
from serentak.operations.log_door import door_of
from serentak.operations.play.cast import ORGANISER, SUPERVISOR, secret
from serentak.operations.witness import witness_app
from serentak.operations.workspace import refuse_existing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from serentak.custody.sign import Device
    from serentak.ledger.checkpoint import Checkpoint
    from serentak.operations.log_http import App
    from serentak.operations.play.record import Upload
    from serentak.operations.promises import Clock

WITNESS: Final = "saksi"
"""Folder of the witness within a played log's folder, and its name in the policy."""
SUPERVISOR_KEY: Final = "bawaslu.key"
WINDOW: Final = 3 * 3600
"""Played seconds between two checkpoints, where the play runs as fast as it can."""
MARKS: Final = 6 * 3600
"""Played seconds between two events by which the organiser says what size the log has."""
MARKS_WATCHED: Final = 30 * 60
"""The same where the play runs at a speed and is looked at: the marks tell what time it is."""


class PlayedClock:
    """A clock that shows what it is set to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds = 0.0

    def __call__(self) -> float:
        """Give seconds since the epoch."""
        return self._clock.midnight / 1000 + self.seconds


class Stage(Protocol):
    """A log that a play is given on."""

    def hand_over(self, entries: Sequence[bytes], at: int) -> list[int]:
        """Hand over entries at a played second, and give their indices."""

    def publish(self, at: int) -> Checkpoint:
        """Publish what is there at a played second, and give the newest checkpoint."""


def key_of(seed: int, name: str, key_name: str, kind: int = ED25519) -> SigningKey:
    """Give a key of a play in the form in which logs and witnesses keep theirs."""
    return SigningKey(key_name, kind, secret(seed, name))


@contextmanager
def open_stage(out: str, origin: str, seed: int, clock: Clock) -> Iterator[Stage]:
    """Open a stage: a new folder with log, witness and keys, or the log that is served at an address.

    Raises
    ------
    InputError, Refused
        When the folder is taken, or there is no log at the address.
    """
    if is_address(out):
        with open_receiver(out) as receiver:
            if parse_checkpoint(read_checkpoint(receiver.source).text).size:
                message = _("the log is not empty; a play begins its own election")
                raise InputError.of(out, message, _("Name a new folder, or the address of an empty log."))
            yield _Elsewhere(receiver)
        return
    folder = Path(out)
    refuse_existing(folder)
    played = PlayedClock(clock)
    make_log(folder, origin, seed)
    with Witness(folder / WITNESS, played) as witness:
        app = witness_app(witness)
        writer = LogWriter(
            folder, door_of(folder), clock=played, calls=_Unsynced(), reach=lambda _url, _patience: _InProcess(app)
        )
        with writer:
            yield _Here(writer, folder, played)


def make_log(folder: Path, origin: str, seed: int) -> None:
    """Make the folder of a played log, with its witness and the supervisor's key; no clock is read."""
    log = key_of(seed, f"{ORGANISER}/0", origin)
    saksi = key_of(seed, WITNESS, f"{WITNESS}.{origin}", COSIGNATURE)
    init_log(folder, origin, (WitnessPolicy(WITNESS, saksi.verifier, f"http://{WITNESS}.invalid"),), log)
    init_witness(folder / WITNESS, saksi.name, [(origin, log.verifier)], key=saksi)
    write_key(folder / PRIVATE / SUPERVISOR_KEY, key_of(seed, f"{SUPERVISOR}/0", f"{SUPERVISOR.lower()}.{origin}"))


class _Unsynced(Calls):
    """Public files need not outlive a power cut here: the seed gives them again."""

    def fsync(self, handle: int) -> None:
        del handle


class _InProcess:
    """A witness that answers without a network."""

    def __init__(self, app: App) -> None:
        self._app = app

    def request(
        self, method: str, path: str, body: bytes | None = None, content_type: str = ""
    ) -> tuple[int, bytes, str]:
        del content_type
        answer = self._app.answer(method, path, body or b"")
        return answer.status, answer.body, answer.content_type


class _Here:
    def __init__(self, writer: LogWriter, folder: Path, clock: PlayedClock) -> None:
        self._writer, self._source, self._clock = writer, FolderSource(folder), clock

    def hand_over(self, entries: Sequence[bytes], at: int) -> list[int]:
        self._clock.seconds = at
        futures = [self._writer.submit(entry) for entry in entries]
        return [future.result().index for future in futures]

    def publish(self, at: int) -> Checkpoint:
        self._clock.seconds = at
        self._writer.publish()
        if self._writer.trouble:
            raise Refused("; ".join(self._writer.trouble))
        return parse_checkpoint(read_checkpoint(self._source).text)


class _Elsewhere:
    """A log that another process serves: it has its own clock, and publishes by itself."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def hand_over(self, entries: Sequence[bytes], at: int) -> list[int]:
        del at
        return self._receiver.hand_over(entries)

    def publish(self, at: int) -> Checkpoint:
        del at
        return parse_checkpoint(read_checkpoint(self._receiver.source).text)


def perform(
    stage: Stage,
    uploads: Sequence[Upload],
    marker: Device,
    clock: Clock,
    speed: float | None = None,
    since: int | None = None,
) -> int:
    """Bring the entries of a play to its log, window by window, and give how many there are.

    Parameters
    ----------
    uploads
        In the order of time.
    marker
        Device by which the organiser says, now and then, what size the log has.
    speed
        Played seconds a real one; None for as fast as it can.
    since
        Played second from which `speed` holds; all before goes as fast as it can. None for from the beginning.
    """
    first = uploads[0].at // WINDOW * WINDOW if since is None else since
    now = uploads[0].at // WINDOW * WINDOW
    marked, position, count, started = now, 0, 0, None
    while position < len(uploads):
        paced = speed is not None and now >= first
        now += max(1, round(speed)) if speed is not None and paced else WINDOW
        if speed is not None and paced:
            started = time.monotonic() if started is None else started
            time.sleep(max(0.0, (now - first) / speed - (time.monotonic() - started)))
        elif speed is not None:
            now = min(now, first)
        entries = uploads[position : bisect_left(uploads, now, key=lambda each: each.at)]
        position += len(entries)
        due = now - marked >= (MARKS_WATCHED if paced else MARKS)
        # Where somebody looks on, the clock goes on while nothing happens too.
        if not entries and not (paced and due):
            continue
        if entries:
            count += len(stage.hand_over([each.entry for each in entries], now))
        checkpoint = stage.publish(now)
        if due:
            data = marker.record(Kind.MARKED, clock.instant(now), seen=[checkpoint.size, checkpoint.root])
            count += len(stage.hand_over([marker.entry(data)], now))
            marked = now
    count += len(stage.hand_over([marker.entry(marker.close(clock.instant(now)))], now))
    stage.publish(now)
    return count
