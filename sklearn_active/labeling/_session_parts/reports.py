"""What can be read off a session at any time."""

import numpy as np

from sklearn_active._data.rows import row_at
from sklearn_active.labeling._fronts.figures import report
from sklearn_active.labeling._fronts.titles import title_of


class Readings:
    """Give the session its labels, votes, items and figures."""

    @property
    def labels(self):
        """The mapping from row to label as known now, those of `y` included."""
        with self.lock:
            return dict(self._ledger.labels)

    @property
    def kept_in(self):
        """The path of the journal; None where answers are kept in memory only."""
        return self._ledger.path

    def votes(self):
        """Return every annotator's own answers.

        Returns
        -------
        votes : dict of int to dict
            Row to annotator to label, the latest vote last.
        """
        with self.lock:
            return self._state.votes

    def votes_matrix(self):
        """Return the votes as a matrix, for packages that weigh annotators.

        Returns
        -------
        matrix : ndarray of object of shape (n_rows, n_annotators)
            Labels, None where there is no vote.
        annotators : list
            The columns.
        """
        votes = self.votes()
        annotators = list(dict.fromkeys(a for row in votes.values() for a in row))
        matrix = np.full((self.n_rows, len(annotators)), None, dtype=object)
        for row, own in votes.items():
            for annotator, label in own.items():
                matrix[row, annotators.index(annotator)] = label
        return matrix, annotators

    @property
    def classes(self):
        """The labels that can be given: as they were stated, then others, sorted."""
        with self.lock:
            return self._ledger.classes

    @property
    def renamed(self):
        """The mapping from old names of classes to what these are called now."""
        with self.lock:
            return dict(self._state.renamed)

    @property
    def changes(self):
        """What is otherwise than when the journal was left, a sentence each.

        Such as "12 rows were added." and "classes added: neutral". Empty where the
        journal is new, or nothing has changed.
        """
        return list(self._ledger.changes)

    @property
    def learner(self):
        """The learner; after `close` it is fitted on all labels."""
        return self._model.learner

    def recent(self, n=20, annotator=None):
        """Return the latest answers in force, newest first.

        Parameters
        ----------
        n : int, default=20
            How many at most.
        annotator : str, default=None
            Whose; None: everybody's.

        Returns
        -------
        answers : list of dict
            `row`, `label` (as it is now), `annotator` and `time`.
        """
        with self.lock:
            return [
                {
                    "row": row,
                    "label": self._ledger.labels.get(row),
                    "annotator": annotator,
                    "time": time,
                }
                for row, annotator, time in self._state.recent(n, annotator)
            ]

    @property
    def flagged(self):
        """The rows that are flagged, ascending."""
        with self.lock:
            return sorted(self._state.flagged)

    def checked(self, label):
        """Return a label as it would be kept, None where it abstains, or raise.

        Parameters
        ----------
        label : object
            What was given.

        Returns
        -------
        label : str, int, float, bool or None
        """
        return self._allowed.check(label, self.classes)

    def rows_left(self, annotator=None):
        """Return the rows of the open question that wait for an answer.

        Parameters
        ----------
        annotator : str, default=None
            Who is asked.

        Returns
        -------
        rows : list of int
            Empty where no question is open.
        """
        with self.lock:
            question = self._open.get(annotator)
            return [] if question is None else question.rows_left

    def item(self, index):
        """Return what a person sees of a row.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        item : object
        """
        return row_at(self.items, index)

    def title(self, index):
        """Return what a row is called: a file's name, or a text's first words.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        title : str
            Of an array, its key; "Row 1" where there is nothing else.
        """
        key = None if self._names is None else str(self._names[index])
        return title_of(self.item(index), index, key)

    def guess(self, index):
        """Return what the last finished model makes of a row, None without one.

        Parameters
        ----------
        index : int
            The row.

        Returns
        -------
        label : label or None
        """
        predict = self._refitter.ranking.predict
        label = None if predict is None else predict([index])[0]
        return self._state.renamed.get(label, label)

    def report(self):
        """Return how the labeling goes.

        Returns
        -------
        report : Bunch
            `n_rows`, `n_labeled`, `n_skipped`, `n_flagged`, `n_asked`, `budget`,
            `class_counts` (dict), `seconds_per_label` (median), `left` (what is to do:
            `n` rows or questions of the budget, `of` which, and `seconds` at the pace
            so far), `agreement` and `audit` (see below),
            `changed` (share of up to 1000 unlabeled rows that the last refit predicts
            otherwise), `still_changing` (more than 1 %), `refitting`, `behind`
            (answers that the ranking doesn't know yet) and `error` (of the last
            refit). What can't be known yet is None.

        Notes
        -----
        `audit` is about the uniformly random questions alone, and the predictions made
        for them before they were answered. They are drawn from the rows that have no
        label then: after many labels of your own choice (`find`) the figures are about
        what those left over. It is a Bunch with

        - `n`, `n_right`: how many there were, and how many predictions were right;
        - `accuracy`, `low`, `high`: their share, with its 95 % Wilson interval [1]_;
        - `baseline_class`, `baseline`: the most frequent class among those answers, and
          the accuracy of always answering it;
        - `recalls`: by class, a Bunch with `n`, `n_right`, `recall`, `low` and `high`:
          how many of its rows were found;
        - `curve`: of each, the number of answers before it, and whether it was right;
        - `balanced_accuracy`: the mean of the recalls, where a class is rare (less than
          20 % of those answers), so that it counts as much as the others.

        No share is taken from fewer than 10 checks: it is None, also a class's recall,
        and the balanced accuracy where one of the recalls is.

        `agreement` is about the rows that several annotators have answered, None where
        there are none: a Bunch with `n` rows, `n_agreed` (all said the same), their
        `share`, and the `value` of Cohen's kappa of two annotators, Krippendorff's
        alpha [2]_ of more (`name` says which; alpha needs the package krippendorff).
        From fewer than 10 rows no share is taken.

        References
        ----------
        .. [1] E. B. Wilson, "Probable Inference, the Law of Succession, and
           Statistical Inference", JASA 22, 1927.
           :doi:`10.1080/01621459.1927.10502953`

        .. [2] A. F. Hayes, K. Krippendorff, "Answering the Call for a Standard
           Reliability Measure for Coding Data", Communication Methods and Measures 1,
           2007. :doi:`10.1080/19312450709336664`
        """
        with self.lock:
            return report(
                self.n_rows,
                self._ledger,
                self._refitter.ranking,
                self._refitter,
                self._model.learner.budget,
                self._behind(),
            )
