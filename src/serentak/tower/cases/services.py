"""Who may read a case, and how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.tower.cases.models import Case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from serentak.tower.access.models import User
    from serentak.tower.oversight.models import Finding

ORDER: Final = ("received", "verified", "heard", "decided")


def readable(user: User) -> QuerySet[Case]:
    """Give the cases that a person opened, or that were opened for them."""
    return Case.objects.filter(Q(opened_by=user) | Q(readers=user)).distinct()


@transaction.atomic
def open_case(user: User, *, readers: Iterable[User], findings: Iterable[Finding], **fields: Any) -> Case:
    """Open a case for reading by those named."""
    case = Case.objects.create(opened_by=user, **fields)
    case.readers.set(readers)
    case.findings.set(findings)
    return case


@transaction.atomic
def go_on(case_id: int, user: User, state: str, decision: str, readers: Iterable[User]) -> Case:
    """Bring a case forward, and say who may read it; only who opened it may.

    Raises
    ------
    Refused
        When somebody else does, it goes backwards, or it is decided without a decision.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.opened_by_id != user.pk:
        raise Refused(_("Only who opened the case changes it."))
    if ORDER.index(state) < ORDER.index(case.state):
        raise Refused(_("A case does not go backwards."))
    if state == Case.State.DECIDED and not decision.strip():
        raise Refused(_("Write the decision."))
    case.state, case.decision = state, decision
    case.save()
    case.readers.set(readers)
    return case
