"""Keys of systems, and handing signed events to the log."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from serentak.base.errors import InputError, Problems, Refused
from serentak.base.messages import _
from serentak.custody.entry import decode_entry
from serentak.custody.kinds import Kind
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.faults import Malformed
from serentak.ledger.read import read_checkpoint
from serentak.ledger.source import HttpSource
from serentak.ledger.tiles import encode_bundle
from serentak.tower.access.actor import Actor, Seat
from serentak.tower.access.models import Post
from serentak.tower.access.territory import NATION, covers
from serentak.tower.api.models import HandIn, SystemKey
from serentak.tower.boxes.models import Load, Log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from serentak.custody.event import Event
    from serentak.tower.access.models import User

SIGN: Final = "srt"
KEPT: Final = timedelta(days=2)
"""How long an answer is kept for whoever sends the same again."""
_SEEN: Final = timedelta(minutes=1)


# Keys


def posts_of_keys(actor: Actor) -> list[Post]:
    """Give the posts for which somebody may make keys: of their agency, all of whose areas lie in their own."""
    found = []
    for post in Post.objects.prefetch_related("areas"):
        areas = [area.territory for area in post.areas.all()]
        if areas and any(
            seat.agency == post.agency
            and seat.role == "admin"
            and all(any(covers(own, area) for own in seat.areas) for area in areas)
            for seat in actor.seats
        ):
            found.append(post)
    return found


def keys_of(actor: Actor) -> QuerySet[SystemKey]:
    """Give the keys that somebody may see and revoke."""
    return SystemKey.objects.filter(post__in=posts_of_keys(actor)).select_related("post")


@transaction.atomic
def make_key(actor: Actor, user: User, post_id: int, role: str, name: str) -> tuple[SystemKey, str]:
    """Make a key, and give it with the text that is shown once.

    Raises
    ------
    InputError
        When the post is none of theirs, the role cannot be a machine's, or the name is empty.
    """
    post = next((each for each in posts_of_keys(actor) if each.pk == post_id), None)
    if post is None:
        raise InputError.of("post", _("this is no post of yours"), _("Choose one of the list."), value=post_id)
    if role not in ("reader", "operator"):
        raise InputError.of("role", _("a system reads or works; it decides nothing"), _("Choose one of the list."))
    if not name.strip():
        raise InputError.of("name", _("the name is empty"), _("Say which system will use the key."))
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    key = SystemKey.objects.create(
        prefix=prefix, secret_hash=_hash(secret), name=name.strip()[:80], post=post, role=role, made_by=user
    )
    return key, f"{SIGN}_{prefix}_{secret}"


@transaction.atomic
def revoke_key(actor: Actor, pk: int) -> bool:
    """Revoke a key for good; tell whether there is such a key."""
    key = keys_of(actor).filter(pk=pk).first()
    if key is None:
        return False
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    return True


def use_key(token: str) -> SystemKey | None:
    """Give the key that a text is, if it is one and counts; note that it was used."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != SIGN or len(parts[1]) != 10:
        return None
    key = SystemKey.objects.filter(prefix=parts[1], revoked_at=None).select_related("post").first()
    if key is None or not secrets.compare_digest(key.secret_hash, _hash(parts[2])):
        return None
    now = timezone.now()
    if key.last_used is None or now - key.last_used > _SEEN:
        SystemKey.objects.filter(pk=key.pk).update(last_used=now)
    return key


def actor_of_key(key: SystemKey) -> Actor:
    """Give the actor that a key is: one seat, in its role at its post."""
    areas = tuple(sorted(key.post.areas.values_list("territory", flat=True)))
    return Actor(f"{SIGN}_{key.prefix}", (Seat(key.post.agency, key.role, key.post.name, areas, key.post.level),))


def _hash(secret: str) -> str:
    # The secret has 256 random bits: a slow hash would protect nothing more.
    return hashlib.sha256(secret.encode()).hexdigest()


# Handing in


