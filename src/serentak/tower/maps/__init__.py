"""The map of a region, beside a list that says the same; only where its library was installed."""
