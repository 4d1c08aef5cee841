"""The bridge to Label Studio, at a stand-in for its server, by the official SDK."""

import logging
from argparse import ArgumentParser
from contextlib import suppress
from datetime import timedelta
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from executors import Inline
from helpers import blobs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from journals import OnAFullDisk
from label_studio_server import LabelStudioServer
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from sklearn_active import ActiveLearner
from sklearn_active._commands import page
from sklearn_active.labeling import (
    LabelingSession,
    LabelJournal,
    LabelStudioBridge,
    NumberRange,
    WebOracle,
)
from sklearn_active.labeling._label_studio import bridge
from sklearn_active.labeling._label_studio import project as api

pytestmark = [
    pytest.mark.label_studio,
    # Pydantic says so of the SDK when it refreshes a token.
    pytest.mark.filterwarnings(
        "ignore:The `parse_obj` method is deprecated:DeprecationWarning"
    ),
]

URL = "http://localhost:8080"
ANN, BOB = "ann@example.org", "bob@example.org"
FAULTS = (409, 429, 500, 502, 503, "html", "lost", "slow", "down")
X, _, TRUTH = blobs(40, centers=3)
CLASSES = ["ape", "bear", "cat"]
TEXTS = [f"text {row} <b>&" for row in range(40)]


@pytest.fixture
def studios(monkeypatch):
    """Return what makes a server that the bridge reaches, with two people."""
    import httpx
    import label_studio_sdk as sdk

    def new_server():
        server = LabelStudioServer(ANN)
        server.add_user(BOB)
        http = httpx.Client(transport=server.transport())

        def new_client(url, token):
            return sdk.LabelStudio(base_url=url, api_key=token, httpx_client=http)

        monkeypatch.setattr(api, "new_client", new_client)
        return server

    return new_server


@pytest.fixture
def studio(studios):
    return studios()


def new_session(journal=None, n_rows=40, budget=None, X=X, **options):
    estimator = GaussianNB(var_smoothing=1e-2)
    learner = ActiveLearner(estimator, "margin", random_state=0, budget=budget)
    options = {"classes": CLASSES, "audit": 0, "executor": Inline(), **options}
    options = {"items": TEXTS[:n_rows]} | options
    return LabelingSession(learner, X[:n_rows], journal=journal, **options)


def bridge_of(session, studio, project="Zoo", **options):
    options = {"n_waiting": 5} | options
    return LabelStudioBridge(session, URL, studio.token, project, **options)


def rows_shown(studio):
    """Return the row of each task, by its id."""
    return {id: int(task["data"]["key"]) for id, task in studio.tasks.items()}


def task_of(studio, row):
    (found,) = [id for id, shown in rows_shown(studio).items() if shown == row]
    return found


def name_of(row):
    return CLASSES[TRUTH[row]]


def answer_next(studio, who=ANN):
    """Answer what somebody is shown next; return its row, None where there is none."""
    task = studio.next_task(1, who)
    if task is None:
        return None
    row = rows_shown(studio)[task]
    studio.annotate(task, who, name_of(row))
    return row


def agree(session, studio):
    """Return the votes in the session, and in Label Studio."""
    emails = {id: user["email"] for id, user in studio.users.items()}
    rows = rows_shown(studio)
    held = {
        (rows[x["task"]], emails[x["completed_by"]]): x["result"][0]["value"]["choices"]
        for x in studio.annotations.values()
        if not x["was_cancelled"]
    }
    votes = {
        (row, who): [label]
        for row, own in session.votes().items()
        for who, label in own.items()
    }
    return votes, held


def n_untouched(studio):
    answered = {annotation["task"] for annotation in studio.annotations.values()}
    return len(studio.tasks.keys() - answered)


class People:
    """Instead of the pauses of `run`: what people do then, one after the other."""

    def __init__(self, *actions):
        self.actions, self.pauses = list(actions), []

    def wait(self, seconds):
        self.pauses.append(seconds)
        if not self.actions:
            return True
        self.actions.pop(0)()
        return False

    def set(self):
        self.actions.clear()


def run(bridge, *actions):
    """Run a bridge while people do things; return why it ended, and the pauses."""
    bridge._stopped = people = People(*actions)
    return bridge.run(), people.pauses