class Taken:
    """What came of a hand-in: the status of the answer, and the answer."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        self.status, self.answer = status, answer


class OtherBody(Refused):
    """The same ``Idempotency-Key`` came with something else before."""


def hand_in(actor: Actor, texts: Sequence[str], key: str) -> Taken:
    """Hand entries to the log and give its receipts.

    Parameters
    ----------
    texts
        Entries of a custody log in base64, one at least.
    key
        The ``Idempotency-Key``; empty for none. The log itself takes the same entry only once, so that what was cut
        off in between is simply done again.

    Raises
    ------
    InputError
        With every entry that cannot be read, or that is none of theirs.
    OtherBody
        When the key came with something else before.
    Refused
        When the log cannot be reached, or stores nothing.
    """
    if not key:
        return _forward(actor, texts)
    body_hash = hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()
    row = _remembered(actor.name, key, body_hash)
    if row.status is not None:
        return Taken(row.status, row.answer)
    taken = _forward(actor, texts)
    row.status, row.answer = taken.status, taken.answer
    row.save(update_fields=["status", "answer"])
    return taken


def _remembered(caller: str, key: str, body_hash: str) -> HandIn:
    try:
        with transaction.atomic():
            return HandIn.objects.create(caller=caller, key=key, body_hash=body_hash)
    except IntegrityError:
        row = HandIn.objects.get(caller=caller, key=key)
    if row.body_hash != body_hash:
        raise OtherBody(_("this Idempotency-Key came with another body before"))
    return row


def forget_old() -> int:
    """Forget answers that nobody will ask for again, and give how many."""
    return HandIn.objects.filter(made_at__lt=timezone.now() - KEPT).delete()[0]


def _forward(actor: Actor, texts: Sequence[str]) -> Taken:
    entries, log = _read(actor, texts)
    status, body, _type = _source(log.address).request("POST", "add-batch", encode_bundle(entries))
    if status != 200:
        said = body[:200].decode("utf-8", "replace")
        raise Refused(_("the log answered {status} {said}").format(status=status, said=said))
    results = json.loads(body)
    taken = sum("error" not in each for each in results)
    return Taken(200 if taken else 422, {"log": log.origin, "taken": taken, "results": results})


@cache
def _source(address: str) -> HttpSource:
    return HttpSource(address)


def _read(actor: Actor, texts: Sequence[str]) -> tuple[list[bytes], Log]:
    problems = Problems()
    entries, logs = [], {}
    for number, text in enumerate(texts):
        where = f"entries.{number}"
        try:
            entry = base64.b64decode(text, validate=True)
            event = decode_entry(entry).event
        except ValueError:
            problems.error(where, None, None, None, _("this is not base64"), _("Send the entry's bytes in base64."))
            continue
        except Malformed as error:
            remedy = _("Send the signed bytes as the device made them.")
            problems.error(where, None, None, None, error.message, remedy)
            continue
        log, territory = _whose(event)
        if log is None:
            remedy = _("Hand it to the log of its own district.")
            problems.error(where, None, None, None, _("no log that this site follows is about it"), remedy)
            continue
        verdict = actor.may("custody.hand_in", territory)
        if not verdict.allowed:
            problems.error(where, None, None, None, verdict.reason, _("Hand in what is of your own area."))
        if not entries and event.kind != Kind.GENESIS and _is_empty(log):
            # An empty log takes whatever comes first, and then is no custody log.
            remedy = _("Begin one with: serentak announce PLAN --log LOG --key FILE --supervisor KEY")
            problems.error(where, None, None, None, _("the log is empty"), remedy)
        entries.append(entry)
        logs[log.pk] = log
    if len(logs) > 1:
        message = _("the entries belong to several logs")
        problems.error("entries", None, None, None, message, _("Hand in those of one log at a time."))
    problems.raise_errors()
    return entries, next(iter(logs.values()))


def _is_empty(log: Log) -> bool:
    if log.entries:
        return False
    return parse_checkpoint(read_checkpoint(_source(log.address)).text).size == 0


def _whose(event: Event) -> tuple[Log | None, str]:
    """Give the log that an event belongs to, and the smallest territory that surely holds all it is about."""
    owners = [group[0] for group in (event.objects or ())]
    kecamatan = {owner[:8] for owner in owners}
    load = Load.objects.filter(hash=event.load.hex()).select_related("log").first() if event.load else None
    if load is not None:
        return load.log, load.kecamatan or load.kabupaten or load.log.district or NATION
    districts = {owner[:5] for owner in owners}
    log = Log.objects.filter(district__in=districts).first() if districts else None
    if log is None:
        # What names no box is about keys or the log itself: the whole district's.
        logs = Log.objects.all()[:2]
        log = logs[0] if len(logs) == 1 else None
    if log is None:
        return None, NATION
    if len(owners) == 1 and "-R" not in owners[0]:
        return log, owners[0]
    if len(kecamatan) == 1:
        return log, kecamatan.pop()
    return log, log.district or NATION
