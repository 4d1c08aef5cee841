"""The stand-in for Label Studio behaves as Label Studio, as its own client sees it.

With SKLEARN_ACTIVE_LABEL_STUDIO_URL and SKLEARN_ACTIVE_LABEL_STUDIO_TOKEN, a personal
access token, the same is asked of that server. It must be one for trying things out.
"""

import json
import os
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from label_studio_server import VERSION, LabelStudioServer

pytestmark = [
    pytest.mark.label_studio,
    # Pydantic says so of the official client when it refreshes a token.
    pytest.mark.filterwarnings(
        "ignore:The `parse_obj` method is deprecated:DeprecationWarning"
    ),
]

REAL = os.environ.get("SKLEARN_ACTIVE_LABEL_STUDIO_URL", "").rstrip("/")
SERVERS = ["stand-in", "real"] if REAL else ["stand-in"]
TEXT = '<Text name="item" value="$text"/>'
CHOICES = (
    '<Choices name="label" toName="item" choice="single">'
    '<Choice value="a"/><Choice value="b"/></Choices>'
)
CONFIG = f"<View>{TEXT}{CHOICES}</View>"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def region(*labels):
    value = {"choices": list(labels)}
    return {"from_name": "label", "to_name": "item", "type": "choices", "value": value}


def by_time(time, operator="greater"):
    return {
        "filter": "filter:tasks:updated_at",
        "operator": operator,
        "type": "Datetime",
        "value": time,
    }


def by_id(value, operator="equal"):
    return {
        "filter": "filter:tasks:id",
        "operator": operator,
        "type": "Number",
        "value": value,
    }


def when(task):
    """Return when a task changed: the client reads some as times, some as texts."""
    return datetime.fromisoformat(str(task.updated_at))


class Studio:
    """The official client, and bare requests, to a server."""

    def __init__(self, url, token, transport=None):
        import httpx
        import label_studio_sdk

        self.httpx, self.sdk = httpx, label_studio_sdk
        self.url, self.token, self.made = url, token, []
        self.http = self.httpx.Client(transport=transport, timeout=30)
        self.client = self.new_client()

    def new_client(self, max_retries=0):
        return self.sdk.LabelStudio(
            base_url=self.url,
            api_key=self.token,
            httpx_client=self.http,
            max_retries=max_retries,
        )

    def access_token(self):
        _, body = self.ask("POST", "/api/token/refresh/", json={"refresh": self.token})
        return body["access"]

    def ask(self, method, path, authorization=None, **options):
        """Return status and content of a bare request."""
        headers = {} if authorization is None else {"Authorization": authorization}
        response = self.http.request(
            method, self.url + path, headers=headers, **options
        )
        is_json = response.headers.get("content-type") == "application/json"
        return response.status_code, response.json() if is_json else response.text

    def asker(self):
        """Return how to ask as the owner of the token."""
        authorization = f"Bearer {self.access_token()}"
        return lambda *args, **options: self.ask(
            args[0], args[1], authorization, **options
        )

    def project(self, n_tasks=0, **fields):
        """Make a project; return its id and those of its tasks."""
        fields = {"title": "Compared", "label_config": CONFIG, **fields}
        number = self.client.projects.create(**fields).id
        self.made.append(number)
        tasks = [{"data": {"text": f"t{i}"}} for i in range(n_tasks)]
        return number, self.load(number, tasks) if tasks else []

    def load(self, project, tasks):
        return self.client.projects.import_tasks(
            id=project, request=tasks, return_task_ids=True
        ).task_ids

    def tasks(self, project, *items, conjunction="and", ordering=None, **options):
        query = {"filters": {"conjunction": conjunction, "items": list(items)}}
        if ordering is not None:
            query["ordering"] = [ordering]
        found = self.client.tasks.list(
            project=project, query=json.dumps(query), **options
        )
        return list(found)

    def task(self, project, number):
        return self.tasks(project, by_id(number))[0]

    def error_of(self, call, *args, **options):
        """Return status and body of the error that a call of the client raises."""
        with pytest.raises(self.sdk.core.api_error.ApiError) as caught:
            call(*args, **options)
        return caught.value.status_code, caught.value.body

    def clean(self):
        ask = self.asker()
        for number in self.made:
            ask("DELETE", f"/api/projects/{number}/")
        self.http.close()


