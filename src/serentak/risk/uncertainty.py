"""How far journeys, handling and vehicles stray from the plan: a table of figures, all of them assumptions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("uncertainty.toml")


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Figures of ``uncertainty.toml``, which says what each means and where it is from.

    Parameters
    ----------
    leg, day, service
        Standard deviations of logarithms.
    count
        Standard deviation, hours.
    hub, repair
        Means, minutes.
    spare
        Minutes.
    hub_share
        Probability.
    breakdowns
        Per 1,000 km.
    returned
        Per 1,000 stations.
    """

    leg: float
    day: float
    service: float
    count: float
    hub: float
    hub_share: float
    breakdowns: float
    repair: float
    spare: float
    returned: float

    @classmethod
    def usual(cls) -> Uncertainty:
        """Read the figures that come with this software."""
        return cls(**tomllib.loads(_FILE.read_text(encoding="utf-8")))

    @classmethod
    def none(cls) -> Uncertainty:
        """Give a world in which nothing strays: only hazards act."""
        return cls(**dict.fromkeys((field.name for field in fields(cls)), 0.0))
