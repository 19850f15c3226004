"""Killed again and again while it takes entries, a log loses, doubles and forks nothing.

The short form of ``python -m bench._crash --kills 1000``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest


def crash(root, *words: str) -> dict[str, object]:
    command = [sys.executable, "-m", "bench._crash", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_twenty_kills_lose_nothing(root):
    outcome = crash(root, "--kills", "20", "--acks", "2000", "--seed", "3")
    assert outcome["holds"], outcome
    assert outcome["kills"] >= 20
    assert outcome["acknowledged"] >= 2000


def test_failing_system_calls_and_kills_lose_nothing(root):
    if shutil.which("cc") is None:
        pytest.skip("no C compiler to build the library that makes system calls fail")
    outcome = crash(root, "--kills", "8", "--acks", "500", "--seed", "4", "--faults", "0.02")
    assert outcome["holds"], outcome
    assert outcome["acknowledged"] >= 500
