"""A report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from serentak.formats.report import page
from serentak.formats.report.page import Block, Bullets, Section, Table


def as_markdown(title: str, head: str, sections: Sequence[Section]) -> str:
    """Write a report; charts are told by their sentence."""
    parts = [f"# {title}", head]
    for section in sections:
        parts.append(f"## {section.title}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table."""
    return _table(page.table(head, rows))


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Bullets):
        return "\n".join(f"- {line}" for line in block.lines)
    return block.words


def _table(block: Table) -> str:
    lines = ["| " + " | ".join(block.head) + " |"]
    lines.append("|" + "".join("---:|" if right else "---|" for right in block.figures))
    lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in block.rows]
    return "\n".join(lines)
