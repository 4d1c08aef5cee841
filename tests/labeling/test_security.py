"""The page's server under attack: each line of defense, by itself."""

import json
import logging
import re
import socket
import threading
from urllib.parse import urlsplit

import pytest
from page_client import Client, new_session

from sklearn_active.labeling._fronts import security as _security
from sklearn_active.labeling._fronts import server as _server
from sklearn_active.labeling._fronts.security import HEADERS, MOST_BYTES, Guard, Refusal


@pytest.fixture(scope="module")
def session():
    with new_session() as session:
        yield session


@pytest.fixture(scope="module")
def server(session):
    with session.serve() as server:
        yield server


@pytest.fixture
def client(server):
    return Client(server)


PATHS = ["/", "/page.css", "/page.js", "/start.js"]


def test_it_listens_on_this_machine_only(server):
    assert server._http.socket.getsockname()[0] == "127.0.0.1"
    assert urlsplit(server.url).hostname == "127.0.0.1"


def test_the_port_is_another_one_each_time(session, server):
    with session.serve() as other:
        assert Client(other).port != Client(server).port


def test_tokens_have_256_bits_and_no_two_servers_share_one():
    tokens = {Guard(1).token_of() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}  # 256 bits, 6 a character


def test_the_token_stands_in_the_fragment_which_browsers_never_send(server):
    address = urlsplit(server.url)
    assert (address.path, address.query) == ("/", "")
    assert address.fragment == server._http.guard.token_of()
    assert address.fragment not in repr(server)


@pytest.mark.parametrize("action", sorted(_server.Desk.actions))
@pytest.mark.parametrize("kind", ["none", "empty", "wrong", "short", "long", "twice"])
def test_no_action_without_the_token(client, session, action, kind):
    version = session._ledger.version
    token = {
        "none": None,
        "empty": "",
        "wrong": "x" * len(client.token),
        "short": client.token[:-1],
        "long": client.token + "x",
        "twice": [client.token, client.token],
    }[kind]
    status, reply = client.post(action, X_Labeling_Token=token)
    assert (status, set(reply)) == (401, {"error"})
    assert session._ledger.version == version


def test_tokens_are_compared_in_constant_time(monkeypatch, client):
    compared = []

    def spy(given, known):
        compared.append((given, known))
        return given == known

    monkeypatch.setattr(_security.hmac, "compare_digest", spy)
    assert client.post("state")[0] == 200
    assert client.post("state", X_Labeling_Token="é")[0] == 401
    known = client.token.encode()
    assert compared[0] == (known, known)
    assert len(compared) == 2


@pytest.mark.parametrize("path", [*PATHS, "/nothing", "/state"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.evil.example:{port}",
        "127.0.0.2:{port}",
        "[::1]:{port}",
        "0.0.0.0:{port}",
        "localhost.:{port}",
        "",
        None,
        ["127.0.0.1:{port}", "evil.example"],
        ["127.0.0.1:{port}", "127.0.0.1:{port}"],
    ],
)
def test_another_host_is_refused_on_every_path(client, path, host):
    hosts = host if isinstance(host, list) else [host]
    hosts = [h and h.format(port=client.port) for h in hosts]
    status, _, body = client.raw("GET", path, headers={"Host": hosts})
    assert status == 403
    assert set(json.loads(body)) == {"error"}
    assert client.post("state", Host=hosts)[0] == 403


def test_both_names_of_this_machine_are_served(client):
    assert (
        client.raw("GET", "/", headers={"Host": f"localhost:{client.port}"})[0] == 200
    )
    assert client.post("state", Host=f"localhost:{client.port}")[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:{port}/",
        "",
    ],
)
def test_another_origin_is_refused_although_it_knows_the_token(client, origin):
    origin = origin.format(port=client.port)
    assert client.post("state", Origin=origin)[0] == 403
    assert client.raw("GET", "/", headers={"Origin": origin})[0] == 403


