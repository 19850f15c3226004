"""A small HTTP server for static files and a few verbs: one thread a connection, with or without TLS."""

from __future__ import annotations

import signal
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote

from serentak.base.errors import InputError
from serentak.base.messages import _

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

IDLE_SECONDS: Final = 30
MAX_CONNECTIONS: Final = 512
TEXT: Final = "text/plain; charset=utf-8"
JSON: Final = "application/json"
BINARY: Final = "application/octet-stream"


class Answer(NamedTuple):
    """An answer: status, body, content type, and for how many seconds it may be kept by others."""

    status: int
    body: bytes
    content_type: str = TEXT
    keep: int = 0


class App(NamedTuple):
    """What a server does: answers method, path (without the leading slash) and body; and its largest body."""

    answer: Callable[[str, str, bytes], Answer]
    max_body: int


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    # Status, headers and body leave in one packet.
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        self._reply(self._answer(b""))

    def do_HEAD(self) -> None:
        self._reply(self._answer(b""))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self.close_connection = True
            self._reply(Answer(411, b"send a Content-Length\n"))
        elif int(length) > self.server.app.max_body:
            # What is not read would be taken for the next request.
            self.close_connection = True
            self._reply(Answer(413, b"too large\n"))
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self._reply(self._answer(body))

    def _answer(self, body: bytes) -> Answer:
        method = "GET" if self.command == "HEAD" else self.command
        path = unquote(self.path.partition("?")[0]).removeprefix("/")
        try:
            return self.server.app.answer(method, path, body)
        except Exception as error:  # noqa: BLE001 - one bad request must not end the connection without a word
            self.server.report(f"{method} /{path}: {error!r}")
            return Answer(500, b"internal error\n")

    def _reply(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", f"public, max-age={answer.keep}" if answer.keep else "no-cache")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, *_parts: Any) -> None:
        """Say nothing for each request: who asked for what is nobody's business."""


class Server(ThreadingHTTPServer):
    """Listens at once; answers once `serve_forever` runs.

    Parameters
    ----------
    app
        What it does.
    host, port
        Where; port 0 takes a free one.
    cert, key
        PEM files for TLS; None for plain HTTP.
    report
        Is told what went wrong inside.

    Raises
    ------
    InputError
        When it cannot listen there, or the certificate cannot be used.
    """

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(
        self,
        app: App,
        host: str,
        port: int,
        *,
        cert: Path | None = None,
        key: Path | None = None,
        report: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.app = app
        self.report = report
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            message = _("cannot listen here: {error}").format(error=error)
            raise InputError.of(f"{host}:{port}", message, _("Choose another --host or --port.")) from error
        self.scheme = "http"
        if cert is not None:
            self.scheme = "https"
            try:
                self.socket = _secured(self.socket, cert, key)
            except InputError:
                self.server_close()
                raise

    @property
    def address(self) -> str:
        """Where it listens, as an address to type."""
        host = str(self.server_address[0])
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, while there are not too many."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection until it is closed."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break; the other side knows."""


def _secured(listening: socket.socket, cert: Path, key: Path | None) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        message = _("the certificate or its key cannot be used: {error}").format(error=error)
        raise InputError.of(str(cert), message, _("Check --cert and --key.")) from error
    # The handshake happens in the connection's own thread, so that a slow client stops nobody else.
    return context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)


def serve_until_stopped(server: Server, ready: Callable[[str], None]) -> None:
    """Serve until the process is told to end (SIGINT, SIGTERM); `ready` is given the address."""
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: end.set())
    thread = threading.Thread(target=server.serve_forever, name="server", daemon=True)
    thread.start()
    try:
        ready(server.address)
        end.wait()
    finally:
        server.shutdown()
        server.server_close()
