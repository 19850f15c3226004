"""Use cases across rooms."""
