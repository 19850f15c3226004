"""Cards of posts: typed from paper, kept as a hash, revoked, counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from serentak.base.errors import InputError
from serentak.tower.access.passphrase import SIGNS, make_passphrase, parse_passphrase

DOOR = "/akun/kartu/"


@pytest.fixture
def kpps(tree):
    from serentak.tower.access.models import Area, Post

    post = Post.objects.create(agency="kpu", level="station", name="KPPS 14.01.06.2003-011")
    Area.objects.create(post=post, territory="14.01.06.2003-011")
    return post


@pytest.fixture
def card(kpps):
    from serentak.tower.access.cards import issue

    return issue(kpps)


def enter(code: str, client: Client | None = None, **more):
    return (client or Client()).post(DOOR, {"code": code}, **more)


# Codes


@given(st.integers(0, 18), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_always_noticed(place, sign):
    code = make_passphrase()
    plain = (code.lookup + code.secret) + code.printed[-1]
    wrong = plain[:place] + sign + plain[place + 1 :]
    if wrong == plain:
        assert parse_passphrase(wrong) == code
    else:
        with pytest.raises(InputError):
            parse_passphrase(wrong)


@given(st.integers(0, 17))
def test_two_signs_that_changed_places_are_always_noticed(place):
    code = make_passphrase()
    plain = code.lookup + code.secret + code.printed[-1]
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if swapped != plain:
        with pytest.raises(InputError):
            parse_passphrase(swapped)


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_refused(text):
    try:
        found = parse_passphrase(text)
    except InputError:
        return
    assert found.printed.replace("-", "") == "".join(sign for sign in text.upper() if sign.isalnum())


def test_codes_look_as_documented_and_never_the_same():
    codes = {make_passphrase().printed for _n in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 24 and set(code) <= {*SIGNS, "-"} for code in codes)


# The door


def test_a_card_opens_the_door_to_its_post(card, kpps):
    client = Client()
    code = card.code.lower().replace("-", " ")
    assert enter(code, client)["Location"] == "/"
    page = client.get("/akun/saya/").content.decode()
    assert kpps.name in page
    assert client.get("/")["Location"] == "/wilayah/14.01.06.2003-011/"


def test_the_code_is_kept_nowhere(card):
    from django.apps import apps

    secret = card.code.replace("-", "")[5:19]
    for model in apps.get_models():
        for row in model.objects.all():
            assert secret not in "".join(str(value) for value in vars(row).values()), model
    assert card.card.secret.startswith("argon2$argon2id$")


@pytest.mark.parametrize("what", ["revoked", "over", "closed"])
def test_a_card_that_is_no_longer_good_opens_nothing_and_says_the_same(card, what):
    good = Client()
    enter(card.code, good)
    found = card.card
    if what == "revoked":
        from serentak.tower.access.cards import revoke

        revoke(found)
    elif what == "over":
        found.until = timezone.now() - timedelta(seconds=1)
        found.save()
    else:
        found.user.is_active = False
        found.user.save()
    answer = enter(card.code)
    assert answer.status_code == 403
    other = make_passphrase().printed
    assert _said(answer) == _said(enter(other))
    assert good.get("/akun/saya/").status_code == 302  # whoever is in is out


def _said(answer) -> str:
    import re

    return re.search(r'id="said"[^>]*>([^<]*)<', answer.content.decode()).group(1)


def test_a_mistyped_code_costs_no_try(card):
    from serentak.tower.access.models import Count

    wrong = card.code[:-1] + ("A" if card.code[-1] != "A" else "C")
    assert enter(wrong).status_code == 400
    assert not Count.objects.filter(key__startswith="card").exists()


def test_guessing_one_card_is_stopped(card):
    from serentak.kit.ids import check_character
    from serentak.tower.access.cards import TRIES

    tried = 0
    while tried < TRIES:
        plain = card.card.lookup + make_passphrase().secret
        if check_character(plain) in SIGNS:
            assert enter(plain + check_character(plain), REMOTE_ADDR=f"192.0.2.{tried}").status_code == 403
            tried += 1
    answer = enter(card.code, REMOTE_ADDR="192.0.2.200")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"


def test_guessing_all_cards_from_one_address_is_stopped(card, monkeypatch):
    from serentak.tower.access import cards

    monkeypatch.setattr(cards, "TRIES_AN_ADDRESS", 3)
    for _n in range(3):
        assert enter(make_passphrase().printed).status_code == 403
    assert enter(card.code).status_code == 429
    assert enter(card.code, REMOTE_ADDR="203.0.113.5").status_code == 302


def test_a_card_leads_to_no_other_site(card):
    answer = Client().post(DOOR, {"code": card.code, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_whoever_holds_a_card_cannot_put_keys_on_the_account(card):
    client = Client()
    enter(card.code, client)
    for name in ("mfa_index", "mfa_activate_totp", "account_change_password", "mfa_generate_recovery_codes"):
        assert client.get(reverse(name)).status_code == 403


def test_the_session_gets_a_new_key(card):
    client = Client()
    client.get(DOOR)
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sesi"] = session.session_key
    enter(card.code, client)
    assert client.cookies["sesi"].value != session.session_key


# Printing


def test_cards_come_out_as_a_page_with_the_code_and_the_address(visit, kpps):
    import io

    import pypdfium2
    import zxingcpp

    client = visit("joko")
    answer = client.post(reverse("print_cards"), {"post": [kpps.pk]})
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    pdf = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    assert len(pdf) == 1
    text = pdf[0].get_textpage().get_text_bounded()
    assert kpps.name in text
    code = next(word for word in text.split() if len(word) == 24 and word.count("-") == 4)
    assert enter(code).status_code == 302
    (read,) = zxingcpp.read_barcodes(pdf[0].render(scale=4).to_pil())
    assert read.text == "http://testserver/akun/kartu/"


def test_a_new_card_revokes_the_older_ones(visit, kpps, card):
    visit("joko").post(reverse("print_cards"), {"post": [kpps.pk]})
    assert enter(card.code).status_code == 403
    assert kpps.assignments.count() == 1


def test_nobody_prints_cards_for_posts_of_others(visit, kpps):
    from serentak.tower.access.models import Card

    for who, status in (("kirana", 302), ("lestari", 302), ("bunga", 403), ("made", 403), ("", 302)):
        answer = visit(who).post(reverse("print_cards"), {"post": [kpps.pk]})
        assert answer.status_code == status, who
    assert not Card.objects.exists()


def test_a_card_is_good_for_half_a_year_at_most(kpps):
    from serentak.tower.access.cards import MOST_DAYS, issue

    made = issue(kpps, timezone.now() + timedelta(days=5000))
    assert made.card.until <= timezone.now() + timedelta(days=MOST_DAYS)
