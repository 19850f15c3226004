"""Played elections."""

from tests.tower.played import *  # noqa: F403 - fixtures
