"""The command line, as a person types it."""

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import warnings
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType
from unittest.mock import patch
from urllib.request import Request, urlopen

import joblib
import numpy as np
import pandas as pd
import pytest
import skrub  # noqa: F401  (the extra)
from matplotlib import image

from sklearn_active.__main__ import main
from sklearn_active.labeling import LabelJournal, read_votes

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
ENVIRONMENT.pop("LABEL_STUDIO_API_KEY", None)
COMMAND = [sys.executable, "-m", "sklearn_active"]
STUDIO = ["--label-studio", "http://localhost:8080", "--project", "Reviews"]


def run(arguments, typed="", status=0, folder=None):
    """Run a command; return what it printed, or what it says is wrong."""
    output, error = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(output),
        redirect_stderr(error),
        chdir(folder or "."),
    ):
        assert main(list(map(str, arguments))) == status, error.getvalue()
    return error.getvalue() if status else output.getvalue()


@pytest.fixture
def reviews(tmp_path):
    rng = np.random.RandomState(0)
    words = {"good": ["fine", "great", "lovely"], "bad": ["broken", "awful", "late"]}
    truth = rng.choice(["good", "bad"], 40)
    texts = [" ".join([*rng.choice(words[t], 2), "parcel", "shop"]) for t in truth]
    path = tmp_path / "reviews.csv"
    frame = pd.DataFrame({"nr": [f"R{i:03d}" for i in range(40)], "text": texts})
    frame.to_csv(path, index=False, sep=";")
    return path


def post(url, action, **request):
    """Send a request of the page that has an address; return the reply."""
    address, _, token = url.partition("#")
    headers = {"Content-Type": "application/json", "X-Labeling-Token": token}
    body = json.dumps(request).encode()
    with urlopen(Request(address + action, body, headers)) as reply:
        return json.load(reply)


def first_state(url):
    """Return the state of a page as soon as something is asked."""
    while True:
        state = post(url, "state")
        if not state["preparing"]:
            return state


