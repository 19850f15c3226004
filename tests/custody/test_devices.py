"""Which numbers of a device are missing, whatever order they came in."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from serentak.custody.devices import Device

NUMBERS = st.lists(st.one_of(st.integers(1, 40), st.integers(5_000, 5_010), st.just(4_294_967_295)), max_size=30)


@given(NUMBERS, st.one_of(st.none(), st.integers(0, 50)))
def test_missing_numbers_are_those_that_never_came(numbers, last):
    device = Device()
    for row, seq in enumerate(numbers):
        device.add(seq, row)
    device.last = last
    end = max(numbers, default=0) if last is None else last
    missing = [each for first, final in device.missing() for each in (first, final)]
    known = sorted({0, *(seq for seq in numbers if seq <= end), end + 1})
    expected = [
        each for before, after in pairwise(known) if after > before + 1
        for each in (before + 1, after - 1)
    ]  # fmt: skip
    assert missing == expected


@given(NUMBERS)
def test_every_row_is_found_again_under_its_number(numbers):
    device = Device()
    for row, seq in enumerate(numbers):
        device.add(seq, row)
    for seq in set(numbers):
        assert device.versions(seq) == [row for row, each in enumerate(numbers) if each == seq]
    assert device.top == max(numbers, default=0)
    assert sorted(device.beyond(20)) == [row for row, seq in enumerate(numbers) if seq > 20]
    assert device.versions(41) == []


def test_a_false_high_number_costs_no_memory():
    device = Device()
    device.add(4_000_000_000, 0)
    assert len(device.rows) == 0
    assert list(device.missing()) == [(1, 3_999_999_999)]
