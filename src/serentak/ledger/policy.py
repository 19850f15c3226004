"""Trust policy: which logs are believed, and which witnesses must have cosigned before a checkpoint counts.

References
----------
https://c2sp.org/tlog-policy
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from serentak.base.messages import _
from serentak.ledger.checkpoint import Checkpoint, parse_checkpoint
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.note import (
    COSIGNATURE,
    ED25519,
    ML_DSA_44,
    SignedNote,
    VerifierKey,
    parse_vkey,
    verify_note,
)

NONE: Final = "none"
MAX_POLICY: Final = 1 << 20
"""Bytes of the largest policy that is read."""
_BLANK = " \t"


@dataclass(frozen=True, slots=True)
class Log:
    """A log that is believed; the key's name is the log's origin."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness under the name that this policy gives it."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Members, of which `threshold` must have cosigned."""

    name: str
    threshold: int
    members: tuple[str, ...]


class Opened(NamedTuple):
    """A checkpoint whose signatures hold.

    `cosigned` gives, by the witness's name in the policy, the time of its cosignature in seconds since the
    epoch; `quorum` whether enough witnesses cosigned.
    """

    checkpoint: Checkpoint
    note: SignedNote
    log: Log
    cosigned: dict[str, int]
    quorum: bool

    @property
    def newest(self) -> int | None:
        """Time of the newest cosignature, seconds since the epoch; None when there is none."""
        return max(self.cosigned.values(), default=None)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a reader believes.

    Parameters
    ----------
    logs, witnesses, groups
        As declared, in the order of the file.
    quorum
        Name of the witness or group that must have cosigned, or ``none``.
    """

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE

    @property
    def text(self) -> str:
        """The policy as a file."""
        lines = [f"log {log.key} {log.url}" for log in self.logs]
        lines += [f"witness {witness.name} {witness.key} {witness.url}" for witness in self.witnesses]
        lines += [f"group {group.name} {group.threshold} {' '.join(group.members)}" for group in self.groups]
        return "".join(line.rstrip() + "\n" for line in (*lines, f"quorum {self.quorum}"))

    def satisfied_by(self, cosigned: set[str]) -> bool:
        """Tell whether these witnesses are enough."""
        satisfied = set(cosigned) | {NONE}
        for group in self.groups:
            if sum(member in satisfied for member in group.members) >= group.threshold:
                satisfied.add(group.name)
        return self.quorum in satisfied

    def open(self, note: SignedNote) -> Opened:
        """Check the signatures of a checkpoint.

        Raises
        ------
        Malformed
            When the note's text is no checkpoint.
        Unproven
            When no believed log signed it, or a known key's signature does not hold. Too few cosignatures are
            no error here; see `Opened.quorum`.
        """
        checkpoint = parse_checkpoint(note.text)
        logs = {log.key: log for log in self.logs if log.key.name == checkpoint.origin}
        if not logs:
            raise Unproven(_("the policy knows no log {origin}").format(origin=checkpoint.origin))
        names = {witness.key: witness.name for witness in self.witnesses}
        verified = verify_note(note, [*logs, *names])
        signers = [logs[key] for key, _time in verified if key in logs]
        if not signers:
            message = _("the log {origin} did not sign this checkpoint")
            raise Unproven(message.format(origin=checkpoint.origin))
        cosigned = {names[key]: time or 0 for key, time in verified if key in names}
        return Opened(checkpoint, note, signers[0], cosigned, self.satisfied_by(set(cosigned)))

    def with_witness(self, witness: Witness) -> Policy:
        """Give the policy of which `witness` is one more, and all of them must cosign.

        Raises
        ------
        Malformed
            When its name or key is taken.
        """
        witnesses = (*self.witnesses, witness)
        group = Group("all-witnesses", len(witnesses), tuple(each.name for each in witnesses))
        return parse_policy(Policy(self.logs, witnesses, (group,), group.name).text.encode())


@dataclass(slots=True)
class _Draft:
    """What has been read so far."""

    logs: list[Log] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    def log(self, words: list[str]) -> str | None:
        if len(words) not in (1, 2):
            return _("write: log VKEY [URL]")
        key = parse_vkey(words[0])
        if any(key.public == log.key.public for log in self.logs):
            return _("this log's key is listed twice")
        if key.kind not in (ED25519, ML_DSA_44):
            return _("this kind of key does not sign logs")
        self.logs.append(Log(key, *words[1:]))
        return None

    def witness(self, words: list[str]) -> str | None:
        if len(words) not in (2, 3):
            return _("write: witness NAME VKEY [URL]")
        key = parse_vkey(words[1])
        if any(key.public == witness.key.public for witness in self.witnesses):
            return _("this witness's key is listed twice")
        if key.kind not in (COSIGNATURE, ML_DSA_44):
            return _("this kind of key does not cosign")
        self.witnesses.append(Witness(words[0], key, *words[2:]))
        return self._name(words[0])

    def group(self, words: list[str]) -> str | None:
        if len(words) < 3:
            return _("write: group NAME all|any|NUMBER NAME...")
        name, rule, *members = words
        for member in members:
            if member not in self.names:
                return _("{name} is not defined above").format(name=member)
            if member in self.members:
                return _("{name} is already a member of a group").format(name=member)
            self.members.add(member)
        number = {"any": "1", "all": str(len(members))}.get(rule, rule)
        if re.fullmatch(r"[1-9][0-9]{0,8}", number) is None or int(number) > len(members):
            return _("the number is from 1 to the number of members")
        self.groups.append(Group(name, int(number), tuple(members)))
        return self._name(name)

    def set_quorum(self, words: list[str]) -> str | None:
        if len(words) != 1:
            return _("write: quorum NAME")
        if self.quorum is not None:
            return _("there is a second quorum line")
        if words[0] != NONE and words[0] not in self.names:
            return _("{name} is not defined above").format(name=words[0])
        self.quorum = words[0]
        return None

    def _name(self, name: str) -> str | None:
        if name == NONE or name in self.names:
            return _("the name {name} is taken").format(name=name)
        self.names.add(name)
        return None


def parse_policy(data: bytes) -> Policy:
    """Read a policy file.

    Raises
    ------
    Malformed
        When a line cannot be understood, with its row.
    """
    if len(data) > MAX_POLICY:
        raise Malformed("policy", _("a policy has at most {limit} bytes").format(limit=MAX_POLICY))
    if any(byte < 0x20 and byte not in b"\t\n" for byte in data) or 0x7F in data:
        raise Malformed("policy", _("the text has a control character"))
    draft = _Draft()
    rules = {"log": draft.log, "witness": draft.witness, "group": draft.group, "quorum": draft.set_quorum}
    # Octets above ASCII are opaque by the specification; escaping keeps them as they are.
    for row, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = re.split(f"[{_BLANK}]+", line.strip(_BLANK))
        if words == [""] or words[0].startswith("#"):
            continue
        rule = rules.get(words[0])
        try:
            message = rule(words[1:]) if rule else _("a line begins with log, witness, group or quorum")
        except Malformed as error:
            message = error.message
        if message is not None:
            raise Malformed("policy", message, row=row, value=line)
    if draft.quorum is None:
        raise Malformed("policy", _("there is no quorum line"))
    return Policy(tuple(draft.logs), tuple(draft.witnesses), tuple(draft.groups), draft.quorum)
