"""The doors: passwords, sessions, cookies, headers, and those who rattle at them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

PASSWORD = "kata-sandi-yang-panjang"  # noqa: S105 - of a test
LOGIN = "/akun/login/"


@pytest.fixture
def budi(cast):
    user = cast["budi"]
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client: Client, name: str = "budi", password: str = PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password, **more.pop("data", {})}, **more)


# What is closed


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_reset_password_done", "account_set_password",
     "account_email_verification_sent", "account_confirm_login_code", "account_request_reauthentication_code"],
)  # fmt: skip
def test_what_needs_signing_up_or_email_is_not_there(visit, name):
    for client in (visit(), visit("budi")):
        assert client.get(reverse(name)).status_code == 404
        assert client.post(reverse(name), {"email": "a@b.id"}).status_code == 404


def test_keys_with_parameters_are_closed_too(visit):
    assert visit().get("/akun/confirm-email/abc/").status_code == 404
    assert visit().get("/akun/password/reset/key/1-abc/").status_code == 404


def test_the_login_page_offers_no_way_by_email(visit):
    page = visit().get(LOGIN).content.decode()
    assert "reset" not in page
    assert "signup" not in page
    assert reverse("card_door") in page


# Passwords


def test_the_hash_is_argon2(budi):
    assert budi.password.startswith("argon2$argon2id$")


def test_a_password_opens_the_door_and_leads_on(budi):
    answer = log_in(Client(), data={"next": "/akun/saya/"})
    assert (answer.status_code, answer["Location"]) == (302, "/akun/saya/")


@pytest.mark.parametrize(
    "next_",
    ["https://evil.example/", "//evil.example/", r"/\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_nobody_is_sent_to_another_site(budi, next_):
    answer = log_in(Client(), data={"next": next_})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert "javascript" not in answer["Location"]


def test_who_guesses_is_locked_out_and_the_right_password_does_not_help_then(budi):
    client = Client()
    answers = [log_in(client, password=f"salah-salah-{n}").status_code for n in range(5)]
    assert answers[:4] == [200] * 4
    assert log_in(client).status_code == 429
    assert client.get("/akun/saya/").status_code == 302


def test_others_are_not_locked_out_with_them(budi, cast):
    for n in range(6):
        log_in(Client(REMOTE_ADDR="203.0.113.7"), password=f"salah-salah-{n}")
    cast["dewi"].set_password(PASSWORD)
    cast["dewi"].save()
    assert log_in(Client(REMOTE_ADDR="203.0.113.7"), "dewi").status_code == 302


def test_a_made_up_address_does_not_unlock(budi):
    client = Client()
    for n in range(6):
        log_in(client, password=f"salah-salah-{n}", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
    assert log_in(client, HTTP_X_FORWARDED_FOR="198.51.100.99").status_code == 429


def test_names_that_exist_answer_as_names_that_do_not(budi):
    import re

    def page(name: str) -> str:
        client = Client()
        text = log_in(client, name, "salah-salah-salah").content.decode()
        return re.sub(r'value="[^"]*"', "", text)

    assert page("budi") == page("tidak-ada")


def test_a_closed_account_does_not_open(budi):
    budi.is_active = False
    budi.save()
    client = Client()
    log_in(client)
    assert client.get("/akun/saya/").status_code == 302


def test_closing_an_account_ends_its_sessions(budi):
    client = Client()
    log_in(client)
    assert client.get("/akun/saya/").status_code == 200
    budi.is_active = False
    budi.save()
    assert client.get("/akun/saya/").status_code == 302


def test_a_short_or_common_new_password_is_refused(budi):
    client = Client()
    log_in(client)
    for bad in ("pendek", "password1234"):
        said = {"oldpassword": PASSWORD, "password1": bad, "password2": bad}
        assert client.post(reverse("account_change_password"), said).status_code == 200
    budi.refresh_from_db()
    assert budi.check_password(PASSWORD)


# Sessions and cookies


def test_the_session_gets_a_new_key_at_the_door(budi):
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sesi"] = session.session_key
    log_in(client)
    assert client.cookies["sesi"].value != session.session_key


def test_a_session_somebody_planted_is_worth_nothing(budi):
    client = Client()
    client.cookies["sesi"] = "k" * 32
    log_in(client)
    assert client.cookies["sesi"].value != "k" * 32


def test_a_session_is_dead_after_logging_out(budi):
    client = Client()
    log_in(client)
    key = client.cookies["sesi"].value
    client.post("/akun/logout/")
    client.cookies["sesi"] = key
    assert client.get("/akun/saya/").status_code == 302


def test_getting_the_logout_page_logs_nobody_out(budi):
    client = Client()
    log_in(client)
    client.get("/akun/logout/")
    assert client.get("/akun/saya/").status_code == 200


def test_a_session_ends(budi, settings):
    from django.utils import timezone

    client = Client()
    log_in(client)
    from django.contrib.sessions.models import Session

    cookie = client.cookies["sesi"]
    assert cookie["max-age"] == ""  # it ends with the browser
    left = Session.objects.get(pk=cookie.value).expire_date - timezone.now()
    assert left.total_seconds() <= settings.SESSION_COOKIE_AGE == 12 * 3600
    Session.objects.filter(pk=cookie.value).update(expire_date=timezone.now())
    assert client.get("/akun/saya/").status_code == 302


def test_a_new_password_ends_other_sessions(budi):
    here, there = Client(), Client()
    log_in(here)
    log_in(there)
    new = "lain-sama-sekali-77"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert here.get("/akun/saya/").status_code == 200
    assert there.get("/akun/saya/").status_code == 302


def test_cookies_are_closed_to_scripts_and_other_sites(budi):
    client = Client()
    client.get(LOGIN)
    log_in(client)
    for name in ("sesi", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_under_https_cookies_travel_over_https_only(budi, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get(LOGIN, secure=True)
    log_in(client, secure=True)
    assert all(client.cookies[name]["secure"] for name in ("sesi", "csrftoken"))


def test_https_as_origin_means_secure_cookies_and_hsts(tmp_path):
    import os
    import subprocess
    import sys

    code = (
        "import serentak.tower.settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.CSRF_TRUSTED_ORIGINS)"
    )
    environment = {**os.environ, "SERENTAK_ORIGIN": "https://pilkada.example.id", "SERENTAK_HOME": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True True True ['https://pilkada.example.id']"


# Requests that were made up


def test_every_write_needs_its_token(cast):
    from serentak.tower.access.guard import routes

    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["joko"], backend="allauth.account.auth_backends.AuthenticationBackend")
    for name in ("make_post", "print_cards", "bring_in", "account_logout", "card_door", "account_login"):
        assert client.post(reverse(name), {}).status_code == 403
    exempt = [route for route, pattern in routes() if getattr(pattern.callback, "csrf_exempt", False)]
    assert [route for route in exempt if not route.startswith(("api/", "^api/"))] == []


def test_another_host_is_not_answered(visit):
    assert visit().get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_host_that_a_proxy_is_said_to_have_seen_is_not_believed(visit):
    answer = visit().get(reverse("secure_address"), headers={"X-Forwarded-Host": "evil.example"})
    assert b"evil.example" not in answer.content


def test_https_is_believed_of_our_own_proxies_only(visit):
    page = visit().get(reverse("secure_address"), headers={"host": "localhost", "X-Forwarded-Proto": "https"})
    assert b"https://localhost" not in page.content


@pytest.mark.parametrize("size", [6_000_000])
def test_what_is_too_large_is_not_taken(visit, size):
    client = visit("joko")
    assert client.post(
        reverse("make_post"), data=b"x" * size, content_type="application/x-www-form-urlencoded"
    ).status_code in (400, 413)


def test_every_page_says_what_the_browser_may_load(visit):
    for path in ("/", LOGIN, "/akun/kartu/", "/tidak-ada/", "/akun/alamat-aman/", "/sehat/"):
        policy = visit().get(path, follow=False)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_logout", "account_change_password", "card_door", "me", "posts", "people", "bring_in",
     "trail", "secure_address", "mfa_index", "mfa_list_webauthn"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["id", "en"])
def test_pages_hold_no_script_or_style_that_the_policy_forbids(visit, cast, name, language):
    import re

    cast["joko"].set_password(PASSWORD)  # or there would be none to change
    cast["joko"].save()
    client = visit("" if name in ("account_login", "card_door") else "joko")
    page = client.get(reverse(name) + f"?lang={language}")
    assert page.status_code == 200
    text = page.content.decode()
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)
    assert "no-store" in page["Cache-Control"]
    assert "{" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


# Where the caller is


@pytest.mark.parametrize(
    ("proxies", "said", "found"),
    [
        (0, "198.51.100.1", "192.0.2.5"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "evil, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.5"),
        (1, "<script>", "192.0.2.5"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "203.0.113.9:1234", "203.0.113.9"),
    ],
)
def test_the_callers_address_comes_from_our_own_proxies_only(settings, proxies, said, found):
    from dataclasses import replace

    from django.test import RequestFactory

    from serentak.tower.site.middleware import address_of

    settings.CONFIG = replace(settings.CONFIG, proxies=proxies)
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=said, REMOTE_ADDR="192.0.2.5")
    assert address_of(request) == found


# Passkeys want a secure address


@pytest.mark.parametrize(
    ("host", "secure", "passkeys"),
    [
        ("localhost:8000", False, True), ("127.0.0.1:8000", False, False), ("pilkada.example.id", False, False),
        ("pilkada.example.id", True, True), ("192.0.2.9", True, False), ("[2001:db8::1]:8000", True, False),
    ],
)  # fmt: skip
def test_passkeys_are_refused_aloud_where_the_browser_would_refuse_them_silently(
    visit, budi, settings, host, secure, passkeys
):  # fmt: skip
    settings.ALLOWED_HOSTS = ["*"]
    client = visit("budi")
    answer = client.get(reverse("mfa_add_webauthn"), headers={"host": host}, secure=secure)
    assert answer.status_code == (302 if passkeys else 403)
    if not passkeys:
        assert "SERENTAK_ORIGIN" in answer.content.decode()
    page = visit().get(LOGIN, headers={"host": host}, secure=secure).content.decode()
    assert ("data-passkey" in page) is passkeys
    assert (reverse("secure_address") in page) is not passkeys


def test_the_second_step_is_asked_for_and_cannot_be_guessed(budi):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(budi, generate_totp_secret())
    client = Client()
    assert reverse("mfa_authenticate") in log_in(client)["Location"]
    assert client.get("/akun/saya/").status_code == 302
    for n in range(21):
        answer = client.post(reverse("mfa_authenticate"), {"code": f"{n:06d}"})
    assert client.get("/akun/saya/").status_code == 302
    assert "Terlalu banyak" in answer.content.decode() or answer.status_code == 429


def test_the_secret_of_an_app_lies_encrypted(budi):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(budi, secret)
    assert secret not in str(Authenticator.objects.get().data)
