"""Fields that lie encrypted in the database: names of people, telephone numbers."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from serentak.base.errors import Broken


@cache
def _box() -> MultiFernet:
    digests = [hashlib.sha256(key.encode()).digest() for key in settings.FIELD_KEYS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def encrypted(text: str) -> str:
    """Encrypt a text with the site's key."""
    return _box().encrypt(text.encode()).decode("ascii")


def decrypted(text: str) -> str:
    """Give a text that was encrypted with the site's key.

    Raises
    ------
    Broken
        When it was another key.
    """
    try:
        return _box().decrypt(text.encode("ascii")).decode()
    except InvalidToken as error:
        raise Broken("a field cannot be decrypted: web/fields.key is not the key it was written with") from error


class EncryptedField(models.TextField):
    """Text that is encrypted where it lies; it cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt."""
        return value if value in (None, "") else encrypted(str(value))

    def from_db_value(self, value: Any, _expression: object, _connection: object) -> Any:
        """Decrypt."""
        return value if value in (None, "") else decrypted(value)
