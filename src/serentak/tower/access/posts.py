"""Posts of an agency, and who may look after which of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.tower.access.models import Area, Post, User
from serentak.tower.access.rules import agencies
from serentak.tower.access.territory import LEVELS, NATION, chain, covers, depth, territory_of, within
from serentak.tower.regions.models import Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from serentak.tower.access.actor import Actor

READ, WRITE = "accounts.read", "accounts.write"
POST = "post"
"""Under what name problems with a post are told."""


def posts_of(actor: Actor, action: str = READ) -> QuerySet[Post]:
    """Give the posts that an actor looks after: of their agency, with no area outside their own."""
    condition = Q(pk__in=[])
    for agency, areas in actor.offices(action):
        if NATION in areas:
            condition |= Q(agency=agency)
            continue
        inside = within(areas, station="territory")
        condition |= Q(agency=agency, pk__in=Area.objects.filter(inside).values("post")) & ~Q(
            pk__in=Area.objects.exclude(inside).values("post")
        )
    return Post.objects.filter(condition)


def people_of(actor: Actor, action: str = READ) -> QuerySet[User]:
    """Give the accounts of people at the posts that an actor looks after, and at no other post."""
    posts = posts_of(actor, action)
    strangers = User.objects.filter(assignments__post__in=Post.objects.exclude(pk__in=posts.values("pk")))
    return User.objects.filter(assignments__post__in=posts).exclude(pk__in=strangers.values("pk")).distinct()


def read_areas(text: str) -> list[str]:
    """Read the territories of a post, with blanks or commas between.

    Raises
    ------
    InputError
        When a code is of nothing, or of a region that is not in the tree.
    """
    codes = [territory_of(each) for each in text.replace(",", " ").replace(";", " ").split()]
    for code in codes:
        known = code if depth(code) <= 2 else chain(code)[2]
        if not Region.objects.filter(code=known).exists():
            raise InputError.of(POST, _("there is no such region"), _("Check the code."), value=code)
    return list(dict.fromkeys(codes))


@transaction.atomic
def make_post(actor: Actor, agency: str, level: str, name: str, territories: Iterable[str]) -> Post:
    """Make a post, or give the one of this name that is there with the same areas.

    Raises
    ------
    InputError
        When the agency has no such post, the areas do not fit it, or they are not the actor's to give.
    """
    areas = list(territories)
    _check_level(agency, level, areas)
    _check_reach(actor, agency, areas)
    name = name.strip() or default_name(agency, level, areas)
    there = Post.objects.filter(agency=agency, name=name).first()
    if there is not None:
        if there.level == level and {area.territory for area in there.areas.all()} == set(areas):
            return there
        remedy = _("Choose another name, or mend the post that is there.")
        raise InputError.of(POST, _("another post of this agency has this name"), remedy, value=name)
    try:
        with transaction.atomic():
            post = Post.objects.create(agency=agency, level=level, name=name)
    except IntegrityError:
        raise InputError.of(POST, _("another post of this agency has this name"), _("Try again."), value=name) from None
    for area in areas:
        Area.objects.create(post=post, territory=area)
    return post


@transaction.atomic
def set_areas(actor: Actor, post: Post, territories: Iterable[str]) -> None:
    """Give a post other areas.

    Raises
    ------
    InputError
        When they do not fit the post, or are not the actor's to give.
    """
    wanted = list(territories)
    _check_level(post.agency, post.level, wanted)
    _check_reach(actor, post.agency, wanted)
    for area in post.areas.exclude(territory__in=wanted):
        area.delete()
    for code in wanted:
        Area.objects.get_or_create(post=post, territory=code)


def default_name(agency: str, level: str, areas: list[str]) -> str:
    """Name a post by what it is and where: ``KPPS 14.01.06.2003-007``."""
    where = areas[0]
    region = Region.objects.filter(code=where).first()
    return f"{agencies()[agency].posts[level]} {region.name if region and level == 'kabupaten' else where}"[:120]


def _check_level(agency: str, level: str, areas: list[str]) -> None:
    known = agencies().get(agency)
    if known is None:
        remedy = _("choose one of: {names}").format(names=", ".join(agencies()))
        raise InputError.of(POST, _("there is no such agency"), remedy, value=agency)
    if level not in known.posts:
        remedy = _("choose one of: {names}").format(names=", ".join(known.posts))
        raise InputError.of(POST, _("this agency has no posts of this level"), remedy, value=level)
    if not areas:
        raise InputError.of(POST, _("a post needs an area"), _("Write the code of the region or station."))
    if known.own_map:
        return
    if len(areas) > 1:
        message = _("only police and army have a map of their own; this post has one area")
        raise InputError.of(POST, message, _("Write one code."), value=" ".join(areas))
    if LEVELS[depth(areas[0])] != level:
        remedy = _("Write the code of a region of that level, or choose another level.")
        raise InputError.of(POST, _("the area is of another level than the post"), remedy, value=areas[0])


def _check_reach(actor: Actor, agency: str, areas: list[str]) -> None:
    own = [area for office, found in actor.offices(WRITE) if office == agency for area in found]
    for code in areas:
        if not any(covers(area, code) for area in own):
            message = _("this lies outside the areas that you look after")
            remedy = _("Ask the administrator of {agency} for {code}.").format(
                agency=agencies()[agency].name, code=code
            )
            raise InputError.of(POST, message, remedy, value=code)
