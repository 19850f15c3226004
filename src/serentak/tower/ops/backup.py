"""Use cases ``serentak backup`` and ``restore``: the whole site in one file, and back.

The order makes the copy consistent while everything runs: first the database, then plans, then the log, its public
files before its store. So no row speaks of a plan that is not there, the projection is never newer than the log, and
the log's store is never older than what it had published.

A witness is left out: one that comes back from a copy would cosign a second history as readily as the first.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

from serentak import __version__
from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.faults import Malformed, NotThere
from serentak.ledger.fsck import check_store
from serentak.ledger.note import parse_note, verify_note
from serentak.ledger.read import read_policy
from serentak.ledger.source import FolderSource, HttpSource
from serentak.ledger.store import Store
from serentak.ledger.write import LOCK, PRIVATE, STORE
from serentak.operations.workspace import new_folder, refuse_existing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serentak.ledger.policy import Witness
    from serentak.tower.config import Config

SCHEMA: Final = 1
ABOUT: Final = "backup.json"
DUMP: Final = "database.dump"
DATABASE: Final = "web/serentak.sqlite3"
_LOG_STORE: Final = f"log/{PRIVATE}/{STORE}"
_PARTS: Final = ("web", "plans", "log", "district", "serve.json")
_LEFT_OUT: Final = (DATABASE, _LOG_STORE, f"log/{PRIVATE}/{LOCK}", f"log/{PRIVATE}/tmp/")  # noqa: S108 - ours


@dataclass(frozen=True, slots=True)
class Made:
    """A copy that was made: its file, bytes, number of files, and entries of the log in it (None: no log)."""

    file: Path
    size: int
    files: int
    entries: int | None


def backup(config: Config, file: Path) -> Made:
    """Copy a site into a file, while it runs or not.

    Parameters
    ----------
    config
        Which site.
    file
        A new file, ``.tar`` or ``.tar.gz``; only its owner may read it, for it holds every secret of the site.

    Raises
    ------
    InputError
        When there is no site, or the file is there already.
    Refused
        When PostgreSQL's own programs are missing or fail.
    """
    if not config.web.is_dir():
        message = _("there is no site here")
        raise InputError.of(str(config.home), message, _("Name its folder: --home DIR"))
    if file.exists():
        raise InputError.of(str(file), _("the file is there already"), _("Name a new file; nothing is overwritten."))
    mode: Literal["w:gz", "w:"] = "w:gz" if file.name.endswith((".gz", ".tgz")) else "w:"
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=config.home) as scratch:
        draft = Path(scratch) / "backup"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream, tarfile.open(fileobj=stream, mode=mode) as tar:
            sums, entries = _fill(tar, config, Path(scratch))
        try:
            shutil.move(draft, file)
        except OSError as error:
            message = _("the file cannot be written: {error}").format(error=error)
            raise InputError.of(str(file), message, _("Choose another place.")) from error
    file.chmod(0o600)
    return Made(file, file.stat().st_size, len(sums), entries)


def _fill(tar: tarfile.TarFile, config: Config, scratch: Path) -> tuple[dict[str, str], int | None]:
    sums: dict[str, str] = {}

    def put(path: Path, name: str) -> None:
        with suppress(FileNotFoundError):
            data = path.read_bytes() if path.stat().st_size < 1 << 26 else None
            if data is not None:
                info = tar.gettarinfo(path, name)
                info.size = len(data)
                sums[name] = hashlib.sha256(data).hexdigest()
                tar.addfile(info, io.BytesIO(data))
            else:
                sums[name] = _sum(path)
                tar.add(path, name)

    if config.database:
        _dump(config.database, scratch / DUMP)
        put(scratch / DUMP, DUMP)
    elif (config.home / DATABASE).exists():
        _copy_database(config.home / DATABASE, scratch / "web.sqlite3")
        put(scratch / "web.sqlite3", DATABASE)
    for part in ("serve.json", "web", "plans", "district", "log/public"):
        for path in _files(config.home / part):
            name = path.relative_to(config.home).as_posix()
            if not name.startswith(_LEFT_OUT):
                put(path, name)
    entries = None
    if (config.home / _LOG_STORE).exists():
        _copy_database(config.home / _LOG_STORE, scratch / "log.sqlite")
        put(scratch / "log.sqlite", _LOG_STORE)
        with closing(Store(scratch / "log.sqlite")) as store:
            entries = store.size()
        for path in _files(config.log_folder / PRIVATE):
            name = path.relative_to(config.home).as_posix()
            if not name.startswith(_LEFT_OUT):
                put(path, name)
    about = {
        "schema": SCHEMA, "version": __version__, "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": "postgresql" if config.database else "sqlite", "log_entries": entries, "sha256": sums,
    }  # fmt: skip
    data = json.dumps(about, indent=1).encode()
    info = tarfile.TarInfo(ABOUT)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))
    return sums, entries


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(each for each in path.rglob("*") if each.is_file() and not each.is_symlink())


def _copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database that others may be writing to, by its own means: the copy is of one moment."""
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=30)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")
    target.chmod(0o600)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dump(database: str, target: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={database}")
    target.chmod(0o600)


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise Refused(_("{program} is missing: install PostgreSQL's client programs").format(program=program))
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - named above
    if done.returncode:
        reason = " ".join(done.stderr.split())[:300]
        raise Refused(_("{name} failed: {reason}").format(name=program, reason=reason))


# Back


def restore(config: Config, file: Path, *, nothing_after: bool = False, without_log: bool = False) -> dict[str, Any]:
    """Bring a site back from a copy into a folder where nothing is.

    Parameters
    ----------
    config
        Where to; of PostgreSQL, an empty database.
    file
        Made by `backup`.
    nothing_after
        Whether the operator vouches that the log took nothing after the copy was made. A log that goes on from an
        older state signs a second history of the same length: a fork, which everyone can prove and nobody can mend.
    without_log
        Whether to leave the log out: it ends, and another is begun.

    Raises
    ------
    InputError
        When the file is no whole copy, or the folder is not empty.
    Refused
        When a witness has seen more of the log than the copy holds, or nobody says that it has not.
    """
    refuse_existing(config.home)
    with new_folder(config.home) as folder:
        about = _unpack(file, folder)
        if without_log:
            shutil.rmtree(folder / "log", ignore_errors=True)
        elif (folder / _LOG_STORE).exists():
            _require_newest(folder / "log", nothing_after=nothing_after)
        if about["database"] == "postgresql":
            _load(config.database, folder / DUMP)
            (folder / DUMP).unlink()
    return {
        "home": str(config.home), "made_at": about["made_at"], "files": len(about["sha256"]),
        "entries": None if without_log else about["log_entries"],
    }  # fmt: skip


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    remedy = _("Take another copy.")
    try:
        with tarfile.open(file) as tar:
            names = [PurePosixPath(each.name) for each in tar.getmembers()]
            if any(name.parts[0] not in (*_PARTS, ABOUT, DUMP) for name in names):
                raise InputError.of(str(file), _("this is no backup of a site"), remedy)
            tar.extractall(folder, filter="data")
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
        if about["schema"] != SCHEMA:
            raise InputError.of(str(file), _("it was written by another version of this software"), remedy)
        wrong = [name for name, told in about["sha256"].items() if _sum(folder / name) != told]
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as error:
        message = _("the backup cannot be read: {error}").format(error=error)
        raise InputError.of(str(file), message, remedy) from error
    if wrong:
        message = _("{n} files are not what they were").format(n=len(wrong))
        raise InputError.of(str(file), message, remedy, value=wrong[0])
    (folder / ABOUT).unlink()
    for private in (folder / "web", folder / "log" / PRIVATE):
        if private.is_dir():
            private.chmod(0o700)
    return about


def _require_newest(log: Path, *, nothing_after: bool) -> None:
    report, store = check_store(log)
    if not report.clean or store.serious:
        first = next(iter([*report.findings, *store.listed]))
        raise Refused(_("the log in the backup is damaged: {what}").format(what=first.message))
    with closing(Store(log / PRIVATE / STORE)) as opened:
        size, origin = opened.size(), opened.origin
    remedy = _("It would fork. End it: restore with --without-log, and begin another.")
    proven = False
    for witness in read_policy(FolderSource(log)).witnesses:
        held = witness_holds(witness, origin)
        if held is not None and held > size:
            message = _("the witness {name} has seen {held} entries of the log, and the backup holds {size}. {remedy}")
            raise Refused(message.format(name=witness.name, held=held, size=size, remedy=remedy))
        proven = proven or (held is not None and held == size)
    if not proven and not nothing_after:
        message = _(
            "Nobody can say whether the log took entries after this backup of {size}: no witness that answers holds as "
            "many. If it did, it would fork. If you know that it did not, restore with --nothing-after; else with "
            "--without-log."
        )
        raise Refused(message.format(size=size))


def witness_holds(witness: Witness, origin: str) -> int | None:
    """Give how many entries of a log a witness has cosigned, by what it says itself; None where it does not answer."""
    if not witness.url:
        return None
    digest = hashlib.sha256(origin.encode()).hexdigest()
    with suppress(Refused, Malformed, NotThere):
        status, body, _type = HttpSource(witness.url).request("GET", f"{digest}/checkpoint")
        if status == 404:
            return 0
        if status == 200:
            note = parse_note(body)
            verify_note(note, [witness.key])
            return parse_checkpoint(note.text).size
    return None


def _load(database: str, dump: Path) -> None:
    if not database:
        message = _("the backup is of a site on PostgreSQL")
        raise InputError.of("DATABASE_URL", message, _("Name an empty database."))
    _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={database}", str(dump))
