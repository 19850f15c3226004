"""People at posts: made, assigned, closed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.tower.access.models import Assignment, Post, User
from serentak.tower.access.passphrase import make_password
from serentak.tower.access.posts import WRITE, people_of
from serentak.tower.access.rules import ROLES

if TYPE_CHECKING:
    from serentak.tower.access.actor import Actor

ACCOUNT = "account"
"""Under what name problems with an account are told."""
_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


class DrawnHasher(Argon2PasswordHasher):
    """Argon2 for secrets that were drawn, not thought up: with 64 random bits a lighter setting is as safe.

    A password that is typed later gets the full setting, see `PASSWORD_HASHERS`.
    """

    time_cost = 1
    memory_cost = 8192
    parallelism = 1


class NewPassword(NamedTuple):
    """An account with the first password that was drawn for it."""

    user: User
    password: str


def hash_drawn(secret: str) -> str:
    """Give the hash of a secret that was drawn."""
    hasher = DrawnHasher()
    return str(hasher.encode(secret, hasher.salt()))


def check_username(username: str) -> str:
    """Read the name of an account.

    Raises
    ------
    InputError
        When it cannot be one.
    """
    name = username.strip().lower()
    if _USERNAME.fullmatch(name) is None or name in ("publik", "public"):
        remedy = _("Use 3 to 60 small letters, digits, dots, hyphens; begin with a letter or digit.")
        raise InputError.of(ACCOUNT, _("this cannot be the name of an account"), remedy, value=username)
    return name


@transaction.atomic
def make_person(username: str, full_name: str = "", phone: str = "") -> NewPassword:
    """Make the account of a person, with a first password that they must change.

    Raises
    ------
    InputError
        When the name is taken, or can be none.
    """
    name = check_username(username)
    if User.objects.filter(username=name).exists():
        raise InputError.of(ACCOUNT, _("an account of this name is there"), _("Choose another name."), value=name)
    password = make_password()
    user = User(username=name, full_name=full_name, phone=phone, first_password=True)
    user.password = hash_drawn(password)
    user.save()
    return NewPassword(user, password)


@transaction.atomic
def make_post_account(post: Post) -> User:
    """Give the account under which the cards of a post log in; it is made when it is not there."""
    there = User.objects.filter(by_card=True, assignments__post=post).first()
    if there is not None:
        return there
    base = f"kartu-{slugify(post.name.replace('.', '-'))}"[:54]
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    name = next(each for each in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)
    user = User(username=name, by_card=True)
    user.set_unusable_password()
    user.save()
    Assignment.objects.create(user=user, post=post, role="operator")
    return user


@transaction.atomic
def assign(actor: Actor, user: User, post: Post, role: str, until: datetime | None = None) -> Assignment:
    """Put a person in a role at a post.

    Raises
    ------
    InputError, Refused
        When there is no such role, or an administrator would raise themselves.
    """
    if role not in ROLES:
        remedy = _("choose one of: {names}").format(names=", ".join(ROLES))
        raise InputError.of(ACCOUNT, _("there is no such role"), remedy, value=role)
    if user.username == actor.name:
        raise Refused(_("Nobody gives a role to themselves; ask another administrator."))
    found, new = Assignment.objects.get_or_create(user=user, post=post, role=role, defaults={"until": until})
    if not new:
        found.since, found.until = timezone.now(), until
        found.save()
    return found


@transaction.atomic
def put(
    actor: Actor,
    post: Post,
    username: str,
    role: str,
    until: datetime | None = None,
    *,
    full_name: str = "",
    phone: str = "",
) -> NewPassword | User:
    """Put a person at a post by the name of their account; who has none yet gets one, with a first password.

    Raises
    ------
    InputError, Refused
        See `make_person`, `assign`.
    """  # fmt: skip
    name = check_username(username)
    there = people_of(actor, WRITE).filter(username=name, by_card=False).first()
    if there is not None:
        assign(actor, there, post, role, until)
        return there
    made = make_person(name, full_name, phone)
    assign(actor, made.user, post, role, until)
    return made


def read_day(text: str) -> datetime | None:
    """Read a day, at whose end something ends; None where nothing was said.

    Raises
    ------
    InputError
        When it is no day, or over.
    """
    if not text.strip():
        return None
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC, hour=17)
    except ValueError:
        message = _("this is no day")
        raise InputError.of(ACCOUNT, message, _("Write it as 2024-12-31."), value=text) from None
    if day < timezone.now():
        raise InputError.of(ACCOUNT, _("this day is over"), _("Write a later one."), value=text)
    return day


def end(assignment: Assignment) -> None:
    """End an assignment now."""
    assignment.until = timezone.now()
    assignment.save()


@transaction.atomic
def close(user: User) -> None:
    """Close an account: it opens nothing from now on, and whoever is logged in with it is out."""
    user.is_active = False
    user.save()


def reopen(user: User) -> None:
    """Open a closed account again."""
    user.is_active = True
    user.save()


@transaction.atomic
def new_password(user: User) -> NewPassword:
    """Draw a new first password; passkeys and apps of the account are taken away, for they may be lost or stolen."""
    for key in user.authenticator_set.all():
        key.delete()
    password = make_password()
    user.password, user.first_password = hash_drawn(password), True
    user.save()
    return NewPassword(user, password)
