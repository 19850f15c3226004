"""Use case ``serentak verify``: a log with the rules of custody, one box of it, or a file of evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.custody.query import counts, without_custodian
from serentak.custody.rules import CustodyRules
from serentak.ledger.findings import MOST
from serentak.operations import evidence, verify
from serentak.operations.custody_log import read_genesis
from serentak.operations.custody_state import about_box, long_lines, read_moment, say_status

if TYPE_CHECKING:
    from collections.abc import Iterable


def verify_any(
    log: str, policy: Path | None = None, *, box: str | None = None, at: str | None = None
) -> dict[str, Any]:
    """Check a log and what its entries say, or a file of evidence.

    Parameters
    ----------
    log
        Folder or address of a log, or a file made by ``serentak evidence``.
    policy
        Who is believed.
    box
        Narrow the result to a box, or to the goods of a station.
    at
        When time-dependent findings are judged, see `serentak.operations.custody_state.read_moment`.

    Returns
    -------
    dict
        As `serentak.operations.verify.verify` gives it, or `serentak.operations.evidence.check_bundle`.

    Raises
    ------
    InputError
        When there is neither, or the box is not known, or the time is none.
    Unproven
        When the evidence does not hold.
    """
    if Path(log).is_file():
        if box is not None:
            message = _("a file of evidence is about one box already")
            raise InputError.of("--box", message, _("Leave out --box."), value=box)
        return evidence.check_bundle(Path(log), policy, at)
    rules = CustodyRules()
    result = verify.verify(log, policy, [rules], None if at is None else _moment(at, log))
    genesis = rules.state.genesis
    if genesis is not None:
        result["played"] = genesis.played is not None
        result["objects"] = counts(rules.state)
        result["without_custodian"] = without_custodian(rules.state)
    if box is None:
        return result
    if genesis is None:
        message = _("this is not a custody log: entry 0 is no genesis event")
        raise InputError.of(log, message, _("Leave out --box."))
    return about_box(result, rules.state, box)


def _moment(text: str, log: str) -> int:
    try:
        genesis = read_genesis(log)
    except InputError:
        # No custody log, or none at all: a moment with its offset can still be read, and who reads the log says more.
        genesis = None
    return read_moment(text, genesis)


def describe(result: dict[str, Any]) -> list[str]:
    """Say a result in the language chosen, a line each."""
    if "file" in result:
        return evidence.describe(result)
    lines = verify.describe(result)
    if result.get("played"):
        lines.insert(1, _("The log is played: nothing in it is real."))
    return [*lines[:-1], *_objects(result), *_boxes(result.get("boxes", ()), result.get("local", 0)), lines[-1]]


def _objects(result: dict[str, Any]) -> list[str]:
    """Say where all boxes and bundles are; those that nobody is known to hold are named."""
    if "objects" not in result or "boxes" in result:
        return []
    shown = ", ".join(f"{count} {say_status(status)}" for status, count in result["objects"].items() if count)
    message = _("{total} boxes and bundles: {shown}; {lost} without a known custodian")
    lost = result["without_custodian"]
    lines = [message.format(total=sum(result["objects"].values()), shown=shown or "-", lost=len(lost))]
    return lines + [_("nobody is known to hold {box}").format(box=each) for each in lost[:MOST]]


def _boxes(boxes: Iterable[dict[str, Any]], offset: int) -> list[str]:
    return [line for each in boxes for line in long_lines(each, offset)]
