"""A stand-in for the HTTP API of Label Studio 1.23.2, for tests of what talks to it.

It holds plain data in memory, answers as the real server does (status codes, bodies of
errors, effects on a task), and can be told to fail. Nothing waits, and times come from
a counter. What people do at their screens are methods: annotate, skip, change.

Where it differs: of a project's fields it knows those of FIELDS; of tasks that are
equally far from their second annotation, the labeling stream of the real server draws
one, and this takes the first; some texts of errors are shorter. Filters and samplings
that it doesn't know are a NotImplementedError, not an answer that might be wrong.
"""

import base64
import json
import re
import threading
from collections import Counter, deque
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from operator import eq, ge, gt, le, lt
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

VERSION = "1.23.2"
NO_PAGE = "<!doctype html><title>404 | Label Studio</title>"
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
FAR = 4102444800  # the first second of 2100
TICK = timedelta(microseconds=21)

# What a task's data may hold for a tag that shows it.
SHOWN = {
    "Text": (str, int, float, list),
    "Image": (str, list),
    "HyperText": (str,),
}
CONTROLS = ("Choices", "Number")
SKIP_QUEUES = ("REQUEUE_FOR_ME", "REQUEUE_FOR_OTHERS", "IGNORE_SKIPPED")
FIELDS = {
    "title": "",
    "description": "",
    "label_config": "<View></View>",
    "expert_instruction": "",
    "show_instruction": False,
    "show_skip_button": True,
    "enable_empty_annotation": True,
    "maximum_annotations": 1,
    "model_version": "",
    "show_collab_predictions": True,
    "sampling": "Sequential sampling",
    "skip_queue": "REQUEUE_FOR_OTHERS",
}
# The official client reads a task as the one of its kinds whose fields it finds most
# of; so these stand here too, though they never change.
NEVER_CHANGING = {
    "comment_count": 0,
    "unresolved_comment_count": 0,
    "comment_authors": [],
    "last_comment_updated_at": None,
    "file_upload": None,
}
OPERATORS = {
    "equal": eq,
    "greater": gt,
    "greater_or_equal": ge,
    "less": lt,
    "less_or_equal": le,
}


class Refused(Exception):
    """A request gets an answer that is an error."""

    def __init__(self, status, detail, errors=None):
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors


class Broken(Exception):
    """A request gets no answer: "lost", "down" or "slow"."""


def invalid(**errors):
    return Refused(400, "Validation error", errors)


def missing(kind):
    return Refused(404, f"No {kind} matches the given query.")


def written(time):
    """Return a time as the server writes it: a whole second has no fraction."""
    return time.isoformat().replace("+00:00", "Z")


def number_of(text, otherwise=None):
    return int(text) if str(text).isdecimal() else otherwise


def token_of(**claims):
    """Return a token of which a client reads when it ends."""
    parts = ({"alg": "HS256", "typ": "JWT"}, claims, "unsigned")
    texts = (json.dumps(part).encode() for part in parts)
    return ".".join(base64.urlsafe_b64encode(t).decode().rstrip("=") for t in texts)


# Labeling configs


def required(tag, *names, at=""):
    for name in names:
        if name not in tag.attrib:
            problem = f"Validation failed on {at}: '{name}' is a required property"
            raise invalid(label_config=[problem])


def tags_of(config):
    """Return a config's tags, where the server accepts it."""
    try:
        tags = list(ElementTree.fromstring(config).iter())
    except ElementTree.ParseError as error:
        raise invalid(label_config=[str(error)]) from None
    for tag in tags:
        if tag.tag in SHOWN:
            required(tag, "name", "value")
        elif tag.tag in CONTROLS:
            required(tag, "name", "toName")
            if tag.tag == "Choices" and tag.find("Choice") is None:
                problem = "Validation failed on : 'Choice' is a required property"
                raise invalid(label_config=[problem])
        for number, choice in enumerate(tag.iterfind("Choice")):
            required(choice, "value", at=f"Choice/{number}")
    names = [tag.get("name") for tag in tags if "name" in tag.attrib]
    if len(set(names)) < len(names):
        raise invalid(label_config=["Label config contains non-unique names"])
    for to_name in (n for tag in tags for n in tag.get("toName", "").split(",") if n):
        if to_name not in names:
            problem = f'toName="{to_name}" not found in names: {sorted(names)}'
            raise invalid(label_config=[problem])
    return tags


