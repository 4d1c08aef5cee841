"""Classes get other names, and become one; that is on file, and can be taken back."""

import io
import json

import numpy as np
import pytest
from executors import Inline
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active.__main__ import main
from sklearn_active.labeling import (
    LabelingSession,
    LabelJournal,
    StaleQueryError,
    Vote,
    WebOracle,
    read_votes,
    write_votes,
)

X = np.random.RandomState(0).normal(size=(30, 2))


def opened(path=None, classes=("good", "bad"), **params):
    learner = ActiveLearner(GaussianNB(), "random", random_state=0)
    learner.set_params(missing_label=params.pop("missing_label", "auto"))
    params = {"executor": Inline()} | params
    classes = None if classes is None else list(classes)
    return LabelingSession(learner, X, journal=path, classes=classes, **params)


def answer(session, *labels, who=None):
    """Give these labels, one per row; return the rows."""
    rows = []
    for label in labels:
        query = session.ask(annotator=who)
        session.tell(query.id, [label], who)
        rows += query.indices.tolist()
    return rows


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


class TestInASession:
    def test_every_answer_of_the_class_is_of_the_new_one(self, path):
        with opened(path) as session:
            a, b, c = answer(session, "bad", "good", "bad", who="ann")
            session.rename_class("bad", "negative", "bob")
            expected = {a: "negative", b: "good", c: "negative"}
            assert session.labels == expected
            assert session.classes == ["good", "negative"]
            assert session.votes() == {r: {"ann": x} for r, x in expected.items()}
            assert [entry["label"] for entry in session.recent()] == [
                "negative",
                "good",
                "negative",
            ]
            assert session.report().class_counts == {"good": 1, "negative": 2}
            answer(session, "negative", who="ann")
            assert session.learner.classes_.tolist() == ["good", "negative"]
        event = LabelJournal.read(path)[1][3]
        assert event.pop("time")
        assert event == {
            "event": "rename",
            "label": "bad",
            "to": "negative",
            "annotator": "bob",
        }
        with opened(path, ["good", "negative"]) as session:
            assert session.labels.items() > expected.items()
            assert session.changes == []

    def test_to_a_name_that_is_there_two_classes_become_one_until_undo(self, path):
        with opened(path, ["good", "fine", "bad"]) as session:
            a, b, c = answer(session, "good", "fine", "bad")
            session.rename_class("fine", "good")
            assert session.labels == {a: "good", b: "good", c: "bad"}
            assert session.classes == ["good", "bad"]
            answer(session, "good")
        with opened(path, ["good", "bad"]) as session:
            assert session.undo(2)[1:] == [b]
            assert session.labels == {a: "good", b: "fine", c: "bad"}
            assert session.classes == ["good", "fine", "bad"]
            assert session.report().class_counts == {"good": 1, "fine": 1, "bad": 1}

    def test_the_majority_of_merged_votes_counts(self):
        session = opened(classes=["a", "b", "c"], votes_per_row=5, aggregate="majority")
        for who, label in zip("vwxyz", "ccaba", strict=True):
            row = answer(session, label, who=who)[0]
        assert session.labels == {row: "a"}
        session.rename_class("b", "c")
        assert session.labels == {row: "c"}
        session.undo()
        assert session.labels == {row: "a"}

    def test_an_aggregate_of_yours_sees_the_new_names(self):
        seen = []
        session = opened(aggregate=lambda votes: seen.append(votes) or votes[-1])
        answer(session, "bad")
        session.rename_class("bad", "negative")
        assert seen[-1] == ["negative"]

    def test_labels_of_y_are_renamed_live_and_when_the_journal_goes_on(self, path):
        y = ["bad", "good", "bad"] + [None] * 27
        with opened(path, None, y=y) as session:
            assert session.rename_class("bad", "negative") is None
            assert session.labels == {0: "negative", 1: "good", 2: "negative"}
            assert session.classes == ["negative", "good"]
            assert session.report().class_counts == {"good": 1, "negative": 2}
            session.relabel(0, "good")
            session.undo()
            assert session.labels[0] == "negative"
        with opened(path, None, y=y) as session:
            assert session.changes == ["bad is called negative now (renamed)"]
            assert session.labels == {0: "negative", 1: "good", 2: "negative"}
            assert session.learner.y_[:3].tolist() == ["negative", "good", "negative"]
            assert sorted(session.undo()) == [0, 2]
            assert session.labels == {0: "bad", 1: "good", 2: "bad"}
            assert session.classes == ["bad", "good"]

    def test_a_label_of_y_that_is_no_class_can_be_renamed_too(self):
        session = opened(y=["odd"] + [None] * 29)
        session.rename_class("odd", "good")
        assert session.labels == {0: "good"}

    def test_the_learner_of_a_renamed_session_is_that_of_a_clean_one(self):
        labels = ["a", "b", "a", "b", "a", "a"]
        renamed = opened(classes=["a", "b"])
        answer(renamed, *labels)
        renamed.rename_class("b", "a much longer name")
        clean = opened(classes=["a", "a much longer name"])
        answer(clean, *(x if x == "a" else "a much longer name" for x in labels))
        for session in (renamed, clean):
            session.close()
        assert renamed.learner.y_.tolist() == clean.learner.y_.tolist()
        assert renamed.learner.predict_proba(X) == pytest.approx(
            clean.learner.predict_proba(X)
        )

    def test_it_can_go_back_to_the_name_that_it_had(self, path):
        with opened(path) as session:
            rows = answer(session, "bad", "good")
            session.rename_class("bad", "worse")
            session.rename_class("worse", "worst")
            session.rename_class("worst", "bad")
            assert session.renamed == {"worse": "bad", "worst": "bad"}
        with opened(path) as session:
            assert session.labels == dict(zip(rows, ["bad", "good"], strict=True))
            assert session.changes == []

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            (
                "ugly",
                "x",
                r"'ugly' is not a class that could be renamed: \['good', 'bad'",
            ),
            ("bad", "bad", "The class 'bad' has that name already"),
            ("bad", 5, "5 is a number, but the classes here are text"),
            (5, "bad", "5 is a number, but the classes here are text"),
            ("bad", "", "An empty text is not a class"),
            ("bad", None, "not None"),
            ("bad", ["x"], r"not \['x'\]"),
            ("gone", "x", "'gone' is called 'bad' now"),
            ("good", "gone", "that is what 'bad' was called before"),
            ("bad", "?", r"The class '\?' is the mark of rows without a label"),
        ],
    )
    def test_what_can_not_be_renamed_is_refused_and_nothing_is_written(
        self, path, old, new, message
    ):
        with opened(path, ["good", "gone"], missing_label="?") as session:
            answer(session, "gone")
            session.rename_class("gone", "bad")
            content = path.read_bytes()
            with pytest.raises(ValueError, match=message):
                session.rename_class(old, new)
            assert path.read_bytes() == content
            assert session.classes == ["good", "bad"]

    def test_numbers_stay_within_64_bits_and_plain(self, path):
        with opened(path, [-5, 1]) as session:
            with pytest.raises(ValueError, match="No integer type of 64 bits holds"):
                session.rename_class(1, 2**63 + 1)
            answer(session, 1)
            session.rename_class(np.int64(1), np.int64(2))
            assert list(map(repr, session.labels.values())) == ["2"]
        assert LabelJournal.read(path)[1][1]["to"] == 2

    def test_a_closed_session_and_a_wrong_annotator_are_refused(self):
        session = opened()
        with pytest.raises(ValueError, match="An annotator is named by text"):
            session.rename_class("bad", "x", 3)
        session.close()
        with pytest.raises(ValueError, match="closed"):
            session.rename_class("bad", "x")

    def test_the_old_name_can_not_be_given_and_says_why(self):
        for new_classes in ("error", "allow"):
            session = opened(new_classes=new_classes)
            (row,) = answer(session, "bad")
            session.rename_class("bad", "negative")
            with pytest.raises(ValueError, match="'bad' is called 'negative' now"):
                answer(session, "bad")
            with pytest.raises(ValueError, match="'bad' is called 'negative' now"):
                session.relabel(row, "bad")
            session.undo()
            answer(session, "bad")

    def test_a_class_that_no_row_has_is_renamed_and_that_is_taken_back(self, path):
        with opened(path) as session:
            session.rename_class("bad", "negative")
            assert session.classes == ["good", "negative"]
            assert session.undo() == []
            assert session.classes == ["good", "bad"]

    def test_an_open_question_is_answered_and_told_again_by_the_new_name(self, path):
        with opened(path) as session:
            query = session.ask(2)
            first, second = query.indices.tolist()
            session.tell(query.id, {first: "bad"})
            session.rename_class("bad", "negative")
            assert session.ask() is query
            session.tell(query.id, {first: "negative", second: "good"})
            session.tell(query.id, ["negative", "good"])
            with pytest.raises(StaleQueryError, match="answered already: 'negative'"):
                session.tell(query.id, ["good", "good"])
        with opened(path) as session:
            session.tell(query.id, ["negative", "good"])

    def test_predictions_by_the_old_name_are_right(self, path):
        with opened(path, audit=1.0) as session:
            answer(session, "bad", "good", "bad", "good", "bad", "good")
            n, n_right = session.report().audit.n, session.report().audit.n_right
            session._refitter.request = lambda: None  # the model doesn't hear of it
            session.rename_class("good", "fine")
            session.rename_class("bad", "negative")
            for _ in range(8):
                guess = session.guess(session.ask().indices[0])
                assert guess in ("fine", "negative")
                answer(session, guess)
            report = session.report()
            assert (report.audit.n, report.audit.n_right) == (n + 8, n_right + 8)

    def test_imported_votes_by_the_old_name_are_of_the_new_class(self, tmp_path):
        path = tmp_path / "v.csv"
        for classes, new in ((["good", "bad"], "negative"), ([1, 2], 3)):
            session = opened(classes=classes)
            rows = answer(session, classes[1])
            session.rename_class(classes[1], new)
            votes = [Vote(str(rows[0]), classes[1]), Vote("0", classes[1], "ann")]
            write_votes(votes, path)
            report = session.import_votes(path)
            assert (report.n_known, report.n_imported) == (1, 1)
            assert session.votes()[0]["ann"] == new

    def test_what_was_never_written_is_not_read(self, path):
        with opened(path) as session:
            answer(session, "bad")
            session.rename_class("bad", "negative")
        lines = path.read_text().splitlines()
        rename, vote = json.loads(lines[2]), json.loads(lines[1])
        for event, message in (
            (rename, "'bad' is called 'negative' now"),
            (vote, "'bad' is called 'negative' now"),
            (rename | {"label": "good", "to": "bad"}, "was called before"),
            (rename | {"label": "good", "to": "good"}, "has that name already"),
            (rename | {"label": "good", "to": 1}, "1 is a number"),
            (rename | {"label": "good", "to": [1]}, r"not \[1\]"),
            (rename | {"label": {}}, r"not \{\}"),
            ({"event": "rename", "label": "good"}, "has no 'to'"),
            (vote | {"label": "good", "predicted": [1]}, "predicted label of an event"),
        ):
            path.write_text("\n".join([*lines, json.dumps(event), ""]))
            with pytest.raises(ValueError, match=f"line 4 can't be taken: .*{message}"):
                opened(path)


