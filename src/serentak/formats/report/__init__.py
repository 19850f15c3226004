"""The report of a plan: what goes where and when, at what cost, and what is not certain.

One content (`sections`), two forms: ``report.md`` for screens and other programs, and a sheet to be typeset, with
charts where people would rather look than read.
"""

from __future__ import annotations

from collections.abc import Sequence

from serentak.base.messages import _
from serentak.formats.paper.source import Source
from serentak.formats.paper.typeset import Sheet
from serentak.formats.report import gaps, means, movement, sums
from serentak.formats.report.markdown import as_markdown
from serentak.formats.report.page import Section, as_data


def sections(source: Source, warnings: Sequence[str] = ()) -> list[Section]:
    """Give the whole report in the language in use, in the order in which it is read."""
    parts = [
        sums.totals(source),
        gaps.unserved(source),
        sums.comparison(source),
        movement.arrivals(source),
        movement.days(source),
        *movement.trunk(source),
        *movement.hubs(source),
        means.fleet(source),
        means.escorts(source),
        gaps.measures(source),
        gaps.pins(source),
        gaps.assumptions(source),
        gaps.warnings(warnings),
    ]
    return [part for part in parts if part is not None]


def report_md(source: Source, warnings: Sequence[str] = ()) -> str:
    """Write ``report.md``."""
    head = "\n\n".join(filter(None, (sums.head(source), source.news)))
    return as_markdown(_title(source), head, sections(source, warnings))


def report_sheet(source: Source, warnings: Sequence[str] = ()) -> Sheet:
    """Lay the report out as ``report.pdf``."""
    data = {
        "meta": source.meta(_("Report")),
        "title": _title(source),
        "head": sums.head(source),
        "sections": [as_data(section) for section in sections(source, warnings)],
    }
    return Sheet("report.pdf", "report", data)


def _title(source: Source) -> str:
    return f"{_('Distribution plan')}: {source.district.name} ({source.district.code})"
