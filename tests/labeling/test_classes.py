"""Classes keep their order, and a journal goes on with more of them, or others."""

import io
import json

import numpy as np
import pytest
from executors import Inline
from hypothesis import given
from hypothesis import strategies as st
from journals import facts_of
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.labeling import (
    LabelingSession,
    LabelJournal,
    Vote,
    WebOracle,
    write_votes,
)

X = np.random.RandomState(0).normal(size=(30, 2))


def opened(path=None, X=X, classes=("good", "bad"), **params):
    learner = ActiveLearner(GaussianNB(), "random", random_state=0)
    learner.set_params(missing_label=params.pop("missing_label", "auto"))
    params = {"executor": Inline()} | params
    classes = None if classes is None else list(classes)
    return LabelingSession(learner, X, journal=path, classes=classes, **params)


def answer(session, *labels):
    """Give these labels, one per row; return the rows."""
    rows = []
    for label in labels:
        query = session.ask()
        session.tell(query.id, [label])
        rows += query.indices.tolist()
    return rows


def headers(path):
    events = map(json.loads, path.read_text().splitlines())
    return [event["classes"] for event in events if event["event"] == "header"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


class TestOrder:
    @given(st.permutations(["good", "bad", "so so", "b"]))
    def test_classes_stand_as_they_were_stated(self, classes):
        session = opened(classes=classes)
        assert session.classes == classes

    def test_they_stand_so_at_the_page(self, page_of):
        for classes in (["so so", "bad", "good", "b"], ["bad", "good", "b", "so so"]):
            shown = page_of(opened(classes=classes)).state()["classes"]
            assert [one["text"] for one in shown] == classes

    def test_the_first_is_the_first_key_of_the_page_and_first_in_the_terminal(
        self, page_of
    ):
        session, output = opened(), io.StringIO()
        shown = page_of(session).state()["classes"]
        keys = {one["text"]: one["key"] for one in shown}
        assert keys == {"good": "1", "bad": "2"}
        session.terminal(input=io.StringIO(":?\n:q\n"), output=output)
        assert "(1 good, 2 bad)" in output.getvalue()

    def test_labels_found_later_follow_sorted(self, tmp_path):
        session = opened(new_classes="allow")
        answer(session, "z", "bad", "a", "m")
        assert session.classes == ["good", "bad", "a", "m", "z"]
        write_votes([Vote("3", "k")], tmp_path / "v.csv")
        session.import_votes(tmp_path / "v.csv")
        assert session.classes == ["good", "bad", "a", "k", "m", "z"]

    def test_those_of_y_are_sorted_and_the_learners_always(self):
        y = ["m", "a", "z"] + [None] * 27
        session = opened(classes=None, y=y)
        assert session.classes == ["a", "m", "z"]
        session = opened(classes=["z", "a", "m"], y=y)
        assert session.classes == ["z", "a", "m"]
        session.close()
        assert session.learner.classes_.tolist() == ["a", "m", "z"]

    def test_the_journal_says_them_as_they_were_stated(self, path):
        opened(path).close()
        assert LabelJournal.read(path)[0]["classes"] == ["good", "bad"]

    def test_a_page_inside_fit_shows_them_as_stated_and_the_learners_behind(self):
        with WebOracle(classes=["b", "a"], open_browser=False) as oracle:
            learner = ActiveLearner(GaussianNB(), "random").start(X, [3, *[-1] * 29])
            batches = oracle._batches
            assert batches.classes == ["b", "a"]
            batches._stated = []
            batches.open(learner.query())
            assert batches.classes == [3]


class TestGoingOn:
    def test_a_new_journal_and_an_unchanged_one_have_no_changes(self, path):
        assert opened().changes == []
        for _ in range(3):
            with opened(path) as session:
                assert session.changes == []
                answer(session, "bad")
        assert headers(path) == [["good", "bad"]]

    @pytest.mark.parametrize(
        ("classes", "changes"),
        [
            (["good", "bad", "neutral"], ["classes added: neutral"]),
            (["x", "good", "y", "bad"], ["classes added: x, y"]),
            (["bad", "good"], ["classes in a new order: bad, good"]),
            (["good"], ["classes left out: bad"]),
            (["new", "good"], ["classes added: new", "classes left out: bad"]),
            (
                ["bad", "new", "good"],
                ["classes added: new", "classes in a new order: bad, new, good"],
            ),
        ],
    )
    def test_classes_may_be_added_put_in_order_and_left_out(
        self, path, classes, changes
    ):
        with opened(path) as session:
            rows = answer(session, "good", "good")
        for changed in (changes, []):
            with opened(path, classes=classes) as session:
                assert session.changes == changed
                assert session.classes == classes
                assert session.labels == dict.fromkeys(rows, "good")
        assert headers(path) == [["good", "bad"], classes]
        assert LabelJournal.read(path)[0]["classes"] == classes
        with opened(path, classes=classes) as session:
            answer(session, classes[0])

    def test_one_header_is_enough_for_rows_and_classes(self, path):
        opened(path, X[:18]).close()
        with opened(path, X[:19], ["bad", "good", "c"]) as session:
            assert session.changes == [
                "1 row was added.",
                "classes added: c",
                "classes in a new order: bad, good, c",
            ]
        assert len(headers(path)) == 2
        with opened(path, X, ["bad", "good", "c"]) as session:
            assert session.changes == ["11 rows were added."]
        header, _ = LabelJournal.read(path)
        about = facts_of(X) | {"classes": ["bad", "good", "c"]}
        assert header == about | {"name": header["name"]}

    def test_a_class_that_rows_have_is_not_left_out(self, path):
        with opened(path, classes=["good", "bad", "worse"]) as session:
            answer(session, "good", "bad", "bad", "worse")
        content = path.read_bytes()
        with pytest.raises(ValueError, match="holds answers of classes") as raised:
            opened(path, classes=["good", "new"])
        message = str(raised.value)
        assert "classes that are left out here: 'bad' (2 rows), 'worse' (1 row)." in (
            message
        )
        assert "classes=['good', 'new', 'bad', 'worse']" in message
        assert "rename_class" in message
        assert path.read_bytes() == content
        with opened(path, classes=["good", "new", "bad", "worse"]) as session:
            assert len(session.labels) == 4

    def test_votes_count_that_are_not_the_rows_label(self, path):
        with opened(path, votes_per_row=2) as session:
            for who, label in (("ann", "bad"), ("bob", "good")):
                query = session.ask(annotator=who)
                session.tell(query.id, [label], who)
        with pytest.raises(ValueError, match=r"is left out here: 'bad' \(1 row\)"):
            opened(path, classes=["good"])

    def test_a_class_whose_answers_were_taken_back_may_go_and_comes_back(self, path):
        with opened(path) as session:
            (row,) = answer(session, "bad")
            session.relabel(row, "good")
        with opened(path, classes=["good"]) as session:
            assert session.classes == ["good"]
            session.undo()
            assert session.labels == {row: "bad"}
            assert session.classes == ["good", "bad"]

    def test_labels_that_were_found_follow_without_being_stated(self, path):
        with opened(path, new_classes="allow") as session:
            answer(session, "z", "c")
        for new_classes in ("allow", "error"):
            with opened(path, new_classes=new_classes) as session:
                assert session.classes == ["good", "bad", "c", "z"]
                assert session.changes == []
        with opened(path, classes=["good", "bad", "z"]) as session:
            assert session.classes == ["good", "bad", "z", "c"]
            assert session.changes == ["classes in a new order: good, bad, z, c"]

    def test_a_journal_with_sorted_classes_goes_on_in_the_order_meant(self, path):
        with LabelJournal(path) as journal:
            journal.open(facts_of(X) | {"classes": ["bad", "good"]})
        with opened(path) as session:
            assert session.classes == ["good", "bad"]
            assert session.changes == ["classes in a new order: good, bad"]

    @pytest.mark.parametrize("classes", [5, [], ["a", 1], ["a", "a"], [None], {}])
    def test_classes_on_file_that_are_none_are_refused(self, path, classes):
        with LabelJournal(path) as journal:
            journal.open(facts_of(X) | {"classes": classes})
        with pytest.raises(ValueError, match="is damaged: the classes in its header"):
            opened(path)
        with LabelJournal(path) as journal:
            journal.open({})

    def test_unused_classes_may_become_others_of_another_kind_and_used_ones_not(
        self, path
    ):
        opened(path).close()
        with opened(path, classes=[1, 2]) as session:
            answer(session, 2)
        with pytest.raises(ValueError, match="line 3 can't be taken: The label 2"):
            opened(path)


class TestWithoutStatedClasses:
    def test_it_goes_on_with_those_of_the_journal(self, path):
        with opened(path) as session:
            answer(session, "bad")
        with opened(path, classes=None) as session:
            assert session.classes == ["good", "bad"]
            assert session.changes == []
            answer(session, "good")
            with pytest.raises(ValueError, match="'x' is not a class of this session"):
                answer(session, "x")
        assert headers(path) == [["good", "bad"]]

    def test_those_of_y_follow(self, path):
        opened(path).close()
        y = ["z", "bad", "c"] + [None] * 27
        for changes in (["classes added: c, z"], []):
            with opened(path, classes=None, y=y) as session:
                assert session.classes == ["good", "bad", "c", "z"]
                assert session.changes == changes
        assert headers(path)[1:] == [["good", "bad", "c", "z"]]

    def test_those_of_y_must_be_of_the_kind(self, path):
        opened(path).close()
        with pytest.raises(ValueError, match="1 is a number, but the classes here"):
            opened(path, classes=None, y=[1, *[-1] * 29])

    def test_what_was_found_beside_y_is_no_change(self, path):
        y = ["m"] + [None] * 29
        for _ in range(2):
            with opened(path, classes=None, y=y, new_classes="allow") as session:
                assert session.changes == []
                answer(session, "a")
                assert session.classes == ["m", "a"]
        assert headers(path) == [None]

    def test_those_that_were_found_are_enough(self, path):
        with opened(path, classes=None, new_classes="allow") as session:
            answer(session, "b", "a")
        with opened(path, classes=None) as session:
            assert session.classes == ["a", "b"]
            assert session.changes == []

    def test_those_found_count_as_left_out_where_no_others_are_allowed(self, path):
        with opened(path, classes=None, new_classes="allow") as session:
            answer(session, "b", "a")
        with pytest.raises(ValueError, match=r"left out here: 'b' \(1 row\)"):
            opened(path, classes=["a"])
        with opened(path, classes=["c"], new_classes="allow") as session:
            assert session.classes == ["c", "a", "b"]
            assert session.changes == ["classes added: c"]

    def test_where_there_is_none_at_all_nothing_is_written(self, path):
        with pytest.raises(ValueError, match=r"Pass classes=\[\.\.\.\]"):
            opened(path, classes=None)
        assert not path.exists()
        opened(path, classes=None, new_classes="allow").close()
        content = path.read_bytes()
        for _ in range(2):  # the lock was given back
            with pytest.raises(ValueError, match=r"Pass classes=\[\.\.\.\]"):
                opened(path, classes=None)
        assert path.read_bytes() == content

    def test_a_class_that_the_learner_would_drop_is_refused(self, path):
        opened(path, classes=[-1, 1]).close()
        with pytest.raises(ValueError, match="The class -1 is the mark of rows"):
            opened(path, classes=None)
        with opened(path, classes=None, missing_label=None) as session:
            assert session.classes == [-1, 1]


stated = st.permutations(["a", "b", "c", "d"]).flatmap(
    lambda classes: st.integers(1, 4).map(lambda n: classes[:n])
)


@given(sessions=st.lists(st.tuples(stated, st.booleans()), min_size=1, max_size=6))
def test_any_sequence_of_sessions_goes_on_or_names_what_is_missing(
    sessions, tmp_path_factory
):
    path, used = tmp_path_factory.mktemp("j") / "j", {}
    for classes, answers in sessions:
        missing = sorted(set(used) - set(classes))
        if missing:
            with pytest.raises(ValueError, match="left out here") as raised:
                opened(path, classes=classes)
            for label in missing:
                assert f"{label!r} ({used[label]} row" in str(raised.value)
            continue
        with opened(path, classes=classes) as session:
            assert session.classes == classes
            assert headers(path)[-1] == classes
            if answers:
                answer(session, classes[0])
                used[classes[0]] = used.get(classes[0], 0) + 1
