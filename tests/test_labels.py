"""What y means: marks, kinds, dtypes."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers import blobs
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from sklearn_active import ActiveLearner
from sklearn_active._data.marks import Mark
from sklearn_active._data.parsing import parse_complete_y, parse_y
from sklearn_active.model_selection import active_learning_curve


def known_of(y, missing_label="auto", **kwargs):
    labels = parse_y(y, len(y), missing_label, **kwargs)
    return labels.known.tolist(), labels


@pytest.mark.parametrize(
    "y",
    [
        [3, -1, 5],
        (3, -1, 5),
        np.array([3, -1, 5]),
        np.array([3.0, -1.0, 5.0]),
        np.array([3.0, np.nan, 5.0]),
        np.array([3, -1, 5], dtype=object),
        [3, None, 5],
        [3.0, float("nan"), 5.0],
        ["cat", None, "dog"],
        ["cat", np.nan, "dog"],
        np.array(["cat", None, "dog"], dtype=object),
        np.array(["cat", -1, "dog"], dtype=object),
        np.ma.array([3, 4, 5], mask=[False, True, False]),
        np.ma.array(["cat", "hidden", "dog"], mask=[False, True, False]),
        [3, np.ma.masked, 5],
        [True, None, False],
        pd.Series([3, -1, 5], index=[9, 8, 7]),
        pd.Series([3, pd.NA, 5], dtype="Int64"),
        pd.Series(["cat", None, "dog"]),
        pd.Series(["cat", pd.NA, "dog"], dtype="string"),
        pd.Series(["cat", None, "dog"], dtype="category"),
        pl.Series([3, -1, 5]),
        pl.Series([3, None, 5]),
        pl.Series(["cat", None, "dog"]),
    ],
    ids=repr,
)
def test_auto_finds_the_mark_in_every_container(y):
    known, labels = known_of(y, has_oracle=True)
    assert known == [True, False, True]
    assert len(labels.classes) == 2
    assert "hidden" not in labels.values.tolist()
    again = parse_y(labels.as_array(), 3, has_oracle=True)
    assert again.known.tolist() == known
    assert again.classes.tolist() == labels.classes.tolist()


def test_integers_stay_integers_beside_missing_values():
    for y in (pd.Series([3, pd.NA, 5], dtype="Int64"), pl.Series([3, None, 5])):
        assert known_of(y)[1].classes.dtype.kind == "i"


def test_text_beside_minus_one_in_a_list_is_refused_before_numpy_makes_it_a_class():
    with pytest.raises(ValueError, match="mixes number and text.*None for unlabeled"):
        known_of(["cat", -1])


@pytest.mark.parametrize("mark", [-1, np.nan])
def test_text_that_numpy_made_of_a_mark_is_refused_everywhere(mark):
    y = np.array(["cat", mark])
    text = str(mark)
    for stated in ("auto", -1):
        with pytest.raises(
            ValueError, match=f"text '{text}': numpy makes it.*'{text}'"
        ):
            known_of(y, stated)
    with pytest.raises(ValueError, match=f"The oracle holds the text '{text}'"):
        parse_y(["cat", "dog", None], 3).parse_answers(y, 2)
    assert known_of(y, text)[0] == [True, False]
    assert known_of(y, None)[0] == [True, True]
    assert known_of(y.astype(object))[0] == [True, True]


@pytest.mark.parametrize("mark", ["nan", [0], {"a"}], ids=repr)
def test_a_mark_that_can_mark_nothing_is_refused(mark):
    with pytest.raises(ValueError, match="missing_label"):
        known_of([0, 1, -1], mark)


def test_a_frame_of_one_column_is_a_column_and_of_two_is_refused():
    for library in (pd, pl):
        with pytest.warns(Warning, match="column-vector"):
            assert known_of(library.DataFrame({"y": [0, -1, 2]}))[0][1] is False
        with pytest.raises(ValueError, match="one label: give one"):
            known_of(library.DataFrame({"a": [0, 1], "b": [0, 1]}))


def test_a_failing_label_leaves_everything_as_it_was():
    labels = parse_y(["cat", None, "dog"], 3)
    with pytest.raises(ValueError, match="label type: bytes"):
        labels.parse_answers([b"cow"], 1)
    assert labels.as_array().tolist() == ["cat", None, "dog"]
    assert not labels.classes.flags.writeable


def test_minus_one_as_an_answer_is_refused_where_nothing_was_said_of_it():
    with pytest.raises(ValueError, match="missing_label=-1, or missing_label=None"):
        parse_y(None, 3).parse_answers([1, -1], 2)


def test_integral_floats_become_integers_beside_integers_and_small_dtypes_stay():
    labels = parse_y(np.array([0, -1, 1], dtype=np.int8), 3)
    labels.add([1], labels.parse_answers([1.0], 1)[0])
    assert labels.as_array().dtype.kind == "i"
    assert parse_y(np.array([0, -1], np.int8), 2).as_array().dtype == np.int8
    whole = parse_y([0, 1], 2)
    whole.as_array()[:] = 5
    assert whole.values.tolist() == [0, 1]


@pytest.mark.parametrize(
    "y",
    [
        np.array([0.0, -1.0, np.nan]),
        [0, -1, None],
        np.ma.array([0, -1, 5], mask=[False, False, True]),
        pd.Series([0, -1, pd.NA], dtype="Int64"),
        np.array(["cat", -1, None], dtype=object),
    ],
    ids=repr,
)
def test_two_marks_in_one_y_are_refused(y):
    with pytest.raises(ValueError, match="both -1 and missing.*missing_label="):
        known_of(y, has_oracle=True)


@pytest.mark.parametrize("y", [[-1, 1, 1], np.array([1.0, -1.0])], ids=repr)
def test_minus_one_is_a_class_where_only_one_stands_beside_it_and_nobody_can_answer(y):
    with pytest.warns(UserWarning, match="missing_label=-1.*missing_label=None"):
        known, labels = known_of(y)
    assert all(known)
    assert labels.classes.tolist() == [-1, 1]
    assert not all(known_of(y, has_oracle=True)[0])
    assert not all(known_of(y, -1)[0])
    assert all(known_of(y, None)[0])


def test_nothing_but_minus_one_is_nothing_labeled():
    assert not any(known_of([-1, -1])[0])


def test_a_stated_mark_is_the_only_mark():
    known, labels = known_of(np.array(["a", "?", "b"]), "?")
    assert known == [True, False, True]
    assert labels.as_array().tolist() == ["a", "?", "b"]
    assert known_of([0, 1, 2], missing_label=1)[0] == [True, False, True]
    with pytest.raises(ValueError, match="Use one mark"):
        known_of([0.0, np.nan, 1.0], missing_label=-1)
    masked = np.ma.array([0, 5, -1], mask=[False, True, False])
    assert known_of(masked, -1)[0] == [True, False, False]


def test_a_mark_keeps_its_meaning_whatever_copy_of_auto_is_passed():
    auto = "".join(["au", "to"])
    assert known_of([0, -1, 1], auto)[0] == [True, False, True]


@pytest.mark.parametrize(
    ("y", "match"),
    [
        (
            np.array([[0, 1], [1, 0]]),
            "one label: give one.*may have several, begin with",
        ),
        (np.array([0.5, 1.5]), "Unknown label type: continuous.*wrap a regressor"),
        (np.array([np.inf, 1.0]), "Input y contains infinity"),
        (np.array([{"a": 1}, {"b": 1}], dtype=object), "Unknown label type: dict"),
        (np.array(["a", 1], dtype=object), "mix number and text"),
        (np.array([1j, 2j]), "Complex data not supported"),
        ([0, 1, 2], "X has 2, y has 3"),
    ],
    ids=repr,
)
def test_what_is_not_one_class_a_row_is_refused(y, match):
    with pytest.raises(ValueError, match=match):
        parse_y(y, 2)


def test_a_narrow_text_dtype_does_not_cut_a_longer_label():
    _, labels = known_of(np.array(["1", "2"]))
    labels = parse_y(np.ma.array(["1", "2"], mask=[False, True]), 2)
    answers, answered = labels.parse_answers(["three"], 1)
    labels.add(np.array([1])[answered], answers)
    assert labels.as_array().tolist() == ["1", "three"]
    assert labels.classes.tolist() == ["1", "three"]


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (np.uint8(200), 300, [200, 300]),
        (1, np.float64(2.0), [1, 2]),
        (np.int8(1), 1000, [1, 1000]),
        (True, 2, [1, 2]),
        (np.str_("a"), "bcd", ["a", "bcd"]),
    ],
    ids=repr,
)
def test_the_dtype_grows_with_the_labels(first, then, expected):
    labels = parse_y(None, 3, missing_label=None)
    for row, answer in enumerate((first, then)):
        labels.add([row], labels.parse_answers([answer], 1)[0])
    assert labels.values[:2].tolist() == expected
    assert labels.as_array()[:2].tolist() == expected
    assert not labels.known[2]


def test_the_first_label_fixes_the_kind():
    labels = parse_y(None, 3)
    labels.add([0], labels.parse_answers(["cat"], 1)[0])
    with pytest.raises(ValueError, match=r"kind number \(7\).*kind text \('cat'\)"):
        labels.parse_answers([7], 1)


@pytest.mark.parametrize("answer", [None, np.nan, pd.NA, np.ma.masked, -1], ids=repr)
def test_every_mark_abstains(answer):
    labels = parse_y([0, 1, -1, -1], 4)
    values, answered = labels.parse_answers([answer, 1], 2)
    assert answered.tolist() == [False, True]
    assert values.tolist() == [1]


def test_minus_one_as_an_answer_is_refused_where_it_may_be_a_class():
    labels = parse_y([0.0, np.nan, 1.0], 3)
    with pytest.raises(ValueError, match=r"missing_label=nan if -1 is a class"):
        labels.parse_answers([-1], 1)
    stated = parse_y([0.0, np.nan, 1.0], 3, np.nan)
    assert stated.parse_answers([-1], 1)[0].tolist() == [-1]


@pytest.mark.parametrize(
    "answers", ["three", 7, {0: "a"}, {1, 2}, np.array(3)], ids=repr
)
def test_an_answer_that_is_no_sequence_is_refused(answers):
    with pytest.raises(ValueError, match="sequence of 2 labels"):
        parse_y([0, -1, -1], 3).parse_answers(answers, 2)


class TestCompleteY:
    def test_hidden_labels_are_nowhere_in_what_is_kept(self):
        y = ["a", "secret", "b"]
        labels, truth = parse_complete_y(y, 3, [True, False, True])
        assert "secret" not in repr(vars(labels))
        assert truth.tolist() == y
        assert labels.as_array().tolist() == ["a", None, "b"]

    @pytest.mark.parametrize(
        ("y", "mark"), [([0, 1], -1), ([-1, 1], None), (["a", "b"], None)]
    )
    def test_the_mark_is_minus_one_unless_that_is_a_class(self, y, mark):
        labels, _ = parse_complete_y(y, 2, [True, False])
        assert labels.as_array()[1] == mark

    def test_an_incomplete_y_is_refused(self):
        for y, mark in (([0, None], "auto"), ([0, -1], -1)):
            with pytest.raises(ValueError, match="1 of 2 are missing"):
                parse_complete_y(y, 2, [True, False], mark)

    @pytest.mark.parametrize("mask", [[0, 1], [True], np.ones((2, 1), bool)], ids=repr)
    def test_a_mask_of_another_form_is_refused(self, mask):
        with pytest.raises(ValueError, match="boolean mask of length 2"):
            parse_complete_y([0, 1], 2, mask)


labels_of_one_kind = st.one_of(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=8),
    st.lists(st.text("abc\u00e9", min_size=1, max_size=6), min_size=1, max_size=8),
    st.lists(st.booleans(), min_size=1, max_size=8),
)


@given(labels_of_one_kind, st.data())
def test_any_labels_in_any_order_come_back_as_they_were_given(values, data):
    labels = parse_y(None, len(values))
    for row in data.draw(st.permutations(range(len(values)))):
        labels.add([row], labels.parse_answers([values[row]], 1)[0])
    assert labels.as_array().tolist() == values
    assert labels.classes.tolist() == sorted(set(values))
    assert labels.classes[labels.codes()].tolist() == values


TEXT = ["cat", None, None, "dog"]
NUMBERS = [3, None, None, 5]
COLUMNS = {
    "text": [(TEXT, t) for t in ("object", "string", "str", "category")],
    "number": [(NUMBERS, t) for t in ("Int64", "UInt8", "float64", "category")],
    "bool": [([True, None, None, False], "boolean")],
}
ARROW = {"text": (TEXT, "string"), "number": (NUMBERS, "int64")}


def pandas_columns():
    for kind, columns in COLUMNS.items():
        for values, dtype in columns:
            yield pytest.param(
                kind, pd.Series(values, dtype=dtype), id=f"{kind}-{dtype}"
            )


class TestColumnsOfFrames:
    """A series, its index and the array behind it mean the same."""

    expected = {"text": ["cat", "dog"], "number": [3, 5], "bool": [False, True]}

    def assert_read(self, kind, y):
        labels = parse_y(y, 4)
        assert labels.classes.tolist() == self.expected[kind]
        assert labels.rows.tolist() == [0, 3]
        kinds = {"text": str, "number": int, "bool": bool}
        assert all(type(x) is kinds[kind] for x in labels.classes.tolist())
        again = parse_y(labels.as_array(), 4)
        np.testing.assert_array_equal(again.known, labels.known)

    @pytest.mark.parametrize(("kind", "series"), pandas_columns())
    def test_of_pandas_of_every_dtype(self, kind, series):
        for y in (series, series.values, pd.Index(series)):
            self.assert_read(kind, y)

    @pytest.mark.parametrize("kind", ARROW)
    def test_of_pandas_that_arrow_holds(self, kind):
        import pyarrow as pa

        values, name = ARROW[kind]
        dtype = pd.ArrowDtype(getattr(pa, name)())
        for y in (pd.Series(values, dtype=dtype), pd.array(values, dtype=dtype)):
            self.assert_read(kind, y)

    def test_of_polars_enumerated_too(self):
        for dtype in (pl.String, pl.Enum(["cat", "dog"]), pl.Categorical):
            self.assert_read("text", pl.Series(TEXT, dtype=dtype))
        self.assert_read("number", pl.Series(NUMBERS))

    @pytest.mark.skipif(
        not hasattr(np, "dtypes") or not hasattr(np.dtypes, "StringDType"),
        reason="numpy < 2 has no StringDType",
    )
    @pytest.mark.parametrize("null", [None, np.nan])
    def test_of_numpys_own_text(self, null):
        y = np.array(["cat", null, null, "dog"], np.dtypes.StringDType(na_object=null))
        self.assert_read("text", y)


class TestIntegersStayWhatTheyAre:
    big = 2**53 + 1  # the first that float64 can't hold

    @pytest.mark.parametrize(
        ("known", "taught"),
        [
            (np.array([big, big + 1]), np.array([big], dtype=np.uint64)),
            (np.array([big, big + 1], dtype=np.uint64), np.array([big])),
            (np.array([0, 1], dtype=np.uint8), np.array([big], dtype=np.uint64)),
            (np.array([0, 1]), [2**64 - 1]),
            (np.array([0.0, 1.0]), [big]),
            ([0, big], np.array([1.0])),
            ([0, 1], [float(2**60)]),
        ],
        ids=range(7),
    )
    def test_whatever_dtypes_meet(self, known, taught):
        labels = parse_y([*known, None], 3) if isinstance(known, list) else None
        if labels is None:
            labels = parse_y(np.r_[known, known[:1]], 3)
            labels.withdraw([2])
        labels.add([2], labels.parse_answers(taught, 1)[0])
        expected = [int(x) for x in (*known, *taught)]
        assert [int(x) for x in labels.as_array()] == expected
        assert labels.classes.tolist() == sorted(set(expected))

    @given(
        st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=6),
        st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=6),
    )
    def test_any_two_sets_of_them(self, first, second):
        values = [*first, *second]
        labels = parse_y([*first, *[None] * len(second)], len(values))
        rows = np.arange(len(first), len(values))
        labels.add(rows, labels.parse_answers(second, len(second))[0])
        assert labels.as_array().tolist() == values
        assert labels.classes.dtype.kind in "iu"
        again = parse_y(labels.as_array(), len(values))
        assert again.as_array().tolist() == values

    @given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=6))
    def test_beside_missing_ones_too(self, values):
        labels = parse_y([*values, None], len(values) + 1, missing_label=None)
        assert labels.as_array().tolist() == [*values, None]
        labels.mark = Mark(np.nan)
        assert [int(x) for x in labels.as_array()[:-1]] == values

    def test_what_64_bits_cannot_hold_is_refused_with_the_way_out(self):
        with pytest.raises(ValueError, match=r"between -5 and 9\d+, .*Use text"):
            parse_y([2**63 + 1, -5], 2, missing_label=None)
        labels = parse_y([-5, None], 2)
        with pytest.raises(ValueError, match="Use text"):
            labels.add([1], labels.parse_answers([2**64 - 1], 1)[0])
        assert labels.as_array().tolist() == [-5, None]

    def test_marks_beside_unsigned_ones_make_no_floats(self):
        labels = parse_y(np.array([1, 2, 0], dtype=np.uint64), 3)
        labels.withdraw([2])
        labels.mark = Mark(-1)
        assert labels.as_array().dtype == np.int64

    @pytest.mark.parametrize(
        "y", [np.array([3, np.nan, 5]), np.array([3, np.nan, 5], dtype=np.float32)]
    )
    def test_in_a_float_array_with_nan_they_come_back_as_from_a_list(self, y):
        from_list = parse_y([3, np.nan, 5], 3)
        labels = parse_y(y, 3)
        assert labels.classes.dtype == from_list.classes.dtype == np.int64
        assert labels.parse_answers(y, 3)[0].dtype == np.int64

    def test_floats_without_nan_stay_floats(self):
        assert parse_y(np.array([3.0, 5.0]), 2).classes.dtype == float


class TestEmptyText:
    @pytest.mark.parametrize(
        "y",
        [["cat", "", ""], np.array(["cat", "", "dog"]), np.array([b"", b"cat"]), [""]],
    )
    def test_it_is_no_class(self, y):
        with pytest.raises(ValueError, match=r"empty text .*missing_label=''"):
            parse_y(y, len(y))

    def test_it_is_the_mark_where_it_is_stated(self):
        labels = parse_y(["cat", "", "dog"], 3, missing_label="")
        assert labels.rows.tolist() == [0, 2]
        assert labels.as_array().tolist() == ["cat", "", "dog"]

    def test_as_an_answer_it_is_refused_or_abstains(self):
        with pytest.raises(ValueError, match="empty text"):
            parse_y(["cat", None], 2).parse_answers([""], 1)
        labels = parse_y(["cat", ""], 2, missing_label="")
        assert labels.parse_answers([""], 1)[1].tolist() == [False]

    def test_a_column_of_a_file_read_as_text(self):
        y = pd.Series(["cat", "", "", "dog"])
        with pytest.raises(ValueError, match="empty text"):
            ActiveLearner(LogisticRegression(), oracle=len).fit([[0], [1], [2], [3]], y)


def test_a_learning_curve_reads_its_complete_y_once(monkeypatch):
    X, _, truth = blobs(60)

    def refuse(*args, **params):
        raise AssertionError("y is read again")

    parse = "sklearn_active.model_selection._labeled_scorer.parse_y"
    monkeypatch.setattr(parse, refuse)
    learner = ActiveLearner(GaussianNB(), "margin", batch_size=5)
    for scoring in (None, "accuracy", "neg_log_loss"):
        curve = active_learning_curve(
            learner, X, truth, initial=6, budget=5, cv=3, scoring=scoring
        )
        assert np.isfinite(curve.test_scores).all()