def stand_in():
    server = LabelStudioServer()
    studio = Studio("http://testserver", server.token, server.transport())
    studio.server = server
    return studio


def real():
    return Studio(REAL, os.environ["SKLEARN_ACTIVE_LABEL_STUDIO_TOKEN"].strip())


@pytest.fixture(params=SERVERS)
def studio(request):
    studio = stand_in() if request.param == "stand-in" else real()
    yield studio
    studio.clean()


@pytest.fixture
def mine():
    studio = stand_in()
    yield studio
    studio.http.close()


def detail_of(answer):
    status, body = answer
    return status, body["detail"]


def refusals(answer):
    """Return what a validation refused."""
    status, body = answer
    assert (status, body["detail"]) == (400, "Validation error")
    return body["validation_errors"]


def test_only_an_access_token_opens_the_door(studio):
    ask = studio.ask
    closed = (401, "Authentication credentials were not provided.")
    access = studio.access_token()
    for wrong in (None, "Bearer x", f"Bearer {studio.token}"):
        assert detail_of(ask("GET", "/api/projects/", wrong)) == closed
    legacy = ask("GET", "/api/projects/", "Token x")
    assert detail_of(legacy) == (401, "Invalid token.")
    assert ask("GET", "/api/projects/", f"Bearer {access}")[0] == 200

    def refreshed(**body):
        return ask("POST", "/api/token/refresh/", json=body)

    assert detail_of(refreshed(refresh="x")) == (401, "Token is invalid")
    assert detail_of(refreshed(refresh=access)) == (401, "Token has wrong type")
    assert refusals(refreshed()) == {"refresh": ["This field is required."]}


def test_who_and_what_is_there_is_told(studio):
    me = studio.client.users.whoami()
    assert me.email in {user.email for user in studio.client.users.list()}
    assert studio.client.versions.get().release == VERSION
    ask = studio.asker()
    assert detail_of(ask("PUT", "/api/users/"))[0] == 405
    status, page = ask("GET", "/api/nothing/")
    assert status == 404
    assert "<title>404" in page


def test_a_project_is_made_found_changed_and_deleted(studio):
    title = f"Compared {uuid.uuid4().hex[:8]}"
    number, _ = studio.project(title=title)
    other, _ = studio.project(title=title + " too")
    projects = studio.client.projects

    # The title is searched for in titles, whatever its case; the newest comes first.
    assert [p.id for p in projects.list(title=title.upper())] == [other, number]
    assert [p.id for p in projects.list(title=title, page_size=1)] == [other, number]
    assert list(projects.list(title=uuid.uuid4().hex)) == []

    project = projects.get(id=number)
    assert (project.title, project.task_number) == (title, 0)
    assert (project.maximum_annotations, project.skip_queue) == (
        1,
        "REQUEUE_FOR_OTHERS",
    )
    changed = projects.update(id=number, maximum_annotations=2, description="new")
    assert (changed.maximum_annotations, changed.description) == (2, "new")
    assert changed.title == title

    projects.delete(id=number)
    gone = (404, "No Project matches the given query.")
    assert detail_of(studio.error_of(projects.get, id=number)) == gone
    assert detail_of(studio.error_of(projects.update, id=number, title="new")) == gone
    assert detail_of(studio.error_of(projects.delete, id=number)) == gone
    ask = studio.asker()
    assert detail_of(ask("GET", f"/api/tasks/?project={number}")) == gone
    assert detail_of(ask("GET", "/api/projects/?page=999")) == (404, "Invalid page.")


def test_the_tasks_of_a_deleted_project_are_an_error_to_the_client(studio):
    # Once it iterates, the client takes any 404 for the end of the pages, but the call
    # itself asks for the first page.
    number, _ = studio.project(3)
    studio.client.projects.delete(id=number)
    status, _ = studio.error_of(studio.client.tasks.list, project=number)
    assert status == 404


