"""Words that are said later: labels of forms are written down before anybody's language is known."""

from __future__ import annotations

from django.utils.functional import lazy

from serentak.base.messages import _ as _now

later = lazy(_now, str)
"""Say a message, marked with ``N_``, in the language of whoever reads it."""
