"""Use case ``serentak serve``: the whole site with nothing to configure, every part a process of its own.

What lies in the home folder::

    web/       database, secrets (0600)      log/       the log (its private/ holds the only copy of its key)
    plans/     plan folders                  witness/   a witness, where one was asked for
    logs/      what the processes wrote, JSON lines, without personal data
    serve.json the ports of log and witness, which are in the log's policy and stay what they are
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _, language
from serentak.ledger.read import read_policy
from serentak.ledger.source import FolderSource
from serentak.ledger.witness import PUBLIC, VKEY
from serentak.operations.log import new_log
from serentak.operations.witness import new_witness
from serentak.tower.config import read_config
from serentak.tower.ops.supervise import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from serentak.tower.config import Config

LOOPBACK: Final = "127.0.0.1"
WITNESS: Final = "saksi"
ORDER: Final = ("witness", "log", "worker", "web")
"""In this order they are started; they are ended in the opposite one, so that what is acknowledged is stored."""
_READY: Final = 300.0
_PORTS: Final = "serve.json"


@dataclass(frozen=True, slots=True)
class Serve:
    """What was asked for.

    Parameters
    ----------
    host, port
        Where the site listens; port 0 takes a free one. Log and witness listen on this machine alone.
    cert, key
        PEM files for TLS.
    witness
        Whether a witness runs here too: for a demonstration, a true one is another agency's.
    demo
        Whether this is a demonstration.
    """

    host: str = LOOPBACK
    port: int = 8000
    cert: Path | None = None
    key: Path | None = None
    witness: bool = False
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """A site that is about to run: where each part listens, and the environment of its processes."""

    config: Config
    asked: Serve
    log_port: int
    witness_port: int

    @property
    def address(self) -> str:
        """Where people find it."""
        return self.config.origin

    @property
    def log_address(self) -> str:
        """Where the log that is followed answers."""
        return self.config.log or f"http://{LOOPBACK}:{self.log_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Variables of all its processes."""
        return {
            "SERENTAK_HOME": str(self.config.home),
            "SERENTAK_HOSTS": ",".join(self.config.hosts),
            "SERENTAK_ORIGIN": self.config.origin,
            "SERENTAK_LOG": self.log_address,
            "SERENTAK_DEMO": "1" if self.config.demo else "",
            "SERENTAK_LANG": language(),
            "DJANGO_SETTINGS_MODULE": "serentak.tower.settings",
            "PYTHONUNBUFFERED": "1",
        }


@contextmanager
def open_site(home: Path | None, asked: Serve) -> Iterator[Site]:
    """Make the home folder ready and hold it: folders, log, witness, tables, the tree of regions.

    Raises
    ------
    InputError
        When a port is taken, or certificate or key are missing.
    Refused
        When the home is in use, or cannot be made ready.
    """
    config = _configured(home, asked)
    for folder in (config.home, config.web, config.plans):
        folder.mkdir(parents=True, exist_ok=True)
    config.web.chmod(0o700)
    with _alone(config):
        log_port, witness_port = _ports(config, asked)
        site = Site(config, asked, log_port, witness_port)
        if not config.log:
            _make_log(site)
        manage(site, "prepare")
        yield site


def _configured(home: Path | None, asked: Serve) -> Config:
    if (asked.cert is None) != (asked.key is None):
        message = _("a certificate needs its key, and a key its certificate")
        raise InputError.of("--cert", message, _("Give both: --cert FILE --key FILE"))
    for name, file in (("--cert", asked.cert), ("--key", asked.key)):
        if file is not None and not file.is_file():
            raise InputError.of(name, _("the file is not there"), _("Check the path."), value=str(file))
    config = read_config()
    if home is not None:
        config = replace(config, home=home.absolute())
    port = asked.port or _free_port()
    _require_free(asked.host, port, "--port")
    shown = "localhost" if asked.host in ("0.0.0.0", "::", LOOPBACK) else asked.host  # noqa: S104 - a comparison
    scheme = "http" if asked.cert is None else "https"
    return replace(
        config,
        hosts=tuple(dict.fromkeys([*config.hosts, LOOPBACK, "localhost", *_names(asked.host)])),
        origin=config.origin or f"{scheme}://{shown}:{port}",
        demo=config.demo or asked.demo,
    )


