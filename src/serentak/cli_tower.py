"""The verbs of the site: ``serve``, ``doctor``, ``backup``, ``restore``. Each parses, calls one function, prints.

`serentak.cli` mounts them, and turns what they raise into words and an exit code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serentak.base.messages import _
from serentak.cli_common import Lang

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
