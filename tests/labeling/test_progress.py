"""Figures that can't fool: no share of few checks, and beside each what is free."""

import json
from collections import Counter

import numpy as np
import pytest
from executors import Inline
from helpers import blobs
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score
from sklearn.naive_bayes import GaussianNB
from sklearn.utils import Bunch
from voters import agreement_of

from sklearn_active import ActiveLearner
from sklearn_active.labeling import LabelingSession
from sklearn_active.labeling._fronts.figures import audit_figures, sentences


def wilson(n, k):
    interval = binomtest(k, n).proportion_ci(method="wilson")
    return interval.low, interval.high


def figures(**answered):
    """Return the figures of classes given as good=(answered, found)."""
    audits = Counter()
    for label, (n, n_right) in answered.items():
        audits[label, label] += n_right
        audits[label, "missed"] += n - n_right
    return audit_figures(audits, ["good", "bad"])


class TestAudit:
    @given(st.lists(st.tuples(*2 * [st.sampled_from([1, 1, 1, 1, 2, 3])]), max_size=80))
    def test_every_figure_is_that_of_the_checks_one_by_one(self, checks):
        audit = audit_figures(Counter(checks), [1, 2, 3])
        labels = [label for label, _ in checks]
        predicted = [guess for _, guess in checks]
        assert (audit.n, audit.n_right) == (
            len(checks),
            sum(label == guess for label, guess in checks),
        )
        assert list(audit.recalls) == sorted(set(labels))
        for label, recall in audit.recalls.items():
            assert recall.n == labels.count(label)
            assert recall.n_right == checks.count((label, label))
            if recall.n < 10:
                assert recall.recall is recall.low is recall.high is None
            else:
                expected = recall_score(
                    labels, predicted, labels=[label], average="micro"
                )
                assert recall.recall == pytest.approx(expected)
                assert (recall.low, recall.high) == wilson(recall.n, recall.n_right)
        if len(checks) < 10:
            assert audit.accuracy is audit.low is audit.high is None
            assert audit.baseline is audit.baseline_class is None
        else:
            assert audit.accuracy == accuracy_score(labels, predicted)
            assert (audit.low, audit.high) == wilson(audit.n, audit.n_right)
            counts = Counter(labels)
            assert audit.baseline == max(counts.values()) / len(labels)
            assert counts[audit.baseline_class] == max(counts.values())
        counts = Counter(labels).values()
        if counts and min(counts) >= 10 and min(counts) / len(labels) < 0.2:
            expected = balanced_accuracy_score(labels, predicted)
            assert audit.balanced_accuracy == pytest.approx(expected)
        else:
            assert audit.balanced_accuracy is None

    @pytest.mark.parametrize("n", [9, 10])
    def test_ten_checks_are_enough_and_nine_are_not(self, n):
        audit = figures(good=(n, n))
        assert audit.n == audit.n_right == n
        for name in ("accuracy", "low", "high", "baseline", "baseline_class"):
            assert (audit[name] is not None) == (n == 10)
        assert (audit.recalls["good"].recall is not None) == (n == 10)

    def test_always_answering_the_frequent_class_is_seen_through(self):
        audit = figures(good=(82, 82), bad=(18, 0))
        assert (audit.accuracy, audit.baseline, audit.baseline_class) == (
            0.82,
            0.82,
            "good",
        )
        assert audit.balanced_accuracy == 0.5
        assert audit.recalls["bad"].recall == 0

    @pytest.mark.parametrize(
        ("answered", "balanced"),
        [
            ({"good": (50, 50), "bad": (10, 5)}, 0.75),
            ({"good": (50, 50), "bad": (9, 5)}, None),  # too few of one class
            ({"good": (40, 40), "bad": (10, 5)}, None),  # 20 % is not rare
            ({"good": (28, 28), "bad": (7, 5)}, None),
            ({"good": (80, 80)}, None),
        ],
    )
    def test_the_balanced_accuracy_is_for_rare_classes_with_ten_checks_each(
        self, answered, balanced
    ):
        assert figures(**answered).balanced_accuracy == balanced

    def test_of_equally_frequent_classes_the_first_is_the_baseline(self):
        for checks in (
            {"bad": (5, 5), "good": (5, 0)},
            {"good": (5, 0), "bad": (5, 5)},
        ):
            assert figures(**checks).baseline_class == "good"
            assert list(figures(**checks).recalls) == ["good", "bad"]


X, _, TRUTH = blobs(60, centers=2)
NAMES = np.array(["good", "bad"])[TRUTH]


def session(**params):
    learner = ActiveLearner(GaussianNB(var_smoothing=1e-2), "margin", random_state=0)
    params = {"classes": ["good", "bad"], "executor": Inline(), "audit": 1.0} | params
    return LabelingSession(learner, X, **params)


