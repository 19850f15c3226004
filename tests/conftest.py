"""What all tests share.

``SERENTAK_DATA`` names a folder with ``data/`` and ``vectors/``: real lists too large, or not ours, to be
kept in the repository. Tests that need it are skipped with a reason that pytest counts, or fail when
``SERENTAK_TEST_ALL=1``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from serentak.base.messages import set_language

ROOT = Path(__file__).resolve().parents[1]


def skip_or_fail(reason: str) -> None:
    """Skip the running test, or fail it where everything is to run."""
    if os.environ.get("SERENTAK_TEST_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def english():
    set_language("en")
    yield
    set_language("id")


@pytest.fixture(scope="session")
def data_file():
    """Give a function from a name below ``SERENTAK_DATA`` to its path, or a skip when it is not there."""

    def find(name: str) -> Path:
        root = os.environ.get("SERENTAK_DATA")
        if not root:
            skip_or_fail("SERENTAK_DATA names no folder with real data")
        path = Path(root or "", name)
        if not path.exists():
            skip_or_fail(f"SERENTAK_DATA has no {name}")
        return path

    return find


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of Debian's Chromium, or a skip when it is not installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        skip_or_fail("Debian's chromium is not installed")
    return path or ""


@pytest.fixture
def root() -> Path:
    """Give the folder of the repository."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep what tests prepare out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERENTAK_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
