"""Settings as data: everything that can be set from outside, read once from the environment.

``serentak serve`` and ``serentak doctor`` print this table; secrets are kept in files of the home folder, made at the
first start, never in the repository.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from serentak.base.errors import InputError
from serentak.base.messages import N_, _

DEFAULT_HOME: Final = "serentak-home"


class Setting(NamedTuple):
    """One variable of the environment: its name, default and what it is for (a message)."""

    name: str
    default: str
    help: str


SETTINGS: Final = (
    Setting("SERENTAK_HOME", DEFAULT_HOME, N_("folder of the site: web/, log/, witness/, plans/")),
    Setting("DATABASE_URL", "", N_("database; empty for SQLite in the home folder, postgres://… for PostgreSQL")),
    Setting("SERENTAK_HOSTS", "127.0.0.1,localhost", N_("host names under which the site answers, with commas")),
    Setting("SERENTAK_ORIGIN", "", N_("address as people type it, https://…; passkeys need it to be secure")),
    Setting("SERENTAK_LOG", "", N_("address of the log; empty for the one that serve starts")),
    Setting("SERENTAK_PROXIES", "0", N_("how many proxies stand in front and may say who the caller is")),
    Setting("SERENTAK_DEBUG", "", N_("1 shows errors in full; never where others can reach the site")),
    Setting("SERENTAK_DEMO", "", N_("1 labels the site as a demonstration with played data")),
)


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment says.

    Parameters
    ----------
    home
        Folder of the site.
    database
        Address of the database; empty for SQLite in ``home/web``.
    hosts
        Host names under which the site answers.
    origin
        Address as people type it, without a trailing slash; empty where nobody said so.
    log
        Address of the log; empty for ``home/log``.
    proxies
        How many proxies stand in front.
    debug, demo
        Whether errors are shown in full, and whether the site is a demonstration.
    """

    home: Path
    database: str
    hosts: tuple[str, ...]
    origin: str
    log: str
    proxies: int
    debug: bool
    demo: bool

    @property
    def web(self) -> Path:
        """Folder of the web process: database, secrets, uploads."""
        return self.home / "web"

    @property
    def plans(self) -> Path:
        """Folder of the plan folders."""
        return self.home / "plans"

    @property
    def log_folder(self) -> Path:
        """Folder of the log that ``serve`` starts."""
        return self.home / "log"

    @property
    def witness_folder(self) -> Path:
        """Folder of the witness of a demonstration."""
        return self.home / "witness"

    @property
    def secure(self) -> bool:
        """Whether people reach the site over TLS."""
        return self.origin.startswith("https://")


def read_config() -> Config:
    """Read the environment.

    Raises
    ------
    InputError
        When a value cannot be read.
    """
    said = {each.name: os.environ.get(each.name, "").strip() or each.default for each in SETTINGS}
    proxies = said["SERENTAK_PROXIES"]
    if not proxies.isdigit():
        message = _("this is no number")
        raise InputError.of("SERENTAK_PROXIES", message, _("Write 0, or how many proxies there are."), value=proxies)
    return Config(
        home=Path(said["SERENTAK_HOME"]).absolute(),
        database=said["DATABASE_URL"],
        hosts=tuple(filter(None, (each.strip() for each in said["SERENTAK_HOSTS"].split(",")))),
        origin=said["SERENTAK_ORIGIN"].rstrip("/"),
        log=said["SERENTAK_LOG"],
        proxies=int(proxies),
        debug=said["SERENTAK_DEBUG"] == "1",
        demo=said["SERENTAK_DEMO"] == "1",
    )


def require_site() -> None:
    """Refuse to go on where no site has been started yet, rather than make an empty one.

    Raises
    ------
    InputError
        When the folder of the site holds no database, and no other database is named.
    """
    config = read_config()
    if not config.database and not (config.web / "serentak.sqlite3").is_file():
        raise InputError.of(
            str(config.home),
            _("there is no site in this folder"),
            _("Name the folder by --home, or start the site there with serentak serve."),
        )


def secret_of(folder: Path, name: str) -> str:
    """Give a secret of 256 bits kept in a file that only its owner may read; it is made when it is not there."""
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    return path.read_text("ascii").strip()
