"""The fault of a log that shows another history than the one its witness has seen."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from serentak.custody.entry import decode_entry, encode_entry
from serentak.custody.objects import expand
from serentak.ledger.keys import read_key
from serentak.ledger.read import read_policy, witness_path
from serentak.ledger.source import PUBLIC, FolderSource
from serentak.ledger.write import KEY, PRIVATE, LogWriter, init_log
from serentak.operations.custody_log import read_entries, try_entry
from serentak.operations.log_door import door_of
from serentak.operations.play.stage import WITNESS, PlayedClock

if TYPE_CHECKING:
    from serentak.operations.promises import Clock


def fork_log(folder: Path, box: str, clock: Clock) -> None:
    """Put another history in the place of a log's, signed with the same key.

    In it the last act about a box that two have signed bears one signature: as if the other had never been there.

    Parameters
    ----------
    folder
        Folder of a played log.
    box
        Id of a box.
    clock
        The play's clock.
    """
    source = FolderSource(folder)
    policy = read_policy(source)
    entries = list(read_entries(source))
    changed = max(index for index, entry in enumerate(entries) if _both_signed(entry, box))
    entries[changed] = _stripped(entries[changed])
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        other = Path(made) / "log"
        init_log(other, policy.logs[0].key.name, policy.witnesses, read_key(folder / PRIVATE / KEY))
        # The witness has seen the first history, and is not asked again: it would refuse.
        with LogWriter(other, door_of(other), clock=PlayedClock(clock), patience=0.01, reach=_Nobody) as writer:
            for future in [writer.submit(entry) for entry in entries]:
                future.result()
            writer.publish()
        seen = (folder / PUBLIC / witness_path(WITNESS)).read_bytes()
        for part in (PUBLIC, PRIVATE):
            keep = folder / part
            old = Path(made) / f"old-{part}"
            keep.rename(old)
            (other / part).rename(keep)
        for extra in (Path(made) / f"old-{PRIVATE}").glob("*.key"):
            if not (folder / PRIVATE / extra.name).exists():
                shutil.copy2(extra, folder / PRIVATE / extra.name)
        path = folder / PUBLIC / witness_path(WITNESS)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(seen)


def _both_signed(entry: bytes, box: str) -> bool:
    decoded = try_entry(entry)
    return decoded is not None and len(decoded.signatures) > 1 and box in expand(decoded.event.objects or ())


def _stripped(entry: bytes) -> bytes:
    """Give an entry with the signature of its device alone."""
    decoded = decode_entry(entry)
    return encode_entry(decoded.data, [each for each in decoded.signatures if each.key == decoded.event.device])


class _Nobody:
    """An address at which nobody answers."""

    def __init__(self, _url: str, _patience: float) -> None:
        pass

    def request(self, *_asked: object) -> tuple[int, bytes, str]:
        return 503, b"", ""
