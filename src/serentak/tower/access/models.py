"""Posts and people."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from serentak.base.messages import N_
from serentak.tower.access.fields import EncryptedField
from serentak.tower.access.rules import ROLES, agencies
from serentak.tower.access.territory import COLUMNS, NATION, chain, depth


class Post(models.Model):
    """An office of an agency: *KPU Kampar*, *PPK Tapung*, *Polres Kampar*."""

    trail_name = N_("post")

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

    def trail_places(self) -> list[str]:
        """Give the territories it is about, for the trail."""
        return [area.territory for area in self.areas.all()]


class Placed(models.Model):
    """A row that lies in a territory, whose columns answer `serentak.tower.access.territory.within`."""

    territory = models.CharField(max_length=20, db_index=True)
    province = models.CharField(max_length=2, blank=True, default="", db_index=True)
    kabupaten = models.CharField(max_length=5, blank=True, default="", db_index=True)
    kecamatan = models.CharField(max_length=8, blank=True, default="", db_index=True)
    village = models.CharField(max_length=13, blank=True, default="", db_index=True)

    class Meta:
        abstract = True

    @staticmethod
    def columns(territory: str) -> dict[str, str]:
        """Give the columns of a territory: itself, and whatever holds it."""
        above = {COLUMNS[depth(code) - 1]: code for code in chain(territory) if code != NATION and "-" not in code}
        return {"territory": territory, **above}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it with the columns that follow from the territory."""
        for name, value in self.columns(self.territory).items():
            setattr(self, name, value)
        super().save(*args, **kwargs)


class Area(Placed):
    """A territory of a post: one for offices of the administrative tree.

    As many as it takes for the map of police and army.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="areas")

    trail_name = N_("area of a post")
    trail_leaves_out = COLUMNS[:-1]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "territory"], name="area_once")]

    def __str__(self) -> str:
        return f"{self.post}: {self.territory}"

    def trail_places(self) -> list[str]:
        """Give its territory, for the trail."""
        return [self.territory]


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
    first_password = models.BooleanField(default=False)
    """Whether the password was printed by an administrator, and must be changed first."""
    by_card = models.BooleanField(default=False)
    """Whether this is the account of a post, used by whoever holds its card."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()
    trail_name = N_("account")
    trail_hides = ("password", "full_name", "phone")
    trail_leaves_out = ("last_login",)

    def __str__(self) -> str:
        return self.username

    def trail_places(self) -> list[str]:
        """Give the territories of their posts, for the trail."""
        return list(Area.objects.filter(post__assignments__user=self).values_list("territory", flat=True))

    def trail_agencies(self) -> list[str]:
        """Give the agencies of their posts, for the trail."""
        return list(Post.objects.filter(assignments__user=self).values_list("agency", flat=True).distinct())


class Assignment(models.Model):
    """A person in a role at a post, from one day to another."""

    trail_name = N_("assignment")

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments")
    post = models.ForeignKey(Post, models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=12, choices=[(role, role) for role in ROLES])
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "post", "role"], name="assignment_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.post}"

    @property
    def counts(self) -> bool:
        """Whether it is in force now; `in_force` asks the database."""
        now = timezone.now()
        return self.user.is_active and self.since <= now and (self.until is None or self.until > now)

    @staticmethod
    def in_force(prefix: str = "") -> Q:
        """Give the condition that an assignment counts now; `prefix` is the way to it."""
        now = timezone.now()
        begun, open_, later = f"{prefix}since__lte", f"{prefix}until__isnull", f"{prefix}until__gt"
        return Q(**{begun: now}) & (Q(**{open_: True}) | Q(**{later: now}))

    def trail_places(self) -> list[str]:
        """Give the territories of the post, for the trail."""
        return self.post.trail_places()


class CardQuerySet(models.QuerySet["Card"]):
    """Cards, and those that open the door."""

    def usable(self) -> CardQuerySet:
        """Give the cards that are neither revoked nor past their day."""
        return self.filter(revoked_at__isnull=True, until__gt=timezone.now(), user__is_active=True)


class Card(models.Model):
    """A printed card by which a field post logs in; of its passphrase only a hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="cards")
    lookup = models.CharField(max_length=8, unique=True)
    secret = models.CharField(max_length=128)
    made_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = CardQuerySet.as_manager()
    trail_name = N_("card")
    trail_hides = ("secret",)
    trail_leaves_out = ("used_at",)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user} {self.lookup}"

    @property
    def state(self) -> str:
        """Say whether it opens the door: ``good``, ``revoked`` or ``over``."""
        if self.revoked_at is not None:
            return "revoked"
        return "good" if self.until > timezone.now() else "over"

    def trail_places(self) -> list[str]:
        """Give the territories of its post, for the trail."""
        return self.user.trail_places()

    def trail_agencies(self) -> list[str]:
        """Give the agency of its post, for the trail."""
        return self.user.trail_agencies()


class Count(models.Model):
    """How often something was done in a window of time, see `serentak.tower.access.limits`."""

    trail = False

    key = models.CharField(max_length=100, unique=True)
    n = models.PositiveIntegerField(default=1)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.n}"


class Reach(Placed):
    """A territory and an agency that an entry of the trail is about: who may read it follows from them."""

    trail = False

    entry = models.ForeignKey("auditlog.LogEntry", models.CASCADE, related_name="reach")
    agency = models.CharField(max_length=16, blank=True, default="", db_index=True)

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.agency} {self.territory}"
