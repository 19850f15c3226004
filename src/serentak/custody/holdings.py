"""Who has had an object, hand after hand, up to a moment: for those who must plan from where things are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from serentak.custody.acts import MISSING, MOVES, POWERLESS, VOID
from serentak.custody.kinds import Kind
from serentak.custody.life import BY_ANYONE
from serentak.custody.times import happened

if TYPE_CHECKING:
    from serentak.custody.state import State

_SILENT = BY_ANYONE | {int(Kind.REFUSED)}


class Holding(NamedTuple):
    """One hand after another.

    Parameters
    ----------
    giver
        Who handed it over; empty where somebody merely acts who has it.
    holder, place
        Who has had it since, and where that was.
    at
        When, epoch milliseconds; the latest possible instant where its clock is not believed.
    entry
        Entry that says so.
    step
        Place in the life of the object; steps of objects that travel together can be compared.
    """

    giver: str
    holder: str
    place: str
    at: int
    entry: int
    step: int


def holdings(state: State, identifier: str, until: int) -> list[Holding]:
    """Give who has had an object, in the order of steps; empty where the log knows of no act.

    Parameters
    ----------
    until
        Epoch milliseconds. What cannot have happened by then is left out, and all that followed it.
    """
    number = state.objects.find(identifier)
    acts = state.acts.read(state.history[number]) if number else []
    acts = [act for act in acts if not act.flags & (VOID | POWERLESS)]
    marks, names = state.marks, state.names
    bounds = [marks.bounds(state.acts.index[act.row], state.acts.seen[act.row]) for act in acts] if marks.any else None
    spans, _aside = happened([act.at for act in acts], [act.device for act in acts], bounds)
    found: list[Holding] = []
    for act, (earliest, latest) in zip(acts, spans, strict=True):
        if earliest > until:
            break
        if act.kind in _SILENT or act.role == MISSING:
            continue
        holder, at, entry = names[act.receiver], min(latest, until), state.acts.index[act.row]
        if found and found[-1].holder == holder:
            continue  # another record of the same hand-over, or an act of who has it
        giver = names[act.giver] if act.kind in MOVES else ""
        found.append(Holding(giver, holder, names[act.place], at, entry, act.step))
    return found
