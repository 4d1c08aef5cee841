"""Keys, descriptions and instructions: what is shown, and what is refused."""

import sys

import pytest
from page_client import CLASSES, Client, new_session

from sklearn_active.labeling import LabelingWidget, WebOracle


@pytest.fixture
def session():
    with new_session() as session:
        yield session


def test_keys_and_descriptions_stand_at_their_classes(session):
    hints = {"keys": {"bear": "b"}, "descriptions": {"ape": "no tail"}}
    with session.serve(**hints) as server:
        classes = Client(server).state()["classes"]
    assert [c["key"] for c in classes] == ["1", "b", "2"]
    assert [c["about"] for c in classes] == ["no tail", None, None]


def test_a_widget_and_the_page_of_fit_take_them_too(session):
    widget = LabelingWidget(session, keys={"cat": "c"})
    assert widget._desk.handle("state", {})[1]["classes"][2]["key"] == "c"
    with WebOracle(classes=CLASSES, open_browser=False, keys={"cat": "c"}) as oracle:
        assert Client(oracle._server).state()["classes"][2]["key"] == "c"


@pytest.mark.parametrize(
    ("hints", "message"),
    [
        ({"keys": {"dog": "d"}}, "'dog', which is not a class"),
        ({"descriptions": {"dog": "barks"}}, "'dog', which is not a class"),
        ({"keys": {"ape": "ab"}}, "one character"),
        ({"keys": {"ape": " "}}, "one character"),
        ({"keys": {"ape": "a", "bear": "a"}}, "a key of its own"),
        ({"keys": "abc"}, "a dict of class to text"),
    ],
)
def test_what_can_be_no_hint_is_refused_before_a_page_is_served(
    session, hints, message
):
    with pytest.raises(ValueError, match=message):
        session.serve(**hints)


class TestInstructions:
    def test_markdown_is_shown_as_such(self, session, tmp_path):
        guide = tmp_path / "guide.md"
        guide.write_text("\ufeff# Apes\n\n- *no* tail\n\n|a|b|\n|-|-|\n|1|2|\n")
        with session.serve(instructions=guide) as server:
            client = Client(server)
            assert client.state()["has_instructions"]
            html = client.post("about")[1]["instructions"]
        for part in ("<h1>Apes</h1>", "<em>no</em>", "<table>"):
            assert part in html

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![x](http://evil.example/p.png)",
            "[x](javascript:alert(1))",
            "<a href='javascript:alert(1)'>x</a>",
        ],
    )
    def test_nothing_in_them_runs_or_loads(self, session, text):
        with session.serve(instructions=text) as server:
            html = Client(server).post("about")[1]["instructions"]
        for tag in ("<script", "<img", '<a href="javascript', "<a href='"):
            assert tag not in html

    def test_without_any_nothing_is_offered(self, session):
        with session.serve() as server:
            assert not Client(server).state()["has_instructions"]

    def test_without_the_package_it_says_what_to_install(self, session, monkeypatch):
        monkeypatch.setitem(sys.modules, "markdown_it", None)
        with pytest.raises(ImportError, match=r"sklearn-active\[label\]"):
            session.serve(instructions="be kind")
