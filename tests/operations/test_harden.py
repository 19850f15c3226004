"""A plan that serves fewer stations is never taken for a surer one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from serentak.operations.harden import worse


def judged(sure=(0.9, 0.9), late=(1.0, 1.0), unserved=(0, 0)):
    """Give a plan and its outlook with these figures, outbound and on the return."""
    both = dict(zip(("out", "back"), range(2), strict=True))
    seen = SimpleNamespace(
        all_on_time={way: SimpleNamespace(on_time=SimpleNamespace(value=sure[n])) for way, n in both.items()},
        missed={way: (late[n], 0) for way, n in both.items()},
    )
    return SimpleNamespace(totals=SimpleNamespace(unserved_out=unserved[0], unserved_back=unserved[1])), seen


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, False),
        ({"sure": (0.95, 0.9)}, False),
        ({"sure": (0.95, 0.89)}, True),
        ({"late": (0.5, 1.1)}, True),
        ({"sure": (1.0, 1.0), "late": (0.0, 0.0), "unserved": (2, 0)}, True),
        ({"sure": (1.0, 1.0), "late": (0.0, 0.0), "unserved": (0, 2)}, True),
        ({"late": (0.5, 0.5), "sure": (0.91, 0.91)}, False),
    ],
)
def test_worse_in_any_respect_is_worse(other, expected):
    assert worse(judged(**other), judged()) is expected


def test_stations_no_longer_left_out_make_up_for_some_that_may_be_late():
    assert not worse(judged(late=(2.5, 1.0)), judged(unserved=(2, 0)))