class TestGoingOn:
    def begun(self, path):
        with opened(path, ["good", "bad", "neutral"]) as session:
            rows = answer(session, "good", "bad", "neutral")
            session.rename_class("bad", "negative")
        return rows

    def test_the_old_program_goes_on_and_is_told(self, path):
        self.begun(path)
        content = path.read_bytes()
        with opened(path, ["good", "bad", "neutral"]) as session:
            assert session.classes == ["good", "negative", "neutral"]
            assert session.changes == ["bad is called negative now (renamed)"]
        assert path.read_bytes() == content

    @pytest.mark.parametrize("name", ["bad", "negative"])
    def test_more_classes_and_another_order_go_on_by_both_names(self, path, name):
        self.begun(path)
        with opened(path, ["new", name, "good", "neutral"]) as session:
            assert session.classes == ["new", "negative", "good", "neutral"]
            assert session.changes[0] == "classes added: new"
            assert len(session.changes) == 2 + (name == "bad")
            session.undo()
            back = ["new", "bad", "good", "neutral"]
            assert set(session.classes) == {*back, name}

    def test_without_stated_classes_they_have_the_new_names(self, path):
        self.begun(path)
        with opened(path, None) as session:
            assert session.classes == ["good", "negative", "neutral"]
            assert session.changes == []

    def test_neither_name_may_be_left_out(self, path):
        self.begun(path)
        with pytest.raises(ValueError, match=r"left out here: 'negative' \(1 row\)"):
            opened(path, ["good", "neutral"])

    def test_a_class_that_was_to_be_left_out_can_be_renamed_away(self, path):
        self.begun(path)
        with opened(path, None) as session:
            session.rename_class("neutral", "good")
        with opened(path, ["good", "negative"]) as session:
            assert sorted(session.labels.values()) == ["good", "good", "negative"]
            assert session.changes == []


