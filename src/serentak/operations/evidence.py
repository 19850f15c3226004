"""Use case ``serentak evidence``: everything the log says of one box in one file, to be checked without the log.

A bundle is JSON in one spelling. It holds the entries that bear on the box (genesis, keys, announcements, acts,
disputes), each with the proof that it is in the log, one checkpoint with its cosignatures, and the policy by which
they were checked. What it proves: these entries stand in that log. What it cannot prove: that there are no others;
for this, check the whole log.
"""

from __future__ import annotations

import base64
import binascii
import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.custody.entry import decode_entry
from serentak.custody.kinds import Kind
from serentak.custody.objects import expand
from serentak.custody.query import box, keys_behind
from serentak.custody.query import evidence as entries_about
from serentak.custody.report import findings
from serentak.custody.state import State
from serentak.kit.ids import parse_box_id
from serentak.ledger.faults import Malformed, Unproven
from serentak.ledger.note import parse_note
from serentak.ledger.policy import Policy
from serentak.ledger.proof import Proof, verify_proof
from serentak.ledger.read import LogReader, read_checkpoint
from serentak.ledger.source import open_source
from serentak.ledger.tiles import WIDTH
from serentak.ledger.tree import HASH_BYTES
from serentak.operations.custody_state import long_lines, read_moment
from serentak.operations.verify import policy_of, say_findings
from serentak.territory.codes import CodeError

if TYPE_CHECKING:
    from serentak.ledger.policy import Opened

FORMAT: Final = "serentak-evidence/1"
MOST: Final = 64 << 20
"""Bytes of the largest bundle that is read."""
_ALWAYS: Final = frozenset({Kind.PLAN, Kind.POSTS, Kind.MARKED, Kind.KEY_CERTIFIED, Kind.KEY_REVOKED})
_ELSEWHERE: Final = frozenset(
    {"device-gap", "device-fork", "announcement-incomplete", "balance", "reordered", "uncertified-key"}
)
"""What can only be judged with the whole log."""


def make_bundle(log: str, name: str, policy_file: Path | None = None) -> bytes:
    """Put everything that the log says of one box into one file.

    Parameters
    ----------
    log
        Folder or address.
    name
        Id of a box or bundle, with or without its check character.
    policy_file
        Who is believed; the log's own policy otherwise, and the bundle then says no more than the log does of itself.

    Raises
    ------
    InputError
        When there is no custody log, or it has never heard of the box.
    Unproven
        When the log's files do not prove what they should.
    """
    return Bundler(log).make(name, policy_file)


