"""The menu at the top of every page: each app adds its entries, shown to those who may open them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse

from serentak.base.messages import _

if TYPE_CHECKING:
    from serentak.tower.access.actor import Actor


class Entry(NamedTuple):
    """An entry: route, words (a message), the action it takes (empty: anybody), its place.

    Agencies it is for (empty: all).
    """

    route: str
    words: str
    action: str
    order: int
    agencies: frozenset[str]


_entries: list[Entry] = []


def add_entry(route: str, words: str, action: str = "", order: int = 50, agencies: tuple[str, ...] = ()) -> None:
    """Add an entry, from an app's ``ready``; `words` is marked with ``N_``."""
    entry = Entry(route, words, action, order, frozenset(agencies))
    if entry not in _entries:
        _entries.append(entry)


def menu_of(actor: Actor) -> list[dict[str, str]]:
    """Give the entries that an actor may open."""
    return [
        {"url": reverse(entry.route), "label": _(entry.words)}
        for entry in sorted(_entries, key=lambda each: each.order)
        if (not entry.action or actor.ever(entry.action)) and (not entry.agencies or entry.agencies & actor.agencies)
    ]
