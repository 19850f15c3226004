"""Critical links: single stretches of way whose loss cuts stations or hubs off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serentak.risk.course import Course
from serentak.travel import UNREACHABLE, Point
from serentak.travel.graph import Graph
from serentak.travel.road import RoadTravel


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of way that nothing replaces.

    Parameters
    ----------
    edge
        Edge of the graph.
    source
        Number of its feature in the network file.
    name
        What it is called, or empty.
    mode
        Mode of travel to which it matters.
    base
        Where the goods come from.
    behind
        Ids of the stations and places that cannot be reached without it.
    """

    edge: int
    source: int
    name: str
    mode: str
    base: str
    behind: tuple[str, ...]


def critical_links(course: Course, travel: RoadTravel) -> tuple[Link, ...]:
    """Find the links whose loss cuts off what a plan serves on its way out; those with most behind them first.

    A chain of links with the same stations behind it is told by the link nearest to them.

    Parameters
    ----------
    course, travel
        The plan, and the network it travels on.
    """
    groups: dict[tuple[str, str], tuple[Point, dict[str, Point]]] = {}
    for journey in course.journeys:
        if journey.direction == "out":
            _base, points = groups.setdefault((journey.base.id, journey.row.mode), (journey.base, {}))
            points |= {halt.child.id: halt.child.point for halt in journey.halts}
    links: list[Link] = []
    for (base, mode), (start, points) in sorted(groups.items()):
        nodes = travel.snapper.snap([start, *points.values()], mode).node
        ids = list(points)
        for edge, members in bridges_to(travel.graph, mode, int(nodes[0]), nodes[1:].tolist()).items():
            name = travel.graph.names[travel.graph.name[edge]]
            behind = tuple(ids[n] for n in members)
            links.append(Link(edge, int(travel.graph.source[edge]), name, mode, base, behind))
    return tuple(sorted(links, key=lambda link: (-len(link.behind), link.base, link.mode, link.edge)))


def bridges_to(graph: Graph, mode: str, start: int, ends: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Give the edges without which some ends are cut off from the start, and which ends (Tarjan 1974).

    Directions are not looked at: what is lost is lost both ways.

    Parameters
    ----------
    graph, mode
        The network, and who travels.
    start, ends
        Nodes; a negative one is joined to none and left out.

    Returns
    -------
    dict
        Indices into `ends` by edge; of several edges with the same ends behind them the last.
    """
    if start < 0 or mode not in graph.milliseconds:
        return {}
    usable = graph.milliseconds[mode] != UNREACHABLE
    tail = np.concatenate((graph.tail[usable], graph.head[usable]))
    head = np.concatenate((graph.head[usable], graph.tail[usable])).tolist()
    edge = np.tile(graph.edge[usable], 2).tolist()
    order = np.argsort(tail, kind="stable").tolist()
    first = np.searchsorted(np.sort(tail), np.arange(len(graph.lon) + 1)).tolist()
    entered, low, left = [-1] * len(graph.lon), [0] * len(graph.lon), [0] * len(graph.lon)
    clock, entered[start] = 1, 0
    stack = [(start, -1, first[start])]
    found: list[tuple[int, int]] = []
    while stack:
        node, came, place = stack.pop()
        while place < first[node + 1]:
            arc = order[place]
            place += 1
            other = head[arc]
            if edge[arc] == came:
                continue
            if entered[other] >= 0:
                low[node] = min(low[node], entered[other])
                continue
            entered[other] = low[other] = clock
            clock += 1
            stack.append((node, came, place))
            node, came, place = other, edge[arc], first[other]
        left[node] = clock
        if stack:
            above = stack[-1][0]
            low[above] = min(low[above], low[node])
            if low[node] > entered[above]:
                found.append((node, came))
    behind: dict[tuple[int, ...], int] = {}
    for node, bridge in found:
        members = tuple(n for n, end in enumerate(ends) if end >= 0 and entered[node] <= entered[end] < left[node])
        if members:
            behind.setdefault(members, bridge)
    return {bridge: members for members, bridge in behind.items()}