def answers(n):
    """Type what is right: a text says of itself what it is."""
    return "\n".join(["1", "2"] * (n // 2)) + "\n:q\n"


class TestLabel:
    def test_the_same_line_begins_and_goes_on(self, reviews, tmp_path):
        label = ["label", "reviews.csv", "--classes", "good,bad", "--terminal"]
        printed = run(label, "good\nbad\n\nugly\n1\n:q\n", folder=tmp_path)
        assert "40 rows (separated by semicolon, UTF-8)" in printed
        assert re.search(r"nr +identifier +nothing", printed)
        assert re.search(
            r"text +text +\d+ words, \d+ groups of letters, \d+ topics", printed
        )
        assert "LogisticRegression" in printed
        assert "'ugly' is not a class" in printed
        assert "0 labels so far" in printed
        again = run(label, "b\n:q\n", folder=tmp_path)
        assert "3 labels so far" in again
        assert "next:    python -m sklearn_active label reviews.csv" in again
        _, events = LabelJournal.read(tmp_path / "reviews.csv.labels.jsonl")
        told = [event.get("label") for event in events]
        assert told == ["good", "bad", None, "good", "bad"]

    def test_the_whole_text_is_shown_in_lines_that_fit(self, tmp_path):
        long = "a very long story of a kettle " * 20
        frame = pd.DataFrame(
            {"price": [1, 2, 4], "text": [long, long + "2", long + "3"]}
        )
        frame.to_csv(tmp_path / "t.csv", index=False)
        label = ["label", "t.csv", "--classes", "a,b", "--text", "text", "--terminal"]
        printed = run(label, ":q\n", folder=tmp_path)
        shown = printed.partition("text:")[2].partition("price:")[0]
        assert " ".join(shown.split()).startswith(long.strip())
        assert max(map(len, shown.splitlines())) < 80

    def test_the_table_and_the_model_come_out_at_the_end(self, reviews, tmp_path):
        out, model = tmp_path / "labeled.csv", tmp_path / "model.joblib"
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        printed = run([*label, "--out", out, "--save-model", model], answers(6))
        assert f"table:   {out}" in printed
        assert f"model:   {model}" in printed
        assert f"next:    python -m sklearn_active predict {model} NEW.csv" in printed
        frame = pd.read_csv(out, sep=";")
        assert len(frame) == 40
        assert frame["label"].notna().sum() == 6
        assert frame["guess"].isin(["good", "bad"]).all()
        raw = pd.read_csv(reviews, sep=";")
        assert joblib.load(model).predict(raw).tolist() == frame["guess"].tolist()
        new, guesses = tmp_path / "new.csv", tmp_path / "guesses.xlsx"
        raw.head(3).to_csv(new, index=False)
        printed = run(["predict", model, new, guesses])
        assert "3 rows, 3 with a guess" in printed
        guessed = pd.read_excel(guesses)
        assert guessed["guess"].tolist() == frame["guess"].tolist()[:3]
        assert guessed["confidence"].between(0.5, 1).all()

    def test_a_file_that_would_be_overwritten_is_no_place_for_the_table(
        self, reviews, tmp_path
    ):
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        assert "overwritten" in run([*label, "--out", reviews], status=1)
        assert "end its name in" in run([*label, "--out", tmp_path / "x.doc"], status=1)
        model = ["--save-model", tmp_path / "reviews.csv.labels.jsonl"]
        assert "overwritten" in run([*label, *model], status=1)

    def test_rows_appended_and_classes_added_go_on_and_are_said(
        self, reviews, tmp_path
    ):
        label = ["label", reviews, "--terminal"]
        run([*label, "--classes", "good,bad"], answers(2))
        with reviews.open("a") as file:
            file.write("R900;fine lovely parcel\nR901;broken parcel shop\n")
        printed = run([*label, "--classes", "bad,good,mixed"], ":q\n")
        assert "2 rows were added" in printed
        assert "mixed" in printed
        assert "classes: bad, good, mixed" in printed
        assert "2 labels so far" in printed

    def test_without_naming_them_again_the_classes_stay(self, reviews):
        run(["label", reviews, "--classes", "good,bad", "--terminal"], answers(2))
        printed = run(["label", reviews, "--terminal"], ":q\n")
        assert "classes: good, bad" in printed

    def test_rows_that_were_sorted_or_put_between_are_found_again(
        self, reviews, tmp_path
    ):
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        run(label, answers(6))
        before = tmp_path / "before.csv"
        run(["export", f"{reviews}.labels.jsonl", before])
        known = pd.read_csv(before, sep=";").set_index("nr")["label"]
        frame = pd.read_csv(reviews, sep=";")[::-1]
        new = pd.DataFrame({"nr": ["R900"], "text": ["fine parcel"]})
        pd.concat([frame[:20], new, frame[20:]]).to_csv(reviews, sep=";", index=False)
        printed = run(label, ":q\n")
        assert "each was found again" in printed
        assert "6 labels so far" in printed
        run(["export", f"{reviews}.labels.jsonl", before])
        again = pd.read_csv(before, sep=";").set_index("nr")["label"]
        pd.testing.assert_series_equal(again[known.index], known)
        assert pd.isna(again["R900"])

    def test_rows_that_were_changed_are_refused_with_the_ways_out(
        self, reviews, tmp_path
    ):
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        run(label, answers(2))
        as_it_was = reviews.read_text()
        reviews.write_text(as_it_was.replace("R007", "R007a"))
        refused = run(label, status=1)
        assert "its row 7 was changed or taken away" in refused
        for way_out in ("--label-column", "--id", "a copy", "--journal", "export"):
            assert way_out in refused
        reviews.write_text(as_it_was.replace("parcel", "packet"))
        export = ["export", f"{reviews}.labels.jsonl", tmp_path / "out.csv"]
        for command in (label, export):
            assert "was a column added" in run(command, status=1)
        assert not (tmp_path / "out.csv").exists()

    def test_where_one_row_was_changed_the_labels_of_the_others_go_on(
        self, reviews, tmp_path
    ):
        run(["label", reviews, "--classes", "good,bad", "--terminal"], answers(6))
        journal, out = f"{reviews}.labels.jsonl", tmp_path / "out.csv"
        run(["export", journal, out])
        before = pd.read_csv(out, sep=";").set_index("nr")
        changed, added = before.index[before["label"].notna()][3], "R900;fine parcel\n"
        lines = reviews.read_text().replace(changed, f"{changed}a").splitlines(True)
        reviews.write_text("".join([lines[0], added, *lines[:0:-1]]))
        printed = run(["export", journal, out])
        assert "was changed or taken away" in printed
        assert "left out: 1." in printed
        after = pd.read_csv(out, sep=";").set_index("nr")
        assert after["label"].notna().sum() == 5
        assert pd.isna(after["label"][f"{changed}a"])
        same = before.index.drop(changed)
        columns = ["label", "labeled_at"]
        pd.testing.assert_frame_equal(
            after.loc[same, columns], before.loc[same, columns]
        )
        again = ["label", out, "--label-column", "label", "--terminal"]
        assert "5 labels so far" in run(again, ":q\n")

    def test_answers_about_rows_that_were_changed_come_out_as_votes(
        self, reviews, tmp_path
    ):
        run(["label", reviews, "--classes", "good,bad", "--terminal"], answers(4))
        asked = LabelJournal.read(f"{reviews}.labels.jsonl")[1]
        reviews.write_text(reviews.read_text().replace("parcel", "packet"))
        export = ["export", f"{reviews}.labels.jsonl", tmp_path / "out.csv"]
        assert "Its rows are named by their numbers" in run([*export, "--votes"])
        votes = {vote.key: vote.label for vote in read_votes(tmp_path / "out.csv")}
        assert votes == {str(event["row"]): event["label"] for event in asked}

    def test_labels_of_the_file_must_be_classes(self, tmp_path):
        frame = pd.DataFrame({"text": ["a fine one", "a bad one"], "y": ["Good", None]})
        frame.to_csv(tmp_path / "t.csv", index=False)
        label = ["label", tmp_path / "t.csv", "--label-column", "y", "--terminal"]
        refused = run([*label, "--classes", "good,bad"], status=1)
        assert "holds 'Good' (line 2), and --classes names 'good', 'bad'" in refused
        assert "1 labels so far" in run([*label, "--classes", "Good,bad"], ":q\n")

    def test_the_page_is_served_until_ctrl_c(self, reviews):
        label = ["label", reviews, "--classes", "a,b"]
        with subprocess.Popen(
            [*COMMAND, *map(str, label), "--no-browser"],
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        ) as process:
            found = None
            for line in process.stdout:
                if line.startswith("End with"):
                    break
                if line.startswith("Label at"):
                    found = re.search(r"http://127\.0\.0\.1:\d+/#\S{20,}", line)
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
        assert process.returncode == 0
        assert found
        assert f"answers: {reviews}.labels.jsonl" in rest
        assert LabelJournal.read(f"{reviews}.labels.jsonl")[1] == []

    def test_colleagues_have_addresses_and_are_asked_other_rows(self, reviews):
        line = ["label", reviews, "--classes", "good,bad", "--no-browser"]
        hints = ["--annotators", "ann,bob", "--keys", "good=g,bad=b"]
        hints += ["--describe", "good=worth = the money"]
        with subprocess.Popen(
            [*COMMAND, *map(str, [*line, *hints])],
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        ) as process:
            lines = list(iter(process.stdout.readline, "End with Ctrl-C.\n"))
            urls = dict(re.findall(r"^(\w+): (http://\S+)", "".join(lines), re.M))
            assert list(urls) == ["ann", "bob"]
            states = [first_state(url) for url in urls.values()]
            for url, state in zip(urls.values(), states, strict=True):
                asked = state["question"]
                answer = {"query": asked["id"], "row": asked["row"], "label": '"good"'}
                post(url, "answer", request=url, **answer)
            process.send_signal(signal.SIGINT)
            process.stdout.read()
        good, bad = states[0]["classes"]
        assert (good["key"], good["about"]) == ("g", "worth = the money")
        assert (bad["key"], bad["about"]) == ("b", None)
        _, events = LabelJournal.read(f"{reviews}.labels.jsonl")
        assert [event["annotator"] for event in events] == ["ann", "bob"]
        assert len({event["row"] for event in events}) == 2

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--terminal", "--keys", "good=g"], "--keys is for the page"),
            (["--keys", "good"], "--keys good=g,bad=b, not 'good'"),
            (["--keys", "nice=n"], "--keys names 'nice', which is not a class"),
            (["--keys", "good=go"], "one character"),
            (["--describe", "=x"], "--describe good='worth the money', not '=x'"),
            (["--instructions", "no.md"], "no file no.md"),
            (["--annotators", "ann,ann"], "a name of their own"),
            (["--annotators", ","], "as in --annotators ann,bob"),
            (["--votes-per-row", "0"], "--votes-per-row is 1 or more, not 0"),
            (["--n-waiting", "9"], "--n-waiting is for Label Studio"),
            (["--project", "Reviews"], "--project is for Label Studio"),
            (STUDIO[:2], "--label-studio needs a project: add --project NAME"),
            (STUDIO, "set the environment variable LABEL_STUDIO_API_KEY to it"),
            ([*STUDIO, "--terminal"], "Take either --terminal or --label-studio"),
            ([*STUDIO, "--keys", "good=g"], "or leave --label-studio out"),
            ([*STUDIO, "--n-waiting", "0"], "--n-waiting is 1 or more, not 0"),
        ],
    )
    def test_what_can_not_be_shown_is_refused(self, reviews, options, message):
        line = ["label", reviews, "--classes", "good,bad", "--no-browser"]
        assert message in run([*line, *options], status=1)

    @pytest.mark.parametrize(("named", "project"), [("Zoo 2", "Zoo 2"), ("12", 12)])
    def test_a_project_of_label_studio_has_a_title_or_a_number(
        self, reviews, monkeypatch, named, project
    ):
        line = ["label", reviews, "--classes", "good,bad", *STUDIO, "--project", named]
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", "a token")
        with patch("sklearn_active._commands.page.LabelStudioBridge") as bridge:
            bridge.return_value.url = "http://localhost:8080/projects/12/data"
            assert "Label at http://localhost:8080/projects/12/data" in run(line)
        _, *stated = bridge.call_args.args
        assert stated == ["http://localhost:8080", "a token", project]
        bridge.return_value.run.assert_called_once_with()

    def test_a_learner_of_ones_own_is_taken_from_a_file(self, reviews, tmp_path):
        file = tmp_path / "mine.py"
        file.write_text(
            "from sklearn.naive_bayes import MultinomialNB\n"
            "from sklearn_active import ActiveLearner\n"
            "def make(data):\n"
            "    return ActiveLearner(MultinomialNB(), 'margin', missing_label=None)\n"
            "def wrong(data):\n"
            "    return 3\n"
        )
        label = ["label", reviews, "--classes", "good,bad", "--terminal", "--learner"]
        assert "MultinomialNB" in run([*label, f"{file}:make"], ":q\n")
        assert "returned a int" in run([*label, f"{file}:wrong"], status=1)
        assert "no function 'nix'" in run([*label, f"{file}:nix"], status=1)
        assert "FILE.py:FUNCTION" in run([*label, "make"], status=1)
        both = [*label, f"{file}:make", "--model", "forest"]
        assert "name it alone" in run(both, status=1)

    @pytest.mark.parametrize("model", ["forest", "graph"])
    def test_models_and_strategies_have_names(self, model, reviews):
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        printed = run([*label, "--model", model, "--strategy", "margin"], answers(4))
        assert "rows chosen by margin" in printed

    def test_a_folder_of_images_is_labeled(self, tmp_path):
        (tmp_path / "photos").mkdir()
        for i in range(4):
            pixels = np.random.RandomState(i).rand(16, 16)
            image.imsave(tmp_path / "photos" / f"{i}.png", pixels)
        label = ["label", "photos", "--classes", "a,b", "--terminal", "--out", "o.csv"]
        run(label, answers(2), folder=tmp_path)
        frame = pd.read_csv(tmp_path / "o.csv")
        assert frame["file"].tolist() == [f"{i}.png" for i in range(4)]
        assert frame["label"].notna().sum() == 2
        assert (tmp_path / "photos.labels.jsonl").exists()


