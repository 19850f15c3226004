"""Use case ``serentak announce``: a plan becomes entries of the log, before the first departure.

What follows is judged from these entries alone; nobody needs the plan any more.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.custody.acts import MOVES
from serentak.custody.cbor import encode
from serentak.custody.event import Event, event_hash, log_id
from serentak.custody.kinds import Kind
from serentak.custody.objects import expand, load_hash
from serentak.custody.sign import Device
from serentak.ledger.faults import Malformed
from serentak.ledger.keys import read_key
from serentak.ledger.note import COSIGNATURE, ED25519, parse_vkey
from serentak.operations.announcement import Piece, deal_seals, pieces_of
from serentak.operations.check import check_plan_folder
from serentak.operations.custody_log import open_receiver, read_entries, try_entry
from serentak.operations.plan import read_plan_ground
from serentak.operations.promises import Promises, clock_of, promises_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from serentak.ledger.keys import SigningKey
    from serentak.ledger.source import TileSource
    from serentak.operations.plan import Ground
    from serentak.plan.model import Plan
    from serentak.territory.model import District

_PIECES: Final = {Kind.POSTS: "posts", Kind.GUARDS: "shifts", Kind.LOADS: "loads", Kind.SERIES: "seals"}


def announce(
    folder: Path,
    log: str,
    key_file: Path,
    supervisors: Sequence[str] = (),
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Announce a plan in a log; the same plan a second time adds nothing.

    Parameters
    ----------
    folder
        Plan folder.
    log
        Folder of the log, or the address where it is served.
    key_file
        The organiser's private key, made by ``log init``.
    supervisors
        Public keys of the supervisor, or files that hold them; needed where the log is still empty.
    clock
        Gives seconds since the epoch.

    Returns
    -------
    dict
        Plain data: ``plan`` (its hash), ``already``, ``began`` (whether the genesis was written too), ``entries``
        (indices of what was added), counts, and what was not planned.

    Raises
    ------
    InputError
        When the plan, the key or the log cannot be used, or do not belong together.
    Refused
        When the plan does not hold, or another one is in force that it does not supersede.
    """
    key = read_organiser_key(key_file)
    with open_receiver(log, clock) as receiver:
        made = sign_plan(folder, receiver.source, key, supervisors, clock)
        indices = receiver.hand_over(made.entries)
    return {**made.summary, "already": not made.entries, "entries": indices}


@dataclass(frozen=True, slots=True)
class Signed:
    """An announcement that is signed and not handed over yet: the entries that a log lacks, and what they say."""

    entries: list[bytes]
    summary: dict[str, Any]


def sign_plan(
    folder: Path,
    source: TileSource,
    key: SigningKey,
    supervisors: Sequence[str] = (),
    clock: Callable[[], float] = time.time,
) -> Signed:
    """Sign what a log lacks of the announcement of a plan; nothing is handed over.

    Raises
    ------
    InputError, Refused
        As `announce` says.
    """
    plan, digest, ground = read_plan_to_announce(folder)
    known = Known.read(read_entries(source))
    device, genesis = _organiser(known, key, supervisors, ground, clock, source.name)
    pieces, summary = pieces_to_announce(plan, digest, ground, known)
    entries = [genesis] if genesis else []
    entries += signed_announcement(device, digest, plan.supersedes, pieces, known, int(clock() * 1000))
    return Signed(entries, {"plan": digest.hex(), "began": genesis is not None, **summary})


def pieces_to_announce(plan: Plan, digest: bytes, ground: Ground, known: Known) -> tuple[list[Piece], dict[str, Any]]:
    """Give the pieces in which a plan is announced in a log, and what they say, counted.

    Raises
    ------
    Refused
        When another plan is in force there that this one does not supersede.
    """
    _require_succession(plan, digest, known)
    promises = _still_open(promises_of(plan, ground, known.top_before(digest)), known, digest)
    seals, unsealed = deal_seals(ground.district, ground.kits)
    pieces = pieces_of(promises, ground.district, seals, clock_of(ground.district))
    return pieces, {
        "supersedes": plan.supersedes,
        "loads": len(promises.handovers),
        "guards": len(promises.shifts),
        "sealed": len(seals),
        "unsealed": unsealed,
        "unplanned": list(promises.unplanned),
    }


