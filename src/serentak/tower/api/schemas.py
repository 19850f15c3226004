"""What the interface gives and takes. Times are UTC; every list says as of when it holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^(ID|[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?)$")]
"""Code of a region: ``ID``, ``14``, ``14.01``, ``14.01.06``, ``14.01.06.2003``."""
Direction = Literal["out", "back"]


class Numbers(Schema):
    """Stations of a region in one direction: ready, arrived by one side's word alone, under way, late."""

    ready: int
    unproven: int
    under_way: int
    late: int


class RegionOut(Schema):
    """A region with its three numbers, out and back, over ``stations``."""

    code: str
    name: str
    level: int = Field(description="0 nation, 1 province, 2 kabupaten or kota, 3 kecamatan, 4 desa or kelurahan")
    parent: str | None
    zone: str
    stations: int
    voters: int
    boxes: int
    out: Numbers
    back: Numbers
    troubled: int = Field(description="stations about which the log says that something does not fit")
    as_of: datetime | None


class StationOut(Schema):
    """A polling station, and how far its goods are."""

    id: str
    region: str
    number: int
    venue: str
    voters: int
    lon: float | None
    lat: float | None
    elections: str
    hub: str
    boxes: int
    out: str = Field(description="not_yet, loaded, under_way, ready, unproven (everything arrived, by one side's word)")
    back: str
    out_due: datetime | None
    back_due: datetime | None
    out_late: bool
    back_late: bool
    troubled: bool


class BoxOut(Schema):
    """A ballot box, or the bundle beside it (letter K): where it is by the log."""

    id: str
    owner: str
    letter: str
    status: str = Field(description="announced, packed, sealed, moving, stored, delivered, …")
    holder: str
    place: str
    since: datetime | None
    expected_at: str
    deadline: datetime | None
    disputed: bool
    troubles: list[str]


class LoadOut(Schema):
    """A hand-over that a plan announced, and how much of it is done."""

    id: int
    hash: str
    district: str
    direction: Direction
    giver: str
    receiver: str
    place: str
    earliest: datetime
    deadline: datetime
    vehicle: str
    escort: str = Field(description="empty where none is planned, or where you may not see guards")
    boxes: int
    began: int
    done: int
    late: int
    cancelled: bool


class DeviationOut(Schema):
    """What does not fit, found from the log alone; ``gone`` when it no longer holds."""

    id: int
    code: str
    finding: bool
    owner: str
    district: str
    objects: str
    entries: list[Any]
    figures: dict[str, Any]
    seen: datetime | None
    gone: datetime | None


class PlanOut(Schema):
    """A plan: ``sha256`` names its ``plan.json``."""

    id: int
    district: str
    state: str = Field(description="made, approved, announced, superseded, changed")
    sha256: str
    effort: str
    seed: int
    made_at: datetime
    announced_at: datetime | None
    supersedes: int | None
    totals: dict[str, Any]


class LogOut(Schema):
    """A log that the site follows."""

    origin: str
    address: str
    district: str
    election_day: date | None
    played: bool
    entries: int
    as_of: datetime | None
    trouble: str


class SeatOut(Schema):
    """A role at a post."""

    agency: str
    role: str
    post: str
    areas: list[str]


class MeOut(Schema):
    """Who asks, and what they may do where."""

    name: str
    seats: list[SeatOut]
    may: dict[str, list[str]]


class Page(Schema):
    """What all lists say: the mark from which the next part begins (``after=``), null at the end; as of when."""

    next: str | int | None
    as_of: datetime | None


class Regions(Page):
    """Regions."""

    items: list[RegionOut]


class Stations(Page):
    """Polling stations."""

    items: list[StationOut]


class Boxes(Page):
    """Boxes and bundles."""

    items: list[BoxOut]


class Loads(Page):
    """Announced hand-overs."""

    items: list[LoadOut]


class Deviations(Page):
    """Deviations."""

    items: list[DeviationOut]


class Plans(Page):
    """Plans."""

    items: list[PlanOut]


class Logs(Schema):
    """Logs."""

    items: list[LogOut]


class EntriesIn(Schema):
    """Signed entries of a custody log, each in base64, in the order in which they were recorded."""

    entries: Annotated[list[Annotated[str, Field(max_length=90_000)]], Field(min_length=1, max_length=256)]


class Result(Schema):
    """What the log says to one entry: its receipt, or why it was refused."""

    index: int | None = None
    leaf: str | None = None
    time: int | None = Field(None, description="milliseconds since 1970")
    receipt: str | None = Field(None, description="the log's signed promise")
    error: str | None = None


class ResultsOut(Schema):
    """What the log says to each entry, in their order."""

    log: str
    taken: int
    results: list[Result]