@pytest.mark.parametrize("tag", ["Text", "Image", "HyperText"])
def test_a_config_is_told_as_the_server_reads_it(studio, tag):
    config = f"""<View><Header value="What is it?"/><{tag} name="item" value="$x"/>
      <Choices name="label" toName="item" choice="multiple" required="true">
        <Choice value="a" alias="first" hint="h"/><Choice value="b"/>
      </Choices><Number name="n" toName="item" min="0"/></View>"""
    number, _ = studio.project(label_config=config)
    read = studio.client.projects.get(id=number).parsed_label_config
    inputs = [{"type": tag, "valueType": None, "value": "x"}]
    attributes = {"first": {"value": "a", "alias": "first", "hint": "h"}}
    assert read == {
        "label": {
            "type": "Choices",
            "to_name": ["item"],
            "inputs": inputs,
            "labels": ["first", "b"],
            "labels_attrs": {**attributes, "b": {"value": "b"}},
        },
        "n": {
            "type": "Number",
            "to_name": ["item"],
            "inputs": inputs,
            "labels": [],
            "labels_attrs": {},
        },
    }


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ("<View", "unclosed token: line 1, column 0"),
        ("", "no element found: line 1, column 0"),
        (f"<View>{CHOICES}</View>", "toName=\"item\" not found in names: ['label']"),
        (
            CONFIG.replace(' toName="item"', ""),
            "Validation failed on : 'toName' is a required property",
        ),
        (
            CONFIG.replace(' name="label"', ""),
            "Validation failed on : 'name' is a required property",
        ),
        (
            CONFIG.replace(' value="$text"', ""),
            "Validation failed on : 'value' is a required property",
        ),
        (
            CONFIG.replace('<Choice value="a"/><Choice value="b"/>', ""),
            "Validation failed on : 'Choice' is a required property",
        ),
        (
            CONFIG.replace('<Choice value="a"/>', "<Choice/>"),
            "Validation failed on Choice/0: 'value' is a required property",
        ),
        (
            CONFIG.replace('"label"', '"item"'),
            "Label config contains non-unique names",
        ),
    ],
)
def test_a_wrong_config_is_refused(studio, config, problem):
    create = studio.client.projects.create
    answer = studio.error_of(create, title="Compared", label_config=config)
    assert refusals(answer) == {"label_config": [problem]}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": "ab"}, "Ensure this field has at least 3 characters."),
        ({"title": "a" * 51}, "Ensure this field has no more than 50 characters."),
        ({"skip_queue": "X"}, '"X" is not a valid choice.'),
        ({"maximum_annotations": "x"}, "A valid integer is required."),
    ],
)
def test_a_wrong_field_of_a_project_is_refused(studio, fields, problem):
    status, body = studio.asker()("POST", "/api/projects/", json=fields)
    assert refusals((status, body)) == {name: [problem] for name in fields}


def test_tasks_come_with_what_was_imported(studio):
    number, _ = studio.project()
    predictions = [{"model_version": "m", "score": 0.75, "result": [region("a")]}]
    ids = studio.load(
        number,
        [
            {"data": {"text": "t0", "key": "k0"}, "predictions": predictions},
            {"data": {"text": "t1"}, "meta": {"row": 1}},
            {"text": "t2"},
            {"data": {"text": "t3"}, "annotations": [{"result": [region("b")]}]},
        ],
    )
    tasks = studio.tasks(number)
    assert [task.id for task in tasks] == ids == sorted(ids)
    assert [task.data["text"] for task in tasks] == ["t0", "t1", "t2", "t3"]
    assert tasks[0].data["key"] == "k0"
    assert tasks[1].meta == {"row": 1}
    assert [task.inner_id for task in tasks] == [1, 2, 3, 4]
    assert [task.total_predictions for task in tasks] == [1, 0, 0, 0]
    (kept,) = tasks[0].predictions
    assert (kept.model_version, kept.score) == ("m", 0.75)
    assert kept.result == [region("a")]
    assert [task.is_labeled for task in tasks] == [False, False, False, True]
    assert tasks[3].annotations[0]["ground_truth"] is True
    assert studio.client.projects.get(id=number).task_number == 4


