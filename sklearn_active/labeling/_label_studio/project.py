"""A project of Label Studio, through the official SDK, and its faults in a sentence."""

import json
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_PATIENCE = 30  # seconds for an answer
# By itself the SDK sends a request again whose reply was lost, and so imports tasks
# twice; here it is looked at first what came of it.
_ONCE = {"max_retries": 0}
_PER_PAGE = 100
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
_OVERLAP = timedelta(seconds=10)
_LONGEST_DETAIL = 200
_NO_TOKEN = (
    "Label Studio at {url} doesn't accept the token ({status}): take a personal access "
    "token, under Account & Settings, {url}/user/account, that is neither expired nor "
    "revoked, of somebody who may open the project."
)


class NotNow(ConnectionError):
    """Label Studio can't be reached, or fails: it may work later."""


class Refused(PermissionError):
    """Label Studio doesn't accept the token."""


class Gone(LookupError):
    """The project was deleted."""


def sdk():
    """Return the official SDK: its client, and what it raises; raise without it."""
    try:
        import httpx
        from label_studio_sdk.client import LabelStudio
        from label_studio_sdk.core.api_error import ApiError
    except ImportError as error:
        raise ImportError(
            "The bridge needs Label Studio's SDK. Install it with the extra "
            "'label-studio': pip install sklearn-active[label-studio]."
        ) from error
    return LabelStudio, ApiError, httpx.HTTPError


def new_client(url, token):
    """Return a client of the official SDK.

    Parameters
    ----------
    url, token : str
        As of the bridge.

    Returns
    -------
    client : LabelStudio
    """
    # Without the slash it drops the last part of a path when it asks for a new token.
    return sdk()[0](base_url=f"{url}/", api_key=token, timeout=_PATIENCE)


class Task(NamedTuple):
    """A task, as it was read.

    Attributes
    ----------
    id : int
        Of the task.
    data : dict
        What it shows.
    annotations : list of dict
        As Label Studio writes them.
    changed_at : datetime
        When it, or one of them, was changed.
    """

    id: int
    data: dict[str, Any]
    annotations: list[dict[str, Any]]
    changed_at: datetime


