"""What the log says, in tables: a projection, written by the follower alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Log(models.Model):
    """A log that is followed: one a district, or one for all.

    ``as_of`` is the instant up to which the tables hold what the log says: of a played log the newest played time
    that two devices tell, or the organiser; else when the log was last asked. ``stale``: all tables are to be written
    anew.
    """

    trail = False

    address = models.CharField(max_length=300, unique=True)
    origin = models.CharField(max_length=200, blank=True, default="")
    district = models.CharField(max_length=5, blank=True, default="")
    zone = models.CharField(max_length=4, default="WIB")
    election_day = models.DateField(null=True)
    played = models.BooleanField(default=False)
    entries = models.PositiveBigIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    stale = models.BooleanField(default=False)
    trouble = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return self.origin or self.address


class Box(models.Model):
    """A ballot box or the bundle beside it (letter K): where it is by the log.

    ``status`` is a place in `serentak.custody.life.STATUSES`; ``troubles`` are codes of findings, with spaces.
    ``acts`` are its acts in the order of their steps: the number of the log's entry, and what proves it (empty: all
    who should have signed; ``single``, ``proxy``, or ``void`` where it counts no more).
    """

    trail = False

    id = models.CharField(max_length=24, primary_key=True)
    owner = models.CharField(max_length=17, db_index=True)
    province = models.CharField(max_length=2)
    kabupaten = models.CharField(max_length=5)
    kecamatan = models.CharField(max_length=8, db_index=True)
    village = models.CharField(max_length=13, blank=True, default="")
    letter = models.CharField(max_length=1)
    status = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=40, blank=True, default="")
    place = models.CharField(max_length=40, blank=True, default="")
    since = models.DateTimeField(null=True)
    expected_at = models.CharField(max_length=40, blank=True, default="")
    deadline = models.DateTimeField(null=True)
    disputed = models.BooleanField(default=False)
    troubles = models.CharField(max_length=200, blank=True, default="")
    acts = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["kabupaten", "place"], name="box_place"),
            models.Index(fields=["kabupaten", "holder"], name="box_holder"),
        ]

    def __str__(self) -> str:
        return self.id


class Load(models.Model):
    """A hand-over that a plan announced: what one vehicle team shall bring to one place by when, under whose escort.

    ``done`` and ``began`` count its boxes and bundles that were handed over, and that have left the giver;
    ``late`` counts those that were
    not, when their deadline passed, or were after it. ``cancelled``: a plan that supersedes this one has taken
    its place. ``open``: it is still to be done.
    """

    trail = False

    log = models.ForeignKey(Log, models.CASCADE, related_name="loads")
    hash = models.CharField(max_length=64)
    province = models.CharField(max_length=2, blank=True, default="")
    kabupaten = models.CharField(max_length=5, blank=True, default="", db_index=True)
    kecamatan = models.CharField(max_length=8, blank=True, default="")
    village = models.CharField(max_length=13, blank=True, default="")
    step = models.PositiveIntegerField()
    giver = models.CharField(max_length=40)
    receiver = models.CharField(max_length=40)
    place = models.CharField(max_length=40)
    earliest = models.DateTimeField()
    deadline = models.DateTimeField(db_index=True)
    back = models.BooleanField(default=False)
    vehicle = models.CharField(max_length=40, blank=True, default="")
    escort = models.CharField(max_length=40, blank=True, default="")
    boxes = models.PositiveIntegerField(default=0)
    began = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    cancelled = models.BooleanField(default=False)
    open = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["deadline", "id"]
        indexes: ClassVar = [
            models.Index(fields=["open", "deadline"], name="load_open"),
            models.Index(fields=["province", "open", "deadline"], name="load_open_province"),
            models.Index(fields=["kabupaten", "open", "deadline"], name="load_open_kabupaten"),
            models.Index(fields=["kecamatan", "open", "deadline"], name="load_open_kecamatan"),
            models.Index(fields=["kabupaten", "place"], name="load_place"),
            models.Index(fields=["kabupaten", "vehicle"], name="load_vehicle"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["log", "hash"], name="load_once")]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"

    @property
    def missing(self) -> int:
        """Boxes and bundles that were not handed over yet."""
        return self.boxes - self.done


class Deviation(models.Model):
    """A finding or note of custody, as `serentak.custody.report` gives it from the log alone."""

    trail = False

    log = models.ForeignKey(Log, models.CASCADE, related_name="deviations")
    key = models.CharField(max_length=64)
    code = models.CharField(max_length=32)
    finding = models.BooleanField()
    objects_named = models.TextField(blank=True, default="")
    owner = models.CharField(max_length=17, blank=True, default="", db_index=True)
    province = models.CharField(max_length=2, blank=True, default="")
    kabupaten = models.CharField(max_length=5, blank=True, default="", db_index=True)
    kecamatan = models.CharField(max_length=8, blank=True, default="")
    village = models.CharField(max_length=13, blank=True, default="")
    entries = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-seen_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["finding", "gone_at", "seen_at"], name="deviation_open"),
            models.Index(fields=["kabupaten", "finding", "seen_at"], name="deviation_kabupaten"),
            models.Index(fields=["kecamatan", "finding", "seen_at"], name="deviation_kecamatan"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["log", "key"], name="deviation_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.owner}"
