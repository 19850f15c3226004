"""Clocks that contradict the order of acts are set aside, and what remains is true."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from serentak.custody.fields import MAX_MS
from serentak.custody.times import TOLERANCE, happened

HOUR = 3_600_000


def test_clocks_that_fit_are_believed():
    assert happened([10, 20, 20, 15], [1, 2, 3, 1], None) == ([(10, 10), (20, 20), (20, 20), (15, 15)], [])
    assert happened([], [], None) == ([], [])


def test_the_one_clock_that_contradicts_the_others_is_set_aside():
    claims = [1 * HOUR, 2 * HOUR, 900 * HOUR, 4 * HOUR, 5 * HOUR]
    spans, aside = happened(claims, [1, 2, 3, 4, 5], None)
    assert aside == [2]
    assert spans[2] == (2 * HOUR, 4 * HOUR)
    assert spans[3] == (4 * HOUR, 4 * HOUR)


def test_one_device_with_many_acts_is_one_voice():
    claims = [99 * HOUR, 100 * HOUR, 1 * HOUR, 2 * HOUR, 3 * HOUR, 101 * HOUR]
    _spans, aside = happened(claims, [1, 2, 9, 9, 9, 3], None)
    assert aside == [2, 3, 4]


def test_where_nobody_can_tell_which_clock_is_wrong_neither_is_believed():
    spans, aside = happened([5 * HOUR, 1 * HOUR], [1, 2], None)
    assert aside == [0, 1]
    assert spans == [(0, MAX_MS), (0, MAX_MS)]


def test_the_log_itself_decides_where_it_can():
    spans, aside = happened([5 * HOUR, 1 * HOUR], [1, 2], [(0, 2 * HOUR), (0, 2 * HOUR)])
    assert aside == [0]
    assert spans == [(0, HOUR), (HOUR, HOUR)]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 5)), min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(-900, 900),
)
def test_with_one_wrong_clock_the_truth_lies_in_every_span_once_it_shows(acts, wrong, shift):
    truth = sorted(1_000 * HOUR + hours * HOUR for hours, _device in acts)
    devices = [device for _hours, device in acts]
    claims = [at + (shift * HOUR if device == wrong else 0) for at, device in zip(truth, devices, strict=True)]
    spans, aside = happened(claims, devices, None)
    shows = any(before > after + TOLERANCE for before, after in pairwise(claims))
    assert bool(aside) == shows
    if shows:
        assert {devices[at] for at in aside} >= {wrong}
        assert all(low <= at <= high for at, (low, high) in zip(truth, spans, strict=True))
    assert all(low <= high for low, high in spans)
