"""Printed cards: issued, revoked, and the door they open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import IntegrityError, transaction
from django.utils import timezone

from serentak.base.errors import Broken, Refused
from serentak.base.messages import _
from serentak.tower.access import limits
from serentak.tower.access.models import Card, Post
from serentak.tower.access.passphrase import make_passphrase, parse_passphrase
from serentak.tower.access.people import hash_drawn, make_post_account

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

DAYS: Final = 45
"""How long a card is good unless said otherwise: from the packing of the boxes to the end of the recapitulation."""
MOST_DAYS: Final = 180
SESSION: Final = "card"
"""Where the session keeps which card opened it."""
TRIES: Final = 5
TRIES_AN_ADDRESS: Final = 40
WINDOW: Final = 900
_NOBODY: Final = hash_drawn("nobody")
"""What is compared where there is no card, so that it takes as long as where there is one."""


class NewCard(NamedTuple):
    """A card with its code, which exists nowhere else once it is printed."""

    card: Card
    post: Post
    code: str


@transaction.atomic
def issue(post: Post, until: datetime | None = None) -> NewCard:
    """Issue a card for a post.

    Parameters
    ----------
    until
        When it ends, at most `MOST_DAYS` from now.
    """
    user = make_post_account(post)
    last = timezone.now() + timedelta(days=MOST_DAYS)
    until = min(until or timezone.now() + timedelta(days=DAYS), last)
    for _try in range(20):
        passphrase = make_passphrase()
        try:
            with transaction.atomic():
                card = Card.objects.create(
                    user=user, lookup=passphrase.lookup, secret=hash_drawn(passphrase.secret), until=until
                )
        except IntegrityError:  # the lookup is taken; one in millions
            continue
        return NewCard(card, post, passphrase.printed)
    raise Broken("no free lookup for a card")


@transaction.atomic
def replace(post: Post, until: datetime | None = None) -> NewCard:
    """Issue a card and revoke those that are out: a lost card, or a new holder."""
    for card in Card.objects.usable().filter(user__by_card=True, user__assignments__post=post):
        revoke(card)
    return issue(post, until)


@transaction.atomic
def replace_all(posts: Iterable[Post], until: datetime | None = None) -> list[NewCard]:
    """Issue a card for each post, and revoke those that are out: all of them or none."""
    return [replace(post, until) for post in posts]


def revoke(card: Card) -> None:
    """Revoke a card: it opens nothing from now on, and whoever came in by it is out."""
    card.revoked_at = timezone.now()
    card.save()


def enter(request: HttpRequest, typed: str) -> Card:
    """Log in by the code of a card.

    Raises
    ------
    InputError
        When the code was mistyped.
    Refused, TooOften
        When no card that is good has this code, or wrong ones were tried too often.
    """
    address = f"card from {request.META['REMOTE_ADDR']}"
    passphrase = parse_passphrase(typed)
    one = f"card {passphrase.lookup}"
    if limits.spent(address, most=TRIES_AN_ADDRESS) or limits.spent(one, most=TRIES):
        raise limits.TooOften(WINDOW)
    card = Card.objects.usable().filter(lookup=passphrase.lookup).select_related("user").first()
    if not Argon2PasswordHasher().verify(passphrase.secret, card.secret if card else _NOBODY) or card is None:
        limits.spend(address, most=TRIES_AN_ADDRESS, seconds=WINDOW)
        limits.spend(one, most=TRIES, seconds=WINDOW)
        raise Refused(_("No card that is good has this code. Ask whoever gave you the card for a new one."))
    limits.forget(one)
    login(request, card.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    request.session[SESSION] = card.pk
    Card.objects.filter(pk=card.pk).update(used_at=timezone.now())
    return card


def still_good(card: int) -> bool:
    """Tell whether the card that opened a session still opens the door."""
    return Card.objects.usable().filter(pk=card).exists()