class Project:
    """Read and write one project.

    Parameters
    ----------
    url : str
        Where Label Studio is.
    token : str
        A personal access token.

    Attributes
    ----------
    id : int or None
        Of the project; None until it is found or made.
    title : str
        What it is called.
    config : str
        Its label configuration.
    parsed : dict
        The same, by the name of each control.
    n_votes : int
        How many annotations it wants of each task.
    """

    def __init__(self, url, token):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(
                "url is where Label Studio is, as in 'http://localhost:8080', not "
                f"{url!r}."
            )
        token = token.strip() if isinstance(token, str) else ""
        # Others no request can hold, and what is said then quotes the token.
        if not token or not token.isascii() or not token.isprintable():
            raise ValueError(
                "token is a personal access token of Label Studio, in one line: make "
                f"one under Account & Settings, {url.rstrip('/')}/user/account."
            )
        self._url, self._token = url.rstrip("/"), token
        self._client, self._emails, self.id = None, {}, None
        self.title, self.config, self.parsed, self.n_votes = "", "", {}, 1

    @property
    def url(self):
        """Where people label."""
        return f"{self._url}/projects/{self.id}/data"

    def find(self, name):
        """Take the project of a name or a number; say whether there is one.

        Parameters
        ----------
        name : str or int
            Its title, or its id.

        Returns
        -------
        found : bool
        """
        if isinstance(name, int):
            found = self._call("projects.get", may_be_missing=True, id=name)
            if found is None:
                raise ValueError(f"There is no project {name} at {self._url}.")
            self._take(found)
            return True
        named = [x for x in self._pages("projects.list") if x.title == name]
        if len(named) > 1:
            raise ValueError(
                f"{len(named)} projects are called {name!r}: name one by its number, "
                f"{' or '.join(str(each.id) for each in named)}."
            )
        return bool(named) and self.find(named[0].id)

    def create(self, title, config, n_votes):
        """Make a project, and take it.

        Parameters
        ----------
        title : str
            What it is called.
        config : str
            Its label configuration.
        n_votes : int
            How many annotations it wants of each task.
        """
        stated = {"title": title, "label_config": config}
        made = self._call("projects.create", **stated, maximum_annotations=n_votes)
        self._take(made)
        self.config = config

    def change(self, **changes):
        """Change the project.

        Parameters
        ----------
        **changes : object
            As of the API: `label_config`, `maximum_annotations`.
        """
        self._call("projects.update", id=self.id, **changes)
        self.config = changes.get("label_config", self.config)

    def _take(self, found):
        self.id, self.title = found.id, found.title
        self.config = found.label_config or ""
        self.parsed = dict(found.parsed_label_config or {})
        self.n_votes = found.maximum_annotations or 1

    def tasks(self, since=None, ids=()):
        """Return tasks with their annotations, in the order of their ids.

        Parameters
        ----------
        since : datetime, default=None
            Only those that have changed after it, or shortly before: changes at the
            same time may be seen one after the other. None: all.
        ids : iterable of int, default=()
            These in any case.

        Returns
        -------
        tasks : list of Task
        """
        query = {"ordering": ["tasks:id"]}
        if since is not None:
            moment = (since - _OVERLAP).astimezone(UTC).strftime(_MOMENT)
            items = [_where("updated_at", "greater", "Datetime", moment)]
            items.append(_where("id", "in_list", "Number", list(ids)))
            query["filters"] = {"conjunction": "or", "items": items[: 1 + bool(ids)]}
        options = {"project": self.id, "fields": "all", "query": json.dumps(query)}
        return [
            # The SDK reads some moments, and leaves others as text.
            Task(x.id, x.data, x.annotations or [], _moment(x.updated_at))
            for x in self._pages("tasks.list", **options)
        ]

    def add(self, tasks):
        """Add tasks.

        Parameters
        ----------
        tasks : list of dict
            As files for Label Studio hold them.

        Returns
        -------
        ids : list of int
            In the same order.
        """
        options = {"request": tasks, "return_task_ids": True}
        return self._call("projects.import_tasks", id=self.id, **options).task_ids

    def delete(self, id):
        """Delete a task, unless somebody was faster.

        Parameters
        ----------
        id : int
            The task.
        """
        self._call("tasks.delete", may_be_missing=True, id=id)

    def email(self, id):
        """Return what somebody is called.

        Parameters
        ----------
        id : int, dict or None
            Of the person, or what is known of them.

        Returns
        -------
        email : str or None
        """
        if isinstance(id, dict):
            return id.get("email") or f"user {id.get('id')}"
        if id is None:
            return None
        if id not in self._emails:
            people = self._call("users.list")
            self._emails |= {each.id: each.email for each in people}
        return self._emails.setdefault(id, f"user {id}")

    def _pages(self, name, **arguments):
        """Return what a list holds, page by page."""
        found, page, is_last = [], 1, False
        while not is_last:
            # Instead of a page without entries there is none.
            options = {"page": page, "page_size": _PER_PAGE, "may_be_missing": page > 1}
            pager = self._call(name, **options, **arguments)
            these = [] if pager is None else pager.items or []
            found += these
            page, is_last = page + 1, len(these) < _PER_PAGE
        return found

    def _call(self, name, *, may_be_missing=False, **arguments):
        """Return what comes of a call, or raise what is wrong in a sentence."""
        _, ApiError, HTTPError = sdk()
        try:
            return self._tried(attrgetter(name), arguments, ApiError)
        except ApiError as error:
            if error.status_code == 404 and may_be_missing:
                return None
            raise self._of(error.status_code, error.body) from error
        except HTTPError as error:
            said = str(error).rstrip(".") or type(error).__name__
            text = f"Label Studio at {self._url} can't be reached: {said}."
            raise NotNow(text) from error
        except ValueError as error:  # no JSON, or not what the SDK knows
            raise NotNow(
                f"What answered at {self._url} is no Label Studio, or none that its "
                f"SDK knows ({type(error).__name__})."
            ) from error

    def _tried(self, method, arguments, ApiError):
        if self._client is not None:
            try:
                return method(self._client)(**arguments, request_options=_ONCE)
            except ApiError as error:
                if error.status_code != 401:
                    raise
        # The SDK keeps a token for some minutes: it may have ended by the clock of the
        # server alone, and then a new client gets a new one.
        self._client = new_client(self._url, self._token)
        return method(self._client)(**arguments, request_options=_ONCE)

    def _of(self, status, body):
        """Return the error of a status."""
        if status in (401, 403):
            return Refused(_NO_TOKEN.format(url=self._url, status=status))
        if status == 404 and self.id is not None:
            return Gone(
                f"The project {self.title!r} ({self.id}) is not in Label Studio at "
                f"{self._url} any more. All answers that were read are kept."
            )
        said = _detail(body)
        return NotNow(f"Label Studio at {self._url} answered with {status}{said}")


def _moment(text):
    return datetime.fromisoformat(str(text))


def _where(name, operator, kind, value):
    filter = {"filter": f"filter:tasks:{name}", "operator": operator}
    return filter | {"type": kind, "value": value}


def _first(said):
    return said[0] if isinstance(said, list) and said else said


def _detail(body):
    """Return what Label Studio says of an error, cut where it is long."""
    if isinstance(body, dict):
        body = body.get("validation_errors") or body.get("detail")
    if isinstance(body, dict):
        body = "; ".join(f"{name}: {_first(x)}" for name, x in body.items())
    text = "" if body is None else " ".join(str(body).split())
    if not text or text.startswith("<"):
        return "."
    return f": {text[:_LONGEST_DETAIL]}"
