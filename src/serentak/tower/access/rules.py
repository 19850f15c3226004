"""The rule table and the agencies, read once from their files."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

FOLDER: Final = Path(__file__).parent
LEVELS: Final = ("nation", "province", "kabupaten", "kecamatan", "village", "station")
ROLES: Final = ("head", "operator", "reader", "admin")


class Rule(NamedTuple):
    """One row: these agencies, at posts of these levels, in these roles may do these actions, there."""

    number: int
    agencies: frozenset[str]
    levels: frozenset[str]
    roles: frozenset[str]
    actions: frozenset[str]
    anywhere: bool

    def fits(self, agency: str, level: str, role: str, action: str) -> bool:
        """Tell whether the rule speaks of this."""
        return (
            action in self.actions
            and role in self.roles
            and level in self.levels
            and ("*" in self.agencies or agency in self.agencies)
        )


class Agency(NamedTuple):
    """An agency: its names, its posts by level, and whether it keeps a map of its own."""

    code: str
    name: str
    full: str
    posts: dict[str, str]
    own_map: bool


@cache
def agencies() -> dict[str, Agency]:
    """Give the agencies by code."""
    return {
        code: Agency(code, row["name"], row["full"], row["posts"], row.get("own_map", False))
        for code, row in _read("agencies.toml").items()
    }


@cache
def actions() -> dict[str, str]:
    """Give what may be done: names of actions and messages that say them."""
    named: dict[str, str] = _read("rules.toml")["actions"]
    return named


@cache
def rules() -> tuple[Rule, ...]:
    """Give the rules in their order."""
    rows = [
        Rule(
            number,
            frozenset(row["agencies"]),
            frozenset(row.get("levels", LEVELS)),
            frozenset(row["roles"]),
            frozenset(row["actions"]),
            row.get("where", "own") == "anywhere",
        )
        for number, row in enumerate(_read("rules.toml")["rules"], 1)
    ]
    for row in rows:
        strangers = (row.agencies - {"*"} - set(agencies())) | (row.roles - set(ROLES)) | (row.actions - set(actions()))
        strangers |= row.levels - set(LEVELS)
        if strangers:
            raise ValueError(f"rules.toml, rule {row.number}: nobody knows {', '.join(sorted(strangers))}")
    return tuple(rows)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