class TestExport:
    def test_it_finds_the_file_beside_the_journal(self, reviews, tmp_path):
        run(["label", reviews, "--classes", "good,bad", "--terminal"], answers(4))
        printed = run(["export", f"{reviews}.labels.jsonl", tmp_path / "out.xlsx"])
        assert "40 rows, 4 with a label" in printed
        frame = pd.read_excel(tmp_path / "out.xlsx")
        assert frame["label"].notna().sum() == 4
        assert frame["guess"].notna().all()

    def test_without_the_file_the_way_out_is_named(self, reviews, tmp_path):
        journal = tmp_path / "labels.jsonl"
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        run([*label, "--journal", journal], answers(4))
        out = tmp_path / "out.csv"
        assert "--data" in run(["export", journal, out], status=1)
        assert "--votes" in run(["export", journal, out], status=1)
        run(["export", journal, out, "--data", reviews])
        assert pd.read_csv(out, sep=";")["label"].notna().sum() == 4

    def test_votes_go_to_other_tools(self, reviews, tmp_path):
        run(["label", reviews, "--classes", "good,bad", "--terminal"], "1\n\n2\n:q\n")
        journal = f"{reviews}.labels.jsonl"
        run(["export", journal, tmp_path / "out.csv", "--votes"])
        votes = read_votes(tmp_path / "out.csv")
        assert [vote.label for vote in votes].count(None) == 1
        assert sum(vote.label is not None for vote in votes) == 2
        run(["export", journal, tmp_path / "out.json", "--votes"])
        assert "parcel" in (tmp_path / "out.json").read_text()


class TestClasses:
    def test_a_class_is_renamed_and_the_same_line_goes_on(self, reviews, tmp_path):
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        run(label, answers(4))
        journal = f"{reviews}.labels.jsonl"
        assert "negative" in run(["classes", journal, "--rename", "bad=negative"])
        printed = run(label, ":q\n")
        assert "classes: good, negative" in printed
        assert "4 labels so far" in printed
        run(["export", journal, tmp_path / "out.csv"])
        labels = pd.read_csv(tmp_path / "out.csv", sep=";")["label"].dropna()
        assert sorted(labels) == ["good", "good", "negative", "negative"]

    def test_two_become_one(self, reviews, tmp_path):
        label = ["label", reviews, "--classes", "good,bad,ugly", "--terminal"]
        run(label, "1\n2\n3\n:q\n")
        journal = f"{reviews}.labels.jsonl"
        run(["classes", journal, "--rename", "ugly=bad"])
        run(["export", journal, tmp_path / "out.csv"])
        labels = pd.read_csv(tmp_path / "out.csv", sep=";")["label"].dropna()
        assert sorted(labels) == ["bad", "bad", "good"]

    def test_what_is_no_class_is_refused(self, reviews):
        run(["label", reviews, "--classes", "good,bad", "--terminal"], answers(2))
        classes = ["classes", f"{reviews}.labels.jsonl", "--rename"]
        assert "'ugly'" in run([*classes, "ugly=bad"], status=1)
        assert "OLD=NEW" in run([*classes, "ugly"], status=1)


