"""Measure the state of a national election's custody log: 870,000 boxes, 7 million events.

Events are made as the log holds them and fed to the state as ``verify`` feeds it, but trusted: signatures were
checked when the log took them. Making them is not measured. Everything is invented.
"""

from __future__ import annotations

import argparse
import gc
import platform
import resource
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import cbor2

from serentak.custody.entry import key_id
from serentak.custody.fields import BY_NAME
from serentak.custody.kinds import Kind
from serentak.custody.objects import load_hash
from serentak.custody.query import counts
from serentak.custody.report import findings
from serentak.custody.sign import Device
from serentak.custody.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

STATIONS = 435_000
IN_KECAMATAN = 60
H = 1_732_640_400_000
HOUR = 3_600_000
_KEY = {name: field.key for name, field in BY_NAME.items()}
Row = dict[str, Any]


class Writer:
    """Writes events of one device after another as fast as it can, with signatures of zeros."""

    def __init__(self, log: bytes) -> None:
        self._log = log
        self._devices: dict[bytes, tuple[int, bytes]] = {}

    def write(self, device: bytes, other: bytes | None, kind: Kind, at: int, **fields: Any) -> bytes:
        """Give the entry of an event, signed by one device or two."""
        seq, last = self._devices.get(device, (0, b""))
        values = {0: 1, 1: int(kind), 2: self._log, 3: device, 4: seq + 1, 6: at, 7: 420}
        if seq:
            values[5] = last[:16]
        values |= {_KEY[name]: value for name, value in fields.items()}
        data = cbor2.dumps(values, canonical=True)
        self._devices[device] = seq + 1, sha256(data).digest()
        signers = sorted({device, *([other] if other else [])})
        return cbor2.dumps({0: data, 1: [[each, bytes(64)] for each in signers]}, canonical=True)


def _public(unit: str) -> bytes:
    return sha256(unit.encode()).digest()


def _kecamatan(writer: Writer, organiser: bytes, number: int, stations: int) -> Iterator[bytes]:
    code = f"{11 + number // 9000:02d}.{number // 100 % 90 + 1:02d}.{number % 100:02d}"
    names = [f"{code}.20{each // 5:02d}-{each % 5 + 1:03d}" for each in range(stations)]
    return kecamatan_events(writer, organiser, number, code, names)


