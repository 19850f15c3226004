"""What may travel on which way, and how fast: the table ``ways.toml``, and a way's tags judged by it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from serentak.territory.columns import MODES

WHEELS: Final = ("truck", "pickup", "4x4", "motorbike")
WATER: Final = ("sea", "fairway", "ferry", "river", "canal", "tidal_channel")
"""Kinds of way that lead over water."""

TABLE: Final = Path(__file__).with_name("ways.toml")

TAGS: Final = (
    "highway", "route", "waterway", "man_made", "oneway", "oneway:motorcycle", "junction", "surface", "tracktype",
    "smoothness", "maxspeed", "width", "maxwidth", "maxweight", "maxheight", "access", "vehicle", "motor_vehicle",
    "motorcar", "motorcycle", "hgv", "goods", "foot", "boat", "motorboat", "ship", "area", "bridge", "bridge:structure",
    "intermittent", "duration", "maxweightrating", "sac_scale", "tunnel", "motorroad",
)  # fmt: skip
"""Tags of a way that decide anything; all others are not read."""

_NUMBER: Final = re.compile(r"([+-]?[0-9]+(?:[.,][0-9]+)?)\s*([a-z/]*)")
_FEET: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:'|ft|feet)\s*(?:([0-9]+(?:\.[0-9]+)?)\s*(?:\"|''|in)?)?")
_DURATION: Final = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{2})")
_PER_UNIT: Final = {"mph": 1.609344, "knots": 1.852, "kn": 1.852}
_PER_MEASURE: Final = {"": 1.0, "m": 1.0, "cm": 0.01, "t": 1.0, "kg": 0.001, "st": 0.90718474, "lt": 1.0160469,
                       "lb": 0.00045359237, "lbs": 0.00045359237}  # fmt: skip
_CAPS: Final = (
    ("surface", "surface"), ("tracktype", "tracktype"), ("smoothness", "smoothness"), ("sac_scale", "sac_scale"),
    ("tunnel", "tunnel"), ("motorroad", "motorroad"), ("bridge", "bridge"), ("bridge", "bridge:structure"),
)  # fmt: skip
"""Tables of caps on the speed, each with the tag that names its row."""
_ONE_WAY: Final = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}
_NOBODY: Final = ("reversible",)
"""One-ways whose direction changes by the hour."""
_LONGEST_CROSSING: Final = 72 * 3600


@dataclass(frozen=True, slots=True)
class Trait:
    """What a way is to those who travel: all that its tags come to.

    Parameters
    ----------
    kind
        Word of ``ways.toml``.
    ahead, back
        km/h by mode, in the order of `serentak.territory.columns.MODES`, as the way is drawn and against it; 0 where
        the mode may not go.
    seconds
        Duration of the whole way as its tags give it, for those who ride along; 0 when they do not.
    wait
        Seconds of waiting for a crossing by it from shore to shore, for those who ride along.
    whole
        Whether the way is never cut into shorter edges.
    gate
        Whether this is no way but a barrier between two ends of one.
    """

    kind: str
    ahead: tuple[float, ...]
    back: tuple[float, ...]
    seconds: int = 0
    wait: int = 0
    whole: bool = False
    gate: bool = False


@cache
def table() -> dict[str, Any]:
    """Give ``ways.toml``."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def snap_limit(mode: str) -> int:
    """Give the metres beyond which a point is not joined to the network by this mode."""
    return int(table()["snap"][mode])


def can_stop(kind: str, mode: str) -> bool:
    """Tell whether a mode can halt on a way of this kind, so that a point may be joined to it."""
    return mode in table()["kinds"].get(kind, {}).get("stop", MODES)


