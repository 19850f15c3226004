"""What every verb of the command line shares: its language, ``--json``, and how it answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer

from serentak.base.messages import LANGUAGES, _, set_language


class Effort(StrEnum):
    """How long the search goes on."""

    draft = "draft"
    standard = "standard"
    final = "final"


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise typer.BadParameter(_("choose one of: {choices}").format(choices=", ".join(LANGUAGES)))
    set_language(value)
    return value


Json = Annotated[bool, typer.Option("--json", help=_("Print one JSON document on standard output."))]
Lang = Annotated[
    str,
    typer.Option("--lang", help=_("Language: id or en."), callback=_language, is_eager=True, envvar="SERENTAK_LANG"),
]


def answer(as_json: bool, data: object, lines: Iterable[str]) -> None:
    """Print the answer: one JSON document, or lines for people."""
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    for line in lines:
        typer.echo(line)


def say(line: str) -> None:
    """Say something beside the answer, on standard error."""
    typer.echo(line, err=True)
