"""Who has had an object, hand after hand; and promises that a new plan repeats."""

from __future__ import annotations

from serentak.custody.acts import Act
from serentak.custody.expected import OUT, Promise
from serentak.custody.holdings import holdings
from serentak.custody.kinds import Kind
from serentak.custody.life import live
from serentak.custody.query import box
from serentak.operations.custody_state import read_state

MAX = 10**14
PPK, CAR, HOME, OTHER = 1, 2, 3, 4


class Bare:
    """A world in which nothing is announced but promises."""

    home, series, offset, announced, bounded = HOME, (), 0, True, False

    def is_station(self, place):
        return place == HOME

    def seals(self, _row):
        return []

    def remarks(self, _row):
        return []

    def miscounted(self, _row):
        return False

    def until(self, _row):
        return 0

    def post(self, _place):
        return None


def moves(*hands):
    return [
        Act(step, 0, row, 0, int(Kind.GIVEN), giver, receiver, place, row, 1, 0)
        for row, (step, giver, receiver, place) in enumerate(hands)
    ]


def promises(first, *, active, load=0):
    return [
        Promise(first, load, PPK, CAR, PPK, 100, OUT, active),
        Promise(first + 16, load + 1, CAR, HOME, HOME, 100, OUT, active),
    ]


def test_what_was_uploaded_late_keeps_the_promise_that_a_new_plan_repeats():
    both = [*promises(16, active=False), *promises(160, active=True, load=2)]
    loaded = live(moves((16, PPK, CAR, PPK)), both, Bare())
    assert (loaded.troubles, loaded.due_load) == ([], 3)
    there = live(moves((16, PPK, CAR, PPK), (32, CAR, HOME, HOME)), both, Bare())
    assert (there.troubles, there.due_load) == ([], -1)
    # Loaded under the plan before, handed over under the new one.
    on = live(moves((16, PPK, CAR, PPK), (176, CAR, HOME, HOME)), both, Bare())
    assert (on.troubles, on.due_load) == ([], -1)


def test_a_promise_is_not_kept_by_what_came_back_since():
    both = [*promises(16, active=False), *promises(160, active=True, load=2)]
    back = live(moves((16, PPK, CAR, PPK), (20, CAR, PPK, PPK)), both, Bare())
    assert back.due_load == 2
    other = live(moves((16, PPK, OTHER, PPK)), both, Bare())
    assert other.due_load == 2


def test_hands_follow_one_another_up_to_the_moment_asked_for(played):
    state = read_state(played)
    identifier = "14.01.08.2001-001-B"
    steps = [step for step in box(state, identifier).steps if step.kind in ("packed", "given", "entrusted")]
    hands = holdings(state, identifier, MAX)
    assert [each.holder for each in hands] == [step.unit for step in steps]
    assert [each.entry for each in hands] == [step.index for step in steps]
    assert holdings(state, identifier, steps[2].at) == hands[:3]
    assert holdings(state, "14.01.08.2001-099-B", MAX) == []
