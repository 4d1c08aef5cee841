"""The page in a notebook: the Python side, without a kernel."""

import re
import sys
from collections import Counter

import pytest
from inside import widget_module
from page_client import new_session, truth_of

from sklearn_active.labeling import LabelingWidget


class Notebook:
    """What the page's script says to the widget, and is answered."""

    def __init__(self, widget, monkeypatch):
        self.view, self.sent, self.n = widget.view, [], 0
        monkeypatch.setattr(self.view, "send", self.sent.append)

    def post(self, action, **body):
        self.n += 1
        body = {"request": f"r{self.n}", **body}
        message = {"id": self.n, "action": action, "body": body}
        self.view._handle_custom_msg(message, [])
        reply = self.sent.pop()
        assert reply["id"] == self.n
        return reply["status"], reply["body"]


@pytest.fixture
def session():
    with new_session() as session:
        yield session


@pytest.fixture
def notebook(session, monkeypatch):
    return Notebook(LabelingWidget(session), monkeypatch)


def test_labels_given_in_the_notebook_reach_the_session(notebook, session):
    _, state = notebook.post("state")
    for _ in range(5):
        question = state["question"]
        named = {"query": question["id"], "row": question["row"]}
        status, state = notebook.post(
            "answer", **named, label=f'"{truth_of(question["row"])}"'
        )
        assert status == 200
    assert len(session.labels) == 5
    assert all(label == truth_of(row) for row, label in session.labels.items())


def test_a_question_that_is_not_open_is_refused_as_at_the_page(notebook, session):
    _, state = notebook.post("state")
    row = state["question"]["row"]
    status, reply = notebook.post("answer", query="another", row=row, label='"ape"')
    assert status == 409
    assert reply["state"]["question"]["row"] == row
    assert session.labels == {}


@pytest.mark.parametrize(
    "message",
    [
        {"id": 1, "action": "close", "body": {}},
        {"id": 1, "action": "_answer", "body": {}},
        {"id": 1, "action": "state", "body": []},
        {"id": 1},
    ],
)
def test_what_is_no_request_is_refused(notebook, message):
    notebook.view._handle_custom_msg(message, [])
    assert notebook.sent.pop()["status"] == 400


@pytest.mark.parametrize("message", [None, "state", {}, {"event": "other"}])
def test_messages_of_others_are_left_alone(notebook, message):
    notebook.view._handle_custom_msg(message, [])
    assert notebook.sent == []


def test_finish_can_be_seen_from_the_next_cell(session, monkeypatch):
    widget = LabelingWidget(session)
    notebook = Notebook(widget, monkeypatch)
    assert not widget.finished
    notebook.post("finish")
    assert widget.finished


def test_the_widget_shows_itself_and_brings_the_pages_script(session):
    widget = LabelingWidget(session)
    data = widget._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert "application/vnd.jupyter.widget-view+json" in data
    script = str(widget.view._esm)
    assert "export default { render }" in script
    assert widget.view is widget.view


def test_the_pages_modules_are_joined_into_one_that_loads_nothing():
    script = widget_module.joined("widget.js")
    assert not re.search(r"^(import|export (?!default))", script, re.MULTILINE)
    for path in set(widget_module.PAGE.glob("*.js")) - {
        widget_module.PAGE / "start.js"
    }:
        first = path.read_text().splitlines()[0]  # says what the module is about
        assert script.count(first) == 1, path.name
    assert widget_module.joined("page.js", "widget.js") == script


def test_no_name_is_declared_by_two_modules_of_the_page():
    declared = re.findall(
        r"^(?:async function|function|class|const|let) (\w+)",
        widget_module.joined("widget.js"),
        re.MULTILINE,
    )
    assert len(declared) > 40
    assert [name for name, n in Counter(declared).items() if n > 1] == []


def test_a_module_comes_after_those_that_it_imports(monkeypatch, tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nb();\n')
    (tmp_path / "b.js").write_text(
        'import {\n  c,\n} from "./c.js";\nexport const b = () => c;\n'
    )
    (tmp_path / "c.js").write_text("export const c = 1;\nexport default c;\n")
    monkeypatch.setattr(widget_module, "PAGE", tmp_path)
    assert widget_module.joined("a.js") == (
        "const c = 1;\nexport default c;\nconst b = () => c;\nb();\n"
    )


def test_without_anywidget_the_error_names_the_extra(session, monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    widget_module._view_class.cache_clear()
    with pytest.raises(ImportError, match=r"sklearn-active\[notebook\]"):
        _ = LabelingWidget(session).view
