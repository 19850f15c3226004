"""Whoever asks: a person with their posts, or the public; and what they may do, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from serentak.base.errors import InputError
from serentak.base.messages import N_, _
from serentak.tower.access.models import Assignment, User
from serentak.tower.access.rules import Rule, actions, agencies, rules
from serentak.tower.access.territory import NATION, covers

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLE_WORDS = {"head": N_("head"), "operator": N_("operator"), "reader": N_("reader"), "admin": N_("administrator")}
LEVEL_WORDS = {
    "nation": N_("nation"),
    "province": N_("province"),
    "kabupaten": N_("kabupaten or kota"),
    "kecamatan": N_("kecamatan"),
    "village": N_("desa or kelurahan"),
    "station": N_("polling station"),
}


class Verdict(NamedTuple):
    """An answer and why."""

    allowed: bool
    reason: str


class Seat(NamedTuple):
    """A role at a post, as the rules see it."""

    agency: str
    role: str
    post: str
    areas: tuple[str, ...]
    level: str

    def rule(self, action: str) -> Rule | None:
        """Give the first rule by which the seat allows an action."""
        return next((each for each in rules() if each.fits(self.agency, self.level, self.role, action)), None)


@dataclass(frozen=True)
class Actor:
    """Whoever asks.

    Parameters
    ----------
    name
        Name of the account; empty for the public.
    seats
        Their roles that count now.
    """

    name: str = ""
    seats: tuple[Seat, ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether nobody has logged in."""
        return not self.name

    @property
    def agencies(self) -> frozenset[str]:
        """Codes of the agencies they sit in."""
        return frozenset(seat.agency for seat in self.seats)

    def may(self, action: str, territory: str) -> Verdict:
        """Say whether an action is allowed in a territory, and why.

        Parameters
        ----------
        action
            One of `serentak.tower.access.rules.actions`.
        territory
            Code of a region or station.
        """
        what = _(actions()[action])
        if self.is_public:
            return Verdict(False, _("Nobody is logged in; to {what} you need an account.").format(what=what))
        elsewhere = ""
        for seat in self.seats:
            rule = seat.rule(action)
            if rule is None:
                continue
            found = next((area for area in (NATION,) * rule.anywhere + seat.areas if covers(area, territory)), None)
            words = {
                "name": self.name,
                "role": _(ROLE_WORDS[seat.role]),
                "post": seat.post,
                "what": what,
                "rule": rule.number,
            }
            if found is not None:
                message = _(
                    "{name} is {role} at {post}, whose area {area} holds {territory}; rule {rule} lets them {what}."
                )
                return Verdict(True, message.format(area=found, territory=territory, **words))
            message = _(
                "{name} is {role} at {post}; rule {rule} lets them {what}, but only in {areas}, not in {territory}."
            )
            elsewhere = message.format(areas=", ".join(seat.areas) or "–", territory=territory, **words)
        if elsewhere:
            return Verdict(False, elsewhere)
        seats = "; ".join(f"{_(ROLE_WORDS[seat.role])}, {seat.post}" for seat in self.seats) or _("without a post")
        message = _("{name} ({seats}): no rule lets them {what}.")
        return Verdict(False, message.format(name=self.name, seats=seats, what=what))

    def territories(self, action: str) -> tuple[str, ...]:
        """Give the territories in which an action is allowed, the widest only: for lists, see `territory.within`."""
        found: list[str] = []
        for seat in self.seats:
            rule = seat.rule(action)
            if rule is not None:
                found += [NATION] if rule.anywhere else list(seat.areas)
        return widest(found)

    def offices(self, action: str) -> list[tuple[str, tuple[str, ...]]]:
        """Give the agencies for which an action is allowed, each with its territories there.

        What belongs to an agency (its accounts, its trail) is nobody else's, even in the same territory.
        """
        found: dict[str, list[str]] = {}
        for seat in self.seats:
            rule = seat.rule(action)
            if rule is not None:
                found.setdefault(seat.agency, []).extend([NATION] if rule.anywhere else seat.areas)
        return [(agency, widest(areas)) for agency, areas in found.items()]

    def ever(self, action: str) -> bool:
        """Tell whether an action is allowed anywhere at all."""
        return bool(self.territories(action))

    @property
    def home(self) -> str:
        """Territory to begin with: that of the first post, the nation for the public."""
        return next((area for seat in self.seats for area in seat.areas), NATION)


PUBLIC_ACTOR = Actor()


def widest(territories: Iterable[str]) -> tuple[str, ...]:
    """Leave out territories that another one holds."""
    kept: list[str] = []
    for each in sorted(set(territories), key=lambda code: (code != NATION, len(code), code)):
        if not any(covers(other, each) for other in kept):
            kept.append(each)
    return tuple(kept)


def actor_of(user: User) -> Actor:
    """Give the actor that an account is now; an account that is closed is nobody."""
    if not user.is_active:
        return PUBLIC_ACTOR
    rows = (
        Assignment.objects.filter(Assignment.in_force(), user=user)
        .select_related("post")
        .prefetch_related("post__areas")
        .order_by("since", "pk")
    )
    seats = tuple(
        Seat(
            row.post.agency,
            row.role,
            row.post.name,
            tuple(sorted(area.territory for area in row.post.areas.all())),
            row.post.level,
        )
        for row in rows
        if row.post.agency in agencies()
    )
    return Actor(user.username, seats)


def why(username: str, action: str, territory: str) -> Verdict:
    """Say whether an account may do something somewhere, and why: ``serentak why``.

    Raises
    ------
    InputError
        When there is no such account or action.
    """
    if action not in actions():
        remedy = _("choose one of: {names}").format(names=", ".join(actions()))
        raise InputError.of("why", _("there is no such action"), remedy, value=action)
    user = User.objects.filter(username=username).first()
    if user is None and username not in ("", "publik", "public"):
        raise InputError.of(
            "why", _("there is no such account"), _("Check the name; publik is anybody."), value=username
        )
    return (actor_of(user) if user else PUBLIC_ACTOR).may(action, territory)
