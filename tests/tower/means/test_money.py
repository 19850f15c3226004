"""Arithmetic of grants, against dates and amounts that were published."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serentak.tower.means.money import due_of, instalments, months_before, refund_due, schemes

VOTING = date(2024, 11, 27)
DAYS = st.dates(date(2023, 1, 1), date(2024, 11, 27))


def test_the_grant_of_kpu_kampar_is_cut_as_published():
    # Kampar: Rp 52,195,475,000, of it 20,878,190,000 in 2023 and 31,317,285,000 in 2024 (press, NPHD KPU Kampar)
    parts = instalments("two", 52_195_475_000, date(2023, 11, 1), VOTING, [20_878_190_000])
    assert [each.rupiah for each in parts] == [20_878_190_000, 31_317_285_000]
    assert [each.paid for each in parts] == [20_878_190_000, 0]


def test_the_second_instalment_is_due_on_27_june():
    assert due_of("vote-5m", date(2023, 11, 1), VOTING) == date(2024, 6, 27)
    assert due_of("sign+14d", date(2023, 11, 1), VOTING) == date(2023, 11, 15)
    assert due_of("end", date(2023, 11, 1), VOTING) is None


def test_what_is_signed_late_is_not_due_before_it_was_signed():
    assert due_of("vote-5m", date(2024, 9, 1), VOTING) == date(2024, 9, 1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 15), 1, date(2023, 12, 15)),
        (date(2024, 11, 30), -3, date(2025, 2, 28)),
    ],
)
def test_months(day, months, expected):
    assert months_before(day, months) == expected


def test_refund():
    assert refund_due(date(2025, 1, 9)) == date(2025, 4, 9)


@given(
    st.sampled_from(sorted(schemes())),
    st.integers(1, 10**13),
    DAYS,
    st.lists(st.integers(1, 10**12), max_size=6),
)
def test_instalments_add_up_and_are_filled_oldest_first(scheme, granted, signed, transfers):
    parts = instalments(scheme, granted, signed, VOTING, transfers)
    assert sum(each.rupiah for each in parts) == granted
    assert sum(each.paid for each in parts) == min(granted, sum(transfers))
    for before, after in pairwise(parts):
        assert after.paid == 0 or before.paid == before.rupiah
    assert all(0 <= each.paid <= each.rupiah for each in parts)


@given(st.sampled_from(sorted(schemes())), DAYS)
def test_an_instalment_is_late_only_after_its_day_and_while_unpaid(scheme, signed):
    for each in instalments(scheme, 1_000_000, signed, VOTING, []):
        if each.due is not None:
            assert not each.late(each.due)
            assert each.late(each.due + timedelta(days=1))
    assert not any(each.late(date(2030, 1, 1)) for each in instalments(scheme, 100, signed, VOTING, [100]))
