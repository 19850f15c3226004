"""Measures in words, as reports say them."""

from __future__ import annotations

from collections.abc import Sequence

from serentak.base.messages import _
from serentak.risk.measures import Measure
from serentak.territory.model import District


def in_words(measure: Measure, district: District) -> str:
    """Say a measure in a sentence."""
    texts = {
        "reach": _("serve by {mode}: {at}"),
        "vehicles": _("{number} more of {mode} at {at}"),
        "buffer_out": _("plan every delivery {number} minutes before its deadline"),
        "buffer_back": _("plan every collection {number} minutes before its deadline"),
        "earlier": _("deliver {number} day earlier, guarded for the night, so that a closed way can be tried again"),
        "escorts": _("{number} more escort teams at {at}"),
        "avoid": _("keep off the ways of {at}"),
    }
    names = {place.id: place.name for place in district.places}
    names |= {station.id: f"{station.desa_name} {station.number}" for station in district.stations}
    at = names.get(measure.at, measure.at)
    return texts[measure.kind].format(mode=measure.mode, at=at, number=measure.number)


def step_in_words(step: Sequence[Measure], district: District) -> str:
    """Say what belongs together in one line."""
    reached = [measure.at for measure in step if measure.kind == "reach"]
    said = [_("serve by {mode}: {at}").format(mode=step[0].mode, at=", ".join(reached))] if reached else []
    said += [in_words(measure, district) for measure in step if measure.kind != "reach"]
    return "; ".join(said)
