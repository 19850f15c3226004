"""Two people approve, neither of whom made the plan, and these very bytes: tried with all that may happen."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from serentak.base.errors import Refused
from serentak.tower.plans import approval
from serentak.tower.plans.approval import Case, State

PEOPLE = ("maker", "ani", "bima", "cici")
people = st.sampled_from(PEOPLE)


class Plans(RuleBasedStateMachine):
    """A plan in the hands of people who do everything in every order; beside it a plain account of what counts."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case(frozenset({"maker"}), "a", "a")
        self.yes: set[str] = set()
        self.told = False

    @rule(who=people)
    def approve(self, who):
        allowed = self.case.now == "a" and not self.told and who != "maker" and who not in self.yes
        try:
            self.case = approval.approve(self.case, who)
        except Refused:
            assert not allowed
            assert approval.refusal_to_approve(self.case, who)
        else:
            assert allowed
            self.yes.add(who)

    @rule(who=people)
    def withdraw(self, who):
        try:
            self.case = approval.withdraw(self.case, who)
        except Refused:
            assert self.told or who not in self.yes
        else:
            self.yes.discard(who)

    @rule(bytes_=st.sampled_from("ab"))
    def change(self, bytes_):
        from dataclasses import replace

        self.case = replace(self.case, now=bytes_)

    @rule()
    def announce(self):
        allowed = not self.told and self.case.now == "a" and len(self.yes) >= 2
        try:
            self.case = approval.announced(self.case)
        except Refused:
            assert not allowed
        else:
            assert allowed
            self.told = True

    @invariant()
    def two_others_stand_behind_what_is_approved(self):
        if self.case.state is State.APPROVED:
            assert len({each.by for each in self.case.standing} - {"maker"}) >= 2
            assert all(each.sha256 == self.case.now == self.case.made for each in self.case.standing)

    @invariant()
    def what_changed_is_never_approved(self):
        if self.case.now != "a":
            assert not self.case.standing
            assert self.case.state in (State.CHANGED, State.ANNOUNCED)


TestPlans = Plans.TestCase
TestPlans.settings = settings(deadline=None, max_examples=100)


def test_one_person_does_not_count_twice():
    twice = (approval.Given("ani", "a"), approval.Given("ani", "a"))
    assert Case(frozenset({"maker"}), "a", "a", twice).missing == 1


def test_makers_do_not_count_even_where_a_row_says_so():
    rows = (approval.Given("maker", "a"), approval.Given("ani", "a"))
    case = Case(frozenset({"maker"}), "a", "a", rows)
    assert case.state is State.MADE
    with pytest.raises(Refused):
        approval.announced(case)
