"""Pages about posts and the people at them, for administrators: of their own agency, in their own areas."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from serentak.base.errors import InputError, Refused
from serentak.base.messages import N_, _
from serentak.tower.access import people, posts
from serentak.tower.access.actor import LEVEL_WORDS, ROLE_WORDS
from serentak.tower.access.guard import access
from serentak.tower.access.models import Assignment, Card, Post, User
from serentak.tower.access.rules import LEVELS, ROLES, agencies
from serentak.tower.site.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

READ, WRITE = posts.READ, posts.WRITE
A_PAGE: Final = 50
CARDS_SHOWN: Final = 20
POSTS: Final = Table(
    "posts",
    (
        Column("post", N_("its name"), "name"),
        Column("agency", N_("code of the agency")),
        Column("level", N_("its level of government")),
        Column("areas", N_("codes of its areas, with blanks between"), lambda post: " ".join(_areas(post))),
        Column("people", N_("people at it now")),
    ),
)
PEOPLE: Final = Table(
    "people",
    (
        Column("account", N_("name of the account"), "username"),
        Column("card", N_("whether it is the card of a post; else a person"), "by_card"),
        Column("last_login", N_("last log-in")),
        Column("open", N_("whether the account is open"), "is_active"),
    ),
)

SEATS: Final = Table(
    "seats",
    (
        Column("account", N_("name of the account"), "user.username"),
        Column("role", N_("role at the post")),
        Column("since", N_("since when")),
        Column("until", N_("until when; empty: no end")),
        Column("in_force", N_("whether it counts now"), "counts"),
    ),
)
CARDS: Final = Table(
    "cards",
    (
        Column("card", N_("how the code of the card begins"), "lookup"),
        Column("made_at", N_("when it was made")),
        Column("until", N_("until when it is good")),
        Column("used_at", N_("when it was used last")),
        Column("state", N_("good, revoked or over")),
    ),
)


# Where things lie: what an administrator does not look after is not there


def of_post(request: HttpRequest, pk: int, **_kind: str) -> str | None:
    """Give an area of a post that the actor looks after."""
    post = posts.posts_of(request.actor).filter(pk=pk).first()
    area = post.areas.first() if post else None
    return area.territory if area else None


def of_person(request: HttpRequest, pk: int) -> str | None:
    """Give an area of a person whom the actor looks after."""
    user = posts.people_of(request.actor).filter(pk=pk).first()
    post = Post.objects.filter(assignments__user=user).first() if user else None
    return of_post(request, post.pk) if post else None


def of_assignment(request: HttpRequest, pk: int) -> str | None:
    """Give an area of the post of an assignment."""
    found = Assignment.objects.filter(pk=pk).first()
    return of_post(request, found.post_id) if found else None


def told(back: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Go back to a page with what was wrong said there; `back` is a route, which takes `pk` where the view has one."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def saying(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            try:
                response: HttpResponse = view(request, **kwargs)
            except InputError as error:
                for problem in error.problems:
                    value = f" ({problem.value})" if problem.value else ""
                    messages.error(request, f"{problem.message}{value}; {problem.remedy}")
            except Refused as error:
                messages.error(request, str(error))
            else:
                return response
            return redirect(back, **kwargs)

        return saying

    return decorate


# Pages


@require_GET
@access(READ)
def post_list(request: HttpRequest) -> HttpResponse:
    """List the posts that one looks after."""
    actor = request.actor
    wanted = _wanted(request)
    page = Paginator(_posts_wanted(request), A_PAGE).get_page(request.GET.get("page"))
    offices = [
        {"code": code, "name": agencies()[code].name, "areas": " ".join(areas)} for code, areas in actor.offices(WRITE)
    ]
    levels = [
        (level, _(LEVEL_WORDS[level]))
        for level in LEVELS
        if any(level in agencies()[office["code"]].posts for office in offices)
    ]
    return render(
        request,
        "access/posts.html",
        {
            "page": page,
            "q": wanted,
            "query": urlencode({"q": wanted}),
            "offices": offices,
            "levels": levels,
            "may_write": bool(offices),
        },
    )


@require_GET
@access(READ)
def posts_table(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the posts that one looks after as a file, searched as the page."""
    return POSTS.answer(_posts_wanted(request), kind)


def _wanted(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:60]


def _posts_wanted(request: HttpRequest) -> QuerySet[Post]:
    wanted = _wanted(request)
    found = posts.posts_of(request.actor).annotate(people=Count("assignments", Assignment.in_force("assignments__")))
    if wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(areas__territory__startswith=wanted)).distinct()
    return found.prefetch_related("areas").order_by("name", "pk")


def _people_wanted(request: HttpRequest) -> QuerySet[User]:
    return posts.people_of(request.actor).filter(username__icontains=_wanted(request)).order_by("username")


def _areas(post: Post) -> list[str]:
    return sorted(area.territory for area in post.areas.all())