class TestPredict:
    def test_what_is_no_model_is_refused(self, reviews, tmp_path):
        out = tmp_path / "out.csv"
        assert "There is no" in run(["predict", "no.joblib", reviews, out], status=1)
        (tmp_path / "m.joblib").write_bytes(b"no")
        refused = run(["predict", tmp_path / "m.joblib", reviews, out], status=1)
        assert "can't be opened as a model" in refused

    def test_what_can_not_be_read_and_blank_rows_are_said(self, tmp_path):
        texts = [f"a {'fine' if i % 2 else 'late'} letter {i}" for i in range(40)]
        frame = pd.DataFrame({"price": [i % 7 + 0.5 for i in range(40)], "text": texts})
        frame.to_csv(tmp_path / "t.csv", index=False)
        model = tmp_path / "m.joblib"
        label = ["label", tmp_path / "t.csv", "--classes", "a,b", "--terminal"]
        run([*label, "--save-model", model], answers(4))
        new = pd.DataFrame({"price": ["dear"] * 6 + [None], "text": [*texts[:6], None]})
        new.to_csv(tmp_path / "new.csv", index=False)
        printed = run(["predict", model, tmp_path / "new.csv", tmp_path / "o.csv"])
        assert "Of 6 cells of the column 'price', 0 could be read as numbers" in printed
        assert "7 rows, 6 with a guess" in printed
        written = pd.read_csv(tmp_path / "o.csv")
        assert written["guess"].isna().tolist() == [False] * 6 + [True]

    def test_columns_that_the_model_lacks_are_named(self, reviews, tmp_path):
        model = tmp_path / "m.joblib"
        label = ["label", reviews, "--classes", "good,bad", "--terminal"]
        run([*label, "--save-model", model], answers(4))
        pd.DataFrame({"words": ["fine"]}).to_csv(tmp_path / "new.csv", index=False)
        refused = run(
            ["predict", model, tmp_path / "new.csv", tmp_path / "o.csv"], status=1
        )
        assert "no column 'text'. There are: 'words'" in refused


def test_the_demo_goes_on_where_it_was_left(tmp_path):
    printed = run(["demo", "--terminal"], "3\n:q\n", folder=tmp_path)
    assert "1797 rows" in printed
    assert "digits.labels.jsonl" in printed
    assert "1 labels so far" in run(["demo", "--terminal"], ":q\n", folder=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["label", "nowhere.csv"], "There is no nowhere.csv"),
        (["label", __file__, "--classes", "a,b"], "must be a table (.csv, .tsv"),
        (["export", "nowhere.jsonl", "out.csv"], "No such file"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(arguments, message, capsys):
    assert main(arguments) == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1


def test_without_classes_the_way_out_is_named(reviews, capsys):
    assert main(["label", str(reviews)]) == 1
    assert "as in --classes good,bad" in capsys.readouterr().err
    assert not Path(f"{reviews}.labels.jsonl").exists()


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            {"event": "answer", "row": 7, "label": "a", "annotator": None},
            "its rows are",
        ),
        (
            {"event": "answer", "key": "k", "label": "a"},
            "line 2 can't be taken: .*'row'",
        ),
    ],
    ids=range(2),
)
def test_an_export_of_what_is_no_sessions_journal_says_so(event, message, tmp_path):
    journal = tmp_path / "j.jsonl"
    with LabelJournal(journal) as opened:
        opened.open({"n_rows": 2, "keys": "", "classes": ["a"]})
        opened.append([event])
    refused = run(["export", journal, tmp_path / "out.csv", "--votes"], status=1)
    assert re.search(f"sklearn_active: {journal}.*{message}", refused)


LABEL = ["--classes", "good,bad", "--terminal"]


class Interrupted(io.StringIO):
    """What a person types who ends with Ctrl-C."""

    def readline(self):
        line = super().readline()
        if not line:
            raise KeyboardInterrupt
        return line


def run_interrupted(arguments, typed):
    output = io.StringIO()
    with patch.object(sys, "stdin", Interrupted(typed)), redirect_stdout(output):
        assert main(list(map(str, arguments))) == 0
    return output.getvalue()


class TestTheEnd:
    def test_ctrl_c_in_the_terminal_is_an_end_as_any(self, reviews, tmp_path):
        out, model = tmp_path / "labeled.csv", tmp_path / "model.joblib"
        label = ["label", reviews, *LABEL, "--out", out, "--save-model", model]
        printed = run_interrupted(label, "1\n2\n")
        assert "next:" in printed
        assert pd.read_csv(out, sep=";")["label"].notna().sum() == 2
        assert model.exists()
        demo = ["demo", "--terminal", "--journal", tmp_path / "digits.jsonl"]
        assert "goes on" in run_interrupted(demo, "3\n")

    def test_where_the_table_fails_the_model_is_written_all_the_same(
        self, reviews, tmp_path, capsys
    ):
        gone, model = tmp_path / "gone", tmp_path / "model.joblib"

        class Removes(io.StringIO):
            """What a person types who removes a folder meanwhile."""

            def readline(self):
                if gone.exists():
                    gone.rmdir()
                return super().readline()

        gone.mkdir()
        out = gone / "labeled.csv"
        label = ["label", reviews, *LABEL, "--out", out, "--save-model", model]
        with patch.object(sys, "stdin", Removes(answers(4))):
            assert main(list(map(str, label))) == 1
        printed = capsys.readouterr()
        assert "labeled.csv can't be written" in printed.err
        assert not gone.exists()
        assert f"model:   {model}" in printed.out
        assert "next:    python -m sklearn_active label" in printed.out
        assert joblib.load(model)

    @pytest.mark.parametrize(
        ("name", "package"), [("o.xlsx", "openpyxl"), ("o.parquet", "pyarrow")]
    )
    def test_what_a_table_needs_is_looked_for_before_the_first_question(
        self, reviews, tmp_path, monkeypatch, name, package
    ):
        monkeypatch.setitem(sys.modules, package, None)
        label = ["label", reviews, *LABEL, "--out", tmp_path / name]
        assert f"needs {package}" in run(label, answers(2), status=1)
        assert not Path(f"{reviews}.labels.jsonl").exists()


