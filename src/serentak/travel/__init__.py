"""How one gets there: times and distances between points, by mode of travel.

`Travel` is the seam: `CrowFlight` estimates from coordinates alone; `serentak.travel.road` finds the
fastest ways on a network of roads and rivers.
"""

from serentak.travel.crow import CrowFlight
from serentak.travel.protocol import UNREACHABLE, Legs, Point, Travel, Way

__all__ = ["UNREACHABLE", "CrowFlight", "Legs", "Point", "Travel", "Way"]
