"""When a plan counts as approved: the rule, without tables or pages.

A plan is approved while two different people who may approve, neither of whom made it, have approved these very bytes.
An approval names the SHA-256 of ``plan.json``; when the bytes change it counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from serentak.base.errors import Refused
from serentak.base.messages import _

NEEDED: Final = 2


class State(StrEnum):
    """Where a plan stands."""

    MADE = "made"
    APPROVED = "approved"
    ANNOUNCED = "announced"
    SUPERSEDED = "superseded"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Given:
    """An approval that was not taken back: by whom, and of which bytes."""

    by: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Case:
    """What the rule must know of a plan.

    Parameters
    ----------
    makers
        Who made it: whoever asked for it to be planned.
    made, now
        SHA-256 of ``plan.json`` when it was made, and as it lies there now.
    approvals
        Approvals not taken back.
    announced, superseded
        Whether it stands in the log, and whether another has taken its place.
    """

    makers: frozenset[str]
    made: str
    now: str
    approvals: tuple[Given, ...] = ()
    announced: bool = False
    superseded: bool = False

    @property
    def standing(self) -> tuple[Given, ...]:
        """Approvals that count: of the bytes that lie there, one a person, none by a maker."""
        found = {each.by: each for each in self.approvals if each.sha256 == self.now == self.made}
        return tuple(each for name, each in found.items() if name not in self.makers)

    @property
    def missing(self) -> int:
        """How many approvals are still missing."""
        return max(0, NEEDED - len(self.standing))

    @property
    def state(self) -> State:
        """Where the plan stands."""
        if self.superseded:
            return State.SUPERSEDED
        if self.announced:
            return State.ANNOUNCED
        if self.now != self.made:
            return State.CHANGED
        return State.MADE if self.missing else State.APPROVED


def refusal_to_approve(case: Case, who: str) -> str | None:
    """Say why somebody cannot approve a plan, though they may approve plans; None when they can."""
    if case.state in (State.ANNOUNCED, State.SUPERSEDED):
        return _("The plan was announced already; it needs no approval.")
    if case.state is State.CHANGED:
        return _("The plan was changed after it was made; it cannot be approved. Plan it anew.")
    if who in case.makers:
        return _("You made this plan; two other people approve it.")
    if any(each.by == who for each in case.standing):
        return _("You have approved this plan already.")
    return None


def approve(case: Case, who: str) -> Case:
    """Add an approval.

    Raises
    ------
    Refused
        With the reason, when it cannot be given.
    """
    reason = refusal_to_approve(case, who)
    if reason is not None:
        raise Refused(reason)
    return replace(case, approvals=(*case.approvals, Given(who, case.now)))


def withdraw(case: Case, who: str) -> Case:
    """Take an approval back, as long as the plan is not announced.

    Raises
    ------
    Refused
        When there is none, or it is too late.
    """
    if case.announced:
        raise Refused(_("The plan stands in the log; approvals cannot be taken back. Plan it anew."))
    if all(each.by != who for each in case.approvals):
        raise Refused(_("You have not approved this plan."))
    return replace(case, approvals=tuple(each for each in case.approvals if each.by != who))


def refusal_to_announce(case: Case) -> str | None:
    """Say why a plan cannot be announced; None when it can."""
    if case.state in (State.ANNOUNCED, State.SUPERSEDED):
        return _("The plan was announced already.")
    if case.state is State.CHANGED:
        return _("The plan was changed after it was made; it cannot be announced. Plan it anew.")
    if case.missing:
        return _("Approvals still missing: {n}.").format(n=case.missing)
    return None


def announced(case: Case) -> Case:
    """Mark a plan as announced.

    Raises
    ------
    Refused
        When it cannot be.
    """
    reason = refusal_to_announce(case)
    if reason is not None:
        raise Refused(reason)
    return replace(case, announced=True)
