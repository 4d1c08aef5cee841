"""A journal goes on with rows that were added, and with no other change of its rows."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from executors import Inline
from hypothesis import given
from hypothesis import strategies as st
from journals import facts_of
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_active import ActiveLearner
from sklearn_active.files import LabelingData
from sklearn_active.labeling import LabelingSession, LabelJournal

FORMAT = {"format": "sklearn_active.labels", "version": 1}
X = np.random.RandomState(0).normal(size=(30, 2))


def opened(path, X=X, **params):
    learner = ActiveLearner(LogisticRegression(), "random", random_state=0)
    params = {"classes": ["a", "b"], "executor": Inline()} | params
    return LabelingSession(learner, X, journal=path, **params)


def answer(session, n):
    for _ in range(n):
        query = session.ask()
        session.tell(query.id, ["a" if query.indices[0] % 2 else "b"])
    return session.labels


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def begun(path, X=X[:20], n=5, **params):
    with opened(path, X, **params) as session:
        return answer(session, n)


KINDS = {
    "array": np.asarray,
    "sparse": sparse.csr_array,
    "frame": pd.DataFrame,
    "list": np.ndarray.tolist,
}


def keys_of(has_keys, n_rows):
    return [f"row {i}" for i in range(n_rows)] if has_keys else None


@pytest.mark.parametrize("has_keys", [False, True])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_labels_stay_and_the_new_rows_are_asked_too(path, kind, has_keys):
    labels = begun(path, kind(X[:20]), keys=keys_of(has_keys, 20))
    assert len(labels) == 5
    for n_rows in (20, 26, 26, 30):
        with opened(path, kind(X[:n_rows]), keys=keys_of(has_keys, n_rows)) as session:
            assert session.labels == labels
            assert session.report().n_rows == n_rows
            session.wait()
    with opened(path, kind(X), keys=keys_of(has_keys, 30)) as session:
        assert answer(session, 25).keys() == set(range(30))
        assert session.done == "all_labeled"
        labels = session.labels
    with opened(path, kind(X), keys=keys_of(has_keys, 30)) as session:
        assert session.labels == labels


def test_what_was_done_before_rows_were_added_can_be_undone(path):
    begun(path, n=2)
    with opened(path) as session:
        assert len(session.undo(2)) == 2
        assert session.undo() == []
        assert session.labels == {}


def test_the_rows_are_told_once(path):
    begun(path)
    for _ in range(3):
        opened(path).close()
    kinds = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    assert kinds == ["header", *["answer"] * 5, "header"]
    header, events = LabelJournal.read(path)
    assert len(header.pop("name")) == 12
    assert header == facts_of(X) | {"classes": ["a", "b"]}
    assert len(events) == 5


def at(rows, change):
    def changed(X):
        X = X.copy()
        X[rows] += change
        return X

    return changed


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (at([7], 1), "its row 7 was changed or taken away"),
        (at([25], 1), "its row 25 was changed or taken away"),
        (at([2, 21], 1), "its row 2 was changed"),
        (at([2, 3], 1), "its rows 2, 3 were changed"),
        (at([9, 4, 11, 16, 3], 1), "its rows 3, 4, 9 and 2 more were changed or taken"),
        (lambda X: X + 1, r"none of its rows is here .*was a column added"),
        (lambda X: np.delete(X, 4, axis=0), "its row 4 was changed or taken away"),
        (lambda X: np.delete(X, [1, 29], axis=0), "its row 1 was changed"),
        (lambda X: X[:-1], "its row 29 was changed or taken away"),
        (lambda X: X[:20], "its rows 20, 21, 22 and 7 more were changed or taken away"),
        (lambda X: X[:13], "its rows 13, 14, 15 and 4 more were changed or taken away"),
        (lambda X: X[::-1], "its rows 0, 1, 2 and 17 more were moved or taken away"),
        (lambda X: np.insert(X, 18, 5, axis=0), "its rows 18, 19 were moved or taken"),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("has_keys", [False, True])
def test_rows_that_changed_or_are_gone_are_refused_and_named(
    path, change, what, has_keys
):
    def rows_and_keys(X):
        return X, {"keys": [str(row) for row in X] if has_keys else None}

    for part in (X[:20], X):
        first, keys = rows_and_keys(part)
        begun(path, first, 2, **keys)
    before = path.read_bytes()
    other, keys = rows_and_keys(change(X))
    with pytest.raises(
        ValueError, match=f"belongs to other data: {what}.* Rows may be added"
    ):
        opened(path, other, **keys)
    assert path.read_bytes() == before
    opened(path, *rows_and_keys(X)[:1], **rows_and_keys(X)[1]).close()


def test_keys_say_who_a_row_is_whatever_is_in_it(path):
    labels = begun(path, keys=keys_of(True, 20))
    with opened(path, X + 1, keys=keys_of(True, 30)) as session:
        assert session.labels == labels


def test_a_row_of_equal_ones_that_was_taken_away_is_missed(path):
    begun(path, np.zeros((6, 2)), n=1)
    with pytest.raises(ValueError, match="its row 5 was moved or taken away"):
        opened(path, np.zeros((5, 2)))


@pytest.mark.parametrize("sums", [None, 5, "", "no base64!", "AAAA"])
def test_a_journal_that_does_not_know_its_rows_one_by_one_is_known_as_a_whole(
    path, sums
):
    facts = facts_of(X[:20]) | {"sums": sums}
    for rows, refused in ((X[:20], False), (X, False), (X[:19], True), (X + 1, True)):
        path.unlink(missing_ok=True)
        with LabelJournal(path) as journal:
            journal.open(facts | {"classes": ["a", "b"]})
        if refused:
            with pytest.raises(ValueError, match="its 20 rows are not the"):
                opened(path, rows)
        else:
            assert begun(path, rows)


def test_the_hash_counts_where_a_rows_sum_is_another_rows(path):
    begun(path, np.ones((2, 1)), n=0, keys=["plumless", "z"])  # as of "buckeroo"
    with pytest.raises(ValueError, match="its 2 rows are not the 3 rows here"):
        opened(path, np.ones((3, 1)), keys=["buckeroo", "z", "new"])


def test_a_column_that_gets_its_first_gap_is_no_change_of_other_rows(path):
    few = pd.DataFrame({"a": [1, 2], "text": ["x", "y"]})
    more = pd.DataFrame({"a": [1, 2, None], "text": ["x", "y", "z"]})
    numbers = make_column_transformer(("passthrough", ["a"]))
    learner = ActiveLearner(make_pipeline(numbers, LogisticRegression()), "random")
    LabelingSession(learner, few, classes=["u", "v"], journal=path).close()
    with LabelingSession(learner, more, classes=["u", "v"], journal=path) as session:
        assert session.report().n_rows == 3


def test_the_hash_of_all_rows_counts_beside_the_sums(path):
    with LabelJournal(path) as journal:
        journal.open(facts_of(X) | {"keys": "other", "classes": ["a", "b"]})
    with pytest.raises(ValueError, match="its 30 rows are not the 30 rows here"):
        opened(path)


@pytest.mark.parametrize("n_rows", ["30", None, True, -1, 30.0])
def test_what_is_no_number_of_rows_is_refused(path, n_rows):
    with LabelJournal(path) as journal:
        journal.open(facts_of(X) | {"n_rows": n_rows, "classes": None})
    with pytest.raises(ValueError, match=f"its number of rows is {n_rows!r}, here it"):
        opened(path, classes=None, y=["a"] + [None] * 29)


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ({}, "its format is None"),
        (FORMAT | {"classes": ["a", "b"]}, "its number of rows is None"),
    ],
    ids=range(2),
)
def test_a_later_header_is_checked_as_the_first(path, header, what):
    begun(path)
    with path.open("a") as file:
        file.write(json.dumps({"event": "header"} | header) + "\n")
    with pytest.raises(ValueError, match=f"belongs to other data: {what}"):
        opened(path)


def test_a_row_can_not_be_answered_before_it_was_added(path):
    begun(path, n=0)
    with LabelJournal(path) as journal:
        journal.open(LabelJournal.read(path)[0])
        journal.append(
            [{"event": "answer", "row": 25, "annotator": None, "label": "a"}]
        )
    with pytest.raises(ValueError, match=r"line 2 .* 0 \.\.\. 19, not 25"):
        opened(path)


def test_32_bits_a_row_are_in_the_header(path):
    begun(path, n=0)
    assert len(LabelJournal.read(path)[0]["sums"]) == 108  # 80 bytes in base64


@given(st.data())
def test_any_rows_that_do_not_begin_with_those_on_file_are_refused(data):
    values = st.lists(st.integers(0, 3), min_size=1, max_size=8)
    before, after = data.draw(values), data.draw(values)
    with TemporaryDirectory() as folder:
        path = Path(folder, "j")
        keys = [f"{i} {x}" for i, x in enumerate(before)]
        begun(path, np.ones((len(keys), 1)), n=0, keys=keys)
        keys = [f"{i} {x}" for i, x in enumerate(after)]
        rows = np.ones((len(keys), 1))
        if after[: len(before)] == before:
            assert begun(path, rows, n=0, keys=keys) == {}
        else:
            with pytest.raises(
                ValueError, match="belongs to other data: (its row|none of)"
            ):
                opened(path, rows, keys=keys)


def data_with(keys):
    rows = np.ones((len(keys), 1))
    places = np.arange(len(keys))
    return LabelingData(rows, rows, keys, None, "numbers", None, rows, None, places)


def sharing_sums(n_pairs):
    """Return keys of which two and two have the same sum of 32 bits."""
    known, pairs = {}, []
    for i in range(10**7):
        key = f"{i * 2654435761 % 2**64:016x}"
        other = known.setdefault(crc32(key.encode()), key)
        if other != key:
            pairs.append((other, key))
        if len(pairs) == n_pairs:
            return pairs
    raise AssertionError


def test_rows_that_share_their_sum_are_told_apart_by_all_keys_together(path):
    (a, b), (c, d) = sharing_sums(2)
    keys = ["x", a, "y", b, c, d]
    begun(path, np.ones((6, 1)), n=0, keys=keys)
    for other in (keys[::-1], [b, a, c, "y", d, "x"], [d, a, c, "new", "y", b, "x"]):
        found = data_with(other).in_order_of(path)
        assert found.keys[:6] == keys
        assert sorted(found.places) == [*range(len(other))]
        assert [other[i] for i in found.places] == found.keys
