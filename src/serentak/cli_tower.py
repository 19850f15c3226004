"""The verbs of the site: serve, doctor, backup, restore, why. Each parses, calls one function, prints.

`serentak.cli` mounts them, and turns what they raise into words and an exit code.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer

if TYPE_CHECKING:
    from serentak.tower.config import Config

Home = Annotated[
    Path | None, typer.Option(metavar="DIR", help=_("Folder of the site; SERENTAK_HOME, or ./serentak-home."))
]


def serve_command(
    home: Home = None,
    host: Annotated[str, typer.Option(help=_("Address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("Port to listen on; 0 takes a free one."))] = 8000,
    cert: Annotated[Path | None, typer.Option(help=_("Certificate for TLS, PEM."))] = None,
    key: Annotated[Path | None, typer.Option(help=_("Its private key, PEM."))] = None,
    witness: Annotated[
        bool, typer.Option("--witness", help=_("Run a witness here too; a true one is another agency's."))
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help=_("Show the sample district, whose played election is moving."))
    ] = False,
    plan: Annotated[Path | None, typer.Option(metavar="PLAN", help=_("With --demo: the plan folder to play."))] = None,
    lang: Lang = "id",
) -> None:
    """Call `serentak.tower.ops.serve.serve`, or `serentak.tower.ops.demo.serve_demo`."""
    from serentak.tower.ops.demo import serve_demo
    from serentak.tower.ops.serve import Serve, serve

    def tell(line: str) -> None:
        print(line, flush=True)

    asked = Serve(host, port, cert, key, witness or demo, demo)
    code = serve_demo(home, asked, tell, plan=plan) if demo else serve(home, asked, tell)
    if code:
        raise typer.Exit(code)


def doctor_command(
    home: Home = None,
    cert: Annotated[Path | None, typer.Option(help=_("Certificate for TLS, PEM."))] = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.tower.ops.doctor.examine`; exit 0 when nothing is wrong, 1 when something is."""
    open_site(home)
    from serentak.tower.config import read_config
    from serentak.tower.ops.doctor import BAD, describe, examine, settings_table

    found = examine(read_config(), cert)
    settings = {name: value for name, value, _words in settings_table()}
    answer(as_json, {"settings": settings, "findings": [each._asdict() for each in found]}, describe(found))
    if any(each.state == BAD for each in found):
        raise typer.Exit(1)


def backup_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("New file, .tar or .tar.gz."))],
    home: Home = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.tower.ops.backup.backup`."""
    config = _config(home)
    from serentak.tower.ops.backup import backup

    made = backup(config, file)
    result = {"file": str(made.file), "bytes": made.size, "files": made.files, "entries": made.entries}
    lines = [
        _("Backup: {file}, {bytes} bytes, {files} files; the log has {entries} entries.").format(**result),
        _("It holds every secret of the site: its mode is 0600; encrypt it before it leaves this machine."),
        _("A witness is never copied: it keeps its store at its own agency."),
    ]
    answer(as_json, result, lines)


def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Made by backup."))],
    home: Home = None,
    nothing_after: Annotated[
        bool, typer.Option("--nothing-after", help=_("I know that the log took nothing after the backup."))
    ] = False,
    without_log: Annotated[
        bool, typer.Option("--without-log", help=_("Leave the log out: it ends, another will be begun."))
    ] = False,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.tower.ops.backup.restore`."""
    config = _config(home)
    from serentak.tower.ops.backup import restore

    result = restore(config, file, nothing_after=nothing_after, without_log=without_log)
    lines = [
        _("Restored in {home}, as of {made_at}: {files} files.").format(**result),
        _("The log was left out; serentak serve begins a new one.")
        if result["entries"] is None
        else _("The log goes on after {entries} entries.").format(**result),
    ]
    answer(as_json, result, lines)


def _config(home: Path | None) -> Config:
    if home is not None:
        os.environ["SERENTAK_HOME"] = str(home)
    from serentak.tower.config import read_config

    return read_config()


def open_site(home: Path | None) -> None:
    """Make Django ready on the data of a site.

    Raises
    ------
    InputError
        When there is no site in that folder.
    """
    _config(home)
    from serentak.tower.config import require_site

    require_site()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serentak.tower.settings")
    import django

    django.setup()


def _require_database() -> None:
    """Refuse to go on while the database of the site was never made, or is of an older version.

    Raises
    ------
    InputError
        When it is so.
    """
    from django.db import DatabaseError

    from serentak.tower.access.models import User

    try:
        User.objects.exists()
    except DatabaseError as error:
        remedy = _("Start the site once with serentak serve, which brings its database up to date.")
        raise InputError.of("--home", _("the database of the site is not ready"), remedy) from error


def why_command(
    user: Annotated[str, typer.Argument(metavar="USER", help=_("Name of an account, or publik for anybody."))],
    action: Annotated[str, typer.Argument(metavar="ACTION", help=_("An action of the rule table, boxes.read."))],
    thing: Annotated[str, typer.Argument(metavar="OBJECT", help=_("Code of a region, station or box; ID the nation."))],
    home: Home = None,
    as_json: Json = False,
    lang: Lang = "id",
) -> None:
    """Call `serentak.tower.access.actor.why`; exit 0 when it is allowed, 1 when it is not."""
    open_site(home)
    _require_database()
    from serentak.tower.access.actor import why
    from serentak.tower.access.territory import territory_of

    territory = territory_of(thing)
    verdict = why(user, action, territory)
    word = _("Allowed") if verdict.allowed else _("Refused")
    said = {"user": user, "action": action, "object": thing, "territory": territory, **verdict._asdict()}
    answer(as_json, said, [f"{word}: {verdict.reason}"])
    if not verdict.allowed:
        raise typer.Exit(1)
