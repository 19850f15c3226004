"""Posts and people."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from serentak.tower.access.fields import EncryptedField
from serentak.tower.access.rules import ROLES, agencies


class Post(models.Model):
    """An office of an agency: *KPU Kampar*, *PPK Tapung*, *Polres Kampar*."""

    agency = models.CharField(max_length=16)
    level = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="below")

    class Meta:
        ordering: ClassVar = ["agency", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "name"], name="post_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def agency_name(self) -> str:
        """Name of its agency."""
        return agencies()[self.agency].name


class Area(models.Model):
    """A territory of a post: one for offices of the administrative tree.

    As many as it takes for the map of police and army.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="areas")
    territory = models.CharField(max_length=20, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "territory"], name="area_once")]

    def __str__(self) -> str:
        return f"{self.post}: {self.territory}"


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(self, username: str, password: str | None = None, **more: object) -> User:
        """Make an account; without a password nobody can log in by one."""
        user = self.model(username=self.model.normalize_username(username), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account of a person, or of a field post that logs in by its printed card."""

    username = models.CharField(max_length=60, unique=True)
    full_name = EncryptedField(blank=True, default="")
    phone = EncryptedField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()
    trail_hides = ("password", "full_name", "phone")
    trail_leaves_out = ("last_login",)

    def __str__(self) -> str:
        return self.username


class Assignment(models.Model):
    """A person in a role at a post, from one day to another."""

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments")
    post = models.ForeignKey(Post, models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=12, choices=[(role, role) for role in ROLES])
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "post", "role"], name="assignment_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.post}"

    @staticmethod
    def in_force() -> Q:
        """Give the condition that an assignment counts now."""
        now = timezone.now()
        return Q(since__lte=now) & (Q(until__isnull=True) | Q(until__gt=now))
