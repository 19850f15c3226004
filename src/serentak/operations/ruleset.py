"""The default rule set applied: stations and a region become the files of a district folder.

Pure: no file is read or written here, so that one district and the national batch go the same way.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from serentak.base.messages import _
from serentak.operations.fleet_size import Demand, teams_needed
from serentak.territory.columns import ASSUMED, ESCORTS, FLEET, PLACES, STATIONS, STOCK
from serentak.territory.model import Assumption, Station

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from serentak.base.cells import Column
    from serentak.kit.rules import Rules
    from serentak.operations.defaults import Defaults, PlaceDefaults
    from serentak.territory.regions import Region

_KM_PER_DEGREE: Final = 111.2


@dataclass(frozen=True, slots=True)
class Spot:
    """A village with a position: the mean of its stations, weighted by voters."""

    village: str
    name: str
    lon: float
    lat: float
    voters: int


@dataclass(slots=True)
class DistrictFiles:
    """A district folder not yet written.

    Parameters
    ----------
    files
        Content by file name.
    assumed
        Every value the rule set took, also in ``assumed.csv``.
    placed_blindly
        Codes of kecamatan none of whose stations has coordinates; their hubs stand at the warehouse.
    """

    files: dict[str, str] = field(default_factory=dict)
    assumed: list[Assumption] = field(default_factory=list)
    placed_blindly: list[str] = field(default_factory=list)


def default_district(stations: Sequence[Station], region: Region, defaults: Defaults, rules: Rules) -> DistrictFiles:
    """Make a complete district of a list of stations, by the default rule set.

    Parameters
    ----------
    stations
        Stations of one kabupaten or kota, at least one of them with coordinates; an empty `elections` stands
        for those of the region.
    region
        Its entry in the region table.
    defaults
        Figures of the rule set.
    rules
        The rule pack, which says how many boxes and seals there are.

    Raises
    ------
    ValueError
        When no station has coordinates.
    """
    district = DistrictFiles()
    boxes = _boxes_by_kecamatan(stations, region, rules)
    recap = rules["recap_boxes"] * len(region.contests)
    trunk_boxes = sum(boxes.values()) + recap * len(boxes)
    trunk = defaults.fleet.water if region.water else defaults.fleet.trunk
    teams = math.ceil(trunk_boxes / defaults.vehicles[trunk].boxes)
    _write_header(region, defaults, district)
    district.files["stations.csv"] = _csv(STATIONS, (_station_cells(station) for station in stations))
    hubs = _write_places(stations, region, defaults, district)
    usual = defaults.fleet.water if region.water else defaults.fleet.last_mile
    by_vehicle = _demands(stations, hubs, region, rules, lambda station: vehicle_for(station, usual, defaults))
    _write_fleet(_needs(hubs, by_vehicle, region, defaults), (trunk, teams), region, defaults, district)
    guarded = [station for station in stations if station.police_class in rules.escort_classes]
    by_vehicle = _demands(guarded, hubs, region, rules, lambda station: vehicle_for(station, usual, defaults))
    _write_escorts(_needs(hubs, by_vehicle, region, defaults), teams, region, defaults, district)
    _write_stock(trunk_boxes * rules["seals_per_box"], defaults, district)
    district.files["assumed.csv"] = _csv(
        ASSUMED, ([a.file, a.row or "", a.column, a.value, a.rule] for a in district.assumed)
    )
    return district


def warehouse_id(region: Region) -> str:
    """Give the id of a district's warehouse, ``KPU-14.01``."""
    return f"KPU-{region.code}"


def ppk_id(kecamatan: str) -> str:
    """Give the id of a kecamatan's hub, ``PPK-14.01.06``."""
    return f"PPK-{kecamatan}"


def villages(stations: Iterable[Station]) -> list[Spot]:
    """Give the villages that have a position, by code."""
    by_village: dict[str, list[Station]] = defaultdict(list)
    for station in stations:
        if station.lon is not None and station.lat is not None:
            by_village[station.village].append(station)
    spots = []
    for village, there in sorted(by_village.items()):
        lon, lat = _centre([(s.lon or 0.0, s.lat or 0.0, s.voters) for s in there])
        spots.append(Spot(village, there[0].desa_name, round(lon, 6), round(lat, 6), sum(s.voters for s in there)))
    return spots


def nearest_to_centre(spots: Sequence[Spot]) -> Spot:
    """Give the village nearest the centre of all, weighted by voters; the lowest code among equals.

    Raises
    ------
    ValueError
        When there is none.
    """
    if not spots:
        raise ValueError(_("no station has coordinates"))
    lon, lat = _centre([(spot.lon, spot.lat, spot.voters) for spot in spots])
    shrink = math.cos(math.radians(lat))
    return min(
        spots,
        key=lambda spot: (
            round(math.hypot((spot.lon - lon) * shrink, spot.lat - lat) * _KM_PER_DEGREE, 3),
            spot.village,
        ),
    )