def test_a_wrong_import_is_refused_as_a_whole(studio):
    number, _ = studio.project()
    ask = studio.asker()

    def problems(body):
        answer = ask("POST", f"/api/projects/{number}/import", json=body)
        return refusals(answer)["non_field_errors"]

    wrong = {"data": {"nope": "x"}}
    good = {"data": {"text": "x"}}
    expected = (
        'Error at item 1: "text" key is expected in task data '
        f'[assume: item["data"] = task root with values] :: {wrong}'
    )
    assert problems([good, wrong, good]) == [{}, expected, {}]
    assert problems([]) == ["load_tasks: No tasks added"]
    assert problems("x") == ["load_tasks: No data found in DATA or in FILES"]
    said = (
        "Error at item 0: data['text']=None is of type 'NoneType', but the object tag "
        "Text expects the following types: ['str', 'int', 'float', 'list'] "
        '[assume: item["data"] = task root with values] :: '
        "{'data': {'text': None}}"
    )
    assert problems([{"data": {"text": None}}]) == [said]
    said = "Error at item 0: Task[data] must be dict or list :: {'data': 'x'}"
    assert problems([{"data": "x"}]) == [said]
    no_result = {**good, "predictions": [{"score": 1}]}
    said = f'Error at item 0: Prediction must have "result" fields :: {no_result}'
    assert problems([no_result]) == [said]
    assert problems(["x"])[0].startswith("Error at item 0: Task root must be dict")
    assert studio.tasks(number) == []

    # An unknown project gets a page for people.
    studio.client.projects.delete(id=number)
    status, page = ask("POST", f"/api/projects/{number}/import", json=[good])
    assert status == 404
    assert "<title>404" in page


def test_tasks_are_listed_by_page_and_in_order(studio):
    number, ids = studio.project(5)
    client, ask = studio.client, studio.asker()
    client.tasks.update(id=str(ids[1]), meta={"seen": True})

    def listed(**options):
        return [task.id for task in studio.tasks(number, **options)]

    assert listed(page_size=2) == ids
    assert listed(ordering="-tasks:id") == ids[::-1]
    moved = [ids[0], *ids[2:], ids[1]]
    assert listed(ordering="tasks:updated_at", page_size=2) == moved
    assert listed(ordering="-tasks:updated_at", page_size=3) == moved[::-1]

    path = f"/api/tasks/?project={number}"
    status, body = ask("GET", f"{path}&page=2&page_size=3")
    assert (status, body["total"]) == (200, 5)
    assert [task["id"] for task in body["tasks"]] == ids[3:]
    assert "annotations" not in body["tasks"][0]
    for page in ("3", "0", "x"):
        answer = ask("GET", f"{path}&page={page}&page_size=3")
        assert detail_of(answer) == (404, "Invalid page.")
    fields = "&fields=all&include=id,updated_at,annotations&page_size=1"
    (task,) = ask("GET", path + fields)[1]["tasks"]
    assert sorted(task) == ["annotations", "id", "updated_at"]
    answer = ask("GET", "/api/tasks/")
    assert answer == (404, {"detail": "Neither project nor view id specified"})
    problem = 'Incorrect value in key "project" = "x". It should be digit string.'
    assert refusals(ask("GET", "/api/tasks/?project=x")) == {"project": problem}


def test_tasks_are_filtered_by_time_and_id(studio):
    number, ids = studio.project(4)
    studio.client.tasks.update(id=str(ids[2]), meta={"seen": True})
    path, ask = f"/api/tasks/?project={number}", studio.asker()
    times = {t["id"]: t["updated_at"] for t in ask("GET", path)[1]["tasks"]}

    def found(*items, **options):
        return [task.id for task in studio.tasks(number, *items, **options)]

    # Greater means greater, to the microsecond.
    assert found(by_time(times[ids[2]])) == []
    assert found(by_time(times[ids[3]])) == [ids[2]]
    assert found(by_time(times[ids[0]])) == ids[1:]
    assert found(by_id(ids[1])) == [ids[1]]
    assert found(by_id(str(ids[1]))) == [ids[1]]
    assert found(by_id(ids[1:3], "in_list")) == ids[1:3]
    assert found(by_id([], "in_list")) == []
    late = by_time(times[ids[3]])
    assert found(late, by_id(ids[0]), conjunction="or") == [ids[0], ids[2]]
    assert found(late, by_id(ids[0])) == []

    def refused(*items, **options):
        with pytest.raises(studio.sdk.core.api_error.ApiError) as caught:
            studio.tasks(number, *items, **options)
        assert caught.value.status_code == 500
        return caught.value.body["detail"]

    for time in ("2026-11-28", "2026-11-28T00:03:20Z", "2026-11-28T00:03:20.000"):
        assert refused(by_time(time)) == (
            f"time data '{time}' does not match format '{TIME_FORMAT}'"
        )
    assert "could not convert string to float" in refused(by_id("x"))
    assert "PrepareParams" in refused(by_id(1), conjunction="xor")
    assert "Cannot resolve keyword 'nope'" in refused(ordering="tasks:nope")