class TestAtFrontEnds:
    def test_a_renamed_class_keeps_its_place_and_key_on_the_page(self, page_of):
        session = opened(classes=["good", "bad", "x"])
        client = page_of(session)

        def shown():
            return [(c["text"], c["key"]) for c in client.state()["classes"]]

        first = [("good", "1"), ("bad", "2"), ("x", "x")]
        assert shown() == first
        session.rename_class("bad", "negative")
        assert shown() == [("good", "1"), ("negative", "2"), ("x", "x")]
        session.undo()
        assert shown() == first
        session.rename_class("good", "x")
        assert shown() == [("bad", "2"), ("x", "x")]
        session.undo()
        assert shown() == first

    def test_a_page_that_still_shows_the_old_name_is_told(self, page_of):
        session = opened()
        client = page_of(session)
        question = client.state()["question"]
        session.rename_class("bad", "negative")
        request = {"query": question["id"], "row": question["row"], "request": "r"}
        status, reply = client.post("answer", {"label": '"bad"', **request})
        assert status == 400
        assert "'bad' is called 'negative' now" in reply["error"]
        assert [c["text"] for c in reply["state"]["classes"]] == ["good", "negative"]
        status, _ = client.post("answer", {"label": '"negative"', **request})
        assert status == 200
        assert session.labels == {question["row"]: "negative"}

    def test_a_person_takes_back_answers_and_no_renaming(self, page_of):
        session, output = opened(), io.StringIO()
        client = page_of(session)
        session.rename_class("bad", "negative")
        status, reply = client("undo", query=session.ask().id)
        assert status == 400
        assert "The last thing done was to rename a class" in reply["error"]
        session.terminal(input=io.StringIO(":u\ngood\n:u\n:q\n"), output=output)
        assert output.getvalue().count("was to rename a class") == 1
        assert session.classes == ["good", "negative"]
        assert session.labels == {}
        session.undo()
        session.terminal(input=io.StringIO(":u\n:q\n"), output=output)
        assert "There is nothing to take back." in output.getvalue()

    def test_a_page_inside_fit_has_nothing_to_take_back(self):
        with (
            WebOracle(classes=["b", "a"], open_browser=False) as oracle,
            pytest.raises(ValueError, match="There is nothing to take back"),
        ):
            oracle._batches.take_back()

    def test_exports_have_the_new_names(self, path, tmp_path):
        with opened(path) as session:
            answer(session, "bad", "good")
            session.rename_class("bad", "negative")
            session.export_votes(tmp_path / "1.json")
        out = str(tmp_path / "2.json")
        assert main(["export", str(path), out, "--votes"]) == 0
        for name in ("1", "2"):
            votes = read_votes(tmp_path / f"{name}.json")
            assert sorted(vote.label for vote in votes) == ["good", "negative"]
            config = (tmp_path / f"{name}.xml").read_text()
            assert config.index('"good"') < config.index('"negative"')
            assert '"bad"' not in config


