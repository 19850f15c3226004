"""What a plan costs: vehicle-days, kilometres, driving hours and escort-days, in whole rupiah."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from serentak.base.clock import DAY
from serentak.territory.model import EscortRow, FleetRow


@dataclass(frozen=True, slots=True)
class RunCost:
    """What enters the price of a plan from one run.

    Parameters
    ----------
    row
        Fleet row of the vehicle team.
    vehicle, escort
        Names of the vehicle team and of the escort team, or None.
    days
        Working days on which the run occupies them.
    metres, seconds
        Distance and driving time of one vehicle.
    """

    row: FleetRow
    vehicle: str
    escort: tuple[str, EscortRow] | None
    days: range
    metres: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over runs; a team of two vehicles counts twice."""

    rupiah: int
    metres: int
    seconds: int
    vehicle_days: int
    escort_days: int


def moving_cost(row: FleetRow, metres: int, seconds: int) -> int:
    """Give the rupiah of driving one run: kilometres and hours of every vehicle of the team, rounded half up."""
    return row.team * ((metres * row.cost_km + 500) // 1000 + (seconds * row.cost_hour + 1800) // 3600)


def working_days(first: int, return_: int, hours: tuple[int, int]) -> range:
    """Give the working days a run occupies.

    Parameters
    ----------
    first
        Working day on which it leaves.
    return_
        Second at which it is back; the very second at which the next day's work begins still ends the day before.
    hours
        Working hours; a shift that runs past midnight belongs to the day on which it began.
    """
    return range(first, max(first, (return_ - 1 - hours[0]) // DAY) + 1)


def add_up(runs: Iterable[RunCost]) -> Sums:
    """Add up runs; a vehicle or escort team is paid once a working day however many runs it makes."""
    vehicles: dict[tuple[str, int], FleetRow] = {}
    escorts: dict[tuple[str, int], EscortRow] = {}
    rupiah = metres = seconds = 0
    for run in runs:
        rupiah += moving_cost(run.row, run.metres, run.seconds)
        metres += run.row.team * run.metres
        seconds += run.row.team * run.seconds
        for day in run.days:
            vehicles[run.vehicle, day] = run.row
            if run.escort is not None:
                escorts[run.escort[0], day] = run.escort[1]
    rupiah += sum(row.team * row.cost_day for row in vehicles.values())
    rupiah += sum(row.cost_day for row in escorts.values())
    vehicle_days = sum(row.team for row in vehicles.values())
    return Sums(rupiah, metres, seconds, vehicle_days, len(escorts))
