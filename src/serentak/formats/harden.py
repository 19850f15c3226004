"""What hardening a plan bought, as those read it who sign the measures (Markdown)."""

from __future__ import annotations

from collections.abc import Sequence

from serentak.base.messages import _
from serentak.base.numbers import direction as direction_word
from serentak.base.numbers import number, rupiah
from serentak.formats.measures import step_in_words
from serentak.formats.report.markdown import table
from serentak.formats.stress import interval, mean, share
from serentak.plan.model import Direction
from serentak.risk.frontier import Hardened, Worth, steps_by_kecamatan
from serentak.risk.measures import Measure
from serentak.risk.outlook import DIRECTIONS, Outlook
from serentak.territory.model import District

MOST_LISTED = 30


def harden_report(found: Hardened, district: District) -> str:
    """Write the report in the language in use."""
    parts = [
        f"# {_('Measures that make the plan surer')}: {district.name} ({district.code})",
        _head(found),
        _before_and_after(found),
        _mitigation(found, district),
        _frontier(found),
        _left(found),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def harden_lines(found: Hardened) -> list[str]:
    """Say the outcome in a line a direction."""
    line = _("{direction}: every station in time in {before}, with the measures in {after}; cost {cost}, {more} more")
    more = found.hardened.totals.rupiah - found.plan.totals.rupiah
    return [
        line.format(
            direction=direction_word(direction),
            before=share(found.before.all_on_time[direction].on_time.value),
            after=share(found.after.all_on_time[direction].on_time.value),
            cost=rupiah(found.hardened.totals.rupiah),
            more=rupiah(more),
        )
        for direction in DIRECTIONS
    ]


def _head(found: Hardened) -> str:
    situation = found.scenario.name if found.scenario else _("the chances of the season")
    return _(
        "Status: simulated. Target: every single station in time in {target} of the futures, both ways; {situation}. "
        "Measures were chosen on other futures than those by which both plans are judged here ({futures}). All rests "
        "on the assumptions that 'serentak stress' prints."
    ).format(target=share(found.target), situation=situation, futures=number(found.after.futures))


def _before_and_after(found: Hardened) -> str:
    rows: list[Sequence[object]] = []
    for direction in DIRECTIONS:
        word = direction_word(direction)
        chances = [interval(own.all_on_time[direction].on_time) for own in (found.before, found.after)]
        rows.append((_("every station in time, {direction}").format(direction=word), *chances))
        late = [mean(own.missed[direction][0]) for own in (found.before, found.after)]
        rows.append((_("stations late in the mean, {direction}").format(direction=word), *late))
        below = [number(_below(own, direction, found.target)) for own in (found.before, found.after)]
        rows.append((_("stations below the target, {direction}").format(direction=word), *below))
    for title, value in (
        (_("not served, outbound"), "unserved_out"),
        (_("not served, return"), "unserved_back"),
        (_("vehicle-days"), "vehicle_days"),
    ):
        rows.append((title, *(number(getattr(plan.totals, value)) for plan in (found.plan, found.hardened))))
    rows.append((_("Cost"), *(rupiah(plan.totals.rupiah) for plan in (found.plan, found.hardened))))
    return f"## {_('Before and after')}\n\n" + table(("", _("as planned"), _("with the measures")), rows)


def _below(own: Outlook, direction: Direction, target: float) -> int:
    return sum(odds.on_time.value < target for odds in own.stations[direction])


def _mitigation(found: Hardened, district: District) -> str:
    """Say the measures of each kecamatan, with what they buy and cost there."""
    if not found.measures:
        return _("No measure was found that helps; the plan is the one that was given.")
    names = {station.kecamatan: station.kecamatan_name for station in district.stations}
    worth = {each.measures: each for each in found.worth}
    costs = found.costs
    texts = [f"## {_('Measures by kecamatan')}"]
    if worth:
        texts.append(
            _("Behind each measure stands what it is worth: what would be lost, and saved, if it alone were struck.")
        )
    for kecamatan, steps in steps_by_kecamatan(found.measures, district).items():
        lines = "\n".join(f"- {_step(step, worth.get(step), district)}" for step in steps)
        if not kecamatan:
            texts.append(f"### {_('The whole district')}\n\n{lines}")
            continue
        chances = ", ".join(_change(found, kecamatan, direction) for direction in DIRECTIONS)
        more = costs[1].get(kecamatan, 0) - costs[0].get(kecamatan, 0)
        texts.append(
            f"### {kecamatan} {names.get(kecamatan, '')}\n\n"
            + _("All stations in time: {chances}. Cost of the kecamatan's runs: {more} more.").format(
                chances=chances, more=rupiah(more)
            )
            + f"\n\n{lines}"
        )
    return "\n\n".join(texts)


def _change(found: Hardened, kecamatan: str, direction: Direction) -> str:
    values = []
    for own in (found.before, found.after):
        chance = next((odds.on_time.value for odds in own.kecamatan[direction] if odds.id == kecamatan), None)
        values.append("-" if chance is None else share(chance))
    return f"{direction_word(direction)} {values[0]} → {values[1]}"


def _step(step: Sequence[Measure], worth: Worth | None, district: District) -> str:
    """Say what belongs together with what it is worth."""
    text = step_in_words(step, district)
    if worth is None:
        return text
    return (
        text
        + " "
        + _("(without it {late} stations more late in the mean; it costs {rupiah})").format(
            late=mean(max(worth.late, 0.0)), rupiah=rupiah(worth.rupiah)
        )
    )


def _frontier(found: Hardened) -> str:
    rows = [
        (
            point.round,
            rupiah(point.rupiah),
            number(point.measures),
            *(share(point.all_on_time[direction]) for direction in DIRECTIONS),
            *(mean(point.missed[direction]) for direction in DIRECTIONS),
        )
        for point in found.frontier
    ]
    words = [direction_word(direction) for direction in DIRECTIONS]
    head = (
        _("round"), _("Cost"), _("measures"),
        *(_("every station in time, {direction}").format(direction=word) for word in words),
        *(_("stations late in the mean, {direction}").format(direction=word) for word in words),
    )  # fmt: skip
    return f"## {_('Cost against chance')}\n\n" + table(head, rows)


def _left(found: Hardened) -> str:
    rows = [
        (odds.id, direction_word(direction), interval(odds.on_time), "; ".join(odds.sites) or "-")
        for direction in DIRECTIONS
        for odds in found.after.stations[direction]
        if odds.on_time.value < found.target
    ]
    if not rows:
        return ""
    text = f"## {_('Still below the target')}\n\n" + table(
        (_("station"), "", _("in time"), _("hazards on the way")), rows[:MOST_LISTED]
    )
    more = len(rows) - MOST_LISTED
    return text + ("\n\n" + _("… and {n} more, see the CSV file.").format(n=number(more)) if more > 0 else "")