def _centre(points: Sequence[tuple[float, float, int]]) -> tuple[float, float]:
    weight = sum(voters for _lon, _lat, voters in points)
    return (
        math.fsum(lon * voters for lon, _lat, voters in points) / weight,
        math.fsum(lat * voters for _lon, lat, voters in points) / weight,
    )


def _boxes_by_kecamatan(stations: Sequence[Station], region: Region, rules: Rules) -> dict[str, int]:
    boxes: dict[str, int] = defaultdict(int)
    for station in stations:
        boxes[station.kecamatan] += rules["boxes"] * len(station.elections or region.contests)
    return dict(sorted(boxes.items()))


def _write_header(region: Region, defaults: Defaults, district: DistrictFiles) -> None:
    general = defaults.district
    terrain = general.terrain_water if region.water else general.terrain
    table = _("region table")
    source = {"name": table, "zone": f"{table}: {region.zone_source}"}
    source["elections"] = f"{table}: {region.contests_source}"
    settings: dict[str, dict[str, object]] = {
        "": {
            "code": region.code,
            "name": region.name,
            "zone": region.zone,
            "election_day": general.election_day,
            "rules": general.rules,
            "elections": list(region.contests),
            "seed": general.seed,
        },
        "travel": {"terrain": terrain},
        "stop": {"min": defaults.stop.min, "sec_per_box": defaults.stop.sec_per_box},
    }
    for direction, tiers in (("out", defaults.out), ("back", defaults.back)):
        for name, tier in tiers.items():
            settings[f"{direction}.{name}"] = {
                "window": list(tier.window),
                "hours": tier.hours,
                "escort": tier.escort,
            }
    ready = defaults.ready
    settings["ready"] = {"from": ready.start, "sec_per_vote": ready.sec_per_vote, "latest": ready.latest}
    lines = []
    for name, values in settings.items():
        lines += [f"\n[{name}]"] if name else []
        for key, value in values.items():
            lines.append(f"{key} = {_toml(value)}")
            dotted = f"{name}.{key}".lstrip(".")
            if dotted != "code":  # the list of stations says it
                rule = source.get(dotted, _("default rule set"))
                _assume(district, ("district.toml", None, dotted), _plain(value), rule)
    district.files["district.toml"] = "\n".join(lines) + "\n"


def _write_places(
    stations: Sequence[Station], region: Region, defaults: Defaults, district: DistrictFiles
) -> dict[str, Spot]:
    """Write warehouse and hubs; give the spot of each kecamatan's hub."""
    hubs: dict[str, Spot] = {}
    spots = villages(stations)
    warehouse = nearest_to_centre(spots)
    names = {station.kecamatan: station.kecamatan_name for station in reversed(stations)}
    rows = [
        _place_cells(
            warehouse_id(region), "warehouse", "", name=_("KPU warehouse, {name}").format(name=region.name),
            spot=warehouse, figures=defaults.warehouse,
        )
    ]  # fmt: skip
    rule = _("at the village nearest the centre of the district, weighted by voters: {desa}")
    _assume_place(district, 2, rows[0], rule.format(desa=warehouse.name))
    by_kecamatan: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        by_kecamatan[spot.village[:8]].append(spot)
    for row, kecamatan in enumerate(sorted(names), 3):
        if kecamatan in by_kecamatan:
            spot = nearest_to_centre(by_kecamatan[kecamatan])
            rule = _("at the village nearest the centre of the kecamatan, weighted by voters: {desa}")
        else:
            village = min(station.village for station in stations if station.kecamatan == kecamatan)
            spot = Spot(village, "", warehouse.lon, warehouse.lat, 0)
            rule = _("no station of the kecamatan has coordinates: those of the warehouse")
            district.placed_blindly.append(kecamatan)
        name = f"PPK {names[kecamatan]}"
        cells = _place_cells(ppk_id(kecamatan), "ppk", warehouse_id(region), name=name, spot=spot, figures=defaults.ppk)
        rows.append(cells)
        hubs[kecamatan] = spot
        _assume_place(district, row, cells, rule.format(desa=spot.name))
    district.files["places.csv"] = _csv(PLACES, rows)
    return hubs


def vehicle_for(station: Station, usual: str, defaults: Defaults) -> str:
    """Give the default vehicle of a station's last mile: the usual one, or that of the first mode that can reach it."""
    if not station.access or defaults.vehicles[usual].mode in station.access:
        return usual
    return defaults.fleet.access[station.access[0]]


def _demands(
    stations: Iterable[Station],
    hubs: dict[str, Spot],
    region: Region,
    rules: Rules,
    vehicle: Callable[[Station], str],
) -> dict[tuple[str, str], list[Demand]]:
    """Give what villages ask of their hub, by kecamatan and vehicle; one without position stands at the hub."""
    every = list(stations)
    spots = {spot.village: spot for spot in villages(every)}
    by_village: dict[tuple[str, str], list[Station]] = defaultdict(list)
    for station in every:
        by_village[station.village, vehicle(station)].append(station)
    demands: dict[tuple[str, str], list[Demand]] = defaultdict(list)
    for (village, name), there in sorted(by_village.items()):
        spot = spots.get(village, hubs[village[:8]])
        boxes = sum(rules["boxes"] * len(station.elections or region.contests) for station in there)
        demands[village[:8], name].append(Demand(spot.lon, spot.lat, len(there), boxes))
    return dict(sorted(demands.items()))


