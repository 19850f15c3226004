"""``serentak serve`` with real processes: whichever is killed comes back, and nothing acknowledged is lost."""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
import stat
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.tower.ops.conftest import ask, query, until
from typer.testing import CliRunner

from serentak.cli import app
from serentak.ledger.source import HttpSource
from serentak.ledger.tiles import encode_bundle
from serentak.ledger.verify import verify_log
from serentak.operations.log import check_log

PARTS = ("web", "worker", "log", "witness")


def alive(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    return False


def hand_over(site, entries):
    """Hand entries over until each is acknowledged, as a telephone does; give index by leaf."""

    def receipts():
        status, body = ask(site.log, "POST", "/add-batch", encode_bundle(entries))
        return json.loads(body) if status == 200 else None

    return {row["leaf"]: row["index"] for row in until(receipts, "receipts")}


def column(site, sql):
    return [row[0] for row in query(site.home, sql)]


@pytest.fixture(scope="module")
def site(start, small):
    begun = start()
    begun.manage("demo", "district", str(small[0]), SERENTAK_DEMO="1")
    return begun


@pytest.mark.parametrize("part", PARTS)
def test_a_process_that_is_killed_comes_back_and_nothing_acknowledged_is_lost(site, small, part):
    entries = small[1]
    size = len(entries) // len(PARTS)
    number = PARTS.index(part)
    share = entries[number * size : (number + 1) * size if part != PARTS[-1] else None]
    before = hand_over(site, share[: len(share) // 2])
    victim = site.pid(part)
    os.kill(victim, signal.SIGKILL)
    acknowledged = before | hand_over(site, share[len(share) // 2 :])
    until(lambda: site.pid(part) != victim and alive(site.pid(part)), f"{part} again")
    until(lambda: site.get("/sehat/")[0] == 200, "the site")
    until(lambda: json.loads(ask(site.log, "GET", "/health")[1] or b"{}").get("size", 0) > max(acknowledged.values()))
    # Asked for again, every entry has the place that was promised.
    assert hand_over(site, share) == acknowledged
    until(lambda: column(site, "SELECT entries FROM boxes_log")[:1] > [max(acknowledged.values())], "the projection")
    assert any(row["event"] == "ended" and row["code"] == -9 for row in site.records(part))
    assert sum(alive(site.pid(each)) for each in PARTS) == len(PARTS)


def test_after_all_that_the_log_verifies_the_witness_has_cosigned_it_and_the_numbers_are_those_of_the_log(site, small):
    hand_over(site, small[1])  # those that were tried in another process too
    source = HttpSource(site.log)
    from serentak.ledger.read import read_policy

    # The witness was killed last: the log asks it again.
    until(lambda: verify_log(source, read_policy(source)).clean, "a checkpoint with its cosignature")
    assert verify_log(source, read_policy(source)).size == len(small[1])
    until(lambda: not json.loads(ask(site.log, "GET", "/health")[1])["trouble"], "the witness")
    until(lambda: column(site, "SELECT entries FROM boxes_log") == [len(small[1])], "the projection")
    until(lambda: site.json(f"/api/v1/regions/{code(site)}")["back"]["ready"])
    told = site.json(f"/api/v1/regions/{code(site)}")
    assert told["stations"] == len(column(site, "SELECT id FROM regions_station"))
    assert told["out"]["ready"] == len(column(site, "SELECT id FROM regions_station WHERE out = 3"))


def code(site):
    return column(site, "SELECT kabupaten FROM regions_station")[0]


def test_it_tells_one_address_and_warns_loudly(site):
    assert next(line for line in site.lines if "http://localhost:" in line).startswith("The site is at")
    assert any(line.startswith("WARNING") and "not secure" in line for line in site.lines)
    assert any("Passkeys are refused" in line for line in site.lines)


def test_secrets_are_their_owners_alone_and_logs_hold_json(site):
    for name in ("web/secret.key", "web/fields.key", "log/private/log.key", "witness/private/witness.key"):
        assert stat.S_IMODE((site.home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((site.home / "web").stat().st_mode) == 0o700
    for part in PARTS:
        assert all({"process", "timestamp", "event"} <= row.keys() for row in site.records(part))


def test_a_home_that_is_served_is_not_served_twice(site):
    result = CliRunner().invoke(app, ["serve", "--home", str(site.home), "--port", "0"])
    assert "served by another" in str(result.exception) or "dilayani" in str(result.exception)


def test_it_ends_in_order_leaves_nothing_behind_and_begins_again_where_it_was(site, start, small):
    hand_over(site, small[1])
    pids = [site.pid(part) for part in PARTS]
    assert site.end() == 0
    assert not any(alive(pid) for pid in pids)
    for part in PARTS:
        assert site.records(part)[-1]["event"] == "ended"
    assert check_log(site.home / "log")["clean"]
    again = start(home=site.home)
    until(lambda: column(again, "SELECT entries FROM boxes_log") == [len(small[1])])
    assert json.loads(ask(again.log, "GET", "/health")[1])["size"] == len(small[1])
    assert again.end() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--cert", "x.pem"], "--cert"), (["--cert", "x.pem", "--key", "y.pem"], "x.pem")],
)
def test_what_cannot_be_served_is_said(tmp_path, words, said):
    result = CliRunner().invoke(app, ["serve", "--home", str(tmp_path / "home"), "--port", "0", *words])
    assert said in str(result.exception)
    assert not (tmp_path / "home").exists()


def test_with_a_certificate_it_speaks_tls_alone_and_passkeys_work(start, tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    self_signed(key, cert)
    site = start("--port", "0", "--cert", str(cert), "--key", str(key))
    assert site.address.startswith("https://localhost:")
    parts = urlsplit(site.address)
    trusted = ssl.create_default_context(cafile=str(cert))
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=20, context=trusted)
    with closing(connection):
        connection.request("GET", "/akun/login/")
        answer = connection.getresponse()
        page = answer.read().decode()
    assert answer.status == 200
    assert "mfa_login_webauthn" in page or "data-passkey" in page
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert all("Secure" in cookie for cookie in answer.headers.get_all("Set-Cookie"))
    assert not any("Passkeys are refused" in line for line in site.lines)
    assert ask(f"http://localhost:{parts.port}", "GET", "/sehat/")[0] == 0
    assert site.end() == 0


def self_signed(key, cert):
    """Write a certificate of this host for a day, and its key."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(own, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    cert.write_bytes(made.public_bytes(pem))
    key.write_bytes(own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
