"""The script recorded: every device records and signs its acts in the order of time; entries with their uploads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from serentak.custody.entry import encode_entry
from serentak.custody.event import event_hash
from serentak.custody.kinds import Kind
from serentak.custody.objects import gather
from serentak.operations.announcement import order_of
from serentak.operations.play.script import Act

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from serentak.operations.play.cast import Cast
    from serentak.operations.play.script import Script
    from serentak.operations.promises import Clock


class Upload(NamedTuple):
    """An entry on its way to the log: when it gets there, seconds from 00:00 on H, and its bytes."""

    at: int
    order: int
    entry: bytes


def record(script: Script, cast: Cast, clock: Clock, first: Iterable[bytes], began: int) -> list[Upload]:
    """Record a script, and give the entries in the order in which they come to the log.

    Parameters
    ----------
    script
        All acts.
    cast
        The devices.
    clock
        Turns seconds from H into instants.
    first
        Entries that are there before all others: genesis and announcement.
    began
        When those come to the log, seconds from H.
    """
    recorder = _Recorder(cast, clock)
    recorder.uploads = [Upload(began, 0, entry) for entry in first]
    for act in sorted(script.acts, key=lambda each: each.at):
        recorder.act(act)
    for act in recorder.closings(script.end):
        recorder.act(act)
    return sorted(recorder.uploads, key=lambda each: each[:2])


@dataclass(slots=True)
class _Recorder:
    cast: Cast
    clock: Clock
    uploads: list[Upload] = field(default_factory=list)
    _hashes: dict[int, bytes] = field(default_factory=dict)
    _brought: dict[tuple[str, int], int] = field(default_factory=dict)
    _lost: set[tuple[str, int]] = field(default_factory=set)

    def act(self, act: Act) -> None:
        device = self.cast.device(*act.device)
        data = device.record(act.kind, self.clock.instant(act.at + act.clock), **self._fields(act))
        self._hashes[id(act)] = event_hash(data)
        if act.delay is None:
            return
        others = [self.cast.device(*each) for each in act.signers if each != act.device]
        signatures = [device.sign(data), *(each.sign(data) for each in others)]
        if act.alone:
            self._bring(act, encode_entry(data, signatures[:1]), act.device)
        self._bring(act, encode_entry(data, signatures), act.brought or act.device)

    def _bring(self, act: Act, entry: bytes, by: tuple[str, int]) -> None:
        at = act.at + (act.delay or 0)
        if not act.jumps:
            at = self._brought[by] = max(at, self._brought.get(by, at))
        self.uploads.append(Upload(at, len(self.uploads), entry))

    def _fields(self, act: Act) -> dict[str, Any]:
        fields = {
            name: self._hashes[id(value)] if isinstance(value, Act) else value for name, value in act.fields.items()
        }
        if act.load is not None:
            fields["load"] = act.load
        elif act.objects:
            fields["objects"] = gather(act.objects)
        fields |= {name: gather(ids) for name, ids in (("missing", act.missing), ("extra", act.extra)) if ids}
        numbers = order_of(act.objects)
        numbers |= {each: len(numbers) + number for each, number in order_of(act.extra).items()}
        if act.seals:
            boxes = sorted(act.seals, key=numbers.__getitem__)
            fields["seals"] = [[numbers[box], *run] for box in boxes for run in act.seals[box]]
        if act.remarks:
            fields["remarks"] = [[code, numbers[box]] if box else [code] for code, box in act.remarks]
        if act.about:
            fields |= self._keys(act)
        return fields

    def _keys(self, act: Act) -> dict[str, Any]:
        phones = [self.cast.device(*each) for each in act.about]
        if act.kind == Kind.KEY_ENROLLED:
            return {"key": phones[0].public}
        if act.kind == Kind.KEY_REVOKED:
            self._lost.update(act.about)
            return {"keys": [each.id for each in phones], "last_seq": phones[0].seq}
        return {"keys": sorted(each.id for each in phones)}

    def closings(self, at: int) -> Iterator[Act]:
        """Give the last event of every device that recorded any: a device that is not closed may still hold some."""
        for (unit, phone), device in list(self.cast.devices.items()):
            if device.seq and (unit, phone) not in self._lost:
                yield Act(at, Kind.KEY_CLOSED, (unit, phone), {"last_seq": device.seq + 1})