class Bundler:
    """Makes bundles from one log, one after the other; each reads only what the log has said since the one before.

    Parameters
    ----------
    log
        Folder or address.
    trusted
        Whether signatures of people are believed as the log took them; who checks the bundle checks them anyway.
    """

    def __init__(self, log: str, *, trusted: bool = False) -> None:
        self.log = log
        self._source = open_source(log)
        self._state = State(trusted=trusted)
        self._briefs: list[_Brief] = []
        self._boxes_of_series: dict[int, frozenset[str]] = {}

    def make(self, name: str, policy_file: Path | None = None) -> bytes:
        """Put everything that the log says of one box into one file, see `make_bundle`."""
        identifier = _identifier(name)
        policy = policy_of(self._source, policy_file)
        note = read_checkpoint(self._source)
        opened = policy.open(note)
        reader = LogReader(self._source, opened.checkpoint.size)
        self._read(reader)
        entries = []
        for index in self._chosen(identifier):
            entry, proof = reader.entry(index), Proof(index, tuple(reader.inclusion(index)), note)
            verify_proof(proof, entry, policy)
            path = base64.b64encode(b"".join(proof.path)).decode()
            entries.append({"index": index, "entry": base64.b64encode(entry).decode(), "path": path})
        return _encode({
            "format": FORMAT,
            "box": identifier,
            "policy": policy.text,
            "checkpoint": bytes(note).decode("utf-8", "surrogateescape"),
            "entries": entries,
        })  # fmt: skip

    def _read(self, reader: LogReader) -> None:
        while len(self._briefs) < reader.size:
            at = len(self._briefs)
            for index, entry in enumerate(reader.bundle(at // WIDTH)[at % WIDTH :], at):
                self._state.take(index, entry)
                self._briefs.append(self._brief(index, entry))

    def _brief(self, index: int, entry: bytes) -> _Brief:
        try:
            event, _data, signatures = decode_entry(entry)
        except InputError:
            return _Brief(0, "", ())
        if event.kind == Kind.SERIES:
            self._boxes_of_series[index] = frozenset(expand(event.objects or ()))
        return _Brief(event.kind, event.place or "", tuple(each.key for each in signatures))

    def _chosen(self, identifier: str) -> list[int]:
        """Choose the entries that bear on a box: what was announced of it, its acts, who watched it, who signed."""
        state, briefs = self._state, self._briefs
        acts = entries_about(state, identifier)
        found = box(state, identifier)
        if not acts or found is None:
            message = _("this log has never heard of it")
            remedy = _("Write the id as on the label: 14.01.06.2003-007-B")
            raise InputError.of(self.log, message, remedy, value=identifier)
        places = {step.place for step in found.steps}
        own = set(acts)
        chosen = {0, *acts}
        chosen |= {
            each for row, several in state.duplicates.items() if state.acts.index[row] in own for each in several
        }  # fmt: skip
        chosen |= {index for index, boxes in self._boxes_of_series.items() if identifier in boxes}
        chosen |= {
            index
            for index, each in enumerate(briefs)
            if each.kind in _ALWAYS or (each.kind == Kind.WATCHED and each.place in places)
        }
        # A key stands on those that enrolled it, so theirs are taken as well, until none is new.
        new = chosen
        while new:
            new = set(keys_behind(state, {key for index in new for key in briefs[index].signers})) - chosen
            chosen |= new
        return sorted(chosen)


def _identifier(name: str) -> str:
    try:
        return str(parse_box_id(name))
    except CodeError as error:
        raise InputError.of("BOX", error.message, error.remedy, value=name) from error


class _Brief(NamedTuple):
    """What must be known of every entry to choose among them: kind, place, keys that signed."""

    kind: int
    place: str
    signers: tuple[bytes, ...]


def _encode(bundle: dict[str, Any]) -> bytes:
    """Write a bundle in its one spelling, its last line the SHA-256 of all before."""
    body = json.dumps(bundle, ensure_ascii=True, indent=0, separators=(",", ":")).encode() + b"\n"
    return body + sha256(body).hexdigest().encode() + b"\n"


def _decode(data: bytes, name: str) -> dict[str, Any]:
    remedy = _("Take the file again from where it came from.")
    body, digest = data[:-65], data[-65:]
    if sha256(body).hexdigest().encode() + b"\n" != digest:
        message = _("this is no bundle of evidence, or a byte of it was changed")
        raise InputError.of(name, message, remedy)
    try:
        bundle: dict[str, Any] = json.loads(body)
        same = isinstance(bundle, dict) and _encode(bundle) == data and bundle["format"] == FORMAT
    except (ValueError, KeyError, RecursionError):
        same = False
    if not same or list(bundle) != ["format", "box", "policy", "checkpoint", "entries"]:
        raise InputError.of(name, _("this is no bundle of evidence of this version"), remedy)
    return bundle


def check_bundle(file: Path, policy_file: Path | None = None, at: str | None = None) -> dict[str, Any]:
    """Check a bundle without the log: every entry's proof, every signature, the life of the box.

    Parameters
    ----------
    file
        Made by `make_bundle`.
    policy_file
        Who is believed; without it the bundle's own policy is taken, and the result says so.
    at
        When silence is judged, see `serentak.operations.custody_state.read_moment`; by the newest cosignature
        otherwise.

    Raises
    ------
    InputError
        When it cannot be read, or any byte was changed.
    Unproven
        When a proof or signature does not hold, or too few witnesses cosigned.
    """
    try:
        data = file.read_bytes()[:MOST]
    except OSError as error:
        message = _("the file cannot be read: {error}").format(error=error)
        raise InputError.of(str(file), message, _("Check the path.")) from error
    bundle = _decode(data, str(file))
    policy = policy_of(_Own(_bytes(bundle["policy"])), policy_file)
    state, opened = _replay(bundle, policy)
    identifier = _bytes(bundle["box"]).decode("ascii", "replace")
    found = box(state, identifier)
    if found is None:
        raise Unproven(_("the bundle says nothing of the box that it names"))
    as_of = opened.newest if at is None else read_moment(at, state.genesis)
    judged = [each.as_dict() for each in findings(state, as_of) if _concerns(each.code, each.objects, identifier)]
    wrong = [each for each in judged if each["severity"] != "note"]
    return {
        "file": str(file),
        "box": identifier,
        "origin": opened.checkpoint.origin,
        "size": opened.checkpoint.size,
        "entries": len(bundle["entries"]),
        "cosigned": opened.cosigned,
        "policy": str(policy_file) if policy_file else "self-declared",
        "played": state.genesis is not None and state.genesis.played is not None,
        "as_of": as_of,
        "boxes": [found.as_dict()],
        "local": state.genesis.offset if state.genesis is not None else 0,
        "entry_findings": wrong,
        "notes": [each for each in judged if each["severity"] == "note"],
        "clean": not wrong,
    }


class _Own:
    """The policy that a bundle brings along, as a log serves its own."""

    name = "evidence"

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, _path: str) -> bytes:
        return self._data

    def files(self) -> None:
        return


def _concerns(code: str, objects: tuple[str, ...], identifier: str) -> bool:
    return identifier in objects and code not in _ELSEWHERE


def _bytes(value: object) -> bytes:
    try:
        if isinstance(value, str):
            return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        pass
    raise _malformed()


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _malformed()
    return value


def _malformed() -> Malformed:
    return Malformed("evidence", _("this is no bundle of evidence of this version"))


def _replay(bundle: dict[str, Any], policy: Policy) -> tuple[State, Opened]:
    note = parse_note(_bytes(bundle["checkpoint"]))
    state = State()
    opened = None
    before = -1
    for each in _list(bundle["entries"]):
        index, entry, path = _entry_of(each)
        if index <= before:
            raise Malformed("evidence", _("the entries are not in the order of the log"), value=index)
        before = index
        opened = verify_proof(Proof(index, path, note), entry, policy)
        state.take(index, entry)
    if opened is None or state.genesis is None:
        raise Unproven(_("the bundle has no genesis entry: nothing says whose log this is"))
    return state, opened


def _entry_of(each: object) -> tuple[int, bytes, tuple[bytes, ...]]:
    try:
        index, entry, joined = each["index"], each["entry"], each["path"]  # type: ignore[index]
        decoded, path = base64.b64decode(entry, validate=True), base64.b64decode(joined, validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise _malformed() from None
    if type(index) is not int or index < 0 or len(path) % HASH_BYTES:
        raise _malformed()
    return index, decoded, tuple(path[at : at + HASH_BYTES] for at in range(0, len(path), HASH_BYTES))


def describe(result: dict[str, Any]) -> list[str]:
    """Say what `check_bundle` found, a line each."""
    lines = [
        _("Evidence about {box}: {entries} entries of the log {origin} at size {size}, each one proven.").format(
            **result
        )
    ]
    if result["played"]:
        lines.append(_("The log is played: nothing in it is real."))
    if result["policy"] == "self-declared":
        lines.append(_("The policy is the bundle's own; give --policy to check against keys that you trust."))
    lines += [_("cosigned by {name}").format(name=name) for name in result["cosigned"]]
    lines += [line for each in result["boxes"] for line in long_lines(each, result["local"])]
    lines += say_findings(result["entry_findings"], result["notes"])
    lines.append(
        _("This proves what is in the log about the box, not that nothing else is: for that, verify the whole log.")
    )
    lines.append(_("Clean: nothing is wrong.") if result["clean"] else _("NOT clean."))
    return lines
