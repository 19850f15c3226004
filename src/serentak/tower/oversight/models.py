"""The register: a finding is a head and a list of entries to which one only adds."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Finding(models.Model):
    """A finding of the supervisor about one territory; what is said of it stands in its entries."""

    class Stage(models.TextChoices):
        """Stages of an election that the supervisor tells apart."""

        VOTERS = "voters"
        CAMPAIGN = "campaign"
        LOGISTICS = "logistics"
        VOTING = "voting"
        RECAPITULATION = "recapitulation"

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open"
        RECOMMENDED = "recommended"
        ANSWERED = "answered"
        SETTLED = "settled"

    number = models.CharField(max_length=40, unique=True)
    territory = models.CharField(max_length=17, db_index=True)
    province = models.CharField(max_length=2, blank=True, default="")
    kabupaten = models.CharField(max_length=5, blank=True, default="", db_index=True)
    kecamatan = models.CharField(max_length=8, blank=True, default="")
    village = models.CharField(max_length=13, blank=True, default="")
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.LOGISTICS)
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    answer_due = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.number


class Entry(models.Model):
    """One thing said of a finding; nothing is ever changed, a correction is another entry.

    ``log_entries`` are ``[origin, index]`` of the log's entries that are evidence; anyone can check them there.
    """

    class Kind(models.TextChoices):
        """What is said."""

        FINDING = "finding"
        EVIDENCE = "evidence"
        RECOMMENDATION = "recommendation"
        ANSWER = "answer"
        CLOSING = "closing"

    class Decision(models.TextChoices):
        """What the organiser makes of a recommendation."""

        FOLLOWED = "followed"
        PARTLY = "partly"
        NOT = "not"

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    text = models.TextField(max_length=4000)
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True, default="")
    log_entries = models.JSONField(default=list, blank=True)
    file_name = models.CharField(max_length=120, blank=True, default="")
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    post = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.finding}: {self.kind}"
