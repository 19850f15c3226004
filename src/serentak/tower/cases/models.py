"""Cases of ethics: who may read which."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Case(models.Model):
    """A case before the honorary council. Nobody but those named reads it: nobody accused is public before."""

    class State(models.TextChoices):
        """How far it is."""

        RECEIVED = "received"
        VERIFIED = "verified"
        HEARD = "heard"
        DECIDED = "decided"

    number = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    territory = models.CharField(max_length=17)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    decision = models.TextField(max_length=4000, blank=True, default="")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases_opened")
    readers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="cases")
    findings = models.ManyToManyField("oversight.Finding", blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    trail_hides = ("title", "decision")

    class Meta:
        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return self.number
