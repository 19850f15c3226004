"""The national report: ``nation.md`` for people, ``nation.csv`` with a row a district, from the same figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from serentak.base.clock import HOUR, format_moment
from serentak.base.messages import _
from serentak.base.numbers import direction, number, percent, rupiah
from serentak.formats.report.markdown import table
from serentak.formats.report.sums import km
from serentak.plan.figures import Figures, Missed
from serentak.plan.reasons import in_words, remedy
from serentak.territory.regions import Region, region

MOST_RANKED = 15
"""Districts listed in each ranking; all of them stand in ``nation.csv``."""
COMPARED = ("rupiah", "metres", "vehicle_days", "unserved_out", "unserved_back")
"""Figures in which plans are set against nearest neighbour."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A district without a plan, and why."""

    code: str
    stations: int
    words: str


@dataclass(frozen=True, slots=True)
class National:
    """All that the national report tells; nothing in it depends on the machine or the hour.

    Parameters
    ----------
    source, source_sha256
        The national table: file name, and hash of its bytes.
    rows, villages_at_one_point, without_stations
        Rows with stations, rows that stand for several stations at one point, and rows without a station.
    effort
        How long was searched.
    figures, failures
        By code.
    """

    source: str
    source_sha256: str
    rows: int
    villages_at_one_point: int
    without_stations: int
    effort: str
    figures: tuple[Figures, ...]
    failures: tuple[Failure, ...] = ()


@dataclass(slots=True)
class Sums:
    """Sums over districts; see `serentak.plan.figures.Figures` for the units."""

    districts: int = 0
    stations: int = 0
    voters: int = 0
    boxes: int = 0
    recap_boxes: int = 0
    unserved_out: int = 0
    unserved_back: int = 0
    runs: int = 0
    vehicles: int = 0
    vehicle_days: int = 0
    escort_days: int = 0
    metres: int = 0
    seconds: int = 0
    rupiah: int = 0
    nn_rupiah: int = 0
    nn_metres: int = 0
    nn_vehicle_days: int = 0
    nn_unserved_out: int = 0
    nn_unserved_back: int = 0
    trunk_bound: int = 0
    trunk_packed: int = 0
    failed: int = 0

    def add(self, own: Figures) -> None:
        """Add a district."""
        self.districts += 1
        for name in ("boxes", "recap_boxes", "runs", "vehicles", "trunk_bound", "trunk_packed"):
            setattr(self, name, getattr(self, name) + getattr(own, name))
        for name in own.totals.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(own.totals, name))
        if own.baseline is not None:
            for name in COMPARED:
                setattr(self, f"nn_{name}", getattr(self, f"nn_{name}") + getattr(own.baseline, name))


def add_up(figures: Iterable[Figures]) -> Sums:
    """Add up districts."""
    sums = Sums()
    for own in figures:
        sums.add(own)
    return sums


def by_province(national: National) -> dict[Region, Sums]:
    """Add up the districts of each province, by code."""
    found: dict[Region, Sums] = {}
    for own in national.figures:
        found.setdefault(province(own.code), Sums()).add(own)
    for failure in national.failures:
        found.setdefault(province(failure.code), Sums()).failed += 1
    return dict(sorted(found.items(), key=lambda item: item[0].code))


def province(code: str) -> Region:
    """Give the province of a district."""
    return region(region(code).province_code)