class TestInTheFileAlone:
    @pytest.fixture(autouse=True)
    def _printed(self, capsys):
        self.capsys = capsys

    def renamed(self, path, *renames, status=0):
        """Run the command; return the sentences that it prints, or what is wrong."""
        pairs = [word for pair in renames for word in ("--rename", pair)]
        self.capsys.readouterr()
        assert main(["classes", str(path), *pairs]) == status
        printed = self.capsys.readouterr()
        return printed.err if status else printed.out.splitlines()[:-1]

    def begun(self, path, classes=("good", "bad", "x"), **params):
        with opened(path, classes, **params) as session:
            return answer(session, *classes, classes[1])

    def test_classes_are_renamed_and_merged_without_the_data(self, path):
        a, b, c, d = self.begun(path)
        assert self.renamed(path, "bad=negative", "x=good") == [
            "bad is called negative now (2 rows)",
            "x and good are one class now: good (1 row more)",
        ]
        with opened(path, None) as session:
            expected = {a: "good", b: "negative", c: "good", d: "negative"}
            assert session.labels == expected
            assert session.classes == ["good", "negative"]
            session.undo(2)
            assert session.labels == {a: "good", b: "bad", c: "x", d: "bad"}

    def test_two_may_become_one_new_class(self, path):
        self.begun(path)
        assert self.renamed(path, "bad=n", "x=n") == [
            "bad is called n now (2 rows)",
            "x and n are one class now: n (1 row more)",
        ]

    def test_texts_are_numbers_where_the_classes_are(self, path):
        self.begun(path, (3, 7))
        assert self.renamed(path, "7=8") == ["7 is called 8 now (2 rows)"]
        with opened(path, (3, 8)) as session:
            assert sorted(session.labels.values()) == [3, 8, 8]

    def test_a_label_that_nobody_stated_is_one_too(self, path):
        with opened(path, None, new_classes="allow") as session:
            answer(session, "found")
        assert self.renamed(path, "found=it") == ["found is called it now (1 row)"]

    @pytest.mark.parametrize(
        ("renames", "message"),
        [
            (["bad=good", "good=bad"], "is both an old name and a new one here"),
            (["bad=good", "good=new"], "'good' is both an old name and a new"),
            (["bad=new", "nothing=good"], "'nothing' is not a class that could"),
            (["bad=new", "good=good"], "'good' has that name already"),
            (["bad="], "is given as OLD=NEW"),
        ],
    )
    def test_what_can_not_be_done_is_refused_as_a_whole(self, path, renames, message):
        self.begun(path)
        content = path.read_bytes()
        assert message in self.renamed(path, *renames, status=1)
        assert path.read_bytes() == content

    def test_a_file_that_is_no_journal_of_a_session_is_left_as_it_is(self, path):
        for content in ("", "hello", '{"event": "header", "forma'):
            path.write_text(content)
            assert "journal" in self.renamed(path, "a=b", status=1)
            assert path.read_text() == content
        path.unlink()
        assert "There is no journal" in self.renamed(path, "a=b", status=1)
        assert not path.exists()
        with LabelJournal(path) as journal:
            journal.open({"kind": "oracle"})
        refused = self.renamed(path, "a=b", status=1)
        assert "is not the journal of a labeling session" in refused

    def test_a_journal_that_a_session_holds_is_refused(self, path):
        with opened(path) as session:
            answer(session, "bad")
            assert "in use" in self.renamed(path, "bad=negative", status=1)
        assert len(LabelJournal.read(path)[1]) == 1

    def test_a_torn_last_answer_is_cut_off_as_ever(self, path):
        self.begun(path)
        with path.open("a") as file:
            file.write('{"event": "ans')
        self.renamed(path, "bad=negative")
        kinds = [event["event"] for event in LabelJournal.read(path)[1]]
        assert kinds == ["answer"] * 4 + ["rename"]
