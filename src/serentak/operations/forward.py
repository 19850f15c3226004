"""An announcement that the organiser signs on a machine of its own, and that somebody else hands to the log.

The file holds the entries as they go into the log, each behind its length (a bundle of the log's own format). Whoever
forwards it holds no key. Before a byte is handed over, the file is proven to be the whole announcement of one plan and
nothing else: signed by the organiser of that log, piece by piece what the plan promises.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.custody.entry import key_id, verify_signature
from serentak.custody.kinds import Kind
from serentak.ledger.faults import Malformed
from serentak.ledger.source import open_source
from serentak.ledger.tiles import encode_bundle, parse_bundle
from serentak.operations.announce import (
    Known,
    event_fingerprint,
    piece_fingerprint,
    pieces_to_announce,
    read_organiser_key,
    read_plan_to_announce,
    require_same_election,
    sign_plan,
)
from serentak.operations.custody_log import open_receiver, read_entries, try_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from serentak.custody.entry import Entry
    from serentak.operations.announce import Signed


def write_announcement(
    folder: Path,
    log: str,
    key_file: Path,
    out: Path,
    supervisors: Sequence[str] = (),
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Sign the announcement of a plan into a file, for others to hand to the log.

    The log is only read: its folder or address.

    Raises
    ------
    InputError, Refused
        As `serentak.operations.announce.announce` says, or when the file is there already.
    """
    if out.exists():
        message, remedy = _("the file exists already"), _("name another; nothing is ever overwritten")
        raise InputError.of(str(out), message, remedy)
    source = open_source(log)
    made: Signed = sign_plan(folder, source, read_organiser_key(key_file), supervisors, clock)
    if not made.entries:
        raise Refused(_("the plan is announced already; there is nothing to sign"))
    try:
        out.write_bytes(encode_bundle(made.entries))
    except OSError as error:
        message = _("the file cannot be written: {reason}").format(reason=error.strerror or type(error).__name__)
        raise InputError.of(str(out), message, _("choose a place you may write to")) from error
    return {**made.summary, "file": str(out), "entries": len(made.entries)}


def forward_announcement(
    data: bytes, name: str, folder: Path, log: str, clock: Callable[[], float] = time.time
) -> dict[str, Any]:
    """Hand a signed announcement to the log, after proving that it announces this plan, whole, and nothing else.

    Parameters
    ----------
    data, name
        Content and name of the file that `write_announcement` wrote.
    folder
        Plan folder.
    log
        Folder or address of the log.

    Raises
    ------
    InputError
        When the file is no announcement, or is about another plan, log or election, or is not the organiser's.
    Refused
        When the plan does not hold, may not be announced in that log, or the log refuses an entry.
    """
    entries = _read(data, name)
    plan, digest, ground = read_plan_to_announce(folder)
    with open_receiver(log, clock) as receiver:
        known = Known.read(read_entries(receiver.source))
        began = known.entries == 0
        rest = entries
        if began:
            known, rest = Known.read([entries[0][0]]), entries[1:]
        if known.genesis is None:
            message = _("this is not a custody log: entry 0 is no genesis event")
            raise InputError.of(name, message, _("Make another log for this election with: serentak log init"))
        require_same_election(known.genesis, ground.district, name)
        if began:
            _require_signature(entries[0][1], known.genesis.organiser or b"", name)
        pieces, summary = pieces_to_announce(plan, digest, ground, known)
        wanted = {piece_fingerprint(piece) for piece in pieces}
        _require_announcement(rest, (digest, plan.supersedes), known, wanted, name)
        indices = receiver.hand_over([entry for entry, _decoded in entries])
    return {"plan": digest.hex(), "began": began, "already": False, "entries": indices, **summary}


def _read(data: bytes, name: str) -> list[tuple[bytes, Entry]]:
    remedy = _("Hand over the file that 'serentak announce PLAN --log LOG --key FILE -o FILE' wrote.")
    try:
        bundle = parse_bundle(data, name, most=len(data))
    except Malformed as error:
        raise InputError.of(name, _("this is no announcement: {error}").format(error=error.message), remedy) from error
    found = [(entry, decoded) for entry in bundle if (decoded := try_entry(entry)) is not None]
    if not found or len(found) != len(bundle):
        raise InputError.of(name, _("this is no announcement: an entry cannot be read"), remedy)
    return found


def _require_announcement(
    entries: Sequence[tuple[bytes, Entry]],
    about: tuple[bytes, str | None],
    known: Known,
    wanted: set[bytes],
    name: str,
) -> None:
    """See that entries, with those in the log, are the head and the pieces of one plan, signed by the organiser."""
    organiser = (known.genesis.organiser if known.genesis else None) or b""
    digest, supersedes = about
    heads, pieces = int(digest in known.heads), set(known.pieces.get(digest, ()))
    for _entry, decoded in entries:
        event = decoded.event
        _require_signature(decoded, organiser, name)
        if event.plan != digest or event.log != known.log:
            message = _("the file announces another plan, or is meant for another log")
            raise InputError.of(name, message, _("Sign the announcement of this very plan, and for this log."))
        if event.kind == Kind.PLAN:
            same = event.pieces == len(wanted) and (event.supersedes.hex() if event.supersedes else None) == supersedes
            heads += 1 if same else 2
        else:
            pieces.add(event_fingerprint(event))
    if heads != 1 or pieces != wanted:
        message = _("the file does not hold the whole announcement of this plan, and nothing else")
        raise InputError.of(name, message, _("Sign it anew; the log may have grown since."))


def _require_signature(decoded: Entry, organiser: bytes, name: str) -> None:
    signed = [each for each in decoded.signatures if each.key == key_id(organiser)]
    if not signed or not verify_signature(organiser, decoded.data, signed[0].data):
        message = _("an entry is not signed with the key of the organiser who began this log")
        raise InputError.of(name, message, _("Sign with LOG/private/log.key of the organiser."))