def parsed(config):
    """Return what the server reads from a config: its controls by their names."""
    tags = tags_of(config)
    shown = {tag.get("name"): tag for tag in tags if tag.tag in SHOWN}
    controls = {}
    for tag in tags:
        if tag.tag in CONTROLS:
            choices = {
                choice.get("alias", choice.get("value")): dict(choice.attrib)
                for choice in tag.iter("Choice")
            }
            to_name = tag.get("toName").split(",")
            controls[tag.get("name")] = {
                "type": tag.tag,
                "to_name": to_name,
                "inputs": [
                    {
                        "type": shown[name].tag,
                        "valueType": None,
                        "value": shown[name].get("value").removeprefix("$"),
                    }
                    for name in to_name
                ],
                "labels": list(choices),
                "labels_attrs": choices,
            }
    return controls


def data_keys(config):
    """Return which key of a task's data is shown by which tag."""
    return {
        tag.get("value")[1:]: tag.tag
        for tag in tags_of(config)
        if tag.tag in SHOWN and tag.get("value").startswith("$")
    }


# Imports


def check_data(keys, data, assumed):
    for key, tag in keys.items():
        problem = None
        if key not in data:
            problem = f'"{key}" key is expected in task data'
        elif not isinstance(data[key], SHOWN[tag]):
            problem = (
                f"data['{key}']={data[key]} is of type '{type(data[key]).__name__}', "
                f"but the object tag {tag} expects the following types: "
                f"{[kind.__name__ for kind in SHOWN[tag]]}"
            )
        if problem is not None:
            raise ValueError(f"{problem} [assume: {assumed}")


def check_task(keys, item):
    """Return a task of an import; a ValueError says what the server says of it."""
    if not isinstance(item, dict):
        fields = '"data", "meta", "annotations", "predictions"'
        raise ValueError(f"Task root must be dict with {fields} fields")
    if "data" not in item:
        check_data(keys, item, "item as is = task root with values] ")
        return {"data": item}
    if not isinstance(item["data"], (dict, list)):
        raise ValueError("Task[data] must be dict or list")
    check_data(keys, item["data"], 'item["data"] = task root with values]')
    for key in ("annotations", "predictions"):
        if not isinstance(item.get(key, []), list):
            raise ValueError(f"Task[{key}] must be list")
        for one in item.get(key, []):
            if "result" not in one:
                kind = key.removesuffix("s").capitalize()
                raise ValueError(f'{kind} must have "result" fields')
    return item


def check_import(keys, body):
    """Return the tasks of an import, all of which must be right."""
    if isinstance(body, str):
        problem = "load_tasks: No data found in DATA or in FILES"
        raise invalid(non_field_errors=[problem])
    items = body if isinstance(body, list) else [body]
    if not items:
        raise invalid(non_field_errors=["load_tasks: No tasks added"])
    tasks, errors = [], []
    for number, item in enumerate(items):
        try:
            tasks.append(check_task(keys, item))
            errors.append({})
        except ValueError as error:
            errors.append(f"Error at item {number}: {error} :: {item}")
            if len(errors) >= 100:
                errors[99] = "..."
                break
    if any(errors):
        raise invalid(non_field_errors=errors)
    return tasks


# Lists of tasks


def filter_of(item):
    """Return what a filter of the data manager asks of a task."""
    if not item.keys() >= {"filter", "operator", "type", "value"}:
        raise Refused(500, "1 validation error for PrepareParams")
    field = item["filter"].removeprefix("filter:tasks:")
    value, operator = item["value"], item["operator"]
    if operator == "in_list":
        return lambda task: task[field] in value
    if operator not in OPERATORS:
        raise NotImplementedError(f"no filter by {operator!r} is known here")
    compared = OPERATORS[operator]
    try:
        if item["type"] == "Datetime":
            time = datetime.strptime(value, TIME_FORMAT).replace(tzinfo=UTC)
            return lambda task: compared(task[field], time)
        if item["type"] == "Number":
            number = float(value)
            return lambda task: compared(task[field], number)
    except (TypeError, ValueError) as error:
        raise Refused(500, str(error)) from None
    raise NotImplementedError(f"no filter of type {item['type']!r} is known here")


def selected(tasks, query):
    """Return the tasks that a query selects, in its order."""
    try:
        query = json.loads(query)
    except ValueError:
        raise Refused(500, "Expected object or value") from None
    if not isinstance(query, dict):
        detail = f"{type(query).__name__!r} object has no attribute 'get'"
        raise Refused(500, detail)
    filters = query.get("filters") or {"conjunction": "and", "items": []}
    if filters["conjunction"] not in ("and", "or"):
        raise Refused(500, "1 validation error for PrepareParams")
    tests = [filter_of(item) for item in filters["items"]]
    ordering = (query.get("ordering") or ["id"])[0]
    names = [item["filter"].removeprefix("filter:tasks:") for item in filters["items"]]
    order = ordering.removeprefix("-").removeprefix("tasks:")
    for name in (*names, order):
        if name not in ("id", "inner_id", "created_at", "updated_at"):
            raise Refused(500, f"Cannot resolve keyword '{name}' into field.")
    together = all if filters["conjunction"] == "and" or not tests else any
    tasks = [task for task in tasks if together(test(task) for test in tests)]
    return sorted(tasks, key=lambda task: task[order], reverse=ordering.startswith("-"))


