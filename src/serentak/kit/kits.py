"""The kit of every station and kecamatan: boxes, bundles, ballots, weights and volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from serentak.base.messages import N_
from serentak.kit.ballots import ballots
from serentak.kit.ids import box_id, bundle_id, recap_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serentak.kit.rules import Rules
    from serentak.territory.model import District, Station

PER_STATION: Final = (
    "booths",
    "punch_sets",
    "ink",
    "ties",
    "seals",
    "envelopes",
    "cube_envelopes",
    "voter_lists",
    "stationery_sets",
)
"""Items counted a station, by the name of their figure."""
PER_BOX: Final = ("c_hasil", "templates", "candidate_posters")
"""Items counted a station and election, by the name of their figure."""


@dataclass(frozen=True, slots=True)
class StationKit:
    """What travels to one station.

    Parameters
    ----------
    station
        Id of the station.
    boxes
        Ids of its ballot boxes, in the order of its elections.
    bundle
        Id of the bundle outside the boxes (booths, voter list, stationery).
    ballots
        Ballots by election letter, reserve included.
    grams, millilitres
        Weight and volume of boxes and bundle together.
    """

    station: str
    boxes: tuple[str, ...]
    bundle: str
    ballots: Mapping[str, int]
    grams: int
    millilitres: int


@dataclass(frozen=True, slots=True)
class RecapKit:
    """What travels to one kecamatan for its own use.

    Parameters
    ----------
    kecamatan
        Code of the kecamatan.
    boxes
        Ids of its recapitulation boxes, in the rule pack's order of elections.
    grams, millilitres
        Weight and volume of the boxes together.
    """

    kecamatan: str
    boxes: tuple[str, ...]
    grams: int
    millilitres: int


@dataclass(frozen=True, slots=True)
class RevoteStock:
    """Ballots kept for a repeated vote; never available to a station that runs short.

    Parameters
    ----------
    election
        Letter of the election.
    keeper
        Who keeps them, as a message id: KPU of the kabupaten or kota, or of the province.
    ballots
        Ballots kept there for this district; None where the province keeps them, with no number a district.
    """

    election: str
    keeper: str
    ballots: int | None


@dataclass(frozen=True, slots=True)
class Kits:
    """All kits of a district.

    Parameters
    ----------
    stations
        Kits by station id, in the district's order.
    recap
        Recapitulation boxes by kecamatan code, sorted.
    revote
        Stock for a repeated vote, an entry an election.
    rules
        Rule pack they were made by.
    """

    stations: Mapping[str, StationKit]
    recap: Mapping[str, RecapKit]
    revote: tuple[RevoteStock, ...]
    rules: Rules

    def totals(self) -> dict[str, int]:
        """Give the pieces needed in the whole district by item, without stock for a repeated vote."""
        return _totals(self)


def build_kits(district: District, rules: Rules) -> Kits:
    """Build the kits of a district.

    Parameters
    ----------
    district
        The district as read.
    rules
        Its rule pack, overrides laid over.

    Raises
    ------
    KeyError
        When a station holds an election that the pack has not; `serentak.kit.validate` says so beforehand.
    """
    stations = {station.id: _station_kit(station, rules) for station in district.stations}
    held: dict[str, set[str]] = {}
    for station in district.stations:
        held.setdefault(station.kecamatan, set()).update(station.elections)
    recap = {code: _recap_kit(code, held[code], rules) for code in sorted(held)}
    revote = tuple(_revote_stock(letter, rules) for letter in rules.letters if letter in set(district.elections))
    return Kits(stations, recap, revote, rules)


def _station_kit(station: Station, rules: Rules) -> StationKit:
    letters = tuple(letter for letter in rules.letters if letter in station.elections)
    if len(letters) < len(station.elections):
        raise KeyError(next(letter for letter in station.elections if letter not in letters))
    sheets = ballots(station.voters, rules)
    paper = -(-sheets * rules["ballot_milligrams"] // 1000)
    box = rules["box_grams"] + rules["box_contents_grams"] + paper
    bundle = rules["booths"] * rules["booth_grams"] + rules["bundle_other_grams"]
    bundle_volume = rules["booths"] * rules["booth_millilitres"] + rules["bundle_other_millilitres"]
    return StationKit(
        station=station.id,
        boxes=tuple(box_id(station.id, letter) for letter in letters),
        bundle=bundle_id(station.id),
        ballots=dict.fromkeys(letters, sheets),
        grams=len(letters) * box + bundle,
        millilitres=len(letters) * rules["box_millilitres"] + bundle_volume,
    )


def _recap_kit(kecamatan: str, held: set[str], rules: Rules) -> RecapKit:
    boxes = tuple(recap_id(kecamatan, letter) for letter in rules.letters if letter in held)
    return RecapKit(
        kecamatan=kecamatan,
        boxes=boxes,
        grams=len(boxes) * (rules["box_grams"] + rules["recap_contents_grams"]),
        millilitres=len(boxes) * rules["box_millilitres"],
    )


def _revote_stock(letter: str, rules: Rules) -> RevoteStock:
    if rules.elections[letter].level == "province":
        return RevoteStock(letter, N_("KPU of the province"), None)
    return RevoteStock(letter, N_("KPU of the kabupaten or kota"), rules["revote_ballots"])


def _totals(kits: Kits) -> dict[str, int]:
    stations = len(kits.stations)
    boxes = sum(len(kit.boxes) for kit in kits.stations.values())
    recap = sum(len(kit.boxes) for kit in kits.recap.values())
    totals = {
        "boxes": boxes + recap,
        "station_boxes": boxes,
        "recap_boxes": recap,
        "bundles": stations,
    }
    for letter in kits.rules.letters:
        sheets = sum(kit.ballots.get(letter, 0) for kit in kits.stations.values())
        if sheets:
            totals[f"ballots_{letter}"] = sheets
    totals |= {item: stations * kits.rules[item] for item in PER_STATION}
    totals |= {item: boxes * kits.rules[item] for item in PER_BOX}
    return totals
