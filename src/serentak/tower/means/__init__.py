"""Funds and means: grants, their instalments and realisation; vehicles, buildings and people lent."""
