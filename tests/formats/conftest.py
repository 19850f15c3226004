from __future__ import annotations

import sys
from pathlib import Path

import pytest

# pytest imports every test file on its own (importlib mode); what they share is found by this path.
sys.path.insert(0, str(Path(__file__).parents[1]))

PLANS = Path(__file__).parents[1] / "plan" / "plans"


@pytest.fixture(params=["kecil", "besar"])
def ground(request):
    """A plan with its district: the small sample, and one with nights, teams, ports and divided villages."""
    import support
    from serentak.plan.model import decode

    plan = decode((PLANS / f"{request.param}.json").read_bytes(), request.param)
    return plan, getattr(support, request.param)()


@pytest.fixture
def source(ground):
    """The same with all that documents need."""
    from serentak.formats.paper.source import Source
    from serentak.travel import CrowFlight
    from support import kits_of, rules_of

    plan, district = ground
    return Source(plan, district, kits_of(district), rules_of(district), CrowFlight(district.terrain))
