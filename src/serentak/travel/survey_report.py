"""What a survey of a network found, and how it is said."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal

from serentak.base.messages import _
from serentak.base.numbers import number
from serentak.travel.ways import snap_limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from serentak.base.errors import Problem
    from serentak.travel.road_ends import Proposal

SHOWN: Final = 20
"""How many lines of one kind are printed; ``--json`` has all."""

Reason = Literal["far", "base_far", "apart"]


@dataclass(frozen=True, slots=True)
class ModeReport:
    """What the network is to one mode of travel.

    Parameters
    ----------
    mode
        Mode of travel.
    metres
        Metres of ways it can use.
    pieces, small_pieces
        Metres of the large pieces, longest first, and how many small ones there are.
    points
        Points that vehicles of this mode serve or start from.
    joined
        How many of them are joined to the network.
    median, ninth, longest
        Straight metres from points to the network: half of them, nine of ten and all of them lie as near.
    worst
        The farthest points with their metres.
    """

    mode: str
    metres: int
    pieces: tuple[int, ...]
    small_pieces: int
    points: int
    joined: int
    median: int
    ninth: int
    longest: int
    worst: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        head = _("{mode}: {km} km of ways in {pieces} pieces and {small} small ones").format(
            mode=self.mode, km=number(self.metres // 1000), pieces=len(self.pieces), small=self.small_pieces
        )
        if not self.points:
            return head
        tail = _(
            "{joined} of {points} points joined; metres to them: half {median}, nine in ten {ninth}, all {longest}"
        )
        far = _("; farthest: {points}").format(points=", ".join(f"{name} {number(m)}" for name, m in self.worst))
        return f"{head}; " + tail.format(
            joined=self.joined, points=self.points, median=number(self.median), ninth=number(self.ninth),
            longest=number(self.longest),
        ) + far  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreached:
    """A station or place that a mode does not reach from the place its goods come from.

    Parameters
    ----------
    id, name, base, mode
        Who, from where and by which mode.
    reason
        ``far``: it lies farther from the network than the mode's limit; ``base_far``: its parent does; ``apart``: no
        way of the network leads there and back.
    metres
        Straight metres from the network, of the one that is far; 0 when apart.
    only
        Whether no other mode of the parent's vehicles reaches it either.
    """

    id: str
    name: str
    base: str
    mode: str
    reason: Reason
    metres: int
    only: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A piece of the network with stations that is apart from the piece their parent stands on.

    Parameters
    ----------
    mode
        Mode for which it is apart.
    metres
        Metres of ways in the piece.
    stations
        Stations and places on it.
    gap, lon, lat
        Straight metres where it comes nearest to the other piece, and where that is.
    """

    mode: str
    metres: int
    stations: int
    gap: int
    lon: float
    lat: float

    def __str__(self) -> str:
        return _(
            "{mode}: a piece of {km} km with {n} stations is apart from the roads of their parent; they come nearest, "
            "{gap} m, at {lon:.5f}, {lat:.5f}: if one can drive there, mend the network"
        ).format(
            mode=self.mode, km=number(self.metres // 1000), n=self.stations, gap=number(self.gap), lon=self.lon,
            lat=self.lat,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Survey:
    """The report on a network.

    Parameters
    ----------
    notes
        What was done to read it.
    nodes, edges, metres
        Size of the network.
    kinds
        Metres by kind of way, longest first.
    modes
        By mode that the network or the fleet knows.
    estimated
        Modes of the fleet for which the network has no way at all: their times stay estimates.
    unreached
        Stations and places that a mode of their parent's vehicles does not reach.
    gaps
        Pieces of the network on which stations stand apart from their parent, those with most stations first.
    proposals
        Road ends and jetties that would reach those no mode reaches.
    """

    notes: tuple[Problem, ...]
    nodes: int
    edges: int
    metres: int
    kinds: tuple[tuple[str, int], ...]
    modes: tuple[ModeReport, ...]
    estimated: tuple[str, ...]
    unreached: tuple[Unreached, ...]
    gaps: tuple[Gap, ...]
    proposals: tuple[Proposal, ...]

    def lines(self) -> list[str]:
        """Give the report as lines for people."""
        said = [
            _("Network: {km} km of ways, {nodes} nodes.").format(
                km=number(self.metres // 1000), nodes=number(self.nodes)
            )
        ]
        said += [f"  {note}" for note in self.notes]
        said += [f"  {report}" for report in self.modes]
        said += [
            "  " + _("{mode}: the network has no way for it; its times stay estimates").format(mode=mode)
            for mode in self.estimated
        ]
        partly = Counter(row.mode for row in self.unreached if not row.only)
        said += [
            "  "
            + _("{mode}: does not reach {n} stations and places that another vehicle of their parent reaches").format(
                mode=mode, n=number(n)
            )
            for mode, n in partly.items()
        ]
        lost = _in_groups([row for row in self.unreached if row.only])
        said += [f"  {line}" for line in lost[:SHOWN]]
        if len(lost) > SHOWN:
            said.append("  " + _("… and {n} more lines, all in --json").format(n=len(lost) - SHOWN))
        said += [f"  {gap}" for gap in self.gaps[:SHOWN]]
        for proposal in self.proposals:
            said += [f"  {line}" for line in proposal.lines()]
        return said

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain data for ``--json``."""
        return asdict(self)


def _in_groups(rows: Sequence[Unreached]) -> list[str]:
    """Say who is not reached, a line for those of one village with one reason."""
    groups: dict[tuple[str, str, str, Reason], list[Unreached]] = defaultdict(list)
    for row in rows:
        groups[row.name, row.base, row.mode, row.reason].append(row)
    return [_group(*key, group) for key, group in groups.items()]


def _group(name: str, base: str, mode: str, reason: Reason, rows: Sequence[Unreached]) -> str:
    words = {
        "far": _(
            "{name}: {who} {metres} m from the nearest way for a {mode}, more than {limit} m; say in access by which "
            "mode one gets there, or mend the position"
        ),
        "base_far": _("{name}: {who} not reached, because their parent {base} lies {metres} m from a way for a {mode}"),
        "apart": _(
            "{name}: {who} not reached, no way for a {mode} leads there from {base} and back; say in access by which "
            "mode one gets there, or mend the network"
        ),
    }[reason]
    ids = [row.id for row in rows]
    metres = sorted({row.metres for row in rows})
    return words.format(
        name=name,
        base=base,
        mode=mode,
        who=ids[0] if len(ids) == 1 else _("{first} and {n} others").format(first=ids[0], n=len(ids) - 1),
        metres=number(metres[0]) if len(metres) == 1 else f"{number(metres[0])}-{number(metres[-1])}",
        limit=number(snap_limit(mode)),
    )