def read_plan_to_announce(folder: Path) -> tuple[Plan, bytes, Ground]:
    """Read a plan that holds, its hash, and the district it was made for.

    Raises
    ------
    InputError, Refused
        When it cannot be read, or does not hold.
    """
    verdict = check_plan_folder(folder)
    if verdict.violations:
        message = _("the plan does not hold, and is not announced: {violation}")
        raise Refused(message.format(violation=verdict.violations[0]))
    digest = sha256((folder / "plan.json").read_bytes()).digest()
    return verdict.plan, digest, read_plan_ground(folder)


def read_organiser_key(file: Path) -> SigningKey:
    """Read the organiser's key.

    Raises
    ------
    InputError
        When it cannot be read, or is a witness's.
    """
    key = read_key(file)
    if key.kind != ED25519:
        message = _("this is the key of a witness, not the one that serentak log init made")
        raise InputError.of(str(file), message, _("Give LOG/private/log.key of the organiser."))
    return key


def read_supervisors(given: Sequence[str]) -> list[bytes]:
    """Read public keys of the supervisor, each written ``NAME+ID+KEY`` or in a file of such lines.

    Keys of other kinds than Ed25519 in a file, as ``witness init --pq`` writes them, are passed over.

    Raises
    ------
    InputError
        When one cannot be read.
    """
    found: list[bytes] = []
    for text in given:
        path = Path(text)
        lines = path.read_text("utf-8").split() if "+" not in text and path.is_file() else [text]
        try:
            keys = [parse_vkey(line) for line in lines]
        except Malformed as error:
            message = _("this is no public key, and no file that holds one: {error}").format(error=error.message)
            remedy = _("Write NAME+ID+KEY, or name the file public/vkey that holds it.")
            raise InputError.of("--supervisor", message, remedy, value=text) from error
        found += [each.public for each in keys if each.kind in (ED25519, COSIGNATURE)]
    return list(dict.fromkeys(found))