def next_line(printed, command):
    """Return the arguments of the line that is to be run next."""
    start = f"next:    python -m sklearn_active {command} "
    line = next(line for line in printed.splitlines() if line.startswith(start))
    return shlex.split(line.removeprefix("next:    python -m sklearn_active "))


class TestWhatComesNext:
    """Every line that is printed can be run as it stands."""

    def test_an_export_from_a_journal_elsewhere(self, reviews, tmp_path):
        label = ["label", "reviews.csv", *LABEL, "--journal", "j.jsonl"]
        printed = run(label, answers(4), folder=tmp_path)
        export = next_line(printed, "export")
        assert "4 with a label" in run(export, folder=tmp_path)

    def test_a_link_gives_the_journal_its_own_name(self, reviews, tmp_path):
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "link.csv").symlink_to(reviews)
        printed = run(["label", "sub/link.csv", *LABEL], answers(2), folder=tmp_path)
        assert (tmp_path / "sub" / "link.csv.labels.jsonl").exists()
        export = next_line(printed, "export")
        assert "2 with a label" in run(export, folder=tmp_path)

    def test_the_folder_one_is_in(self, tmp_path):
        folder = tmp_path / "notes"
        folder.mkdir()
        for i in range(4):
            (folder / f"{i}.txt").write_text(f"a fine kettle {i}")
        printed = run(["label", ".", *LABEL], answers(2), folder=folder)
        assert (tmp_path / "notes.labels.jsonl").exists()
        export = next_line(printed, "export")
        assert "2 with a label" in run(export, folder=folder)
        assert (folder / "notes.labeled.csv").exists()

    def test_a_model_of_arrays_and_of_texts_in_another_form(self, reviews, tmp_path):
        np.save(tmp_path / "a.npy", np.random.RandomState(0).rand(30, 3))
        label = ["label", "a.npy", *LABEL, "--save-model", "m.joblib"]
        predict = next_line(run(label, answers(4), folder=tmp_path), "predict")
        assert predict == ["predict", "m.joblib", "NEW.npy", "guesses.csv"]
        np.save(tmp_path / "NEW.npy", np.random.RandomState(1).rand(5, 3))
        assert "5 rows, 5 with a guess" in run(predict, folder=tmp_path)
        label = ["label", "reviews.csv", *LABEL, "--save-model", "t.joblib"]
        label += ["--separator", ";", "--encoding", "latin-1"]
        predict = next_line(run(label, answers(4), folder=tmp_path), "predict")
        (tmp_path / "NEW.csv").write_bytes(reviews.read_bytes())
        assert "40 rows, 40 with a guess" in run(predict, folder=tmp_path)
        assert "latin-1" in predict


OWN = """
from sklearn.naive_bayes import BernoulliNB
from sklearn_active import ActiveLearner


class Own(BernoulliNB):
    pass


def make(data):
    return ActiveLearner(Own(), "random")


def local(data):
    class Local(BernoulliNB):
        pass

    return ActiveLearner(Local(), "random")
"""


class TestOwnLearner:
    def test_an_export_takes_a_class_minus_one_as_the_session_does(
        self, reviews, tmp_path
    ):
        (tmp_path / "m2.py").write_text(OWN)
        given = ["--learner", tmp_path / "m2.py:make"]
        label = ["label", reviews, "--classes=-1,1", "--terminal", *given]
        run([*label, "--out", tmp_path / "1.csv"], "-1\n1\n-1\n1\n:q\n")
        run(["export", f"{reviews}.labels.jsonl", tmp_path / "2.csv", *given])
        assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()

    def test_a_class_of_its_own_can_be_saved_and_opened(self, reviews, tmp_path):
        (tmp_path / "own_of_a_test.py").write_text(OWN)
        label = ["label", reviews, *LABEL, "--save-model", tmp_path / "m.joblib"]
        run([*label, "--learner", tmp_path / "own_of_a_test.py:make"], answers(4))
        assert joblib.load(tmp_path / "m.joblib")

    def test_a_model_that_can_not_be_saved_is_refused_before_the_first_question(
        self, reviews, tmp_path
    ):
        (tmp_path / "m4.py").write_text(OWN)
        label = ["label", reviews, *LABEL, "--learner", tmp_path / "m4.py:local"]
        run(label, ":q\n")
        saved = [*label, "--save-model", tmp_path / "m.joblib"]
        assert "The model can't be saved" in run(saved, status=1)

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ("def make(data:\n", r"m5\.py, line 1: SyntaxError"),
            ("import os\nimport nowhere\n", r"m5\.py, line 2: ModuleNotFoundError"),
            ("def make(data):\n    return data.x\n", r"m5\.py, line 2: AttributeError"),
        ],
    )
    def test_what_is_wrong_in_it_is_said_with_its_line(
        self, reviews, tmp_path, source, message
    ):
        (tmp_path / "m5.py").write_text(source)
        label = ["label", reviews, *LABEL, "--learner", tmp_path / "m5.py:make"]
        refused = run(label, status=1)
        assert re.search(message, refused)
        assert refused.count("\n") == 1


class TestWhatAModelWasTrainedOn:
    @pytest.fixture
    def models(self, reviews, tmp_path):
        for i in range(4):
            (tmp_path / "photos").mkdir(exist_ok=True)
            pixels = np.random.RandomState(i).rand(16, 16)
            image.imsave(tmp_path / "photos" / f"{i}.png", pixels)
        np.save(tmp_path / "a.npy", np.random.RandomState(0).rand(30, 3))
        for data in ("reviews.csv", "photos", "a.npy"):
            label = ["label", data, *LABEL, "--save-model", f"{data}.joblib"]
            run(label, answers(4), folder=tmp_path)
        return tmp_path

    @pytest.mark.parametrize(
        ("model", "data", "message"),
        [
            ("photos", "reviews.csv", "trained on a folder of images, and reviews.csv"),
            ("reviews.csv", "photos", "trained on a table, and photos is a folder of"),
            ("a.npy", "reviews.csv", "trained on an array of numbers, and reviews.csv"),
            ("a.npy", "photos", "Name an array of numbers, or numbers with --features"),
        ],
    )
    def test_it_is_said_where_rows_are_of_another_kind(
        self, models, model, data, message
    ):
        predict = ["predict", f"{model}.joblib", data, "out.csv"]
        assert message in run(predict, status=1, folder=models)

    def test_features_are_as_many_as_rows(self, models):
        predict = ["predict", "a.npy.joblib", "reviews.csv", "out.csv"]
        refused = run([*predict, "--features", "a.npy"], status=1, folder=models)
        assert "a.npy has 30 rows, and reviews.csv has 40" in refused