def nation_report(national: National) -> str:
    """Write ``nation.md`` in the language in use."""
    sums = add_up(national.figures)
    parts = [
        f"# {_('National distribution plan')}",
        status(national),
        _in_all(national, sums),
        _comparison(sums),
        _provinces(national),
        _unserved(national),
        _failures(national),
        _elections(national),
        _rankings(national),
        _assumed(national),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def status(national: National) -> str:
    """Say what kind of figures these are, and where they come from."""
    return _(
        "Status: planned, nothing of this has happened yet. Stations and voters: as the table {file} gives them "
        "(SHA-256 {sha}). All other figures: computed from it by the default rule set, effort {effort}; hubs, "
        "vehicles, escorts, prices and times are assumed."
    ).format(file=national.source, sha=national.source_sha256[:12], effort=national.effort)


def in_all(national: National, sums: Sums) -> list[tuple[str, str]]:
    """Give the sums over all districts, each with its name."""
    return [
        (_("Districts planned / failed"), f"{number(sums.districts)} / {number(len(national.failures))}"),
        (_("Stations"), number(sums.stations)),
        (_("Voters on the list"), number(sums.voters)),
        (_("Ballot boxes of stations / recapitulation boxes"), f"{number(sums.boxes)} / {number(sums.recap_boxes)}"),
        (
            _("Stations not served: outbound / return"),
            f"{number(sums.unserved_out)} / {number(sums.unserved_back)}",
        ),
        (_("Runs"), number(sums.runs)),
        (_("Vehicles needed on the busiest day of each district"), number(sums.vehicles)),
        (_("Vehicle-days / escort-days"), f"{number(sums.vehicle_days)} / {number(sums.escort_days)}"),
        (_("Distance, km"), km(sums.metres)),
        (_("Driving time, hours"), number(round(sums.seconds / HOUR))),
        (_("Cost"), rupiah(sums.rupiah)),
    ]


def _in_all(national: National, sums: Sums) -> str:
    note = _(
        "Every plan was recomputed by the independent check before it was written; one that broke a rule would stand "
        "under the failed districts."
    )
    return f"## {_('In all')}\n\n" + table(("", _("figure")), in_all(national, sums)) + "\n\n" + note


def _comparison(sums: Sums) -> str:
    rows = [
        (_("Cost"), rupiah(sums.rupiah), rupiah(sums.nn_rupiah), percent(sums.nn_rupiah - sums.rupiah, sums.nn_rupiah)),
        (
            _("Distance, km"),
            km(sums.metres),
            km(sums.nn_metres),
            percent(sums.nn_metres - sums.metres, sums.nn_metres),
        ),
        (
            _("Vehicle-days"),
            number(sums.vehicle_days),
            number(sums.nn_vehicle_days),
            percent(sums.nn_vehicle_days - sums.vehicle_days, sums.nn_vehicle_days),
        ),
        (
            _("Not served: outbound / return"),
            f"{number(sums.unserved_out)} / {number(sums.unserved_back)}",
            f"{number(sums.nn_unserved_out)} / {number(sums.nn_unserved_back)}",
            "",
        ),
    ]
    head = ("", _("this plan"), _("nearest neighbour"), _("saved"))
    note = _(
        "Nearest neighbour is what a spreadsheet gives: always the nearest station left, home when full. The trunks "
        "cost {packed}; for the parts their loads were cut into, no plan costs less than {bound}."
    ).format(packed=rupiah(sums.trunk_packed), bound=rupiah(sums.trunk_bound))
    return f"## {_('Compared with the usual practice')}\n\n" + table(head, rows) + "\n\n" + note


def province_table(national: National) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Give the heading and a row a province."""
    head = (
        _("Province"), _("districts"), _("stations"), _("boxes"), _("not served out / back"), _("vehicle-days"),
        _("escort-days"), "km", _("hours"), _("cost"), _("saved"),
    )  # fmt: skip
    rows = [
        (
            where.name,
            number(sums.districts) + (f" (+{sums.failed})" if sums.failed else ""),
            number(sums.stations),
            number(sums.boxes + sums.recap_boxes),
            f"{number(sums.unserved_out)} / {number(sums.unserved_back)}",
            number(sums.vehicle_days),
            number(sums.escort_days),
            km(sums.metres),
            number(round(sums.seconds / HOUR)),
            rupiah(sums.rupiah),
            percent(sums.nn_rupiah - sums.rupiah, sums.nn_rupiah),
        )
        for where, sums in by_province(national).items()
    ]
    return head, rows


def _provinces(national: National) -> str:
    return f"## {_('By province')}\n\n" + table(*province_table(national))


def missed(national: National) -> list[tuple[Figures, Missed]]:
    """Give what is not served: most stations first."""
    pairs = [(own, lost) for own in national.figures for lost in own.missed]
    return sorted(pairs, key=lambda pair: (pair[1].direction == "back", -pair[1].stations, pair[0].code))


def missed_table(national: National) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Give the heading and a row a district, direction and reason."""
    head = (
        _("District"), _("direction"), _("stations"), _("voters"), _("kecamatan"), _("reason, of the first of them"),
        _("what would help"),
    )  # fmt: skip
    rows = [
        (
            f"{own.name} ({own.code})",
            direction(lost.direction),
            number(lost.stations),
            number(lost.voters),
            ", ".join(lost.kecamatan),
            f"{lost.example}: {in_words(lost.reason, lost.figures)}",
            remedy(lost.reason, lost.figures),
        )
        for own, lost in missed(national)
    ]
    return head, rows


def _unserved(national: National) -> str:
    title = f"## {_('Not served')}\n\n"
    head, rows = missed_table(national)
    if not rows:
        return title + _("Every station is served, out and back.")
    return title + table(head, rows)


def _failures(national: National) -> str:
    if not national.failures:
        return ""
    rows = [
        (f"{region(failure.code).name} ({failure.code})", number(failure.stations), failure.words.replace("\n", " / "))
        for failure in national.failures
    ]
    text = _("These have no plan; the same call tries them again and leaves the others as they are.")
    return f"## {_('Districts that failed')}\n\n{text}\n\n" + table((_("District"), _("stations"), _("why")), rows)


def _elections(national: National) -> str:
    """Say which elections are held where, the usual once and the others with their source."""
    kinds: dict[tuple[str, ...], list[Figures]] = {}
    for own in national.figures:
        kinds.setdefault(own.elections, []).append(own)
    rows = []
    for letters, alike in sorted(kinds.items(), key=lambda item: -len(item[1])):
        names = sorted({province(own.code).name for own in alike})
        shown = ", ".join(names) if len(names) <= 3 else _("{n} provinces").format(n=len(names))
        rows.append((" ".join(letters), number(len(alike)), shown, region(alike[0].code).contests_source))
    head = (_("Elections"), _("districts"), _("where"), _("source"))
    note = _("G governor, B bupati, W walikota; a ballot box for each.")
    return f"## {_('Elections held')}\n\n" + table(head, rows) + "\n\n" + note


def _rankings(national: National) -> str:
    def cost(own: Figures) -> float:
        return own.totals.rupiah / own.boxes if own.boxes else 0.0

    def late(own: Figures) -> float:
        return -1e12 if own.last_arrival is None else own.last_arrival

    titles: list[tuple[str, Callable[[Figures], float]]] = [
        (_("Dearest boxes"), cost),
        (_("Latest arrival at a station"), late),
    ]
    head = (
        _("District"), _("stations"), _("cost a box"), _("km a box"), _("driving hours a station"),
        _("last arrival outbound"), _("not served out / back"),
    )  # fmt: skip
    parts = []
    for title, key in titles:
        rows = [
            (
                f"{own.name} ({own.code})",
                number(own.totals.stations),
                rupiah(round(cost(own))),
                f"{own.totals.metres / 1000 / max(own.boxes, 1):.1f}",
                f"{own.totals.seconds / HOUR / own.totals.stations:.1f}",
                "-" if own.last_arrival is None else format_moment(own.last_arrival),
                f"{own.totals.unserved_out} / {own.totals.unserved_back}",
            )
            for own in sorted(national.figures, key=lambda own: (-key(own), own.code))[:MOST_RANKED]
        ]
        parts.append(f"## {title}\n\n" + table(head, rows))
    return "\n\n".join(parts)


def assumptions(national: National) -> list[str]:
    """Say what was assumed, a sentence each."""
    water = [own for own in national.figures if own.terrain == "river"]
    lines = [
        _(
            "{villages} of the {rows} rows planned stand for several stations at one point, so that the ways between "
            "the stations of a village are a fixed gap; true positions lengthen them."
        ).format(villages=number(national.villages_at_one_point), rows=number(national.rows)),
        _(
            "Voters of a row are shared out evenly over its stations; whether stations and voters of a village are "
            "counted or imputed is the table's to say."
        ),
        _(
            "Times and distances are geodesic, lengthened and slowed by terrain; there is no road network. Only {n} "
            "districts travel by water, those for which the region table has a source; elsewhere vehicles are reckoned "
            "as on land, also where the sea lies between."
        ).format(n=number(len(water))),
        _(
            "Warehouse and hubs stand at the village nearest the centre weighted by voters. Vehicles and escorts are "
            "as many as the rule set needs, so that the plan says how many are needed, not how many there are."
        ),
        _("Each district lists every assumed value in its input/assumed.csv; together they are {n}.").format(
            n=number(sum(own.assumed for own in national.figures))
        ),
    ]
    if national.without_stations:
        lines.append(
            _("{n} rows of the table have no station and were left out.").format(n=number(national.without_stations))
        )
    return lines


def _assumed(national: National) -> str:
    return f"## {_('Assumed')}\n\n" + "\n".join(f"- {line}" for line in assumptions(national))


CSV_COLUMNS = (
    "code", "district", "province_code", "province", "status", "elections", "elections_source", "zone", "terrain",
    "kecamatan", "villages", "stations", "points", "voters", "boxes", "recap_boxes", "unserved_out", "unserved_back",
    "reasons", "runs", "vehicles_busiest_day", "vehicle_days", "escort_days", "metres", "seconds", "rupiah",
    "nn_rupiah", "nn_metres", "nn_vehicle_days", "nn_unserved_out", "nn_unserved_back", "trunk_bound_rupiah",
    "trunk_packed_rupiah", "last_arrival", "assumed_values", "lon", "lat", "plan_sha256", "failure",
)  # fmt: skip
"""Columns of ``nation.csv``."""


def nation_csv(national: National) -> str:
    """Write ``nation.csv``: a row a district, planned or failed, by code."""
    rows = [_csv_row(own) for own in national.figures]
    for failure in national.failures:
        where = region(failure.code)
        known: dict[str, object] = {
            "code": failure.code, "district": where.name, "province_code": where.province_code,
            "province": where.province_name, "status": "failed", "stations": failure.stations,
            "failure": failure.words,
        }  # fmt: skip
        rows.append(known)
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: str(row["code"])))
    return text.getvalue()


