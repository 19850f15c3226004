"""Where the files of a log are read from: a folder, or an address."""

from __future__ import annotations

import http.client
import os
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from serentak.base.errors import InputError, Refused
from serentak.base.messages import _
from serentak.ledger.faults import Malformed, NotThere
from serentak.ledger.tiles import MAX_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC: Final = "public"
"""Folder within a log's folder of all that is served."""
TIMEOUT: Final = 30.0
"""Seconds that an address may take to answer."""


class TileSource(Protocol):
    """Something that has the public files of a log."""

    @property
    def name(self) -> str:
        """What people call it."""

    def read(self, path: str) -> bytes:
        """Give the bytes of a file.

        Raises
        ------
        NotThere
            When there is no such file.
        """

    def files(self) -> Iterator[str] | None:
        """Give the paths of all files; None where they cannot be listed."""


class FolderSource:
    """A log in a folder; the part that is served, where the folder has one.

    Parameters
    ----------
    folder
        The log's folder, or a mirror's.

    Raises
    ------
    InputError
        When there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError.of(str(folder), _("there is no such folder"), _("Check the path."))
        self.name = str(folder)
        self._root = folder / PUBLIC if (folder / PUBLIC).is_dir() else folder

    def read(self, path: str) -> bytes:
        """Give the bytes of a file, see `TileSource.read`."""
        try:
            with (self._root / path).open("rb") as file:
                data = file.read(MAX_BUNDLE + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotThere(path) from None
        except OSError as error:
            raise Refused(_("{path} cannot be read: {error}").format(path=path, error=error)) from error
        if len(data) > MAX_BUNDLE:
            raise Malformed(path, _("the file is larger than any file of a log"))
        return data

    def files(self) -> Iterator[str]:
        """Give the paths of all files, sorted within each folder."""
        for parent, folders, names in os.walk(self._root):
            folders.sort()
            for name in sorted(names):
                yield (Path(parent) / name).relative_to(self._root).as_posix()


class HttpSource:
    """A log at an address; its connections are kept, one for each thread.

    Parameters
    ----------
    address
        Prefix of the log, ``http://...`` or ``https://...``.
    timeout
        Seconds that an answer may take.

    Raises
    ------
    InputError
        When the address is none.
    """

    def __init__(self, address: str, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(address)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or parts.query:
            message = _("this is not the address of a log")
            raise InputError.of(address, message, _("Write http://host:port/path or a folder."))
        self.name = address
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, port
        self._prefix = parts.path.rstrip("/")
        self._timeout = timeout
        self._local = threading.local()
        # Every connection of every thread, to be closed by whoever closes the source.
        self._made: list[http.client.HTTPConnection] = []

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the source may still be used, and then makes new ones."""
        while made := getattr(self, "_made", None):
            made.pop().close()

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "application/octet-stream",
    ) -> tuple[int, bytes, str]:
        """Send one request and give status, body and content type of the answer.

        Raises
        ------
        Refused
            When the address cannot be reached or does not speak HTTP.
        """
        kept = getattr(self._local, "connection", None)
        headers = {} if body is None else {"Content-Type": content_type}
        # A kept connection may have been closed by the other side; once is then tried on a new one.
        for attempt in (kept, None) if kept is not None else (None,):
            connection = attempt if attempt is not None else self._connect()
            try:
                connection.request(method, f"{self._prefix}/{path}", body, headers)
                answer = connection.getresponse()
                data = answer.read(MAX_BUNDLE + 1)
            except (OSError, http.client.HTTPException) as error:
                self._forget(connection)
                failure: Exception = error
                continue
            if len(data) > MAX_BUNDLE:
                self._forget(connection)
                raise Malformed(path, _("the file is larger than any file of a log"))
            self._local.connection = connection
            return answer.status, data, answer.getheader("Content-Type", "")
        message = _("{address} cannot be reached: {error}").format(address=self.name, error=failure)
        raise Refused(message) from failure

    def _forget(self, connection: http.client.HTTPConnection) -> None:
        connection.close()
        self._local.connection = None
        if connection in self._made:
            self._made.remove(connection)

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=context
            )
        else:
            made = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        self._made.append(made)
        return made

    def read(self, path: str) -> bytes:
        """Give the bytes of a file, see `TileSource.read`."""
        status, data, _type = self.request("GET", path)
        if status in (404, 410):
            raise NotThere(path)
        if status != 200:
            raise Refused(_("{path}: the log answered {status}").format(path=path, status=status))
        return data

    def files(self) -> None:
        """Give None: an address does not list its files."""
        return


def open_source(log: str) -> TileSource:
    """Give the source behind what a user wrote: an address, or else a folder.

    Raises
    ------
    InputError
        When it is neither.
    """
    if log.startswith(("http://", "https://")):
        return HttpSource(log)
    return FolderSource(Path(log))
