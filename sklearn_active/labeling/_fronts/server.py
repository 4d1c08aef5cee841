"""The web page's server: the standard library's, on this machine.

Imported where a page is served, as it loads http.server.
"""

import json
import logging
import os
import socket
import socketserver
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader, RawIOBase
from threading import Event, Lock, Thread
from time import monotonic
from typing import Self

from sklearn_active.labeling._fronts.address import Address
from sklearn_active.labeling._fronts.desk import PAGE, Desk
from sklearn_active.labeling._fronts.security import HEADERS, Guard, Refusal, parse_body

_FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    **{
        f"/{path.name}": (path.name, "text/javascript")
        for path in sorted(PAGE.glob("*.js"))
        if path.name != "widget.js"  # a notebook's
    },
}
_SECONDS = 10  # for the bytes of a request to arrive
_MOST_CONNECTIONS = 64  # of one person's browser: it keeps six at a time
_TOO_MANY = b'{"error": "Too many connections. Close other tabs of this page."}'


class LabelingServer:
    """Serve the labeling page of a session on 127.0.0.1.

    Made by :meth:`LabelingSession.serve`. A context manager.

    Parameters
    ----------
    desks : dict of str to Desk
        Who labels, None for one person without a name, and what answers them.
    open_browser : bool, default=False
        Whether to open the page in the browser.
    port : int, default=0
        0: that of the run before, or a free one.
    address : Address, default=None
        Keeps port and tokens for the next run; None: they are new.

    Attributes
    ----------
    url : str
        Leads to the page, of several annotators the first's. It holds the token:
        whoever has it can label.
    urls : dict of str to str
        The address of every annotator.
    """

    def __init__(
        self,
        desks: Mapping[str | None, Desk],
        open_browser: bool = False,
        port: int = 0,
        address: Address | None = None,
    ):
        self.desks = desks
        self._kept = Address(None) if address is None else address
        self._http = self._bound(port)
        guard, port = self._http.guard, self._http.server_port
        self._address = f"http://127.0.0.1:{port}/"
        tokens = {name: guard.token_of(name) for name in desks}
        self.urls: dict[str | None, str] = {
            name: f"{self._address}#{x}" for name, x in tokens.items()
        }
        self.url = next(iter(self.urls.values()))
        self._kept.write(port, {name or "": x for name, x in tokens.items()})
        self._thread = Thread(
            target=self._http.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        if open_browser:
            ticket = guard.issue_ticket(next(iter(desks)))
            webbrowser.open(f"{self._address}#once={ticket}")

    def _bound(self, port):
        """Listen where the run before did, with its tokens, else anywhere."""
        before, tokens = self._kept.read()
        if port in (0, before) and before:
            known = {name: tokens.get(name or "") for name in self.desks}
            with suppress(OSError):  # somebody else listens there now
                return _HTTPServer(self.desks, before, known)
        try:
            return _HTTPServer(self.desks, port)
        except OSError as error:
            raise OSError(
                error.errno,
                f"The page can't be served at port {port} ({error.strerror}). Take "
                "another port, or 0 for any that is free.",
            ) from error

    def __repr__(self):
        return f"LabelingServer({self._address})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def wait(self) -> None:
        """Return when everybody has pressed "Finish", or the server is closed."""
        desks = self.desks.values()
        while not self._http.closed.is_set():
            working = [desk for desk in desks if not desk.finished.is_set()]
            if not working:
                return
            working[0].finished.wait(0.5)  # in steps, so that Ctrl-C gets through

    def close(self) -> None:
        """End the page; what was answered is kept. The session stays open."""
        if not self._http.closed.is_set():
            self._http.end()
            self._thread.join()
            if all(desk.finished.is_set() for desk in self.desks.values()):
                self._kept.forget()


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let others in, too
    request_queue_size = 64

    def __init__(self, desks, port, tokens=()):
        super().__init__(("127.0.0.1", port), _Handler)
        self.desks, self.guard = desks, Guard(self.server_port, desks, tokens)
        self.files = {
            path: (kind, (PAGE / name).read_bytes())
            for path, (name, kind) in _FILES.items()
        }
        self.closed = Event()
        self._connections, self._lock = set(), Lock()

    def server_bind(self):
        # HTTPServer's asks the network for the name of 127.0.0.1.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address

    def process_request(self, request, client_address):
        """Give a connection a thread of its own, or refuse it where there are many."""
        # Counted when a connection is accepted, not in its thread: threads are what a
        # flood of connections would use up.
        with self._lock:
            is_free = len(self._connections) < _MOST_CONNECTIONS
            if is_free:
                self._connections.add(request)
        if is_free:
            super().process_request(request, client_address)
            return
        head = (
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(_TOO_MANY)}\r\nConnection: close\r\n\r\n"
        )
        with suppress(OSError):
            request.sendall(head.encode() + _TOO_MANY)
        self.shutdown_request(request)

    def shutdown_request(self, request):
        """Hang up, whatever happened before, and give the place free."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def end(self):
        self.closed.set()
        self.shutdown()
        self.server_close()
        # A browser keeps its connections alive, each with a thread that would go on
        # answering after the program said that the page has ended.
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        """Say nothing of clients that went away: a traceback helps nobody."""


class _Arriving(RawIOBase):
    """The bytes of a connection, until a deadline.

    A socket's own timeout begins anew with each byte: who sends one now and then would
    hold a thread for ever.
    """

    deadline = 0.0

    def __init__(self, connection):
        self._connection = connection

    def readable(self):
        return True

    def readinto(self, buffer):
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError("The request didn't arrive in time.")
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS
    wbufsize = -1  # headers and body in one packet
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self._arriving = _Arriving(self.connection)
        self.rfile = BufferedReader(self._arriving)

    def handle_one_request(self):
        """Read a request line and headers in the time there is, and answer."""
        self._arriving.deadline = monotonic() + self.timeout
        super().handle_one_request()

    def handle_expect_100(self):
        goes_on = super().handle_expect_100()
        self.wfile.flush()  # the client waits for it before it sends the body
        return goes_on

    def finish(self):
        with suppress(OSError):
            super().finish()

    def do_GET(self):
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # what follows is no request
        try:
            self.server.guard.check_source(self.headers)
            if self.path not in self.server.files:
                raise Refusal(404, "There is nothing here.")
        except Refusal as refusal:
            self._refuse(refusal)
            return
        self._send(200, *self.server.files[self.path])

    def do_POST(self):
        try:
            status, reply = self._answer()
        except Refusal as refusal:
            self._refuse(refusal)
        except Exception:
            logging.getLogger(__name__).exception("The labeling page failed.")
            self._refuse(Refusal(500, "This failed; the program's log says why."))
        else:
            self._send_json(status, reply)

    def _answer(self):
        # The body is read before anything is refused: a connection that is closed with
        # bytes unread is reset, and the browser would not see the answer.
        guard = self.server.guard
        body = self._body(guard.length_of_body(self.headers))
        guard.check_source(self.headers)
        action = self.path.removeprefix("/")
        if self.path == "/enter":
            request = parse_body(self.headers, body)
            return 200, {"token": guard.enter(request.get("ticket"))}
        if self.path == "/hello":
            request = parse_body(self.headers, body)
            return 200, {"proofs": guard.proofs(request.get("nonce"))}
        if self.path != f"/{action}" or action not in Desk.actions:
            raise Refusal(404, "There is nothing here.")
        desk = self.server.desks[guard.annotator_of(self.headers)]
        if self.server.closed.is_set():
            raise Refusal(503, "The program is ending.")
        return desk.handle(action, parse_body(self.headers, body))

    def _body(self, n_bytes):
        """Read the body; however slow the client is, not for ever."""
        self._arriving.deadline = monotonic() + _SECONDS
        try:
            body = self.rfile.read(n_bytes)
        except TimeoutError:
            body = b""
        if len(body) < n_bytes:
            raise Refusal(408, "The body didn't arrive.")
        return body

    def _refuse(self, refusal):
        self.close_connection = True
        self._send_json(refusal.status, {"error": str(refusal)})

    def _send_json(self, status, reply):
        self._send(status, "application/json", json.dumps(reply).encode())

    def _send(self, status, kind, body):
        self.connection.settimeout(self.timeout)
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        charset = "" if kind == "application/json" else "; charset=utf-8"
        self.send_header("Content-Type", kind + charset)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        if status == 405:
            self.send_header("Allow", "GET, POST")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code, message=None, explain=None):
        """Answer what the base class refuses, without repeating what was sent."""
        code = 405 if code == 501 else code  # a method other than GET and POST
        self._refuse(Refusal(code, "This request can't be understood."))

    def version_string(self):
        """Name no version: nobody needs to look up its faults."""
        return "sklearn_active"

    def log_message(self, format, *args):
        """Log nothing: requests are the person's."""
