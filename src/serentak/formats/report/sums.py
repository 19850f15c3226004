"""The plan as a whole: which plan it is, its sums, and what the usual practice would cost."""

from __future__ import annotations

from serentak.base.clock import format_moment
from serentak.base.messages import _
from serentak.base.numbers import number, percent, rupiah
from serentak.formats.paper.source import Source
from serentak.formats.report.page import Section, Text, table


def head(source: Source) -> str:
    """Say which plan this is, and that it is a plan."""
    plan, district = source.plan, source.district
    if plan.replan is not None:
        return _("Status: planned as of {at}. Voting day (H) {day}, times {zone}. Seed {seed}, input {sha}.").format(
            at=format_moment(plan.replan.at), day=district.election_day.isoformat(), zone=district.zone,
            seed=plan.seed, sha=plan.input_sha256[:12],
        )  # fmt: skip
    return _(
        "Status: planned, nothing of this has happened yet. Voting day (H) {day}, times {zone}. "
        "Rules {rules}, effort {effort}, seed {seed}, input {sha}."
    ).format(
        day=district.election_day.isoformat(), zone=district.zone, rules=district.rules,
        effort=plan.effort, seed=plan.seed, sha=plan.input_sha256[:12],
    )  # fmt: skip


def totals(source: Source) -> Section:
    """Add up the plan."""
    sums = source.plan.totals
    pieces = source.kits.totals()
    rows = [
        (_("Stations"), number(sums.stations)),
        (_("Voters on the list"), number(sums.voters)),
        (
            _("Ballot boxes of stations / recapitulation boxes"),
            f"{number(pieces['station_boxes'])} / {number(pieces['recap_boxes'])}",
        ),
        (_("Stations not served: outbound / return"), f"{sums.unserved_out} / {sums.unserved_back}"),
        (_("Runs"), number(sum(1 for _run in source.runs()))),
        (_("Vehicle-days / escort-days"), f"{number(sums.vehicle_days)} / {number(sums.escort_days)}"),
        (_("Distance, km"), km(sums.metres)),
        (_("Driving time, hours"), number(round(sums.seconds / 3600))),
        (_("Cost"), rupiah(sums.rupiah)),
    ]
    return Section(_("In all"), (table(("", _("figure")), rows),))


def comparison(source: Source) -> Section | None:
    """Compare the plan with nearest neighbour."""
    base, sums = source.plan.baseline, source.plan.totals
    if base is None:
        return None
    rows = [
        (_("Cost"), rupiah(sums.rupiah), rupiah(base.rupiah), percent(base.rupiah - sums.rupiah, base.rupiah)),
        (_("Distance, km"), km(sums.metres), km(base.metres), percent(base.metres - sums.metres, base.metres)),
        (
            _("Vehicle-days"),
            number(sums.vehicle_days),
            number(base.vehicle_days),
            percent(base.vehicle_days - sums.vehicle_days, base.vehicle_days),
        ),
        (
            _("Not served: outbound / return"),
            f"{sums.unserved_out} / {sums.unserved_back}",
            f"{base.unserved_out} / {base.unserved_back}",
            "",
        ),
    ]
    note = _("Nearest neighbour is what a spreadsheet gives: always the nearest station left, home when full.")
    columns = ("", _("this plan"), _("nearest neighbour"), _("saved"))
    return Section(_("Compared with the usual practice"), (table(columns, rows), Text(note)))


def km(metres: int) -> str:
    """Write metres as whole kilometres."""
    return number(round(metres / 1000))
