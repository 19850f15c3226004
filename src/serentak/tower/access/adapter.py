"""How accounts are made: by the agency's administrator, never by signing up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Closes the door of signing up."""

    def is_open_for_signup(self, _request: Any) -> bool:
        """Nobody signs up."""
        return False