def test_an_annotation_moves_its_task_at_each_of_its_steps(studio):
    number, ids = studio.project(2)
    client = studio.client
    me = client.users.whoami().id
    times = [when(studio.task(number, ids[0]))]

    def step(total, skipped, is_labeled):
        task = studio.task(number, ids[0])
        times.append(when(task))
        assert (task.total_annotations, task.cancelled_annotations) == (total, skipped)
        assert task.is_labeled is is_labeled
        return task.annotations

    made = client.annotations.create(id=ids[0], result=[region("a")], lead_time=1.5)
    (seen,) = step(1, 0, True)
    assert (seen["id"], seen["completed_by"]) == (made.id, me)
    assert (seen["result"], seen["lead_time"]) == ([region("a")], 1.5)
    assert seen["was_cancelled"] is False
    created = seen["created_at"]

    client.annotations.update(id=made.id, result=[region("b")])
    (seen,) = step(1, 0, True)
    assert seen["result"] == [region("b")]
    assert seen["created_at"] == created < seen["updated_at"]
    assert datetime.fromisoformat(seen["updated_at"]) <= times[-1]

    client.annotations.update(id=made.id, was_cancelled=True)
    step(0, 1, False)
    client.annotations.create(id=ids[0], result=[], was_cancelled=True)
    step(0, 2, False)
    client.annotations.delete(id=made.id)
    step(0, 1, False)
    assert times == sorted(set(times))
    assert when(studio.task(number, ids[1])) < times[1]

    gone = (404, "No Annotation matches the given query.")
    assert detail_of(studio.error_of(client.annotations.get, id=made.id)) == gone
    assert detail_of(studio.error_of(client.annotations.delete, id=made.id)) == gone
    again = studio.error_of(client.annotations.update, id=made.id, result=[])
    assert detail_of(again) == gone


def test_a_task_alone_tells_the_person_with_their_name(studio):
    _, ids = studio.project(1)
    client, ask = studio.client, studio.asker()
    client.annotations.create(id=ids[0], result=[region("a")])
    me = client.users.whoami()
    (annotation,) = ask("GET", f"/api/tasks/{ids[0]}/")[1]["annotations"]
    assert annotation["completed_by"]["email"] == me.email
    (annotation,) = ask("GET", f"/api/tasks/{ids[0]}/annotations/")[1]
    assert annotation["completed_by"] == me.id


def test_a_task_goes_with_its_annotations(studio):
    number, ids = studio.project(2)
    client = studio.client
    made = client.annotations.create(id=ids[0], result=[region("a")])
    client.tasks.delete(id=str(ids[0]))
    assert [task.id for task in studio.tasks(number)] == ids[1:]
    gone = (404, "No Task matches the given query.")
    for call in (client.tasks.get, client.tasks.update, client.tasks.delete):
        assert detail_of(studio.error_of(call, id=str(ids[0]))) == gone
    again = studio.error_of(client.annotations.create, id=ids[0], result=[])
    assert detail_of(again) == gone
    assert studio.error_of(client.annotations.get, id=made.id)[0] == 404


def test_a_wrong_annotation_is_refused(studio):
    _, ids = studio.project(1)
    ask = studio.asker()

    def answer(**body):
        return ask("POST", f"/api/tasks/{ids[0]}/annotations/", json=body)

    problem = 'annotation "result" field in annotation must be list'
    assert refusals(answer(result={})) == {"result": [problem]}
    problem = 'annotation "result" can\'t be parse from str to JSON'
    assert detail_of(answer(result="x")) == (500, problem)
    problem = "A valid number is required."
    assert refusals(answer(result=[], lead_time="x")) == {"lead_time": [problem]}
    problem = 'Invalid pk "0" - object does not exist.'
    assert refusals(answer(result=[], completed_by=0)) == {"completed_by": [problem]}
    # What the config doesn't have is taken.
    assert answer(result=[region("no such label")])[0] == 201
    assert answer()[1]["result"] is None