class TestWhatIsTyped:
    @pytest.mark.parametrize("separator", ["\\t", "tab", "\t"])
    def test_a_tab_is_named_as_shells_let_one_type_it(self, tmp_path, separator):
        (tmp_path / "t.csv").write_text(
            "a,x\ttext\n1,0\tfine kettle\n2,0\tbroken cup\n"
        )
        label = ["label", tmp_path / "t.csv", *LABEL, "--separator", separator]
        assert "separated by tab" in run(label, ":q\n")

    @pytest.mark.parametrize("separator", ['"', "\n", ";;", ""])
    def test_what_can_separate_nothing_is_refused(self, reviews, separator):
        label = ["label", reviews, *LABEL, "--separator", separator]
        assert "--separator is one character" in run(label, status=1)

    @pytest.mark.parametrize(
        ("typed", "classes"),
        [
            ("1,2", [1, 2]),
            ("-1,1", [-1, 1]),
            ("--5,3", ["--5", "3"]),
            ("007,8", ["007", "8"]),
            ("1,2,many", ["1", "2", "many"]),
            ("²,3", ["²", "3"]),
        ],
    )
    def test_classes_are_numbers_where_all_are_written_as_such(
        self, reviews, typed, classes
    ):
        run(["label", reviews, "--terminal", f"--classes={typed}"], ":q\n")
        header, _ = LabelJournal.read(f"{reviews}.labels.jsonl")
        assert header["classes"] == classes

    @pytest.mark.parametrize("classes", ["good", "yes;no", ",", "a,a"])
    def test_one_class_is_too_few(self, reviews, classes):
        label = ["label", reviews, "--terminal", "--classes", classes]
        assert "a model needs two" in run(label, status=1)
        assert not Path(f"{reviews}.labels.jsonl").exists()

    def test_one_class_may_be_the_first_of_others(self, reviews):
        label = ["label", reviews, "--terminal", "--classes", "good", "--new-classes"]
        assert "classes: good" in run(label, ":q\n")

    def test_what_may_be_given_is_said_in_options(self, reviews):
        label = ["label", reviews, "--terminal"]
        printed = run([*label, "--classes", "good,bad"], "ugly\nbad\n:q\n")
        assert "Allow others with --new-classes." in printed
        refused = run([*label, "--classes", "good,fine"], status=1)
        assert "--classes good,fine,bad" in refused
        assert "classes JOURNAL --rename OLD=NEW" in refused

    def test_a_row_that_the_terminal_can_not_show_is_shown_as_escapes(self, tmp_path):
        (tmp_path / "t.csv").write_text("text\n好的水壶\n坏了 杯子\n", encoding="utf-8")
        ended = subprocess.run(
            [*COMMAND, "label", "t.csv", *LABEL],
            input=b"1\n2\n",
            capture_output=True,
            cwd=tmp_path,
            env=ENVIRONMENT | {"PYTHONIOENCODING": "ascii"},
        )
        assert ended.returncode == 0, ended.stderr
        assert rb"\u597d" in ended.stdout
        assert len(LabelJournal.read(tmp_path / "t.csv.labels.jsonl")[1]) == 2


class TestLabelsOfTheFile:
    @staticmethod
    def labeled(folder, labels):
        frame = pd.DataFrame({"text": [f"kettle {i}" for i in range(len(labels))]})
        frame["y"] = labels
        frame.to_csv(folder / "t.csv", index=False)
        return ["label", folder / "t.csv", "--label-column", "y", "--terminal"]

    def test_whole_numbers_beside_blanks_are_what_they_were(self, tmp_path):
        label = self.labeled(tmp_path, [1, 0, None, None])  # written 1.0, 0.0
        out = tmp_path / "out.csv"
        assert "2 labels so far" in run([*label, "--classes", "0,1"], ":q\n")
        assert "2 labels so far" in run([*label, "--out", out], ":q\n")
        run(["export", tmp_path / "t.csv.labels.jsonl", out, "--label-column", "y"])
        assert pd.read_csv(out)["label"].tolist()[:2] == [1, 0]

    def test_numbers_are_texts_where_a_class_is_one(self, tmp_path):
        label = self.labeled(tmp_path, ["1", "2", None, None])
        (tmp_path / "t.csv").write_text("text,y\nkettle a,1\nkettle b,2\nkettle c,\n")
        label += ["--classes", "1,2,many"]
        assert "2 labels so far" in run(label, "many\n:q\n")

    def test_a_renamed_class_is_known_by_both_names(self, tmp_path):
        label = self.labeled(tmp_path, ["good", "bad", None, None])
        run([*label, "--classes", "good,bad"], ":q\n")
        journal = tmp_path / "t.csv.labels.jsonl"
        run(["classes", journal, "--rename", "bad=negative"])
        for names in ("good,negative", "good,bad"):
            printed = run([*label, "--classes", names], ":q\n")
            assert "classes: good, negative" in printed
            assert "2 labels so far" in printed


def test_a_broken_archive_of_arrays_is_said_in_one_line(tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04broken")
    refused = run(["label", tmp_path / "bad.npz", *LABEL], status=1)
    assert "bad.npz can't be read as an array of numbers" in refused
    assert refused.count("\n") == 1


class LengthsOfTexts:
    """Stand for a model of sentence-transformers."""

    def __init__(self, name):
        self.name = name

    def encode(self, texts, **options):
        return np.array([[len(text), 1.0] for text in texts])


def test_vectors_of_texts_stand_beside_the_journal(reviews, tmp_path, monkeypatch):
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = LengthsOfTexts
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    (tmp_path / "elsewhere").mkdir()
    label = ["label", reviews, *LABEL, "--journal", tmp_path / "elsewhere" / "mine"]
    run([*label, "--embed", "a model"], ":q\n")
    assert (tmp_path / "elsewhere" / "mine.vectors.npz").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "elsewhere",
        "reviews.csv",
    ]


