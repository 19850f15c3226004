"""Charts as SVG for paper: black and grey only, every line labelled where it is, axes with their unit.

Time runs in seconds from 00:00 local time on H, as in a plan. The same figures give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from serentak.base.clock import DAY, HOUR, format_day
from serentak.base.numbers import number

WIDTH: Final = 720
"""Units across a chart; a page shows them in 182 mm, so that text of 11 units is 8 points high."""
INK: Final = "#000000"
SHADE: Final = "#c9c9c9"
BAND: Final = "#f3f3f3"
RULE: Final = "#8a8a8a"

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Profile:
    """A quantity that changes by steps.

    Parameters
    ----------
    title
        What is shown, with its unit.
    steps
        (moment, level) in order of time; the level holds until the next step.
    limit
        What is available, in the same unit, or None; with the words that say so.
    """

    title: str
    steps: tuple[tuple[int, int], ...]
    limit: tuple[int, str] | None = None

    @property
    def peak(self) -> tuple[int, int]:
        """Moment at which the level is highest for the first time, and that level."""
        return max(self.steps, key=lambda step: (step[1], -step[0]), default=(0, 0))


class Drawing:
    """An SVG under construction; x to the right, y down."""

    def __init__(self, height: float) -> None:
        self.height = height
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Fill a rectangle."""
        self._parts.append(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"/>')

    def line(self, spots: Iterable[Spot], width: float = 1, *, dash: str = "", stroke: str = INK) -> None:
        """Draw through points."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        common = f'fill="none" stroke="{stroke}" stroke-width="{_n(width)}" stroke-linejoin="round"{dashed}'
        self._parts.append(f'<path d="{_path(spots)}" {common}/>')

    def area(self, spots: Iterable[Spot], fill: str) -> None:
        """Fill what points enclose."""
        self._parts.append(f'<path d="{_path(spots)}z" fill="{fill}"/>')

    def text(
        self, x: float, y: float, words: str, *, anchor: str = "start", size: int = 11, bold: bool = False,
        edge: bool = True,
    ) -> None:  # fmt: skip
        """Write words on their base line, with a white edge so that lines behind do not cut them."""
        weight = ' font-weight="bold"' if bold else ""
        common = f'x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{size}"{weight}'
        if edge:
            white = 'fill="#ffffff" stroke="#ffffff" stroke-width="3" stroke-linejoin="round" aria-hidden="true"'
            self._parts.append(f"<text {common} {white}>{escape(words)}</text>")
        self._parts.append(f"<text {common}>{escape(words)}</text>")

    def svg(self) -> str:
        """Give the finished picture."""
        body = "\n".join(self._parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(self.height)}" '
            f'font-family="DejaVu Sans" font-stretch="condensed" fill="{INK}">\n{body}\n</svg>\n'
        )


def cumulative(moments: Sequence[int], ends: Sequence[int], *, axis: str, done: str, due: str) -> str:
    """Draw how many are done over time, beside how many must be done by then.

    Parameters
    ----------
    moments, ends
        When each is done, and by when it must be.
    axis
        What is counted.
    done, due
        Labels of the two lines.
    """
    left, right, top, bottom = 52, WIDTH - 12, 24, 196
    first = min(moments) // HOUR * HOUR
    last = -(-(max(*moments, *ends) + 1) // HOUR) * HOUR
    most = len(moments)

    def at(moment: float, level: float) -> Spot:
        return (
            left + (right - left) * (moment - first) / (last - first),
            bottom - (bottom - top) * level / most,
        )

    drawing = Drawing(236)
    _time_axis(drawing, first, last, left, right, top, bottom)
    for share in (0, 0.5, 1):
        level = round(most * share)
        y = at(first, level)[1]
        drawing.line([(left, y), (right, y)], 0.5, stroke=RULE)
        drawing.text(left - 5, y + 4, number(level), anchor="end")
    drawing.text(2, 12, axis)
    done_line = _stairs([(first, 0), *((moment, n) for n, moment in enumerate(sorted(moments), 1))], last, at)
    due_line = _stairs([(first, 0), *((moment, n) for n, moment in enumerate(sorted(ends), 1))], last, at)
    drawing.line(due_line, 1.4, dash="5 3")
    drawing.line(done_line, 2.6)
    x, y = at(max(moments), most)
    beside = x < left + 0.6 * (right - left)
    if beside:
        drawing.text(x + 6, y + 14, done, bold=True)
    else:
        drawing.text(x - 6, y - 6, done, anchor="end", bold=True)
    x, y = at(max(ends), most * 0.3)
    drawing.text(x - 6, y, due, anchor="end")
    return drawing.svg()


def profiles(rows: Sequence[Profile]) -> str:
    """Draw quantities over the days of a plan, one below the other on one axis of time."""
    left, right, height = 8, WIDTH - 8, 84
    moments = [moment for row in rows for moment, _level in row.steps]
    first, last = min(moments) // DAY * DAY, -(-(max(moments) + 1) // DAY) * DAY
    drawing = Drawing(height * len(rows) + 30)
    bottom = height * len(rows)
    _day_bands(drawing, first, last, left, right, bottom)
    for n, row in enumerate(rows):
        _profile(drawing, row, (first, last), (left, right), (n * height + 30, (n + 1) * height))
    return drawing.svg()


def matrix(rows: Sequence[tuple[str, Mapping[int, int]]], *, total: str) -> str:
    """Draw figures by row and hour, darker where they are larger.

    Parameters
    ----------
    rows
        Name, and figure by hour (hours from 00:00 on H); hours without any figure are left out.
    total
        Heading of the sums at the right.
    """
    hours = sorted({hour for _name, figures in rows for hour, figure in figures.items() if figure})
    most = max(figure for _name, figures in rows for figure in figures.values())
    left, sums, line, top = 138, 40, 17, 34
    cell = min((WIDTH - left - sums) / len(hours), 34)
    right, bottom = left + cell * len(hours), top + line * len(rows)
    size = 10 if cell >= 18 else 8
    drawing = Drawing(bottom)
    for k, (name, figures) in enumerate(rows):
        y = top + k * line
        for n, hour in enumerate(hours):
            figure = figures.get(hour, 0)
            if figure:
                level = round(255 - 120 * figure / most)
                drawing.rect(left + n * cell, y, cell, line, f"#{level:02x}{level:02x}{level:02x}")
                drawing.text(left + (n + 0.5) * cell, y + 12, number(figure), anchor="middle", size=size, edge=False)
        drawing.text(left - 5, y + 12, name, anchor="end", size=10)
        drawing.text(right + sums - 4, y + 12, number(sum(figures.values())), anchor="end", size=size)
        drawing.line([(left, y + line), (right + sums, y + line)], 0.3, stroke=RULE)
    drawing.text(right + sums - 4, 26, total, anchor="end", size=size)
    for n, hour in enumerate(hours):
        x = left + n * cell
        drawing.text(x + cell / 2, 26, f"{hour % 24:02d}", anchor="middle", size=size)
        if n == 0 or hour // 24 != hours[n - 1] // 24:
            drawing.text(x + 3, 11, format_day(hour // 24), bold=True)
            drawing.line([(x, 2), (x, bottom)], 0.8)
    return drawing.svg()


def _profile(drawing: Drawing, row: Profile, span: Spot, across: Spot, down: Spot) -> None:
    (first, last), (left, right), (top, bottom) = span, across, down
    moment, peak = row.peak
    # A limit far above what is used would flatten the line: then only its words are shown.
    shown = row.limit is not None and row.limit[0] <= 2 * max(peak, 1)
    most = max(peak, row.limit[0] if row.limit is not None and shown else 0, 1)

    def at(time: float, level: float) -> Spot:
        return left + (right - left) * (time - first) / (last - first), bottom - (bottom - top) * level / most

    stairs = _stairs([(first, 0), *row.steps], last, at)
    drawing.area([*stairs, at(last, 0), at(first, 0)], SHADE)
    drawing.line(stairs, 0.6)
    drawing.line([(left, bottom), (right, bottom)], 0.8)
    words = row.title
    if row.limit is not None:
        words += f" ({row.limit[1]})"
        if shown:
            drawing.line([at(first, row.limit[0]), at(last, row.limit[0])], 1, dash="5 3")
    drawing.text(left, top - 14, words, bold=True)
    x, y = at(moment, peak)
    hours, minutes = moment % DAY // HOUR, moment % HOUR // 60
    late = x > left + 0.85 * (right - left)
    drawing.text(
        x - 3 if late else x + 3, y - 3,
        f"{number(peak)}, {format_day(moment // DAY)} {hours:02d}:{minutes:02d}", anchor="end" if late else "start",
    )  # fmt: skip


def _day_bands(drawing: Drawing, first: int, last: int, left: float, right: float, bottom: float) -> None:
    days = range(first // DAY, last // DAY)
    width = (right - left) / len(days)
    for n, day in enumerate(days):
        x = left + n * width
        if n % 2 == 0:
            drawing.rect(x, 0, width, bottom, BAND)
        drawing.line([(x + width / 2, bottom), (x + width / 2, bottom + 4)], 0.8)
        drawing.text(x + width / 2, bottom + 14, "12", anchor="middle", size=9)
        drawing.text(x + width / 2, bottom + 27, format_day(day), anchor="middle", bold=True)


def _time_axis(
    drawing: Drawing, first: int, last: int, left: float, right: float, top: float, bottom: float
) -> None:  # fmt: skip
    """Draw hours below, and the day where it begins."""
    hours = (last - first) // HOUR
    step = next((each for each in (1, 2, 3, 6, 12) if hours / each <= 16), 24) * HOUR
    moment = -(-first // step) * step
    while moment <= last:
        x = left + (right - left) * (moment - first) / (last - first)
        begins = moment % DAY == 0
        drawing.line([(x, top if begins else bottom), (x, bottom + 4)], 0.8 if begins else 0.6, stroke=RULE)
        drawing.text(x, bottom + 16, f"{moment % DAY // HOUR:02d}", anchor="middle", size=10)
        moment += step
    for day in range(first // DAY, -(-last // DAY)):
        begin, end = max(day * DAY, first), min((day + 1) * DAY, last)
        if end - begin >= (last - first) / 20:
            x = left + (right - left) * ((begin + end) / 2 - first) / (last - first)
            drawing.text(x, bottom + 32, format_day(day), anchor="middle", bold=True)


def _stairs(steps: Iterable[tuple[float, float]], last: float, at: Callable[[float, float], Spot]) -> list[Spot]:
    """Give the points of a line that jumps at each step and ends at the right."""
    spots: list[Spot] = []
    level: float = 0
    for moment, after in steps:
        spots += [at(moment, level), at(moment, after)]
        level = after
    return [*spots, at(last, level)]


def _path(spots: Iterable[Spot]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in spots)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
