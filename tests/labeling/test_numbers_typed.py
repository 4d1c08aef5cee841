"""Numbers at the terminal, at the page's requests, and in the oracles of `fit`."""

import io
import re

import numpy as np
import pytest
from answering import on_file
from notebook import Notebook
from number_sessions import MM, X, Y, answer, learner_of, number_session
from sklearn.linear_model import BayesianRidge
from test_web_oracle import Fit

from sklearn_active import ActiveLearner
from sklearn_active.labeling import (
    JournaledOracle,
    LabelingWidget,
    NumberRange,
    TerminalOracle,
    WebOracle,
)
from sklearn_active.labeling._fronts.figures import sentences

START = np.where(np.arange(40) < 3, Y, np.nan)


def typed_at_terminal(session, lines):
    """Return why it ended, and the screen."""
    screen = io.StringIO()
    reason = session.terminal(input=io.StringIO(lines), output=screen)
    return reason, screen.getvalue()


class TestTheTerminal:
    def test_a_number_then_enter(self):
        with number_session(numbers=MM) as session:
            reason, screen = typed_at_terminal(session, "12\n3,5\n7 mm\n:q\n")
            assert reason == "quit"
            assert list(session.labels.values()) == [12, 3.5, 7]
        assert screen.count("a number from 0 to 400 mm, enter skips") == 4

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ("500", "500 mm is out of range: give a number from 0 to 400 mm."),
            ("12 cm", "'12 cm' has the unit cm, and the unit here is mm."),
            ("1,234.5", "'1,234.5' is not one number: type it as 1234.5"),
            ("ape", "'ape' is not a number"),
            (":x", ":x is not a command."),
        ],
    )
    def test_what_is_refused_is_asked_again(self, line, sentence):
        with number_session(numbers=MM) as session:
            _, screen = typed_at_terminal(session, f"{line}\n5\n:q\n")
            assert list(session.labels.values()) == [5]
        assert sentence in screen
        assert "Type a number from 0 to 400 mm, or: enter = skip" in screen

    def test_enter_skips_and_a_command_takes_back(self):
        with number_session() as session:
            typed_at_terminal(session, "\n-1\n:u\n-2\n:q\n")
            assert list(session.labels.values()) == [-2]
            assert session.report().n_skipped == 1

    def test_the_figures_in_words(self):
        session = number_session(audit=1.0, numbers=MM)
        answer(session, 5)
        few = sentences(session.report())
        assert few == [
            "5 labels.",
            "no error yet: 3 random checks so far, and 10 are needed",
        ]
        answer(session, 8)
        audit = session.report().audit
        label, error = sentences(session.report())
        assert label == "13 labels."
        shown = re.findall(r"[\d.]+(?= mm)", error)
        names = ("mean_error", "low", "high", "baseline_number", "baseline")
        assert list(map(float, shown)) == pytest.approx(
            [audit[name] for name in names], rel=1e-3
        )


