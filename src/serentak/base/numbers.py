"""Figures as people read them, in the language in use."""

from __future__ import annotations

from serentak.base.messages import _, language


def number(value: int) -> str:
    """Write a whole number with the language's thousands separator."""
    text = f"{value:,}"
    return text.replace(",", ".") if language() == "id" else text


def rupiah(value: int) -> str:
    """Write an amount of money, ``Rp1.234.567``."""
    return f"{'-' if value < 0 else ''}Rp{number(abs(value))}"


def percent(part: int, whole: int) -> str:
    """Write a share with one decimal, ``7,9%``."""
    share = f"{100 * part / whole:.1f}%" if whole else "-"
    return share.replace(".", ",") if language() == "id" else share


def direction(name: str) -> str:
    """Say ``out`` or ``back`` in words."""
    return _("outbound") if name == "out" else _("return")
