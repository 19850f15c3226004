"""How surely the plans of the country hold: ``nation.md`` for people, the weakest places and every kecamatan as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from serentak.base.clock import HOUR, MINUTE
from serentak.base.messages import _
from serentak.base.numbers import direction as direction_word
from serentak.base.numbers import number
from serentak.formats.nation import province
from serentak.formats.report.markdown import table
from serentak.formats.stress import assumed_spreads, effects_words, interval, mean, share
from serentak.plan.figures import Figures
from serentak.plan.model import Direction
from serentak.risk.chance import Chance
from serentak.risk.outlook import DIRECTIONS
from serentak.risk.uncertainty import Uncertainty
from serentak.risk.weakest import Weak
from serentak.territory.regions import region
from serentak.travel.national_hazards import NationalHazards, NationalLayer

WEAKEST_COLUMNS: Final = (
    "situation", "rank", "village", "name", "kecamatan", "district_code", "district", "direction", "stations", "voters",
    "station", "on_time", "low", "high", "on_time_without_hazards", "why", "margin_minutes", "stop", "stops",
    "driving_minutes", "base", "sites",
)  # fmt: skip
"""Columns of ``weakest.csv``."""
KECAMATAN_COLUMNS: Final = (
    "situation",
    "district_code",
    "kecamatan",
    "direction",
    "on_time",
    "on_time_without_hazards",
)
"""Columns of ``kecamatan.csv``."""
SURE: Final = 0.95
"""Chance that all stations of a district are in time, from which on it is counted as sure."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How surely one district's plan holds in one situation, by direction.

    Parameters
    ----------
    stations
        Stations that the plan serves.
    late, late_calm
        Of them, late or not reached in the mean; with the hazards and without.
    all_on_time
        Chance that all of them are in time.
    kecamatan
        Code, chance that all its stations are in time, and the same without hazards.
    """

    code: str
    situation: str
    stations: dict[Direction, int]
    late: dict[Direction, float]
    late_calm: dict[Direction, float]
    all_on_time: dict[Direction, Chance]
    kecamatan: dict[Direction, tuple[tuple[str, float, float], ...]]


@dataclass(frozen=True, slots=True)
class NationalStress:
    """All that the report tells.

    Parameters
    ----------
    futures, seed, uncertainty
        What was simulated.
    hazards
        As read, or None.
    situations
        Their names; the season is ``musim``.
    figures
        Of the districts with a plan.
    holdings
        A district and situation each.
    weak
        The weakest places by situation, the weakest first.
    without_record
        Districts in which nothing is on record, so that nothing closes in them.
    failures
        Code and words.
    """

    futures: int
    seed: int
    uncertainty: Uncertainty
    hazards: NationalHazards | None
    situations: tuple[str, ...]
    figures: tuple[Figures, ...]
    holdings: tuple[Holding, ...]
    weak: dict[str, tuple[Weak, ...]]
    without_record: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the sums and the weakest places as plain data."""
        return {
            "futures": self.futures,
            "seed": self.seed,
            "situations": {
                name: {
                    **{
                        direction: {
                            "stations": _sum(self, name, direction),
                            "late_mean": sum(own.late[direction] for own in _of(self, name)),
                            "late_mean_calm": sum(own.late_calm[direction] for own in _of(self, name)),
                        }
                        for direction in DIRECTIONS
                    },
                    "weakest": [{field: getattr(weak, field) for field in Weak.__slots__} for weak in self.weak[name]],
                }
                for name in self.situations
            },
            "without_record": list(self.without_record),
            "failed": [{"code": code, "words": words} for code, words in self.failures],
        }


