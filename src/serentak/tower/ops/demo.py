"""Use case ``serentak serve --demo``: the sample district, whose played election day is moving, for people to look at.

All people, positions and events are invented, and every page says so.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from serentak.base.errors import Refused
from serentak.base.messages import _
from serentak.ledger.checkpoint import parse_checkpoint
from serentak.ledger.faults import Malformed
from serentak.ledger.note import parse_note, verify_note
from serentak.ledger.read import read_checkpoint, read_policy, witness_path
from serentak.ledger.source import HttpSource
from serentak.operations.plan import make_plan
from serentak.operations.sample import write_sample
from serentak.tower.ops.serve import Serve, Site, fetch, manage, serve
from serentak.tower.ops.supervise import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEED: Final = 180
"""Played seconds a real one: the day before the vote takes eight minutes."""
SINCE: Final = "H-1 06:00"
"""When the play slows down: the boxes leave for the polling stations."""
FAULTS: Final = ("swapped", "seal", "refused", "overdue")
SEED: Final = 1
ONCE: Final = "DEMO_ONCE"
_LOOK: Final = 150.0


def serve_demo(
    home: Path | None, asked: Serve, say: Callable[[str], None], *, plan: Path | None = None, district: str = "kampar"
) -> int:
    """Serve a demonstration until the process is told to end; with ``DEMO_ONCE=1`` until it was looked at.

    Parameters
    ----------
    home, asked, say
        As for `serentak.tower.ops.serve.serve`.
    plan
        Plan folder to play; the sample district is planned if there is none.
    district
        Which sample district.
    """
    show = Show(say, plan, district)
    return serve(home, asked, say, extra=show.programs, then=show.begin)


class Show:
    """A demonstration: what it brings in and plays, and whether it moves."""

    def __init__(self, say: Callable[[str], None], plan: Path | None, district: str) -> None:
        self._say, self._plan, self._district = say, plan, district
        self._code = ""

    def programs(self, site: Site) -> list[Program]:
        """Bring the district in, and give the program that plays; none where the log was played into before."""
        plan = self._plan.absolute() if self._plan is not None else self._planned(site)
        self._code = json.loads(manage(site, "demo", "district", str(plan)))["district"]
        checkpoint = site.config.log_folder / "public" / "checkpoint"
        if parse_checkpoint(parse_note(checkpoint.read_bytes()).text).size:
            return []
        line = ["play", str(plan), "-o", site.log_address, "--seed", str(SEED), "--speed", str(SPEED),
                "--since", SINCE, *(word for each in FAULTS for word in ("--fault", each))]  # fmt: skip
        return [Program("play", [sys.executable, "-m", "serentak.cli", *line], site.environment, once=True)]

    def _planned(self, site: Site) -> Path:
        folder = site.config.plans / self._district
        if not folder.exists():
            source = site.config.home / "district" / self._district
            if not source.exists():
                write_sample(self._district, source)
            make_plan(source, folder, "draft", None, jobs=os.cpu_count() or 1)
        return folder

    def begin(self, site: Site, supervisor: Supervisor) -> int | None:
        """Begin the play, look at it where that was asked for, and say who may log in."""
        if "play" in supervisor.names:
            supervisor.start("play")
        code = self.look(site, supervisor) if os.environ.get(ONCE) == "1" else None
        for line in _accounts(json.loads(manage(site, "demo", "accounts"))):
            self._say(line)
        return code

    def look(self, site: Site, supervisor: Supervisor) -> int:
        """Look whether everything moves: the numbers of the page, the log, the witness; give the exit code."""
        first: dict[str, Any] = {}
        seen: dict[str, Any] = {"page": 0, "numbers": None, "size": 0, "witnessed": 0}

        def moved() -> bool:
            seen.update(self.observe(site))
            for name, value in seen.items():
                first.setdefault(name, value) if value else None
            return (
                seen["page"] == 200
                and seen["numbers"] not in (None, first.get("numbers"))
                and seen["size"] > first.get("size", 0)
                and seen["witnessed"] > 0
            )

        ok = supervisor.run_until(moved, _LOOK)
        words = _("Looked at: numbers {first} → {numbers}; the log has {size} entries, {witnessed} under its witness.")
        self._say(words.format(first=first.get("numbers"), **seen))
        if not ok:
            self._say(_("The demonstration does not move as it should."))
            for name in supervisor.names:
                for line in supervisor.said(name)[-2:]:
                    self._say(f"{name}: {line}")
        return 0 if ok else 1

    def observe(self, site: Site) -> dict[str, Any]:
        """Give what can be seen now: page and numbers of the district, the log's size, what its witness signed."""
        found: dict[str, Any] = {"page": fetch(site, f"/wilayah/{self._code}/")[0]}
        status, body = fetch(site, f"/api/v1/regions/{self._code}")
        if status == 200:
            said = json.loads(body)
            found["numbers"] = [said[way][name] for way in ("out", "back") for name in ("ready", "under_way", "late")]
        with suppress(Refused, Malformed):
            source = HttpSource(site.log_address)
            found["size"] = parse_checkpoint(read_checkpoint(source).text).size
            witness = read_policy(source).witnesses[0]
            note = parse_note(source.read(witness_path(witness.name)))
            verify_note(note, [witness.key])
            found["witnessed"] = parse_checkpoint(note.text).size
        return found


def _accounts(rows: list[dict[str, str]]) -> list[str]:
    """Say the accounts of a demonstration, a line each."""
    wide = max(len(row["username"]) for row in rows)
    return [
        "",
        _("Accounts of this demonstration (invented; the passwords are new at every start):"),
        *(f"  {row['username']:<{wide}}  {row['password']}  {row['post']} ({row['role']})" for row in rows),
    ]
