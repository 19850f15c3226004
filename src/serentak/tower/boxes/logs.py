"""Which logs are followed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.faults import NotThere
from serentak.ledger.read import LogReader, read_checkpoint
from serentak.ledger.source import open_source
from serentak.operations.custody_log import genesis_of, is_address
from serentak.tower.boxes.models import Log

if TYPE_CHECKING:
    from serentak.custody.event import Event


def register(address: str) -> Log:
    """Follow a log from now on; one that is followed already is given as it is.

    Parameters
    ----------
    address
        Its folder, or the address where it is served. It may be empty still.

    Raises
    ------
    InputError
        When there is no log, its first entry begins no custody log, or another log of its district is followed.
    """
    where = address.rstrip("/") if is_address(address) else str(Path(address).absolute())
    source = open_source(where)
    try:
        checkpoint = parse_checkpoint(read_checkpoint(source).text)
    except NotThere:
        message = _("there is no log here: it has no checkpoint")
        raise InputError.of(where, message, _("Check the folder or address.")) from None
    log = Log.objects.filter(address=where).first() or Log(address=where)
    log.origin = checkpoint.origin[:200]
    if checkpoint.size and not log.district:
        genesis = genesis_of(LogReader(source, checkpoint.size).entry(0))
        if genesis is None:
            message = _("this is not a custody log: entry 0 is no genesis event")
            remedy = _("Begin one with: serentak announce PLAN --log LOG --key FILE --supervisor KEY")
            raise InputError.of(where, message, remedy)
        introduce(log, genesis)
    log.save()
    return log


def introduce(log: Log, genesis: Event) -> None:
    """Note what the genesis of a log says of it.

    Raises
    ------
    InputError
        When another log of the same district is followed: the tables can show one.
    """
    other = Log.objects.filter(district=genesis.district or "").exclude(pk=log.pk).first()
    if other is not None:
        message = _("another log of this district is followed already: {other}").format(other=other.address)
        raise InputError.of(log.address, message, _("Take that one away first."), value=genesis.district)
    log.district = genesis.district or ""
    log.zone = genesis.zone or "WIB"
    log.election_day = date.fromisoformat(genesis.day or "")
    log.played = genesis.played is not None
    log.as_of = log.as_of or datetime.fromtimestamp(genesis.at / 1000, UTC)
