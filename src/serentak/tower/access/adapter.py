"""How django-allauth behaves here: accounts are made by the agency's administrator, never by signing up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from serentak.tower.access.fields import decrypted, encrypted
from serentak.tower.site.middleware import address_of

if TYPE_CHECKING:
    from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Closes the door of signing up, and counts callers by their true address."""

    def is_open_for_signup(self, _request: Any) -> bool:
        """Nobody signs up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Give the caller's address, as far as proxies of ours say it."""
        return address_of(request) or "unknown"


class KeyAdapter(DefaultMFAAdapter):
    """Keeps the secret of an app and the recovery codes encrypted where they lie."""

    def encrypt(self, text: str) -> str:
        """Encrypt."""
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt."""
        return decrypted(encrypted_text)
