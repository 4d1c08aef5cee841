"""Several labels per row at the terminal, in the page's requests, oracles and files."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from answering import on_file
from several_sessions import (
    NAMES,
    X,
    Y,
    answer,
    learner_of,
    named,
    several_session,
)
from sklearn.neighbors import KNeighborsClassifier
from test_web_oracle import Fit

from sklearn_active.files import read_file, write_labeled
from sklearn_active.labeling import (
    JournaledOracle,
    LabelingSession,
    TerminalOracle,
    Vote,
    WebOracle,
    read_votes,
)
from sklearn_active.labeling._fronts.figures import sentences

START = np.where(np.arange(60)[:, None] < 8, Y, np.nan)


def typed_at_terminal(session, lines):
    """Return why it ended, and the screen."""
    screen = io.StringIO()
    reason = session.terminal(input=io.StringIO(lines), output=screen)
    return reason, screen.getvalue()


class TestTheTerminal:
    @pytest.mark.parametrize(
        ("line", "label"),
        [
            ("sport", ("sport",)),
            ("health, sport", ("sport", "health")),
            ("health;sport", ("sport", "health")),
            ("3,1", ("sport", "health")),
            ("2", ("law",)),
            ("h,l,h", ("law", "health")),
            ("none", ()),
            ("None", ()),
        ],
    )
    def test_names_places_and_first_letters_with_commas(self, line, label):
        with several_session() as session:
            reason, screen = typed_at_terminal(session, f"{line}\n:q\n")
            assert reason == "quit"
            assert list(session.labels.values()) == [label]
        prompt = "1 sport, 2 law, 3 health; several with commas, none for none of them"
        assert prompt in screen

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ("4", "'4' is no label of this session: give some of sport, law, health"),
            ("sport, art", "'art' is no label of this session"),
            ("sport,", "A label is missing beside a comma"),
            ("sport, none", "'none' is typed alone: it says that no label is given"),
            (":x", ":x is not a command."),
        ],
    )
    def test_what_is_refused_is_asked_again(self, line, sentence):
        with several_session() as session:
            _, screen = typed_at_terminal(session, f"{line}\nlaw\n:q\n")
            assert list(session.labels.values()) == [("law",)]
        assert sentence in screen
        assert "Type labels with commas between (1 sport" in screen

    def test_enter_alone_skips_and_says_nothing_of_the_row(self):
        with several_session() as session:
            typed_at_terminal(session, "\nnone\n:u\nlaw\n:q\n")
            assert list(session.labels.values()) == [("law",)]
            assert session.report().n_skipped == 1

    def test_a_name_with_a_comma_is_typed_whole_or_by_its_place(self):
        names = ["food, drinks", "travel"]
        with several_session(classes=names) as session:
            typed_at_terminal(session, "food, drinks\n1,2\n:q\n")
            labels = list(session.labels.values())
        assert labels == [("food, drinks",), ("food, drinks", "travel")]

    @pytest.mark.parametrize("line", ["none,a", "a; none", "NONE, a"])
    def test_none_beside_others_is_not_short_for_a_longer_name(self, line):
        with several_session(classes=["a", "nonesuch"]) as session:
            _, screen = typed_at_terminal(session, f"{line}\n:q\n")
            assert session.labels == {}
        assert "'none' is typed alone" in screen

    @pytest.mark.parametrize(
        ("names", "others"),
        [(["a, b", "a", "b"], "a and b"), (["1, 2", "law"], "1, 2 and law")],
        ids=["names", "places"],
    )
    def test_a_name_that_may_be_several_labels_is_typed_by_its_place(
        self, names, others
    ):
        with several_session(classes=names) as session:
            _, screen = typed_at_terminal(session, f"{names[0]}\n1\n:q\n")
            assert list(session.labels.values()) == [(names[0],)]
        sentence = f"{names[0]!r} may be one label, or {others}: for the one type its"
        assert sentence in screen

    def test_where_that_place_is_a_name_too_another_order_helps(self):
        with several_session(classes=["a, b", "a", "b", "1"]) as session:
            _, screen = typed_at_terminal(session, "a, b\n:q\n")
            assert session.labels == {}
        assert "put the classes in an order in which its number is no class" in screen

    def test_a_label_called_none_in_other_letters_is_a_label(self):
        with several_session(classes=["None", "law"]) as session:
            typed_at_terminal(session, "None\nnone\n:q\n")
            assert list(session.labels.values()) == [("None",), ()]

    def test_the_figures_in_words(self):
        session = several_session(audit=1.0)
        answer(session, 30)
        audit = session.report().audit
        counts, right, found = sentences(session.report())
        assert counts.startswith("30 labels: sport ")
        share = round(100 * audit.accuracy)
        assert right.startswith(f"all labels of a row right {share} % (")
        most = "; ".join(audit.baseline_class) or "none"
        assert f"always answering {most!r} would have" in right
        assert found.startswith("found of each class: sport ")


class TestThePage:
    @pytest.fixture
    def session(self, tmp_path):
        with several_session(tmp_path / "j") as session:
            yield session

    @pytest.fixture
    def ask(self, session, page_of):
        return page_of(session)

    @staticmethod
    def answered(ask, *names):
        question = ask.state()["question"]
        asked = {"query": question["id"], "row": question["row"]}
        labels = [json.dumps(name) for name in names]
        return question["row"], *ask("answer", **asked, labels=labels)

    def test_it_is_told_which_labels_there_are(self, ask):
        state = ask.state()
        assert state["kind"] == "several"
        assert [(each["text"], each["key"]) for each in state["classes"]] == [
            ("sport", "1"),
            ("law", "2"),
            ("health", "3"),
        ]
        assert "estimate" not in state["can"]

    def test_what_is_chosen_is_recorded_counted_and_shown(self, ask, session):
        first, status, _ = self.answered(ask, "health", "sport")
        second, _, state = self.answered(ask)
        assert status == 200
        assert session.labels == {first: ("sport", "health"), second: ()}
        latest = [(each["text"], each["chosen"]) for each in state["recent"]]
        assert latest == [("none", []), ("sport; health", ['"sport"', '"health"'])]
        assert [each["count"] for each in state["classes"]] == [1, 0, 1]

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"label": '"law"'}, "no list of labels"),
            ({"labels": '"law"'}, "no list of labels"),
            ({"labels": [1]}, "no list of labels"),
            ({"labels": ['"art"']}, "not a class of the session"),
            ({"typed": "law"}, "no list of labels"),
            ({"new": "art"}, "no list of labels"),
        ],
        ids=str,
    )
    def test_what_is_refused_leaves_the_question_open(
        self, ask, session, given, sentence
    ):
        question = ask.state()["question"]
        asked = {"query": question["id"], "row": question["row"]}
        status, reply = ask("answer", **asked, **given)
        assert status == 400
        assert sentence in reply["error"]
        assert reply["state"]["question"]["id"] == question["id"]
        assert session.labels == {}

    def test_undo_change_and_the_list(self, ask, session):
        row, _, state = self.answered(ask, "law")
        assert ask("undo", query=state["question"]["id"])[0] == 200
        assert session.labels == {}
        self.answered(ask, "law")
        changed = {"row": row, "labels": ['"law"', '"sport"']}
        assert ask("relabel", **changed, shown="law")[0] == 200
        assert session.labels == {row: ("sport", "law")}
        status, reply = ask("relabel", **changed, shown="law")
        assert status == 409
        assert "this row is labeled “sport; law”" in reply["error"]
        status, reply = ask("find", words="", status="labeled", label='"sport"')
        assert (status, reply["n"]) == (200, 1)
        (found,) = reply["rows"]
        assert (found["label"], found["chosen"]) == (
            "sport; law",
            ['"sport"', '"law"'],
        )

    def test_what_others_gave_is_hidden_from_who_has_still_to_answer(self, page_of):
        with several_session(votes_per_row=2) as session:
            session.relabel(0, ["law"], "ann")
            ask = page_of(session, "bob")
            _, reply = ask("find", words="", status="labeled")
            (found,) = reply["rows"]
        assert (found["label"], found["chosen"], found["hidden"]) == (None, None, True)

    def test_the_guess_is_a_text(self, ask, session):
        answer(session, 12)
        question = ask.state()["question"]
        status, reply = ask("guess", query=question["id"], row=question["row"])
        label = session.guess(question["row"])
        assert (status, reply["text"]) == (200, "; ".join(label) or "none")


class TestOracles:
    @staticmethod
    def learner(oracle, **params):
        return learner_of(oracle=oracle, budget=6, **params)

    def test_a_person_at_the_terminal_of_fit(self):
        typed = io.StringIO("sport,law\nnone\n\n3\n2\n1\n")
        oracle = TerminalOracle(classes=NAMES, input=typed, output=io.StringIO())
        learner = self.learner(oracle).fit(X, START)
        assert learner.termination_condition_ == "budget"
        rows = [row for record in learner.history_ for row in record["rows"]]
        told = learner.y_[rows].tolist()
        assert told[:2] == [[1, 1, 0], [0, 0, 0]]
        assert np.isnan(told[2]).all()
        assert told[3:] == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]

    @pytest.mark.parametrize(
        ("classes", "message"),
        [(None, "classes must name them"), (NAMES[:2], "3 columns of labels, but")],
    )
    def test_the_columns_must_be_named(self, classes, message):
        oracle = TerminalOracle(classes=classes, input=io.StringIO(""))
        with pytest.raises(ValueError, match=message):
            self.learner(oracle).fit(X, START)

    def test_a_person_at_the_page_of_fit(self):
        told = {}
        with WebOracle(classes=NAMES, open_browser=False) as oracle:
            fit = Fit(oracle, X, START, estimator=KNeighborsClassifier(1))
            while (question := fit.state()["question"]) is not None:
                told[question["row"]] = Y[question["row"]].tolist()
                names = list(map(json.dumps, named(Y[question["row"]])))
                asked = {"query": question["id"], "row": question["row"]}
                fit.client("answer", **asked, labels=names)
            learner = fit.end()
            state = fit.client.state()
        assert len(told) == 6
        assert learner.y_[[*told]].tolist() == list(told.values())
        counts = np.sum(list(told.values()), axis=0)
        assert [each["count"] for each in state["classes"]] == counts.tolist()

    def test_a_journal_of_an_oracle_asks_no_row_twice(self, tmp_path):
        path, paid = tmp_path / "paid.jsonl", []

        def service(query):
            paid.extend(query.indices.tolist())
            rows = Y[query.indices].astype(object)
            return [
                None if row == 9 else labels
                for row, labels in zip(query.indices, rows, strict=True)
            ]

        learners = []
        for _ in range(2):
            with JournaledOracle(service, path) as oracle:
                learners.append(self.learner(oracle, batch_size=3).fit(X, START))
        assert len(paid) == 6
        first, second = learners
        np.testing.assert_array_equal(first.y_, second.y_)
        np.testing.assert_array_equal(first.predict(X), second.predict(X))

    def test_what_an_oracle_leaves_open_is_kept_as_it_was(self, tmp_path):
        path = tmp_path / "paid.jsonl"
        for _ in range(2):
            partly = lambda query: [[1, None, 0]] * len(query)  # noqa: E731
            with JournaledOracle(partly, path) as oracle:
                learner = self.learner(oracle).fit(X, START)
            rows = [row for record in learner.history_ for row in record["rows"]]
            np.testing.assert_array_equal(learner.y_[rows], [[1, np.nan, 0]] * 6)
        assert on_file(path) == [[1, -1, 0]] * 6

    @pytest.mark.parametrize("label", ['"law"', "1", "[1, 0]", "[1, 0, 5]", '["a"]'])
    def test_what_is_no_answer_on_file_is_named_by_its_line(self, tmp_path, label):
        path = tmp_path / "paid.jsonl"
        with JournaledOracle(lambda query: Y[query.indices], path) as oracle:
            self.learner(oracle).fit(X, START)
        event = f'{{"event": "answer", "key": "x", "label": {label}}}'
        path.write_text(path.read_text() + event + "\n")
        with (
            JournaledOracle(lambda query: Y[query.indices], path) as oracle,
            pytest.raises(ValueError, match="line 8"),
        ):
            self.learner(oracle).fit(X, START)


class TestFiles:
    @staticmethod
    def told(session):
        session.relabel(1, ["health", "sport"], "ann")
        session.relabel(1, [], "bob")
        session.relabel(2, ["law"], "ann")
        session.skip(session.ask(annotator="bob").id, annotator="bob")

    def test_votes_are_written_and_read_back(self, tmp_path):
        path = tmp_path / "votes.csv"
        with several_session(votes_per_row=2) as session:
            self.told(session)
            session.export_votes(path)
            votes = session.votes()
        assert read_votes(path)[:3] == [
            Vote("1", "sport; health", "ann"),
            Vote("1", "none", "bob"),
            Vote("2", "law", "ann"),
        ]
        with several_session(votes_per_row=2) as other:
            assert other.import_votes(path).n_imported == 4
            assert other.votes() == votes
            other.export_votes(tmp_path / "again.csv")
            assert other.import_votes(path).n_known == 4
        assert (tmp_path / "again.csv").read_text() == path.read_text()

    def test_a_label_in_a_file_that_is_none_is_refused_with_all(self, tmp_path):
        path = tmp_path / "votes.csv"
        path.write_text("key,label\n1,law\n2,law; art\n")
        with several_session() as session:
            with pytest.raises(ValueError, match="'art' is no label of this session"):
                session.import_votes(path)
            assert session.labels == {}

    @pytest.mark.parametrize("name", ["votes.json", "votes.jsonl"])
    def test_files_that_hold_one_label_per_row_are_refused(self, tmp_path, name):
        with several_session() as session:
            self.told(session)
            with pytest.raises(ValueError, match=r"write \.csv"):
                session.export_votes(tmp_path / name)
        assert list(tmp_path.iterdir()) == []

    def test_a_table_has_names_with_semicolons(self, tmp_path):
        path = tmp_path / "texts.csv"
        texts = [f"text {word} {i}" for i in range(6) for word in ("one", "two")]
        pd.DataFrame({"text": texts}).to_csv(path, index=False)
        data = read_file(path)
        out, labels = tmp_path / "out.csv", [["law"], ["sport", "law"], []] * 3
        learner = learner_of()
        with LabelingSession(
            learner,
            data.X,
            items=data.items,
            keys=data.keys,
            classes=NAMES,
            several=True,
            audit=0,
        ) as session:
            for row, label in enumerate(labels):
                session.relabel(row, label)
            assert write_labeled(data, session, out) == []
            guesses = [session.guess(row) for row in range(12)]
        table = pd.read_csv(out, keep_default_na=False)
        assert table["label"].tolist() == ["law", "sport; law", "none"] * 3 + [""] * 3
        assert table["guess"].tolist() == ["; ".join(x) or "none" for x in guesses]
        assert "confidence" not in table