def _needs(
    hubs: dict[str, Spot],
    demands: dict[tuple[str, str], list[Demand]],
    region: Region,
    defaults: Defaults,
) -> dict[tuple[str, str], int]:
    """Give the vehicle teams that each hub needs, by kecamatan and vehicle."""
    terrain = defaults.district.terrain_water if region.water else defaults.district.terrain
    return {
        (code, name): teams_needed(hubs[code].lon, hubs[code].lat, asked, defaults.vehicles[name], terrain, defaults)
        for (code, name), asked in demands.items()
    }


def _place_cells(
    place_id: str, kind: str, parent: str, *, name: str, spot: Spot, figures: PlaceDefaults
) -> list[object]:
    return [
        place_id, spot.village, kind, parent, name, _degrees(spot.lon), _degrees(spot.lat),
        figures.handling_min, figures.sec_per_box, "", figures.night, "", "",
    ]  # fmt: skip


def _assume_place(district: DistrictFiles, row: int, cells: list[object], rule: str) -> None:
    by_name = dict(zip((column.name for column in PLACES), cells, strict=True))
    _assume(district, ("places.csv", row, "village, lon, lat"), "{village}, {lon}, {lat}".format(**by_name), rule)
    for name in ("name", "parent", "handling_min", "sec_per_box", "night"):
        if by_name[name] != "":
            _assume(district, ("places.csv", row, name), by_name[name], _("default rule set"))


def _write_fleet(
    needs: dict[tuple[str, str], int],
    trunk: tuple[str, int],
    region: Region,
    defaults: Defaults,
    district: DistrictFiles,
) -> None:
    bases = [(warehouse_id(region), *trunk), *((ppk_id(code), name, teams) for (code, name), teams in needs.items())]
    rule = _("default rule set")
    if region.water:
        rule = _("default rule set: boxes travel by water ({source})").format(source=region.water_source)
    rows = []
    for row, (base, name, teams) in enumerate(bases, 2):
        figures = defaults.vehicles[name]
        rows.append([
            name, base, figures.mode, teams * figures.team, figures.team, figures.boxes, figures.kg, figures.litres, 1,
            "", figures.cost_day, figures.cost_km, figures.cost_hour, "",
        ])  # fmt: skip
        for column, value in zip(FLEET, rows[-1], strict=True):
            if column.name == "count":
                why = _(
                    "as many as carry everything at once; at a ppk also as many as reach each village directly in a day"
                )
                _assume(district, ("fleet.csv", row, "count"), value, why)
            elif value != "":
                _assume(district, ("fleet.csv", row, column.name), value, rule)
    district.files["fleet.csv"] = _csv(FLEET, rows)


def _write_escorts(
    guarded: dict[tuple[str, str], int], trunk: int, region: Region, defaults: Defaults, district: DistrictFiles
) -> None:
    """Write escort teams: at the warehouse, and at hubs whose stations' police class asks for them."""
    agency, cost = defaults.escorts.agency, defaults.escorts.cost_day
    bases = [(warehouse_id(region), trunk, _("as many as vehicle teams at the warehouse"))]
    by_hub: dict[str, int] = defaultdict(int)
    for (code, _name), teams in guarded.items():
        by_hub[ppk_id(code)] += teams
    why = _("as many as vehicle teams for stations whose police class asks for an escort")
    bases += [(hub, teams, why) for hub, teams in by_hub.items()]
    rows = []
    for row, (base, teams, rule) in enumerate(bases, 2):
        rows.append([agency, base, "", teams, "", "", cost, ""])
        _assume(district, ("escorts.csv", row, "teams"), teams, rule)
        for name, value in (("agency", agency), ("base", base), ("cost_day", cost)):
            _assume(district, ("escorts.csv", row, name), value, _("default rule set"))
    district.files["escorts.csv"] = _csv(ESCORTS, rows)


def _write_stock(seals: int, defaults: Defaults, district: DistrictFiles) -> None:
    item, series = defaults.stock.item, defaults.stock.series
    note = _("invented numbers; replace them by those delivered")
    district.files["stock.csv"] = _csv(STOCK, [[item, series, 1, seals, note]])
    _assume(district, ("stock.csv", 2, "series, from, to"), f"{series} 1-{seals}", note)


def _station_cells(station: Station) -> list[object]:
    movable = {None: "", True: "ya", False: "tidak"}[station.movable]
    return [
        station.kecamatan_name, station.desa_name, station.village, station.number, station.voters,
        _degrees(station.lon), _degrees(station.lat),
        " ".join(station.access), "".join(station.elections), station.kind, station.venue, movable,
        station.police_class, station.parent, "",
    ]  # fmt: skip


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".")


def _assume(district: DistrictFiles, where: tuple[str, int | None, str], value: object, rule: str) -> None:
    district.assumed.append(Assumption(*where, str(value), rule))


def _csv(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(rows)
    return text.getvalue()


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
