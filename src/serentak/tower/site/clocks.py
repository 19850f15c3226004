"""Local times that people write, and instants that are kept."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from serentak.base.clock import ZONES


def from_local(value: datetime | None, zone: str) -> datetime | None:
    """Take what a person wrote as local time of a zone, whatever zone a form thought it was in."""
    return value and value.replace(tzinfo=timezone(timedelta(hours=ZONES[zone])))