@dataclass(slots=True)
class Judge:
    """Judges the ways of one source, and remembers what it could not use.

    Parameters
    ----------
    traits
        Traits found so far; a way names its trait by its number here.
    unknown
        How many ways are of kinds that are not in the table.
    closed
        How many ways are of known kinds that no mode may use, by kind.
    speeds
        Limits of speed that cannot be true: numbers of the ways, by the limit as written.
    """

    traits: list[Trait] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    speeds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _seen: dict[tuple[str | None, ...], tuple[int, str, str]] = field(default_factory=dict)
    _numbers: dict[Trait, int] = field(default_factory=dict)

    def way(self, source: int, tags: Mapping[str, str], name: str = "") -> int:
        """Give the number of a way's trait, or -1 where no mode may use it.

        Parameters
        ----------
        source
            Number of the way in its source.
        tags
            Tags of OpenStreetMap.
        name
            What the way is called.
        """
        if name and any(word in name.lower() for word in table()["known"]["names"]):
            self.closed[name] += 1
            return -1
        key = tuple(tags.get(name) for name in TAGS)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = self._judge({name: value for name, value in zip(TAGS, key, strict=True) if value})
        number, kind, absurd = found
        if absurd:
            self.speeds[absurd].append(source)
        if number < 0 and kind:
            (self.closed if is_known(kind) else self.unknown)[kind] += 1
        return number

    def forget(self) -> None:
        """Forget the counts, before the same source is read again."""
        self.unknown.clear()
        self.closed.clear()
        self.speeds.clear()

    def gate(self, tags: Mapping[str, str]) -> int:
        """Give the number of the trait of a barrier that stands on a way, or -1 where it stops nobody."""
        barred = barred_modes(tags)
        if not barred:
            return -1
        speed = tuple(0.0 if mode in barred else 4.0 for mode in MODES)
        return self._number(Trait(tags.get("barrier") or tags.get("waterway") or "gate", speed, speed, gate=True))

    def _judge(self, tags: dict[str, str]) -> tuple[int, str, str]:
        kind = kind_of(tags)
        trait, absurd = judge(kind, tags)
        return (-1 if trait is None else self._number(trait)), kind, absurd

    def _number(self, trait: Trait) -> int:
        number = self._numbers.setdefault(trait, len(self.traits))
        if number == len(self.traits):
            self.traits.append(trait)
        return number


def is_known(kind: str) -> bool:
    """Tell whether a kind stands in the table, used or not."""
    return kind in table()["kinds"] or any(kind in kinds for kinds in table()["known"].values())


def kind_of(tags: Mapping[str, str]) -> str:
    """Give the kind of a way, as the table calls it; empty where it is nothing that one travels on."""
    if tags.get("route") == "ferry":
        return "ferry"
    kind = tags.get("highway") or tags.get("waterway") or ("pier" if tags.get("man_made") == "pier" else "")
    kind = kind.strip().lower()
    return str(table()["synonyms"].get(kind, kind))


def judge(kind: str, tags: Mapping[str, str]) -> tuple[Trait | None, str]:
    """Give what a way is to those who travel, and its limit of speed where that cannot be true.

    Returns
    -------
    tuple[Trait | None, str]
        None where no mode may use it; the limit as written, or empty.
    """
    row = table()["kinds"].get(kind)
    if row is None:
        return None, ""
    limit, absurd = read_limit(tags.get("maxspeed", ""))
    speeds = {mode: _speed(mode, row, tags, limit) for mode in MODES}
    if tags.get("area") == "yes" and "highway" in tags:
        speeds = {mode: kmh if mode == "foot" else 0.0 for mode, kmh in speeds.items()}
    if tags.get("intermittent") == "yes":
        speeds["boat"] = 0.0
    against = row.get("against", {})
    ahead, back = dict(speeds), {m: min(kmh, float(against.get(m, kmh))) for m, kmh in speeds.items()}
    for mode in WHEELS:
        way = _direction(mode, row, tags)
        if way is None:
            ahead[mode] = back[mode] = 0.0
        elif way != 0:
            (back if way > 0 else ahead)[mode] = 0.0
    if not any(ahead.values()) and not any(back.values()):
        return None, absurd
    trait = Trait(
        kind,
        tuple(ahead[mode] for mode in MODES),
        tuple(back[mode] for mode in MODES),
        min(read_duration(tags.get("duration", "")), _LONGEST_CROSSING) if kind == "ferry" else 0,
        int(row.get("wait", 0)) * 60,
        bool(row.get("whole", False)),
    )
    return trait, absurd


def _speed(mode: str, row: Mapping[str, Any], tags: Mapping[str, str], limit: float) -> float:
    """Give the km/h of a mode on a way, 0 where it may not go."""
    allowed = _allowed(mode, tags)
    if allowed is False or _too_small(mode, tags):
        return 0.0
    kmh = row.get("speed", {}).get(mode)
    if kmh is None and _allowed(mode, tags, own=True):
        kmh = row.get("permitted", {}).get(mode)
    if kmh is None and any(tags.get(name) in values for name, values in table()["firm"].items()):
        kmh = row.get("firm", {}).get(mode)
    if kmh is None:
        return 0.0
    caps = [table()[name].get(value, {}).get(mode) for name, tag in _CAPS for value in _values(tags, tag)]
    if limit and mode != "foot":
        caps.append(limit)
    return float(min([kmh, *(cap for cap in caps if cap is not None)]))