class TestThePage:
    @pytest.fixture
    def session(self, tmp_path):
        with number_session(tmp_path / "j", numbers=MM) as session:
            yield session

    @pytest.fixture
    def ask(self, session, page_of):
        return page_of(session)

    @staticmethod
    def answered(ask, text):
        question = ask.state()["question"]
        named = {"query": question["id"], "row": question["row"]}
        return question["row"], *ask("answer", **named, typed=text)

    def test_it_is_told_what_may_be_typed(self, ask):
        state = ask.state()
        about = {"about": "a number from 0 to 400 mm", "unit": "mm", "signed": False}
        assert state["numbers"] == about
        assert state["classes"] == []
        assert "estimate" not in state["can"]

    def test_where_a_minus_may_be_needed_it_says_so(self, page_of):
        with number_session() as session:
            assert page_of(session).state()["numbers"]["signed"] is True

    def test_what_is_typed_is_recorded_and_shown_with_its_unit(self, ask, session):
        row, status, state = self.answered(ask, "3,5")
        assert status == 200
        assert session.labels == {row: 3.5}
        assert state["recent"][0]["text"] == "3.5 mm"

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("500", "500 mm is out of range: give a number from 0 to 400 mm."),
            ("12 cm", "the unit here is mm"),
            ("1,234", "may be 1.234 or 1234"),
            ("", "1 to 200 characters"),
            ("1" * 201, "1 to 200 characters"),
        ],
    )
    def test_what_is_refused_leaves_the_question_open(
        self, ask, session, text, sentence
    ):
        question = ask.state()["question"]
        _, status, reply = self.answered(ask, text)
        assert status == 400
        assert sentence in reply["error"]
        assert reply["state"]["question"]["id"] == question["id"]
        assert session.labels == {}

    def test_a_label_of_classes_is_no_answer(self, ask):
        question = ask.state()["question"]
        status, reply = ask.answer(question, 3)
        assert (status, reply["error"]) == (400, "The request has no text 'typed'.")

    def test_undo_skip_change_and_the_list(self, ask, session):
        row, _, state = self.answered(ask, "3")
        status, state = ask("undo", query=state["question"]["id"])
        assert (status, session.labels) == (200, {})
        self.answered(ask, "4")
        assert ask("relabel", row=row, typed="5 mm", shown="4 mm")[0] == 200
        assert session.labels == {row: 5.0}
        status, reply = ask("relabel", row=row, typed="6", shown="4 mm")
        assert status == 409
        assert "this row is labeled “5 mm”" in reply["error"]
        status, found = ask("find", words="", status="labeled", order="row")
        assert [each["label"] for each in found["rows"]] == ["5 mm"]

    def test_a_guess_is_shown_to_four_digits(self, ask, session):
        for _ in range(3):
            self.answered(ask, "7.123456")
        question = ask.state()["question"]
        named = {"query": question["id"], "row": question["row"]}
        assert ask("guess", **named)[1]["text"] == "about 7.123 mm"
        _, found = ask("find", words="", status="unlabeled", order="row")
        assert {each["guess"] for each in found["rows"]} == {"about 7.123 mm"}

    def test_a_check_is_not_told_the_guess(self, page_of):
        with number_session(audit=1.0) as session:
            answer(session, 3)
            ask = page_of(session)
            question = ask.state()["question"]
            named = {"query": question["id"], "row": question["row"]}
            assert ask("guess", **named)[1]["text"] is None
            _, found = ask("find", words="", status="all", order="row")
            guesses = {each["row"]: each["guess"] for each in found["rows"]}
            assert guesses[question["row"]] is None

    def test_what_needs_classes_is_refused_in_words(self, ask):
        status, reply = ask("find", words="", status="suspect", order="row")
        assert status == 400
        assert "is for classes" in reply["error"]

    def test_the_figures_are_sent_as_they_are_shown(self, page_of):
        with number_session(audit=1.0, numbers=MM) as session:
            answer(session, 14)
            audit = page_of(session).state()["report"]["audit"]
        shown = MM.rounded(audit["mean_error"])
        assert audit["texts"]["mean_error"] == shown
        assert audit["n"] == 12

    @pytest.mark.parametrize(
        ("strategy", "sentence"),
        [
            ("design", "its label tells most about the others"),
            ("igs", "unlike every labeled row so far"),
            ("std", "the model is least sure of its number"),
        ],
    )
    def test_why_a_row_is_asked_is_a_sentence(self, strategy, sentence, page_of):
        learner = ActiveLearner(BayesianRidge(), strategy, random_state=0)
        with number_session(learner=learner) as session:
            answer(session, 4)
            assert page_of(session).state()["question"]["why"] == sentence

    def test_votes_of_others_are_hidden_as_with_classes(self, page_of):
        with number_session(votes_per_row=2) as session:
            session.relabel(0, 3, "ann")
            session.relabel(0, 4, "bob")
            mine = page_of(session, "eve")
            _, found = mine("find", words="", status="labeled", order="row")
            assert (found["rows"][0]["label"], found["rows"][0]["votes"]) == (None, [])
            hers = page_of(session, "ann")
            _, found = hers("find", words="", status="labeled", order="row")
            assert found["rows"][0]["votes"] == [["ann", "3"], ["bob", "4"]]

    def test_keys_and_descriptions_are_of_classes(self, session):
        with pytest.raises(ValueError, match="keys are of classes"):
            session.serve(keys={"3": "x"})
        with pytest.raises(ValueError, match="descriptions are of classes"):
            session.serve(descriptions={"3": "x"})

    def test_a_notebook_takes_numbers_too(self, session):
        post = Notebook(LabelingWidget(session)).post
        question = post("state")[1]["question"]
        named = {"query": question["id"], "row": question["row"]}
        assert post("answer", **named, typed="2,5")[0] == 200
        assert list(session.labels.values()) == [2.5]


