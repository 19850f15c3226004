"""Small charts as SVG, and where they are kept: beside the pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

PAGES = Path(__file__).parent.parent / "docs" / "benchmarks"
COLOURS = ("#1b7f79", "#d1495b", "#edae49", "#30638e", "#6c584c", "#8d6a9f")
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 760, 420, 70, 50, 20, 190

Series = Mapping[str, Sequence[tuple[float, float]]]


def chart(
    name: str, series: Series, *, x: str, y: str, log_x: bool = False, log_y: bool = False, lines: bool = True
) -> str:
    """Write a chart into ``docs/benchmarks/NAME.svg``; give the line of Markdown that shows it."""
    (PAGES / f"{name}.svg").write_text(_svg(series, (x, y), (log_x, log_y), lines=lines), encoding="utf-8")
    return f"![{y} against {x}]({name}.svg)"


def _svg(series: Series, names: tuple[str, str], logs: tuple[bool, bool], *, lines: bool) -> str:
    points = [point for own in series.values() for point in own]
    x_axis = _Axis([x for x, _y in points], LEFT, WIDTH - RIGHT, log=logs[0])
    y_axis = _Axis([y for _x, y in points], HEIGHT - BOTTOM, TOP, log=logs[1])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for tick in x_axis.ticks():
        at = x_axis.at(tick)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e3e7ea"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:g}</text>')
    for tick in y_axis.ticks():
        at = y_axis.at(tick)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#e3e7ea"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for n, (label, own) in enumerate(series.items()):
        colour = COLOURS[n % len(COLOURS)]
        places = [(x_axis.at(x), y_axis.at(y)) for x, y in own]
        if lines and len(places) > 1:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}" fill-opacity=".8"/>' for x, y in places]
        at = TOP + 14 + 20 * n
        parts.append(f'<circle cx="{WIDTH - RIGHT + 18}" cy="{at}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 30}" y="{at + 4}">{escape(label)}</text>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(names[0])}</text>'
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    turned = f'transform="rotate(-90 16 {middle})"'
    parts.append(f'<text x="16" y="{middle}" text-anchor="middle" {turned}>{escape(names[1])}</text></svg>')
    return "\n".join(parts) + "\n"


class _Axis:
    def __init__(self, values: Sequence[float], start: float, end: float, *, log: bool) -> None:
        self.log, self.start, self.end = log, start, end
        low, high = min(values, default=0.0), max(values, default=1.0)
        if log:
            self.low, self.high = math.log10(max(low, 1e-9)), math.log10(max(high, 1e-9))
        else:
            self.low, self.high = min(low, 0.0), high
        if self.high <= self.low:
            self.high = self.low + 1

    def at(self, value: float) -> float:
        """Give the place of a value in the picture."""
        place = math.log10(max(value, 1e-9)) if self.log else value
        return self.start + (place - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Give round values."""
        if self.log:
            decades = range(math.floor(self.low), math.ceil(self.high) + 1)
            found = [step * 10.0**decade for decade in decades for step in (1, 3)]
            return [value for value in found if self.low - 1e-9 <= math.log10(value) <= self.high + 1e-9]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 4))
        step *= next(factor for factor in (1, 2, 5, 10) if (self.high - self.low) / (step * factor) <= 6)
        first = math.ceil(self.low / step)
        return [n * step for n in range(first, math.floor(self.high / step) + 1)]
