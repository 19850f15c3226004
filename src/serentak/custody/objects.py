"""Boxes and bundles as events name them: in groups that share an owner.

A group is ``[owner, letters]`` or, of a repeated vote, ``[owner, letters, round]``: ``["14.01.06.2003-007", "BGK"]``
are the boxes ``14.01.06.2003-007-B`` and ``…-G`` and the bundle ``…-K``. This is a third of the bytes of the ids.
"""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from serentak.custody.cbor import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Group = list[Any]
"""``[owner, letters]`` or ``[owner, letters, round]``."""

_OWNER: Final = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}(?:\.[0-9]{4}-[0-9]{3}|-R)")
_LETTERS: Final = re.compile(r"[A-Z]{1,8}")
MAX_ROUND: Final = 99


def is_group(value: object) -> bool:
    """Tell whether this is a group: a good owner, letters in order and each once, a round only where above 1."""
    if type(value) is not list or len(value) not in (2, 3):
        return False
    owner, letters = value[0], value[1]
    if type(owner) is not str or type(letters) is not str:
        return False
    if _OWNER.fullmatch(owner) is None or _LETTERS.fullmatch(letters) is None:
        return False
    if len(letters) > 1 and "".join(sorted(set(letters))) != letters:
        return False
    return len(value) == 2 or (type(value[2]) is int and 2 <= value[2] <= MAX_ROUND)


def expand(groups: Iterable[Sequence[Any]]) -> list[str]:
    """Give the ids of the boxes and bundles of groups, in their order."""
    return [
        f"{group[0]}-{letter}" if len(group) == 2 else f"{group[0]}-{letter}.{group[2]}"
        for group in groups
        for letter in group[1]
    ]


def gather(ids: Iterable[str]) -> list[Group]:
    """Put ids of boxes and bundles into groups, sorted; the same ids always give the same groups.

    Raises
    ------
    ValueError
        When an id is not that of a box or bundle.
    """
    groups: list[Group] = []
    for (owner, round_), members in groupby(sorted({_parts(each) for each in ids}), key=lambda part: part[:2]):
        letters = "".join(letter for _owner, _round, letter in members)
        groups.append([owner, letters, round_] if round_ > 1 else [owner, letters])
        if not is_group(groups[-1]):
            raise ValueError(f"{owner}-{letters} is not the id of a box or bundle")
    return groups


def _parts(identifier: str) -> tuple[str, int, str]:
    owner, _dash, last = identifier.rpartition("-")
    letter, _dot, round_ = last.partition(".")
    return owner, int(round_ or 1), letter


def load_hash(load: Sequence[Any]) -> bytes:
    """Give the 32 bytes by which hand-overs name an announced load: SHA-256 of its CBOR."""
    return sha256(encode(list(load))).digest()
