"""A small election: one kecamatan, two stations, two elections, out and back, all signed by both. All invented."""

from __future__ import annotations

from hashlib import sha256

from serentak.custody.kinds import Kind
from serentak.custody.objects import expand, gather, load_hash
from serentak.custody.sign import Device
from serentak.custody.state import State

HOUR = 3_600_000
DAY = 24 * HOUR
H = 1_732_640_400_000  # 2024-11-27 00:00 WIB
OFFSET = 420
KPU, PPK, TRUCK, PICKUP, GUARD = "KPU-14.01", "PPK-14.01.06", "truk#1", "pikap#1", "jaga-PPK-14.01.06"
S1, S2 = "14.01.06.2003-001", "14.01.06.2003-002"
STATIONS = (S1, S2)
LETTERS = "BG"
VOTERS = 400
PLAN = sha256(b"plan").digest()
UNITS = {
    KPU: "kpu", PPK: "ppk", TRUCK: "carrier", PICKUP: "carrier", GUARD: "guard", S1: "kpps", S2: "kpps",
    "polres": "police",
}  # fmt: skip


def seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


def objects_of(*stations: str) -> list[str]:
    return [f"{station}-{letter}" for station in stations for letter in "BGK"]


class Scene:
    """Builds the entries of the election one after another; tests cut in by overriding or adding."""

    def __init__(self, district: str = "14.01"):
        self.supervisor = Device(seed("bawaslu"), b"", OFFSET)
        self.organiser, genesis = Device.genesis(
            seed("kpu"), [self.supervisor.public], H - 30 * DAY, OFFSET, name="Pilkada rekaan", day="2024-11-27",
            zone="WIB", district=district, elections=LETTERS, played=1,
        )  # fmt: skip
        self.log = self.supervisor.log = self.organiser.log
        self.entries = [genesis]
        self.devices = {}
        self.loads = {}
        self.boxes = [each for each in objects_of(*STATIONS) if not each.endswith("K")]

    # Tools

    def add(self, device, kind, at, *others, **fields):
        data = device.record(kind, at, **fields)
        self.entries.append(device.entry(data, *others))
        return data

    def act(self, who, kind, at, *others, **fields):
        return self.add(self.devices[who], kind, at, *(self.devices[each] for each in others), **fields)

    def hand(self, giver, receiver, step, at, place, kind=Kind.RECEIVED, sign=None, **fields):
        """One hand-over, recorded by the receiver and signed by both, unless `sign` names who signs."""
        names = (receiver, giver) if sign is None else sign
        what = fields if "objects" in fields or "load" in fields else {"load": self.loads[step], **fields}
        return self.act(names[0], kind, at, *names[1:], giver=giver, receiver=receiver, place=place, step=step, **what)

    def state(self, entries=None, **options):
        state = State(**options)
        for index, entry in enumerate(self.entries if entries is None else entries):
            state.take(index, entry)
        return state

    # Acts

    def enrol(self):
        for number, (unit, role) in enumerate(UNITS.items()):
            device = self.devices[unit] = Device(seed(unit), self.log, OFFSET)
            self.add(
                self.organiser, Kind.KEY_ENROLLED, H - 20 * DAY + number, device,
                key=device.public, unit=unit, role=role,
            )  # fmt: skip

    def load_rows(self, base=0):
        both, rows = gather(objects_of(*STATIONS)), []

        def load(step, giver, receiver, place, begin, end, direction, vehicle, groups=both):
            rows.append([base + step, giver, receiver, place, begin, end, direction, vehicle, "", groups])

        load(100, KPU, TRUCK, KPU, H - 4 * DAY, H - 2 * DAY, 0, TRUCK)
        load(200, TRUCK, PPK, PPK, H - 4 * DAY, H - 2 * DAY, 0, TRUCK)
        load(300, PPK, PICKUP, PPK, H - DAY, H - 2 * HOUR, 0, PICKUP)
        for station in STATIONS:
            load(400, PICKUP, station, station, H - DAY, H - HOUR, 0, PICKUP, gather(objects_of(station)))
            load(700, station, PICKUP, station, H + 14 * HOUR, H + 30 * HOUR, 1, PICKUP, gather(objects_of(station)))
        load(800, PICKUP, PPK, PPK, H + 14 * HOUR, H + 36 * HOUR, 1, PICKUP)
        load(900, PPK, TRUCK, PPK, H + 2 * DAY, H + 4 * DAY, 1, TRUCK)
        load(1000, TRUCK, KPU, KPU, H + 2 * DAY, H + 4 * DAY, 1, TRUCK)
        return rows

    def announce(self, plan=PLAN, base=0, supersedes=None):
        at, organiser = H - 10 * DAY, self.organiser
        rows = self.load_rows(base)
        self.add(organiser, Kind.PLAN, at, plan=plan, pieces=4, **({"supersedes": supersedes} if supersedes else {}))
        self.add(organiser, Kind.LOADS, at, plan=plan, loads=rows)
        for row in rows:
            if len(row[-1]) > 1:
                self.loads[row[0]] = load_hash(row)
        seals = [[number, "SGL", 1000 + 2 * number, 1001 + 2 * number] for number in range(len(self.boxes))]
        self.add(organiser, Kind.SERIES, at, plan=plan, objects=gather(self.boxes), seals=seals)
        self.add(organiser, Kind.GUARDS, at, plan=plan, shifts=[[PPK, GUARD, H - 3 * DAY, H]])
        self.add(
            organiser, Kind.POSTS, at, plan=plan,
            posts=[[KPU, KPU, "warehouse", 0, []], [PPK, PPK, "ppk", 1, [[1_010_000_000, 5_000_000]]]],
        )  # fmt: skip

    def count(self):
        for letter in LETTERS:
            counts = {"received": 2900, "good": 2870, "damaged": 30, "foreign": 0, "usable": 10, "stations": 820,
                      "revote": 2000, "excess": 60}  # fmt: skip
            self.act(KPU, Kind.COUNTED, H - 9 * DAY, unit=KPU, place=KPU, election=letter,
                     counts=[[item, number, number] for item, number in counts.items()])  # fmt: skip

    def destroy(self, at=H - 8 * HOUR, witnesses=True):
        for letter in LETTERS:
            data = self.devices[KPU].record(
                Kind.DESTROYED, at, unit=KPU, place=KPU, election=letter,
                counts=[["destroyed-damaged", 20, 20], ["destroyed-excess", 60, 60]],
            )  # fmt: skip
            others = (self.supervisor, self.devices["polres"]) if witnesses else ()
            self.entries.append(self.devices[KPU].entry(data, *others))

    def pack(self, ballots=410, series=1000):
        for number, box in enumerate(self.boxes):
            at = H - 6 * DAY + number * 60_000
            where = {"unit": KPU, "place": KPU, "objects": gather([box])}
            self.act(KPU, Kind.PACKED, at, step=10, counts=[[box[-1], ballots, ballots]], **where)
            seals = [[0, "SGL", series + 2 * number, series + 1 + 2 * number]]
            self.act(KPU, Kind.SEALED, at + 1000, step=20, seals=seals, **where)

    def go_out(self):
        self.hand(KPU, TRUCK, 100, H - 3 * DAY + 8 * HOUR, KPU)
        self.hand(TRUCK, PPK, 200, H - 3 * DAY + 15 * HOUR, PPK)
        self.act(PPK, Kind.STORED, H - 3 * DAY + 16 * HOUR, unit=PPK, place=PPK, step=201, load=self.loads[200])

    def watch(self):
        for day in (3, 2):
            self.act(
                GUARD, Kind.WATCHED, H - (day - 1) * DAY + 6 * HOUR, unit=GUARD, place=PPK,
                since=H - day * DAY + 14 * HOUR, until=H - (day - 1) * DAY + 7 * HOUR,
            )  # fmt: skip

    def deliver(self, station, at=H - 16 * HOUR, **fields):
        fields.setdefault("objects", gather(objects_of(station)))
        self.hand(PICKUP, station, 400, at, station, **fields)

    def last_mile(self):
        self.hand(PPK, PICKUP, 300, H - 17 * HOUR, PPK)
        for station in STATIONS:
            self.deliver(station)

    def vote(self):
        for station in STATIONS:
            boxes = gather(each for each in objects_of(station) if not each.endswith("K"))
            self.act(station, Kind.OPENED, H + 7 * HOUR, unit=station, place=station, step=500, objects=boxes)
            self.act(station, Kind.CLOSED, H + 20 * HOUR, unit=station, place=station, step=600, objects=boxes)

    def come_back(self):
        for station in STATIONS:
            self.hand(
                station, PICKUP, 700, H + 21 * HOUR, station, sign=(PICKUP, station),
                objects=gather(objects_of(station)),
            )  # fmt: skip
        self.hand(PICKUP, PPK, 800, H + 23 * HOUR, PPK)
        self.act(
            GUARD, Kind.WATCHED, H + 3 * DAY, unit=GUARD, place=PPK, since=H + 22 * HOUR, until=H + 3 * DAY,
        )  # fmt: skip
        self.hand(PPK, TRUCK, 900, H + 2 * DAY + 8 * HOUR, PPK)
        self.hand(TRUCK, KPU, 1000, H + 2 * DAY + 15 * HOUR, KPU)

    def run(self):
        for part in (self.enrol, self.announce, self.count, self.pack, self.destroy, self.go_out, self.watch,
                     self.last_mile, self.vote, self.come_back):  # fmt: skip
            part()
        return self


AFTER = (H + 10 * DAY) // 1000
"""As of ten days after H, in seconds: whatever was announced should be done."""
ALL = sorted(objects_of(*STATIONS))


def every(groups):
    return sorted(expand(groups))
