"""Who may import whom: checking a log never runs the code that writes it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import serentak.ledger

ROOM = Path(serentak.ledger.__file__).parent
WRITING = {"write", "sequencer", "publish", "store", "durable", "edge", "keys", "cosign", "fsck", "witness"}


def imported(module: str) -> set[str]:
    """Modules of this room that a module imports, directly or not, also for types only."""
    done: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        tree = ast.parse((ROOM / f"{name}.py").read_text("utf-8"))
        for statement in ast.walk(tree):
            if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("serentak.ledger."):
                other = statement.module.removeprefix("serentak.ledger.")
                if other not in done:
                    done.add(other)
                    ahead.append(other)
    return done


@pytest.mark.parametrize("module", ["verify", "scan", "read", "proof", "paper_proof", "policy", "note", "source"])
def test_what_checks_a_log_never_imports_what_writes_it(module):
    assert imported(module) & WRITING == set()


def test_checking_a_log_loads_nothing_that_writes_it():
    code = "import sys, serentak.ledger.verify; print(*sys.modules)"
    shell = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = [name for name in shell.stdout.split() if name.startswith("serentak.ledger")]
    assert "serentak.ledger.verify" in loaded
    assert {name.rpartition(".")[2] for name in loaded} & WRITING == set()


def test_the_room_imports_only_base():
    for file in ROOM.glob("*.py"):
        for statement in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [statement.module or ""] if isinstance(statement, ast.ImportFrom) else []
            names += [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []
            for name in names:
                if name.startswith("serentak"):
                    assert name.startswith(("serentak.base", "serentak.ledger")), (file.name, name)


def test_no_module_is_longer_than_400_lines():
    for file in ROOM.glob("*.py"):
        assert len(file.read_text("utf-8").splitlines()) <= 400, file.name