@dataclass(slots=True)
class Known:
    """What a log says already, as far as an announcement must know.

    Parameters
    ----------
    genesis
        Its genesis event; None where the log is empty, or is no custody log.
    log
        Id of the log.
    entries
        How many there are.
    device
        Number and hash of the last event of each device, by id of its key.
    heads
        Plans announced: index of the head, the plan it supersedes, and the highest step before it.
    pieces
        Announced pieces, by plan: kind and rows.
    moved
        Hand-overs that happened: object, giver, receiver, place, and by step the index of the first entry that says so.
    """

    genesis: Event | None = None
    log: bytes = b""
    entries: int = 0
    device: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    heads: dict[bytes, tuple[int, bytes | None, int]] = field(default_factory=dict)
    pieces: dict[bytes, set[bytes]] = field(default_factory=dict)
    moved: dict[tuple[str, str, str, str], dict[int, int]] = field(default_factory=dict)
    _top: int = 0
    _loads: dict[bytes, list[Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, entries: Iterable[bytes]) -> Known:
        """Read a log's entries."""
        known = cls()
        for index, entry in enumerate(entries):
            known.entries = index + 1
            decoded = try_entry(entry)
            if decoded is None:
                continue
            if index == 0 and decoded.event.kind == Kind.GENESIS:
                known.genesis, known.log = decoded.event, log_id(decoded.data)
            known._take(index, decoded.event, event_hash(decoded.data))
        return known

    def _take(self, index: int, event: Event, digest: bytes) -> None:
        if event.device is not None and event.seq is not None:
            self.device[event.device] = max(self.device.get(event.device, (0, b"")), (event.seq, digest))
        if event.plan is not None and event.kind == Kind.PLAN:
            self.heads.setdefault(event.plan, (index, event.supersedes, self._top))
        elif event.plan is not None:
            self.pieces.setdefault(event.plan, set()).add(event_fingerprint(event))
        for load in event.loads or ():
            self._loads[load_hash(load)] = load
        if event.kind in MOVES:
            load = self._loads.get(event.load or b"", [])
            # Who signs for goods that stay elsewhere for the night has kept the promise to bring them to its place.
            place = event.receiver if event.kind == Kind.ENTRUSTED else event.place
            for each in expand(event.objects or (load[9] if load else ())):
                key = (each, event.giver or "", event.receiver or "", place or "")
                self.moved.setdefault(key, {}).setdefault(event.step or (load[0] if load else 0), index)
        self._top = max([self._top, event.step or 0, *(load[0] for load in event.loads or ())])

    def top_before(self, plan: bytes) -> int:
        """Give the highest step used before a plan was announced, or by now."""
        return self.heads[plan][2] if plan in self.heads else self._top

    def in_force(self) -> list[bytes]:
        """Give the plans announced that no other supersedes."""
        gone = {superseded for _index, superseded, _top in self.heads.values()}
        return [plan for plan in self.heads if plan not in gone]


def _rows(event: Event) -> Any:
    name = _PIECES[Kind(event.kind)]
    return [event.objects, event.seals] if event.kind == Kind.SERIES else getattr(event, name)


def _fingerprint(kind: int, rows: Any) -> bytes:
    return sha256(encode([int(kind), rows])).digest()


def event_fingerprint(event: Event) -> bytes:
    """Give what tells a piece in the log from others."""
    return _fingerprint(event.kind, _rows(event))


def piece_fingerprint(piece: Piece) -> bytes:
    """Give the same of a piece that is still to be signed; see `event_fingerprint`."""
    kind, fields = piece
    return _fingerprint(kind, [fields["objects"], fields["seals"]] if kind == Kind.SERIES else fields[_PIECES[kind]])


def signed_announcement(
    device: Device, digest: bytes, supersedes: str | None, pieces: Sequence[Piece], known: Known, at: int
) -> list[bytes]:
    """Give the entries that are not in the log yet: the head of the plan, and its pieces."""
    entries = []
    if digest not in known.heads:
        superseded = bytes.fromhex(supersedes) if supersedes else None
        data = device.record(Kind.PLAN, at, plan=digest, pieces=len(pieces), supersedes=superseded)
        entries.append(device.entry(data))
    there = known.pieces.get(digest, set())
    for kind, fields in pieces:
        if piece_fingerprint((kind, fields)) not in there:
            entries.append(device.entry(device.record(kind, at, plan=digest, **fields)))
    return entries


def _organiser(
    known: Known, key: SigningKey, supervisors: Sequence[str], ground: Ground, clock: Callable[[], float], log: str
) -> tuple[Device, bytes | None]:
    """Give the organiser's device, and the genesis where the log is empty."""
    given = read_supervisors(supervisors)
    offset = clock_of(ground.district).offset
    if known.entries == 0:
        if not given:
            message = _("the log is empty; its first entry names the keys of the supervisor")
            remedy = _("Give --supervisor: the public key of Bawaslu, or the file that holds it; it may be repeated.")
            raise InputError.of(log, message, remedy)
        device, genesis = begin_log(key.seed, given, ground, int(clock() * 1000))
        return device, genesis
    genesis_event = known.genesis
    if genesis_event is None:
        message = _("this is not a custody log: entry 0 is no genesis event")
        raise InputError.of(log, message, _("Make another log for this election with: serentak log init"))
    require_same_election(genesis_event, ground.district, log)
    device = Device(key.seed, known.log, offset)
    if device.public != genesis_event.organiser:
        message = _("the key is not that of the organiser who began this log")
        raise InputError.of("--key", message, _("Give LOG/private/log.key of the organiser."), value=key.verifier.name)
    unknown = [each for each in given if each not in (genesis_event.supervisors or ())]
    if unknown:
        message = _("the log began with other keys of the supervisor; they cannot be changed here")
        remedy = _("Leave out --supervisor; a supervisor enrols further keys itself.")
        raise InputError.of("--supervisor", message, remedy)
    device.seq, device.last = known.device.get(device.id, (0, b""))
    return device, None


def begin_log(seed: bytes, supervisors: Sequence[bytes], ground: Ground, at: int, **more: Any) -> tuple[Device, bytes]:
    """Give the organiser's device and the genesis entry of a district's election."""
    district = ground.district
    name = district.name if any(each.isprintable() for each in district.name) else district.code
    return Device.genesis(
        seed, supervisors, at, clock_of(district).offset, name=name[:280], day=district.election_day.isoformat(),
        zone=district.zone, district=district.code, elections="".join(sorted(district.elections)), **more,
    )  # fmt: skip


def require_same_election(genesis: Event, district: District, log: str) -> None:
    """Refuse a log that is about another election.

    Raises
    ------
    InputError
        With both elections.
    """
    said = (genesis.district, genesis.day, genesis.zone, genesis.elections)
    planned = (
        district.code, district.election_day.isoformat(), district.zone, "".join(sorted(district.elections)),
    )  # fmt: skip
    if said != planned:
        message = _("the log is about another election: {log}, and the plan about {plan}")
        shown = {"log": ", ".join(map(str, said)), "plan": ", ".join(planned)}
        raise InputError.of(log, message.format(**shown), _("Name the log of this district and day."))


def _require_succession(plan: Plan, digest: bytes, known: Known) -> None:
    if digest in known.heads:
        return
    others = known.in_force()
    supersedes = bytes.fromhex(plan.supersedes) if plan.supersedes else None
    if supersedes is not None and supersedes not in known.heads:
        message = _("the plan supersedes {plan}, which was never announced in this log")
        raise Refused(message.format(plan=plan.supersedes))
    if others and supersedes not in others:
        message = _("the plan {plan} is in force; announce one that supersedes it, made by serentak replan")
        raise Refused(message.format(plan=others[0].hex()))


def _still_open(promises: Promises, known: Known, digest: bytes) -> Promises:
    """Leave out of a superseding plan the hand-overs that had happened when it was announced."""
    head = known.heads[digest][0] if digest in known.heads else known.entries
    # The same box may be loaded twice at one place, so each hand-over that happened keeps one promise.
    done = Counter(key for key, steps in known.moved.items() for index in steps.values() if index < head)
    left = []
    for each in sorted(promises.handovers, key=lambda one: one.step):
        rest = []
        for one in each.objects:
            key = (one, each.giver, each.receiver, each.place)
            if done[key]:
                done[key] -= 1
            else:
                rest.append(one)
        left.append(each._replace(objects=tuple(rest)))
    return promises._replace(handovers=tuple(each for each in left if each.objects))


def describe(result: dict[str, Any]) -> list[str]:
    """Say what an announcement did, a line each."""
    lines = [_("Plan {plan}").format(**result)]
    if result["already"]:
        lines.append(_("It is announced already; nothing was added."))
    else:
        added = result["entries"]
        message = _("Announced in {count} entries, {first} to {last}: {loads} hand-overs, {guards} guards at night.")
        figures = {"count": len(added), "first": added[0], "last": added[-1]}
        lines.append(message.format(**figures, loads=result["loads"], guards=result["guards"]))
    if result["began"]:
        lines.append(_("The log was empty; its genesis entry was written."))
    if result["supersedes"]:
        lines.append(_("It supersedes {supersedes}; that plan's open promises are cancelled.").format(**result))
    if not result["sealed"] and not result["unsealed"]:
        lines.append(_("No seals were announced: stock.csv has none. Nobody can check their numbers."))
    elif result["unsealed"]:
        lines.append(
            _("{sealed} boxes have their seals announced, {unsealed} have none: the stock ends.").format(**result)
        )
    lines += [_("Not planned, so nothing is promised: {station}").format(station=each) for each in result["unplanned"]]
    return lines