class TestOraclesOfFit:
    def test_the_terminal(self):
        screen = io.StringIO()
        oracle = TerminalOracle(
            input=io.StringIO("500\n1\n2,5 mm\n\n"), output=screen, numbers=MM
        )
        fitted = learner_of(oracle=oracle, budget=3, batch_size=3).fit(X, START)
        new = fitted.y_[np.isnan(START) & ~np.isnan(fitted.y_)]
        assert sorted(new) == [1, 2.5]
        assert "500 mm is out of range" in screen.getvalue()

    def test_the_terminal_needs_not_be_told_that_numbers_are_asked(self):
        oracle = TerminalOracle(input=io.StringIO("-1\n"), output=io.StringIO())
        fitted = learner_of(oracle=oracle, budget=1).fit(X, np.where(X[:, 0], START, 0))
        assert -1 in fitted.y_

    @pytest.mark.parametrize("oracle", [TerminalOracle, WebOracle])
    def test_classes_are_refused_around_a_regressor(self, oracle):
        options = {"open_browser": False} if oracle is WebOracle else {}
        made = oracle(classes=["a", "b"], **options)
        with pytest.raises(ValueError, match="classes is for classifiers"):
            learner_of(oracle=made, budget=1).fit(X, START)

    @pytest.mark.parametrize("numbers", [None, MM])
    def test_the_page(self, numbers, capsys):
        with WebOracle(open_browser=False, numbers=numbers) as oracle:
            options = {"estimator": learner_of().estimator, "query_strategy": "random"}
            fit = Fit(oracle, X, START, **options)
            for label in ("3,5", "4", "6"):
                state = fit.state()
                assert state["numbers"]["about"] == str(numbers or NumberRange())
                assert "guess" not in state["can"]
                question = state["question"]
                named = {"query": question["id"], "row": question["row"]}
                fit.client("answer", **named, typed=label)
            fit.client("finish")
            fitted = fit.end()
        new = fitted.y_[np.isnan(START) & ~np.isnan(fitted.y_)]
        assert sorted(new) == [3.5, 4, 6]

    def test_a_journal_of_answers_is_replayed_exactly(self, tmp_path):
        asked, path = [], tmp_path / "paid.jsonl"

        def service(query):
            asked.extend(query.indices.tolist())
            return (Y[query.indices] / 3).tolist()

        results = []
        for _ in range(2):
            with JournaledOracle(service, path) as oracle:
                learner = learner_of(oracle=oracle, budget=4)
                results.append(learner.fit(X, START).y_.tolist())
        assert len(asked) == 4
        assert list(map(repr, results[0])) == list(map(repr, results[1]))
        assert on_file(path) == (Y[asked] / 3).tolist()

    def test_a_journal_with_text_is_refused_by_its_line(self, tmp_path):
        path = tmp_path / "paid.jsonl"
        with JournaledOracle(lambda query: [1.5], path) as oracle:
            learner_of(oracle=oracle, budget=1).fit(X, START)
        path.write_text(path.read_text().replace("1.5", '"a"'))
        learner = learner_of(oracle=JournaledOracle(len, path), budget=1)
        with pytest.raises(ValueError, match="line 2: .*regressor learns numbers"):
            learner.fit(X, START)
