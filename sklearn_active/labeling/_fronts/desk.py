"""The desk: what a page asks of a session, and what it is answered."""

import json
import logging
from collections import OrderedDict, deque
from functools import lru_cache
from pathlib import Path
from threading import Event
from uuid import uuid4

from sklearn_active.labeling._book.ledger import AggregateError
from sklearn_active.labeling._engine.questions import StaleQueryError
from sklearn_active.labeling._fronts.answers import answers_of, text_of
from sklearn_active.labeling._fronts.figures import appraisal, appraisal_as_json
from sklearn_active.labeling._fronts.hints import Hints, keys_of
from sklearn_active.labeling._fronts.reasons import why
from sklearn_active.labeling._fronts.row_display import (
    broken_item,
    item_as_json,
    limits_of,
)
from sklearn_active.labeling._fronts.titles import title_or_number

PAGE = Path(__file__).parent / "page"
_OPTIONAL = ("find", "flag", "guess", "relabel", "requeue", "undo")
_REASONS = ("class", "list", "review", "search", "similar")
_LARGEST_PREVIEW = 4000
_MOST_ROWS = 200
_MOST_LISTS = 8
_N_TRIED = 20
_STALE = (
    "That question was answered already, or taken back; nothing was recorded. This is "
    "what is asked now."
)


class _Outdated(StaleQueryError):
    """What the page shows of a row is not so any more."""