def _names(host: str) -> list[str]:
    """Give the names under which others may call what listens at a host."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - a comparison
        return [host]
    name = socket.gethostname()
    with suppress(OSError):
        return [name, socket.getfqdn(), *{str(each[4][0]) for each in socket.getaddrinfo(name, None)}]
    return [name]


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    handle = os.open(config.home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Refused(_("{path} is served by another process").format(path=config.home)) from None
    try:
        yield
    finally:
        os.close(handle)


def _ports(config: Config, asked: Serve) -> tuple[int, int]:
    path = config.home / _PORTS
    port = int(urlsplit(config.origin).port or asked.port or 8000)
    if path.exists():
        said = json.loads(path.read_text("utf-8"))
        log_port, witness_port = int(said["log"]), int(said["witness"])
    else:
        log_port, witness_port = (port + 1, port + 2) if asked.port else (_free_port(), _free_port())
        path.write_text(json.dumps({"log": log_port, "witness": witness_port}) + "\n", "utf-8")
    for each in (log_port, witness_port):
        _require_free(LOOPBACK, each, _PORTS)
    return log_port, witness_port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _require_free(host: str, port: int, name: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = _("cannot listen here: {error}").format(error=error)
            raise InputError.of(name, message, _("Choose another port."), value=f"{host}:{port}") from error


def _make_log(site: Site) -> None:
    config = site.config
    if config.log_folder.exists():
        return
    host = urlsplit(config.origin).hostname or socket.gethostname()
    origin = f"{'peragaan.invalid' if config.demo else host}/log"
    witnesses: tuple[str, ...] = ()
    if site.asked.witness:
        if not config.witness_folder.exists():
            new_witness(config.witness_folder, f"{WITNESS}.{origin}", ())
        vkey = (config.witness_folder / PUBLIC / VKEY).read_text("utf-8").split()[0]
        witnesses = (f"{WITNESS} {vkey} http://{LOOPBACK}:{site.witness_port}",)
    new_log(config.log_folder, origin, witnesses)


def manage(site: Site, *words: str) -> str:
    """Run one of Django's commands for a site, and give what it printed.

    Raises
    ------
    Refused
        When it fails, with its last words.
    """
    environment = {**os.environ, **site.environment}
    command = [sys.executable, "-m", "serentak.tower", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Refused(_("{name} failed: {reason}").format(name=words[0], reason=" ".join(last)))
    return done.stdout


def programs(site: Site) -> list[Program]:
    """Give the processes of a site, in the order in which they are started."""
    asked, config = site.asked, site.config
    python, environment = [sys.executable, "-m"], site.environment
    found = {
        "worker": Program("worker", [*python, "serentak.tower", "worker"], environment),
        "web": Program("web", [*python, *_web(site)], environment),
    }
    if not config.log:
        line = ["serentak.cli", "log", "serve", str(config.log_folder), "--port", str(site.log_port), "--json"]
        found["log"] = Program("log", [*python, *line], environment)
    if config.witness_folder.exists() and (asked.witness or asked.demo):
        vkey = str(read_policy(FolderSource(config.log_folder)).logs[0].key)
        line = ["serentak.cli", "witness", "serve", str(config.witness_folder), "--log", vkey,
                "--port", str(site.witness_port), "--json"]  # fmt: skip
        found["witness"] = Program("witness", [*python, *line], environment)
    return [found[name] for name in ORDER if name in found]


def _web(site: Site) -> list[str]:
    asked = site.asked
    line = [
        "granian", "--interface", "wsgi", "--host", asked.host, "--port", str(_port_of(site)),
        "--workers", str(min(4, os.cpu_count() or 1)), "--blocking-threads", "4", "--backlog", "1024",
        "--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-access-log", "--log-level", "warning",
        "--no-ws",
    ]  # fmt: skip
    if asked.cert is not None and asked.key is not None:
        line += ["--ssl-certificate", str(asked.cert), "--ssl-keyfile", str(asked.key)]
    return [*line, "serentak.tower.wsgi:application"]


def _port_of(site: Site) -> int:
    # Behind a proxy the address that people type has a port of its own.
    return site.asked.port or int(urlsplit(site.config.origin).port or 0)


def answers(site: Site) -> bool:
    """Tell whether the site answers, and its database."""
    return fetch(site, "/sehat/")[0] == 200


def fetch(site: Site, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Ask the site itself for a page, past any proxy; status 0 when it does not answer."""
    host = site.asked.host if site.asked.host not in ("0.0.0.0", "::") else LOOPBACK  # noqa: S104 - a comparison
    connection: http.client.HTTPConnection
    if site.asked.cert is None:
        connection = http.client.HTTPConnection(host, _port_of(site), timeout=10)
    else:
        # It is our own process that answers; its certificate names the address of the outside.
        context = ssl._create_unverified_context()  # noqa: S323, SLF001
        connection = http.client.HTTPSConnection(host, _port_of(site), timeout=10, context=context)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def serve(
    home: Path | None,
    asked: Serve,
    say: Callable[[str], None],
    *,
    extra: Callable[[Site], list[Program]] = lambda _site: [],
    then: Callable[[Site, Supervisor], int | None] = lambda _site, _supervisor: None,
) -> int:
    """Serve the site until the process is told to end; give the exit code.

    Parameters
    ----------
    home
        Its folder; the environment's, or ``serentak-home``, if not given.
    asked
        What was asked for.
    say
        Says a line to whoever started it.
    extra
        Gives programs beside those of every site.
    then
        Is called once all answers; where it gives a number, the site ends with that exit code.

    Raises
    ------
    InputError, Refused
        When it cannot be started.
    """
    with open_site(home, asked) as site:
        supervisor = Supervisor([*programs(site), *extra(site)], site.config.home / "logs")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: setattr(supervisor, "stopping", True))
        names = [each.name for each in programs(site)]
        try:
            for name in names:
                supervisor.start(name)
            if not supervisor.run_until(lambda: answers(site), _READY):
                return _no_answer(supervisor, names, say)
            say(_("The site is at {address}; end it with Ctrl-C.").format(address=site.address))
            for line in warnings(site):
                say(line)
            code = then(site, supervisor)
            if code is None:
                supervisor.run_until(lambda: False)
                code = 0
            return code
        finally:
            supervisor.stop()


