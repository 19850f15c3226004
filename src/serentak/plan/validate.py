"""What a district must satisfy before it can be planned at all, beyond what its tables say one by one."""

from __future__ import annotations

from serentak.base.clock import DAY, format_hours, format_moment
from serentak.base.errors import Problems
from serentak.base.messages import _
from serentak.kit.kits import Kits
from serentak.plan.stages import recap_holders
from serentak.territory.model import District

HEADER = "district.toml"


def validate(district: District, kits: Kits) -> Problems:
    """Look for contradictions between the parts of a district.

    Returns
    -------
    Problems
        Errors: a working day of more than 24 hours, outbound work that may still go on when the return begins (the
        same vehicles serve both). Warnings: recapitulation boxes that have no ppk to go to.
    """
    problems = Problems()
    _check_hours(district, problems)
    _check_directions(district, problems)
    holders = recap_holders(district)
    for kecamatan in kits.recap:
        if kecamatan not in holders:
            message = _("the kecamatan has no ppk, so its recapitulation boxes stay at the warehouse")
            problems.warn("places.csv", None, "kind", kecamatan, message, _("add a place of kind ppk in it"))
    return problems


def _check_hours(district: District, problems: Problems) -> None:
    for direction, tiers in (("out", district.out), ("back", district.back)):
        for name, tier in tiers.items():
            if tier.hours[1] - tier.hours[0] > DAY:
                problems.error(
                    HEADER,
                    None,
                    f"{direction}.{name}.hours",
                    format_hours(tier.hours),
                    _("a working day has 24 hours at most"),
                    _("shorten it, so that one day's shift ends before the next begins"),
                )


def _check_directions(district: District, problems: Problems) -> None:
    windows = [("back", name, tier.window) for name, tier in district.back.items()]
    windows += [(way, name, own) for (way, name, _kecamatan), own in district.group_windows.items() if way == "back"]
    first = min((window[0] for _way, _name, window in windows), default=None)
    ends = [(name, tier.window[1]) for name, tier in district.out.items()]
    ends += [(name, own[1]) for (way, name, _kecamatan), own in district.group_windows.items() if way == "out"]
    for name, end in ends:
        hours = district.out[name].hours
        over = (end - hours[0]) // DAY * DAY + hours[1]
        if first is not None and over > first:
            message = _("work of the way out may last until {over}, and the return begins at {first}")
            problems.error(
                HEADER,
                None,
                f"out.{name}.window",
                format_moment(end),
                message.format(over=format_moment(over), first=format_moment(first)),
                _("end the window or the hours sooner, or let the return begin later"),
            )
