"""Rules as data: a rule pack says which elections are held and what a station must receive.

A pack is a TOML file in this room. A district may lay its own figures over it with ``[rules_override]``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Literal

from serentak.base.errors import InputError, Problem, Problems
from serentak.base.messages import _

PACKS: Final = Path(__file__).parent / "rules"
OVERRIDE: Final = "rules_override"
DISTRICT_FILE: Final = "district.toml"
FIXED: Final = ("boxes", "recap_boxes")
"""Figures that no district may change: the id of a box holds one box a station and election."""

Status = Literal["sourced", "assumed", "overridden"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a rule pack.

    Parameters
    ----------
    name
        Its key in the pack.
    value
        Whole number, 0 or more.
    unit
        What is counted, per what.
    source
        Address where it is stated, or why it was assumed.
    status
        ``sourced``, ``assumed``, or ``overridden`` by the district.
    """

    name: str
    value: int
    unit: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class Election:
    """One of the elections held on the day.

    Parameters
    ----------
    letter
        Its letter in box ids.
    name
        Office voted for.
    level
        Whose office: ``province``, ``kabupaten`` or ``kota``.
    colour
        Colour of the ballot.
    source
        Address where the colour is stated.
    """

    letter: str
    name: str
    level: Literal["province", "kabupaten", "kota"]
    colour: str
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """A rule pack with the district's own figures laid over it.

    Parameters
    ----------
    name, title
        File name without ending, and how people call it.
    elections
        Elections by letter, in the order in which boxes are listed.
    figures
        Figures by name.
    police_classes
        Classes the police give to stations.
    escort_classes
        Classes whose stations are escorted in the last mile.
    """

    name: str
    title: str
    elections: Mapping[str, Election]
    figures: Mapping[str, Figure]
    police_classes: tuple[str, ...]
    escort_classes: tuple[str, ...]

    def __getitem__(self, name: str) -> int:
        """Give the value of a figure."""
        return self.figures[name].value

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters of all elections, in order."""
        return tuple(self.elections)

    @property
    def max_voters(self) -> int:
        """Most voters a station may have."""
        return self["max_voters"]

    @property
    def assumed(self) -> tuple[Figure, ...]:
        """Figures without a public source, in the pack's order."""
        return tuple(figure for figure in self.figures.values() if figure.status == "assumed")


def pack_names() -> tuple[str, ...]:
    """Give the names of the rule packs there are, sorted."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


def load_rules(name: str, overrides: Mapping[str, object] | None = None) -> Rules:
    """Load a rule pack and lay a district's own figures over it.

    Parameters
    ----------
    name
        Name of the pack, ``pilkada-2024``.
    overrides
        The table ``[rules_override]``: a figure's name with a whole number, or with a table of ``value`` and
        ``source``; or ``escort_classes`` with a list of police classes.

    Raises
    ------
    InputError
        When there is no such pack, or a key or value of `overrides` cannot be used; names what there is.
    """
    if name not in pack_names():
        raise InputError.of(
            DISTRICT_FILE,
            _("there is no such rule pack"),
            _("choose one of: {names}").format(names=", ".join(pack_names())),
            column="rules",
            value=name,
        )
    pack = tomllib.loads((PACKS / f"{name}.toml").read_text(encoding="utf-8"))
    figures = {key: Figure(name=key, **table) for key, table in pack["figures"].items()}
    police = pack["police"]
    escort_classes = tuple(police["escort_classes"])
    problems = Problems()
    for key, given in (overrides or {}).items():
        if key == "escort_classes":
            escort_classes = _read_classes(given, tuple(police["classes"]), problems)
        elif key not in figures:
            problems.add(_unknown(key, (*sorted(figures.keys() - FIXED), "escort_classes")))
        elif key in FIXED:
            problems.error(
                DISTRICT_FILE,
                None,
                f"{OVERRIDE}.{key}",
                given,
                _("this figure cannot be changed: an id names one box a station and election"),
                _("remove the line"),
            )
        else:
            figures[key] = _lay_over(figures[key], given, problems)
    problems.raise_errors()
    return Rules(
        name=name,
        title=pack["title"],
        elections={letter: Election(letter=letter, **table) for letter, table in pack["elections"].items()},
        figures=figures,
        police_classes=tuple(police["classes"]),
        escort_classes=escort_classes,
    )


def _unknown(key: str, known: tuple[str, ...]) -> Problem:
    near = get_close_matches(key, known, n=1)
    return Problem(
        DISTRICT_FILE,
        None,
        f"{OVERRIDE}.{key}",
        None,
        _("the rule pack has no such figure"),
        _("did you mean {name}?").format(name=near[0])
        if near
        else _("choose one of: {names}").format(names=", ".join(known)),
    )


def _lay_over(figure: Figure, given: object, problems: Problems) -> Figure:
    column = f"{OVERRIDE}.{figure.name}"
    source: object = DISTRICT_FILE
    value = given
    if isinstance(given, Mapping):
        value, source = given.get("value"), given.get("source", DISTRICT_FILE)
        for key in given.keys() - {"value", "source"}:
            problems.error(
                DISTRICT_FILE,
                None,
                f"{column}.{key}",
                given[key],
                _("unknown key"),
                _("choose one of: {names}").format(names="value, source"),
            )
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        problems.error(
            DISTRICT_FILE,
            None,
            column,
            value,
            _("not a whole number of 0 or more"),
            _("write a whole number: {unit}").format(unit=_(figure.unit)),
        )
        return figure
    return Figure(figure.name, value, figure.unit, str(source), "overridden")


def _read_classes(given: object, known: tuple[str, ...], problems: Problems) -> tuple[str, ...]:
    remedy = _("write a list out of: {names}").format(names=", ".join(known))
    column = f"{OVERRIDE}.escort_classes"
    if not isinstance(given, list):
        problems.error(DISTRICT_FILE, None, column, given, _("not a list of police classes"), remedy)
        return ()
    for item in given:
        if item not in known:
            problems.error(DISTRICT_FILE, None, column, item, _("unknown police class"), remedy)
    return tuple(str(item) for item in given)