def _no_answer(supervisor: Supervisor, names: list[str], say: Callable[[str], None]) -> int:
    if supervisor.stopping:
        return 0
    say(_("The site does not answer. What its processes said last:"))
    for name in names:
        for line in supervisor.said(name)[-3:]:
            say(f"{name}: {line}")
    return 1


def warnings(site: Site) -> list[str]:
    """Give what whoever starts a site must be told: above all, what does not work without a secure address."""
    found = []
    host = urlsplit(site.address).hostname or ""
    if not site.config.secure:
        local = host in ("localhost", LOOPBACK)
        found += [
            "",
            "!" * 78,
            _("WARNING: {address} is not secure (no https).").format(address=site.address),
            _("Passwords can be read on the way: use it on this machine alone.")
            if not local
            else _("It can be used on this machine alone."),
            _("Passkeys are refused, and phones cannot keep the site or use their camera."),
            _("Start with --cert FILE --key FILE, or put a proxy with TLS in front: docs/tower.md"),
            "!" * 78,
        ]
    if site.config.debug:
        found.append(_("WARNING: SERENTAK_DEBUG=1 shows errors in full to everybody."))
    return found


def as_json(site: Site) -> dict[str, Any]:
    """Give the addresses of a site as plain data."""
    return {"address": site.address, "log": site.log_address, "home": str(site.config.home)}