def test_a_config_may_lose_choices_in_use_but_no_control(studio):
    number, ids = studio.project(2)
    client = studio.client
    made = client.annotations.create(id=ids[0], result=[region("a")])

    def patched(config):
        return client.projects.update(id=number, label_config=config)

    without = CONFIG.replace('<Choice value="a"/>', "")
    read = patched(without).parsed_label_config
    assert read["label"]["labels"] == ["b"]
    assert studio.task(number, ids[0]).annotations[0]["result"] == [region("a")]
    patched(CONFIG.replace("$text", "$body"))
    patched(CONFIG.replace("single", "multiple"))
    patched(CONFIG.replace("</View>", '<Number name="n" toName="item"/></View>'))
    problem = (
        "Created annotations are incompatible with provided labeling schema, we found:"
        "\n1 with from_name=label, to_name=item, type=choices"
    )
    number_instead = f'<View>{TEXT}<Number name="label" toName="item"/></View>'
    renamed = CONFIG.replace('"label"', '"other"')
    for config in (renamed, CONFIG.replace('"item"', '"thing"'), number_instead):
        assert refusals(studio.error_of(patched, config)) == {"label_config": [problem]}
    status, body = studio.error_of(patched, "<View")
    assert status == 400
    assert "validation_errors" not in body
    client.annotations.delete(id=made.id)
    assert patched(number_instead).parsed_label_config["label"]["type"] == "Number"


def test_more_annotations_per_task_reopen_it_and_move_no_time(studio):
    number, ids = studio.project(1)
    client = studio.client
    client.annotations.create(id=ids[0], result=[region("a")])
    before = studio.task(number, ids[0])
    client.projects.update(id=number, maximum_annotations=2)
    after = studio.task(number, ids[0])
    assert (before.overlap, before.is_labeled) == (1, True)
    assert (after.overlap, after.is_labeled) == (2, False)
    assert when(before) == when(after)
    # A person counts once.
    client.annotations.create(id=ids[0], result=[region("a")])
    assert studio.task(number, ids[0]).is_labeled is False


@pytest.mark.parametrize(
    ("skip_queue", "after_the_skip", "last"),
    [
        ("REQUEUE_FOR_OTHERS", False, None),
        ("REQUEUE_FOR_ME", False, 0),
        ("IGNORE_SKIPPED", True, None),
    ],
)
def test_the_labeling_stream_of_one_person(studio, skip_queue, after_the_skip, last):
    number, ids = studio.project(3, skip_queue=skip_queue)
    ask, annotations = studio.asker(), studio.client.annotations

    def shown():
        status, body = ask("GET", f"/api/projects/{number}/next/")
        if status == 404:
            assert body["detail"].startswith("There are no tasks for ")
            return None
        return ids.index(body["id"])

    assert [shown(), shown()] == [0, 0]
    annotations.create(id=ids[0], result=[], was_cancelled=True)
    assert studio.task(number, ids[0]).is_labeled is after_the_skip
    assert shown() == 1
    annotations.create(id=ids[2], result=[region("a")])
    assert shown() == 1
    annotations.create(id=ids[1], result=[region("a")])
    assert shown() == last


if REAL:

    def test_all_that_is_told_is_told_by_the_real_one():
        told = []
        for each in (stand_in(), real()):
            predictions = [{"score": 0.5, "result": [region("a")]}]
            number, ids = each.project()
            tasks = [{"data": {"text": "t"}, "predictions": predictions}]
            ids = each.load(number, tasks)
            each.client.annotations.create(id=ids[0], result=[region("a")])
            ask = each.asker()
            told.append(
                [
                    ask("GET", path)[1]
                    for path in (
                        "/api/version",
                        "/api/users/",
                        "/api/current-user/whoami",
                        "/api/projects/?title=Compared&page_size=100",
                        f"/api/projects/{number}/",
                        f"/api/projects/{number}/nothing/",
                        f"/api/tasks/?project={number}&fields=all",
                        f"/api/tasks/?project={number}",
                        f"/api/tasks/{ids[0]}/",
                        f"/api/tasks/{ids[0]}/annotations/",
                        "/api/tasks/0/",
                    )
                ]
            )
            each.clean()
        ours, theirs = (list(map(shape, answers)) for answers in told)
        assert len(ours) == len(theirs) == 11
        for one, other in zip(ours, theirs, strict=True):
            assert one <= other


