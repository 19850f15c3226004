from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.kit.ballots import ballots, reserve
from serentak.kit.rules import load_rules

RULES = load_rules("pilkada-2024")


@pytest.mark.parametrize(
    ("voters", "sheets"), [(192, 197), (600, 615), (566, 581), (40, 41), (41, 43), (45, 47), (1, 2), (0, 0)]
)
def test_published_stations(voters, sheets):
    assert ballots(voters, RULES) == sheets


@given(st.integers(0, 10_000))
def test_the_reserve_is_two_and_a_half_per_cent_rounded_up(voters):
    exact = Decimal(voters) * Decimal("0.025")
    assert reserve(voters, RULES) == int(exact.to_integral_value(ROUND_CEILING))


def bounds(voters: int, stations: int) -> tuple[int, int]:
    """Least and most ballots that any split of the voters over the stations can need.

    A station with n voters needs (25 n + r) / 1000 reserve ballots, where r is what is missing to the next
    whole ballot: a multiple of 25 from 0 to 975. Hence the sum lies between 25 N / 1000 rounded up and
    (25 N + 975 stations) / 1000 rounded down.
    """
    return voters + -(-25 * voters // 1000), voters + (25 * voters + 975 * stations) // 1000


def test_the_total_of_mahakam_ulu_is_one_that_the_rule_allows():
    least, most = bounds(27_869, 77)
    assert least == 28_566
    assert most <= 28_642
    assert least <= 28_602 <= most


def test_the_total_of_mahakam_ulu_can_be_reached():
    # 40 m + 1 voters need a whole ballot more than 40 m + 40 of the next lower multiple.
    split = [361] * 46 + [360] * 30
    split.append(27_869 - sum(split))
    assert len(split) == 77
    assert 0 < split[-1] <= 600
    totals = {sum(ballots(voters, RULES) for voters in shifted) for shifted in shifts(split)}
    assert 28_602 in totals


def shifts(split):
    """Move single voters between stations, to walk through the possible totals."""
    current = list(split)
    yield current
    for place in range(0, len(current) - 2, 2):
        current = list(current)
        current[place] -= 1
        current[place + 1] += 1
        yield current


@given(st.lists(st.integers(1, 600), min_size=77, max_size=77))
def test_no_split_leaves_the_bounds(split):
    least, most = bounds(sum(split), len(split))
    assert least <= sum(ballots(voters, RULES) for voters in split) <= most


def test_kutai_kartanegara_and_bogor_need_more_than_the_district_total_times_1_025():
    least, most = bounds(552_469, 1_447)
    assert least <= 567_000 <= most
    assert 567_000 - 552_469 * 1.025 > 700
    assert 3_926_080 * 25 // 1000 < 101_663
