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
    key = lines.key.copy()
    insert_at, insert_key, insert_point = [], [], []
    for n in nearest.tolist():
        bend, target = int(ends[end[n]]), int(hit[n])
        first, last = int(lines.start[target]), int(lines.start[target + 1])
        gaps = np.hypot(*(at[first:last] - at[bend]).T)
        if gaps.min() <= tolerance:
            key[bend] = key[first + int(gaps.argmin())]
            continue
        along = shapely.line_locate_point(drawn[target], shapely.points(at[bend]))
        reach = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(at[first:last], axis=0).T))))
        insert_at.append((first + int(np.searchsorted(reach, along)), float(along)))
        insert_key.append(int(key[bend]))
        insert_point.append((lines.lon[bend], lines.lat[bend]))
    problems.note(
        file, None,
        _("{n} lines end beside another line, less than {metres} m away; they are joined to it").format(
            n=len(nearest), metres=tolerance
        ),
        _("nothing need be done if they meet on the ground"),
    )  # fmt: skip
    if not insert_at:
        return replace(lines, key=key)
    order = np.array(sorted(range(len(insert_at)), key=lambda n: insert_at[n]))
    where = np.array([place for place, _along in insert_at])[order]
    points = np.array(insert_point)[order]
    return replace(
        lines,
        start=lines.start + np.concatenate(([0], np.cumsum(np.bincount(line[where], minlength=len(size))))),
        key=np.insert(key, where, np.array(insert_key, dtype=np.int64)[order]),
        lon=np.insert(lines.lon, where, points[:, 0]),
        lat=np.insert(lines.lat, where, points[:, 1]),
    )