def test_the_page_itself_is_a_known_origin(client):
    origin = f"http://127.0.0.1:{client.port}"
    assert client.post("state", Origin=origin)[0] == 200
    assert client.post("state", Origin=[origin, "https://evil.example"])[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        "/page.js?x",
        "/page.js/",
        "/PAGE.JS",
        "/widget.js",
        "/../server.py",
        "/..%2fserver.py",
        "/%2e%2e/server.py",
        "/page.js/../../server.py",
        "/....//server.py",
        "/page.js%00.css",
        "/etc/passwd",
        "//etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/page.js",
        "*",
    ],
)
def test_only_the_exact_paths_lead_somewhere(client, path):
    status, _, body = client.raw("GET", path)
    assert status == 404
    assert set(json.loads(body)) == {"error"}


@pytest.mark.parametrize("path", ["", "state/", "state?x", "_state", "close", "handle"])
def test_only_the_exact_actions_do_something(client, path):
    assert client.post(path)[0] == 404


@pytest.mark.parametrize(
    "method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"]
)
def test_other_methods_are_refused(client, method):
    status, headers, _ = client.raw(method, "/")
    assert (status, headers["Allow"]) == (405, "GET, POST")
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("action", ["state", "undo"])
def test_a_link_or_an_image_cannot_act(client, action):
    headers = {"X-Labeling-Token": client.token}
    assert client.raw("GET", f"/{action}", headers=headers)[0] == 404


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Content-Type": None}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data"}, 415),
        ({"Content-Type": "application/json-patch+json"}, 415),
        ({"Content-Type": "application/json; charset=utf-16"}, 415),
        ({"Content-Type": "application/json; charset=UTF-8"}, 200),
        ({"Content-Length": None}, 411),
        ({"Content-Length": "-1"}, 400),
        ({"Content-Length": "1e3"}, 400),
        ({"Content-Length": "٣"}, 400),
        ({"Content-Length": ["2", "2"]}, 400),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Transfer-Encoding": "chunked", "Content-Length": None}, 411),
    ],
)
def test_a_request_of_another_form_is_refused(client, headers, expected):
    headers = {
        name: [v.encode() for v in value] if isinstance(value, list) else value
        for name, value in headers.items()
    }
    if headers.get("Content-Length") == "٣":
        headers["Content-Length"] = "٣".encode()
    fields = {
        "Content-Type": "application/json",
        "Content-Length": "2",
        "X-Labeling-Token": client.token,
        **headers,
    }
    status, _, reply = client.raw("POST", "/state", b"{}", fields)
    assert status == expected
    says = {411: "State a Content-Length", 415: "application/json", 400: "", 200: ""}
    assert says[status] in reply.decode()


def test_a_body_may_have_64_kb_and_no_more(client):
    fields = {"Content-Type": "application/json", "X-Labeling-Token": client.token}
    body = b"{}".ljust(MOST_BYTES)
    fields["Content-Length"] = str(len(body))
    assert MOST_BYTES == 64 * 1024
    assert client.raw("POST", "/state", body, fields)[0] == 200
    for length in (MOST_BYTES + 1, 10**8, 10**30):  # refused before it is sent
        fields["Content-Length"] = str(length)
        assert client.raw("POST", "/state", None, fields)[0] == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"row": NaN}',
        b'{"row": -Infinity}',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"row": ' + b"9" * 60_000 + b"}",
    ],
    ids=range(11),
)
def test_a_body_that_is_no_json_object_is_refused(client, body):
    fields = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "X-Labeling-Token": client.token,
    }
    status, _, reply = client.raw("POST", "/state", body, fields)
    assert status == 400
    error = json.loads(reply)["error"]
    assert error in ("The body is not JSON.", "The body is not a JSON object.")
    assert b"Traceback" not in reply
    assert b"File" not in reply


