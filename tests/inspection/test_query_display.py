"""The rows that were asked: the right rows, guesses, truths and captions."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from figures import check_figures_equal
from helpers import blobs
from matplotlib.colors import to_rgb
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading

from sklearn_active import ActiveLearner
from sklearn_active.inspection import QueryDisplay

REFERENCE = json.loads(
    (Path(__file__).parent.parent / "data" / "digits.json").read_text()
)["digits_active_learning"]["rounds"]


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    rows = np.arange(len(data.data))
    np.random.RandomState(0).shuffle(rows)
    X, truth = data.data[rows[:330]], data.target[rows[:330]]
    model = LabelSpreading(gamma=0.25, max_iter=20)
    learner = ActiveLearner(model, batch_size=5, budget=25)
    learner.fit(X, truth, labeled=np.arange(330) < 40)
    learner.rows_shown = X
    return learner


def titles(display):
    return [
        [cell.get_title() for cell in line if cell is not None]
        for line in display.axes_
    ]


def captions(display):
    return [line[0].get_ylabel() for line in display.axes_]


def texts(display):
    return [text.get_text() for text in display.texts_.ravel() if text is not None]


def taught(X, answers, batch_size=2, labeled=4):
    """Return a learner on blobs that was taught some rounds of answers."""
    _, y, _ = blobs(len(answers) * batch_size + labeled, n_labeled=labeled)
    learner = ActiveLearner(
        GaussianNB(), "random", batch_size=batch_size, random_state=0
    ).start(X, y)
    for answer in answers:
        learner.teach(learner.query(), answer)
    return learner


def test_the_classic_picture_in_one_line(digits):
    display = QueryDisplay.from_estimator(digits, image_shape=(8, 8))
    assert display.axes_.shape == (5, 5)
    for line, shown, known in zip(
        display.axes_, titles(display), REFERENCE, strict=True
    ):
        caption = line[0].get_ylabel()
        assert caption.endswith(f"fitted with\n{known['n_labeled']} labels")
        for k in range(4):  # the fifth is decided by rounding errors
            row, predicted = known["queried_rows"][k], known["predicted"][k]
            assert shown[k].startswith(f"predict: {predicted}\ntrue: ")
            drawn = line[k].get_images()[0].get_array()
            np.testing.assert_array_equal(drawn.ravel(), digits.rows_shown[row])


@check_figures_equal
def test_a_grid_is_images_with_titles_and_a_caption_a_round(fig_test, fig_ref):
    images = np.random.RandomState(0).uniform(size=(8, 3, 3))
    learner = taught(np.arange(8.0).reshape(8, 1), [[0, 1], [2, 0]])
    QueryDisplay.from_estimator(learner, items=images, ax=fig_test.subplots())

    bounding = fig_ref.subplots()
    bounding.set_axis_off()
    grid = bounding.get_subplotspec().subgridspec(2, 2, hspace=0.6)
    known = 4
    for i, record in enumerate(learner.history_):
        for j, row in enumerate(record.rows):
            ax = fig_ref.add_subplot(grid[i, j])
            ax.imshow(images[row], cmap="gray_r")
            predicted, true = record.predicted[j], record.answers[j]
            wrong = predicted != true
            ax.set_title(
                f"predict: {predicted}\ntrue: {true}",
                size=9,
                color="#B30000" if wrong else "black",
                weight="bold" if wrong else "normal",
            )
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
            if not j:
                ax.set_ylabel(
                    f"round {i + 1}\nfitted with\n{known} labels",
                    rotation=0,
                    ha="right",
                    va="center",
                    labelpad=12,
                )
        known += 2


def test_the_guess_is_that_of_the_model_before_it_was_told():
    X, y, truth = blobs(30)
    learner = ActiveLearner(GaussianNB(), "margin", batch_size=3).start(X, y)
    expected = []
    for _ in range(3):
        query = learner.query()
        guesses = learner.estimator_.predict(query.X)
        expected.append(
            [
                f"predict: {guess}\ntrue: {true}"
                for guess, true in zip(guesses, truth[query.indices], strict=True)
            ]
        )
        learner.teach(query, truth[query.indices])
    assert titles(QueryDisplay.from_estimator(learner)) == expected


def test_without_a_model_there_is_a_dash_and_without_an_answer_declined():
    X, _, truth = blobs(20)
    learner = ActiveLearner(GaussianNB(), "random", batch_size=2, random_state=0)
    learner.start(X)
    query = learner.query()
    learner.teach(query, [None, truth[query.indices[1]]])
    display = QueryDisplay.from_estimator(learner)
    assert titles(display) == [
        [
            "predict: –\ntrue: declined",  # noqa: RUF001
            f"predict: –\ntrue: {truth[query.indices[1]]}",  # noqa: RUF001
        ]
    ]
    assert captions(display) == ["round 1\nno model yet\n0 labels"]


def test_declined_rows_count_as_no_label_in_the_captions():
    learner = taught(np.arange(10.0).reshape(-1, 1), [[0, None], [None, None], [1, 2]])
    numbers = [
        caption.split("\n")[-1]
        for caption in captions(QueryDisplay.from_estimator(learner))
    ]
    assert numbers == ["4 labels", "5 labels", "5 labels"]


def test_wrong_guesses_are_red_and_bold_and_right_ones_are_neither(digits):
    display = QueryDisplay.from_estimator(digits, image_shape=(8, 8))
    seen = set()
    for ax in display.axes_.ravel():
        predicted, true = (line.split(": ")[1] for line in ax.get_title().split("\n"))
        is_bold = ax.title.get_fontweight() == "bold"
        is_red = to_rgb(ax.title.get_color()) == to_rgb("#B30000")
        assert is_bold == is_red == (predicted != true)
        seen.add(is_red)
    assert seen == {True, False}


def test_the_truth_can_be_given_where_answers_are_wrong_or_missing():
    truth = np.array(["a", "b"] * 5)
    X = np.arange(10.0).reshape(-1, 1)
    learner = ActiveLearner(GaussianNB(), "random", batch_size=2, random_state=0)
    learner.start(X, ["a", "b"] + [None] * 8)
    query = learner.query()
    learner.teach(query, [None, "b"])
    (shown,) = titles(QueryDisplay.from_estimator(learner, truth=pd.Series(truth)))
    assert [title.split("true: ")[1] for title in shown] == list(truth[query.indices])


def test_labels_with_dollar_signs_are_no_formulas():
    X, _, truth = blobs(20)
    names = np.array(["$a$", "$b$", "$c$"])[truth]
    learner = ActiveLearner(GaussianNB(), "margin", budget=1)
    learner.fit(X, names, labeled=np.arange(20) < 6)
    title = QueryDisplay.from_estimator(learner).axes_[0, 0].title
    assert title.get_text().count("$") == 4
    assert not title.get_parse_math()


def test_a_line_of_a_short_round_ends_early():
    X, y, truth = blobs(30)
    learner = ActiveLearner(GaussianNB(), "margin").start(X, y)
    for n_rows in (3, 1):
        query = learner.query(n_rows)
        learner.teach(query, truth[query.indices])
    display = QueryDisplay.from_estimator(learner)
    drawn = [[cell is not None for cell in line] for line in display.axes_]
    assert drawn == [[True, True, True], [True, False, False]]


def test_numbers_are_short_and_no_guess_is_marked_as_wrong():
    X = np.arange(8.0)[:, None]
    learner = ActiveLearner(Ridge(), "random", random_state=0)
    learner.start(X, [0.0, 10 / 3, *[None] * 6])
    learner.teach([4], [100 / 3])
    display = QueryDisplay.from_estimator(learner)
    ((title,),) = titles(display)
    guess = Ridge().fit(X[:2], [0, 10 / 3]).predict([[4.0]])[0]
    assert title == f"predict: {guess:.4g}\ntrue: 33.33"
    assert display.axes_[0, 0].title.get_color() == "black"


class TestWhatIsShown:
    def rows_of(self, learner):
        return np.concatenate([record.rows for record in learner.history_])

    @pytest.mark.parametrize("container", [list, np.array, pd.Series, pl.Series])
    def test_texts_are_written_as_they_are(self, container):
        items = [f"costs ${i} and $x_{i}$" for i in range(8)]
        learner = taught(np.arange(8.0).reshape(-1, 1), [[0, 1], [2, 0]])
        display = QueryDisplay.from_estimator(learner, items=container(items))
        assert texts(display) == [items[row] for row in self.rows_of(learner)]
        assert not any(t.get_parse_math() for t in display.texts_.ravel())

    def test_long_texts_are_folded_and_cut(self):
        words = "once upon a time " * 50
        learner = taught(np.arange(6.0).reshape(-1, 1), [[0, 1]])
        display = QueryDisplay.from_estimator(learner, items=[words] * 6)
        lines = texts(display)[0].split("\n")
        assert len(lines) == 6
        assert max(map(len, lines)) <= 32
        assert lines[-1].endswith("…")
        assert words.startswith(" ".join(lines[:-1]))

    def test_few_numbers_are_written_with_their_names(self):
        X = np.round(np.random.RandomState(0).uniform(size=(8, 2)), 3)
        plain = taught(X, [[0, 1], [2, 0]])
        frame = taught(pd.DataFrame(X, columns=["wide", "high"]), [[0, 1], [2, 0]])
        rows = self.rows_of(plain)
        for learner, names in ((plain, ("x0", "x1")), (frame, ("wide", "high"))):
            display = QueryDisplay.from_estimator(learner)
            expected = [
                f"{names[0]}: {X[i, 0]:g}\n{names[1]}: {X[i, 1]:g}" for i in rows
            ]
            assert texts(display) == expected

    @pytest.mark.parametrize("container", [pd.DataFrame, pl.DataFrame])
    def test_rows_of_a_mixed_frame_are_written(self, container):
        items = container({"name": list("abcdef"), "weight": np.arange(6) + 0.25})
        learner = taught(np.arange(6.0).reshape(-1, 1), [[0, 1]])
        display = QueryDisplay.from_estimator(learner, items=items)
        expected = [
            f"name: {'abcdef'[i]}\nweight: {i + 0.25}" for i in self.rows_of(learner)
        ]
        assert texts(display) == expected

    @pytest.mark.parametrize("container", [np.array, sparse.csr_array])
    def test_many_numbers_become_strips_on_one_scale(self, container):
        items = np.arange(6 * 12.0).reshape(6, 12)
        learner = taught(np.arange(6.0).reshape(-1, 1), [[0, 1]])
        display = QueryDisplay.from_estimator(learner, items=container(items))
        rows = self.rows_of(learner)
        limits = items[rows].min(), items[rows].max()
        for image, row in zip(display.images_[0], rows, strict=True):
            np.testing.assert_array_equal(image.get_array(), items[[row]])
            assert image.get_clim() == limits

    def test_images_in_color_and_of_several_sizes_are_drawn(self):
        rng = np.random.RandomState(0)
        items = [rng.uniform(size=(4 + i, 5, 3)) for i in range(6)]
        learner = taught(np.arange(6.0).reshape(-1, 1), [[0, 1]])
        display = QueryDisplay.from_estimator(learner, items=items)
        for image, row in zip(display.images_[0], self.rows_of(learner), strict=True):
            np.testing.assert_array_equal(image.get_array(), items[row])

    def test_keywords_reach_matplotlib(self, digits):
        display = QueryDisplay.from_estimator(
            digits, image_shape=(8, 8), rounds=1, image_kw={"cmap": "viridis"}
        )
        names = {image.get_cmap().name for image in display.images_.ravel()}
        assert names == {"viridis"}
        learner = taught(np.arange(6.0).reshape(-1, 1), [[0, 1]])
        display = QueryDisplay.from_estimator(learner, text_kw={"size": 5})
        assert {text.get_fontsize() for text in display.texts_.ravel()} == {5}

    def test_items_and_truth_must_be_as_many_as_the_rows(self, digits):
        with pytest.raises(ValueError, match="items must have .* 330; got 2"):
            QueryDisplay.from_estimator(digits, items=["a", "b"])
        with pytest.raises(ValueError, match="truth must have .* 330; got 3"):
            QueryDisplay.from_estimator(digits, truth=[0, 1, 2])
        with pytest.raises(ValueError, match=r"\(8, 9\) needs rows of 72 .* have 64"):
            QueryDisplay.from_estimator(digits, image_shape=(8, 9))


class TestWhichRounds:
    def test_captions_tell_what_is_left_out(self, digits):
        display = QueryDisplay.from_estimator(digits, rounds=[2, 5], max_per_round=3)
        assert display.axes_.shape == (2, 3)
        assert captions(display) == [
            "round 2 of 5\nfitted with\n45 labels\n(3 of 5 rows)",
            "round 5 of 5\nfitted with\n60 labels\n(3 of 5 rows)",
        ]

    def test_one_round_may_be_an_int(self, digits):
        display = QueryDisplay.from_estimator(digits, rounds=3)
        record = digits.history_[2]
        pairs = zip(record.predicted, record.answers, strict=True)
        assert titles(display) == [[f"predict: {p}\ntrue: {t}" for p, t in pairs]]

    def test_of_many_rounds_the_first_ten_are_shown(self):
        learner = taught(np.arange(16.0).reshape(-1, 1), [[0]] * 12, batch_size=1)
        display = QueryDisplay.from_estimator(learner)
        shown = [caption.split("\n")[0] for caption in captions(display)]
        assert shown == [f"round {k} of 12" for k in range(1, 11)]

    @pytest.mark.parametrize("rounds", [0, 6, [1, 9], []])
    def test_rounds_that_were_not_are_refused(self, digits, rounds):
        with pytest.raises(ValueError, match=r"some of the rounds 1 \.\.\. 5; got"):
            QueryDisplay.from_estimator(digits, rounds=rounds)

    def test_a_round_shows_at_least_one_row(self, digits):
        with pytest.raises(
            ValueError, match="max_per_round must be an int >= 1, got 0"
        ):
            QueryDisplay.from_estimator(digits, max_per_round=0)


class TestAxes:
    def test_a_new_figure_holds_the_grid(self, digits):
        display = QueryDisplay.from_estimator(digits, image_shape=(8, 8))
        assert display.figure_ is plt.gcf()
        assert display.bounding_ax_.figure is display.figure_
        assert not display.bounding_ax_.axison

    def test_given_axes_are_drawn_in_and_unused_ones_are_off(self):
        X, y, truth = blobs(30)
        learner = ActiveLearner(GaussianNB(), "margin").start(X, y)
        for n_rows in (3, 1):
            query = learner.query(n_rows)
            learner.teach(query, truth[query.indices])
        figure, axes = plt.subplots(2, 3)
        display = QueryDisplay.from_estimator(learner, ax=axes)
        assert display.figure_ is figure
        assert display.bounding_ax_ is None
        assert display.axes_[1, 0] is axes[1, 0]
        assert display.axes_[1, 1] is None
        assert [ax.axison for ax in axes.ravel()] == [True] * 4 + [False] * 2
        with pytest.raises(ValueError, match="2 x 3 axes, one per row asked; got 2"):
            display.plot(axes[:, 0])

    def test_axes_that_hold_a_grid_are_not_used_again(self, digits):
        display = QueryDisplay.from_estimator(digits, rounds=1)
        with pytest.raises(ValueError, match=r"Pass ax=display\.axes_"):
            display.plot(display.bounding_ax_, rounds=1)
        with pytest.raises(ValueError, match="placed by hand"):
            display.plot(plt.figure().add_axes([0, 0, 1, 1]), rounds=1)
        assert display.plot(display.axes_, rounds=1) is display


class TestWhatIsRefused:
    def test_an_unfitted_learner(self):
        with pytest.raises(NotFittedError, match="knows no pool yet"):
            QueryDisplay.from_estimator(ActiveLearner(GaussianNB()))

    def test_a_learner_that_asked_nothing(self):
        X, y, _ = blobs()
        with pytest.raises(ValueError, match="Nothing was asked yet"):
            QueryDisplay.from_estimator(ActiveLearner(GaussianNB()).fit(X, y))

    def test_what_is_no_learner(self):
        pipeline = make_pipeline(StandardScaler(), ActiveLearner(GaussianNB()))
        with pytest.raises(TypeError, match=r"got a Pipeline\. .* pipeline\[-1\]"):
            QueryDisplay.from_estimator(pipeline)


def test_it_can_be_drawn_while_the_oracle_is_asked():
    X, y, truth = blobs(30)
    shown = []

    def oracle(query):
        if query.round > 1:
            shown.append(titles(QueryDisplay.from_estimator(learner)))
        for row in query.indices:
            yield truth[row]

    learner = ActiveLearner(GaussianNB(), "margin", oracle=oracle, budget=3)
    learner.fit(X, y)
    assert [len(lines) for lines in shown] == [1, 2]