def checked(opened, n):
    """Answer n questions; return (label, guess) of those that were predicted."""
    checks = []
    for _ in range(n):
        query = opened.ask()
        label, guess = NAMES[query.indices[0]], opened.guess(query.indices[0])
        opened.tell(query.id, [label])
        if guess is not None:
            checks.append((label, guess))
    return checks


class TestSessions:
    def test_the_report_counts_what_is_in_force(self, tmp_path):
        opened = session(journal=tmp_path / "j")
        checks = checked(opened, 30)
        opened.undo(7)
        checks = checks[:-7]
        expected = audit_figures(Counter(checks), ["good", "bad"])
        assert expected.accuracy is not None
        audit = opened.report().audit
        curve = audit.pop("curve")
        assert audit == expected
        # The first three questions came before there was a model to check.
        assert [right for _, right in curve] == [x == guess for x, guess in checks]
        assert [n for n, _ in curve] == list(range(23 - len(checks), 23))
        opened.rename_class("bad", "good")
        audit = opened.report().audit
        assert audit.n == audit.n_right == audit.recalls["good"].n == len(checks)
        opened.undo()
        assert opened.report().audit == expected | {"curve": curve}
        opened.close()
        with session(journal=tmp_path / "j") as again:
            assert again.report().audit == expected | {"curve": curve}

    def test_counts_of_classes_come_in_their_order(self):
        opened = session(audit=0)
        checked(opened, 12)
        assert list(opened.report().class_counts) == ["good", "bad"]

    def test_the_page_gets_them_as_json_with_what_is_needed(self, page_of):
        for classes in (["good", "bad"], [1, 2]):
            opened = session(classes=classes)
            for n in (4, 25):
                while len(opened.labels) < n:
                    query = opened.ask()
                    opened.tell(query.id, [classes[TRUTH[query.indices[0]]]])
                state = page_of(opened).state()
                # The page reads no NaN, though Python would.
                audit = json.loads(json.dumps(state, allow_nan=False))["report"][
                    "audit"
                ]
                expected = opened.report().audit
                assert audit["needed"] == 10
                assert audit["n"] == expected.n
                texts = [recall["text"] for recall in audit["recalls"]]
                assert texts == list(map(str, expected.recalls))
                most = None if n < 10 else str(expected.baseline_class)
                assert audit["baseline_class"] == most


def report(n_labeled=100, audit=None, agreement=None, **counts):
    return Bunch(
        n_labeled=n_labeled, class_counts=counts, audit=audit, agreement=agreement
    )


class TestSentences:
    def test_labels_and_their_classes(self):
        assert sentences(report(good=70, bad=30)) == ["100 labels: good 70, bad 30."]
        assert sentences(report(1, good=1)) == ["1 label: good 1."]
        assert sentences(report(0)) == ["0 labels."]

    def test_how_far_several_agree(self):
        few = agreement_of([{"ann": 1, "bob": i % 2} for i in range(3)])
        assert sentences(report(3, agreement=few))[1:] == [
            "3 rows answered by several, 1 the same"
        ]
        many = agreement_of([{"ann": i % 2, "bob": i % 2} for i in range(12)])
        assert sentences(report(12, agreement=many))[1:] == [
            "agreement 100 %, of 12 rows answered by several; Cohen's kappa 1.00"
        ]

    def test_no_accuracy_of_few_checks(self):
        for n, checks in (
            (0, "0 random checks"),
            (1, "1 random check"),
            (9, "9 random"),
        ):
            lines = sentences(report(audit=figures(good=(n, n)), good=100))
            assert len(lines) == 2
            assert lines[1].startswith(f"no accuracy yet: {checks}")
            assert lines[1].endswith("so far, and 10 are needed")
            assert "%" not in lines[1]

    def test_beside_the_accuracy_stands_what_is_free_and_what_was_found(self):
        audit = figures(good=(9, 9), bad=(2, 1))
        assert sentences(report(audit=audit, good=70, bad=30))[1:] == [
            "accuracy 91 % (62 % to 98 %, from 11 random checks of the model as it was "
            "then); always answering "
            "'good' would have 82 %",
            "found of each class: good 9 of 9, bad 1 of 2",
        ]
        audit = figures(good=(90, 81), bad=(10, 5))
        assert sentences(report(audit=audit))[2:] == [
            "found of each class: good 81 of 90 (90 %), bad 5 of 10 (50 %)",
            "balanced accuracy 70 %: the mean over the classes, however rare",
        ]

    def test_199_of_200_is_not_all(self):
        line = sentences(report(audit=figures(good=(200, 199))))[1]
        assert line.startswith("accuracy 99 % ")
        line = sentences(report(audit=figures(good=(200, 200))))[1]
        assert line.startswith("accuracy 100 % ")
