"""Small logs to look at, and to break."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from serentak.base.messages import set_language
from serentak.ledger.write import LogWriter, init_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ORIGIN = "example.org/log"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("id")


@pytest.fixture
def make_log(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that makes a log of the given entries, published once for each list."""
    numbers = itertools.count()

    def make(*publications: list[bytes]) -> Path:
        folder = tmp_path / f"log{next(numbers)}"
        init_log(folder, ORIGIN)
        with LogWriter(folder) as writer:
            for entries in publications:
                for future in [writer.submit(entry) for entry in entries]:
                    future.result()
                writer.publish()
        return folder

    return make