class Desk:
    """Answer the requests of a page, over HTTP or in a notebook.

    A request is an action and a dict; the answer is a status, as of HTTP, and a dict.
    Every request that changes something has a name of its own, so that it counts once
    however often it is sent.

    Parameters
    ----------
    session : BaseLabelingSession
        What is labeled.
    annotator : str, default=None
        Who sits at the page.
    hints : Hints, default=None
        Keys, descriptions and instructions.

    Attributes
    ----------
    finished : Event
        Set when the person has pressed "Finish".
    """

    def __init__(self, session, annotator=None, hints=None):
        self._session, self._annotator = session, annotator
        self._hints = Hints() if hints is None else hints
        self._answers.check(self._hints)
        self._labels, self._places, self._keys = {}, [], {}
        self._kept_in = None if session.kept_in is None else str(session.kept_in)
        self._handled = deque(maxlen=1000)  # names of requests; a page repeats its last
        self._lists = OrderedDict()
        self._lock = session.lock
        self.finished = Event()
        self._show_first()

    @property
    def _answers(self):
        """How they are shown and read; an oracle learns the kind from its query."""
        return answers_of(self._session, self._class_named)

    def _show_first(self):
        """Find out how items are shown; raise where none of the first can be.

        One that is broken is said to be, at the page; where all are, it is an error of
        the program that should be seen now.
        """
        session = self._session
        items = session.items
        limits = limits_of(items)
        self._shown = lru_cache(32)(lambda row: item_as_json(session.item(row), limits))
        self._preview = lru_cache(64)(self._new_preview)
        failures = []
        for row in range(min(session.n_rows, _N_TRIED)):
            try:
                self._shown(row)
            except Exception as error:
                failures.append(error)
            else:
                return
        if failures:
            raise failures[0]

    def handle(self, action, request):
        """Do what is asked; return a status and what to answer.

        Parameters
        ----------
        action : str
            One of `actions`.
        request : dict
            Of JSON values.

        Returns
        -------
        status : int
            200, or 400: a wrong request, 409: a question that is not open, 410: the
            session has ended, 503: the answer could not be kept.
        reply : dict
            Without `error` where the status is 200.
        """
        try:
            if action in self._looks:
                # Without the lock: a list may wait for a model, and nobody else's
                # answer should wait for that.
                return 200, self._looks[action](self, request)
            with self._lock:
                return 200, self._do(action, request)
        except _Outdated as error:
            return self._refused(409, str(error))
        except StaleQueryError:
            return self._refused(409, _STALE)
        except ValueError as error:
            return self._refused(400, str(error))
        except AggregateError as error:  # the answer is kept, and the question closed
            logging.getLogger(__name__).exception("aggregate failed.")
            return self._refused(400, str(error))
        except OSError as error:
            return 503, {"error": f"The answer could not be kept: {error}"}

    def _do(self, action, request):
        if action in self._reads:
            return self._reads[action](self, request)
        # A page that got no reply sends again: it can't know whether the answer or the
        # reply was lost. Noted after it was done, under the lock, so a request that
        # failed may be repeated, and one that came twice at once counts once.
        name = text_of(request, "request")
        if name not in self._handled:
            if action in _OPTIONAL and action not in self._session.can:
                raise ValueError(f"Nothing to {action} here.")
            self.finished.clear()  # who goes on hasn't finished
            self._changes[action](self, request)
            self._handled.append(name)
        return self._state(request)

    def _refused(self, status, message):
        try:
            with self._lock:
                return status, {"error": message, "state": self._state({})}
        except ValueError:
            return 410, {"error": "This session has ended. What you answered is saved."}

    def _answer(self, request):
        row = self._row(request)
        self._tell(request, {row: self._answers.read(request)})

    def _skip(self, request):
        self._tell(request, {self._row(request): None})

    def _tell(self, request, answers):
        """Tell it; a question of an earlier run of the program is opened again."""
        query = text_of(request, "query")
        try:
            self._session.tell(query, answers, self._annotator)
        except StaleQueryError:
            if "reopen" not in self._session.can:
                raise
            self._session.reopen(query, *answers, self._annotator)
            self._session.tell(query, answers, self._annotator)

    def _undo(self, request):
        # "Undo" means the last thing that this page has shown: pressed in an old tab
        # it would take back what was answered in the new one.
        query = self._asked()
        if request.get("query") != (None if query is None else query.id):
            raise StaleQueryError(_STALE)
        self._session.take_back(self._annotator)

    def _relabel(self, request):
        reason = request.get("reason")
        if reason is not None and reason not in _REASONS:
            raise ValueError(f"A reason is one of {', '.join(_REASONS)}.")
        row, label = self._row(request), self._answers.read(request)
        if "shown" in request:
            self._check_shown(row, request["shown"])
        self._session.relabel(row, label, self._annotator, reason)

    def _check_shown(self, row, shown):
        """Raise where a row has another label than the page knew of."""
        label = self._described(self._session.describe([row])[0])["label"]
        if label != shown:
            now = "has no label any more" if label is None else f"is labeled “{label}”"
            raise _Outdated(
                f"Somebody else was here in the meantime: this row {now}. Nothing "
                "was recorded; look again."
            )

    def _flag(self, request):
        flagged = request.get("flagged") is True
        self._session.flag(self._row(request), flagged, self._annotator)

    def _requeue(self, request):
        self._session.requeue_skipped()

    def _finish(self, request):
        self.finished.set()

    def _resume(self, request):
        """Go on after "Finish"."""
        self.finished.clear()
        return self._state(request)

    def _asked(self):
        """Return the question that is open; None also as long as that takes a wait."""
        if self._session.preparing:
            return None
        return self._session.ask(annotator=self._annotator)

    def _about(self, request):
        with self._lock:
            classes = self._classes(self._session.report().class_counts)
        return {"instructions": self._hints.instructions, "classes": classes}

    def _item(self, request):
        row = self._row(request)
        return {"item": self._item_of(row), "title": self._title_of(row)}

    def _item_of(self, row):
        try:
            return self._shown(row)
        except Exception as error:  # one broken file must not end the labeling
            logging.getLogger(__name__).exception("Row %d can't be shown.", row)
            return broken_item(error)

    def _title_of(self, row):
        return title_or_number(self._session.title, row)

    def _guess(self, request):
        query, row = self._asked(), self._row(request)
        if query is None or query.id != request.get("query"):
            raise StaleQueryError(_STALE)
        if query.reason == "audit":
            return {"text": None, "why": "this question checks the model"}
        guess = self._session.guess(row)
        if guess is None:
            return {"text": None, "why": "there is no model yet"}
        return {"text": self._answers.as_guess(guess)}

    def _find(self, request):
        """Answer which rows there are of a kind: the first, and a name for the list."""
        if "find" not in self._session.can:
            raise ValueError("Nothing to find here.")
        how = {
            name: text_of(request, name)
            for name in ("words", "status", "order")
            if name in request
        }
        for name in ("label", "guess", "likely"):
            if request.get(name) is not None:
                how[name] = self._class_named(text_of(request, name))
        if request.get("like") is not None:
            how["like"] = self._row({"row": request["like"]})
        rows = self._session.find(**how)
        name = uuid4().hex
        self._lists[name] = rows
        while len(self._lists) > _MOST_LISTS:
            self._lists.popitem(last=False)
        first = self._rows({"found": name, "from": 0, "n": 50})
        return {"found": name, "n": len(rows), **first}

    def _estimate(self, request):
        """Answer how good the model is, which may take the fits of fifty models."""
        if "estimate" not in self._session.can:
            raise ValueError("Nothing to estimate here.")
        return appraisal_as_json(appraisal(self._session))

    def _rows(self, request):
        """Answer what a list says of some of its rows."""
        rows = self._lists.get(text_of(request, "found"))
        if rows is None:
            raise StaleQueryError
        start, n = (_number(request, name) for name in ("from", "n"))
        rows = rows[start : start + min(n, _MOST_ROWS)].tolist()
        return {"rows": [self._described(row) for row in self._session.describe(rows)]}

    def _described(self, row):
        """Return one row of a list, without what would sway an answer to come."""
        asked = None
        with self._lock:
            if row.row in self._session.rows_left(self._annotator):
                asked = self._session.ask(annotator=self._annotator)
        hidden = self._is_hidden(row.votes, asked is not None)
        guess = None if asked and asked.reason == "audit" else row.guess
        text = {
            "label": None if hidden else self._answers.as_text(row.label),
            "guess": self._answers.as_guess(guess),
            "chosen": None if hidden else self._answers.chosen(row.label),
        }
        votes = [] if hidden else row.votes.items()
        return {
            **row,
            **text,
            "votes": [[who, self._answers.as_text(label)] for who, label in votes],
            "hidden": hidden,
            "preview": self._preview(row.row),
        }

    def _is_hidden(self, votes, is_asked):
        """Say whether this person should vote before the others' votes are shown.

        Votes that were seen by the next who votes say nothing when they agree.
        """
        me = self._annotator
        if me is None or votes.keys() <= {me}:
            return False
        return is_asked or (self._session.votes_per_row > 1 and me not in votes)

    def _progress(self, request):
        report = dict(self._session.report())
        counts, answers = report.pop("class_counts"), self._answers
        report["audit"] = answers.audit_as_json(report["audit"])
        return {
            "classes": self._classes(counts),
            "kind": answers.kind,
            "numbers": answers.about_numbers,
            "report": report,
        }

    def _state(self, request):
        preparing, query = self._session.preparing, self._asked()
        answers = self._session.recent(20, self._annotator)
        done = None
        if query is None and not preparing:
            done = self._session.why_done(self._annotator)
        return {
            **self._progress(request),
            "question": None if query is None else self._question(query),
            "done": done,
            "preparing": preparing,
            "recent": [self._recent(answer) for answer in answers],
            "new_classes": self._session.new_classes == "allow",
            "can": sorted(self._session.can),
            "kept_in": self._kept_in,
            "annotator": self._annotator,
            "has_instructions": self._hints.instructions is not None,
        }

    def _question(self, query):
        row = self._session.rows_left(self._annotator)[0]
        return {
            "id": query.id,
            "row": row,
            "title": self._title_of(row),
            "reason": query.reason,
            "why": why(query.reason, self._session.classes),
            "flagged": row in self._session.flagged,
            "item": self._item_of(row),
        }

    def _recent(self, answer):
        row = answer["row"]
        return {
            "row": row,
            "title": self._title_of(row),
            "text": self._answers.as_text(answer["label"]),
            "chosen": self._answers.chosen(answer["label"]),
            "preview": self._preview(row),
        }

    def _new_preview(self, row):
        """Return the item where it is small enough to be sent twenty times."""
        item = self._item_of(row)
        is_small = item["kind"] == "image" and len(item["src"]) < _LARGEST_PREVIEW
        return item if is_small else None

    def _classes(self, counts):
        """Return the classes in an order, and with keys, that new ones don't shift."""
        places = self._placed(self._session.classes)
        self._keys = keys_of(
            [str(place) for place, _ in places],
            self._keys,
            self._hints.keys,
            {str(place): counts.get(label, 0) for place, label in places},
        )
        self._labels |= {json.dumps(label): label for _, label in places}
        about = self._hints.descriptions
        return [
            {
                "label": json.dumps(label),
                "text": str(label),
                "key": self._keys[str(place)],
                "count": counts.get(label, 0),
                "about": about.get(str(label), about.get(str(place))),
            }
            for place, label in places
        ]

    def _placed(self, classes):
        """Return (place, label) of each class: one with a new name stays in place."""
        renamed, at = self._session.renamed, {}
        for place in self._places:
            label = renamed.get(place, place)
            if place == label or label not in at:
                at[label] = place
        for label in classes:
            if label not in at:
                self._places.append(label)
                at[label] = label
        places = {place: label for label, place in at.items() if label in classes}
        return [(place, places[place]) for place in self._places if place in places]

    def _class_named(self, name):
        """Return the class of a name that the page was told."""
        if name not in self._labels:  # of a page that was there before the program
            self._classes({})
        if name not in self._labels:
            raise ValueError("This is not a class of the session.")
        return self._labels[name]

    def _row(self, request):
        row = request.get("row")
        if type(row) is not int or not 0 <= row < self._session.n_rows:
            raise ValueError("The request names no row.")
        return row

    _looks = {"about": _about, "estimate": _estimate, "find": _find}
    _looks |= {"item": _item, "rows": _rows}
    _reads = {"guess": _guess, "progress": _progress, "resume": _resume}
    _reads |= {"state": _state}
    _changes = {
        "answer": _answer,
        "finish": _finish,
        "flag": _flag,
        "relabel": _relabel,
        "requeue": _requeue,
        "skip": _skip,
        "undo": _undo,
    }
    actions = tuple(sorted({**_looks, **_reads, **_changes}))


def _number(request, name):
    value = request.get(name)
    if type(value) is not int or not 0 <= value < 2**53:
        raise ValueError(f"The request has no number {name!r}.")
    return value
