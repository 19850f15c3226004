"""Words for people: one gettext catalogue for command line, paper and pages.

Message ids are English; Bahasa Indonesia is the language used unless another is chosen.
"""

from __future__ import annotations

import gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("id", "en")
LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"
_language: ContextVar[str] = ContextVar("language", default="id")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("serentak", LOCALE, [language], fallback=True)


def set_language(language: str) -> None:
    """Choose the language of everything said from here on (``id`` or ``en``), in this thread or task."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    _language.set(language)


def language() -> str:
    """Give the language in use."""
    return _language.get()


def _(message: str) -> str:
    """Give the message in the language in use."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """Give the message that fits `n` things, in the language in use."""
    return _catalogue(_language.get()).ngettext(one, many, n)


def N_(message: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Mark a message for the catalogue without translating it yet."""
    return message
