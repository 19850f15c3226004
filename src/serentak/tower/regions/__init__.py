"""The tree of regions with three numbers at every place, from the nation to one polling station."""
