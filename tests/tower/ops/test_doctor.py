from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.tower.ops.conftest import ask, database_of, until
from typer.testing import CliRunner

from serentak.base.errors import InputError
from serentak.cli import app
from serentak.tower.config import SETTINGS


def doctor(home, *words, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SERENTAK_", "DATABASE_"))}
    command = [sys.executable, "-m", "serentak.cli", "doctor", "--home", str(home), "--json", "--lang", "en", *words]
    done = subprocess.run(
        command,
        env=clean | {"DATABASE_URL": database_of(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    states: dict[str, set[str]] = {}
    for each in found["findings"]:
        states.setdefault(each["what"], set()).add(each["state"])
    return done.returncode, states, found


@pytest.fixture(scope="module")
def site(start, small):
    begun = start()
    until(lambda: ask(begun.log, "GET", "/health")[0] == 200)
    until(lambda: "has cosigned" in json.dumps(doctor(begun.home)[2]), "a followed log")
    return begun


def test_a_site_that_runs_is_whole_and_its_settings_are_shown(site):
    code, states, found = doctor(site.home)
    assert code == 0, found
    assert "bad" not in set().union(*states.values())
    assert set(found["settings"]) == {each.name for each in SETTINGS}
    assert {"versions", "database", "log", "witnesses", "clock", "disk", "secrets"} <= set(states)
    assert "good" in states["witnesses"]


def test_passwords_of_the_database_are_not_shown():
    from serentak.tower.ops.doctor import settings_table

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", "postgres://orang:rahasia@server/serentak")
        shown = {name: value for name, value, _words in settings_table()}["DATABASE_URL"]
    assert "rahasia" not in shown
    assert "server/serentak" in shown


def certificate(path, days):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "contoh.invalid")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=90)).not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return str(path)


@pytest.mark.parametrize(("days", "state"), [(60, "good"), (5, "warning"), (-1, "bad")])
def test_a_certificate_is_looked_at(site, tmp_path, days, state):
    code, states, _found = doctor(site.home, "--cert", certificate(tmp_path / "cert.pem", days))
    assert states["certificate"] == {state}
    assert (code == 1) is (state == "bad")


def test_a_secret_that_others_can_read_is_wrong(site):
    path = site.home / "web" / "fields.key"
    path.chmod(0o644)
    code, states, found = doctor(site.home)
    path.chmod(0o600)
    assert code == 1
    assert "bad" in states["secrets"]
    assert "fields.key" in json.dumps(found)


def test_a_log_that_does_not_answer_is_wrong(site):
    assert site.end() == 0
    code, states, _found = doctor(site.home)
    assert code in (0, 1)
    assert "warning" in states["witnesses"]


def test_where_there_is_no_site_nothing_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(app, ["doctor", "--home", str(tmp_path / "none")])
    assert isinstance(result.exception, InputError)
    assert not (tmp_path / "none").exists()
