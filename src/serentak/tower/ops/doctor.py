"""Use case ``serentak doctor``: is the site whole? Looks at everything, changes nothing."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import django
from cryptography import x509
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from serentak import __version__
from serentak.base.errors import Refused, SerentakError
from serentak.base.messages import _
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.read import read_checkpoint, read_policy
from serentak.ledger.source import HttpSource, open_source
from serentak.ledger.store import Store
from serentak.ledger.write import PRIVATE, STORE
from serentak.tower.boxes.models import Log
from serentak.tower.config import SETTINGS
from serentak.tower.ops.backup import witness_holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from serentak.tower.config import Config

GOOD, WARNING, BAD = "good", "warning", "bad"
SIGNS: Final = {GOOD: "✓", WARNING: "!", BAD: "✕"}
_ROOM: Final = 1 << 30
_LITTLE: Final = 200 << 20
_SOON: Final = timedelta(days=21)
_BEHIND: Final = 1000
_TIME_ERROR: Final = 5
"""What the kernel answers where nothing keeps its clock right."""


class Finding(NamedTuple):
    """What was looked at, how it is, and what was seen."""

    what: str
    state: str
    said: str


def examine(config: Config, cert: Path | None = None) -> list[Finding]:
    """Look at everything; Django must be ready.

    Parameters
    ----------
    config
        Which site.
    cert
        The certificate that it is served with.
    """
    found: list[Finding] = []
    for what, look in _LOOKS:
        try:
            found += [Finding(what, state, said) for state, said in look(config)]
        except (SerentakError, OSError, django.db.Error, sqlite3.Error) as error:
            found.append(Finding(what, BAD, str(error)))
    if cert is not None:
        found += [Finding("certificate", state, said) for state, said in _certificate(cert)]
    return found


def settings_table() -> list[tuple[str, str, str]]:
    """Give every setting: name, value (secrets hidden), what it is for."""
    rows = []
    for each in SETTINGS:
        value = os.environ.get(each.name, each.default)
        if each.name == "DATABASE_URL" and "@" in value:
            value = value.partition("://")[0] + "://…@" + value.rpartition("@")[2]
        rows.append((each.name, value, _(each.help)))
    return rows


def _versions(_config: Config) -> Iterator[tuple[str, str]]:
    database = f"SQLite {sqlite3.sqlite_version}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            database = f"PostgreSQL {cursor.fetchone()[0]}"
    yield GOOD, f"serentak {__version__}, Python {platform.python_version()}, Django {django.__version__}, {database}"


def _database(config: Config) -> Iterator[tuple[str, str]]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield BAD, _("{n} changes of the tables are missing; serentak serve makes them").format(n=len(missing))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            said = cursor.fetchone()[0]
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
        yield (GOOD if said == "ok" else BAD), _("quick check: {said}; mode {mode}").format(said=said, mode=mode)
    elif not missing:
        yield GOOD, _("it answers, and its tables are up to date")
    if config.database and config.debug:
        yield WARNING, "SERENTAK_DEBUG=1"


def _log(config: Config) -> Iterator[tuple[str, str]]:
    if not config.log and not config.log_folder.exists():
        yield WARNING, _("there is no log yet; serentak serve makes one")
        return
    size = None
    if not config.log:
        with closing(Store(config.log_folder / PRIVATE / STORE)) as store:
            size = store.size()
            faults = list(store.faults())
        for fault in faults:
            yield BAD, fault
    for row in Log.objects.all():
        yield from _followed(row, size)
    if not Log.objects.exists():
        yield WARNING, _("no log is followed; is the worker running?")


def _followed(row: Log, size: int | None) -> Iterator[tuple[str, str]]:
    if row.trouble:
        yield BAD, f"{row.address}: {row.trouble}"
    try:
        published = parse_checkpoint(read_checkpoint(open_source(row.address)).text).size
        if row.address.startswith("http"):
            status, body, _type = HttpSource(row.address).request("GET", "health")
            trouble = json.loads(body).get("trouble", []) if status in (200, 503) else [str(status)]
            for each in trouble:
                yield (WARNING if status == 200 else BAD), f"{row.address}: {each}"
    except Refused as error:
        yield BAD, str(error)
        return
    behind = max(published, size or 0) - row.entries
    words = _("{address}: {entries} entries shown, {behind} not yet")
    yield (GOOD if behind < _BEHIND else WARNING), words.format(address=row.address, entries=row.entries, behind=behind)


def _witnesses(config: Config) -> Iterator[tuple[str, str]]:
    source = open_source(config.log or str(config.log_folder))
    if not config.log and not config.log_folder.exists():
        return
    policy = read_policy(source)
    checkpoint = parse_checkpoint(read_checkpoint(source).text)
    if not policy.witnesses:
        yield WARNING, _("the log has no witness: nobody would notice if it were rolled back")
    for witness in policy.witnesses:
        held = witness_holds(witness, checkpoint.origin)
        if held is None:
            yield WARNING, _("{name} does not answer").format(name=witness.name)
        elif held > checkpoint.size:
            message = _("{name} has seen {held} entries, the log has {size}: rolled back or forked")
            yield BAD, message.format(name=witness.name, held=held, size=checkpoint.size)
        else:
            message = _("{name} has cosigned {held} of {size} entries")
            yield GOOD, message.format(name=witness.name, held=held, size=checkpoint.size)


def _clock(config: Config) -> Iterator[tuple[str, str]]:
    now = datetime.now(UTC)
    store = config.log_folder / PRIVATE / STORE
    if not config.log and store.exists():
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as opened:
            newest = opened.execute("SELECT max(at) FROM leaf").fetchone()[0]
        if newest is not None and datetime.fromtimestamp(newest / 1000, UTC) > now + timedelta(minutes=1):
            yield BAD, _("the clock is behind the newest entry of the log")
            return
    synchronised = _is_synchronised()
    said = now.isoformat(timespec="seconds")
    if synchronised is False:
        yield WARNING, _("{now}; nothing keeps the clock right (NTP)").format(now=said)
    else:
        yield GOOD, said


def _is_synchronised() -> bool | None:
    """Ask the kernel whether something keeps its clock right; None where it does not say."""
    try:
        # `struct timex` with all modes zero: nothing is changed.
        return bool(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) != _TIME_ERROR)
    except (OSError, AttributeError):
        return None


def _disk(config: Config) -> Iterator[tuple[str, str]]:
    free = shutil.disk_usage(config.home).free
    state = GOOD if free > _ROOM else WARNING if free > _LITTLE else BAD
    yield state, _("{free} MB free").format(free=free >> 20)


def _secrets(config: Config) -> Iterator[tuple[str, str]]:
    private = [config.web, config.log_folder / PRIVATE, config.witness_folder / PRIVATE]
    looked = 0
    for folder in private:
        files = [folder / name for name in ("secret.key", "fields.key", "log.key", "witness.key")]
        for path in (folder, *files):
            if not path.exists():
                continue
            looked += 1
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield BAD, _("others can read {path}; run: chmod go= {path}").format(path=path)
    yield GOOD, _("{n} secret files and folders looked at").format(n=looked)


def _certificate(cert: Path) -> Iterator[tuple[str, str]]:
    try:
        until = x509.load_pem_x509_certificate(cert.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        yield BAD, str(error)
        return
    left = until - datetime.now(UTC)
    state = BAD if left <= timedelta() else WARNING if left < _SOON else GOOD
    yield state, _("valid until {day}, {days} days from now").format(day=until.date(), days=left.days)


def _address(config: Config) -> Iterator[tuple[str, str]]:
    if config.secure:
        yield GOOD, config.origin
    else:
        yield WARNING, _("SERENTAK_ORIGIN is no https address: passkeys and phones are refused")
    if config.demo:
        yield WARNING, _("this is a demonstration")


_LOOKS: Final[tuple[tuple[str, Callable[[Any], Iterator[tuple[str, str]]]], ...]] = (
    ("versions", _versions),
    ("address", _address),
    ("database", _database),
    ("log", _log),
    ("witnesses", _witnesses),
    ("clock", _clock),
    ("disk", _disk),
    ("secrets", _secrets),
)


def describe(found: list[Finding]) -> list[str]:
    """Say what was found, a line each, and how it is altogether."""
    lines = [f"{name}={value}  # {words}" for name, value, words in settings_table()]
    lines += ["", *(f"{SIGNS[each.state]} {each.what}: {each.said}" for each in found)]
    bad = sum(each.state == BAD for each in found)
    lines.append(_("Nothing is wrong.") if not bad else _("{n} things are wrong.").format(n=bad))
    return lines
