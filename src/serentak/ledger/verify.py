"""Checking a whole log, by anyone, from its public files alone.

This module and everything it imports never imports what writes a log, so that one mistake cannot hide in
both.

Every entry is read and hashed. The tree over them is compared with the signed root, with every hash tile,
with every older partial tile that is still there, and with the last checkpoint that each witness holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.ledger.checkpoint import Checkpoint, parse_checkpoint
from serentak.ledger.faults import Malformed, NotThere, Unproven
from serentak.ledger.findings import Finding, Findings
from serentak.ledger.note import SignedNote, parse_note
from serentak.ledger.read import CHECKPOINT, witness_path
from serentak.ledger.scan import Scan

if TYPE_CHECKING:
    from serentak.ledger.policy import Opened, Policy
    from serentak.ledger.source import TileSource

Visit = Callable[[int, list[bytes]], None]
"""Is given the index of the first entry of a bundle, and its entries, in the order of the log."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of a log found.

    Parameters
    ----------
    origin, size, root
        The checkpoint that was checked.
    as_of
        Seconds since the epoch of the newest cosignature, of this checkpoint or of what a witness holds; None when
        no witness cosigned.
    cosigned
        Name of each witness that cosigned this checkpoint, and when.
    quorum
        Whether these are enough for the policy.
    entries
        Entries that were read.
    older_tiles
        Older partial tiles that were read beside the current ones.
    unsigned
        Files that go beyond the checkpoint, and are not yet signed.
    findings
        What is wrong.
    more_findings
        How many further ones are not listed.
    clean
        Whether nothing serious was found.
    """

    origin: str
    size: int
    root: bytes
    as_of: int | None
    cosigned: dict[str, int]
    quorum: bool
    entries: int
    older_tiles: int
    unsigned: int
    findings: tuple[Finding, ...]
    more_findings: int
    clean: bool


def verify_log(source: TileSource, policy: Policy, visit: Visit | None = None) -> Report:
    """Check a whole log against a policy.

    Parameters
    ----------
    source
        Its public files.
    policy
        Who is believed.
    visit
        Is handed every entry that could be read, for rules about what entries say.

    Raises
    ------
    InputError
        When there is no log here at all.
    """
    findings = Findings()
    # Before the checkpoint: a log that grows meanwhile is then never behind what its witnesses hold.
    held = _witness_views(source, policy, findings)
    views = {path: opened.checkpoint for path, opened in held.items()}
    note = _read_checkpoint(source, findings)
    if note is None:
        return _report(None, None, None, findings, [])
    checkpoint = _checkpoint_of(note, findings)
    if checkpoint is None:
        return _report(None, None, None, findings, [])
    opened = _check_signatures(note, policy, findings)
    sizes = {view.size for view in views.values() if view.origin == checkpoint.origin}
    scan = Scan(source, checkpoint, findings, sizes)
    scan.run(visit)
    _compare_views(views, checkpoint, scan, findings)
    return _report(checkpoint, opened, scan, findings, list(held.values()))


def _read_checkpoint(source: TileSource, findings: Findings) -> SignedNote | None:
    try:
        return parse_note(source.read(CHECKPOINT))
    except NotThere:
        message = _("there is no log here: it has no checkpoint")
        raise InputError.of(source.name, message, _("Check the folder or address.")) from None
    except Malformed as error:
        findings.add("checkpoint-unreadable", CHECKPOINT, error.message)
        return None


def _checkpoint_of(note: SignedNote, findings: Findings) -> Checkpoint | None:
    try:
        return parse_checkpoint(note.text)
    except Malformed as error:
        findings.add("checkpoint-unreadable", CHECKPOINT, error.message)
        return None


def _check_signatures(note: SignedNote, policy: Policy, findings: Findings) -> Opened | None:
    known = {(log.key.name, log.key.id) for log in policy.logs}
    known |= {(witness.key.name, witness.key.id) for witness in policy.witnesses}
    for signature in note.signatures:
        if (signature.name, signature.key_id) not in known:
            message = _("a key that the policy does not know signed: {name}").format(name=signature.name)
            findings.add("signature-unknown", CHECKPOINT, message)
    try:
        opened = policy.open(note)
    except Unproven as error:
        findings.add("checkpoint-unsigned", CHECKPOINT, str(error))
        return None
    if not opened.quorum:
        message = _("too few witnesses cosigned: the policy asks for {quorum}").format(quorum=policy.quorum)
        findings.add("quorum-not-met", CHECKPOINT, message)
    return opened


def _witness_views(source: TileSource, policy: Policy, findings: Findings) -> dict[str, Opened]:
    """Read the last checkpoint that each witness of the policy holds."""
    views = {}
    for witness in policy.witnesses:
        path = witness_path(witness.name)
        try:
            opened = policy.open(parse_note(source.read(path)))
        except NotThere:
            findings.add("witness-missing", path, _("what this witness holds is not there"))
        except Malformed as error:
            findings.add("witness-unreadable", path, error.message)
        except Unproven as error:
            findings.add("witness-unsigned", path, str(error))
        else:
            if witness.name in opened.cosigned:
                views[path] = opened
            else:
                findings.add("witness-unsigned", path, _("the witness did not sign this checkpoint"))
    return views


def _compare_views(views: dict[str, Checkpoint], checkpoint: Checkpoint, scan: Scan, findings: Findings) -> None:
    for path, view in views.items():
        if view.origin != checkpoint.origin:
            message = _("the witness speaks of another log, {origin}").format(origin=view.origin)
            findings.add("witness-unsigned", path, message)
        elif view.size > checkpoint.size:
            message = _("the witness has seen {size} entries, and the log shows {shown}: it was rolled back")
            findings.add("rollback", path, message.format(size=view.size, shown=checkpoint.size))
        elif view.size == checkpoint.size:
            if view.root != checkpoint.root:
                message = _("the witness has seen another log of {size} entries: two histories were signed")
                findings.add("fork", path, message.format(size=view.size))
        elif scan.intact and scan.roots.get(view.size) != view.root:
            message = _("the {size} entries that the witness has seen are not the first of this log")
            findings.add("fork", path, message.format(size=view.size))


def _report(
    checkpoint: Checkpoint | None, opened: Opened | None, scan: Scan | None, findings: Findings, held: list[Opened]
) -> Report:
    times = [each.newest for each in (opened, *held) if each is not None and each.newest is not None]
    return Report(
        origin=checkpoint.origin if checkpoint else "",
        size=checkpoint.size if checkpoint else 0,
        root=checkpoint.root if checkpoint else b"",
        as_of=max(times, default=None),
        cosigned=opened.cosigned if opened else {},
        quorum=opened is not None and opened.quorum,
        entries=scan.entries if scan else 0,
        older_tiles=scan.older_tiles if scan else 0,
        unsigned=scan.unsigned if scan else 0,
        findings=tuple(findings.listed),
        more_findings=findings.more,
        clean=not findings.serious,
    )
