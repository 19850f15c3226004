"""Forms of django-allauth as this site shows them."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class NamePasswordForm(LoginForm):
    """Name and password, without the way to a new password by e-mail: administrators give one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
