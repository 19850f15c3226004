"""The state of a custody log: a pure function of its entries, brought up to date entry by entry.

`State.take` files each event: keys, announcements, and the history of every object. Where an object is, and what
does not fit, follows from its history alone (`serentak.custody.life`) and is worked out anew for those that a new
entry has touched. So the order of uploads decides nothing.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import cbor2

from serentak.base.errors import InputError
from serentak.custody.acts import EXTRA, MISSING, MOVES, POWERLESS, PRESENT, PROXY, VOID, Act, Acts, Names
from serentak.custody.devices import Device
from serentak.custody.entry import Signature, key_id, split_entry, verify_signature
from serentak.custody.event import Event, decode_event, event_hash, log_id
from serentak.custody.expected import Expected, Promise
from serentak.custody.fields import BY_KEY
from serentak.custody.keyring import ASKED, BITS, Keyring
from serentak.custody.kinds import Kind
from serentak.custody.life import Trouble, live
from serentak.custody.lives import Lives
from serentak.custody.objects import expand, load_hash
from serentak.custody.world import LogWorld, Marks
from serentak.ledger.faults import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_AUTHORITY: Final = frozenset({
    Kind.PLAN, Kind.LOADS, Kind.SERIES, Kind.GUARDS, Kind.POSTS, Kind.RULED, Kind.KEY_ENROLLED, Kind.KEY_CERTIFIED,
    Kind.KEY_REVOKED, Kind.MARKED,
})  # fmt: skip
"""Kinds that count for nothing unless all have signed."""
_KNOWN: Final = 4096
"""Acts kept in mind while lives are followed."""
_NAMES: Final = {key: field.name for key, field in BY_KEY.items()}


class Flaw(NamedTuple):
    """Something wrong or worth a note with an entry itself, not with an object."""

    code: str
    number: int
    event: bytes
    figures: tuple[tuple[str, str | int], ...] = ()


class Waiting(NamedTuple):
    """An entry, by its index, that cannot be judged before a key is known."""

    number: int
    event: Event
    data: bytes
    signatures: tuple[Signature, ...]


class State:
    """The state of one log.

    Parameters
    ----------
    trusted
        Whether entries were checked when the log took them: form and signatures are then not checked again.
    """

    def __init__(self, *, trusted: bool = False) -> None:
        self._trusted = trusted
        self.genesis: Event | None = None
        self.log = b""
        self.entries = 0
        self.names = Names()
        self.objects = Names()
        self.acts = Acts()
        self.expected = Expected()
        self.keyring = Keyring()
        self.marks = Marks()
        self.devices: dict[bytes, Device] = {}
        self.flaws: list[Flaw] = []
        self.powerless: dict[int, tuple[str, Event | None]] = {}
        self.duplicates: dict[int, list[int]] = {}
        self.awaiting_key: dict[bytes, list[Waiting]] = {}
        self.awaiting_load: dict[bytes, list[tuple[int, Event]]] = {}
        self.subjects: dict[bytes, dict[int, tuple[frozenset[str], Event]]] = {}
        self.rulings: dict[int, int] = {}
        self.corrections: dict[int, int] = {}
        self.disputes: dict[int, list[int]] = {}
        self.ledger: list[tuple[int, Event]] = []
        self.packed = (array("I"), array("I"), array("Q"))
        self.countersigned = (array("I"), array("I"))
        self.watches: dict[int, list[tuple[int, int, int]]] = {}
        self.history: list[array[int]] = [array("I")]
        self.promised: list[array[int]] = [array("I")]
        self.troubles: dict[int, list[Trouble]] = {}
        self._world = LogWorld(self.acts, self.expected, self.marks, self.names)
        self._lives = Lives()
        self._dirty: set[int] = set()
        self._rows_before = array("I")
        self._filing: dict[Kind, Callable[[int, Event], None]] = {
            Kind.PLAN: self._file_plan,
            Kind.LOADS: self._file_loads,
            Kind.SERIES: self._file_series,
            Kind.GUARDS: self._file_guards,
            Kind.POSTS: self._file_posts,
            Kind.COUNTED: self._file_count,
            Kind.DESTROYED: self._file_count,
            Kind.WATCHED: self._file_watch,
            Kind.MARKED: self._file_mark,
            Kind.KEY_ENROLLED: self._file_enrolment,
            Kind.KEY_CERTIFIED: self._file_certificate,
            Kind.KEY_REVOKED: self._file_revocation,
            Kind.KEY_CLOSED: self._file_closing,
        }

    # Entries

    def take(self, index: int, entry: bytes, received: int | None = None) -> None:
        """Take the next entry of the log, whatever it is.

        Parameters
        ----------
        index
            Its index.
        entry
            Its bytes.
        received
            Epoch milliseconds at which the log took it, where its receipt is known.
        """
        self.entries = max(self.entries, index + 1)
        while len(self._rows_before) <= index:
            self._rows_before.append(len(self.acts))
        if received is not None:
            self.marks.receive(index, received)
        try:
            event, data, signatures = self._read(entry)
        except InputError as error:
            reason = error.message if isinstance(error, Malformed) else str(error)
            self._flaw("unreadable", index, event_hash(entry), reason=reason)
            return
        if event.kind == Kind.GENESIS:
            self._begin(index, event, data, signatures)
        elif event.log != self.log:
            self._flaw("wrong-log", index, event_hash(data))
        else:
            self._take_event(Waiting(index, event, data, signatures))

    def _read(self, entry: bytes) -> tuple[Event, bytes, tuple[Signature, ...]]:
        if self._trusted:
            try:
                body = cbor2.loads(entry)
                data = body[0]
                values = {_NAMES[key]: value for key, value in cbor2.loads(data).items()}
                return Event(**values), data, tuple(Signature(*each) for each in body[1])
            except Exception:  # noqa: BLE001, S110 - whatever it is, the strict reader says it in words
                pass
        data, signatures = split_entry(entry)
        return decode_event(data), data, signatures

    def _flaw(self, code: str, index: int, digest: bytes, **figures: str | int) -> None:
        self.flaws.append(Flaw(code, index, digest, tuple(figures.items())))

    def _begin(self, index: int, event: Event, data: bytes, signatures: tuple[Signature, ...]) -> None:
        organiser = event.organiser or b""
        signed = any(
            each.key == key_id(organiser) and verify_signature(organiser, data, each.data) for each in signatures
        )  # fmt: skip
        if index != 0 or self.genesis is not None or not signed:
            self._flaw("powerless", index, event_hash(data))
            return
        self.genesis, self.log = event, log_id(data)
        self.keyring.begin(event)
        self._world.begin(event.zone or "WIB")

    def _take_event(self, waiting: Waiting) -> None:
        index, event, data, signatures = waiting
        keys = self.keyring.keys
        own = event.key if event.kind == Kind.KEY_ENROLLED else None
        about = event.keys or () if event.kind == Kind.KEY_REVOKED else ()
        for each in (event.device or b"", *about):
            if each not in keys and not (own is not None and key_id(own) == each):
                self.awaiting_key.setdefault(each, []).append(waiting)
                return
        valid = []
        for signature in signatures:
            key = keys.get(signature.key)
            public = key.public if key is not None else own if own and key_id(own) == signature.key else None
            if public is None:
                self.awaiting_key.setdefault(signature.key, []).append(waiting)
            elif self._trusted or verify_signature(public, data, signature.data):
                valid.append(signature.key)
            else:
                self._flaw("bad-signature", index, event_hash(data))
        if event.device in valid:
            self._record(index, event, event_hash(data), valid)
        else:
            self._flaw("unsigned", index, event_hash(data))

    def _record(self, index: int, event: Event, digest: bytes, signers: list[bytes]) -> None:
        name, seq = event.device or b"", event.seq or 0
        device = self._device(name)
        bits = self.keyring.parties(event, signers)
        if device.row(seq) is not None:
            same = next((row for row in device.versions(seq) if self.acts.hash(row) == digest), None)
            if same is not None:
                self._note_signers(same, name, signers)
                self._countersign(same, index, bits, event)
                if event.subject is not None and same not in self.powerless:
                    self._speak_of(event.subject, same, self._units(signers), event)
                return
        if seq < device.top:
            self._flaw("reordered", index, digest)
        row = self.acts.add(index, event, digest, device.number, self.names)
        device.add(seq, row)
        device.link(seq, event.previous, self.acts)
        self._note_signers(row, name, signers)
        self.acts.lacking[row] = ASKED[Kind(event.kind)] & ~bits
        if device.last is not None and seq > device.last:
            self._disempower(row, "revoked-key", None)
        elif self._is_powerless(row):
            self._disempower(row, "powerless", event)
            return
        self._file(row, event, self._units(signers))
        if digest in self.subjects:
            self._settle(digest)

    def _note_signers(self, row: int, device: bytes, signers: list[bytes]) -> None:
        rows, numbers = self.countersigned
        for each in signers:
            if each != device:
                rows.append(row)
                numbers.append(self._device(each).number)

    def _device(self, name: bytes) -> Device:
        device = self.devices.get(name)
        if device is None:
            device = self.devices[name] = Device(len(self.devices) + 1)
        return device

    def _units(self, signers: list[bytes]) -> frozenset[str]:
        return frozenset(self.keyring.keys[each].unit for each in signers if each in self.keyring.keys)

    def _is_powerless(self, row: int) -> bool:
        """Tell whether nobody signed a row who could: for an act one of its parties, or a paper form, is enough."""
        lacking, kind = self.acts.lacking[row], Kind(self.acts.kind[row])
        if kind in _AUTHORITY:
            return lacking != 0
        return lacking == ASKED[kind] and not self.acts.flags[row] & PROXY

    def _disempower(self, row: int, code: str, event: Event | None) -> None:
        self.acts.flags[row] |= POWERLESS
        self.powerless[row] = code, event
        self._touch(self.acts.objects(row))

    def _countersign(self, row: int, index: int, bits: int, event: Event) -> None:
        """Take further signatures under an event that is there already."""
        if index != self.acts.index[row]:
            self.duplicates.setdefault(row, []).append(index)
        if not self.acts.lacking[row] & bits:
            return
        self.acts.lacking[row] &= ~bits
        self._touch(self.acts.objects(row))
        code, kept = self.powerless.get(row, ("", None))
        if code == "powerless" and kept is not None and not self._is_powerless(row):
            del self.powerless[row]
            self.acts.flags[row] &= ~POWERLESS
            self._file(row, event, frozenset())

    # What events do

    def _file(self, row: int, event: Event, units: frozenset[str]) -> None:
        kind = Kind(event.kind)
        if event.load is not None or (event.objects is not None and event.step is not None):
            self._attach(row, event)
        elif kind in self._filing:
            self._filing[kind](row, event)
        if kind == Kind.PACKED:
            for item, _expected, found in event.counts or ():
                for column, value in zip(self.packed, (row, self.names.add(item), found), strict=True):
                    column.append(value)
        if event.subject is not None:
            self._speak_of(event.subject, row, units, event)

    def _attach(self, row: int, event: Event) -> None:
        """Enter a row into the history of its objects."""
        if event.load is not None:
            load = self.expected.find_load(event.load)
            if load is None:
                self.awaiting_load.setdefault(event.load, []).append((row, event))
                return
            numbers = list(self.expected.objects[load])
        else:
            numbers = self._number(expand(event.objects or ()))
        missing = dict.fromkeys(self._number(expand(event.missing))) if event.missing else {}
        members = [number << 2 | (MISSING if number in missing else PRESENT) for number in numbers]
        if event.extra:
            members += [number << 2 | EXTRA for number in self._number(expand(event.extra))]
        # What is said to be missing though nobody expected it stands last; seals and remarks count before it.
        members += [number << 2 | MISSING for number in missing if number not in set(numbers)]
        self.acts.place_objects(row, members)
        for each in members:
            self.history[each >> 2].append(row << 2 | each & 3)
            self._dirty.add(each >> 2)
        if event.seals:
            self.acts.add_seals(row, event.seals, self.names)

    def _number(self, identifiers: Iterable[str]) -> list[int]:
        numbers = [self.objects.add(each) for each in identifiers]
        self._grow()
        return numbers

    def _grow(self) -> None:
        while len(self.history) < len(self.objects):
            self.history.append(array("I"))
            self.promised.append(array("I"))
            self._dirty.add(len(self.history) - 1)

    def _touch(self, numbers: Iterable[int]) -> None:
        self._dirty.update(numbers)

    def _file_plan(self, row: int, event: Event) -> None:
        self.expected.add_plan(event, row)
        if event.supersedes is not None:
            for load in self.expected.loads_of(event.supersedes):
                self._touch(self.expected.objects[load])

    def _file_loads(self, row: int, event: Event) -> None:
        self.expected.add_piece(event)
        for each in event.loads or ():
            load = self.expected.add_load(each, event, row, self.names, self.objects)
            self._grow()
            for number in self.expected.objects[load]:
                self.promised[number].append(load)
                self._dirty.add(number)
        for each in event.loads or ():
            self._release_load(each)

    def _release_load(self, load: list[Any]) -> None:
        if self.awaiting_load:
            for row, event in self.awaiting_load.pop(load_hash(load), ()):
                self._attach(row, event)

    def _file_series(self, _row: int, event: Event) -> None:
        self.expected.add_piece(event)
        numbers = self._number(expand(event.objects or ()))
        for at, series, first, last in event.seals or ():
            self.expected.add_series(numbers[at], (self.names.add(series), first, last))
            self._dirty.add(numbers[at])

    def _file_guards(self, _row: int, event: Event) -> None:
        self.expected.add_piece(event)
        self.expected.add_shifts(event, self.names)

    def _file_posts(self, _row: int, event: Event) -> None:
        self.expected.add_piece(event)
        places = self.expected.add_posts(event, self.names)
        if not places.isdisjoint(self.acts.places):
            self._touch(range(1, len(self.objects)))

    def _file_count(self, row: int, event: Event) -> None:
        self.ledger.append((row, event))

    def _file_watch(self, row: int, event: Event) -> None:
        self.watches.setdefault(self.names.add(event.place), []).append((event.since or 0, event.until or 0, row))

    def _file_mark(self, _row: int, event: Event) -> None:
        if event.seen is not None:
            # An entry at or behind this index was filed in no earlier row.
            first = min(self.marks.add(event.seen[0], event.at), len(self._rows_before) - 1)
            for row in range(self._rows_before[first], len(self.acts)):
                self._touch(self.acts.objects(row))

    def _file_enrolment(self, row: int, event: Event) -> None:
        organiser = not self.acts.lacking[row] and self._by_organiser(event)
        if self.keyring.enrol(event, self.acts.index[row], by_organiser=organiser):
            self._flaw("key-conflict", self.acts.index[row], self.acts.hash(row))
        for waiting in sorted(self.awaiting_key.pop(key_id(event.key or b""), ())):
            self._take_event(waiting)

    def _by_organiser(self, event: Event) -> bool:
        key = self.keyring.keys.get(event.device or b"")
        return key is not None and (key.role == "kpu" or (key.role == "supervisor" and event.role != "kpu"))

    def _file_certificate(self, _row: int, event: Event) -> None:
        self.keyring.certify(event)

    def _file_revocation(self, _row: int, event: Event) -> None:
        self.keyring.revoke(event)
        for name in event.keys or ():
            self._end(name, self.keyring.revoked[name])

    def _file_closing(self, _row: int, event: Event) -> None:
        self._end(event.device or b"", event.last_seq or 0)

    def _end(self, name: bytes, last: int) -> None:
        """Count nothing of a device beyond a number, whenever that came to the log."""
        device = self._device(name)
        device.last = last if device.last is None else min(device.last, last)
        for row in device.beyond(device.last):
            self._disempower(row, "revoked-key", None)

    def _speak_of(self, subject: bytes, row: int, units: frozenset[str], event: Event) -> None:
        """Note what an event says about another; signatures that come later join those before."""
        said = self.subjects.setdefault(subject, {})
        before, _event = said.get(row, (frozenset[str](), event))
        said[row] = before | units, event
        self._settle(subject)

    def _settle(self, digest: bytes) -> None:
        """Apply what was said about an event, once that event is there."""
        target = self.acts.find(digest)
        if target is None:
            return
        contested = []
        # In the order of hashes, which no upload can change.
        for row, (units, event) in sorted(self.subjects[digest].items(), key=lambda said: self.acts.hash(said[0])):
            if event.kind == Kind.RULED:
                self.rulings[target] = row
                if event.chosen is not None and event.chosen != digest:
                    self.acts.flags[target] |= VOID
            elif event.kind == Kind.CORRECTED and self._signed_by(target) <= units:
                self.corrections[target] = row
                self.acts.flags[target] |= VOID
            elif event.kind in (Kind.CORRECTED, Kind.DISPUTED):
                contested.append(row)
        if contested:
            self.disputes[target] = contested
        else:
            self.disputes.pop(target, None)
        self._touch(self.acts.objects(target))

    def _signed_by(self, row: int) -> set[str]:
        """Give the units that signed an act: all of them must sign its correction."""
        acts, lacking = self.acts, self.acts.lacking[row]
        if acts.kind[row] not in MOVES:
            return {self.names[acts.receiver[row]]}
        sides = (("giver", acts.giver[row]), ("receiver", acts.receiver[row]))
        signed = {self.names[unit] for party, unit in sides if not lacking & BITS[party]}  # type: ignore[index]
        return signed or {self.names[acts.receiver[row]]}

    # Lives

    def refresh(self) -> list[int]:
        """Work out anew the lives of all objects that entries have touched since the last time; give their numbers.

        Whoever keeps a copy of the lives asks here, before anybody reads `lives`.
        """
        touched = sorted(self._dirty)
        # The boxes of a station have neighbouring numbers, and share loads and most acts.
        known: dict[int, Act] = {}
        loads, promises = array("I"), list[Promise]()
        for number in touched:
            if self.promised[number] != loads:
                loads = self.promised[number]
                promises = sorted(self.expected.promise(load) for load in loads)
            if len(known) > _KNOWN:
                known.clear()
            self._live(number, self.acts.read(self.history[number], known), promises)
        self._dirty.clear()
        return touched

    def _live(self, number: int, acts: list[Act], promises: list[Promise]) -> None:
        owner = self.objects[number].rpartition("-")[0]
        home = self.names.add(owner) if len(owner) == 17 else 0
        life = live(acts, promises, self._world.of(number, home))
        if life.troubles:
            self.troubles[number] = life.troubles
        else:
            self.troubles.pop(number, None)
        self._lives.put(number, life)

    @property
    def lives(self) -> Lives:
        """What is known of every object now."""
        if self._dirty:
            self.refresh()
        return self._lives
