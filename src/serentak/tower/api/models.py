"""Keys of systems, and what was answered to a hand-in that may be sent again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from serentak.tower.access.models import Post, User


class SystemKey(models.Model):
    """A key by which another system asks, in a role at a post; only the hash of its secret is kept."""

    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    post = models.ForeignKey(Post, models.CASCADE, related_name="keys")
    role = models.CharField(max_length=12, choices=[("reader", "reader"), ("operator", "operator")])
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    trail_hides = ("secret_hash",)
    trail_leaves_out = ("last_used",)

    class Meta:
        ordering: ClassVar = ["-made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class HandIn(models.Model):
    """What came under an ``Idempotency-Key``, and what was answered; kept for `services.KEPT`."""

    trail = False

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["caller", "key"], name="hand_in_once")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
