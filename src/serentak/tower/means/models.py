"""Grants and their realisation; means that were asked for and lent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Placed(models.Model):
    """Something of a province or kabupaten."""

    territory = models.CharField(max_length=5, db_index=True)
    province = models.CharField(max_length=2)
    kabupaten = models.CharField(max_length=5, blank=True, default="")

    class Meta:
        abstract = True


class Grant(Placed):
    """A grant agreement (NPHD) between a local government and a body."""

    class Recipient(models.TextChoices):
        """Who receives grants for an election."""

        KPU = "kpu"
        BAWASLU = "bawaslu"
        POLRI = "polri"
        TNI = "tni"

    recipient = models.CharField(max_length=8, choices=Recipient.choices)
    name = models.CharField(max_length=120)
    number = models.CharField(max_length=80, blank=True, default="")
    rupiah = models.PositiveBigIntegerField()
    scheme = models.CharField(max_length=12, default="two")
    signed = models.DateField()
    voting_day = models.DateField()
    confirmed = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["territory", "recipient", "name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.territory})"


class Movement(models.Model):
    """An addendum, a transfer or a refund; nothing is changed, what was wrong is set right by another."""

    class Kind(models.TextChoices):
        """What it is."""

        ADDENDUM = "addendum"
        TRANSFER = "transfer"
        REFUND = "refund"

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    day = models.DateField()
    rupiah = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["day", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.rupiah}"


class Closing(models.Model):
    """A month closed: spending verified (SPJ) since the beginning, physical realisation, target, problem, solution."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="closings")
    month = models.DateField()
    spent = models.PositiveBigIntegerField()
    physical = models.PositiveSmallIntegerField()
    target = models.PositiveSmallIntegerField()
    problem = models.TextField(max_length=1000, blank=True, default="")
    solution = models.TextField(max_length=1000, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["month"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["grant", "month"], name="closing_once")]

    def __str__(self) -> str:
        return f"{self.grant} {self.month:%Y-%m}"


class Means(Placed):
    """Vehicles, buildings or people that are needed: asked for, promised, ready."""

    class Kind(models.TextChoices):
        """What is lent."""

        VEHICLE = "vehicle"
        BUILDING = "building"
        PEOPLE = "people"
        OTHER = "other"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    what = models.CharField(max_length=120)
    where = models.CharField(max_length=120, blank=True, default="")
    needed = models.PositiveIntegerField()
    promised = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=120, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["territory", "kind", "what"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ready__lte=models.F("promised")), name="ready_was_promised"),
        ]

    def __str__(self) -> str:
        return f"{self.what} ({self.territory})"