def _values(tags: Mapping[str, str], tag: str) -> list[str]:
    """Give the values of a tag, which may be several: ``agricultural;forestry``."""
    return [value.strip() for value in tags.get(tag, "").split(";")]


def _allowed(mode: str, tags: Mapping[str, str], *, own: bool = False) -> bool | None:
    """Tell what the most particular tag of access says, or of the mode's own tags; None when none says anything."""
    words = table()["access_values"]
    for name in table()["access"][mode]:
        values = _values(tags, name)
        if any(value in words["yes"] for value in values):
            return None if own and name == "access" else True
        if any(value in words["no"] for value in values):
            return False
    return None


def _too_small(mode: str, tags: Mapping[str, str]) -> bool:
    needs = table()["needs"].get(mode, {})
    measured = {
        "width": [read_measure(tags.get("width", "")), read_measure(tags.get("maxwidth", ""))],
        "weight": [read_measure(tags.get("maxweight", "")), read_measure(tags.get("maxweightrating", ""))],
        "height": [read_measure(tags.get("maxheight", ""))],
    }
    return any(0 < value < need for name, need in needs.items() for value in measured[name])


def _direction(mode: str, row: Mapping[str, Any], tags: Mapping[str, str]) -> int | None:
    """Give 1 where a vehicle may go only as the way is drawn, -1 only against it, 0 both, None neither."""
    word = tags.get("oneway", "").strip().lower()
    if mode == "motorbike" and (own := tags.get("oneway:motorcycle")):
        word = own
    if word in _NOBODY:
        return None
    if word:
        return _ONE_WAY.get(word, 0)
    return int(bool(row.get("oneway")) or tags.get("junction") in {"roundabout", "circular"})


def barred_modes(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Give the modes that a barrier on a way stops; tags of access speak before the table."""
    kind = tags.get("barrier") or tags.get("waterway")
    if not kind:
        return ()
    barred = table()["barriers"].get(kind, [])
    stopped = []
    for mode in MODES:
        allowed = _allowed(mode, tags)
        if allowed is False or (allowed is None and mode in barred) or (mode != "boat" and _too_small(mode, tags)):
            stopped.append(mode)
    return tuple(stopped)


def read_limit(text: str) -> tuple[float, str]:
    """Read a limit of speed.

    Returns
    -------
    tuple[float, str]
        km/h, 0 where there is no limit or none that can be understood; and the text again where it cannot be true.
    """
    words = table()["maxspeed"]
    limits = []
    for part in filter(None, (part.strip().lower() for part in re.split(r"[;,|]", text))):
        word = part.rpartition(":")[2]
        if isinstance(words.get(word), int) and word not in {"least", "most"}:
            limits.append(float(words[word]))
        elif found := _NUMBER.fullmatch(part):
            kmh = float(found[1]) * _PER_UNIT.get(found[2], 1.0)
            if not words["least"] <= kmh <= words["most"]:
                return 0.0, text
            limits.append(kmh)
    return min((limit for limit in limits if limit), default=0.0), ""


def read_measure(text: str) -> float:
    """Read metres or tonnes, ``2.5``, ``2,5 m``, ``3.5 t``, ``8'6"``, ``800 kg``; 0 where something else is written."""
    text = text.strip().lower()
    if found := _FEET.fullmatch(text):
        return float(found[1]) * 0.3048 + float(found[2] or 0) * 0.0254
    found = _NUMBER.fullmatch(text)
    if found is None or found[2] not in _PER_MEASURE:
        return 0.0
    return float(found[1].replace(",", ".")) * _PER_MEASURE[found[2]]


def read_duration(text: str) -> int:
    """Read a duration, ``00:45``, ``1:30:00`` or ``45`` (minutes), as seconds; 0 where that is not what is written."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 5:
        return int(text) * 60
    found = _DURATION.fullmatch(text)
    if found is None:
        return 0
    if found[1] is None:
        return int(found[2]) * 3600 + int(found[3]) * 60
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
