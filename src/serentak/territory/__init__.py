"""Where the election is held: region codes, stations, places, and the district folder that describes them."""