def shape(content, path=()):
    """Return the paths and types of a content; a list stands for its first item."""
    if isinstance(content, dict):
        parts = [shape(value, (*path, key)) for key, value in content.items()]
        return set().union(*parts)
    if isinstance(content, list) and content:
        return shape(content[0], (*path, "[]"))
    return {(path, type(content).__name__)}


def test_colleagues_see_different_tasks(mine):
    server = mine.server
    number, ids = mine.project(4)
    for email in ("ann@example.org", "bob@example.org", "cem@example.org"):
        server.add_user(email)

    def shown():
        people = ("ann@example.org", "bob@example.org", "cem@example.org")
        found = [server.next_task(number, person) for person in people]
        return [None if task is None else ids.index(task) for task in found]

    assert shown() == shown() == [0, 1, 2]
    server.annotate(ids[0], "ann@example.org", "a")
    assert shown() == [3, 1, 2]
    # All that is left to Bob is on another's screen.
    server.skip(ids[1], "bob@example.org")
    assert shown() == [3, None, 2]
    server.skip(ids[3], "ann@example.org")
    assert shown() == [1, 3, 2]
    for task in ids[1:]:
        server.skip(task, "cem@example.org")
    server.let_go()
    assert shown() == [1, 2, None]


def test_a_task_that_lacks_a_second_annotation_comes_first(mine):
    server = mine.server
    number, ids = mine.project(4, maximum_annotations=2)
    for email in ("ann@example.org", "bob@example.org", "cem@example.org"):
        server.add_user(email)
    server.annotate(ids[2], "ann@example.org", "a")
    assert server.next_task(number, "bob@example.org") == ids[2]
    # One annotation and one screen are two.
    assert server.next_task(number, "cem@example.org") == ids[0]
    assert server.next_task(number, "ann@example.org") == ids[0]
    server.annotate(ids[2], "bob@example.org", "b")
    assert mine.task(number, ids[2]).is_labeled
    # Ann and Cem are at the first.
    assert server.next_task(number, "bob@example.org") == ids[1]


def test_what_people_do_is_seen_by_the_client(mine):
    server = mine.server
    server.add_user("ann@example.org")
    people = {user.email: user.id for user in mine.client.users.list()}
    number_tag = '<Number name="n" toName="item"/>'
    number, ids = mine.project(
        3, label_config=CONFIG.replace("</View>", f"{number_tag}</View>")
    )

    first = server.annotate(ids[0], "ann@example.org", "a", "b", lead_time=2.0)
    (seen,) = mine.task(number, ids[0]).annotations
    assert (seen["id"], seen["lead_time"]) == (first, 2.0)
    assert seen["completed_by"] == people["ann@example.org"]
    assert seen["result"][0]["value"] == {"choices": ["a", "b"]}
    server.annotate(ids[1], "ann@example.org", 3)
    (seen,) = mine.task(number, ids[1]).annotations[0]["result"]
    assert (seen["from_name"], seen["value"]) == ("n", {"number": 3})
    before = when(mine.task(number, ids[0]))
    server.change(first, "b")
    after = mine.task(number, ids[0])
    assert after.annotations[0]["result"][0]["value"] == {"choices": ["b"]}
    assert when(after) > before
    server.delete_annotation(first)
    assert mine.task(number, ids[0]).annotations == []
    server.delete_task(ids[0])
    assert [task.id for task in mine.tasks(number)] == ids[1:]
    server.delete_project(number)
    assert mine.error_of(mine.client.projects.get, id=number)[0] == 404
    assert server.tasks == server.annotations == {}


