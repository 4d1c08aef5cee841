"""A Label Studio of one's own, and people who label in it as its page lets them."""

import os
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

PASSWORD = "a-password-of-nobody"
PATIENCE = 300  # seconds, for a first start on a slow machine
ALL = {"fields": "all", "page_size": 1000}


class Server:
    """Label Studio on a free port of this machine, with SQLite.

    Parameters
    ----------
    command : str
        The program `label-studio`.
    folder : Path
        For its data and its log.
    """

    def __init__(self, command, folder):
        self._command, self._folder, self._process = command, folder, None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self):
        """Start it, and wait until it answers; return how many seconds that took."""
        own = {
            "LABEL_STUDIO_BASE_DATA_DIR": str(self._folder / "data"),
            "DJANGO_DB": "sqlite",
            "COLLECT_ANALYTICS": "False",
            "LATEST_VERSION_CHECK": "False",
            "LABEL_STUDIO_USERNAME": email_of("ann"),
            "LABEL_STUDIO_PASSWORD": PASSWORD,
        }
        where = ["--no-browser", "--port", str(self._port)]
        where += ["--internal-host", "127.0.0.1"]
        (self._folder / "data").mkdir(exist_ok=True)
        began = time.monotonic()
        with (self._folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [self._command, "start", *where],
                env=os.environ | own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while not self._is_up():
            if self._process.poll() is not None:
                raise RuntimeError(f"Label Studio ended at once.\n{self.log()[-2000:]}")
            if time.monotonic() - began > PATIENCE:
                raise RuntimeError(f"Label Studio is not up after {PATIENCE} s.")
            time.sleep(0.1)
        return time.monotonic() - began

    def _is_up(self):
        try:
            return httpx.get(f"{self.url}/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self):
        """End it at once: SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log(self):
        """Return what it wrote."""
        return (self._folder / "server.log").read_text(errors="replace")

    @property
    def n_locked(self):
        """How often SQLite was locked by another request."""
        return self.log().count("OperationalError: database is locked")

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *details):
        self.kill()


def email_of(name):
    """Return the address of a person."""
    return f"{name}@example.org"


class Person:
    """Somebody with an account of Label Studio and a personal access token.

    Parameters
    ----------
    server : Server
        Where.
    name : str
        'ann' is there from the start; others follow an invitation.
    invitation : str, default=None
        The address that ann got for those.
    """

    def __init__(self, server, name, invitation=None):
        self.email, self._access = email_of(name), "none yet"
        self._client = httpx.Client(
            base_url=server.url, timeout=60, follow_redirects=True
        )
        page = invitation or "/user/login/"
        self._client.get(page)
        self._post_form(page, email=self.email, password=PASSWORD)
        made = self._client.post("/api/token/", json={}, headers=self._from_here())
        self.token = made.raise_for_status().json()["token"]
        self._client.cookies.clear()  # from now on by the token alone

    def _from_here(self):
        url = str(self._client.base_url)
        return {"Referer": url, "X-CSRFToken": self._client.cookies["csrftoken"]}

    def _post_form(self, page, **fields):
        fields["csrfmiddlewaretoken"] = self._client.cookies["csrftoken"]
        reply = self._client.post(page, data=fields, headers=self._from_here())
        if not self._client.cookies.get("sessionid"):
            raise RuntimeError(f"Nobody is signed in by {page}: {reply.text[:500]}")

    def ask(self, method, path, **options):
        """Send a request with the token; return what was answered, None for 404."""
        reply = self._with_token(method, path, **options)
        if reply.status_code == 401:
            body = {"refresh": self.token}
            new = self._client.post("/api/token/refresh/", json=body)
            self._access = new.raise_for_status().json()["access"]
            reply = self._with_token(method, path, **options)
        if reply.status_code == 404:
            return None
        return reply.raise_for_status().json() if reply.content else {}

    def _with_token(self, method, path, **options):
        headers = {"Authorization": f"Bearer {self._access}"}
        return self._client.request(method, path, headers=headers, **options)

    def invitation(self):
        """Return the address at which others sign up."""
        return self.ask("GET", "/api/invite")["invite_url"]

    def revoke_token(self):
        """Make the token one that isn't accepted any more."""
        self.ask("POST", "/api/token/blacklist/", json={"refresh": self.token})

    def version(self):
        """Return the version of Label Studio."""
        return self.ask("GET", "/api/version")["release"]

    def next(self, project):
        """Return the task that the page would show, None where there is none."""
        return self.ask("GET", f"/api/projects/{project}/next/")

    def answer(self, task, label, seconds=1.0):
        """Answer a task; None skips. Return the annotation as it was acknowledged."""
        body = {"result": _result(label), "lead_time": seconds}
        body["was_cancelled"] = label is None
        return self.ask("POST", f"/api/tasks/{task}/annotations/", json=body)

    def change(self, annotation, label):
        """Answer something else."""
        body = {"result": _result(label)}
        self.ask("PATCH", f"/api/annotations/{annotation}/", json=body)

    def tasks(self, project):
        """Return all tasks of a project with their annotations."""
        found = self.ask("GET", "/api/tasks/", params={"project": project, **ALL})
        if found["total"] > len(found["tasks"]):
            raise RuntimeError(f"{found['total']} tasks are more than a page.")
        return found["tasks"]

    def n_tasks(self, project):
        """Return how many tasks a project has."""
        few = {"project": project, "page_size": 1}
        return self.ask("GET", "/api/tasks/", params=few)["total"]

    def emails(self):
        """Return the address of everybody, by number."""
        return {each["id"]: each["email"] for each in self.ask("GET", "/api/users/")}


def _result(label):
    if label is None:
        return []
    value = {"type": "choices", "value": {"choices": [label]}}
    return [{"from_name": "label", "to_name": "item"} | value]


class Crew:
    """People who label a project at the same time, and all of it truly.

    Where a request fails, as Label Studio is down, they try again until it works.

    Parameters
    ----------
    people : list of Person
        Who.
    project : int
        Its number.
    truth : dict of str to str
        The right answers, by the key of the row.
    seconds : float, default=0.0
        How long each of them looks at a task.

    Attributes
    ----------
    acknowledged : list of tuple
        Annotation, key of the row, address and answer of each that Label Studio took.
    waits : list of float
        Seconds from each answer until the next task was there.
    n_failed : int
        Requests that failed.
    """

    def __init__(self, people, project, truth, seconds=0.0):
        self._people, self._project, self._truth = people, project, truth
        self._seconds, self._over = seconds, threading.Event()
        self.acknowledged, self.waits, self.n_failed = [], [], 0

    @contextmanager
    def at_work(self, on_error):
        """Have them label meanwhile; `on_error` is called where one can't."""
        with ThreadPoolExecutor(len(self._people)) as pool:
            runs = [pool.submit(self._run, each, on_error) for each in self._people]
            try:
                yield
            finally:
                self._over.set()
            for run in runs:
                run.result()

    def _run(self, person, on_error):
        try:
            self._label(person)
        except BaseException:
            on_error()
            raise

    def _label(self, person):
        answered = None
        while not self._over.is_set():
            task = self._patiently(person.next, self._project)
            if task is None:
                time.sleep(0.05)
                continue
            if answered is not None:
                self.waits.append(time.monotonic() - answered)
            time.sleep(self._seconds)
            key = task["data"]["key"]
            label = self._truth[key]
            made = self._patiently(person.answer, task["id"], label)
            answered = time.monotonic()
            if made is not None:
                told = (made["id"], key, person.email, label)
                self.acknowledged.append(told)

    def _patiently(self, function, *args):
        """Call again until it works, or all is over."""
        while True:
            try:
                return function(*args)
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                refused = isinstance(error, httpx.HTTPStatusError)
                if refused and error.response.status_code < 500:
                    raise
                self.n_failed += 1
                if self._over.is_set():
                    return None
                time.sleep(0.1)
