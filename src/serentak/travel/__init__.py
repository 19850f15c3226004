"""How one gets there: times and distances between points, by mode of travel.

`Travel` is the seam: `CrowFlight` estimates from coordinates alone; a road network can take its place.
"""

from serentak.travel.crow import CrowFlight
from serentak.travel.protocol import UNREACHABLE, Legs, Point, Travel, Way

__all__ = ["UNREACHABLE", "CrowFlight", "Legs", "Point", "Travel", "Way"]
