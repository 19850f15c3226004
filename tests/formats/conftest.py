from __future__ import annotations

import sys
from pathlib import Path

import pytest

# pytest imports every test file on its own (importlib mode); what they share is found by these paths.
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from serentak.plan.model import Plan, decode
from serentak.territory.model import District
from support import besar, kecil

PLANS = Path(__file__).parents[1] / "plan" / "plans"


@pytest.fixture(params=["kecil", "besar"])
def ground(request) -> tuple[Plan, District]:
    """A plan with its district: the small sample, and one with nights, teams, ports and divided villages."""
    name = request.param
    plan = decode((PLANS / f"{name}.json").read_bytes(), name)
    return plan, {"kecil": kecil, "besar": besar}[name]()
