"""The trail of every write: who, what, before, after, when, from where (django-auditlog keeps it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.apps import AppConfig


def follow(app: AppConfig) -> None:
    """Follow every model of an app.

    A model says by ``trail_leaves_out`` what is not worth following, by ``trail_hides`` what is secret, and by
    ``trail = False`` that it is not followed: projections that can be rebuilt.
    """
    # The library can be read only once all apps are known.
    from auditlog.registry import auditlog  # noqa: PLC0415

    for model in app.get_models():
        if getattr(model, "trail", True) and not auditlog.contains(model):
            options: dict[str, Any] = {
                "exclude_fields": list(getattr(model, "trail_leaves_out", ())),
                "mask_fields": list(getattr(model, "trail_hides", ())),
                "m2m_fields": {field.name for field in model._meta.many_to_many},  # noqa: SLF001 - Django names its public interface so,
            }
            auditlog.register(model, **options)