@pytest.fixture
def widths(tmp_path):
    """Forty rows of a table, three of them with a width in it."""
    rng = np.random.RandomState(0)
    height = rng.uniform(1, 9, 40).round(2)
    known = [
        f"{2 * h:.2f}".replace(".", ",") if i < 3 else "" for i, h in enumerate(height)
    ]
    frame = pd.DataFrame({"height": height, "noise": rng.rand(40), "width": known})
    frame.to_csv(tmp_path / "sizes.csv", index=False, sep=";")
    return dict(enumerate(2 * height))


class TestNumbers:
    LABEL = ("label", "sizes.csv", "--label-column", "width", "--terminal")
    JOURNAL = "sizes.csv.labels.jsonl"

    def test_they_are_typed_and_the_same_line_goes_on(self, widths, tmp_path):
        line = [*self.LABEL, "--numbers", "0,20,mm"]
        printed = run(line, "3,5\n25\n4 cm\n4 mm\n:q\n", folder=tmp_path)
        assert "a number from 0 to 20 mm" in printed
        assert "3 labels so far" in printed
        assert "25 mm is out of range" in printed
        assert "'4 cm' has the unit cm" in printed
        assert "5 labels so far" in run(line, ":q\n", folder=tmp_path)
        printed = run(self.LABEL, ":q\n", folder=tmp_path)  # the journal knows the kind
        assert "a number from 0 to 20 mm" in printed

    def test_the_table_the_model_and_its_guesses_come_out(self, widths, tmp_path):
        line = [*self.LABEL, "--numbers", "--out", "o.csv", "--save-model", "m.joblib"]
        typed = "".join("7,25\n" for _ in range(4)) + ":q\n"
        run(line, typed, folder=tmp_path)
        table = pd.read_csv(tmp_path / "o.csv", sep=";", decimal=",")
        assert "confidence" not in table
        assert (table.label == 7.25).sum() == 4
        assert table.label[:3].tolist() == pytest.approx([widths[i] for i in range(3)])
        run(["export", self.JOURNAL, "again.csv", *self.LABEL[2:4]], folder=tmp_path)
        again = pd.read_csv(tmp_path / "again.csv", sep=";", decimal=",")
        assert again.label.equals(table.label)
        assert again.guess.tolist() == pytest.approx(table.guess.tolist())
        printed = run(["predict", "m.joblib", "sizes.csv", "g.csv"], folder=tmp_path)
        guesses = pd.read_csv(tmp_path / "g.csv", sep=";", decimal=",").guess
        assert guesses.tolist() == pytest.approx(table.guess.tolist())
        assert f"{guesses.min():.4g} to {guesses.max():.4g}, half of them" in printed

    def test_votes_go_to_other_tools(self, widths, tmp_path):
        run([*self.LABEL, "--numbers", "0,20"], "7,25\n:q\n", folder=tmp_path)
        run(["export", self.JOURNAL, "votes.json", "--votes"], folder=tmp_path)
        assert [vote.label for vote in read_votes(tmp_path / "votes.json")] == [7.25]
        assert 'min="0.0" max="20.0"' in (tmp_path / "votes.xml").read_text()

    @pytest.mark.parametrize(
        ("model", "name"),
        [
            ("boosting", "HistGradientBoostingRegressor"),
            ("forest", "RandomForestRegressor"),
            ("linear", "RidgeCV"),
        ],
    )
    def test_models_have_the_same_names(self, model, name, widths, tmp_path):
        line = [*self.LABEL, "--numbers", "--model", model]
        assert f"model: {name}" in run(line, ":q\n", folder=tmp_path)

    def test_the_graph_is_for_classes(self, widths, tmp_path):
        line = [*self.LABEL, "--numbers", "--model", "graph"]
        error = run(line, status=1, folder=tmp_path)
        assert "There is no model 'graph' for regression" in error

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--numbers", "0,x"], "--numbers is given as LOW,HIGH,UNIT"),
            (["--numbers", "5,1"], "low must be less than high"),
            (["--numbers", "--classes", "a,b"], "two kinds of labels: name one"),
            (["--numbers", "--keys", "a=b"], "keys are of classes"),
            (["--numbers", "0,1"], r"The label column .*\(line 2\).* out of range"),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_said_in_one_line(
        self, options, message, widths, tmp_path
    ):
        label = list(self.LABEL)[: -1 if "--keys" in options else None]
        error = run([*label, "--no-browser", *options], status=1, folder=tmp_path)
        assert re.search(message, error)

    def test_a_journal_is_of_one_kind(self, widths, reviews, tmp_path):
        run([*self.LABEL, "--numbers"], ":q\n", folder=tmp_path)
        error = run([*self.LABEL, "--classes", "1,2"], status=1, folder=tmp_path)
        assert "holds numbers: leave --classes and --new-classes out" in error
        label = ["label", "reviews.csv", "--terminal"]
        run([*label, "--classes", "good,bad"], ":q\n", folder=tmp_path)
        error = run([*label, "--numbers"], status=1, folder=tmp_path)
        assert "holds classes: leave --numbers out" in error

    def test_another_unit_names_the_option(self, widths, tmp_path):
        run([*self.LABEL, "--numbers", "0,20,mm"], "3\n:q\n", folder=tmp_path)
        line = [*self.LABEL, "--numbers", "0,20,cm"]
        error = run(line, status=1, folder=tmp_path)
        assert "say --numbers LOW,HIGH,mm, or take another file" in error

    def test_a_label_column_that_holds_no_number_names_the_line(self, tmp_path):
        path = tmp_path / "sizes.csv"
        path.write_text("a;width\n1;2,5\n2;wide\n3;\n4;\n")
        error = run([*self.LABEL, "--numbers"], status=1, folder=tmp_path)
        assert "(line 3): 'wide' is not a number" in error


@pytest.fixture
def topics(tmp_path):
    """Forty texts that say which topics they are of; ten have them in a column."""
    rng = np.random.RandomState(0)
    words = {"sport": "goal match team", "law": "court judge case"}
    has = rng.rand(40, 2) < 0.5
    truth = [[n for n, h in zip(words, row, strict=True) if h] for row in has]
    texts = [
        " ".join([f"note {i} today", *(words[name] for name in own)])
        for i, own in enumerate(truth)
    ]
    known = ["; ".join(own) or "none" for own in truth[:10]] + [""] * 30
    frame = pd.DataFrame({"text": texts, "topics": known})
    frame.to_csv(tmp_path / "news.csv", index=False)
    return dict(enumerate(truth))


