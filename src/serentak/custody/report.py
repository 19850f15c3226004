"""What a custody log shows to be wrong, and what is worth a note, as of a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from serentak.base.messages import _
from serentak.custody.acts import POWERLESS, PROXY, VOID
from serentak.custody.balance import balances, destruction_deadline, destructions
from serentak.custody.event import event_hash
from serentak.custody.findings import CODES, Finding
from serentak.custody.keyring import BITS
from serentak.custody.kinds import KINDS, Kind
from serentak.custody.life import DAY, NIGHT, TRUST
from serentak.custody.times import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from serentak.custody.life import Trouble
    from serentak.custody.state import State

_ACTS: Final = frozenset(
    int(kind) for kind, rule in KINDS.items() if not {"kpu", "supervisor", "enroller"} & set(rule.signers)
)


def findings(state: State, as_of: int | None = None) -> list[Finding]:
    """Give everything that does not fit, in the order of the evidence.

    Parameters
    ----------
    state
        State of the log.
    as_of
        Seconds since the epoch at which silence is judged; without it silence is not judged.
    """
    reporter = _Reporter(state, as_of)
    found = [
        *reporter.entries(), *reporter.signatures(), *reporter.devices(), *reporter.objects(), *reporter.silence(),
        *reporter.nights(), *reporter.strangers(), *reporter.announcements(), *reporter.balance(), *reporter.disputes(),
    ]  # fmt: skip
    order = {code: at for at, code in enumerate(CODES)}
    return sorted(found, key=lambda each: (each.severity, order[each.code], each.evidence, each.objects))


class _Reporter:
    def __init__(self, state: State, as_of: int | None) -> None:
        self.state = state
        self.now = None if as_of is None else as_of * 1000
        self.lives = state.lives
        genesis = state.genesis
        self.offset = timedelta(minutes=genesis.offset if genesis is not None else 0)

    def make(self, code: str, rows: Iterable[int] = (), objects: Iterable[int] = (), **figures: str | int) -> Finding:
        state, rows = self.state, tuple(rows)
        settled = [state.acts.index[state.rulings[row]] for row in rows if row in state.rulings]
        severity = CODES[code].severity
        return Finding(
            code,
            "note" if settled and CODES[code].disputed else severity,
            tuple(sorted(state.objects[number] for number in objects)),
            tuple((state.acts.index[row], state.acts.hash(row).hex()) for row in rows),
            tuple(figures.items()),
            settled[0] if settled and CODES[code].disputed else None,
        )

    def moment(self, milliseconds: int) -> str:
        """Write an instant in local time."""
        there = datetime.fromtimestamp(milliseconds / 1000, UTC) + self.offset
        return there.strftime("%Y-%m-%d %H:%M")

    def entries(self) -> Iterator[Finding]:
        """Give what is wrong with entries themselves."""
        state = self.state
        for code, index, digest, figures in state.flaws:
            yield Finding(code, CODES[code].severity, (), ((index, digest.hex()),), figures)
        for row, (code, _event) in state.powerless.items():
            yield self.make(code, [row], state.acts.objects(row))
        for waiting in {each[0]: each for several in state.awaiting_key.values() for each in several}.values():
            known = waiting.event.device in state.keyring.keys
            code = "unknown-key"
            severity = "note" if known else CODES[code].severity
            yield Finding(code, severity, (), ((waiting.number, event_hash(waiting.data).hex()),))
        for rows in state.awaiting_load.values():
            yield self.make("unknown-load", [row for row, _event in rows])
        for row, others in state.duplicates.items():
            found = self.make("duplicate", [row], state.acts.objects(row))
            again = [(index, found.evidence[0][1]) for index in others]
            yield Finding(found.code, found.severity, found.objects, (*found.evidence, *again))

    def signatures(self) -> Iterator[Finding]:
        """Give the acts that one side alone signed, or that were typed from paper."""
        acts = self.state.acts
        for row, (kind, lacking, flags) in enumerate(zip(acts.kind, acts.lacking, acts.flags, strict=True)):
            if flags & POWERLESS:
                continue
            if flags & PROXY:
                yield self.make("proxy", [row], acts.objects(row))
            elif lacking and kind in _ACTS:
                yield self.make("single", [row], acts.objects(row))
            if kind == Kind.ENTRUSTED:
                yield self.make("titip", [row], acts.objects(row), place=self.state.names[acts.place[row]])
        for row in self.state.corrections:
            yield self.make("corrected", [row, self.state.corrections[row]], acts.objects(row))
        for row in self.state.rulings:
            yield self.make("ruled", [row, self.state.rulings[row]], acts.objects(row))
        keys = self.state.keyring.keys
        revoked = {self.state.devices[each].number for each in self.state.keyring.revoked if each in keys}
        rows = {row for row, device in zip(*self.state.countersigned, strict=True) if device in revoked}
        for row in rows:
            yield self.make("revoked-countersignature", [row], acts.objects(row))
        for name, key in keys.items():
            if not key.certified and name in self.state.devices:
                yield Finding("uncertified-key", "note", (), ((key.index, name.hex()),))

    def device(self, name: bytes) -> str:
        """Name a device by its unit, as far as its key is known, and the id of the key."""
        key = self.state.keyring.keys.get(name)
        return f"{key.unit} ({name.hex()})" if key is not None and key.unit else name.hex()

    def devices(self) -> Iterator[Finding]:
        """Give what devices have recorded and is not in the log, and histories that fork."""
        for name, device in self.state.devices.items():
            for first, last in device.missing():
                missing = str(first) if first == last else f"{first}-{last}"
                beside = [row for row in (device.row(first - 1), device.row(last + 1)) if row is not None]
                yield self.make("device-gap", beside, device=self.device(name), missing=missing)
            for seq in sorted(device.forks.keys() | device.broken):
                rows = sorted({*device.versions(seq), *(device.versions(seq - 1) if seq in device.broken else ())})
                objects = {number for row in rows for number in self.state.acts.objects(row)}
                yield self.make("device-fork", rows, objects, device=self.device(name), seq=seq)

    def objects(self) -> Iterator[Finding]:
        """Give what does not fit in the lives of objects, those with the same evidence together."""
        together: dict[Trouble, list[int]] = {}
        for number, troubles in self.state.troubles.items():
            for trouble in troubles:
                together.setdefault(trouble, []).append(number)
        acts, names, expected = self.state.acts, self.state.names, self.state.expected
        for (code, rows, load), numbers in together.items():
            figures: dict[str, str | int] = {}
            if code == "overdue" and self.now is not None and acts.at[rows[-1]] > self.now + TOLERANCE:
                # Its clock is ahead of the time of judging, and proves nothing.
                continue
            if code == "overdue":
                deadline = expected.deadline[load] if load >= 0 else self.state.acts.details[rows[0]].until
                figures["deadline"] = self.moment(deadline)
            if code == "wrong-place":
                figures["place"] = names[acts.place[rows[-1]]] or names[acts.receiver[rows[-1]]]
            if code == "wrong-hands":
                figures["unit"] = names[acts.receiver[rows[-1]]]
            yield self.make(code, rows, numbers, **figures)
        if self.now is not None:
            late = self.now + TOLERANCE
            for row, at in enumerate(acts.at):
                if at > late:
                    yield self.make("clock", [row], acts.objects(row))

    def silence(self) -> Iterator[Finding]:
        """Give what was announced and has not been done by the time of judging."""
        if self.now is None:
            return
        together: dict[tuple[int, int], list[int]] = {}
        for number, (due, load) in enumerate(zip(self.lives.due, self.lives.due_load, strict=True)):
            if load != -1 and due < self.now:
                key = (load, self.lives.row[number] if load == TRUST else -1)
                together.setdefault(key, []).append(number)
        expected, names = self.state.expected, self.state.names
        for (load, row), numbers in together.items():
            if load == TRUST:
                figures = {"giver": names[self.state.acts.receiver[row]], "receiver": self.objects_home(numbers[0])}
                deadline = self.moment(self.lives.due[numbers[0]])
                yield self.make("silence", [row], numbers, deadline=deadline, **figures)
                continue
            code = "missing-return" if expected.direction[load] else "silence"
            yield self.make(
                code,
                [expected.row[load]],
                numbers,
                deadline=self.moment(expected.deadline[load]),
                giver=names[expected.giver[load]],
                receiver=names[expected.receiver[load]],
            )

    def objects_home(self, number: int) -> str:
        """Give the owner of an object: its station."""
        return self.state.objects[number].rpartition("-")[0]

    def nights(self) -> Iterator[Finding]:
        """Give nights in which goods lay at a guarded place and nobody says that they watched."""
        offset = int(self.offset.total_seconds() * 1000)
        today = None if self.now is None else (self.now + offset - NIGHT) // DAY
        spent: dict[tuple[int, int], bool] = {}
        uncovered: dict[tuple[int, int], list[int]] = {}
        for number, spans in self.lives.nights.items():
            for place, first, last in spans:
                end = last if last >= 0 else (today if today is not None else first - 1)
                for day in range(first, end + 1):
                    night = place, day
                    if night not in spent:
                        spent[night] = self._watched(place, day * DAY - offset)
                    if not spent[night]:
                        uncovered.setdefault(night, []).append(number)
        for (place, day), numbers in uncovered.items():
            shown = datetime.fromtimestamp(day * DAY / 1000, UTC).strftime("%Y-%m-%d")
            first_one = min(numbers, key=lambda number: self.state.objects[number])
            row = self.lives.row[first_one]
            yield self.make("uncovered-night", [row], numbers, place=self.state.names[place], day=shown)

    def _watched(self, place: int, begin: int) -> bool:
        """Tell whether watches, together, cover the night that begins at an instant without a gap."""
        acts = self.state.acts
        end = begin + NIGHT
        for since, until, row in sorted(self.state.watches.get(place, ())):
            if since <= begin and not acts.flags[row] & (VOID | POWERLESS):
                begin = max(begin, until)
        return begin >= end

    def strangers(self) -> Iterator[Finding]:
        """Give boxes of another district, or of an election that is not held here."""
        genesis = self.state.genesis
        if genesis is None:
            return
        letters = set(genesis.elections or "") | {"K"}
        for number in range(1, len(self.state.objects)):
            history = self.state.history[number]
            if not history:
                continue
            identifier = self.state.objects[number]
            if not identifier.startswith(f"{genesis.district}."):
                yield self.make("foreign-district", [history[0] >> 2], [number])
            elif identifier.rpartition("-")[2][0] not in letters:
                yield self.make("foreign-election", [history[0] >> 2], [number])

    def announcements(self) -> Iterator[Finding]:
        """Give plans that are not announced in full, and what was not announced at all."""
        expected = self.state.expected
        for plan in expected.plans.values():
            if plan.row is None or plan.found != plan.pieces:
                rows = [] if plan.row is None else [plan.row]
                yield self.make("announcement-incomplete", rows, pieces=plan.pieces, found=plan.found)
        if not expected.plans:
            yield self.make("no-plan")
        elif not expected.any_series:
            yield self.make("no-seals")

    def balance(self) -> Iterator[Finding]:
        """Give equations that do not hold, and destructions without witnesses or too late."""
        acts = self.state.acts
        for each in balances(self.state):
            for equation in each.equations:
                if equation.difference:
                    yield self.make(
                        "balance",
                        equation.rows,
                        election=each.election,
                        equation=_(equation.name),
                        difference=equation.difference,
                    )
        deadline = destruction_deadline(self.state)
        for row in destructions(self.state):
            lacking = [party for party in KINDS[Kind.DESTROYED].signers if acts.lacking[row] & BITS[party]]
            if lacking:
                yield self.make("unwitnessed-destruction", [row], missing=", ".join(lacking))
            earliest = max(acts.at[row], self.state.marks.bounds(acts.index[row], acts.seen[row])[0])
            if deadline is not None and min(earliest, self._latest(row)) >= deadline:
                yield self.make("late-destruction", [row])
        for row, event in self.state.ledger:
            if any(found != expected for _item, expected, found in event.counts or ()) and not acts.flags[row]:
                yield self.make("count-mismatch", [row])

    def _latest(self, row: int) -> int:
        acts = self.state.acts
        return self.state.marks.bounds(acts.index[row], acts.seen[row])[1]

    def disputes(self) -> Iterator[Finding]:
        """Give disputes that parties opened and the supervisor has not settled."""
        for row, others in self.state.disputes.items():
            yield self.make("disputed", [row, *others], self.state.acts.objects(row))
