"""Getting at a custody log, in a folder or at an address: its entries, its genesis, and handing entries over."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.custody.entry import decode_entry
from serentak.custody.kinds import Kind
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.faults import Malformed, NotThere
from serentak.ledger.read import LogReader, read_checkpoint
from serentak.ledger.source import FolderSource, HttpSource, TileSource, open_source
from serentak.ledger.tiles import WIDTH, encode_bundle
from serentak.ledger.write import LogWriter
from serentak.operations.log_door import door_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from serentak.custody.entry import Entry
    from serentak.custody.event import Event

_AT_ONCE: Final = 4096
_PATIENCE: Final = 10.0
_PAUSE: Final = 0.2
"""Seconds that a served log may take to publish what it took, and between two looks."""


class Receiver(Protocol):
    """A log that takes entries."""

    @property
    def source(self) -> TileSource:
        """The log's public files."""

    def hand_over(self, entries: Sequence[bytes]) -> list[int]:
        """Hand over entries and give their indices, all of them on disk.

        Raises
        ------
        Refused
            With the log's reason, when it does not take one; those before it are in the log.
        """


def is_address(log: str) -> bool:
    """Tell whether a log is named by its address rather than its folder."""
    return log.startswith(("http://", "https://"))


@contextmanager
def open_receiver(log: str, clock: Callable[[], float] = time.time) -> Iterator[Receiver]:
    """Open a log for entries: its folder, or the address where it is served.

    Raises
    ------
    InputError, Refused
        When there is no log, or it is open elsewhere.
    """
    if is_address(log):
        remote = _Remote(HttpSource(log))
        yield remote
        remote.settle()
        return
    folder = Path(log)
    with LogWriter(folder, door_of(folder), clock=clock) as writer:
        writer.publish()
        yield _Local(writer, FolderSource(folder))
        writer.publish()


class _Local:
    def __init__(self, writer: LogWriter, source: TileSource) -> None:
        self._source, self._writer = source, writer

    @property
    def source(self) -> TileSource:
        return self._source

    def hand_over(self, entries: Sequence[bytes]) -> list[int]:
        found = []
        for start in range(0, len(entries), _AT_ONCE):
            futures = [self._writer.submit(entry) for entry in entries[start : start + _AT_ONCE]]
            found += [future.result().index for future in futures]
        return found


class _Remote:
    def __init__(self, source: HttpSource) -> None:
        self._address = source
        self._end = 0

    @property
    def source(self) -> TileSource:
        return self._address

    def hand_over(self, entries: Sequence[bytes]) -> list[int]:
        found: list[int] = []
        for start in range(0, len(entries), WIDTH):
            answers = self._post(entries[start : start + WIDTH])
            refused = next((each["error"] for each in answers if "error" in each), None)
            if refused is not None:
                raise Refused(_("the log refused an entry: {reason}").format(reason=refused))
            found += [each["index"] for each in answers]
        self._end = max([self._end, *(each + 1 for each in found)])
        return found

    def settle(self) -> None:
        """Wait until what was handed over is under a checkpoint, so that whoever reads the log next finds it."""
        for _turn in range(round(_PATIENCE / _PAUSE)):
            if _size(self._address) >= self._end:
                return
            time.sleep(_PAUSE)

    def _post(self, entries: Sequence[bytes]) -> list[dict[str, Any]]:
        status, body, _type = self._address.request("POST", "add-batch", encode_bundle(list(entries)))
        if status != 200:
            said = body[:200].decode("utf-8", "replace")
            raise Refused(_("the log answered {status} {said}").format(status=status, said=said))
        answers: list[dict[str, Any]] = json.loads(body)
        return answers


def read_entries(source: TileSource) -> Iterator[bytes]:
    """Give the entries of a log, in order, as far as its newest checkpoint goes.

    Raises
    ------
    InputError
        When there is no log.
    """
    size = _size(source)
    reader = LogReader(source, size)
    for number in range(-(-size // WIDTH)):
        yield from reader.bundle(number)


def _size(source: TileSource) -> int:
    try:
        return parse_checkpoint(read_checkpoint(source).text).size
    except NotThere:
        message = _("there is no log here: it has no checkpoint")
        raise InputError.of(source.name, message, _("Check the folder or address.")) from None


def read_genesis(log: str) -> Event:
    """Give the genesis event of a custody log; nothing is proven.

    Raises
    ------
    InputError
        When there is no log, it is empty, or its first entry begins no custody log.
    """
    source = open_source(log)
    size = _size(source)
    remedy = _("Begin one with: serentak announce PLAN --log LOG --key FILE --supervisor KEY")
    if size == 0:
        raise InputError.of(source.name, _("the log is empty"), remedy)
    event = genesis_of(LogReader(source, size).entry(0))
    if event is None:
        raise InputError.of(source.name, _("this is not a custody log: entry 0 is no genesis event"), remedy)
    return event


def genesis_of(entry: bytes) -> Event | None:
    """Give the genesis event that an entry holds; None when it holds something else."""
    decoded = try_entry(entry)
    return decoded.event if decoded is not None and decoded.event.kind == Kind.GENESIS else None


def try_entry(entry: bytes) -> Entry | None:
    """Read an entry; None when it is no custody event."""
    try:
        return decode_entry(entry)
    except Malformed:
        return None