def kecamatan_events(
    writer: Writer, organiser: bytes, number: int, code: str, names: list[str], letters: str = "BG"
) -> Iterator[bytes]:
    """Give all events of one kecamatan, out and back, about 16 a station of two boxes.

    Parameters
    ----------
    number
        The kecamatan's; the first of every hundred enrols the warehouse.
    names
        Its stations.
    letters
        Of their elections.
    """
    district = code[:5]
    kpu, ppk, truck, pickup = f"KPU-{district}", f"PPK-{code}", f"truk#{number}", f"pikap#{number}"
    roles = {kpu: "kpu", ppk: "ppk", truck: "carrier", pickup: "carrier"} | dict.fromkeys(names, "kpps")
    key = {unit: key_id(_public(unit)) for unit in roles}
    for unit, role in roles.items():
        if unit == kpu and number % 100:
            continue
        fields = {"key": _public(unit), "unit": unit, "role": role}
        yield writer.write(organiser, key[unit], Kind.KEY_ENROLLED, H - 480 * HOUR, **fields)
    groups = [[name, "".join(sorted(letters + "K"))] for name in names]
    plan = sha256(code.encode()).digest()
    shared = [
        [100, kpu, truck, kpu, H - 96 * HOUR, H - 48 * HOUR, 0, truck, "", groups],
        [200, truck, ppk, ppk, H - 96 * HOUR, H - 48 * HOUR, 0, truck, "", groups],
        [300, ppk, pickup, ppk, H - 24 * HOUR, H - 2 * HOUR, 0, pickup, "", groups],
        [800, pickup, ppk, ppk, H + 14 * HOUR, H + 36 * HOUR, 1, pickup, "", groups],
        [900, ppk, truck, ppk, H + 48 * HOUR, H + 96 * HOUR, 1, truck, "", groups],
        [1000, truck, kpu, kpu, H + 48 * HOUR, H + 96 * HOUR, 1, truck, "", groups],
    ]
    own = [
        row
        for name, group in zip(names, groups, strict=True)
        for row in (
            [400, pickup, name, name, H - 24 * HOUR, H - HOUR, 0, pickup, "", [group]],
            [700, name, pickup, name, H + 14 * HOUR, H + 30 * HOUR, 1, pickup, "", [group]],
        )
    ]
    yield writer.write(organiser, None, Kind.PLAN, H - 240 * HOUR, plan=plan, pieces=4)
    posts = [[kpu, kpu, "warehouse", 0, []], [ppk, ppk, "ppk", 0, []]]
    yield writer.write(organiser, None, Kind.POSTS, H - 240 * HOUR, plan=plan, posts=posts)
    yield writer.write(organiser, None, Kind.LOADS, H - 240 * HOUR, plan=plan, loads=shared)
    yield writer.write(organiser, None, Kind.LOADS, H - 240 * HOUR, plan=plan, loads=own)
    boxes = [[name, letter] for name in names for letter in letters]
    seals = [[at, "SGL", 2 * at, 2 * at + 1] for at in range(len(boxes))]
    yield writer.write(organiser, None, Kind.SERIES, H - 240 * HOUR, plan=plan, objects=boxes, seals=seals)
    hashes = {row[0]: load_hash(row) for row in shared}

    def hand(step: int, giver: str, receiver: str, place: str, at: int, **what: Any) -> bytes:
        fields = {"giver": giver, "receiver": receiver, "place": place, "step": step, **what}
        return writer.write(key[receiver], key[giver], Kind.RECEIVED, at, **fields)

    def act(kind: Kind, unit: str, place: str, step: int, at: int, **what: Any) -> bytes:
        return writer.write(key[unit], None, kind, at, unit=unit, place=place, step=step, **what)

    for at, box in enumerate(boxes):
        yield act(Kind.PACKED, kpu, kpu, 10, H - 200 * HOUR + at, objects=[box], counts=[[box[1], 615, 615]])
        own_seals = [[0, "SGL", 2 * at, 2 * at + 1]]
        yield act(Kind.SEALED, kpu, kpu, 20, H - 199 * HOUR + at, objects=[box], seals=own_seals)
    yield hand(100, kpu, truck, kpu, H - 72 * HOUR, load=hashes[100])
    yield hand(200, truck, ppk, ppk, H - 60 * HOUR, load=hashes[200])
    for at, box in enumerate(boxes):
        yield act(Kind.INSPECTED, ppk, ppk, 210, H - 59 * HOUR + at, objects=[box])
    yield hand(300, ppk, pickup, ppk, H - 20 * HOUR, load=hashes[300])
    for at, (name, group) in enumerate(zip(names, groups, strict=True)):
        yield hand(400, pickup, name, name, H - 19 * HOUR + at, objects=[group])
        yield act(Kind.STORED, name, name, 410, H - 18 * HOUR + at, objects=[group])
        for letter in letters:
            yield act(Kind.OPENED, name, name, 500, H + 7 * HOUR, objects=[[name, letter]])
            yield act(Kind.CLOSED, name, name, 600, H + 20 * HOUR, objects=[[name, letter]])
            yield act(Kind.INSPECTED, name, name, 610, H + 20 * HOUR, objects=[[name, letter]])
        yield hand(700, name, pickup, name, H + 21 * HOUR, objects=[group])
        yield act(Kind.INSPECTED, pickup, name, 710, H + 21 * HOUR, objects=[group])
    yield hand(800, pickup, ppk, ppk, H + 23 * HOUR, load=hashes[800])
    yield hand(900, ppk, truck, ppk, H + 50 * HOUR, load=hashes[900])
    yield hand(1000, truck, kpu, kpu, H + 60 * HOUR, load=hashes[1000])