def page_of(rows, query, size, largest=None):
    """Return the rows of a page, and whether there are more."""
    size = number_of(query.get("page_size")) or size
    size = min(size, largest or size)
    page = number_of(query.get("page", "1"), 0)
    last = max(1, -(-len(rows) // size))
    if not 1 <= page <= last:
        raise Refused(404, "Invalid page.")
    return rows[(page - 1) * size : page * size], page < last


def only(fields, row):
    """Return what of a row was asked for by include=."""
    if fields is None:
        return row
    return {
        key: [only(fields, one) for one in value] if key == "annotations" else value
        for key, value in row.items()
        if key in fields
    }


class LabelStudioServer:
    """A server with the tables of one organization, whose owner's token is `token`.

    `faults` says what happens to the next requests, token refreshes among them, one
    each: None (it is answered), a status (409, 429, 500, 502, 503: answered before
    anything is done), "html" (the page of a proxy), "lost" (done, but the connection
    breaks before the reply), "slow" (done, but the client waits in vain) or "down" (no
    connection). `down` refuses all until it is set back. `requests` lists the method
    and path of each, also of those that found no connection.
    """

    def __init__(self, owner="owner@example.org"):
        self.lock = threading.RLock()
        self.clock = datetime(2026, 1, 5, 9, 0, 0, 250, tzinfo=UTC)
        self.access_tokens_until = FAR
        self.faults, self.down, self.requests = deque(), False, []
        self.users, self.projects, self.tasks, self.annotations = {}, {}, {}, {}
        self.held = {}  # task -> who has it on the screen, and so keeps it from others
        self._refresh, self._access, self._revoked = {}, {}, set()
        self._ids = {
            kind: count(1)
            for kind in ("user", "project", "task", "annotation", "token", "other")
        }
        self.token = self.add_user(owner)

    # Tokens and users

    def add_user(self, email):
        """Add a person; return their personal access token."""
        with self.lock:
            user = {"id": next(self._ids["user"]), "email": email}
            self.users[user["id"]] = user
            return self._new_token(self._refresh, user, "refresh", FAR)

    def expire_access_tokens(self):
        """Let all access tokens end, though their holders can't know.

        `access_tokens_until`, seconds since 1970, is what they are told of new ones.
        """
        with self.lock:
            self._access.clear()

    def revoke(self, token):
        """Revoke a personal access token. The access tokens made from it live on."""
        with self.lock:
            self._revoked.add(token)

    def _new_token(self, table, user, kind, until):
        token = token_of(
            token_type=kind,
            exp=until,
            jti=next(self._ids["token"]),
            user_id=str(user["id"]),
        )
        table[token] = user
        return token

    def _post_refresh(self, body):
        token = body.get("refresh")
        if token is None:
            raise invalid(refresh=["This field is required."])
        if token in self._access:
            raise Refused(401, "Token has wrong type")
        if token in self._revoked:
            raise Refused(401, "Token is blacklisted")
        if token not in self._refresh:
            raise Refused(401, "Token is invalid")
        user, until = self._refresh[token], self.access_tokens_until
        return 200, {"access": self._new_token(self._access, user, "access", until)}

    def _user_of(self, headers):
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind == "Bearer" and token in self._access:
            return self._access[token]
        if kind == "Token":
            raise Refused(401, "Invalid token.")
        raise Refused(401, "Authentication credentials were not provided.")

    def _user_with(self, email):
        return next(u for u in self.users.values() if u["email"] == email)

    @staticmethod
    def _shown_user(user, initials=True):
        shown = {**user, "first_name": "", "last_name": "", "avatar": None}
        return {**shown, "initials": user["email"][:2]} if initials else shown

    # Requests

    def reply(self, method, path, query, headers, body):
        """Return what `handle` does, unless a fault is due. Raises Broken."""
        with self.lock:
            self.requests.append((method, path))
            fault = self.faults.popleft() if self.faults and not self.down else None
            if self.down or fault == "down":
                raise Broken("down")
            if fault == "html":
                page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
                return 502, HTML, page
            if isinstance(fault, int):
                return self._error(Refused(fault, "A fault that a test asked for."))
            answer = self.handle(method, path, query, headers, body)
            if fault is not None:
                raise Broken(fault)
            return answer

    def handle(self, method, path, query, headers, body):
        """Return status, headers and body of the answer to a request.

        The query is the text behind the question mark; names of headers are in lower
        case; the body is bytes.
        """
        with self.lock:
            try:
                return self._answer(method, path, query, headers, body)
            except Refused as refused:
                return self._error(refused)

    def _answer(self, method, path, query, headers, body):
        routes = ((re.fullmatch(route[0], path), *route) for route in ROUTES)
        match, pattern, methods = next((r for r in routes if r[0]), (None, None, None))
        if match is None:
            return 404, HTML, NO_PAGE.encode()
        query = dict(parse_qsl(query))
        arguments = [int(number) for number in match.groups()]
        if pattern not in OPEN:
            user = self._user_of(headers)
            arguments = [user, query, *arguments]
        if method not in methods:
            raise Refused(405, f'Method "{method}" not allowed.')
        if method in ("POST", "PATCH"):
            arguments.append(self._read(body))
        status, content = methods[method](self, *arguments)
        if status == 204:
            return status, {}, b""
        if isinstance(content, str):
            return status, HTML, content.encode()
        return status, JSON, json.dumps(content).encode()

    @staticmethod
    def _read(body):
        try:
            return json.loads(body or b"{}")
        except ValueError as error:
            raise Refused(400, f"JSON parse error - {error}") from None

    def _error(self, refused):
        content = {
            "id": f"error-{next(self._ids['other'])}",
            "status_code": refused.status,
            "version": VERSION,
            "detail": refused.detail,
            "exc_info": None,
        }
        if refused.errors is not None:
            content["validation_errors"] = refused.errors
        return refused.status, JSON, json.dumps(content).encode()

    def _now(self):
        self.clock += TICK
        return self.clock

    # What is said of the server and its users

    def _get_version(self):
        package = {"version": VERSION, "short_version": VERSION.rpartition(".")[0]}
        return 200, {
            "release": VERSION,
            "label-studio-os-package": package,
            "edition": "Community",
        }

    def _get_users(self, user, query):
        return 200, [self._shown_user(one) for one in self.users.values()]

    def _get_whoami(self, user, query):
        return 200, self._shown_user(user)

    # Projects

    def _project(self, number):
        if number not in self.projects:
            raise missing("Project")
        return self.projects[number]

    def _tasks_of(self, project):
        return [t for t in self.tasks.values() if t["project"] == project["id"]]

    def _annotations_of(self, task):
        return [a for a in self.annotations.values() if a["task"] == task["id"]]

    def _shown_project(self, project, counted=True):
        tasks = self._tasks_of(project)
        all_annotations = [a for task in tasks for a in self._annotations_of(task)]
        kept = [a for a in all_annotations if not a["was_cancelled"]]
        counts = {
            "task_number": len(tasks),
            "finished_task_number": sum(self._is_labeled(task) for task in tasks),
            "total_annotations_number": len(kept),
            "skipped_annotations_number": len(all_annotations) - len(kept),
            "total_predictions_number": sum(len(t["predictions"]) for t in tasks),
            "num_tasks_with_annotations": sum(
                any(not a["was_cancelled"] for a in self._annotations_of(task))
                for task in tasks
            ),
            "useful_annotation_number": len(kept),
            "ground_truth_number": 0,
            "queue_total": 0,
            "queue_done": 0,
        }
        return {
            **project,
            "created_at": written(project["created_at"]),
            "created_by": self._shown_user(self.users[project["created_by"]], False),
            "parsed_label_config": parsed(project["label_config"]),
            "config_has_control_tags": True,
            "config_suitable_for_bulk_annotation": True,
            "start_training_on_annotation_update": False,
            # What was just created has not been counted.
            **(counts if counted else dict.fromkeys(counts)),
        }

    def _get_projects(self, user, query):
        title = query.get("title", "").lower()
        ids = {number_of(number) for number in query.get("ids", "").split(",")}
        projects = [
            project
            for project in reversed(self.projects.values())
            if title in (project["title"] or "").lower()
            and ("ids" not in query or project["id"] in ids)
        ]
        page, more = page_of(projects, query, 30, 100)
        number, fields = int(query.get("page", "1")), query.get("include")
        address = "http://testserver/api/projects/?"
        around = [
            address + urlencode({**query, "page": n}) if there else None
            for n, there in ((number + 1, more), (number - 1, number > 1))
        ]
        return 200, {
            "count": len(projects),
            "next": around[0],
            "previous": around[1],
            "results": [
                only(fields and fields.split(","), self._shown_project(project))
                for project in page
            ],
        }

    def _post_project(self, user, query, body):
        fields = {**FIELDS, **self._fields_of(body)}
        tags_of(fields["label_config"])
        number = next(self._ids["project"])
        self.projects[number] = {
            "id": number,
            **fields,
            "created_by": user["id"],
            "created_at": self._now(),
        }
        return 201, self._shown_project(self.projects[number], counted=False)

    @staticmethod
    def _fields_of(body):
        if not isinstance(body, dict):
            kind = type(body).__name__
            problem = f"Invalid data. Expected a dictionary, but got {kind}."
            raise invalid(non_field_errors=[problem])
        fields = {name: body[name] for name in FIELDS if name in body}
        if fields.get("title") is not None:
            fields["title"] = title = str(fields["title"]).strip()
            if 0 < len(title) < 3:
                raise invalid(title=["Ensure this field has at least 3 characters."])
            if len(title) > 50:
                problem = "Ensure this field has no more than 50 characters."
                raise invalid(title=[problem])
        most = fields.get("maximum_annotations", 1)
        if not isinstance(most, int):
            raise invalid(maximum_annotations=["A valid integer is required."])
        if fields.get("skip_queue", SKIP_QUEUES[0]) not in SKIP_QUEUES:
            problem = f'"{fields["skip_queue"]}" is not a valid choice.'
            raise invalid(skip_queue=[problem])
        return fields

    def _get_project(self, user, query, number):
        return 200, self._shown_project(self._project(number))

    def _patch_project(self, user, query, number, body):
        project = self._project(number)
        fields = self._fields_of(body)
        if "label_config" in fields:
            self._check_new_config(project, fields["label_config"])
        project.update(fields)
        if "maximum_annotations" in fields:
            # No updated_at of a task moves, though is_labeled may.
            for task in self._tasks_of(project):
                task["overlap"] = project["maximum_annotations"]
        return 200, self._shown_project(project)

    def _check_new_config(self, project, config):
        """Refuse to drop what annotations were made with. Choices may go."""
        if config:
            try:
                ElementTree.fromstring(config)
            except ElementTree.ParseError as error:
                raise Refused(400, str(error)) from None
        tags_of(config)
        controls = parsed(config)
        if not controls:
            return
        made = Counter(
            (one["from_name"], one["to_name"], one["type"])
            for task in self._tasks_of(project)
            for annotation in self._annotations_of(task)
            for one in annotation["result"] or []
        )
        kept = (
            set(controls),
            {name for control in controls.values() for name in control["to_name"]},
            {control["type"].lower() for control in controls.values()},
        )
        lost = [
            f"{number} with from_name={key[0]}, to_name={key[1]}, type={key[2]}"
            for key, number in sorted(made.items())
            if not all(part in there for part, there in zip(key, kept, strict=True))
        ]
        if lost:
            problem = "Created annotations are incompatible with provided labeling "
            problem += "schema, we found:\n" + "\n".join(lost)
            raise invalid(label_config=[problem])

    def _delete_project(self, user, query, number):
        for task in self._tasks_of(self._project(number)):
            self._drop_task(task)
        del self.projects[number]
        return 204, None

    # Tasks

    def _post_import(self, user, query, number, body):
        if number not in self.projects:
            return 404, NO_PAGE
        project = self.projects[number]
        tasks = check_import(data_keys(project["label_config"]), body)
        ids = [self._new_task(user, project, task) for task in tasks]
        answer = {
            "task_count": len(tasks),
            "annotation_count": sum(len(t.get("annotations", [])) for t in tasks),
            "prediction_count": sum(len(t.get("predictions", [])) for t in tasks),
            "duration": 0.0,
            "file_upload_ids": [],
            "could_be_tasks_list": False,
            "found_formats": [],
            "data_columns": [],
        }
        if query.get("return_task_ids", "").lower() in ("true", "1"):
            answer["task_ids"] = ids
        return 201, answer

    def _new_task(self, user, project, item):
        inner_ids = [task["inner_id"] for task in self._tasks_of(project)]
        task = {
            "id": next(self._ids["task"]),
            "inner_id": max(inner_ids, default=0) + 1,
            "project": project["id"],
            "data": item["data"],
            "meta": item.get("meta", {}),
            "overlap": project["maximum_annotations"],
            "created_at": self._now(),
            "updated_at": self._now(),
            "updated_by": None,
            "predictions": [],
        }
        self.tasks[task["id"]] = task
        self.held[task["id"]] = []
        for one in item.get("predictions", []):
            time = self._now()
            prediction = {
                "id": next(self._ids["other"]),
                "result": one["result"],
                "model_version": one.get("model_version", "undefined"),
                "score": one.get("score"),
                "created_at": written(time),
                "updated_at": written(time),
                "task": task["id"],
                "project": project["id"],
            }
            task["predictions"].append(prediction)
        for one in item.get("annotations", []):
            fields = self._annotation_fields(one)
            self._new_annotation(task, user, {"ground_truth": True, **fields})
        return task["id"]

    def _task(self, number):
        if number not in self.tasks:
            raise missing("Task")
        return self.tasks[number]

    def _touch(self, task, user):
        task.update(updated_at=self._now(), updated_by=user["id"])

    def _is_labeled(self, task):
        skips_count = self.projects[task["project"]]["skip_queue"] == "IGNORE_SKIPPED"
        people = {
            annotation["completed_by"]
            for annotation in self._annotations_of(task)
            if skips_count or not annotation["was_cancelled"]
        }
        return len(people) >= task["overlap"]

    def _shown_task(self, task):
        annotations = self._annotations_of(task)
        n_skipped = sum(a["was_cancelled"] for a in annotations)
        return {
            **task,
            "created_at": written(task["created_at"]),
            "updated_at": written(task["updated_at"]),
            "is_labeled": self._is_labeled(task),
            "total_annotations": len(annotations) - n_skipped,
            "cancelled_annotations": n_skipped,
            "total_predictions": len(task["predictions"]),
            "annotations": [self._shown_annotation(a) for a in annotations],
            **NEVER_CHANGING,
        }

    def _listed_task(self, task):
        annotations = self._annotations_of(task)
        last = task["updated_by"]
        return {
            **self._shown_task(task),
            "updated_by": [] if last is None else [{"user_id": last}],
            "annotators": sorted({one["completed_by"] for one in annotations}),
            "annotations_ids": ",".join(str(one["id"]) for one in annotations),
            "drafts": [],
            "draft_exists": False,
            "storage_filename": None,
        }

    def _get_tasks(self, user, query):
        if "project" not in query:
            return 404, {"detail": "Neither project nor view id specified"}
        number = number_of(query["project"])
        if number is None:
            problem = f'Incorrect value in key "project" = "{query["project"]}". '
            raise invalid(project=problem + "It should be digit string.")
        tasks = self._tasks_of(self._project(number))
        tasks = selected(tasks, query.get("query", "{}"))
        page, _ = page_of(tasks, query, 100)
        fields = query["include"].split(",") if "include" in query else None
        shown = [only(fields, self._listed_task(task)) for task in page]
        if query.get("fields", "task_only") == "task_only":
            left_out = ("annotations", "predictions", "draft_exists")
            empty = {"annotators": [], "annotations_ids": ""}
            shown = [
                {key: empty.get(key, task[key]) for key in task if key not in left_out}
                for task in shown
            ]
        kept = [
            annotation
            for task in tasks
            for annotation in self._annotations_of(task)
            if not annotation["was_cancelled"]
        ]
        return 200, {
            "total_annotations": len(kept),
            "total_predictions": sum(len(task["predictions"]) for task in tasks),
            "total": len(tasks),
            "tasks": shown,
        }

    def _get_task(self, user, query, number):
        task = self._listed_task(self._task(number))
        for annotation in task["annotations"]:
            # Here, and only here, a person is told with their name.
            person = self.users[annotation["completed_by"]]
            annotation["completed_by"] = self._shown_user(person)
        return 200, task

    def _patch_task(self, user, query, number, body):
        task = self._task(number)
        if not isinstance(body.get("data", {}), dict):
            kind = type(body["data"]).__name__
            raise Refused(500, f"'{kind}' object has no attribute 'keys'")
        task.update({key: body[key] for key in ("data", "meta") if key in body})
        task["updated_at"] = self._now()
        return 200, self._shown_task(task)

    def _delete_task(self, user, query, number):
        self._drop_task(self._task(number))
        return 204, None

    def _drop_task(self, task):
        for annotation in self._annotations_of(task):
            del self.annotations[annotation["id"]]
        del self.tasks[task["id"]], self.held[task["id"]]

    # Annotations

    def _annotation(self, number):
        if number not in self.annotations:
            raise missing("Annotation")
        return self.annotations[number]

    def _annotation_fields(self, body):
        names = ("result", "was_cancelled", "completed_by", "lead_time", "ground_truth")
        fields = {name: body[name] for name in names if name in body}
        if isinstance(fields.get("result"), str):
            raise Refused(500, 'annotation "result" can\'t be parse from str to JSON')
        if not isinstance(fields.get("result"), (list, type(None))):
            problem = 'annotation "result" field in annotation must be list'
            raise invalid(result=[problem])
        if not isinstance(fields.get("was_cancelled", False), bool):
            raise invalid(was_cancelled=["Must be a valid boolean."])
        if fields.get("lead_time") is not None:
            try:
                fields["lead_time"] = float(fields["lead_time"])
            except (TypeError, ValueError):
                raise invalid(lead_time=["A valid number is required."]) from None
        person = fields.get("completed_by", 1)
        if person not in self.users:
            raise invalid(
                completed_by=[f'Invalid pk "{person}" - object does not exist.']
            )
        return fields

    def _new_annotation(self, task, user, fields):
        number = next(self._ids["annotation"])
        self.annotations[number] = {
            "id": number,
            "task": task["id"],
            "project": task["project"],
            "result": None,
            "completed_by": user["id"],
            "was_cancelled": False,
            "ground_truth": False,
            "lead_time": None,
            **fields,
            "updated_by": user["id"],
            "created_at": self._now(),
            "updated_at": self._now(),
        }
        self._touch(task, user)
        if user["id"] in self.held[task["id"]]:
            self.held[task["id"]].remove(user["id"])
        return self.annotations[number]

    def _change(self, annotation, fields, user):
        annotation.update(fields, updated_at=self._now(), updated_by=user["id"])
        self._touch(self.tasks[annotation["task"]], user)

    def _drop_annotation(self, annotation, user):
        del self.annotations[annotation["id"]]
        self._touch(self.tasks[annotation["task"]], user)

    @staticmethod
    def _shown_annotation(annotation):
        times = {key: written(annotation[key]) for key in ("created_at", "updated_at")}
        return {**annotation, **times}

    def _get_annotations(self, user, query, number):
        annotations = self._annotations_of(self._task(number))
        kept = [a for a in annotations if not a["was_cancelled"]]
        return 200, [self._shown_annotation(annotation) for annotation in kept]

    def _post_annotation(self, user, query, number, body):
        task = self._task(number)
        fields = self._annotation_fields(body)
        annotation = self._new_annotation(task, user, fields)
        return 201, self._shown_annotation(annotation)

    def _get_annotation(self, user, query, number):
        return 200, self._shown_annotation(self._annotation(number))

    def _patch_annotation(self, user, query, number, body):
        annotation = self._annotation(number)
        self._change(annotation, self._annotation_fields(body), user)
        return 200, self._shown_annotation(annotation)

    def _delete_annotation(self, user, query, number):
        self._drop_annotation(self._annotation(number), user)
        return 204, None

    # The labeling stream

    def _is_kept_from(self, task, user):
        """Say whether others have a task on their screens, or enough have done it."""
        skip_queue = self.projects[task["project"]]["skip_queue"]

        def counts(annotation):
            mine = annotation["completed_by"] == user["id"]
            if annotation["ground_truth"]:
                return False
            if not annotation["was_cancelled"] or skip_queue == "IGNORE_SKIPPED":
                return True
            return mine == (skip_queue == "REQUEUE_FOR_OTHERS")

        n_held = sum(holder != user["id"] for holder in self.held[task["id"]])
        n_done = sum(map(counts, self._annotations_of(task)))
        return n_held + n_done >= task["overlap"]

    def _next_task(self, project, user):
        tasks = self._tasks_of(project)
        by_task = {task["id"]: self._annotations_of(task) for task in tasks}
        mine = {
            key: [one for one in annotations if one["completed_by"] == user["id"]]
            for key, annotations in by_task.items()
        }
        unfinished = [task for task in tasks if not self._is_labeled(task)]
        new = [task for task in unfinished if not mine[task["id"]]]
        for task in new:
            if user["id"] in self.held[task["id"]]:
                return task
        most = max((len(by_task[task["id"]]) for task in new), default=0)
        order = list(new)
        if project["maximum_annotations"] > 1 and most:
            order.sort(key=lambda task: len(by_task[task["id"]]) < most)
        if project["skip_queue"] == "REQUEUE_FOR_ME":
            times = {
                key: one["updated_at"]
                for key, annotations in mine.items()
                for one in annotations
                if one["was_cancelled"]
            }
            skipped = [task for task in unfinished if task["id"] in times]
            order += sorted(skipped, key=lambda task: times[task["id"]])
        for task in order:
            if not self._is_kept_from(task, user):
                if user["id"] not in self.held[task["id"]]:
                    self.held[task["id"]].append(user["id"])
                return task
        return None

    def _get_next(self, user, query, number):
        task = self._next_task(self._project(number), user)
        if task is None:
            raise Refused(404, f"There are no tasks for {user['email']}")
        return 200, {**self._shown_task(task), "annotations": []}

    # What people do

    def annotate(self, task_id, email, *labels, lead_time=None):
        """Submit labels, or one number, for a task; return the annotation's id."""
        return self._done(task_id, email, labels, lead_time=lead_time)

    def skip(self, task_id, email):
        """Skip a task; return the id of the annotation that says so."""
        return self._done(task_id, email, (), was_cancelled=True)

    def _done(self, task_id, email, labels, **fields):
        with self.lock:
            task = self._task(task_id)
            fields["result"] = self._result_of(task, labels)
            user = self._user_with(email)
            return self._new_annotation(task, user, fields)["id"]

    def _result_of(self, task, labels):
        """Return what the page sends for labels of the first control that takes them.

        No labels make no region, as a page does of choices that nobody checked.
        """
        if not labels:
            return []
        config = parsed(self.projects[task["project"]]["label_config"])
        is_number = not isinstance(labels[0], str)
        kind = "Number" if is_number else "Choices"
        value = {"number": labels[0]} if is_number else {"choices": list(labels)}
        name = next(name for name in config if config[name]["type"] == kind)
        region = {
            "id": f"region-{next(self._ids['other'])}",
            "from_name": name,
            "to_name": config[name]["to_name"][0],
            "type": kind.lower(),
            "origin": "manual",
            "value": value,
        }
        return [region]

    def change(self, annotation_id, *labels):
        """Replace the labels of an annotation. A skip stays a skip."""
        with self.lock:
            annotation = self._annotation(annotation_id)
            task = self.tasks[annotation["task"]]
            user = self.users[annotation["completed_by"]]
            self._change(annotation, {"result": self._result_of(task, labels)}, user)

    def delete_annotation(self, annotation_id):
        with self.lock:
            annotation = self._annotation(annotation_id)
            self._drop_annotation(annotation, self.users[annotation["completed_by"]])

    def delete_task(self, task_id):
        with self.lock:
            self._drop_task(self._task(task_id))

    def delete_project(self, project_id):
        with self.lock:
            self._delete_project(None, {}, project_id)

    def next_task(self, project_id, email):
        """Return the id of the task that a person is shown, or None.

        The task stays with them, out of the others' sight, until they submit or skip
        it, or `let_go` ends what the real server ends after a day.
        """
        with self.lock:
            user = self._user_with(email)
            task = self._next_task(self._project(project_id), user)
            return None if task is None else task["id"]

    def let_go(self):
        """Let all tasks go that are on somebody's screen."""
        with self.lock:
            for holders in self.held.values():
                holders.clear()

    # Adapters

    def transport(self):
        """Return a transport for an httpx client, without sockets."""
        import httpx

        errors = {
            "lost": httpx.ReadError,
            "slow": httpx.ReadTimeout,
            "down": httpx.ConnectError,
        }

        def answer(request):
            try:
                status, headers, content = self.reply(
                    request.method,
                    request.url.path,
                    request.url.query.decode(),
                    {name.lower(): value for name, value in request.headers.items()},
                    request.read(),
                )
            except Broken as broken:
                how = str(broken)
                raise errors[how](f"A fault: {how}.", request=request) from None
            return httpx.Response(status, headers=headers, content=content)

        return httpx.MockTransport(answer)

    @contextmanager
    def serving(self, port=0):
        """Serve on a port of this machine; yield the address.

        "down" is a connection that ends without a reply here, as "lost" is.
        """
        handler = type("Handler", (_Handler,), {"labels": self})
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        server.daemon_threads, server.block_on_close = True, False
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            status, headers, content = self.labels.reply(
                self.command, parts.path, parts.query, headers, body
            )
        except Broken as broken:
            if str(broken) == "slow":
                self.rfile.read(1)  # until the client has given up
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815


_S = LabelStudioServer
OPEN = ("/api/version/?", "/api/token/refresh/")
ROUTES = [
    ("/api/version/?", {"GET": _S._get_version}),
    ("/api/token/refresh/", {"POST": _S._post_refresh}),
    ("/api/users/", {"GET": _S._get_users}),
    ("/api/current-user/whoami", {"GET": _S._get_whoami}),
    ("/api/projects/", {"GET": _S._get_projects, "POST": _S._post_project}),
    (
        r"/api/projects/(\d+)/",
        {
            "GET": _S._get_project,
            "PATCH": _S._patch_project,
            "DELETE": _S._delete_project,
        },
    ),
    (r"/api/projects/(\d+)/import", {"POST": _S._post_import}),
    (r"/api/projects/(\d+)/next/", {"GET": _S._get_next}),
    ("/api/tasks/", {"GET": _S._get_tasks}),
    (
        r"/api/tasks/(\d+)/",
        {"GET": _S._get_task, "PATCH": _S._patch_task, "DELETE": _S._delete_task},
    ),
    (
        r"/api/tasks/(\d+)/annotations/",
        {"GET": _S._get_annotations, "POST": _S._post_annotation},
    ),
    (
        r"/api/annotations/(\d+)/",
        {
            "GET": _S._get_annotation,
            "PATCH": _S._patch_annotation,
            "DELETE": _S._delete_annotation,
        },
    ),
]