@require_GET
@access(READ, where=of_post)
def post_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a post: its areas, its people, its cards."""
    post = get_object_or_404(posts.posts_of(request.actor), pk=pk)
    return render(
        request,
        "access/post.html",
        {
            "post": post,
            "level": _(LEVEL_WORDS[post.level]),
            "areas": _areas(post),
            "rows": [(row, _(ROLE_WORDS[row.role]), row.counts) for row in _people_at(post)],
            "cards": _cards_of(post)[:CARDS_SHOWN],
            "roles": [(role, _(ROLE_WORDS[role])) for role in ROLES],
            "may_write": posts.posts_of(request.actor, WRITE).filter(pk=pk).exists(),
        },
    )


@require_GET
@access(READ, where=of_post)
def seats_table(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Give the people of a post as a file, those of before too."""
    return SEATS.answer(_people_at(get_object_or_404(posts.posts_of(request.actor), pk=pk)), kind)


@require_GET
@access(READ, where=of_post)
def cards_table(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Give all cards of a post as a file, never their codes."""
    return CARDS.answer(_cards_of(get_object_or_404(posts.posts_of(request.actor), pk=pk)), kind)


def _people_at(post: Post) -> QuerySet[Assignment]:
    return post.assignments.select_related("user").filter(user__by_card=False).order_by("-since", "pk")


def _cards_of(post: Post) -> QuerySet[Card]:
    return Card.objects.filter(user__by_card=True, user__assignments__post=post)


@require_GET
@access(READ)
def people_list(request: HttpRequest) -> HttpResponse:
    """List the people whom one looks after."""
    wanted = _wanted(request)
    page = Paginator(_people_wanted(request), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "access/people.html", {"page": page, "q": wanted, "query": urlencode({"q": wanted})})


@require_GET
@access(READ)
def people_table(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the people whom one looks after as a file, searched as the page."""
    return PEOPLE.answer(_people_wanted(request), kind)


@require_GET
@access(READ, where=of_person)
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person: posts, and whether the account is open."""
    person = get_object_or_404(posts.people_of(request.actor), pk=pk)
    return _person(request, person)


def _person(request: HttpRequest, person: User, password: str = "") -> HttpResponse:
    rows = person.assignments.select_related("post").order_by("-since", "pk")
    return render(
        request,
        "access/person.html",
        {
            "person": person,
            "password": password,
            "rows": [(row, _(ROLE_WORDS[row.role]), row.counts) for row in rows],
            "may_write": posts.people_of(request.actor, WRITE).filter(pk=person.pk).exists(),
        },
    )


# What administrators do


@require_POST
@access(WRITE)
@told("posts")
def make_post(request: HttpRequest) -> HttpResponse:
    """Make a post."""
    said = request.POST
    areas = posts.read_areas(said.get("areas", "")[:2000])
    post = posts.make_post(
        request.actor, said.get("agency", ""), said.get("level", ""), said.get("name", "")[:120], areas
    )
    messages.success(request, _("{name} is there.").format(name=post.name))
    return redirect("post", pk=post.pk)


@require_POST
@access(WRITE, where=of_post)
@told("post")
def set_areas(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a post other areas."""
    post = get_object_or_404(posts.posts_of(request.actor, WRITE), pk=pk)
    posts.set_areas(request.actor, post, posts.read_areas(request.POST.get("areas", "")[:2000]))
    messages.success(request, _("The areas of {name} are changed.").format(name=post.name))
    return redirect("post", pk=pk)


@require_POST
@access(WRITE, where=of_post)
@told("post")
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a person at a post; who has no account yet gets one, with a first password that is shown once."""
    post = get_object_or_404(posts.posts_of(request.actor, WRITE), pk=pk)
    said = request.POST
    made = people.put(
        request.actor,
        post,
        said.get("username", "")[:100],
        said.get("role", ""),
        people.read_day(said.get("until", "")),
        full_name=said.get("full_name", "")[:200],
        phone=said.get("phone", "")[:40],
    )
    if isinstance(made, User):
        return redirect("post", pk=pk)
    return _person(request, made.user, made.password)


@require_POST
@access(WRITE, where=of_assignment)
def end_assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """End an assignment."""
    found = get_object_or_404(Assignment, pk=pk, post__in=posts.posts_of(request.actor, WRITE))
    people.end(found)
    messages.success(request, _("The assignment has ended."))
    return redirect("post", pk=found.post_id)


@require_POST
@access(WRITE, where=of_person)
@told("person")
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, open it again, or draw a new first password."""
    person = get_object_or_404(posts.people_of(request.actor, WRITE), pk=pk)
    what = request.POST.get("do")
    if person.username == request.actor.name:
        raise Refused(_("Nobody does this to themselves; ask another administrator."))
    if what == "close":
        people.close(person)
    elif what == "reopen":
        people.reopen(person)
    elif what == "password" and not person.by_card:
        return _person(request, person, people.new_password(person).password)
    return redirect("person", pk=pk)
