"""The same home and plan as in the tests of plans."""

from __future__ import annotations

from tests.tower.plans.conftest import here, home, kecil_folder, made, planned

__all__ = ["here", "home", "kecil_folder", "made", "planned"]
