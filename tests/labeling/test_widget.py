"""The page in a notebook: the Python side, without a kernel."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from notebook import Notebook
from page_client import new_session, truth_of

import sklearn_active.labeling
from sklearn_active.labeling import LabelingWidget


@pytest.fixture
def session():
    with new_session() as session:
        yield session


@pytest.fixture
def notebook(session):
    return Notebook(LabelingWidget(session))


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


def test_finish_can_be_seen_from_the_next_cell(session):
    widget = LabelingWidget(session)
    notebook = Notebook(widget)
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


MODULES = {
    path.name: path.read_text()
    for path in Path(sklearn_active.labeling.__file__).parent.rglob("*.js")
    if path.name != "start.js"  # a tab's
}


@pytest.fixture
def script(session):
    return str(LabelingWidget(session).view._esm)


def first_line(name):
    return MODULES[name].splitlines()[0]  # says what the module is about


def test_the_pages_modules_are_joined_into_one_that_loads_nothing(script):
    assert not re.search(r"^(import|export (?!default))", script, re.MULTILINE)
    assert len(MODULES) > 10
    for name in MODULES:
        assert script.count(first_line(name)) == 1, name


def test_no_name_is_declared_by_two_modules_of_the_page(script):
    declared = re.findall(
        r"^(?:async function|function|class|const|let) (\w+)", script, re.MULTILINE
    )
    assert len(declared) > 40
    assert [name for name, n in Counter(declared).items() if n > 1] == []


def test_a_module_comes_after_those_that_it_imports(script):
    imports = [
        (name, imported)
        for name, text in MODULES.items()
        for imported in re.findall(r'^(?:import|\}).* from "\./(.+)";$', text, re.M)
    ]
    assert len(imports) > 10
    for name, imported in imports:
        first, second = first_line(imported), first_line(name)
        assert script.index(first) < script.index(second), (name, imported)


def test_a_module_stays_as_it_is_but_for_its_imports_and_exports(script):
    for name, text in MODULES.items():
        bare = re.sub(r'^import [^;]* from "[^"]*";\n', "", text, flags=re.M)
        assert re.sub("^export (?!default)", "", bare, flags=re.M) in script, name


def test_without_anywidget_the_error_names_the_extra():
    program = """if True:
        import sys
        sys.modules["anywidget"] = None
        from sklearn_active.labeling import LabelingWidget, WebOracle
        with WebOracle(classes=["a", "b"], open_browser=False) as oracle:
            LabelingWidget(oracle._batches).view
    """
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert b"ImportError: LabelingWidget needs anywidget" in ended.stderr
    assert b"sklearn-active[notebook]" in ended.stderr
