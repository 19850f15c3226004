"""Following logs: what they newly say is taken, judged by the rules of custody, and written into the tables.

The state of a log is kept in memory and worked out from its first entry when following begins; the tables then are
brought up to date with it. So nothing is lost by ending at any moment, and nothing is asked of the tables that the
log does not say.
"""

from __future__ import annotations

import heapq
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog
from django.db import close_old_connections, transaction

from serentak.base.errors import Refused, SerentakError
from serentak.base.messages import _
from serentak.custody.event import Event
from serentak.custody.state import State
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.read import LogReader, read_checkpoint
from serentak.ledger.source import open_source
from serentak.ledger.tiles import WIDTH
from serentak.ledger.tree import verify_consistency
from serentak.tower.boxes.deviations import DeviationBook
from serentak.tower.boxes.logs import introduce
from serentak.tower.boxes.models import Log
from serentak.tower.boxes.projection import Projection

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

EVERY: Final = 1.0
"""Seconds between two looks at the logs."""
AT_ONCE: Final = 4096
"""Entries taken in one batch."""
OBJECTS_AT_ONCE: Final = 6000
"""Objects written in one transaction."""
_SHARE: Final = 10
"""Looking through a log for what deviates takes at most this part of the time, one in so many."""
_STEP: Final = timedelta(seconds=60)
"""How often the time of the last look is written, where nothing else changes."""
_logger = structlog.get_logger("serentak.tower.boxes.follow")
_followers: dict[int, Follower] = {}


def follow_once(log: Log) -> int:
    """Take what is new in a log; give how many entries that was.

    A log that cannot be read, or whose files contradict what they were, is noted as the log's trouble, and what is
    known stays as it is.
    """
    follower = _followers.get(log.pk)
    if follower is None or follower.log.address != log.address:
        follower = _followers[log.pk] = Follower(log)
    try:
        taken = follower.take()
    except (SerentakError, OSError) as error:
        _followers.pop(log.pk, None)
        Log.objects.filter(pk=log.pk).update(trouble=str(error)[:300])
        _logger.warning("a log cannot be followed", log=log.pk, reason=str(error))
        return 0
    except BaseException:
        # Memory and tables may differ now: the next look begins anew.
        _followers.pop(log.pk, None)
        raise
    log.refresh_from_db()
    return taken


def follow_forever(stop: threading.Event) -> None:
    """Follow all logs until `stop` is set."""
    while not stop.is_set():
        close_old_connections()
        taken = 0
        for log in Log.objects.order_by("pk"):
            if stop.is_set():
                return
            taken += follow_once(log)
        if not taken:
            stop.wait(EVERY)


def forget() -> None:
    """Forget the states kept in memory: the next look at each log begins with its first entry."""
    _followers.clear()


class _Clock:
    """The newest instant that two devices tell: one clock that runs ahead cannot carry the time of the log away."""

    def __init__(self) -> None:
        self._first = self._second = 0
        self._device = -1
        self._rows = 0

    def read(self, state: State) -> int:
        """Give epoch milliseconds, of all acts so far."""
        acts = state.acts
        for row in range(self._rows, len(acts)):
            device, at = acts.device[row], acts.at[row]
            if device == self._device:
                self._first = max(self._first, at)
            elif at > self._first:
                self._second, self._first, self._device = self._first, at, device
            else:
                self._second = max(self._second, at)
        self._rows = len(acts)
        began = state.genesis.at if state.genesis is not None else 0
        return max(self._second, state.marks.newest or 0, began)


