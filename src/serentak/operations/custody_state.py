"""Use cases ``serentak state`` and ``verify --box``: where boxes are, from the log alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from serentak.base.clock import ZONES, parse_moment, to_utc
from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.custody.query import Whereabouts, box, place, station
from serentak.custody.state import State
from serentak.kit.ids import parse_box_id
from serentak.ledger.source import open_source
from serentak.operations.custody_log import read_entries, read_genesis
from serentak.territory.codes import CodeError

if TYPE_CHECKING:
    from serentak.custody.event import Event


def read_state(log: str) -> State:
    """Read the state of a custody log from its public entries, every signature of people checked.

    The log's own signature and its witnesses are not: that is ``verify``.

    Raises
    ------
    InputError
        When there is no custody log.
    """
    read_genesis(log)
    state = State()
    for index, entry in enumerate(read_entries(open_source(log))):
        state.take(index, entry)
    return state


def whereabouts(log: str, name: str) -> dict[str, Any]:
    """Say where a box is, or everything of a station, or at a place or with a unit.

    Raises
    ------
    InputError
        When there is no custody log, or it has never heard of the name.
    """
    state = read_state(log)
    found = [each.as_dict() for each in _find(state, name)]
    return {"log": log, "name": name, "entries": state.entries, "objects": found, "local": _offset(state)}


def _find(state: State, name: str) -> list[Whereabouts]:
    try:
        single = box(state, str(parse_box_id(name)))
        found = [] if single is None else [single]
    except CodeError:
        found = station(state, name.strip()) or place(state, name.strip())
    if not found and state.names.find(name) is None:
        message = _("this log has never heard of it")
        remedy = _(
            "Write a box as 14.01.06.2003-007-B, a station as 14.01.06.2003-007, or the id of a place or vehicle."
        )
        raise InputError.of("state", message, remedy, value=name)
    return found


def _offset(state: State) -> int:
    return state.genesis.offset if state.genesis is not None else 0


def read_moment(text: str, genesis: Event | None) -> int:
    """Read a moment: ``H-1 23:59`` of a log's election, or ``2024-11-26 23:59`` in its local time, or with an offset.

    Parameters
    ----------
    genesis
        Genesis event of the log; None where it has none, and then only a moment with its offset can be read.

    Returns
    -------
    int
        Seconds since the epoch.

    Raises
    ------
    InputError
        When it is none.
    """
    zone = genesis.zone or "WIB" if genesis is not None else None
    try:
        if text.strip().upper().startswith("H") and genesis is not None and zone is not None:
            return int(to_utc(date.fromisoformat(genesis.day or ""), zone, parse_moment(text)).timestamp())
        return int(_local_moment(text.strip(), zone).timestamp())
    except (ValueError, OverflowError) as error:
        remedy = _("Write H-1 23:59, or 2024-11-26 23:59 in local time, or 2024-11-26T23:59+07:00.")
        raise InputError.of("--at", _("this is no time: {error}").format(error=error), remedy, value=text) from error


def _local_moment(text: str, zone: str | None) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        raise ValueError(_("the offset is missing"))
    return moment.replace(tzinfo=timezone(timedelta(hours=ZONES[zone])))


def about_box(result: dict[str, Any], state: State, name: str) -> dict[str, Any]:
    """Narrow the result of ``verify`` to one box: its whereabouts, and what was found or noted about it.

    Raises
    ------
    InputError
        When this is no box, or the log has never heard of it.
    """
    found = _find(state, name)
    names = {each.id for each in found}
    narrowed = {
        key: [each for each in result[key] if not each["objects"] or names & set(each["objects"])]
        for key in ("entry_findings", "notes")
    }
    about = [each for each in narrowed["entry_findings"] if each["objects"]]
    return {
        **result,
        **narrowed,
        "boxes": [each.as_dict() for each in found],
        "local": _offset(state),
        "clean": result["clean"] or (not result["findings"] and not about),
    }


def describe(result: dict[str, Any]) -> list[str]:
    """Say what `whereabouts` gave."""
    if not result["objects"]:
        return [_("Nothing is there by the log of {entries} entries.").format(**result)]
    if len(result["objects"]) > _MANY:
        return [short_line(each, result["local"]) for each in result["objects"]]
    return [line for each in result["objects"] for line in long_lines(each, result["local"])]


_MANY = 4


def short_line(each: dict[str, Any], offset: int) -> str:
    """Say where one box is, in one line."""
    message = _("{id}: {status}, with {holder} at {place}, since {since}").format(
        id=each["id"], status=say_status(each["status"]), holder=each["holder"] or "-", place=each["place"] or "-",
        since=_local(each["since"], offset),
    )  # fmt: skip
    if each["deadline"]:
        message += _("; next {next} by {deadline}").format(
            next=each["expected_at"] or "-", deadline=_local(each["deadline"], offset)
        )
    if each["troubles"]:
        message += " [" + ", ".join(each["troubles"]) + "]"
    return message


def long_lines(each: dict[str, Any], offset: int) -> list[str]:
    """Say where one box is, and how it got there."""
    lines = [short_line(each, offset)]
    for step in each["steps"]:
        who = f"{step['giver']} -> {step['unit']}" if step["giver"] else step["unit"]
        when, entry = _local(step["at"], offset), f"{_('entry')} {step['index']}"
        line = f"  {when}  {say_act(step['kind'])}: {who}, {step['place']}  [{entry}]"
        if step["proxy"]:
            line += " " + _("typed from paper")
        elif step["lacking"]:
            line += " " + _("signed by one side only")
        lines.append(line)
    return lines


def _local(milliseconds: int | None, offset: int) -> str:
    if milliseconds is None:
        return _("an uncertain time")
    there = datetime.fromtimestamp(milliseconds / 1000, UTC) + timedelta(minutes=offset)
    return there.strftime("%Y-%m-%d %H:%M")


def say_act(kind: str) -> str:
    """Say a kind of act in words."""
    words = {
        "packed": _("packed"),
        "sealed": _("sealed"),
        "unsealed": _("seal opened"),
        "given": _("handed over"),
        "received": _("received"),
        "refused": _("refused"),
        "stored": _("stored"),
        "taken": _("taken up"),
        "inspected": _("inspected"),
        "opened": _("opened"),
        "closed": _("closed after use"),
        "incident": _("incident"),
        "entrusted": _("left in trust"),
    }
    return words.get(kind, kind)


def say_status(status: str) -> str:
    """Say a status of `serentak.custody.life.STATUSES` in words."""
    words = {
        "announced": _("announced, not seen yet"),
        "packed": _("packed"),
        "sealed": _("sealed"),
        "moving": _("under way"),
        "stored": _("stored"),
        "delivered": _("delivered"),
        "entrusted": _("signed for, left in trust"),
        "opened": _("opened"),
        "closed": _("closed after use"),
        "returning": _("on its way back"),
        "returned": _("back"),
    }
    return words.get(status, status)
