"""Reasons in words: why a station cannot be served, and the smallest change that would help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from serentak.base.clock import format_moment
from serentak.base.messages import N_, _

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "no_vehicle": (
        N_("no vehicle stands at {base}"),
        N_("base at least one vehicle there, or give the station another parent"),
    ),
    "no_mode": (
        N_("no vehicle at {base} can reach it; it is reached by: {access}"),
        N_("base a vehicle of one of these modes at {base}, or correct the station's access"),
    ),
    "too_large": (
        N_("its {boxes} boxes do not fit on one run; the largest team there carries {largest}"),
        N_("let vehicles move in teams that carry {boxes} boxes, or base a larger one there"),
    ),
    "too_heavy": (
        N_("its {boxes} boxes weigh {kg} kg and take {litres} l with their bundles, more than any team there carries"),
        N_("let vehicles move in teams that carry them, or base a larger one there"),
    ),
    "no_way": (
        N_("there is no way to it from {base} and back by {modes}"),
        N_("check the network and its coordinates, name another mode, or bring it by way of a transit place"),
    ),
    "no_escort": (
        N_("the run must be escorted, and no escort team stands at {base} on those days"),
        N_("base one escort team at {base}, or set escort to none"),
    ),
    "no_day": (
        N_("no vehicle at {base} works on the days of the window"),
        N_("let a vehicle at {base} work on one of these days"),
    ),
    "window": (
        N_("by {vehicle} it is {late_minutes} minutes too late for {due}"),
        N_("let the window end {late_minutes} minutes later or begin that much earlier, or shorten the way"),
    ),
    "hours": (
        N_("there and back by {vehicle} takes {round_trip_minutes} minutes, the working day has {working_minutes}"),
        N_("lengthen the working day by {lacking_minutes} minutes, or let goods rest at a transit place on the way"),
    ),
    "window_and_hours": (
        N_("{vehicle} needs {round_trip_minutes} minutes there and back, and no working day leaves them before {due}"),
        N_("begin the window a day earlier, or start the working day sooner"),
    ),
    "fleet_short": (
        N_("the {vehicles} vehicle teams at {base} have no time left; {undone} of its tasks stay undone"),
        N_("base one more vehicle there, lengthen the working day or the window"),
    ),
    "escort_short": (
        N_("the escort teams at {base} have no time left; {undone} of its tasks stay undone"),
        N_("base one more escort team there, or lengthen its hours or the window"),
    ),
    "hours_short": (
        N_("its tasks need at least {needed_hours} team-hours, the window has {available_hours}"),
        N_("add at least {more_team_days} team-days: more teams, or a longer window"),
    ),
    "closed": (
        N_("every way to it from {base} by {modes} is closed"),
        N_("go by another mode, or let the way be opened before the window ends"),
    ),
    "no_team": (
        N_("no vehicle team that can reach it is left at {base}"),
        N_("send a vehicle from elsewhere to {base}"),
    ),
    "stranded": (
        N_("its boxes wait on the road at {place}, and no team can take them over in time"),
        N_("send a vehicle from elsewhere to {place}"),
    ),
    "held_up": (
        N_("its boxes are held up at {place} on the way"),
        N_("mend the way to {place} first"),
    ),
    "elsewhere": (
        N_("the log shows its goods with {place}, where no run of the plan brings them"),
        N_("have {place} hand them to who should have them, both signing; then re-plan from the log again"),
    ),
    "not_delivered": (
        N_("it was not served on the way out ({out})"),
        N_("mend the way out first"),
    ),
}

_SHORT: Final = {
    "no_vehicle": N_("no vehicle"),
    "no_mode": N_("no vehicle that can reach it"),
    "too_large": N_("too large for one run"),
    "too_heavy": N_("too heavy for one run"),
    "no_way": N_("no way for this mode"),
    "no_escort": N_("no escort"),
    "no_day": N_("no working day"),
    "window": N_("window too short"),
    "hours": N_("working day too short"),
    "window_and_hours": N_("window and working day too short"),
    "fleet_short": N_("too few vehicles"),
    "escort_short": N_("too few escorts"),
    "closed": N_("closed"),
    "no_team": N_("no vehicle team left"),
    "stranded": N_("left on the road"),
    "held_up": N_("held up on the way"),
    "elsewhere": N_("elsewhere, by the log"),
}

CODES: Final = tuple(_WORDS)
"""Every reason a plan may give."""


def in_words(reason: str, figures: Mapping[str, int | str]) -> str:
    """Say a reason with its arithmetic."""
    return _(_WORDS[reason][0]).format_map(_Shown(figures))


def remedy(reason: str, figures: Mapping[str, int | str]) -> str:
    """Say the smallest change that would help."""
    return _(_WORDS[reason][1]).format_map(_Shown(figures))


class _Shown(dict[str, object]):
    """Figures as people read them; one that is not there shows as an ellipsis rather than failing a report."""

    def __init__(self, figures: Mapping[str, int | str]) -> None:
        super().__init__(figures)
        due = figures.get("due")
        if isinstance(due, int):
            self["due"] = format_moment(due)
        out = figures.get("out")
        if isinstance(out, str) and out in _SHORT:
            self["out"] = _(_SHORT[out])

    def __missing__(self, key: str) -> str:
        return "…"
