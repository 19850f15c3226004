"""Whatever bytes arrive, every parser reads them or says in one sentence why not; never another error.

The long form is ``python -m bench._fuzz``.
"""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("seed", [1, 2])
def test_every_parser_survives_hostile_bytes(root, seed):
    command = [sys.executable, "-m", "bench._fuzz", "--executions", "4000", "--seed", str(seed)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