class Follower:
    """Follows one log; see the functions of this module."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.source = open_source(log.address)
        self.state = State(trusted=True)
        self.projection = Projection(log, self.state)
        self.deviations: DeviationBook | None = None
        self._clock = _Clock()
        self._head: tuple[int, bytes] = (0, b"")
        self._taken = 0
        self._dues: list[tuple[int, int]] = []
        self._judged = self._look = 0.0
        self._saved: datetime | None = None
        self._unjudged = True
        self._judged_as_of = moment_of(0)

    def take(self) -> int:
        """Take what is new, and write it.

        Raises
        ------
        SerentakError
            When the log cannot be read, or contradicts what it said before.
        """
        log = self.log
        log.refresh_from_db()
        first = self.deviations is None
        taken = 0
        for batch in self._batches():
            for entry in batch:
                self.state.take(self._taken, entry)
                self._taken += 1
            taken += len(batch)
            if not first:
                self._write(self.state.refresh())
        if self.state.genesis is not None:
            self._introduce(self.state.genesis)
            if first or log.stale:
                self._write_all()
            self._pass_time(taken, urgent=first)
        return taken

    def _batches(self) -> Iterator[list[bytes]]:
        checkpoint = parse_checkpoint(read_checkpoint(self.source).text)
        reader = LogReader(self.source, checkpoint.size)
        self._require_continuation(reader, checkpoint.root)
        batch: list[bytes] = []
        at = self._taken
        while at < checkpoint.size:
            entries = reader.bundle(at // WIDTH)[at % WIDTH :]
            batch += entries
            at += len(entries)
            if len(batch) >= AT_ONCE or at >= checkpoint.size:
                yield batch
                batch = []
        self._head = checkpoint.size, checkpoint.root

    def _require_continuation(self, reader: LogReader, root: bytes) -> None:
        size, before = self._head
        if reader.size < size:
            message = _("the log has {now} entries, and had {before}: it was rolled back")
            raise Refused(message.format(now=reader.size, before=size))
        if size == reader.size and root != before and size:
            raise Refused(_("the log has another history than it had: it has forked"))
        if size and reader.size > size:
            verify_consistency(size, reader.size, reader.consistency(size), before, root)

    def _introduce(self, genesis: Event) -> None:
        if not self.log.district:
            introduce(self.log, genesis)

    @property
    def now(self) -> int:
        """When deadlines are judged, epoch milliseconds: the played time of a played log, else the time."""
        return self._clock.read(self.state) if self.log.played else int(time.time() * 1000)

    def _write(self, numbers: list[int]) -> None:
        if self.state.genesis is not None:
            self._introduce(self.state.genesis)
        now = self.now
        for start in range(0, len(numbers), OBJECTS_AT_ONCE):
            self.projection.write(numbers[start : start + OBJECTS_AT_ONCE], now)
        self._expect(numbers, now)
        self._save(now)

    def _write_all(self) -> None:
        self.state.refresh()
        self._dues.clear()
        Log.objects.filter(pk=self.log.pk).update(stale=False)
        self.log.stale = False
        self._write(sorted(range(1, len(self.state.objects)), key=self.state.objects.texts.__getitem__))

    def _expect(self, numbers: list[int], now: int) -> None:
        """Note when objects will be late, so that they are looked at again then."""
        lives = self.state.lives
        for number in numbers:
            if number < len(lives) and lives.due_load[number] != -1 and lives.due[number] >= now:
                heapq.heappush(self._dues, (lives.due[number], number))

    def _pass_time(self, taken: int, *, urgent: bool) -> None:
        """Judge what has become late by now, and look through the log for what deviates."""
        now, due = self.now, set[int]()
        while self._dues and self._dues[0][0] < now:
            due.add(heapq.heappop(self._dues)[1])
        if due:
            self._write(sorted(due))
        elif self._saved is None or moment_of(now) - self._saved >= _STEP or self.log.trouble:
            self._save(now)
        self._unjudged = self._unjudged or taken > 0 or bool(due) or moment_of(now) - self._judged_as_of >= _STEP
        began = time.monotonic()
        if urgent or (self._unjudged and began - self._judged > self._look * _SHARE):
            self._judge(moment_of(now))
            self._judged = time.monotonic()
            self._look = self._judged - began

    def _judge(self, as_of: datetime) -> None:
        if self.deviations is None:
            self.deviations = DeviationBook(self.log)
        with transaction.atomic():
            self.deviations.write(self.state, as_of)
        self._unjudged, self._judged_as_of = False, as_of

    def _save(self, now: int) -> None:
        log = self.log
        log.entries, log.trouble = self._taken, ""
        log.as_of = self._saved = moment_of(now)
        fields = ["entries", "trouble", "as_of", "district", "zone", "election_day", "played"]
        log.save(update_fields=fields)


def moment_of(milliseconds: int) -> datetime:
    """Give an instant."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
