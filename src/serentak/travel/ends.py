"""Ends of drawn lines that should meet: joined where they miss by less than a step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from serentak.base.messages import _
from serentak.travel.ways import table

if TYPE_CHECKING:
    from serentak.base.errors import Problems
    from serentak.travel.lines import Lines


def joined_ends(lines: Lines, file: str, problems: Problems) -> Lines:
    """Join every loose end that lies on another line to that line.

    Loose is an end that shares its place with no other line. It is joined to the nearest line within the tolerance of
    ``ways.toml``: to its bend where one is as near, else to a new bend. Lines that merely cross are not joined: one
    of them may be a bridge.
    """
    if not len(lines.trait):
        return lines
    import shapely  # noqa: PLC0415 - heavy; only those who have a network pay for it

    tolerance = table()["join"]["metres"]
    size = np.diff(lines.start)
    ends = np.concatenate((lines.start[:-1], lines.start[1:] - 1))
    owner = np.concatenate((np.arange(len(size)), np.arange(len(size))))
    _keys, node = np.unique(lines.key, return_inverse=True)
    loose = np.bincount(node)[node[ends]] == 1
    ends, owner = ends[loose], owner[loose]
    # Metres on a plane that is true near the middle of the network, and near enough at its edges for a step.
    scale = np.array([111_320 * np.cos(np.radians(lines.lat.mean())), 110_574])
    at = np.column_stack((lines.lon, lines.lat)) * scale
    line = np.repeat(np.arange(len(size)), size)
    drawn = shapely.linestrings(at, indices=line)
    tree = shapely.STRtree(drawn)
    end, hit = tree.query(shapely.points(at[ends]), predicate="dwithin", distance=tolerance)
    other = hit != owner[end]
    end, hit = end[other], hit[other]
    if not len(end):
        return lines
    distance = shapely.distance(shapely.points(at[ends[end]]), drawn[hit])
    order = np.lexsort((hit, distance, end))
    nearest = order[np.unique(end[order], return_index=True)[1]]
    same = _Same()
    new: list[tuple[int, float, int]] = []
    for n in nearest.tolist():
        bend, target = int(ends[end[n]]), int(hit[n])
        first, last = int(lines.start[target]), int(lines.start[target + 1])
        gaps = np.hypot(*(at[first:last] - at[bend]).T)
        if gaps.min() <= tolerance:
            same.join(int(lines.key[bend]), int(lines.key[first + int(gaps.argmin())]))
            continue
        along = float(shapely.line_locate_point(drawn[target], shapely.points(at[bend])))
        reach = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(at[first:last], axis=0).T))))
        new.append((first + int(np.searchsorted(reach, along)), along, bend))
    problems.note(
        file, None,
        _("{n} lines end beside another line, less than {metres} m away; they are joined to it").format(
            n=same.joins + len(new), metres=tolerance
        ),
        _("nothing need be done if they meet on the ground"),
    )  # fmt: skip
    key = np.array([same.first(number) for number in lines.key.tolist()], dtype=np.int64)
    if not new:
        return replace(lines, key=key)
    where, _along, bends = (np.array(column) for column in zip(*sorted(new), strict=True))
    return replace(
        lines,
        start=lines.start + np.concatenate(([0], np.cumsum(np.bincount(line[where], minlength=len(size))))),
        key=np.insert(key, where, key[bends]),
        lon=np.insert(lines.lon, where, lines.lon[bends]),
        lat=np.insert(lines.lat, where, lines.lat[bends]),
    )


class _Same:
    """Keys that came to mean one place."""

    def __init__(self) -> None:
        self.joins = 0
        self._before: dict[int, int] = {}

    def first(self, key: int) -> int:
        """Give the key that stands for all that mean this place."""
        while key in self._before:
            key = self._before[key]
        return key

    def join(self, key: int, other: int) -> None:
        """Let two keys mean one place."""
        low, high = sorted((self.first(key), self.first(other)))
        if low != high:
            self._before[high] = low
            self.joins += 1
