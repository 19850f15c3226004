"""Words that several documents share: names, days and dates, times, amounts, status."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from serentak.base.clock import DAY, HOUR, MINUTE, format_day
from serentak.base.messages import N_, _, language
from serentak.kit.ids import BUNDLE, parse_box_id, printed
from serentak.kit.rules import Rules
from serentak.territory.model import Assumption, District, Place, Station

WEEKDAYS: Final = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
MONTHS: Final = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_COLOURS: Final = {
    "dark red": N_("dark red"),
    "light blue": N_("light blue"),
    "light green": N_("light green"),
}
_COMPASS: Final = (
    N_("north"), N_("north-east"), N_("east"), N_("south-east"),
    N_("south"), N_("south-west"), N_("west"), N_("north-west"),
)  # fmt: skip
_MODES: Final = {
    "truck": N_("truck"), "pickup": N_("pickup"), "4x4": N_("four-wheel drive"), "motorbike": N_("motorbike"),
    "boat": N_("boat"), "foot": N_("on foot"),
}  # fmt: skip
_ASSUMED: Final = (
    ("places", "lon", N_("positions of hubs")),
    ("stations", "lon", N_("positions of stations")),
    ("stations", "number", N_("numbers of stations")),
    ("stations", "voters", N_("numbers of voters")),
    ("fleet", "count", N_("vehicles")),
    ("escorts", "teams", N_("escort teams")),
    ("stock", "from", N_("numbers of seals")),
)

_LONG_WORD: Final = re.compile(r"(\S{18})(?=\S)")


def station_name(station: Station) -> str:
    """Name a station as people do: ``TPS 007 Desa Aur Sati``."""
    return _("TPS {number} {desa}").format(number=f"{station.number:03d}", desa=breakable(station.desa_name))


def place_name(place: Place) -> str:
    """Name a place; by its id where nobody gave it a name."""
    return breakable(place.name or place.id)


def breakable(name: str) -> str:
    """Let a name without blanks be broken every so often, so that no column overflows; never used on ids."""
    return _LONG_WORD.sub("\\1\u200b", name)


def date_of(district: District, day: int) -> str:
    """Write a day of the plan in full: ``Selasa, 26 November 2024 (H-1)``."""
    date = district.election_day + timedelta(days=day)
    return f"{_(WEEKDAYS[date.weekday()])}, {date.day} {_(MONTHS[date.month - 1])} {date.year} ({format_day(day)})"


def short_date(district: District, moment: int) -> str:
    """Write the day of a moment in short: ``Sel 26/11 H-1``."""
    day = moment // DAY
    date = district.election_day + timedelta(days=day)
    return f"{_(WEEKDAYS[date.weekday()])[:3]} {date.day}/{date.month} {format_day(day)}"


def clock(moment: int) -> str:
    """Write the time of day of a moment, ``08:09``; a begun minute counts as the clock on the wall shows it."""
    return f"{moment % DAY // HOUR:02d}:{moment % HOUR // MINUTE:02d}"


def when(district: District, moment: int) -> str:
    """Write a moment in full: ``Selasa, 26 November 2024 (H-1) 08:09 WIB``."""
    return f"{date_of(district, moment // DAY)} {clock(moment)} {district.zone}"


def duration(seconds: int) -> str:
    """Write a duration as people say it: ``1 h 5 min``, rounded up to the minute."""
    hours, minutes = divmod(-(-seconds // MINUTE), 60)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    return _("{minutes} min").format(minutes=minutes)


def decimal(value: float) -> str:
    """Write a number with one decimal in the language in use: ``3,4``."""
    text = f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,")) if language() == "id" else text


def kilometres(metres: int) -> str:
    """Write a distance: ``3,4 km``."""
    return f"{decimal(metres / 1000)} km"


def stretch(metres: int) -> str:
    """Write the length of a piece of a way: ``3,4 km``, or below a kilometre tens of metres: ``340 m``.

    The blank in it does not break across lines.
    """
    said = f"{max(10, round(metres, -1))} m" if metres < 995 else kilometres(metres)
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def kilograms(grams: int) -> str:
    """Write a weight: ``12,6 kg``."""
    return f"{decimal(grams / 1000)} kg"


def compass(degrees: float) -> str:
    """Say a bearing (degrees clockwise from north) as one of eight directions."""
    return _(_COMPASS[round(degrees / 45) % 8])


def mode_name(mode: str) -> str:
    """Say a mode of travel."""
    return _(_MODES[mode]) if mode in _MODES else mode


def election_name(rules: Rules, letter: str) -> str:
    """Name what a box or bundle is for: ``Bupati``; ``perlengkapan luar kotak`` for a bundle."""
    return _("outside the box") if letter == BUNDLE else rules.elections[letter].name.capitalize()


def colour_name(rules: Rules, letter: str) -> str:
    """Name the colour of an election's ballots, in words, since paper is black and white."""
    colour = rules.elections[letter].colour
    return _(_COLOURS[colour]) if colour in _COLOURS else colour


def legend(rules: Rules, district: District) -> str:
    """Explain the letters at the end of ids: elections, bundle, check character."""
    letters = [f"{letter} = {election_name(rules, letter)}" for letter in (*district.elections, BUNDLE)]
    return _("Letters in the codes: {letters}; the last sign is the check character.").format(
        letters=", ".join(letters)
    )


def signature_words() -> dict[str, str]:
    """Give the words of the boxes to be signed."""
    return {"name": _("Name"), "position": _("Office held"), "time": _("Time")}


def item(identifier: str, rules: Rules) -> dict[str, str]:
    """Give a box or bundle as templates show it: its printed id, and what it is for."""
    return {"id": printed(identifier), "what": election_name(rules, parse_box_id(identifier).letter)}


def file_name(name: str) -> str:
    """Make the name of a file of a vehicle or place: ``truk#1`` is ``truk-1``."""
    return re.sub(r"[^0-9A-Za-z._-]+", "-", name)


def assumptions(district: District) -> list[str]:
    """Say in a sentence each what is invented, and what was assumed, in the figures of a district."""
    sentences = []
    invented = [entry for entry in district.assumed if _invented(entry)]
    assumed = [entry for entry in district.assumed if not _invented(entry)]
    for found, sentence in ((invented, _("Invented: {what}.")), (assumed, _("Assumed: {what}."))):
        what = [_(words) for table, column, words in _ASSUMED if _any(found, table, column)]
        if what:
            sentences.append(sentence.format(what=", ".join(what)))
    return sentences


def _any(entries: Iterable[Assumption], table: str, column: str) -> bool:
    return any(table in entry.file and column in entry.column.split(", ") for entry in entries)


def _invented(entry: Assumption) -> bool:
    return "rekaan" in entry.rule or "invented" in entry.rule
