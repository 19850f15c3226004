"""What the log refuses at its door.

Only what can never be evidence: what is no event of this log, and what nobody known has signed. All else is taken,
however wrong it is, and found afterwards: a refusal, a mismatch, a fork of a device, an act with one signature. Nobody
waits for the log: who is refused keeps the bytes and hands them in again, for example after the key they were signed
with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.custody.entry import Entry, decode_entry, key_id, verify_signature
from serentak.custody.event import log_id
from serentak.custody.keyring import ASKED, BITS, Keyring
from serentak.custody.kinds import Kind
from serentak.ledger.faults import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable


class Admission:
    """Says why an entry is not taken into a custody log, or None when it is (`serentak.ledger.sequencer.Admission`).

    Parameters
    ----------
    entries
        What the log has already, in its order: the keys are learned from it. Their signatures are not checked again.
    """

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self._log = b""
        self._keyring = Keyring()
        self._index = 0
        for each in entries:
            try:
                entry = decode_entry(each)
            except InputError:
                self._index += 1
                continue
            self._learn(entry, [signature.key for signature in entry.signatures])

    def __call__(self, entry: bytes) -> str | None:
        """Judge an entry; one that is taken may bring keys for those after it."""
        try:
            found = decode_entry(entry)
        except InputError as error:
            return error.message if isinstance(error, Malformed) else str(error)
        if not self._log:
            return self._begin(found)
        if found.event.kind == Kind.GENESIS or found.event.log != self._log:
            return _("this event belongs to another log")
        signers: list[bytes] = []
        refused = self._check(found, signers)
        if refused is None:
            self._learn(found, signers)
        return refused

    def _begin(self, entry: Entry) -> str | None:
        event, data, signatures = entry
        if event.kind != Kind.GENESIS:
            return _("a custody log begins with its genesis event")
        public = event.organiser or b""
        if not any(each.key == key_id(public) and verify_signature(public, data, each.data) for each in signatures):
            return _("the organiser has not signed the genesis event")
        self._learn(entry, [key_id(public)])
        return None

    def _check(self, entry: Entry, signers: list[bytes]) -> str | None:
        """Give the reason for refusing, None for none; `signers` receives the keys whose signatures hold."""
        event, data, signatures = entry
        own = event.key if event.kind == Kind.KEY_ENROLLED else None
        for signature in signatures:
            key = self._keyring.keys.get(signature.key)
            public = key.public if key is not None else own if own and key_id(own) == signature.key else None
            if public is None:
                continue
            if not verify_signature(public, data, signature.data):
                return _("a signature does not hold")
            signers.append(signature.key)
        known = [each for each in signers if each in self._keyring.keys]
        if not known:
            return _("no key that signed this is known here; hand in the event that enrolled it first")
        if event.device not in signers:
            return _("the device that recorded this has not signed it, or its key is not known here yet")
        if event.kind == Kind.KEY_ENROLLED:
            lacking = ASKED[Kind.KEY_ENROLLED] & ~self._keyring.parties(event, signers)
            if lacking & BITS["key"]:
                return _("the new key has not signed its enrolment")
            if lacking:
                return _("who signed may not enrol this key")
        last = self._keyring.keys[event.device or b""].last_seq if event.device in self._keyring.keys else None
        if last is not None and (event.seq or 0) > last and len(known) == 1:
            return _("the key of this device was revoked after number {last}").format(last=last)
        return None

    def _learn(self, entry: Entry, signers: list[bytes]) -> None:
        event = entry.event
        kind = Kind(event.kind)
        if kind == Kind.GENESIS and self._index == 0:
            self._log = log_id(entry.data)
            self._keyring.begin(event)
        elif not ASKED[kind] & ~self._keyring.parties(event, signers):
            if kind == Kind.KEY_ENROLLED:
                self._keyring.enrol(event, self._index, by_organiser=False)
            elif kind == Kind.KEY_REVOKED:
                self._keyring.revoke(event)
        self._index += 1

    @property
    def log(self) -> bytes:
        """Id of the log, empty before its genesis; see `serentak.custody.event.log_id`."""
        return self._log
