"""What may be added to the register, when and by whom; each call is one transaction."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.tower.access.actor import Actor
from serentak.tower.access.territory import COLUMNS, NATION, chain
from serentak.tower.oversight.models import Entry, Finding

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from serentak.tower.access.models import User

MAX_FILE: Final = 10_000_000
"""Bytes of one piece of evidence."""
NEXT: Final[dict[str, dict[str, str]]] = {
    # state: {kind of entry: state after it}
    "open": {"evidence": "open", "recommendation": "recommended", "closing": "settled"},
    "recommended": {
        "evidence": "recommended",
        "recommendation": "recommended",
        "answer": "answered",
        "closing": "settled",
    },
    "answered": {
        "evidence": "answered",
        "recommendation": "recommended",
        "answer": "answered",
        "closing": "settled",
    },
    "settled": {"evidence": "settled"},
}
"""What may follow what. Evidence may always be added, also when all is settled."""
ACTION: Final = {
    "evidence": "findings.write",
    "recommendation": "findings.write",
    "closing": "findings.write",
    "answer": "findings.answer",
}


def columns_of(territory: str) -> dict[str, str]:
    """Give the columns province to village of a territory, for `serentak.tower.access.territory.within`."""
    return dict(zip(COLUMNS, (code for code in chain(territory) if code != NATION and "-" not in code), strict=False))


@transaction.atomic
def write_finding(
    user: User, actor: Actor, *, territory: str, stage: str, title: str, text: str, log_entries: list[list[Any]]
) -> Finding:
    """Write a finding down, with its number and its first entry."""
    year = timezone.now().year
    place = territory.partition("-")[0][:5] or territory
    count = Finding.objects.filter(number__startswith=f"{place}/{year}/").count()
    finding = Finding.objects.create(
        number=f"{place}/{year}/{count + 1:04d}",
        territory=territory,
        stage=stage,
        title=title,
        **columns_of(territory),
    )
    _write(finding, user, actor, Entry.Kind.FINDING, "findings.write", text=text, log_entries=log_entries)
    return finding


@transaction.atomic
def add_entry(
    finding_id: int,
    user: User,
    actor: Actor,
    kind: str,
    *,
    text: str,
    decision: str = "",
    due: datetime | None = None,
    log_entries: list[list[Any]] | None = None,
    file: UploadedFile | None = None,
) -> Entry:
    """Add an entry to a finding.

    Raises
    ------
    Refused
        When the rule table, or the state of the finding, does not allow it.
    InputError
        When the file is too large.
    """
    finding = Finding.objects.select_for_update().get(pk=finding_id)
    verdict = actor.may(ACTION[kind], finding.territory)
    if not verdict.allowed:
        raise Refused(verdict.reason)
    after = NEXT[finding.state].get(kind)
    if after is None:
        raise Refused(_("This cannot be added in the state that the finding is in."))
    more: dict[str, Any] = {"text": text, "decision": decision, "log_entries": log_entries or []}
    if file is not None:
        more |= _keep(file)
    entry = _write(finding, user, actor, kind, ACTION[kind], **more)
    finding.state = after
    if kind == Entry.Kind.RECOMMENDATION:
        finding.answer_due = due
    finding.save()
    return entry


def _write(finding: Finding, user: User, actor: Actor, kind: str, action: str, **more: Any) -> Entry:
    post = next((seat.post for seat in actor.seats if _sits(actor, seat, action, finding.territory)), "")
    return Entry.objects.create(finding=finding, kind=kind, by=user, post=post, **more)


def _sits(actor: Actor, seat: Any, action: str, territory: str) -> bool:
    return Actor(actor.name, (seat,)).may(action, territory).allowed


def _keep(file: UploadedFile) -> dict[str, str]:
    if file.size is None or file.size > MAX_FILE:
        message = _("the file is larger than {n} bytes").format(n=MAX_FILE)
        raise InputError.of(str(file.name), message, _("Send a smaller one, or its pages apart."))
    data = file.read()
    digest = hashlib.sha256(data).hexdigest()
    path = evidence_path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"file_name": str(file.name)[:120], "file_sha256": digest}


def evidence_path(digest: str) -> Path:
    """Give where a piece of evidence lies, by its SHA-256."""
    path: Path = settings.CONFIG.web / "evidence" / digest
    return path