def _csv_row(own: Figures) -> dict[str, object]:
    where, base = region(own.code), own.baseline
    reasons = "; ".join(f"{lost.direction} {lost.reason} {lost.stations}" for lost in own.missed)
    row: dict[str, object] = {
        "code": own.code, "district": own.name, "province_code": where.province_code,
        "province": where.province_name, "status": "planned", "elections": "".join(own.elections),
        "elections_source": where.contests_source, "zone": own.zone, "terrain": own.terrain,
        "kecamatan": own.kecamatan, "villages": own.villages, "points": own.points, "boxes": own.boxes,
        "recap_boxes": own.recap_boxes, "reasons": reasons, "runs": own.runs, "vehicles_busiest_day": own.vehicles,
        "trunk_bound_rupiah": own.trunk_bound, "trunk_packed_rupiah": own.trunk_packed,
        "last_arrival": "" if own.last_arrival is None else format_moment(own.last_arrival),
        "assumed_values": own.assumed, "lon": own.hubs[0][0], "lat": own.hubs[0][1], "plan_sha256": own.plan_sha256,
    }  # fmt: skip
    row |= {name: getattr(own.totals, name) for name in own.totals.__struct_fields__}
    if base is not None:
        row |= {f"nn_{name}": getattr(base, name) for name in COMPARED}
    return row
