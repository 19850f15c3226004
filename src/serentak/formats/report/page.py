"""What a report is made of, whatever form it takes: sections of words, tables and charts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

LETTERS: Final = 115
"""Letters that fit side by side on a page, roughly."""
_FIGURE: Final = re.compile(r"-?(Rp)?[\d.,]+%?( / [\d.,]+)*")
"""``1.280``, ``Rp1.234``, ``7,9%``, ``0 / 0``; codes have dashes."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    words: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Lines of a list."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Parameters
    ----------
    head
        Headings.
    rows
        Cells, as people read them.
    instead
        Whether a chart beside it says the same: then paper, which shows the chart, leaves the table out.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    instead: bool = False

    @property
    def shares(self) -> tuple[int, ...]:
        """Parts of the page's width that columns of long texts share; 0 for a column as wide as its text."""
        longest = [max((len(row[n]) for row in (self.head, *self.rows)), default=0) for n in range(len(self.head))]
        if sum(longest) <= LETTERS:
            return (0,) * len(longest)
        return tuple(min(letters, LETTERS) if letters > 30 else 0 for letters in longest)

    @property
    def figures(self) -> tuple[bool, ...]:
        """Whether each column holds figures, which stand to the right."""
        return tuple(all(_is_figure(row[n]) for row in self.rows) for n in range(len(self.head)))


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the sentence that says what it shows; where no picture can be shown, the sentence stands alone."""

    words: str
    svg: str


Block = Text | Bullets | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, instead: bool = False) -> Table:
    """Make a table of anything that can be written."""
    return Table(tuple(head), tuple(tuple(str(cell) for cell in row) for row in rows), instead)


def as_data(section: Section) -> dict[str, Any]:
    """Give a section as plain data for the template."""
    return {"title": section.title, "blocks": [_block(block) for block in section.blocks if _on_paper(block)]}


def _on_paper(block: Block) -> bool:
    return not (isinstance(block, Table) and block.instead)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "kind": "table", "head": block.head, "rows": block.rows,
            "right": block.figures, "shares": block.shares,
        }  # fmt: skip
    if isinstance(block, Chart):
        return {"kind": "chart", "words": block.words, "svg": block.svg}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "lines": block.lines}
    return {"kind": "text", "words": block.words}


def _is_figure(cell: str) -> bool:
    return cell in ("", "-") or _FIGURE.fullmatch(cell) is not None
