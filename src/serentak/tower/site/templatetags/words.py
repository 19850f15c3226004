"""Words, numbers and times in templates; built into every template of the site.

``{% say "The plan of {name} is ready." name=district.name %}`` looks the English sentence up in the one catalogue and
fills it;
values are escaped. ``{% say_n "{n} box" "{n} boxes" count %}`` chooses by number.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from serentak.base.clock import ZONES
from serentak.base.messages import _, language, ngettext
from serentak.tower.site.tables import KINDS

register = template.Library()

_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


@register.simple_tag
def say(message: str, **values: Any) -> SafeString:
    """Say a message of the catalogue."""
    filled = {key: conditional_escape(value) for key, value in values.items()}
    return mark_safe(_(message).format(**filled))  # noqa: S308 - messages are ours, values are escaped


@register.simple_tag
def say_n(one: str, many: str, n: int, **values: Any) -> SafeString:
    """Say the message that fits `n` things; ``{n}`` is the number as people write it."""
    filled = {key: conditional_escape(value) for key, value in values.items()}
    return mark_safe(ngettext(one, many, n).format(n=number(n), **filled))  # noqa: S308 - as above


@register.filter
def number(value: Any) -> str:
    """Write a whole number: 1.234.567 in Indonesian, 1,234,567 in English."""
    if value is None or value == "":
        return "–"
    text = f"{int(value):,}"
    return text.replace(",", ".") if language() == "id" else text


@register.filter
def rupiah(value: Any) -> str:
    """Write money: Rp1.234.567."""
    return "–" if value is None else f"Rp{number(value)}"


@register.filter
def moment(value: datetime | None, zone: str = "WIB") -> SafeString:
    """Write an instant in a zone's local time: 27 Nov 2024 05.30 WIB."""
    if value is None:
        return mark_safe("–")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), moment_text(value, zone))


def moment_text(value: datetime | None, zone: str = "WIB") -> str:
    """Write an instant as `moment` does, as plain text."""
    if value is None:
        return "–"
    there = value.astimezone(timezone(timedelta(hours=ZONES[zone])))
    months, mark = _MONTHS[language()], "." if language() == "id" else ":"
    return f"{there.day} {months[there.month - 1]} {there.year} {there:%H}{mark}{there:%M} {zone}"


@register.simple_tag
def of_all(part: Any, whole: Any) -> str:
    """Write ``x dari y``."""
    return _("{part} of {whole}").format(part=number(part), whole=number(whole))


@register.filter
def percent(part: Any, whole: Any) -> int:
    """Give whole percent, rounded down, so that 100 means all."""
    return int(part or 0) * 100 // int(whole) if whole else 0


@register.inclusion_tag("site/table_links.html", takes_context=True)
def table_links(context: Any, route: str, *args: Any) -> dict[str, Any]:
    """Lead to a table as CSV, JSON and XLSX; what the page was asked for (``?…``) goes along."""
    query = context["request"].GET.copy()
    for own in ("lang", "page", "halaman"):
        query.pop(own, None)
    asked = f"?{query.urlencode()}" if query else ""
    return {"links": [(kind.upper(), reverse(route, args=[*args, kind]) + asked) for kind in KINDS]}