def stress_report(found: NationalStress) -> str:
    """Write ``nation.md`` in the language in use."""
    parts = [
        f"# {_('How surely the plans of the country hold')}",
        _head(found),
        _situations(found),
        _provinces(found),
        *(_weakest(found, name) for name in found.situations),
        _failures(found),
        _assumptions(found),
        assumed_spreads(found.uncertainty),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def stress_lines(found: NationalStress) -> list[str]:
    """Say the outcome in a line a situation and direction."""
    line = _("{situation}, {direction}: of {stations} stations {late} late or not reached in the mean")
    return [
        line.format(
            situation=name, direction=direction_word(direction), stations=number(_sum(found, name, direction)),
            late=mean(sum(own.late[direction] for own in _of(found, name))),
        )
        for name in found.situations
        for direction in DIRECTIONS
    ]  # fmt: skip


def weakest_csv(found: NationalStress) -> str:
    """Write ``weakest.csv``; see `WEAKEST_COLUMNS`."""
    rows = [
        (
            name, place, weak.village, weak.name, weak.kecamatan, weak.district, region(weak.district).name,
            weak.direction, weak.stations, weak.voters, weak.station, *(f"{value:.5f}" for value in weak.on_time),
            f"{weak.calm:.5f}", weak.why, round(weak.margin / MINUTE), weak.stop, weak.stops,
            round(weak.driving / MINUTE), weak.base, "; ".join(weak.sites),
        )
        for name in found.situations
        for place, weak in enumerate(found.weak[name], 1)
    ]  # fmt: skip
    return _csv(WEAKEST_COLUMNS, rows)


def kecamatan_csv(found: NationalStress) -> str:
    """Write ``kecamatan.csv``; see `KECAMATAN_COLUMNS`."""
    rows = [
        (own.situation, own.code, code, direction, f"{on_time:.5f}", f"{calm:.5f}")
        for own in found.holdings
        for direction in DIRECTIONS
        for code, on_time, calm in sorted(own.kecamatan[direction])
    ]
    return _csv(KECAMATAN_COLUMNS, rows)


def _csv(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return out.getvalue()


def _of(found: NationalStress, situation: str) -> list[Holding]:
    return [own for own in found.holdings if own.situation == situation]


def _sum(found: NationalStress, situation: str, direction: Direction) -> int:
    return sum(own.stations[direction] for own in _of(found, situation))


def _head(found: NationalStress) -> str:
    unserved = [
        sum(own.totals.unserved_out for own in found.figures),
        sum(own.totals.unserved_back for own in found.figures),
    ]
    said = _(
        "Status: simulated, {futures} futures of each district's plan, seed {seed}. Nothing of this has happened. In "
        "brackets the 95 % interval that the number of futures leaves open; it does not tell whether the assumptions "
        "below are right. Stations that the plans do not serve at all, {out} outbound and {back} on the return, stand "
        "in the national report with their reasons and are not counted here."
    ).format(futures=number(found.futures), seed=found.seed, out=number(unserved[0]), back=number(unserved[1]))
    if found.hazards is None:
        return said + "\n\n" + _("No hazards were given; only delays and breakdowns are simulated.")
    text = _("Hazards: {file} (SHA-256 {sha}), season {season}.")
    return (
        said + "\n\n" + text.format(file=found.hazards.file, sha=found.hazards.sha256[:12], season=found.hazards.season)
    )


def _note(found: NationalStress, situation: str) -> str:
    for one in found.hazards.scenarios if found.hazards is not None else ():
        if one.name == situation:
            where = ", ".join(one.regions)
            return one.note + (" " + _("Holds in: {regions}.").format(regions=where) if where else "")
    return _("the chances of the season")


def _situations(found: NationalStress) -> str:
    rows = [
        (
            name, direction_word(direction), number(_sum(found, name, direction)),
            mean(sum(one.late[direction] for one in own)), mean(sum(one.late_calm[direction] for one in own)),
            number(sum(one.all_on_time[direction].value >= SURE for one in own)) + " / " + number(len(own)),
        )
        for name in found.situations
        for own in [_of(found, name)]
        for direction in DIRECTIONS
    ]  # fmt: skip
    head = (
        _("situation"), _("direction"), _("stations served"), _("late or not reached, mean"), _("without hazards"),
        _("districts with all stations in time in 95 % of futures"),
    )  # fmt: skip
    notes = "\n".join(f"- **{name}**: {_note(found, name)}" for name in found.situations)
    return f"## {_('Situations')}\n\n{notes}\n\n" + table(head, rows)


def _provinces(found: NationalStress) -> str:
    sums: dict[tuple[str, str], dict[tuple[str, Direction], float]] = {}
    for own in found.holdings:
        where = province(own.code)
        row = sums.setdefault((where.code, where.name), {})
        for direction in DIRECTIONS:
            row[own.situation, direction] = row.get((own.situation, direction), 0.0) + own.late[direction]
    head = (_("Province"), *(f"{name}, {direction_word(way)}" for name in found.situations for way in DIRECTIONS))
    rows = [
        (name, *(mean(row.get((situation, way), 0.0)) for situation in found.situations for way in DIRECTIONS))
        for (_code, name), row in sorted(sums.items())
    ]
    title = _("Stations late or not reached in the mean, by province")
    return f"## {title}\n\n" + table(head, rows)


def reason(weak: Weak) -> str:
    """Say what makes a place weak."""
    if weak.why == "hazards":
        text = _("{share} of futures are lost to closed ways at: {sites}")
        sites = "; ".join(weak.sites[:3]) + ("; …" if len(weak.sites) > 3 else "")
        return text.format(share=share(weak.calm - weak.on_time.value), sites=sites)
    if weak.direction == "out":
        text = _(
            "little time: planned {minutes} minutes before its deadline, stop {stop} of {stops} of a run of {hours} "
            "driving hours from {base}"
        )
    else:
        text = _(
            "little time: the run is planned back {minutes} minutes before the deadline, after {stops} stops and "
            "{hours} driving hours from {base}"
        )
    return text.format(
        minutes=round(weak.margin / MINUTE), stop=weak.stop, stops=weak.stops, hours=f"{weak.driving / HOUR:.1f}",
        base=weak.base,
    )  # fmt: skip


def _weakest(found: NationalStress, situation: str) -> str:
    rows = [
        (
            number(place), f"{weak.name} ({weak.village})", f"{weak.kecamatan}, {region(weak.district).name}",
            direction_word(weak.direction), number(weak.stations), number(weak.voters), interval(weak.on_time),
            share(weak.calm), reason(weak),
        )
        for place, weak in enumerate(found.weak[situation], 1)
    ]  # fmt: skip
    head = (
        "", _("village"), _("where"), _("direction"), _("stations"), _("voters"), _("in time"), _("without hazards"),
        _("why"),
    )  # fmt: skip
    title = _("The {n} weakest places: {situation}").format(n=len(rows), situation=situation)
    note = _("A village is told by its least sure station; of equal ones that with most voters comes first.")
    return f"## {title}\n\n{note}\n\n" + table(head, rows)


def _failures(found: NationalStress) -> str:
    if not found.failures:
        return ""
    rows = [(f"{region(code).name} ({code})", words.replace("\n", " / ")) for code, words in found.failures]
    return f"## {_('Districts that failed')}\n\n" + table((_("District"), _("why")), rows)


def _layer(layer: NationalLayer) -> str:
    return _(
        "{name}: events of {years} years on record (source: {source}; as of {as_of}). Assumed: they come {factor} "
        "times as often in the season as in the mean of the year, by chance and independent of one another; one lasts "
        "{days} days and touches each village of its region with a chance of {given}; ways to and from it are then: "
        "{modes}."
    ).format(
        name=layer.name, years=f"{layer.years:g}", source=layer.source, as_of=layer.as_of, days=layer.lasts,
        factor=f"{layer.season_factor:g}", given=share(layer.given), modes=effects_words(layer.effect),
    )  # fmt: skip


def _assumptions(found: NationalStress) -> str:
    lines = [_layer(layer) for layer in found.hazards.layers] if found.hazards is not None else []
    if found.without_record:
        lines.append(
            _(
                "{n} districts have no record, which is not the same as no events; nothing closes in them: {codes}."
            ).format(n=len(found.without_record), codes=", ".join(found.without_record))
        )
    if found.hazards is not None:
        lines.append(
            _(
                "Ways are estimates from coordinates: a closed village is closed on every side, and no way round is "
                "known."
            )
        )
    return f"## {_('Assumed')}\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""
