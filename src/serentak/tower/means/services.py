"""How grants and means stand, and what may be written of them; each writing call is one transaction."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Sum

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.tower.access.territory import within
from serentak.tower.means.models import Closing, Grant, Means, Movement
from serentak.tower.means.money import Instalment, Realisation, instalments, refund_due

if TYPE_CHECKING:
    from collections.abc import Iterable


class Standing(NamedTuple):
    """A grant and how it stands on a day."""

    grant: Grant
    instalments: list[Instalment]
    real: Realisation
    refund_due: date | None
    owed_back: int

    def late(self, today: date) -> bool:
        """Tell whether an instalment is overdue."""
        return any(each.late(today) for each in self.instalments)


def standing(grant: Grant) -> Standing:
    """Give how a grant stands, from its movements and closings (read beforehand where there are many grants)."""
    movements = list(grant.movements.all())
    granted = grant.rupiah + sum(each.rupiah for each in movements if each.kind == Movement.Kind.ADDENDUM)
    transfers = [each.rupiah for each in movements if each.kind == Movement.Kind.TRANSFER]
    refunded = sum(each.rupiah for each in movements if each.kind == Movement.Kind.REFUND)
    closings = list(grant.closings.all())
    last = closings[-1] if closings else None
    spent, physical, target = (last.spent, last.physical, last.target) if last else (0, 0, 0)
    paid = sum(transfers)
    return Standing(
        grant,
        instalments(grant.scheme, granted, grant.signed, grant.voting_day, transfers),
        Realisation(granted, paid, spent, physical, target, physical - target),
        refund_due(grant.confirmed) if grant.confirmed else None,
        max(0, paid - spent - refunded) if grant.confirmed else 0,
    )


def grants_in(territories: Iterable[str]) -> list[Standing]:
    """Give the grants of territories with their standing."""
    rows = Grant.objects.filter(within(territories, deepest=2)).prefetch_related("movements", "closings")
    return [standing(row) for row in rows]


def means_in(territories: Iterable[str]) -> tuple[list[Means], dict[str, int]]:
    """Give the means of territories, and the sums of what is needed, promised and ready."""
    rows = Means.objects.filter(within(territories, deepest=2))
    sums = rows.aggregate(needed=Sum("needed"), promised=Sum("promised"), ready=Sum("ready"))
    return list(rows[:1000]), {key: value or 0 for key, value in sums.items()}


@transaction.atomic
def add_movement(grant: Grant, *, kind: str, day: date, rupiah: int, note: str = "") -> Movement:
    """Add an addendum, a transfer or a refund.

    Raises
    ------
    Refused
        When more would be paid than was granted, or more go back than was paid.
    """
    Grant.objects.select_for_update().get(pk=grant.pk)
    now = standing(grant)
    refunded = sum(each.rupiah for each in grant.movements.filter(kind=Movement.Kind.REFUND))
    if kind == Movement.Kind.TRANSFER and now.real.paid + rupiah > now.real.granted:
        raise Refused(_("That would be more than was granted; write the addendum first."))
    if kind == Movement.Kind.REFUND and refunded + rupiah > now.real.paid:
        raise Refused(_("More cannot go back than was paid."))
    if kind == Movement.Kind.ADDENDUM and now.real.granted + rupiah < now.real.paid:
        raise Refused(_("The grant would be less than what was paid already."))
    return Movement.objects.create(grant=grant, kind=kind, day=day, rupiah=rupiah, note=note)


@transaction.atomic
def close_month(grant: Grant, **figures: Any) -> Closing:
    """Close a month of a grant.

    Raises
    ------
    Refused
        When spending shrinks, is more than what was paid, or the month is closed already.
    """
    Grant.objects.select_for_update().get(pk=grant.pk)
    figures["month"] = figures["month"].replace(day=1)
    if grant.closings.filter(month=figures["month"]).exists():
        raise Refused(_("This month is closed already."))
    before = grant.closings.filter(month__lt=figures["month"]).last()
    if before is not None and figures["spent"] < before.spent:
        raise Refused(_("Spending since the beginning cannot shrink: it was {n} rupiah.").format(n=before.spent))
    after = grant.closings.filter(month__gt=figures["month"]).first()
    if after is not None and figures["spent"] > after.spent:
        raise Refused(_("A later month is closed with less: {n} rupiah.").format(n=after.spent))
    if figures["spent"] > standing(grant).real.paid:
        raise Refused(_("More was spent than was paid."))
    return Closing.objects.create(grant=grant, **figures)
