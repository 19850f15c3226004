from __future__ import annotations

import sys
from pathlib import Path

import pytest

# pytest imports every test file on its own (importlib mode); what they share is found by these paths.
sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]


@pytest.fixture(params=["kecil", "besar"])
def source(request):
    """A plan with all its documents need: the small sample, and one with nights, teams, ports, divided villages."""
    from papers import source_of

    return source_of(request.param)


@pytest.fixture
def small():
    from papers import source_of

    return source_of("kecil")