@pytest.fixture
def restless():
    """Let threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-7)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("restless")
def test_many_may_ask_at_once(mine):
    number, _ = mine.project()
    with ThreadPoolExecutor(8) as threads:
        loads = list(
            threads.map(
                lambda i: mine.load(number, [{"data": {"text": f"{i}"}}] * 5), range(40)
            )
        )
    assert sorted(one for ids in loads for one in ids) == list(range(1, 201))
    tasks = mine.tasks(number, page_size=60)
    assert sorted(task.inner_id for task in tasks) == list(range(1, 201))
    for i, ids in enumerate(loads):
        texts = {task.data["text"] for task in tasks if task.id in ids}
        assert texts == {str(i)}


def test_times_repeat_and_can_be_set_back(mine):
    other = stand_in()
    times = [when(s.tasks(s.project(2)[0])[-1]) for s in (mine, other)]
    assert times[0] == times[1]
    mine.server.clock = datetime(2020, 1, 1, tzinfo=UTC)
    number, _ = mine.project(1)
    assert when(mine.tasks(number)[0]).year == 2020


def test_a_revoked_token_makes_no_access_tokens(mine):
    server = mine.server
    assert mine.client.users.whoami().email == "owner@example.org"
    server.revoke(mine.token)
    # What was made from it before lives on.
    assert mine.client.users.whoami().email == "owner@example.org"
    error = mine.error_of(mine.new_client().users.whoami)
    assert detail_of(error) == (401, "Token is blacklisted")
    server.expire_access_tokens()
    error = mine.error_of(mine.client.users.whoami)
    closed = (401, "Authentication credentials were not provided.")
    assert detail_of(error) == closed


def test_the_client_refreshes_a_token_that_has_ended_by_the_same_transport(mine):
    server = mine.server
    server.access_tokens_until = 0
    client = mine.new_client()
    client.users.whoami()
    client.users.whoami()
    refresh = ("POST", "/api/token/refresh/")
    who = ("GET", "/api/current-user/whoami")
    assert server.requests == [refresh, who] * 2


@pytest.mark.parametrize("status", [409, 429, 500, 502, 503])
def test_a_fault_before_the_deed_does_nothing(mine, status):
    mine.project()
    mine.server.faults.append(status)
    create = mine.client.projects.create
    answer = mine.error_of(create, title="Lost", label_config=CONFIG)
    assert answer[0] == status
    assert len(mine.server.projects) == 1
    create(title="Kept", label_config=CONFIG)
    assert len(mine.server.projects) == 2


def test_the_page_of_a_proxy_is_a_text_to_the_client(mine):
    mine.client.users.whoami()
    mine.server.faults.extend(["html", None])
    status, body = mine.error_of(mine.client.users.whoami)
    assert status == 502
    assert "<html>" in body
    # The refresh of a token reads it as JSON.
    mine.server.faults.clear()
    mine.server.faults.append("html")
    with pytest.raises(json.JSONDecodeError):
        mine.new_client().users.whoami()


@pytest.mark.parametrize(
    ("fault", "error", "n_projects"),
    [("lost", "ReadError", 2), ("slow", "ReadTimeout", 2), ("down", "ConnectError", 1)],
)
def test_a_broken_connection_leaves_what_was_done(mine, fault, error, n_projects):
    mine.project()
    mine.server.faults.append(fault)
    with pytest.raises(getattr(mine.httpx, error)):
        mine.client.projects.create(title="Compared", label_config=CONFIG)
    assert len(mine.server.projects) == n_projects


def test_all_is_refused_while_the_server_is_down(mine):
    mine.client.users.whoami()
    mine.server.faults.append(500)
    mine.server.down = True
    for _ in range(3):
        with pytest.raises(mine.httpx.ConnectError):
            mine.client.users.whoami()
    mine.server.down = False
    assert mine.error_of(mine.client.users.whoami)[0] == 500
    assert mine.client.users.whoami().id == 1
    assert mine.server.requests[-1] == ("GET", "/api/current-user/whoami")
    assert len(mine.server.requests) == 7


def test_it_serves_on_a_port():
    server = LabelStudioServer()
    with server.serving() as url:
        studio = Studio(url, server.token)
        number, ids = studio.project(3)
        server.annotate(ids[1], "owner@example.org", "a")
        studio.client.tasks.delete(id=str(ids[0]))
        late = studio.tasks(number, ordering="-tasks:updated_at")
        assert [task.id for task in late] == [ids[1], ids[2]]
        server.faults.append("lost")
        with pytest.raises(studio.httpx.RemoteProtocolError):
            studio.client.tasks.delete(id=str(ids[1]))
        assert [task.id for task in studio.tasks(number)] == ids[2:]
        server.faults.append("slow")
        with pytest.raises(studio.httpx.ReadTimeout):
            studio.client.tasks.delete(id=str(ids[2]), request_options={"timeout": 0.2})
        assert studio.tasks(number) == []
        server.faults.append("html")
        assert studio.error_of(studio.client.users.whoami)[0] == 502
        server.down = True
        with pytest.raises(studio.httpx.RemoteProtocolError):
            studio.client.users.whoami()
        studio.http.close()