class TestTheLoop:
    def test_the_most_useful_rows_wait_and_each_answer_brings_the_next(self, studio):
        with new_session() as session, new_session() as alone:
            bridge = bridge_of(session, studio, n_waiting=1)
            for _ in range(8):
                assert bridge.sync()
                row = answer_next(studio)
                query = alone.ask()
                assert query.indices.tolist() == [row]
                alone.tell(query.id, [name_of(row)])
            bridge.sync()
            assert session.labels == alone.labels

    def test_no_more_tasks_wait_than_are_wanted_and_no_row_comes_twice(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio, n_waiting=4)
            for n_answers in (0, 1, 3, 0, 4, 2):
                for _ in range(n_answers):
                    answer_next(studio)
                bridge.sync()
                assert n_untouched(studio) == 4
                rows = list(rows_shown(studio).values())
                assert len(rows) == len(set(rows))
            votes, held = agree(session, studio)
            assert votes == held
            assert len(votes) == 10

    def test_an_answer_is_on_file_before_the_next_task_is_there(self, studio, tmp_path):
        path, seen = tmp_path / "j.jsonl", []
        with new_session(path) as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            add = bridge._project.add

            def watched(tasks):
                seen.append(len(LabelJournal.read(path)[1]))
                return add(tasks)

            bridge._project.add = watched
            answer_next(studio)
            answer_next(studio)
            bridge.sync()
        assert seen == [2]

    def test_it_ends_where_the_budget_does_and_nothing_is_left_over(self, studio):
        with new_session(budget=7) as session:
            bridge = bridge_of(session, studio, n_waiting=3)
            reason, _ = run(bridge, *[lambda: answer_next(studio)] * 9)
            assert reason == "budget"
            assert len(session.labels) == len(studio.tasks) == 7

    def test_all_rows_can_be_labeled(self, studio):
        with new_session(n_rows=6) as session:
            reason, _ = run(
                bridge_of(session, studio), *[lambda: answer_next(studio)] * 6
            )
            assert reason == "all_labeled"
            assert session.labels == {row: name_of(row) for row in range(6)}

    def test_it_can_be_stopped_and_its_rows_are_free_then(self, studio):
        with new_session(n_rows=6) as session:
            bridge = bridge_of(session, studio, n_waiting=6)

            def answer_and_stop():
                answer_next(studio)
                bridge.stop()

            reason, _ = run(bridge, answer_and_stop)
            assert reason == "stopped"
            assert len(session.labels) == 1
            assert len(session.ask(6).indices) == 5

    def test_it_can_be_stopped_while_label_studio_is_down(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)

            def down_and_stop():
                studio.down = True
                bridge.stop()

            assert run(bridge, down_and_stop)[0] == "stopped"

    def test_two_people_get_two_tasks_and_both_are_named(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            rows = {who: answer_next(studio, who) for who in (ANN, BOB)}
            bridge.sync()
            told = {row: {who: name_of(row)} for who, row in rows.items()}
            assert session.votes() == told
            assert len(told) == 2

    def test_a_row_is_asked_of_as_many_people_as_are_wanted(self, studio):
        with new_session(n_rows=4, votes_per_row=2) as session:
            bridge = bridge_of(session, studio)
            both = [lambda who=who: answer_next(studio, who) for who in (ANN, BOB)]
            reason, _ = run(bridge, *both * 6)
            assert reason == "all_labeled"
            assert {len(own) for own in session.votes().values()} == {2}
            assert studio.projects[1]["maximum_annotations"] == 2

    def test_how_long_an_answer_took_is_kept(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            for task, seconds in zip(list(studio.tasks)[:3], (2, 9.5, 4), strict=True):
                studio.annotate(task, ANN, "ape", lead_time=seconds)
            bridge.sync()
            assert session.report().seconds_per_label == 4

    def test_an_answer_that_took_less_than_no_time_counts_all_the_same(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            studio.annotate(1, ANN, "ape", lead_time=-3.5)
            bridge.sync()
            assert session.labels == {rows_shown(studio)[1]: "ape"}
            assert session.report().seconds_per_label is None

    def test_random_checks_count_as_such(self, studio):
        with new_session(audit=1, y=[*CLASSES, *[None] * 37]) as session:
            bridge = bridge_of(session, studio, n_waiting=2)
            for _ in range(4):
                bridge.sync()
                answer_next(studio)
            bridge.sync()
            assert session.report().audit.n == 4

    def test_people_at_our_page_get_other_rows(self, studio):
        with new_session(n_rows=9) as session:
            bridge = bridge_of(session, studio, n_waiting=5)
            bridge.sync()
            here = set(session.ask(9, annotator="cem").indices.tolist())
            assert here == set(range(9)) - set(rows_shown(studio).values())


class TestWhatPeopleDo:
    @pytest.fixture
    def bridge(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio, n_waiting=3)
            bridge.session, bridge.studio = session, studio
            bridge.sync()
            yield bridge

    def test_a_skipped_task_is_replaced_and_others_may_answer_it(self, bridge):
        studio, session = bridge.studio, bridge.session
        studio.skip(1, ANN)
        bridge.sync()
        row = rows_shown(studio)[1]
        assert session.report().n_skipped == 1
        assert (len(studio.tasks), session.labels) == (4, {})
        studio.annotate(1, BOB, "cat")
        bridge.sync()
        assert session.labels == {row: "cat"}

    def test_a_changed_answer_is_another_label(self, bridge):
        annotation = bridge.studio.annotate(1, ANN, "ape")
        bridge.sync()
        bridge.studio.change(annotation, "bear")
        bridge.sync()
        row = rows_shown(bridge.studio)[1]
        assert bridge.session.votes() == {row: {ANN: "bear"}}

    def test_a_deleted_answer_is_taken_back_and_its_task_waits_again(self, bridge):
        annotation = bridge.studio.annotate(1, ANN, "ape")
        bridge.sync()
        bridge.studio.delete_annotation(annotation)
        bridge.sync()
        assert bridge.session.votes() == {}
        assert rows_shown(bridge.studio)[1] in bridge._wanted
        assert len(bridge.studio.tasks) == 4

    def test_a_deleted_task_keeps_its_answer(self, bridge):
        row = rows_shown(bridge.studio)[1]
        bridge.studio.annotate(1, ANN, "ape")
        bridge.sync()
        bridge.studio.delete_task(1)
        bridge._reading.go_on(is_whole=True)
        bridge.sync()
        assert bridge.session.labels == {row: "ape"}
        assert row not in rows_shown(bridge.studio).values()

    def test_a_deleted_task_that_nobody_answered_comes_again(self, bridge):
        rows = rows_shown(bridge.studio)
        bridge.studio.delete_task(1)
        bridge.sync()
        assert sorted(rows_shown(bridge.studio).values()) == sorted(rows.values())

    def test_where_somebody_has_two_answers_the_last_one_counts(self, bridge):
        for label in ("ape", "cat"):
            bridge.studio.annotate(1, ANN, label)
        bridge.studio.skip(1, ANN)
        bridge.sync()
        row = rows_shown(bridge.studio)[1]
        assert bridge.session.votes() == {row: {ANN: "cat"}}
        assert bridge.session.report().n_skipped == 0

    def test_an_answer_without_a_choice_skips(self, bridge):
        bridge.studio.annotate(1, ANN)
        bridge.sync()
        assert bridge.session.report().n_skipped == 1

    def test_what_may_not_be_given_is_left_out_and_said_once(self, bridge, caplog):
        annotation = bridge.studio.annotate(1, ANN, "dog")
        bridge.studio.annotate(2, ANN, "ape")
        bridge.sync()
        bridge.sync()
        assert list(bridge.session.labels.values()) == ["ape"]
        (said,) = caplog.messages
        assert f"annotation {annotation} by {ANN} is left out: 'dog' is not" in said
        bridge.studio.change(annotation, "cat")
        bridge.sync()
        assert sorted(bridge.session.labels.values()) == ["ape", "cat"]
        assert len(caplog.messages) == 1

    def test_several_choices_are_left_out_where_a_row_has_one_label(
        self, bridge, caplog
    ):
        bridge.studio.annotate(1, ANN, "ape", "bear")
        bridge.sync()
        assert bridge.session.votes() == {}
        assert "2 answers, ape, bear" in caplog.text

    @pytest.mark.parametrize(
        "result",
        [
            ["ape"],
            [{"type": "choices"}],
            [{"type": "choices", "value": {"labels": ["ape"]}}],
            [{"type": "choices", "value": {"choices": [["ape"]]}}],
            [{"type": "choices", "value": {"choices": [3]}}],
        ],
    )
    def test_what_a_program_makes_up_is_left_out(self, bridge, caplog, result):
        annotation = bridge.studio.annotate(1, ANN, "ape")
        bridge.studio.annotations[annotation]["result"] = result
        bridge.studio.annotate(2, BOB, "bear")
        bridge.sync()
        assert bridge.session.labels == {rows_shown(bridge.studio)[2]: "bear"}
        assert "1 by ann@example.org is left out: its result is none" in caplog.text

    def test_a_task_that_somebody_adds_is_left_alone(self, bridge, caplog):
        bridge._project.add([{"data": {"text": "mine", "key": "none of yours"}}])
        bridge.studio.annotate(max(bridge.studio.tasks), ANN, "ape")
        bridge.sync()
        assert bridge.session.votes() == {}
        assert "is of no row of this session. It is left alone." in caplog.text


class TestTheProject:
    def config(self, studio):
        return ElementTree.fromstring(studio.projects[1]["label_config"])

    def shown(self, studio):
        """Return what the tasks show, by row."""
        (tag,) = [each for each in self.config(studio) if each.get("value")]
        name = tag.get("value").removeprefix("$")
        tasks = studio.tasks.values()
        return tag.tag, {int(x["data"]["key"]): x["data"][name] for x in tasks}

    def test_texts_are_shown_as_they_are(self, studio):
        with new_session() as session:
            bridge_of(session, studio).sync()
        tag, shown = self.shown(studio)
        assert tag == "Text"
        assert shown == {row: TEXTS[row] for row in shown}
        assert len(shown) == 5

    def test_texts_that_can_not_be_sent_are_shown_all_the_same(self, studio):
        items = [f"caf\udce9 {row}" for row in range(40)]
        for _ in range(2):
            with new_session(items=items) as session:
                assert bridge_of(session, studio).sync()
        _, shown = self.shown(studio)
        assert shown == {row: f"caf? {row}" for row in shown}
        assert len(shown) == 5

    def test_images_are_shown_as_images(self, studio):
        images = np.random.RandomState(0).uniform(size=(40, 8, 8))
        with new_session(items=images) as session:
            bridge_of(session, studio).sync()
        tag, shown = self.shown(studio)
        assert tag == "Image"
        assert {value[:22] for value in shown.values()} == {"data:image/png;base64,"}
        assert len(set(shown.values())) == 5

    def test_rows_of_a_table_are_shown_as_one_and_never_run(self, studio):
        names = ["name", "<script>"]
        table = pd.DataFrame({"<i>": names * 20, "n": range(40)})
        with new_session(items=table) as session:
            bridge_of(session, studio).sync()
        tag, shown = self.shown(studio)
        assert tag == "HyperText"
        for row, html in shown.items():
            table = html[: html.index("<style>")]
            cells = [x.text for x in ElementTree.fromstring(table).iter() if x.text]
            assert cells == ["<i>", names[row % 2], "n", str(row)]

    def test_an_item_that_can_not_be_shown_ends_nothing(self, studio, tmp_path):
        from pathlib import Path

        items = [Path(tmp_path / f"{row}.png") for row in range(40)]
        with new_session(items=items) as session:
            bridge_of(session, studio).sync()
        tag, shown = self.shown(studio)
        assert tag == "Text"
        assert all("No such file" in text for text in shown.values())
        assert len(shown) == 5

    def test_images_are_shown_as_images_though_the_first_is_broken(self, studio):
        images = [np.full((40, 40, 7), 1), *np.zeros((39, 8, 8))]
        with new_session(items=images) as session:
            bridge_of(session, studio).sync()
        tag, _ = self.shown(studio)
        assert tag == "Image"

    def test_one_that_is_there_is_taken_by_its_title_or_number(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            assert bridge.url == f"{URL}/projects/1/data"
            bridge.sync()
        with new_session() as session:
            for name in ("Zoo", " Zoo ", 1, np.int64(1)):
                assert bridge_of(session, studio, name).sync()
        assert (len(studio.projects), len(studio.tasks)) == (1, 5)

    def test_one_with_many_tasks_is_read_by_addresses_of_bounded_length(self, studio):
        items = [f"text {row}" for row in range(300)]
        with new_session(
            n_rows=300, X=np.arange(300.0)[:, None], items=items
        ) as session:
            bridge = bridge_of(session, studio)
            data = [{"key": str(row), "text": items[row]} for row in range(300)]
            bridge._project.add([{"data": each} for each in data])
            bridge = bridge_of(session, studio)
            read, n_ids = bridge._project.tasks, []

            def watched(since, ids):
                n_ids.append(len(ids))
                return read(since, ids)

            bridge._project.tasks = watched
            for _ in range(3):
                assert bridge.sync()
            assert n_ids == [0, 100, 100]
            studio.annotate(300, ANN, "ape")
            bridge.sync()
            assert session.labels == {299: "ape"}

    def test_two_of_one_title_are_told_apart_by_their_numbers(self, studio):
        with new_session() as session:
            bridge_of(session, studio)
            bridge_of(session, studio, "Zoo of another town")
            studio.projects[2]["title"] = "Zoo"
            with pytest.raises(ValueError, match=r"2 projects .* number, (1|2) or"):
                bridge_of(session, studio)
            assert bridge_of(session, studio, 2).url.endswith("/2/data")
            with pytest.raises(ValueError, match="There is no project 7 at http"):
                bridge_of(session, studio, 7)

    def test_an_interface_of_ones_own_is_used_as_it_is(self, studio):
        config = (
            '<View><Header value="Which animal?"/><Text name="words" value="$words"/>'
            '<Choices name="animal" toName="words"><Choice value="ape"/>'
            '<Choice value="bear"/><Choice value="cat"/></Choices></View>'
        )
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge._project.create("Mine", config, 1)
            bridge = bridge_of(session, studio, "Mine", guesses=True)
            bridge.sync()
            row = rows_shown(studio)[1]
            assert studio.tasks[1]["data"]["words"] == TEXTS[row]
            studio.annotate(1, ANN, "ape")
            studio.annotate(2, ANN, "cat")
            bridge.sync()
            assert session.labels[row] == "ape"
            (guess,) = studio.tasks[6]["predictions"][0]["result"]
            assert (guess["from_name"], guess["to_name"]) == ("animal", "words")
        assert studio.projects[2]["label_config"] == config

    def test_what_else_an_interface_asks_for_is_no_answer(self, studio):
        config = (
            '<View><Text name="t" value="$text"/>'
            '<Choices name="animal" toName="t"><Choice value="ape"/></Choices>'
            '<Number name="age" toName="t"/></View>'
        )
        with new_session() as session:
            project = bridge_of(session, studio)._project
            project.create("Mine", config, 1)
            bridge = bridge_of(session, studio, "Mine")
            bridge.sync()
            both, _ = [studio.annotate(task, ANN, 7) for task in (1, 2)]
            choice = {"type": "choices", "value": {"choices": ["ape"]}}
            studio.annotations[both]["result"].append(choice)
            bridge.sync()
            assert session.labels == {rows_shown(studio)[1]: "ape"}
            assert session.report().n_skipped == 1

    @pytest.mark.parametrize(
        "controls",
        [
            "",
            '<Choices name="a" toName="t"><Choice value="ape"/></Choices>'
            '<Choices name="b" toName="t"><Choice value="ape"/></Choices>',
            '<Number name="a" toName="t"/>',
        ],
        ids=["none", "two", "of numbers"],
    )
    def test_an_interface_that_gives_no_answers_is_refused(self, studio, controls):
        config = f'<View><Text name="t" value="$text"/>{controls}</View>'
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge._project.create("Mine", config, 1)
            with pytest.raises(ValueError, match="controls <Choices>, and the session"):
                bridge_of(session, studio, "Mine")

    def test_choices_that_the_session_does_not_know_are_refused_or_learned(
        self, studio
    ):
        with new_session(classes=[*CLASSES, "dog"]) as session:
            bridge_of(session, studio)
        with (
            new_session() as session,
            pytest.raises(ValueError, match="offers dog; the session has"),
        ):
            bridge_of(session, studio)
        with new_session(new_classes="allow") as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            studio.annotate(1, ANN, "dog")
            bridge.sync()
            assert session.classes == [*CLASSES, "dog"]

    def test_classes_that_come_up_elsewhere_can_be_chosen_too(self, studio):
        def offered():
            choices = self.config(studio).iter("Choice")
            return [choice.get("value") for choice in choices]

        with new_session(new_classes="allow") as session:
            bridge = bridge_of(session, studio)
            for n, name in enumerate(('a "b" & <c>', "yak")):
                query = session.ask()
                session.tell(query.id, [name])
                bridge.sync()
                assert offered() == [*CLASSES, 'a "b" & <c>', "yak"][: 4 + n]
            studio.annotate(1, ANN, 'a "b" & <c>')
            bridge.sync()
            assert list(session.labels.values()).count('a "b" & <c>') == 2

    def test_a_class_that_was_renamed_is_known_by_both_names(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            studio.annotate(1, ANN, "ape")
            bridge.sync()
            session.rename_class("ape", "monkey")
            bridge.sync()
            studio.annotate(2, ANN, "ape")
            studio.annotate(3, ANN, "monkey")
            bridge.sync()
            assert list(session.labels.values()) == ["monkey"] * 3
        with new_session() as session:
            session.rename_class("ape", "monkey")
            assert bridge_of(session, studio).sync()

    def test_classes_that_are_numbers_stay_numbers(self, studio):
        with new_session(classes=[7, 8, 9]) as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            studio.annotate(1, ANN, "8")
            bridge.sync()
            assert list(session.labels.values()) == [8]

    def test_without_a_class_there_is_nothing_to_choose_from(self, studio):
        with (
            new_session(classes=None, new_classes="allow") as session,
            pytest.raises(ValueError, match=r"state them, as in classes="),
        ):
            bridge_of(session, studio)

    def test_tasks_of_other_rows_are_refused_before_anything_is_kept(
        self, studio, tmp_path
    ):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            studio.annotate(1, ANN, "ape")
            bridge._project.add([{"data": {"text": "mine"}}])
        with new_session(tmp_path / "j.jsonl") as session:
            with pytest.raises(ValueError, match="6 .* is of no row .*Name another"):
                bridge_of(session, studio)
            assert session.votes() == {}
        studio.delete_task(6)
        others = [f"other {text}" for text in TEXTS]
        with new_session(items=others) as session:
            with pytest.raises(ValueError, match="shows something else than row"):
                bridge_of(session, studio)
            assert session.votes() == {}

    def test_tasks_of_rows_of_another_table_are_refused(self, studio):
        tables = [pd.DataFrame({"n": np.arange(40) + first}) for first in (0, 7)]
        with new_session(items=tables[0]) as session:
            bridge_of(session, studio).sync()
        with new_session(items=tables[0]) as session:
            assert bridge_of(session, studio).sync()
        studio.annotate(1, ANN, "ape")
        with new_session(items=tables[1]) as session:
            with pytest.raises(ValueError, match="shows something else than row"):
                bridge_of(session, studio)
            assert session.votes() == {}

    def test_one_of_other_data_with_the_key_of_a_row_is_left_alone(
        self, studio, caplog
    ):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            data = {"key": "39", "text": "the 39th of another file"}
            (task,) = bridge._project.add([{"data": data}])
            studio.annotate(task, ANN, "ape")
            bridge.sync()
            assert session.votes() == {}
            assert "shows something else than row 39 of this session" in caplog.text

    def test_tasks_of_its_rows_may_have_questions_of_their_own(self, studio):
        with new_session() as session:
            project = bridge_of(session, studio)._project
            data = [{"key": str(row), "text": TEXTS[row]} for row in (3, 4)]
            data[0]["question"] = 7
            data[1]["question"] = "Which animal?"
            ids = project.add([{"data": each} for each in data])
            bridge = bridge_of(session, studio)
            bridge.sync()
            answers = [studio.annotate(id, ANN, "ape") for id in ids]
            bridge.sync()
            assert session.labels == {3: "ape", 4: "ape"}
            for answer in answers:
                studio.delete_annotation(answer)
            bridge.sync()
            assert session.labels == {}

    def test_rows_are_found_by_their_keys(self, studio):
        keys = [f"id {row}" for row in range(40)]
        with new_session(keys=keys) as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            asked = [x["data"]["key"] for x in studio.tasks.values()]
            studio.annotate(1, ANN, "ape")
            bridge.sync()
            assert session.labels == {keys.index(asked[0]): "ape"}


class TestGuesses:
    def guesses(self, studio):
        return [
            (rows_shown(studio)[id], prediction["result"][0]["value"]["choices"])
            for id, task in studio.tasks.items()
            for prediction in task["predictions"]
        ]

    def test_they_are_shown_where_that_is_asked_for(self, studio):
        y = [*CLASSES, *[None] * 37]
        with new_session(y=y) as session:
            bridge_of(session, studio).sync()
            assert self.guesses(studio) == []
        with new_session(y=y) as session:
            bridge_of(session, studio, "With guesses", guesses=True).sync()
            found = self.guesses(studio)
            assert found == [(row, [session.guess(row)]) for row, _ in found]
            assert len(found) == 5

    def test_a_random_check_never_has_one(self, studio):
        with new_session(y=[*CLASSES, *[None] * 37], audit=1) as session:
            bridge_of(session, studio, guesses=True).sync()
            assert session.guess(5) is not None
        assert len(studio.tasks) == 5
        assert self.guesses(studio) == []


class TestOtherLabels:
    def test_numbers_are_typed_and_those_out_of_range_left_out(self, studio, caplog):
        learner = ActiveLearner(LinearRegression(), "auto", random_state=0)
        options = {"numbers": NumberRange(0, 10, "mm"), "executor": Inline()}
        with LabelingSession(learner, X, items=TEXTS, **options) as session:
            bridge = bridge_of(session, studio, guesses=True)
            bridge.sync()
            for task, number in ((1, 2.5), (2, 7), (3, 12)):
                studio.annotate(task, ANN, number)
            bridge.sync()
            assert sorted(session.labels.values()) == [2.5, 7]
            assert "is left out: 12 mm is out of range" in caplog.text
            (guess,) = studio.tasks[6]["predictions"][0]["result"]
            assert guess["value"]["number"] == session.guess(rows_shown(studio)[6])
        assert '<Number name="label"' in studio.projects[1]["label_config"]

    def test_several_labels_can_be_chosen_or_none(self, studio):
        learner = ActiveLearner(KNeighborsClassifier(1), "auto", random_state=0)
        options = {"several": True, "classes": CLASSES, "executor": Inline()}
        with LabelingSession(learner, X, items=TEXTS, **options) as session:
            bridge = bridge_of(session, studio, guesses=True)
            bridge.sync()
            rows = rows_shown(studio)
            studio.annotate(1, ANN, "cat", "ape")
            studio.annotate(2, ANN)
            studio.skip(3, ANN)
            bridge.sync()
            assert session.labels == {rows[1]: ("ape", "cat"), rows[2]: ()}
            assert session.report().n_skipped == 1
            (guess,) = studio.tasks[6]["predictions"][0]["result"]
            guessed = session.guess(rows_shown(studio)[6])
            assert tuple(guess["value"]["choices"]) == guessed
        assert 'choice="multiple"' in studio.projects[1]["label_config"]


class TestRestarts:
    def test_what_was_answered_meanwhile_is_read_and_nothing_comes_twice(
        self, studio, tmp_path
    ):
        path = tmp_path / "j.jsonl"
        with new_session(path) as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            kept = studio.annotate(1, ANN, "ape")
            gone = studio.annotate(2, ANN, "ape")
            bridge.sync()
        studio.change(kept, "cat")
        studio.delete_annotation(gone)
        studio.annotate(3, BOB, "bear")
        with new_session(path) as session:
            bridge = bridge_of(session, studio)
            votes, held = agree(session, studio)
            assert votes == held
            assert len(votes) == 2
            bridge.sync()
            rows = list(rows_shown(studio).values())
            assert len(rows) == len(set(rows))
            assert n_untouched(studio) == 5

    def test_without_the_journal_all_is_read_and_can_be_taken_back(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            ids = [studio.annotate(task, ANN, "ape") for task in (1, 2)]
            bridge.sync()
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            ids.append(studio.annotate(3, ANN, "ape"))
            bridge.sync()
            assert len(session.labels) == 3
            for id in ids[1:]:
                studio.delete_annotation(id)
            bridge.sync()
            assert session.labels == {rows_shown(studio)[1]: "ape"}

    def test_an_answer_from_elsewhere_stays_though_a_task_does_not_have_it(
        self, studio, tmp_path
    ):
        path = tmp_path / "j.jsonl"
        with new_session(path, votes_per_row=2) as session:
            query = session.ask(annotator=ANN)
            (row,) = query.indices.tolist()
            session.tell(query.id, ["cat"], annotator=ANN)
            bridge_of(session, studio).sync()
            assert row in rows_shown(studio).values()
        with new_session(path, votes_per_row=2) as session:
            bridge_of(session, studio).sync()
            assert session.votes() == {row: {ANN: "cat"}}

    def test_with_another_session_on_the_journal_rows_may_be_added(
        self, studio, tmp_path
    ):
        path = tmp_path / "j.jsonl"
        with new_session(path, n_rows=6) as session:
            bridge_of(session, studio).sync()
        with new_session(path, n_rows=9) as session:
            bridge_of(session, studio, n_waiting=9).sync()
        assert sorted(rows_shown(studio).values()) == list(range(9))


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS, ids=str)
    @pytest.mark.parametrize("place", range(3), ids=["read", "import", "read again"])
    def test_it_is_said_once_and_the_session_goes_on(
        self, studio, caplog, fault, place
    ):
        def fails():
            answer_next(studio)
            studio.faults.extend([None] * place + [fault])

        with new_session(budget=9) as session:
            bridge = bridge_of(session, studio, n_waiting=2)
            actions = [fails, *[lambda: answer_next(studio)] * 12]
            reason, _ = run(bridge, *actions)
            assert reason == "budget"
            votes, held = agree(session, studio)
            assert votes == held
            assert len(votes) == len(studio.tasks) == 9
        assert [x.levelno for x in caplog.records] == [logging.WARNING] * 2
        first, last = caplog.messages
        assert first.startswith((f"Label Studio at {URL} ", "What answered at"))
        assert first.endswith("It is tried again; nothing is lost.")
        assert "\n" not in first
        assert len(first) < 200
        assert last == "Label Studio answers again."

    def test_while_it_is_down_it_is_asked_more_and_more_rarely(self, studio, caplog):
        def change(down):
            studio.down = down

        with new_session() as session:
            bridge = bridge_of(session, studio)
            meanwhile = [lambda: change(True), *[lambda: None] * 6]
            _, pauses = run(bridge, *meanwhile, lambda: change(False), bridge.stop)
        assert pauses == [1, 2, 4, 8, 16, 30, 30, 30, 1, 1]
        assert len(caplog.messages) == 2

    def test_an_import_whose_reply_was_lost_is_not_made_again(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            studio.faults.extend([None, "lost"])
            with pytest.raises(ConnectionError, match="can't be reached"):
                bridge.sync()
            assert len(studio.tasks) == 5
            bridge.sync()
            assert len(studio.tasks) == 5

    def test_one_that_comes_true_late_leaves_no_doubles(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            late = [{"data": task["data"]} for task in studio.tasks.values()]
            bridge._project.add(late)
            studio.annotate(7, ANN, "ape")
            bridge.sync()
            rows = rows_shown(studio)
            assert set(rows) == {1, 3, 4, 5, 7, 11}  # 11 is of a new row
            assert session.labels == {rows[7]: "ape"}

    def test_a_token_that_the_server_has_forgotten_is_replaced(self, studio, caplog):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            studio.expire_access_tokens()
            assert bridge.sync()
        assert caplog.messages == []

    def test_a_token_that_was_revoked_ends_it_with_one_line(self, studio, caplog):
        def revoke():
            answer_next(studio)
            studio.revoke(studio.token)
            studio.expire_access_tokens()

        with new_session() as session:
            bridge = bridge_of(session, studio)
            reason, _ = run(bridge, lambda: answer_next(studio), revoke)
            assert reason == "token_refused"
            assert len(session.labels) == 1
            assert session.ask() is not None
        (said,) = caplog.messages
        assert "doesn't accept the token (401)" in said
        assert f"{URL}/user/account" in said

    def test_a_wrong_token_is_said_at_once(self, studio):
        with (
            new_session() as session,
            pytest.raises(PermissionError, match="doesn't accept the token"),
        ):
            LabelStudioBridge(session, URL, "no token", "Zoo")

    @pytest.mark.parametrize("n_answers", [0, 5])
    def test_a_project_that_was_deleted_ends_it_and_keeps_what_was_read(
        self, studio, caplog, n_answers
    ):
        def delete():
            studio.delete_project(1)

        answers = [lambda: answer_next(studio)] * n_answers
        with new_session() as session:
            bridge = bridge_of(session, studio)
            reason, _ = run(bridge, *answers, lambda: None, delete)
            assert reason == "project_deleted"
            assert len(session.labels) == n_answers
            assert session.ask() is not None
        (said,) = caplog.messages
        assert "The project 'Zoo' (1) is not in Label Studio" in said

    def test_what_the_disk_refuses_is_read_again(self, studio, tmp_path, caplog):
        disk = OnAFullDisk(tmp_path / "j.jsonl")

        def fill():
            answer_next(studio)
            disk.is_full = True

        def free():
            disk.is_full = False

        with new_session(disk) as session:
            bridge = bridge_of(session, studio)
            run(bridge, fill, lambda: None, free)
            votes, held = agree(session, studio)
            assert votes == held
            assert len(votes) == 1
        assert "No space left on device It is" in caplog.messages[0]

    def test_a_clock_that_goes_back_loses_nothing(self, studio):
        with new_session() as session:
            bridge = bridge_of(session, studio)
            bridge.sync()
            answer_next(studio)
            bridge.sync()
            studio.clock -= timedelta(hours=1)
            answer_next(studio)
            for _ in range(100):
                bridge.sync()
            votes, held = agree(session, studio)
            assert votes == held
            assert len(votes) == 2

    def test_what_an_aggregate_raises_is_not_kept_quiet(self, studio):
        def aggregate(votes):
            raise ZeroDivisionError("no way")

        with new_session(aggregate=aggregate) as session:
            bridge = bridge_of(session, studio)
            with pytest.raises(RuntimeError, match="ZeroDivisionError: no way"):
                run(bridge, lambda: answer_next(studio))
            assert len(session.votes()) == 1

    def test_a_session_that_was_closed_ends_it(self, studio):
        session = new_session()
        bridge = bridge_of(session, studio)
        with pytest.raises(ValueError, match="session is closed"):
            run(bridge, lambda: answer_next(studio), session.close)


class Everything(RuleBasedStateMachine):
    """People who do anything, a server that fails, a program that is killed."""

    n_waiting = 3

    @initialize(votes_per_row=st.integers(1, 2))
    def begin(self, votes_per_row):
        self.studio = self.new_studio()
        self.path, self.votes_per_row = self.folders.make() / "j.jsonl", votes_per_row
        self.kept, self.seconds_back = {}, 0
        self.open()

    def open(self):
        self.session = new_session(
            self.path, n_rows=12, votes_per_row=self.votes_per_row
        )
        self.studio.faults.clear()
        self.bridge = bridge_of(self.session, self.studio, n_waiting=self.n_waiting)

    @rule(who=st.sampled_from([ANN, BOB]), label=st.sampled_from([*CLASSES, None]))
    def somebody_does_what_comes_next(self, who, label):
        task = self.studio.next_task(1, who)
        if task is not None and label is None:
            self.studio.skip(task, who)
        elif task is not None:
            self.studio.annotate(task, who, label)

    @precondition(lambda self: self.studio.tasks)
    @rule(
        data=st.data(),
        who=st.sampled_from([ANN, BOB]),
        label=st.sampled_from(CLASSES),
    )
    def somebody_answers_any_task(self, data, who, label):
        task = data.draw(st.sampled_from(sorted(self.studio.tasks)))
        self.studio.annotate(task, who, label)

    @precondition(lambda self: self.studio.annotations)
    @rule(data=st.data(), label=st.sampled_from([*CLASSES, None]))
    def somebody_changes_or_deletes_an_answer(self, data, label):
        annotation = data.draw(st.sampled_from(sorted(self.studio.annotations)))
        if label is None:
            self.studio.delete_annotation(annotation)
        else:
            self.studio.change(annotation, label)

    @precondition(lambda self: self.studio.tasks)
    @rule(data=st.data())
    def somebody_deletes_a_task(self, data):
        self.calm()  # what was not read before is gone
        task = data.draw(st.sampled_from(sorted(self.studio.tasks)))
        row = rows_shown(self.studio)[task]
        self.kept |= {(row, who): x for who, x in self.held().get(row, {}).items()}
        self.studio.delete_task(task)

    @rule(label=st.sampled_from(CLASSES))
    def somebody_answers_at_the_page(self, label):
        query = self.session.ask(annotator="cem")
        if query is not None:
            self.session.tell(query.id, [label], annotator="cem")
            self.kept[query.indices.item(), "cem"] = label

    @rule(faults=st.lists(st.sampled_from([None, *FAULTS]), min_size=1, max_size=4))
    def the_server_fails(self, faults):
        self.studio.faults.extend(faults)
        with suppress(ConnectionError):
            self.bridge.sync()

    @precondition(lambda self: self.seconds_back < 5)
    @rule(seconds=st.integers(1, 4))
    def the_clock_of_the_server_goes_back(self, seconds):
        self.seconds_back += seconds
        self.studio.clock -= timedelta(seconds=seconds)

    @rule()
    def tokens_end(self):
        self.studio.expire_access_tokens()

    @rule()
    def the_bridge_goes_on(self):
        self.calm()

    @rule(n_requests=st.integers(0, 3))
    def the_program_is_killed_and_started_again(self, n_requests):
        class Killed(BaseException):
            pass

        project, left = self.bridge._project, iter(range(n_requests))
        as_ever = project._call

        def call(*arguments, **options):
            if next(left, None) is None:
                raise Killed
            return as_ever(*arguments, **options)

        self.studio.faults.clear()
        project._call = call
        with suppress(Killed):
            self.bridge.sync()
        self.session._ledger._journal.close()
        self.open()

    def calm(self):
        self.studio.faults.clear()
        for _ in range(3):
            before = set(self.studio.tasks)
            self.bridge.sync()
            assert not self.studio.tasks.keys() - before or self.n_waiting >= sum(
                row not in self.session.votes() for row in self.bridge._wanted
            )

    def held(self):
        """Return the last answer of everybody, by row."""
        answers, rows = {}, rows_shown(self.studio)
        emails = {id: user["email"] for id, user in self.studio.users.items()}
        given = self.studio.annotations.values()
        for each in sorted(given, key=lambda each: each["updated_at"]):
            if each["result"] and not each["was_cancelled"]:
                (label,) = each["result"][0]["value"]["choices"]
                own = answers.setdefault(rows[each["task"]], {})
                own[emails[each["completed_by"]]] = label
        return answers

    @invariant()
    def the_journal_and_the_project_agree(self):
        if not hasattr(self, "session"):
            return
        self.calm()
        held = {
            (row, who): x for row, own in self.held().items() for who, x in own.items()
        }
        votes = {
            (row, who): label
            for row, own in self.session.votes().items()
            for who, label in own.items()
        }
        assert votes == self.kept | held
        rows = list(rows_shown(self.studio).values())
        answered = [x["task"] for x in self.studio.annotations.values()]
        assert all(
            id in answered
            for id, row in rows_shown(self.studio).items()
            if rows.count(row) > 1
        )

    def teardown(self):
        if hasattr(self, "session"):
            self.session.close()


def test_whatever_happens_the_journal_and_the_project_agree(studios, folders):
    Everything.new_studio, Everything.folders = staticmethod(studios), folders
    limits = settings(max_examples=30, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Everything, settings=limits)


class TestTheCommand:
    @pytest.fixture
    def ask_there(self, studio, monkeypatch):
        """Return what asks in Label Studio by the options of a command."""

        def ask_there(session, *options, actions):
            parser = ArgumentParser()
            page.add_front(parser)
            place = ["--label-studio", URL, "--project", "Zoo"]
            args = parser.parse_args([*place, *options])
            monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
            monkeypatch.setattr(bridge, "Event", lambda: People(*actions))
            page.check_front(args)
            page.ask(session, args)

        return ask_there

    def test_it_says_where_to_label_and_ends_by_itself(self, studio, ask_there, capsys):
        with new_session(budget=4) as session:
            ask_there(session, actions=[lambda: answer_next(studio)] * 6)
            assert len(session.labels) == 4
        printed = f"Label at {URL}/projects/1/data\nEnd with Ctrl-C.\n"
        assert capsys.readouterr().out == printed

    def test_ctrl_c_ends_it_as_everywhere(self, studio, ask_there):
        def interrupt():
            raise KeyboardInterrupt

        with new_session() as session:
            options = ["--n-waiting", "2", "--guesses"]
            answers = [lambda: answer_next(studio)] * 4
            ask_there(session, *options, actions=[*answers, interrupt])
            assert len(session.labels) == 4
            assert n_untouched(studio) == 2
            assert session.ask() is not None
        assert any(task["predictions"] for task in studio.tasks.values())


class TestArguments:
    @pytest.mark.parametrize("url", ["localhost:8080", "", "file:///tmp", "http://"])
    def test_an_address_is_a_whole_one(self, url):
        with (
            new_session() as session,
            pytest.raises(ValueError, match="as in 'http://localhost:8080'"),
        ):
            LabelStudioBridge(session, url, "token", "Zoo")

    @pytest.mark.parametrize(
        "token", ["", "  ", None, "eyJ\nhbG", "eyJhbGci\N{HORIZONTAL ELLIPSIS}"]
    )
    def test_a_token_is_needed(self, token):
        with (
            new_session() as session,
            pytest.raises(
                ValueError, match="make one under Account & Settings"
            ) as error,
        ):
            LabelStudioBridge(session, URL, token, "Zoo")
        assert "eyJ" not in str(error.value)

    @pytest.mark.parametrize(
        "options", [{"n_waiting": 0}, {"interval": 0}, {"interval": float("nan")}]
    )
    def test_numbers_are_in_range(self, options):
        with (
            new_session() as session,
            pytest.raises(ValueError, match="n_waiting must be 1 or more"),
        ):
            LabelStudioBridge(session, URL, "token", "Zoo", **options)

    def test_a_source_of_questions_without_a_queue_is_refused(self):
        with (
            WebOracle(classes=CLASSES, open_browser=False) as oracle,
            pytest.raises(ValueError, match="needs a LabelingSession"),
        ):
            LabelStudioBridge(oracle._batches, URL, "token", "Zoo")

    def test_without_the_sdk_the_extra_is_named(self, monkeypatch):
        import sys

        monkeypatch.setitem(sys.modules, "label_studio_sdk.client", None)
        with (
            new_session() as session,
            pytest.raises(ImportError, match=r"sklearn-active\[label-studio\]"),
        ):
            LabelStudioBridge(session, URL, "token", "Zoo")
