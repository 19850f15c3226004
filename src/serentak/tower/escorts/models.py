"""Who serves as which escort or guard, what they report from the road, and how many are needed where."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from serentak.tower.access.fields import EncryptedField


class Duty(models.Model):
    """People who serve for a while: as an escort that a plan names (``polri#1``), or as guards at a place."""

    kabupaten = models.CharField(max_length=5, db_index=True)
    province = models.CharField(max_length=2)
    unit = models.CharField(max_length=40)
    post = models.CharField(max_length=120)
    people = models.PositiveSmallIntegerField(default=1)
    leader = EncryptedField(blank=True, default="")
    phone = EncryptedField(blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)

    trail_hides = ("leader", "phone")

    class Meta:
        ordering: ClassVar = ["since", "unit"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="duty_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.post}"


class RoadReport(models.Model):
    """A word from the road about a vehicle team; the log alone says who has the boxes."""

    class Kind(models.TextChoices):
        """What is reported."""

        LEFT = "left"
        PASSED = "passed"
        HELD_UP = "held-up"
        INCIDENT = "incident"
        ARRIVED = "arrived"

    kabupaten = models.CharField(max_length=5, db_index=True)
    province = models.CharField(max_length=2)
    vehicle = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    post = models.CharField(max_length=120)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.vehicle}: {self.kind}"


class Pattern(models.Model):
    """How many guard how many stations of a class: police, stations, Linmas; every Polres sets its own."""

    kabupaten = models.CharField(max_length=5)
    province = models.CharField(max_length=2)
    police_class = models.CharField(max_length=20)
    police = models.PositiveSmallIntegerField()
    stations = models.PositiveSmallIntegerField()
    linmas = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["kabupaten", "police_class"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kabupaten", "police_class"], name="pattern_once"),
            models.CheckConstraint(condition=models.Q(stations__gte=1), name="pattern_of_some_stations"),
        ]

    def __str__(self) -> str:
        return f"{self.kabupaten} {self.police_class}: {self.police}-{self.stations}-{self.linmas}"


class Strength(models.Model):
    """How many of a body can be sent out in a kabupaten or kota."""

    kabupaten = models.CharField(max_length=5)
    province = models.CharField(max_length=2)
    agency = models.CharField(max_length=16)
    deployable = models.PositiveIntegerField()
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kabupaten", "agency"], name="strength_once")]

    def __str__(self) -> str:
        return f"{self.kabupaten} {self.agency}: {self.deployable}"
