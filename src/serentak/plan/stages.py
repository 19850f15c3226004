"""The stages of a district: who serves whom, with what, when. The problem a plan has to answer.

Every place has one parent, where its goods come from. A parent and its children form a *stage* in each
direction: one depot, one fleet, one routing problem. Outbound stages stand parents first, the return after
them, children first.
"""

from __future__ import annotations

from dataclasses import dataclass

from serentak.base.clock import DAY, HOUR
from serentak.kit.kits import Kits
from serentak.kit.rules import Rules
from serentak.plan.model import Direction
from serentak.territory.model import District, EscortRow, FleetRow, Pin, Place, Station, Tier
from serentak.travel import Point, Travel


@dataclass(frozen=True, slots=True)
class Unit:
    """What travels together where it can: the kits of a village, or the recapitulation boxes of a kecamatan.

    Parameters
    ----------
    name
        Village code, station id (a single station), or ``14.01.06-R``.
    stations
        Ids of the stations whose kits these are; empty for recapitulation boxes.
    boxes, grams, millilitres, voters
        Sums over the kits.
    """

    name: str
    stations: tuple[str, ...]
    boxes: int
    grams: int
    millilitres: int
    voters: int


@dataclass(frozen=True, slots=True)
class Child:
    """A station or place served by a stage.

    Parameters
    ----------
    units
        Its goods: a single unit for a station, villages and recapitulation boxes for a place.
    earliest
        Earliest departure from the base towards it.
    opens, closes
        Earliest start of handling here (on the return: when its boxes are ready), and latest arrival here.
    home_by
        Latest arrival back at the base with its goods; None outbound, where only working hours bind the way home.
    hours
        Hours in which goods are handled here, or None for any.
    fixed, per_box
        Seconds a vehicle halts here: fixed, and a box.
    access
        Modes that can reach it; empty for any.
    escorted
        Whether the police class asks for an escort whatever the tier says.
    night
        Whether a vehicle may sleep here.
    temporary
        Whether goods of a lost run wait here: on the way out they are taken on board here, not handed over.
    """

    id: str
    point: Point
    is_station: bool
    units: tuple[Unit, ...]
    earliest: int
    opens: int
    closes: int
    home_by: int | None
    hours: tuple[int, int] | None
    fixed: int
    per_box: int
    access: tuple[str, ...]
    escorted: bool
    night: bool
    temporary: bool = False

    def service(self, boxes: int) -> int:
        """Give the seconds a vehicle halts here to hand over or take that many boxes."""
        return self.fixed + self.per_box * boxes


