"""Nothing leaks: every route x every person of the cast x territories inside and outside theirs, and the public.

What is allowed is computed here anew, from the rule table as it is written and the cast as it is listed; the code under
test is only asked for its answers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tower.cast import CAST
from tests.tower.samples import CODES, HOLLOW, PLAIN, PLANTS, SAMPLES

RULES = tomllib.loads(
    (Path(__file__).parents[3] / "src/serentak/tower/access/rules.toml").read_text("utf-8")
)["rules"]  # fmt: skip
INSIDE, OUTSIDE = "14.01", "14.06"
REFUSED = {302, 401, 403, 404, 405}
EVERYBODY = ["", *{seat: name for name, seat in reversed(CAST.items())}.values()]
"""The public, and one of each seat."""


def parts(code: str) -> list[str]:
    return [] if code == "ID" else code.replace("-", ".").split(".")


def allowed(who: str, action: str, territory: str | None, agency: str = "") -> bool:
    """Say what the rule table allows; without a territory, anywhere at all."""
    if not who:
        return False
    own, level, _post, areas, role = CAST[who]
    fitting = [
        rule for rule in RULES
        if action in rule["actions"] and role in rule["roles"] and level in rule.get("levels", [level])
        and ("*" in rule["agencies"] or own in rule["agencies"])
    ]  # fmt: skip
    if agency not in ("", own) or not fitting:
        return False
    if territory is None or any(rule.get("where") == "anywhere" for rule in fitting):
        return True
    return any(parts(territory)[: len(parts(area))] == parts(area) for area in areas)


def operations() -> Iterator[tuple[str, Any, str, Any]]:
    """Give every operation of the site: name, pattern, method, declaration."""
    from serentak.tower.access.guard import declared_by, routes

    for route, pattern in routes():
        of_methods = getattr(pattern, "operations", None) or dict.fromkeys(("GET", "POST"), declared_by(pattern))
        for method, declared in of_methods.items():
            yield route, pattern, method, declared


def parameters(route: str, pattern: Any, territory: str) -> dict[str, Any] | None:
    """Give the parameters that ask a route for something in a territory; None where nobody said how."""
    make = SAMPLES.get(str(pattern.name)) or SAMPLES.get(route)
    if make:
        return make(territory)
    names = pattern.pattern.regex.groupindex or pattern.pattern.converters
    given_ = {name: territory if name in CODES else PLAIN.get(name) for name in _names(route, names)}
    return None if None in given_.values() else given_


def _names(route: str, own: Any) -> list[str]:
    import re

    return list(dict.fromkeys([*re.findall(r"<(?:\w+:)?(\w+)>", route), *own]))


def address(route: str, values: dict[str, Any]) -> str:
    import re

    if "(?P" in route:
        for name, value in values.items():
            route = re.sub(rf"\(\?P<{name}>[^)]*\)", str(value), route)
        return "/" + route.replace("^", "").replace("$", "")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found.group(1)]), route)


def body_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


@pytest.fixture
def planted(cast, monkeypatch):
    """Plant a secret of every kind in both districts, and let everybody ask as often as they like."""
    from serentak.tower.access import limits

    monkeypatch.setattr(limits, "WRITES", 10**9)
    marks = []
    for number, plant in enumerate(PLANTS):
        for territory in (INSIDE, OUTSIDE):
            mark = f"RHS{number}T{territory.replace('.', '')}X"
            plant.make(territory, mark)
            marks.append((mark, plant, territory))
    return marks


@pytest.fixture
def clients(visit):
    found = {who: visit(who) for who in EVERYBODY}
    for client in found.values():
        client.raise_request_exception = False  # an answer is an answer; failures are counted
    return found


def leaks(marks: Any, who: str, body: str) -> list[str]:
    """Name the secrets in an answer that are not for whoever asked."""
    text = body.upper()
    return [
        f"{plant.action} of {territory}" for mark, plant, territory in marks
        if mark in text and not allowed(who, plant.action, territory, plant.agency)
    ]  # fmt: skip


def ask(client: Client, method: str, path: str) -> Any:
    return client.generic(method, path, HTTP_ACCEPT="text/html,application/json")


def test_the_property_test_knows_how_to_ask_every_route(cast):
    unknown = {
        pattern.name or route for route, pattern, _method, _declared in operations()
        if parameters(route, pattern, INSIDE) is None
    }  # fmt: skip
    assert not unknown, f"add a sample for each of these to tests/tower/samples.py: {sorted(unknown)}"


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_route_shows_anybody_what_is_not_theirs(planted, clients, who):
    from serentak.tower.access.guard import PUBLIC, SELF

    found, asked = [], 0
    for route, pattern, method, declared in operations():
        for territory in (INSIDE, OUTSIDE):
            values = parameters(route, pattern, territory)
            if values is None:
                continue
            open_ = declared.action == PUBLIC or (declared.action == SELF and who)
            of_territory = isinstance(declared.where, str) and declared.where in values
            may = open_ or allowed(who, declared.action, territory if declared.where else None)
            if may and method not in ("GET", "HEAD"):
                continue  # it would be done
            answer = ask(clients[who], method, address(route, values))
            asked += 1
            body = body_of(answer)
            label = f"{who or 'public'} {method} {address(route, values)} ({declared.action}): {answer.status_code}"
            if not may and answer.status_code not in REFUSED:
                found.append(f"not refused: {label}")
            if may and of_territory and not open_ and answer.status_code in (302, 401, 403):
                found.append(f"refused, though the rules allow it: {label}")
            if answer.status_code >= 500 and pattern.name not in HOLLOW:
                found.append(f"failed: {label}")
            found += [f"leaks {what}: {label}" for what in leaks(planted, who, body)]
    assert asked > 20
    assert found == []


def digits(lo: int, hi: int, width: int) -> st.SearchStrategy[str]:
    return st.integers(lo, hi).map(lambda number: f"{number:0{width}d}")


@st.composite
def codes(draw) -> str:
    """Draw a territory of any level, often in or beside those of the cast."""
    near = st.sampled_from(["14", "14.01", "14.06", "14.01.06", "14.01.06.2003", "64.02.05", "64.74"])
    code = draw(st.one_of(st.just("ID"), near, digits(11, 96, 2)))
    if code == "ID":
        return code
    for pieces in ("", digits(1, 79, 2), digits(1, 60, 2), digits(1001, 2030, 4))[code.count(".") + 1 :]:
        if draw(st.booleans()):
            return code
        code = f"{code}.{draw(pieces)}"
    return f"{code}-{draw(digits(1, 999, 3))}" if code.count(".") == 3 and draw(st.booleans()) else code


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(who=st.sampled_from(EVERYBODY), code=codes(), choice=st.integers(0, 10_000))
def test_the_guard_lets_pass_exactly_whom_the_table_lets_pass(cast, monkeypatch, who, code, choice):
    """Ask the guard of every route itself, for any territory: no view needs to have one of these things."""
    from django.core.exceptions import PermissionDenied
    from django.http import Http404
    from django.test import RequestFactory

    from serentak.tower.access.actor import PUBLIC_ACTOR, actor_of
    from serentak.tower.access.guard import Declared
    from serentak.tower.access.rules import actions

    every = [
        *actions(),
        *(each.action for _r, _p, _m, each in operations() if isinstance(each.where, str)),
    ]
    action = every[choice % len(every)]
    if action not in actions():
        return
    request = RequestFactory().get("/")
    request.actor = actor_of(cast[who]) if who else PUBLIC_ACTOR
    try:
        refused = Declared(action, "code").refusal(request, {"code": code}) is not None
    except (PermissionDenied, Http404):
        refused = True
    assert refused is not allowed(who, action, code)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=st.sampled_from(list(CAST)), code=codes())
def test_a_list_and_a_question_agree(cast, who, code):
    """What a list shows (`within`) is what `may` allows: one rule, two ways to ask."""
    from serentak.tower.access.actor import actor_of
    from serentak.tower.access.models import Area, Post
    from serentak.tower.access.territory import within

    actor = actor_of(cast[who])
    post, _new = Post.objects.get_or_create(agency="dkpp", level="nation", name="Ada di mana-mana")
    area = Area.objects.create(post=post, territory=code)
    try:
        for action in ("boxes.read", "funds.read", "accounts.read"):
            shown = Area.objects.filter(within(actor.territories(action), station="territory"), pk=area.pk).exists()
            assert shown is actor.may(action, code).allowed
    finally:
        Area.objects.filter(pk=area.pk).delete()
