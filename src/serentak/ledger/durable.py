"""Files that are either whole or not there, also after a crash or a power cut.

A file is written under another name, synced, renamed into place, and its folder is synced. Where one of these
steps fails, the old file (or its absence) is what remains.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Calls:
    """The system calls that can fail; tests put their own in place."""

    def write(self, handle: int, data: bytes) -> int:
        """Write some of the bytes and give how many."""
        return os.write(handle, data)

    def fsync(self, handle: int) -> None:
        """Make what was written outlive a power cut."""
        os.fsync(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place."""
        os.rename(source, target)  # noqa: PTH104 - the system call itself


class Disk:
    """A folder of files that change whole. For one thread at a time.

    Parameters
    ----------
    root
        Folder that the paths are relative to.
    temporary
        Folder on the same disk for files in the making; what a crash leaves there means nothing.
    calls
        System calls.
    """

    def __init__(self, root: Path, temporary: Path, calls: Calls | None = None) -> None:
        self.root = root
        self._temporary = temporary
        self._calls = calls or Calls()
        self._made = 0
        temporary.mkdir(mode=0o700, exist_ok=True)
        for leftover in temporary.iterdir():
            leftover.unlink()

    def get(self, path: str) -> bytes | None:
        """Give a file's bytes; None where there is none."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, path: str, data: bytes) -> None:
        """Write one file, see `put_all`."""
        self.put_all({path: data})

    def put_all(self, files: Mapping[str, bytes]) -> None:
        """Write files; when this returns, all of them outlive a power cut.

        Each is whole or as it was; after an error some may be new and others not.
        """
        ready = [(self._write_temporary(data), self.root / path) for path, data in files.items()]
        touched: dict[Path, None] = {}
        for _source, target in ready:
            self._make_folder(target.parent, touched)
        for source, target in ready:
            self._calls.rename(source, target)
            touched[target.parent] = None
        for folder in touched:
            self._sync_folder(folder)

    def _write_temporary(self, data: bytes) -> Path:
        self._made += 1
        path = self._temporary / str(self._made)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            rest = data
            while rest:
                rest = rest[self._calls.write(handle, rest) :]
            self._calls.fsync(handle)
        except OSError:
            # A file whose sync failed may look whole and not be; it must never be renamed.
            with suppress(OSError):
                path.unlink()
            raise
        finally:
            os.close(handle)
        return path

    def _make_folder(self, folder: Path, touched: dict[Path, None]) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent, touched)
        folder.mkdir(exist_ok=True)
        touched[folder.parent] = None

    def _sync_folder(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._calls.fsync(handle)
        finally:
            os.close(handle)