def _memory() -> int:
    """Give the resident memory now, MiB."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
        return int(file.read().split()[1]) * resource.getpagesize() // (1 << 20)


def measure(stations: int, marks: int = 10) -> tuple[list[Row], Row]:
    """Feed an election of so many stations; give the growth in steps, and the whole."""
    gc.disable()
    organiser, genesis = Device.genesis(
        _public("seed"), [_public("bawaslu")], H - 720 * HOUR, 420, name="bench", day="2024-11-27", zone="WIB",
        district="11", elections="BG", played=1,
    )  # fmt: skip
    state, writer = State(trusted=True), Writer(organiser.log)
    state.take(0, genesis)
    before, index, taking = _memory(), 1, 0.0
    growth: list[Row] = []
    kecamatan = -(-stations // IN_KECAMATAN)
    for number in range(kecamatan):
        entries = list(_kecamatan(writer, organiser.id, number, min(IN_KECAMATAN, stations - number * IN_KECAMATAN)))
        began = time.process_time()
        for entry in entries:
            state.take(index, entry)
            index += 1
        state.refresh()
        taking += time.process_time() - began
        if (number + 1) * marks // kecamatan != number * marks // kecamatan:
            growth.append({"events": index, "seconds": round(taking, 1), "MiB": _memory() - before})
    began = time.process_time()
    found = findings(state, H // 1000 + 10 * 86_400)
    judged = time.process_time() - began
    objects = len(state.objects) - 1
    boxes = objects * 2 // 3
    whole = {
        "boxes": boxes, "objects": objects, "events": index, "taken, s": round(taking, 1),
        "events/s": round(index / taking), "judged, s": round(judged, 1),
        "MiB": _memory() - before, "findings": len([each for each in found if each.severity == "finding"]),
        "statuses": {name: number for name, number in counts(state).items() if number},
    }  # fmt: skip
    whole["update events/s"] = incremental(state, writer, index)
    return growth, whole


def incremental(state: State, writer: Writer, index: int, events: int = 5_000) -> int:
    """Give how many events a second are taken into a full state with every object's life followed at once."""
    entries = []
    for number in range(events):
        name = state.objects[1 + number * 3 % (len(state.objects) - 1)].rpartition("-")[0]
        unit = "pikap#0"
        fields = {"unit": unit, "place": "x", "step": 2000 + number, "objects": [[name, "BGK"]]}
        entries.append(writer.write(key_id(_public(unit)), None, Kind.INSPECTED, H + 70 * HOUR, **fields))
    began = time.process_time()
    for number, entry in enumerate(entries):
        state.take(index + number, entry)
        state.refresh()
    return round(events / (time.process_time() - began))


def report(stations: int = STATIONS) -> str:
    """Give the page."""
    growth, whole = measure(stations)
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    rows = "\n".join(f"| {row['events']:,} | {row['seconds']:,} | {row['MiB']:,} |" for row in growth)
    objects = f"{whole['boxes']:,} boxes and {whole['objects'] - whole['boxes']:,} bundles"
    return f"""# Custody at national size

{when}, {platform.machine()}, Python {platform.python_version()}: `python -m bench custody`. Seconds are those of one
core (process time). All events are invented; their signatures were checked when the log took them, and are not
checked here.

{objects}, {whole["events"]:,} events, about 16 a station, out and back.

| what | figure |
|---|---|
| state of every object | {whole["taken, s"]:,} s, {whole["events/s"]:,} events/s |
| all findings as of ten days after H | {whole["judged, s"]:,} s; {whole["findings"]} found: the election is clean |
| memory | {whole["MiB"]:,} MiB |
| an event taken into the full state, its three objects followed at once | {whole["update events/s"]:,} events/s |

Growth:

| events | seconds | MiB |
|---|---|---|
{rows}
"""


def main() -> None:
    """Measure a part: ``python -m bench.custody --stations 4350``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stations", type=int, default=STATIONS)
    print(report(parser.parse_args().stations))


if __name__ == "__main__":
    main()
