"""The operator's own check: the store against itself, and the public files against the store."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.ledger.faults import Malformed, NotThere
from serentak.ledger.findings import Findings
from serentak.ledger.read import read_policy
from serentak.ledger.source import FolderSource
from serentak.ledger.store import Store
from serentak.ledger.tiles import WIDTH
from serentak.ledger.tree import Frontier, leaf_hash
from serentak.ledger.verify import Report, verify_log
from serentak.ledger.write import PRIVATE, STORE

if TYPE_CHECKING:
    from pathlib import Path

    from serentak.ledger.policy import Policy


def check_store(folder: Path, policy: Policy | None = None) -> tuple[Report, Findings]:
    """Check a log's store and its public files; nothing is changed.

    The log may be open elsewhere: entries that are not signed yet are compared only with themselves.

    Parameters
    ----------
    folder
        The log's folder.
    policy
        Who is believed; the log's own policy unless given.

    Returns
    -------
    Report, Findings
        What anyone would find in the public files, and what is wrong with the store.

    Raises
    ------
    Refused
        When there is no store.
    """
    source = FolderSource(folder)
    findings = Findings()
    if not (folder / PRIVATE / STORE).is_file():
        raise Refused(_("{path} has no store").format(path=folder))
    with closing(Store(folder / PRIVATE / STORE)) as store:
        for fault in store.faults():
            findings.add("store-damaged", STORE, fault)
        head, size = store.head(), store.size()
        _check_entries(store, head.size, size, head.root, findings)

        def compare(first: int, entries: list[bytes]) -> None:
            stored = [entry for _leaf, entry in store.entries(first, first + len(entries))]
            for index, (found, expected) in enumerate(zip(entries, stored, strict=False), first):
                if found != expected:
                    message = _("the served entry is not the one in the store")
                    findings.add("store-differs", str(index), message)
            if len(stored) < len(entries):
                message = _("entries are served that are not in the store")
                findings.add("store-differs", str(first + len(stored)), message)

        try:
            believed = policy or read_policy(source)
        except (NotThere, Malformed) as error:
            raise Refused(_("the policy cannot be read: {error}").format(error=error)) from error
        report = verify_log(source, believed, compare)
    if report.size < head.size:
        message = _("{signed} entries were signed and {size} are published; starting the log publishes them")
        findings.add("store-differs", STORE, message.format(signed=head.size, size=report.size))
    return report, findings


def _check_entries(store: Store, signed: int, size: int, root: bytes, findings: Findings) -> None:
    frontier = Frontier()
    if size < signed:
        message = _("{signed} entries were signed and the store has {size}")
        findings.add("store-damaged", STORE, message.format(signed=signed, size=size))
    for start in range(0, size, WIDTH):
        rows = list(store.entries(start, min(start + WIDTH, size)))
        if len(rows) != min(WIDTH, size - start):
            findings.add("store-damaged", f"{start}-{start + WIDTH - 1}", _("entries are missing"))
            return
        for index, (leaf, entry) in enumerate(rows, start):
            if leaf_hash(entry) != leaf:
                findings.add("store-damaged", str(index), _("the entry has not the hash it was stored under"))
            if frontier.size < signed:
                frontier.append(leaf)
    if frontier.size == signed and frontier.root() != root:
        findings.add("store-damaged", STORE, _("the entries are not those that were signed"))
