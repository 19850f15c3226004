from __future__ import annotations

import sys
from pathlib import Path

import pytest

# pytest imports every test file on its own (importlib mode); what they share is found by this path.
sys.path.insert(0, str(Path(__file__).parents[1]))

PLANS = Path(__file__).parents[1] / "plan" / "plans"


@pytest.fixture(params=["kecil", "besar"])
def source(request):
    """A plan with all its documents need: the small sample, and one with nights, teams, ports, divided villages."""
    import support
    from serentak.formats.paper.source import Source
    from serentak.plan.model import decode
    from serentak.travel import CrowFlight

    plan = decode((PLANS / f"{request.param}.json").read_bytes(), request.param)
    district = getattr(support, request.param)()
    kits, rules = support.kits_of(district), support.rules_of(district)
    return Source(plan, district, kits, rules, CrowFlight(district.terrain))
