"""``verify``: check a log from its public files alone; no database, no account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.ledger.faults import NotThere
from serentak.ledger.findings import MOST
from serentak.ledger.policy import NONE, parse_policy
from serentak.ledger.read import read_policy
from serentak.ledger.source import open_source
from serentak.ledger.text import encode_base64
from serentak.ledger.verify import verify_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from serentak.ledger.policy import Policy
    from serentak.ledger.source import TileSource
    from serentak.ledger.verify import Report


_FEW: Final = 5


class EntryRules(Protocol):
    """Rules about what entries say, of a room above the log (custody)."""

    name: str

    def begins(self, entry: bytes) -> bool:
        """Tell whether this first entry of a log is one that these rules speak about."""

    def take(self, index: int, entry: bytes) -> None:
        """Take the next entry, in the order of the log."""

    def findings(self, as_of: int | None) -> list[dict[str, Any]]:
        """Give what is wrong, judged at a time in seconds since the epoch; a ``severity`` of ``note`` is not wrong."""

    def newest(self) -> int | None:
        """Give the newest time that entries state for the log, seconds since the epoch; None where none does."""


class _Applied:
    """Chooses the rules by entry 0 and hands them every entry."""

    def __init__(self, known: Sequence[EntryRules]) -> None:
        self._known = known
        self.rules: EntryRules | None = None

    def visit(self, first: int, entries: list[bytes]) -> None:
        if first == 0 and entries:
            self.rules = next((rules for rules in self._known if rules.begins(entries[0])), None)
        if self.rules is not None:
            for index, entry in enumerate(entries, first):
                self.rules.take(index, entry)


def verify(
    log: str, policy_file: Path | None = None, rules: Sequence[EntryRules] = (), at: int | None = None
) -> dict[str, Any]:
    """Check a log, and what its entries say where the rules for them are known.

    Parameters
    ----------
    log
        Folder or address.
    policy_file
        Who is believed; without it the log's own policy is taken, and the result says so.
    rules
        Rules about entries; those are applied that recognise entry 0.
    at
        Seconds since the epoch at which findings that depend on time are judged; the newest cosignature
        otherwise, and where there is none the newest time that entries state for the log.

    Returns
    -------
    dict
        Plain data; ``clean`` says whether nothing serious was found.

    Raises
    ------
    InputError
        When there is no log, or no policy that can be read.
    """
    source = open_source(log)
    policy = policy_of(source, policy_file)
    applied = _Applied(rules)
    report = verify_log(source, policy, applied.visit)
    as_of, as_of_source = _moment(at, report, applied.rules)
    entry_findings = applied.rules.findings(as_of) if applied.rules else []
    notes = [each for each in entry_findings if each.get("severity") == "note"]
    entry_findings = [each for each in entry_findings if each.get("severity") != "note"]
    return {
        **report_as_dict(report),
        "log": log,
        "policy": str(policy_file) if policy_file else "self-declared",
        "quorum_rule": policy.quorum,
        "rules": applied.rules.name if applied.rules else None,
        "as_of": as_of,
        "as_of_source": as_of_source,
        "entry_findings": entry_findings,
        "notes": notes,
        "clean": report.clean and not entry_findings,
    }


def _moment(at: int | None, report: Report, rules: EntryRules | None) -> tuple[int | None, str | None]:
    if at is not None:
        return at, "given"
    if report.as_of is not None:
        return report.as_of, "cosignature"
    newest = rules.newest() if rules else None
    return newest, None if newest is None else "mark"


def policy_of(source: TileSource, file: Path | None) -> Policy:
    """Read the policy that a reader gives, or the one that the log declares for itself.

    Raises
    ------
    InputError
        When there is none that can be read.
    """
    try:
        return parse_policy(file.read_bytes()) if file else read_policy(source)
    except OSError as error:
        message = _("the policy cannot be read: {error}").format(error=error)
        raise InputError.of(str(file), message, _("Check the path.")) from error
    except NotThere as error:
        message = _("there is no log here: it has no policy")
        raise InputError.of(source.name, message, _("Check the folder or address, or give --policy.")) from error


def report_as_dict(report: Report) -> dict[str, Any]:
    """Give a report as plain data."""
    return {
        "origin": report.origin,
        "size": report.size,
        "root": encode_base64(report.root),
        "cosigned": report.cosigned,
        "quorum": report.quorum,
        "entries": report.entries,
        "older_tiles": report.older_tiles,
        "unsigned": report.unsigned,
        "findings": [finding.as_dict() for finding in report.findings],
        "more_findings": report.more_findings,
        "clean": report.clean,
    }


def describe(result: dict[str, Any]) -> list[str]:
    """Say a result of `verify` in the language chosen, a line each."""
    lines = [
        _("Log {origin}: {size} entries, root {root}.").format(**result),
        _("read and hashed: {entries} entries, {older_tiles} older partial tiles").format(**result),
        _policy_line(result),
    ]
    for name, time in result["cosigned"].items():
        lines.append(_("cosigned by {name} at {time}").format(name=name, time=_utc(time)))
    if result["rules"] is None:
        lines.append(_("entry 0 does not begin a custody log: the log alone was checked, not what entries say"))
    else:
        lines.append(_("rules applied to the entries: {rules}").format(rules=result["rules"]))
    if result["as_of"] is not None:
        lines.append(
            _("judged as of {time} ({source})").format(time=_utc(result["as_of"]), source=result["as_of_source"])
        )
    if result["unsigned"]:
        lines.append(_("{unsigned} files go beyond the checkpoint and are not signed yet").format(**result))
    lines += [f"{each['code']}: {each['where']}: {each['message']}" for each in result["findings"]]
    if result["more_findings"]:
        lines.append(_("and {more_findings} more findings").format(**result))
    lines += say_findings(result["entry_findings"], result["notes"])
    lines.append(_("Clean: nothing is wrong.") if result["clean"] else _("NOT clean."))
    return lines


def say_findings(findings: list[dict[str, Any]], notes: list[dict[str, Any]]) -> list[str]:
    """Say what rules found: findings a line each, notes a line a code."""
    lines = list(dict.fromkeys(_finding_line(each) for each in findings[:MOST]))
    if len(findings) > MOST:
        lines.append(_("and {more_findings} more findings").format(more_findings=len(findings) - MOST))
    for code in dict.fromkeys(each["code"] for each in notes):
        own = [each for each in notes if each["code"] == code]
        shown = ", ".join(str(each["evidence"][0]["index"]) for each in own[:_FEW] if each["evidence"])
        more = ", …" if len(own) > _FEW else ""
        message = _("note {code}: {count} times: {message} [{entries}]")
        figures = {"code": code, "count": len(own), "message": own[0]["message"], "entries": shown + more}
        lines.append(message.format(**figures))
    return lines


def _finding_line(found: dict[str, Any]) -> str:
    if "evidence" not in found:
        return str(found)
    objects = found["objects"]
    shown = ", ".join(objects[:_FEW]) + (f", … ({len(objects)})" if len(objects) > _FEW else "")
    entries = ", ".join(str(each["index"]) for each in found["evidence"])
    return f"{found['code']}: {shown or '-'}: {found['message']} [{_('entries')} {entries}]"


def _policy_line(result: dict[str, Any]) -> str:
    if result["policy"] != "self-declared":
        return _("policy {policy}, quorum {quorum_rule}").format(**result)
    if result["quorum_rule"] == NONE:
        return _("policy self-declared by the log, quorum none: nobody but the log itself vouches for it")
    return _("policy self-declared by the log, quorum {quorum_rule}").format(**result)


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