def test_every_reply_forbids_what_a_browser_could_be_talked_into(client):
    replies = [client.raw("GET", path) for path in [*PATHS, "/nothing"]]
    replies.append(client.raw("GET", "/", headers={"Host": "evil.example"}))
    replies.append(client.raw("DELETE", "/"))
    replies.append(client.raw("POST", "/state", b"{}", {"Content-Length": "2"}))
    for _, headers, _ in replies:
        for name, value in HEADERS.items():
            assert headers.get_all(name) == [value]
        assert headers["Set-Cookie"] is None
        assert not [n for n in headers if n.lower().startswith("access-control")]
        assert headers["Server"] == "sklearn_active"  # no version to look up


def test_the_policy_allows_our_own_files_and_nothing_else():
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in HEADERS["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "style-src-attr": "'unsafe-inline'",
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    others = {n: v for n, v in HEADERS.items() if n != "Content-Security-Policy"}
    assert others == {
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def test_the_script_never_writes_html():
    code = "".join(path.read_text() for path in _server.PAGE.glob("*.js"))
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\("
    )
    assert re.findall(forbidden, code) == []


def test_nothing_is_logged_and_nothing_printed(client, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    client.post("state")
    client.post("state", X_Labeling_Token="wrong")
    client.raw("GET", f"/{client.token}")
    client.send(f"GET /{client.token} HTTP/9.9\r\n\r\n".encode())
    client.send(b"\x00\xff" + client.token.encode() + b"\r\n\r\n")
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")


def test_a_failure_shows_the_client_no_traceback_and_no_path(
    monkeypatch, server, caplog
):
    def fail(action, request):
        raise RuntimeError("a secret of the program")

    client = Client(server)
    monkeypatch.setattr(server.desks[None], "handle", fail)
    status, reply = client.post("state")
    assert status == 500
    assert reply == {"error": "This failed; the program's log says why."}
    assert "a secret of the program" in caplog.text  # where the program's owner looks
    assert client.token not in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/0.9\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"POST /state HTTP/1.1\r\nContent-Length: 5\r\n\r\n{}",
        b"<script>alert(1)</script>\r\n\r\n",
    ],
    ids=range(11),
)
def test_what_is_no_request_gets_neither_the_page_nor_itself_back(client, data):
    try:
        reply = client.send(data)
    except ConnectionResetError:  # hung up on before everything was sent
        reply = b""
    assert b"<" not in reply
    assert b"HTTP/1.1 200" not in reply
    assert client.state()  # and the others are served


def test_what_follows_a_get_with_a_body_is_no_request(client):
    smuggled = f"GET / HTTP/1.1\r\nHost: {client.host}\r\n\r\n"
    data = (
        f"GET /page.css HTTP/1.1\r\nHost: {client.host}\r\n"
        f"Content-Length: {len(smuggled)}\r\n\r\n{smuggled}"
    )
    assert client.send(data.encode()).count(b"HTTP/1.1 ") == 1


def test_slow_clients_do_not_keep_the_others_waiting_and_are_hung_up_on(
    monkeypatch, session
):
    assert 0 < _server._Handler.timeout <= 30
    monkeypatch.setattr(_server._Handler, "timeout", 0.2)
    monkeypatch.setattr(_server, "_SECONDS", 0.2)
    with session.serve() as server:
        client = Client(server)
        starts = [
            b"",
            b"GET / HT",
            f"POST /state HTTP/1.1\r\nHost: {client.host}\r\n"
            f"X-Labeling-Token: {client.token}\r\nContent-Type: application/json\r\n"
            "Content-Length: 60000\r\n\r\n{".encode(),
        ]
        lines = []
        for start in starts * 20:
            line = socket.create_connection(("127.0.0.1", client.port), timeout=20)
            line.sendall(start)
            lines.append(line)
        assert client.state()
        for line in lines:
            while line.recv(65536):
                pass
            line.close()
        assert client.state()


def test_a_body_that_drips_in_is_given_up_on(monkeypatch, session):
    monkeypatch.setattr(_server, "_SECONDS", 0.0)
    with session.serve() as server:
        client = Client(server)
        line = socket.create_connection(("127.0.0.1", client.port), timeout=20)
        line.sendall(
            f"POST /state HTTP/1.1\r\nHost: {client.host}\r\n"
            "Content-Length: 60000\r\n\r\n{".encode()
        )
        assert b" 408 " in line.recv(65536)
        line.close()


def test_closing_hangs_up_on_those_who_are_slow(session):
    server = session.serve()
    line = socket.create_connection(("127.0.0.1", Client(server).port), timeout=20)
    line.sendall(b"GET /")
    Client(server).state()
    closer = threading.Thread(target=server.close)
    closer.start()
    closer.join(timeout=20)
    assert not closer.is_alive()
    with line:
        assert line.recv(100) == b""


class TestTicket:
    """What stands on the command line of a browser is worth nothing afterwards."""

    def test_the_browser_is_given_a_ticket_and_not_the_token(
        self, monkeypatch, session
    ):
        opened = []
        monkeypatch.setattr("webbrowser.open", opened.append)
        with session.serve(open_browser=True) as server:
            client = Client(server)
            (url,) = opened
            assert client.token not in url
            ticket = urlsplit(url).fragment.removeprefix("once=")
            nobody = {"X_Labeling_Token": None}
            status, reply = client.post("enter", {"ticket": ticket}, **nobody)
            assert (status, reply) == (200, {"token": client.token})
            assert client.post("enter", {"ticket": ticket}, **nobody)[0] == 401

    @pytest.mark.parametrize("ticket", [None, "", "x", 1, ["x"], {}])
    def test_a_wrong_ticket_is_refused_and_ends_the_right_one(self, ticket):
        guard = Guard(1)
        right = guard.issue_ticket()
        for given in (ticket, right):
            with pytest.raises(Refusal):
                guard.enter(given)

    def test_a_ticket_expires(self, monkeypatch):
        guard = Guard(1)
        ticket = guard.issue_ticket()
        later = _security.monotonic() + 121
        monkeypatch.setattr(_security, "monotonic", lambda: later)
        with pytest.raises(Refusal, match="expired"):
            guard.enter(ticket)

    def test_without_a_browser_there_is_no_ticket(self, client):
        for ticket in (None, "", "None"):
            assert client.post("enter", {"ticket": ticket})[0] == 401


@pytest.fixture
def own_server(session):
    with session.serve() as server:
        yield server


def test_headers_that_drip_in_are_given_up_on(own_server, monkeypatch):
    # Each byte comes in time for a socket's own timeout, the whole never does.
    monkeypatch.setattr(_server._Handler, "timeout", 0.5)
    port = Client(own_server).port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\n")
        ended = threading.Event()

        def drip():
            while not ended.wait(0.05):
                try:
                    line.sendall(b"A")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            got = line.recv(100)
        except ConnectionError:
            got = b""
        ended.set()
        dripping.join(timeout=20)
    assert got == b""


def test_connections_above_the_cap_are_refused_with_a_sentence(own_server, monkeypatch):
    monkeypatch.setattr(_server, "_MOST_CONNECTIONS", 2)
    port = Client(own_server).port
    lines = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in "123"]
    reply = b""
    while part := lines[2].recv(1000):
        reply += part
    assert reply.startswith(b"HTTP/1.1 503 ")
    assert b"Too many connections" in reply
    lines[0].sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
    assert lines[0].recv(12) == b"HTTP/1.1 200"
    for line in lines:
        line.close()


def test_a_client_that_waits_to_be_asked_for_the_body_is_asked(own_server):
    client = Client(own_server)
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as line:
        line.sendall(
            b"POST /state HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 2\r\n"
            b"Expect: 100-continue\r\n\r\n" % client.port
        )
        assert line.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("fault", ["setup", "thread"])
def test_a_connection_that_fails_gives_its_place_free(own_server, monkeypatch, fault):
    monkeypatch.setattr(_server, "_MOST_CONNECTIONS", 2)
    port = Client(own_server).port

    def broken(*args, **params):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        if fault == "setup":
            patch.setattr(_server._Handler, "setup", broken)
        else:
            patch.setattr("socketserver.threading.Thread", broken)
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
                assert line.recv(100) == b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
        assert line.recv(12) == b"HTTP/1.1 200"