class TestSeveralLabels:
    LABEL = ("label", "news.csv", "--label-column", "topics", "--terminal")
    JOURNAL = "news.csv.labels.jsonl"
    STATED = ("--several", "--classes", "sport,law")

    def test_they_are_typed_and_the_same_line_goes_on(self, topics, tmp_path):
        line = [*self.LABEL, *self.STATED]
        printed = run(line, "2,1\nart\nnone\n:q\n", folder=tmp_path)
        assert "10 labels so far" in printed
        assert "several with commas, none for none of them" in printed
        assert "'art' is no label of this session" in printed
        assert "12 labels so far" in run(line, ":q\n", folder=tmp_path)
        printed = run(self.LABEL, ":q\n", folder=tmp_path)  # the journal knows the kind
        assert "classes: sport, law" in printed
        assert "12 labels so far" in printed

    def test_the_table_comes_out_and_can_be_labeled_again(self, topics, tmp_path):
        line = [*self.LABEL, *self.STATED, "--out", "o.csv"]
        run(line, "1,2\nnone\n2\n:q\n", folder=tmp_path)
        table = pd.read_csv(tmp_path / "o.csv", keep_default_na=False)
        texts = ["; ".join(topics[row]) or "none" for row in range(10)]
        assert table.label[:10].tolist() == texts
        counts = table.label[10:].value_counts()
        assert counts.to_dict() == {"": 27, "sport; law": 1, "none": 1, "law": 1}
        assert set(table.guess) <= {"sport", "law", "sport; law", "none"}
        assert "confidence" not in table
        run(["export", self.JOURNAL, "again.csv", *self.LABEL[2:4]], folder=tmp_path)
        again = pd.read_csv(tmp_path / "again.csv", keep_default_na=False)
        assert again[["label", "guess"]].equals(table[["label", "guess"]])
        table[["text", "label"]].to_csv(tmp_path / "next.csv", index=False)
        line = ["label", "next.csv", "--label-column", "label", "--terminal"]
        printed = run([*line, *self.STATED], ":q\n", folder=tmp_path)
        assert "13 labels so far" in printed

    def test_nobody_is_warned_of_labels_that_no_row_has_yet(self, topics, tmp_path):
        line = [*self.LABEL, "--several", "--classes", "sport,law,art"]
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            run(line, "1,2\nnone\n2\n:q\n", folder=tmp_path)
        assert [w for w in told if "Label not" in str(w.message)] == []
        assert "13 labels so far" in run(line, ":q\n", folder=tmp_path)

    def test_votes_go_to_a_table_of_text(self, topics, tmp_path):
        run([*self.LABEL, *self.STATED], "1,2\n:q\n", folder=tmp_path)
        run(["export", self.JOURNAL, "votes.csv", "--votes"], folder=tmp_path)
        assert [vote.label for vote in read_votes(tmp_path / "votes.csv")] == [
            "sport; law"
        ]
        line = ["export", self.JOURNAL, "votes.json", "--votes"]
        error = run(line, status=1, folder=tmp_path)
        assert "write .csv" in error

    def test_an_export_writes_the_same_labels_in_one_order(self, topics, tmp_path):
        for names in ("sport,law", "law,sport"):
            line = [*self.LABEL, "--several", "--classes", names]
            run(line, "1,2\n:q\n", folder=tmp_path)
        names = ["--label-column", "topics"]
        run(["export", self.JOURNAL, "o.csv", *names], folder=tmp_path)
        table = pd.read_csv(tmp_path / "o.csv", keep_default_na=False)
        assert set(table.label[10:]) == {"law; sport", ""}
        run(["export", self.JOURNAL, "votes.csv", "--votes"], folder=tmp_path)
        labels = [vote.label for vote in read_votes(tmp_path / "votes.csv")]
        assert labels == ["law; sport"] * 2

    @pytest.mark.parametrize("model", ["boosting", "forest", "linear"])
    def test_models_have_the_same_names(self, model, tmp_path):
        height = np.arange(24) / 3
        frame = pd.DataFrame({"height": height, "noise": height * 7 % 5})
        frame["topics"] = ["sport; law", "none", "law", "sport"] * 5 + [""] * 4
        frame.to_csv(tmp_path / "news.csv", index=False)
        line = [*self.LABEL, *self.STATED, "--model", model, "--out", "o.csv"]
        run(line, ":q\n", folder=tmp_path)
        table = pd.read_csv(tmp_path / "o.csv", keep_default_na=False)
        assert set(table.guess) <= {"sport; law", "none", "law", "sport"}

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--several"], "name all of them, as in --several --classes"),
            (["--several", "--numbers"], "two kinds of labels: name one"),
            ([*STATED, "--new-classes"], "none can be added later"),
            ([*STATED, "--save-model", "m.joblib"], "leave --save-model out"),
            ([*STATED, "--model", "graph"], "no model 'graph' for multilabel"),
            ([*STATED, "--model", "boosting"], "boosting' takes no words.*'linear' or"),
            ([*STATED, "--strategy", "gsy"], "it is not for multilabel. Take one of"),
            (["--several", "--classes", "sport"], "two at least"),
            (
                ["--several", "--classes", "law,art"],
                r"The label column holds another label \(line \d+\): 'sport' is no",
            ),
        ],
        ids=str,
    )
    def test_what_is_wrong_is_said_in_one_line(
        self, options, message, topics, tmp_path
    ):
        error = run([*self.LABEL, *options], status=1, folder=tmp_path)
        assert re.search(message, error)
        assert not (tmp_path / self.JOURNAL).exists()

    def test_a_journal_is_of_one_kind(self, topics, reviews, tmp_path):
        run([*self.LABEL, *self.STATED], ":q\n", folder=tmp_path)
        line = ["classes", self.JOURNAL, "--rename", "law=laws"]
        assert "only classes can be renamed" in run(line, status=1, folder=tmp_path)
        label = ["label", "reviews.csv", "--terminal"]
        run([*label, "--classes", "good,bad"], ":q\n", folder=tmp_path)
        error = run([*label, *self.STATED], status=1, folder=tmp_path)
        assert "holds one class per row: leave --several out" in error
