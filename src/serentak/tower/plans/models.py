"""Districts, imports, plans, approvals, paper, and the work done in the background."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from serentak.operations.network_file import sha256_of
from serentak.tower.access.models import User
from serentak.tower.plans.approval import Case, Given, State


class OfOrganiser:
    """What the organiser wrote, about a district: whoever reads its trail finds it there."""

    def trail_agencies(self) -> list[str]:
        """The organiser's."""
        return ["kpu"]

    def trail_places(self) -> list[str]:
        """Its district."""
        return [self.place]


class District(OfOrganiser, models.Model):
    """A kabupaten or kota that was brought in."""

    code = models.CharField(max_length=5, primary_key=True)
    province = models.CharField(max_length=2, db_index=True)
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=4)
    election_day = models.DateField()

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def place(self) -> str:
        """Code of its district."""
        return str(self.code)


class Import(OfOrganiser, models.Model):
    """Files handed over to become a district: read on trial first, then accepted or thrown away.

    ``folder`` is below the home of the site; ``source`` the district in it. ``report`` is what the trial found.
    """

    class State(models.TextChoices):
        """How far it is."""

        READING = "reading"
        FAULTY = "faulty"
        READY = "ready"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        DISCARDED = "discarded"

    trail_leaves_out = ("report",)

    district = models.CharField(max_length=5, blank=True, default="", db_index=True)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State.choices, default=State.READING)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    folder = models.CharField(max_length=200, blank=True, default="")
    source = models.CharField(max_length=300, blank=True, default="")
    report = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @property
    def place(self) -> str:
        """Code of its district, as far as it is known."""
        return str(self.district)

    @property
    def path(self) -> Path:
        """The district in it."""
        return Path(settings.CONFIG.home, self.source)


class Plan(OfOrganiser, models.Model):
    """A plan folder below ``plans/<code>/``, whole and unchanged since it was made."""

    trail_leaves_out = ("totals", "verdict", "difference")

    district = models.ForeignKey(District, models.PROTECT, related_name="plans")
    brought = models.ForeignKey(Import, models.PROTECT, related_name="plans")
    folder = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    effort = models.CharField(max_length=12)
    seed = models.BigIntegerField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    asked = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    verdict = models.JSONField(null=True)
    difference = models.JSONField(null=True)
    announced_at = models.DateTimeField(null=True)
    announced_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    announced_in = models.CharField(max_length=300, blank=True, default="")
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.district_id} #{self.pk}"

    @property
    def place(self) -> str:
        """Code of its district."""
        return str(self.district_id)

    @property
    def path(self) -> Path:
        """Its folder."""
        return Path(settings.CONFIG.home, self.folder)

    def case(self) -> Case:
        """Give what the rule of approval must know; reads ``plan.json``."""
        try:
            now = sha256_of(self.path / "plan.json")
        except OSError:
            now = ""
        rows = self.approvals.filter(withdrawn_at=None).select_related("user")
        return Case(
            makers=frozenset({self.made_by.username}),
            made=self.sha256,
            now=now,
            approvals=tuple(Given(row.user.username, row.sha256) for row in rows),
            announced=self.announced_at is not None,
            superseded=self.superseded_at is not None,
        )

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.case().state

    @staticmethod
    def in_force() -> Q:
        """Give the condition that a plan is the one announced."""
        return Q(announced_at__isnull=False, superseded_at__isnull=True)


class Approval(OfOrganiser, models.Model):
    """A head's approval of the very bytes of a plan."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="approvals")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    office = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["given_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "user"], condition=Q(withdrawn_at=None), name="approval_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.plan}"

    @property
    def place(self) -> str:
        """Code of its plan's district."""
        return str(self.plan.district_id)


class Job(models.Model):
    """A piece of work in the background; never two of the same key at once."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    LIVE: ClassVar = (State.QUEUED, State.RUNNING)
    PATIENCE: ClassVar = timedelta(seconds=60)
    trail = False

    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=200)
    brought = models.ForeignKey(Import, models.CASCADE, null=True, related_name="jobs")
    plan = models.ForeignKey(Plan, models.CASCADE, null=True, related_name="jobs")
    district = models.CharField(max_length=5, blank=True, default="")
    area = models.CharField(max_length=8, blank=True, default="")
    spec = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, default="id")
    made_at = models.DateTimeField(default=timezone.now)
    beat = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True, default="")
    phase = models.CharField(max_length=40, blank=True, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    rupiah = models.BigIntegerField(null=True)
    trouble = models.TextField(blank=True, default="")
    problems = models.JSONField(default=list)
    result = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=("queued", "running")), name="job_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_live(self) -> bool:
        """Whether it waits or runs."""
        return self.state in self.LIVE

    @property
    def is_silent(self) -> bool:
        """Whether it should run, and nobody has heard of it for a minute."""
        return self.is_live and timezone.now() - self.beat > self.PATIENCE

    @property
    def percent(self) -> int:
        """Share of its steps that are done; of the way there and back, where the plan has both."""
        return min(99, self.done * 100 // self.total) if self.total else 0


class Paper(models.Model):
    """An archive of printed paper of a plan, whole or of one kecamatan."""

    trail = False

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="papers")
    area = models.CharField(max_length=8)
    file = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    files = models.JSONField(default=list)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["area", "-pk"]

    def __str__(self) -> str:
        return self.file

    @property
    def path(self) -> Path:
        """Its file."""
        return Path(settings.CONFIG.home, self.file)
