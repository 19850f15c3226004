"""Workers that die: the rest goes on, and only the one at fault is given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from nation_support import die_on_three, die_once, double, fail
from serentak.operations.fanout import Lost, Processes, each


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_order_has_its_result(jobs: int) -> None:
    assert dict(each(double, range(7), Processes(jobs))) == {n: 2 * n for n in range(7)}


def test_whoever_kills_his_worker_twice_is_named_and_the_others_are_done() -> None:
    found = dict(each(die_on_three, range(6), Processes(2)))
    assert isinstance(found.pop(3), Lost)
    assert found == {n: n for n in (0, 1, 2, 4, 5)}


def test_a_worker_killed_once_costs_nothing(tmp_path: Path) -> None:
    markers = [tmp_path / str(n) for n in range(4)]
    assert dict(each(die_once, markers, Processes(2))) == {marker: marker.name for marker in markers}


def test_an_error_of_the_work_itself_is_the_callers() -> None:
    with pytest.raises(ValueError, match="5"):
        list(each(fail, [5], Processes(1)))
