"""What a page does, without a browser: for the tests of its server."""

import json
import socket
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlsplit

import numpy as np
from executors import Inline
from sklearn.datasets import make_blobs

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession

X, TRUTH = make_blobs(40, centers=3, random_state=0)
CLASSES = ["ape", "bear", "cat"]
NAMES = (f"request {i}" for i in count())  # no two clients send the same


def new_session(journal=None, **options):
    """Return a session on 40 rows whose refits run in the caller's thread."""
    learner = ActiveLearner(GraphLabelSpreading(), "graph_herding", random_state=0)
    options = {"classes": CLASSES, "audit": 0, "executor": Inline(), **options}
    return LabelingSession(learner, X, journal=journal, **options)


class Client:
    """Send requests as the page does, or with some of their parts replaced."""

    def __init__(self, server, name=None):
        address = urlsplit(server.url if name is None else server.urls[name])
        self.token, self.port = address.fragment, address.port
        self.host = f"127.0.0.1:{self.port}"

    def raw(self, method, path, body=None, headers=()):
        """Return status, headers and body of one request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = dict(headers)
        connection.putrequest(method, path, skip_host=True)
        headers.setdefault("Host", self.host)
        for name, value in headers.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    connection.putheader(name, one)
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.headers, content

    def post(self, action, request=None, **headers):
        """Return status and reply of one request of the page."""
        named = {"request": next(NAMES), **(request or {})}
        body = json.dumps(named).encode()
        fields = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "X-Labeling-Token": self.token,
        }
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, content = self.raw("POST", f"/{action}", body, fields)
        return status, json.loads(content)

    def __call__(self, action, **request):
        """Return status and reply of one request, given by its parts."""
        return self.post(action, request)

    def state(self):
        status, state = self.post("state")
        assert status == 200
        return state

    def send(self, data):
        """Return everything that the server answers to bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b""))

    def answer(self, question, text, **more):
        label = json.dumps(text)
        request = {"query": question["id"], "row": question["row"], "label": label}
        return self.post("answer", request | more)


def truth_of(row):
    return CLASSES[int(np.asarray(TRUTH)[row])]
