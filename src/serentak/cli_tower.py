"""The verbs of the tower: ``why``. Each parses, calls, prints.

`serentak.cli` mounts them, and turns what they raise into words and an exit code.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from serentak.base.errors import InputError
from serentak.base.messages import _
from serentak.cli_common import Json, Lang, answer

Home = Annotated[
    Path | None, typer.Option("--home", envvar="SERENTAK_HOME", help=_("Folder of the site; ./serentak-home if empty."))
]


def open_site(home: Path | None) -> None:
    """Make Django ready on the data of a site.

    Raises
    ------
    InputError
        When there is no site in that folder.
    """
    if home is not None:
        os.environ["SERENTAK_HOME"] = str(home)
    from serentak.tower.config import require_site

    require_site()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serentak.tower.settings")
    import django

    django.setup()
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
    from serentak.tower.access.actor import why
    from serentak.tower.access.territory import territory_of

    territory = territory_of(thing)
    verdict = why(user, action, territory)
    word = _("Allowed") if verdict.allowed else _("Refused")
    said = {"user": user, "action": action, "object": thing, "territory": territory, **verdict._asdict()}
    answer(as_json, said, [f"{word}: {verdict.reason}"])
    if not verdict.allowed:
        raise typer.Exit(1)
