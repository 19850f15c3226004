"""The clock of an election: days counted from voting day H, seconds from 00:00 local time on H.

A plan holds plain integers: seconds from 00:00 local time on H, negative before it. People read and write
``H-1 23:59``. Indonesia keeps three fixed zones without summer time (Keputusan Presiden 41/1987), so a local
second is a UTC second with a constant offset.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from serentak.base.messages import _

DAY: Final = 86_400
HOUR: Final = 3_600
MINUTE: Final = 60

ZONES: Final = {"WIB": 7, "WITA": 8, "WIT": 9}
"""Hours east of Greenwich of Indonesia's three zones."""

_MOMENT = re.compile(r"H\s*(?:([+-])\s*(\d{1,3}))?\s+(\d{1,2})[:.](\d{2})", re.IGNORECASE)
_DAY = re.compile(r"H\s*(?:([+-])\s*(\d{1,3}))?", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*-\s*(\d{1,2})[:.](\d{2})")


def _day_number(sign: str | None, digits: str | None) -> int:
    return 0 if digits is None else int(digits) * (-1 if sign == "-" else 1)


def parse_day(text: str) -> int:
    """Read ``H``, ``H-5`` or ``H+2`` as a day number relative to voting day.

    Raises
    ------
    ValueError
        When the text is not such a day.
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise ValueError(_("write a day as H-5, H or H+1"))
    return _day_number(match[1], match[2])


def parse_days(text: str) -> tuple[int, ...]:
    """Read ``H-5..H-3`` or ``H-5, H-3`` as day numbers, ascending; empty text gives an empty tuple (all days).

    Raises
    ------
    ValueError
        When a day cannot be read or a range runs backwards.
    """
    days: set[int] = set()
    for piece in filter(None, (part.strip() for part in text.split(","))):
        first, dots, last = piece.partition("..")
        start = parse_day(first)
        end = parse_day(last) if dots else start
        if end < start:
            raise ValueError(_("the range of days runs backwards"))
        days.update(range(start, end + 1))
    return tuple(sorted(days))


def parse_moment(text: str) -> int:
    """Read ``H-1 23:59`` as seconds from 00:00 local time on H.

    Raises
    ------
    ValueError
        When the text is not such a moment. 24:00 is the end of a day; later hours are refused.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(_("write a time as H-1 23:59"))
    hours, minutes = int(match[3]), int(match[4])
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise ValueError(_("a day has 24 hours of 60 minutes"))
    return _day_number(match[1], match[2]) * DAY + hours * HOUR + minutes * MINUTE


def parse_hours(text: str) -> tuple[int, int]:
    """Read working hours ``06:00-18:00`` as seconds after midnight; an end past 24:00 runs into the next day.

    Raises
    ------
    ValueError
        When the text is not such a pair, the end is not after the start, or the end is past 48:00.
    """
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise ValueError(_("write hours as 06:00-18:00"))
    first_hour, first_minute, last_hour, last_minute = (int(part) for part in match.groups())
    if first_minute > 59 or last_minute > 59 or first_hour > 23:
        raise ValueError(_("a day has 24 hours of 60 minutes"))
    start = first_hour * HOUR + first_minute * MINUTE
    end = last_hour * HOUR + last_minute * MINUTE
    if end <= start:
        raise ValueError(_("the end is not after the start; write 12:00-36:00 to end at noon the next day"))
    if end > 2 * DAY:
        raise ValueError(_("hours end at 48:00 at the latest"))
    return start, end


def format_day(day: int) -> str:
    """Write a day number as ``H-5``, ``H`` or ``H+1``."""
    return "H" if day == 0 else f"H{day:+d}"


def format_moment(seconds: int) -> str:
    """Write seconds from 00:00 local time on H as ``H-1 23:59``, or with seconds where there are any."""
    day, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    return f"{format_day(day)} {hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")


def format_hours(hours: tuple[int, int]) -> str:
    """Write working hours as ``06:00-18:00``."""
    return "-".join(f"{second // HOUR:02d}:{second % HOUR // MINUTE:02d}" for second in hours)


def format_duration(seconds: int) -> str:
    """Write a duration as ``3:05`` (hours and minutes, rounded up to the minute)."""
    minutes = -(-seconds // MINUTE)
    return f"{minutes // 60}:{minutes % 60:02d}"


def to_utc(election_day: date, zone: str, seconds: int) -> datetime:
    """Give the aware UTC instant of a plan's second.

    Parameters
    ----------
    election_day
        Date of H.
    zone
        ``WIB``, ``WITA`` or ``WIT``.
    seconds
        Seconds from 00:00 local time on H.
    """
    return to_local(election_day, zone, seconds).astimezone(UTC)


def to_local(election_day: date, zone: str, seconds: int) -> datetime:
    """Give a plan's second as an aware instant with the zone's own offset; see `to_utc`."""
    midnight = datetime(
        election_day.year, election_day.month, election_day.day, tzinfo=timezone(timedelta(hours=ZONES[zone]))
    )
    return midnight + timedelta(seconds=seconds)