@dataclass(frozen=True, slots=True)
class StageSpec:
    """The routing problem of one base in one direction; see `Child` for its parts.

    Parameters
    ----------
    hours
        Working hours of the stage's day; the end may lie past 24:00.
    escort
        ``run``: every vehicle team is escorted; ``none``: only children that ask for it.
    overnight
        Whether a vehicle may sleep at a child with `night` (trunk only).
    """

    id: str
    direction: Direction
    tier: str
    base: Place
    children: tuple[Child, ...]
    fleet: tuple[FleetRow, ...]
    escorts: tuple[EscortRow, ...]
    hours: tuple[int, int]
    escort: str
    overnight: bool

    @property
    def window(self) -> tuple[int, int]:
        """Earliest departure and latest arrival over all children."""
        ends = (child.closes if child.home_by is None else child.home_by for child in self.children)
        return min(child.earliest for child in self.children), max(ends)

    def days(self) -> range:
        """Give the working days whose shift touches the window."""
        start, end = self.window
        first = (start - self.hours[1]) // DAY + 1
        # Outbound the drive home may end after the window; no shift may begin after it.
        return range(first, (end - self.hours[0]) // DAY + 1)

    def shift(self, day: int, row: FleetRow, escort: EscortRow | None = None) -> tuple[int, int] | None:
        """Give start and end of a vehicle's working day in seconds from H, or None if it does not work then."""
        if row.days and day not in row.days:
            return None
        start, end = self.hours
        if self.base.hours is not None:
            start, end = max(start, self.base.hours[0]), min(end, self.base.hours[1])
        if escort is not None:
            if escort.days and day not in escort.days:
                return None
            if escort.hours is not None:
                start, end = max(start, escort.hours[0]), min(end, escort.hours[1])
        end = min(end, self.hours[0] + DAY)  # longer days would overlap, and count a team twice
        return (day * DAY + start, day * DAY + end) if end > start else None

    def escort_teams(self, day: int) -> list[tuple[str, EscortRow]]:
        """Give the escort teams on duty on a working day, by name."""
        return [(name, row) for row in self.escorts if not row.days or day in row.days for name in row.names()]

    def needs_escort(self, child: Child) -> bool:
        """Tell whether a vehicle that serves this child must be escorted."""
        return self.escort == "run" or child.escorted


def recap_unit(kecamatan: str) -> str:
    """Give the name under which a kecamatan's recapitulation boxes travel, ``14.01.06-R``."""
    return f"{kecamatan}-R"


def is_recap(name: str) -> bool:
    """Tell whether a unit's name stands for recapitulation boxes."""
    return name.endswith("-R")


def ready_at(district: District, station: Station) -> int:
    """Give the second at which a station's boxes are ready for the return."""
    rule = district.ready
    counted = rule.start + rule.seconds_per_vote * station.voters * len(station.elections)
    return min(counted, rule.latest)


def build_stages(district: District, kits: Kits, rules: Rules, travel: Travel, direction: Direction) -> list[StageSpec]:
    """Lay a district out as stages, in the order in which they are planned.

    Parameters
    ----------
    district
        As read from its folder.
    kits
        What each station receives.
    rules
        The rule pack, for the police classes that ask for an escort.
    travel
        Gives the journeys behind a transit place, which must be done before the window ends.
    direction
        ``out``: parents first; ``back``: children first.
    """
    return _Builder(district, kits, rules, travel, direction).build()


class _Builder:
    def __init__(self, district: District, kits: Kits, rules: Rules, travel: Travel, direction: Direction) -> None:
        self.district, self.kits, self.rules = district, kits, rules
        self.travel, self.direction = travel, direction
        self.places = {place.id: place for place in district.places}
        self.below: dict[str, list[Station | Place]] = {place.id: [] for place in district.places}
        for station in district.stations:
            self.below[station.parent].append(station)
        for place in district.places:
            if place.parent:
                self.below[place.parent].append(place)
        self.recap = recap_holders(district)
        self.journeys: dict[tuple[str, str, float], dict[str, int]] = {}

    def build(self) -> list[StageSpec]:
        order: list[Place] = [place for place in self.district.places if place.kind == "warehouse"]
        for place in order:  # grows while it is walked: parents come before their children
            order.extend(child for child in self.below[place.id] if isinstance(child, Place))
        specs = [spec for place in order if (spec := self._stage(place)) is not None]
        return specs if self.direction == "out" else specs[::-1]

    def _stage(self, base: Place) -> StageSpec | None:
        below = [(child, units) for child in self.below[base.id] if (units := self._units(child))]
        if not below:
            return None
        children = tuple(self._child(base, child, units) for child, units in below)
        tier_name, tier = self._tier_of_stage(base, [child for child, _units in below])
        district = self.district
        return StageSpec(
            id=f"{self.direction}:{base.id}",
            direction=self.direction,
            tier=tier_name,
            base=base,
            children=children,
            fleet=tuple(row for row in district.fleet if row.base == base.id),
            escorts=tuple(row for row in district.escorts if row.base == base.id),
            hours=tier.hours,
            escort=tier.escort,
            overnight=base.kind == "warehouse",
        )

    def _tier_of_stage(self, base: Place, below: list[Station | Place]) -> tuple[str, Tier]:
        """Give the tier whose hours and escort rule hold: of several, the one nearest the warehouse."""
        if self.direction == "back":
            name = "kpu" if any(self._back_tier(base, child) == "kpu" for child in below) else "ppk"
            return name, self.district.back[name]
        names = {self._tier_name(child) for child in below}
        name = next(tier for tier in ("ppk", "pps", "tps") if tier in names)
        return name, self.district.out[name]

    def _tier_name(self, child: Station | Place) -> str:
        """Give the outbound tier of a child; a transit place shares the tier of what lies behind it."""
        if isinstance(child, Station):
            return "tps"
        if child.kind in ("ppk", "pps"):
            return child.kind
        names = {self._tier_name(grandchild) for grandchild in self.below[child.id] if self._units(grandchild)}
        return next((tier for tier in ("ppk", "pps", "tps") if tier in names), "tps")

    def _back_tier(self, base: Place, child: Station | Place) -> str:
        """Give the tier of a child's way back: to KPU from a hub, also by way of a port, else to the PPK."""
        return "kpu" if base.kind == "warehouse" or self._tier_name(child) == "ppk" else "ppk"

    def _units(self, child: Station | Place) -> tuple[Unit, ...]:
        if isinstance(child, Station):
            return (self._unit(child.id, [child]),)
        villages: dict[str, list[Station]] = {}
        for station in self._stations_behind(child):
            villages.setdefault(station.village, []).append(station)
        units = [self._unit(village, stations) for village, stations in villages.items()]
        for kecamatan in self._recap_behind(child):
            kit = self.kits.recap[kecamatan]
            units.append(Unit(recap_unit(kecamatan), (), len(kit.boxes), kit.grams, kit.millilitres, 0))
        return tuple(units)

    def _unit(self, name: str, stations: list[Station]) -> Unit:
        kits = [self.kits.stations[station.id] for station in stations]
        return Unit(
            name,
            tuple(station.id for station in stations),
            sum(len(kit.boxes) for kit in kits),
            sum(kit.grams for kit in kits),
            sum(kit.millilitres for kit in kits),
            sum(station.voters for station in stations),
        )

    def _stations_behind(self, place: Place) -> list[Station]:
        found: list[Station] = []
        for child in self.below[place.id]:
            found.extend([child] if isinstance(child, Station) else self._stations_behind(child))
        return found

    def _recap_behind(self, place: Place) -> list[str]:
        found = [kecamatan for kecamatan, holder in self.recap.items() if holder == place.id]
        for child in self.below[place.id]:
            if isinstance(child, Place):
                found.extend(self._recap_behind(child))
        return found

    def _child(self, base: Place, child: Station | Place, units: tuple[Unit, ...]) -> Child:
        earliest, opens, closes, home_by = self._times(base, child)
        if isinstance(child, Station):
            return Child(
                child.id, point_of(child), True, units, earliest, opens, closes, home_by, None,
                self.district.stop_seconds, self.district.stop_seconds_per_box, child.access,
                child.police_class in self.rules.escort_classes, False,
            )  # fmt: skip
        # Unloading takes time a box; loading takes the fixed time whatever the size of the load.
        per_box = child.seconds_per_box if self.direction == "out" else 0
        return Child(
            child.id, point_of(child), False, units, earliest, opens, closes, home_by, child.hours,
            child.handling, per_box, (), False, child.night,
        )  # fmt: skip

    def _times(self, base: Place, child: Station | Place) -> tuple[int, int, int, int | None]:
        home_by: int | None = None
        if self.direction == "out":
            tier = self._tier_name(child)
            earliest, closes = self._tier_window("out", tier, child.kecamatan)
            if isinstance(child, Place) and child.kind == "transit":
                # What leaves here last must also be home before that day's work ends.
                start, end = self.district.out[tier].hours
                day_ends = (closes - start) // DAY * DAY + end
                closes = min(closes, day_ends - self._way_home(child)) - self._behind(child)
            opens = earliest
        else:
            tier = self._back_tier(base, child)
            earliest, closes = self._tier_window("back", tier, child.kecamatan)
            home_by = closes - self._onward(base)
            opens = ready_at(self.district, child) if isinstance(child, Station) else earliest
        for pin in self.district.pins:
            if pin.target == child.id and pin_direction(pin) == self.direction:
                opens = opens if pin.not_before is None else max(opens, pin.not_before)
                closes = closes if pin.not_after is None else min(closes, pin.not_after)
        return earliest, opens, closes, home_by

    def _tier_window(self, direction: str, tier: str, kecamatan: str) -> tuple[int, int]:
        own = self.district.group_windows.get((direction, tier, kecamatan))
        tiers = self.district.out if direction == "out" else self.district.back
        return own if own is not None else tiers[tier].window

    def _behind(self, transit: Place) -> int:
        """Give the longest direct journey and handling behind a transit place, in seconds."""
        longest = 0
        boxes = sum(unit.boxes for unit in self._units(transit))
        for child in self.below[transit.id]:
            onward = self._direct(transit, child)
            if isinstance(child, Place):
                onward += self._behind(child) if child.kind == "transit" else 0
            longest = max(longest, onward)
        return transit.handling * 2 + transit.seconds_per_box * boxes + longest

    def _way_home(self, transit: Place) -> int:
        """Give the time from arrival at the farthest child of a transit place until the vehicle is back, in seconds."""
        boxes = max(len(kit.boxes) for kit in self.kits.stations.values())
        stop = self.district.stop_seconds + self.district.stop_seconds_per_box * boxes
        return max(
            self._direct(transit, child) + (stop if isinstance(child, Station) else child.handling)
            for child in self.below[transit.id]
        )

    def _onward(self, base: Place) -> int:
        """Give the time goods still need, on the return, from a transit place to the place above it."""
        if base.kind not in ("transit", "pps") or not base.parent:
            return 0
        parent = self.places[base.parent]
        boxes = sum(unit.boxes for unit in self._units(base))
        handling = base.handling * 2 + base.seconds_per_box * boxes
        return handling + self._direct(parent, base) + self._onward(parent)

    def _direct(self, base: Place, child: Station | Place) -> int:
        """Give the quickest direct journey by the fleet of a base that may reach the child, in seconds."""
        access = child.access if isinstance(child, Station) else ()
        pace = {(row.mode, row.speed_factor) for row in self.district.fleet if row.base == base.id}
        times = [
            self._journeys(base, mode, factor)[child.id]
            for mode, factor in sorted(pace)
            if not access or mode in access
        ]
        return min((time for time in times if time >= 0), default=0)

    def _journeys(self, base: Place, mode: str, factor: float) -> dict[str, int]:
        """Give the seconds from a base to each of its children."""
        if (base.id, mode, factor) not in self.journeys:
            below = self.below[base.id]
            seconds = self.travel.legs([point_of(item) for item in (base, *below)], mode, factor).seconds[0, 1:]
            ids = (child.id for child in below)
            self.journeys[base.id, mode, factor] = dict(zip(ids, seconds.tolist(), strict=True))
        return self.journeys[base.id, mode, factor]


def pin_direction(pin: Pin) -> Direction:
    """Tell which direction an officer's pin concerns: before the vote opens at 07:00 on H, the way out."""
    moment = pin.not_after if pin.not_after is not None else pin.not_before
    return "out" if moment is None or moment <= 7 * HOUR else "back"


def point_of(item: Station | Place) -> Point:
    """Give where a station or place lies."""
    assert item.lon is not None and item.lat is not None  # noqa: S101, PT018 - the reader fills what is empty
    return Point(item.id, item.lon, item.lat)


def recap_holders(district: District) -> dict[str, str]:
    """Give the place that receives each kecamatan's recapitulation boxes: its first ppk."""
    holders: dict[str, str] = {}
    for place in district.places:
        if place.kind == "ppk":
            holders.setdefault(place.kecamatan, place.id)
    return holders
