"""Use case ``serentak export epcis``: the custody events of a log for systems that read GS1 EPCIS."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.custody.event import event_hash
from serentak.custody.kinds import Kind
from serentak.formats.epcis import NOT_GOODS, Exporter, document
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.read import read_checkpoint
from serentak.ledger.source import open_source
from serentak.operations.custody_log import read_entries, read_genesis, try_entry

if TYPE_CHECKING:
    from collections.abc import Iterator


def export_epcis(log: str, file: Path) -> dict[str, Any]:
    """Write the custody events of a log as an EPCIS 2.0 document, event by event.

    Signatures are not checked here and not exported: the log stays the truth, ``verify`` checks it. Events that nobody
    signed who could are exported as well; each names its entry.

    Returns
    -------
    dict
        Plain data: ``file``, ``events`` (of EPCIS), ``exported`` and ``left_out`` (events of the log, by kind; those
        left out say nothing of goods), ``unreadable`` entries.

    Raises
    ------
    InputError
        When there is no custody log, or the file cannot be written.
    """
    read_genesis(log)
    source = open_source(log)
    origin = parse_checkpoint(read_checkpoint(source).text).origin
    exporter = Exporter(origin)
    newest = 0
    for entry in read_entries(source):
        decoded = try_entry(entry)
        if decoded is not None:
            exporter.learn(decoded.event, event_hash(decoded.data))
            newest = max(newest, decoded.event.at)
    counts: Counter[str] = Counter()

    def events() -> Iterator[dict[str, Any]]:
        seen: set[bytes] = set()
        for index, entry in enumerate(read_entries(source)):
            decoded = try_entry(entry)
            if decoded is None:
                counts["unreadable"] += 1
                continue
            digest = event_hash(decoded.data)
            # Handed in again with more signatures: the same event.
            if digest in seen:
                continue
            seen.add(digest)
            counts[Kind(decoded.event.kind).name.lower()] += 1
            made = exporter.events(index, decoded.event, digest)
            counts["events"] += len(made)
            yield from made

    _write(file, document(events(), origin, newest))
    left_out = {name: counts[name] for kind in Kind if kind in NOT_GOODS and counts[name := kind.name.lower()]}
    exported = {name: counts[name] for kind in Kind if kind not in NOT_GOODS and counts[name := kind.name.lower()]}
    return {
        "file": str(file), "events": counts["events"], "exported": exported, "left_out": left_out,
        "unreadable": counts["unreadable"],
    }  # fmt: skip


def _write(file: Path, pieces: Iterator[str]) -> None:
    """Write a file whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    except OSError as error:
        message = _("the file cannot be written: {error}").format(error=error.strerror or error)
        raise InputError.of(str(file), message, _("Check the path.")) from error
    made = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.writelines(pieces)
        made.chmod(0o666 & ~_umask())
        made.rename(file)
    finally:
        made.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def describe(result: dict[str, Any]) -> list[str]:
    """Say what was exported."""
    lines = [_("{events} EPCIS events written to {file}.").format(**result)]
    if result["left_out"]:
        shown = ", ".join(f"{count} {kind}" for kind, count in result["left_out"].items())
        lines.append(_("Not exported, they say nothing of goods: {kinds}").format(kinds=shown))
    if result["unreadable"]:
        lines.append(_("{unreadable} entries could not be read.").format(**result))
    return lines
