"""A site as it is served: real processes, on a small district whose election was played into a folder."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

LONG = 400.0


def until(found, what="", limit=LONG):
    """Give what a function finds as soon as that is something; fail when it never is."""
    pause = threading.Event()
    for _turn in range(round(limit / 0.1)):
        value = found()
        if value:
            return value
        pause.wait(0.1)
    pytest.fail(f"never happened: {what or found}")
    return None


_databases: dict[Path, str] = {}


def database_of(home: Path) -> str:
    """Give the address of a site's own database: empty for SQLite; on the PostgreSQL of the tests a new one a home."""
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        return ""
    if home not in _databases:
        import psycopg

        name = f"situs_{len(_databases)}_{os.getpid()}"
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        _databases[home] = f"{address.rpartition('/')[0]}/{name}"
    return _databases[home]


def query(home: Path, sql: str) -> list[tuple]:
    """Ask the database of a site."""
    address = database_of(home)
    if address:
        import psycopg

        with psycopg.connect(address) as server:
            return server.execute(sql).fetchall()
    with closing(sqlite3.connect(home / "web" / "serentak.sqlite3")) as database:
        return database.execute(sql).fetchall()


class Served:
    """A running ``serentak serve``."""

    def __init__(self, home: Path, *words: str, **environment: str) -> None:
        self.home = home
        self.words = [sys.executable, "-m", "serentak.cli", "serve", "--home", str(home), *words]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SERENTAK_", "DATABASE_"))}
        own = {"SERENTAK_LANG": "en", "PYTHONUNBUFFERED": "1", "DATABASE_URL": database_of(home)}
        self.environment = {**clean, **own, **environment}
        self.process = subprocess.Popen(self.words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env=self.environment)  # fmt: skip
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        until(lambda: self.address or self.process.poll() is not None, "an address")
        assert self.process.poll() is None, self.lines

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    @property
    def address(self) -> str:
        return next((line.split()[4].rstrip(";") for line in self.lines if line.startswith("The site is at")), "")

    @property
    def log(self) -> str:
        return f"http://127.0.0.1:{json.loads((self.home / 'serve.json').read_text())['log']}"

    def records(self, name: str) -> list[dict]:
        text = (self.home / "logs" / f"{name}.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def pid(self, name: str) -> int:
        return [row["pid"] for row in self.records(name) if row["event"] == "started"][-1]

    def get(self, path: str, key: str = "") -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return ask(self.address, "GET", path, headers=headers)

    def json(self, path: str, key: str = "") -> dict:
        status, body = self.get(path, key)
        assert status == 200, (status, body)
        return json.loads(body)

    def manage(self, *words: str, **environment: str) -> str:
        command = [sys.executable, "-m", "serentak.tower", *words]
        env = {**self.environment, "SERENTAK_HOME": str(self.home), **environment}
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(LONG)
        self._reader.join()
        self.process.stdout.close()
        return code


def ask(address, method, path, body=None, headers=None):
    """Ask once; status 0 where nobody answers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Plan the small sample district and play its election; give the plan's folder and the entries of its log."""
    from serentak.ledger.source import FolderSource
    from serentak.operations.custody_log import read_entries
    from serentak.operations.plan import make_plan
    from serentak.operations.play import play
    from serentak.operations.sample import write_sample

    home = tmp_path_factory.mktemp("small")
    write_sample("kecil", home / "kecil")
    make_plan(home / "kecil", home / "rencana", "draft")
    play(home / "rencana", str(home / "log"), 1, faults=["overdue"])
    return home / "rencana", list(read_entries(FolderSource(home / "log")))


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Give a function that starts a site; all are ended with the module."""
    running: list[Served] = []

    def begin(*words: str, home: Path | None = None, **environment: str) -> Served:
        where = home if home is not None else tmp_path_factory.mktemp("site") / "home"
        site = Served(where, *(words or ("--port", "0", "--witness")), **environment)
        running.append(site)
        return site

    yield begin
    for site in running:
        with suppress(OSError):
            site.end()
