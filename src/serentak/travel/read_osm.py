"""OpenStreetMap extracts: ``.osm.pbf``, ``.osm`` and their compressed kin, read with osmium."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.travel.lines import LineBuilder, Lines

if TYPE_CHECKING:
    from serentak.base.errors import Problems
    from serentak.travel.ways import Judge

_KEYS: Final = ("highway", "route", "waterway", "man_made", "barrier")
_NOWHERE: Final = 2147483647
"""Coordinate of a node whose position osmium does not know."""
_DEGREE: Final = 1e-7
_LOCATED: Final = "LocationsOnWays"
"""What the head of an extract says whose ways carry the positions of their nodes; it has no other nodes."""
_FEATURES: Final = 8
"""How many optional features of an extract are looked through."""
_GATE_KEYS: Final = -(1 << 62)
"""Keys of the ends that a way gets at a barrier begin here: no node of OpenStreetMap has such a number."""


def read_osm(path: Path, judge: Judge, problems: Problems) -> Lines:
    """Read the ways that somebody may travel on.

    Relations are not read, nor what JOSM has marked as deleted. Where an extract was clipped, a way ends at its last
    bend that is in the file.

    Raises
    ------
    InputError
        When the file is damaged, is a history or a change, or no way in it has positions.
    """
    from osmium import InvalidLocationError  # noqa: PLC0415 - heavy; only those who have a network pay for it

    try:
        return _Reader(path, judge, problems).read()
    except (RuntimeError, OSError, ValueError, TypeError, OverflowError, InvalidLocationError) as error:
        raise InputError.of(
            path.name,
            _("the file is damaged or is no OpenStreetMap extract: {reason}").format(reason=error),
            _("fetch it again, and compare its size with that of the source"),
        ) from None


class _Reader:
    def __init__(self, path: Path, judge: Judge, problems: Problems) -> None:
        self.path, self.judge, self.problems = path, judge, problems

    def read(self) -> Lines:
        import osmium  # noqa: PLC0415

        positions = osmium.index.create_map("flex_mem")
        self.drafts: dict[int, tuple[int, int]] = {}
        self._pass(positions)
        if self.missing and not self.path.name.lower().endswith(".pbf"):
            # Some programs write ways before their nodes; a second pass finds what the first has stored. What was
            # drawn and never uploaded has numbers below zero, which osmium does not store.
            for node in osmium.FileProcessor(str(self.path), osmium.osm.NODE) if self.unsent else ():
                if isinstance(node, osmium.osm.Node) and node.id < 0 and not node.deleted:
                    self.drafts[node.id] = (node.location.x, node.location.y)
            self.judge.forget()
            self._pass(positions)
        self._say()
        return self.lines.build(self.judge.traits)

    def _say(self) -> None:
        """Say what the file lacks, and what it has twice."""
        if self.missing and not len(self.lines):
            raise InputError.of(
                self.path.name,
                _("no way in it has a position: the nodes are missing"),
                _("export it again with the nodes of its ways"),
            )
        if self.missing:
            self.problems.note(
                self.path.name, None,
                _("{ways} ways lack nodes that are not in the file; they end where it ends").format(ways=self.clipped),
                _("cut the extract a little larger than the district"),
            )  # fmt: skip
        numbers, times = np.unique(np.array(self.used), return_counts=True)
        if (times > 1).any():
            self.problems.warn(
                self.path.name, None, None, ", ".join(map(str, numbers[times > 1][:5].tolist())),
                _("{n} ways stand in the file more than once; all of their versions are used").format(
                    n=(times > 1).sum()
                ),
                _("join extracts with osmium merge, which keeps one of each"),
            )  # fmt: skip

    def _pass(self, positions: Any) -> None:
        import osmium  # noqa: PLC0415

        self.lines = LineBuilder()
        self.missing = self.clipped = 0
        self.unsent = False
        self.used = array("q")
        self.gates: dict[int, int] = {}
        self._next_key = _GATE_KEYS
        objects = osmium.FileProcessor(str(self.path), osmium.osm.NODE | osmium.osm.WAY)
        if objects.header.has_multiple_object_versions:
            raise InputError.of(
                self.path.name,
                _("the file is a history or a change, not a map of one day"),
                _("cut a map of one day from it: osmium time-filter"),
            )
        if not any(objects.header.get(f"pbf_optional_feature_{n}", "") == _LOCATED for n in range(_FEATURES)):
            objects = objects.with_locations(positions)
        for thing in objects.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            if isinstance(thing, osmium.osm.Changeset) or thing.deleted:
                continue
            if isinstance(thing, osmium.osm.Way):
                self._way(thing)
            elif (number := self.judge.gate(dict(thing.tags))) >= 0:
                self.gates[thing.id] = number

    def _way(self, way: Any) -> None:
        tags = dict(way.tags)
        name = tags.get("name") or tags.get("ref") or ""
        trait = self.judge.way(way.id, tags, name)
        if trait < 0:
            return
        self.used.append(way.id)
        bends = [(node.ref, node.x, node.y) for node in way.nodes]
        if bends and min(bends)[0] < 0:
            self.unsent = True
            bends = [(ref, *self.drafts.get(ref, (x, y))) for ref, x, y in bends]
        known = [bend for bend in bends if bend[1] != _NOWHERE]
        if len(known) == len(bends):
            self._pieces(way.id, trait, name, known)
            return
        self.missing += len(bends) - len(known)
        self.clipped += 1
        piece: list[tuple[int, int, int]] = []
        for bend in [*bends, (0, _NOWHERE, 0)]:
            if bend[1] != _NOWHERE:
                piece.append(bend)
            elif piece:
                self._pieces(way.id, trait, name, piece)
                piece = []

    def _pieces(self, source: int, trait: int, name: str, bends: list[tuple[int, int, int]]) -> None:
        """Add a line, cut at every barrier that stands on it: those it lets through cross it from end to end."""
        if self.gates.keys().isdisjoint(bend[0] for bend in bends):
            self._line(source, trait, name, bends)
            return
        piece: list[tuple[int, int, int]] = []
        for n, bend in enumerate(bends):
            gate = self.gates.get(bend[0])
            if gate is None:
                piece.append(bend)
                continue
            if n > 0:
                self._line(source, trait, name, [*piece, self._beside(bend, source, gate)])
            piece = [self._beside(bend, source, gate)] if n < len(bends) - 1 else []
        self._line(source, trait, name, piece)

    def _beside(self, bend: tuple[int, int, int], source: int, gate: int) -> tuple[int, int, int]:
        """Make a new end beside a barrier, with the way through it."""
        self._next_key += 1
        end = (self._next_key, bend[1], bend[2])
        self._line(source, gate, "", [end, bend])
        return end

    def _line(self, source: int, trait: int, name: str, bends: list[tuple[int, int, int]]) -> None:
        if len(bends) > 1:
            self.lines.add(
                source,
                trait,
                name,
                [bend[0] for bend in bends],
                [bend[1] * _DEGREE for bend in bends],
                [bend[2] * _DEGREE for bend in bends],
            )
