"""Working days of a run: what a vehicle and its escort are paid for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from serentak.base.clock import DAY
from serentak.plan.cost import working_days

NOON = 12 * 3600


@given(st.integers(-5, 5), st.integers(0, 3), st.integers(1, DAY))
def test_a_working_day_lasts_until_the_next_one_begins(first, nights, after):
    """As planning has it: work that ends with the shift, a whole day long, is work of the day on which it began."""
    back = (first + nights) * DAY + NOON + after
    assert working_days(first, back, (NOON, NOON + DAY)) == range(first, first + nights + 1)


def test_who_returns_the_second_the_next_day_begins_was_not_out_on_it():
    # Seen in Pasuruan (35.14), where a count went on until noon of the day after the vote.
    assert working_days(0, 129_600, (43_200, 129_600)) == range(1)
    assert working_days(0, 129_601, (43_200, 129_600)) == range(2)
