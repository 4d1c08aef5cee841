"""The desk: what a page asks of a session, and what it is answered."""

import json
import logging
from collections import deque
from functools import lru_cache
from pathlib import Path
from threading import Event

from sklearn_active.labeling._items import item_as_json, limits_of
from sklearn_active.labeling._ledger import AggregateError
from sklearn_active.labeling._progress import FEWEST_CHECKS
from sklearn_active.labeling._questions import StaleQueryError

PAGE = Path(__file__).parent / "_page"
CAN = ("flag", "guess", "relabel", "requeue", "undo")
_KEYS = "1234567890abcdefghijklmnopqrstuvwxyz"
_LARGEST_PREVIEW = 4000
_LONGEST_LABEL = 200
_STALE = (
    "That question was answered already, or taken back; nothing was recorded. This is "
    "what is asked now."
)


class Desk:
    """Answer the requests of a page, over HTTP or in a notebook.

    A request is an action and a dict; the answer is a status, as of HTTP, and a dict.
    Every request that changes something has a name of its own, so that it counts once
    however often it is sent.

    Parameters
    ----------
    session : LabelingSession
        What is labeled.

    Attributes
    ----------
    finished : Event
        Set when the person has pressed "Finish".
    """

    actions = (
        "answer",
        "finish",
        "flag",
        "guess",
        "item",
        "progress",
        "relabel",
        "requeue",
        "skip",
        "state",
        "undo",
    )
    _read_only = ("guess", "item", "progress", "state")

    def __init__(self, session):
        self._session = session
        self._can = getattr(session, "can", CAN)
        self._labels, self._places, self._keys = {}, [], {}
        kept_in = getattr(session, "kept_in", None)
        self._kept_in = None if kept_in is None else str(kept_in)
        self._handled = deque(maxlen=1000)
        self._lock = session._lock
        self.finished = Event()
        items = session.X if session.items is None else session.items
        limits = limits_of(items)
        self._shown = lru_cache(32)(lambda row: item_as_json(session.item(row), limits))
        self._preview = lru_cache(64)(self._new_preview)
        if items is not None:
            self._shown(0)  # what can't be shown is an error now, not at the page

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
            with self._lock:
                return 200, self._do(action, request)
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
        if action in self._read_only:
            return getattr(self, f"_{action}")(request)
        name = _text(request, "request")
        if name not in self._handled:
            if action in CAN and action not in self._can:
                raise ValueError(f"Nothing to {action} here.")
            getattr(self, f"_{action}")(request)
            self._handled.append(name)
        return self._state(request)

    def _refused(self, status, message):
        try:
            with self._lock:
                return status, {"error": message, "state": self._state({})}
        except ValueError:
            return 410, {"error": "This session has ended. What you answered is saved."}

    def _answer(self, request):
        label = self._label(request)
        row = self._row(request)
        self._session.tell(_text(request, "query"), {row: label})

    def _skip(self, request):
        self._session.skip(_text(request, "query"), [self._row(request)])

    def _undo(self, request):
        query = self._session.ask()
        if request.get("query") != (None if query is None else query.id):
            raise StaleQueryError(_STALE)
        self._session._undo_at_a_front()

    def _relabel(self, request):
        self._session.relabel(self._row(request), self._label(request))

    def _flag(self, request):
        self._session.flag(self._row(request), request.get("flagged") is True)

    def _requeue(self, request):
        self._session.requeue_skipped()

    def _finish(self, request):
        self.finished.set()

    def _item(self, request):
        return {"item": self._item_of(self._row(request))}

    def _item_of(self, row):
        try:
            return self._shown(row)
        except Exception as error:  # one broken file must not end the labeling
            logging.getLogger(__name__).exception("Row %d can't be shown.", row)
            return {"kind": "text", "text": f"This item can't be shown: {error}"}

    def _guess(self, request):
        query, row = self._session.ask(), self._row(request)
        if query is None or query.id != request.get("query"):
            raise StaleQueryError(_STALE)
        if query.reason == "audit":
            return {"text": None, "why": "this question checks the model"}
        guess = self._session.guess(row)
        if guess is None:
            return {"text": None, "why": "there is no model yet"}
        return {"text": str(guess)}

    def _progress(self, request):
        report = dict(self._session.report())
        counts = report.pop("class_counts")
        report["audit"] = _audit_as_json(report["audit"])
        return {"classes": self._classes(counts), "report": report}

    def _state(self, request):
        query = self._session.ask()
        return {
            **self._progress(request),
            "question": None if query is None else self._question(query),
            "done": self._session.done if query is None else None,
            "recent": [self._recent(answer) for answer in self._session.recent(20)],
            "new_classes": self._session.new_classes == "allow",
            "can": list(self._can),
            "kept_in": self._kept_in,
        }

    def _question(self, query):
        rows = self._session._open[None].rows_left
        flagged = "flag" in self._can and rows[0] in self._session._state.flagged
        return {
            "id": query.id,
            "row": rows[0],
            "reason": query.reason,
            "flagged": flagged,
            "item": self._item_of(rows[0]),
        }

    def _recent(self, answer):
        row = answer["row"]
        preview = self._preview(row)
        return {"row": row, "text": str(answer["label"]), "preview": preview}

    def _new_preview(self, row):
        """Return the item where it is small enough to be sent twenty times."""
        item = self._item_of(row)
        if item["kind"] == "text":
            return {"kind": "text", "text": item["text"][:60]}
        is_small = item["kind"] == "image" and len(item["src"]) < _LARGEST_PREVIEW
        return item if is_small else None

    def _classes(self, counts):
        """Return the classes in an order, and with keys, that new ones don't shift."""
        places = self._placed(self._session.classes)
        self._keys = keys_of([str(place) for place, _ in places], self._keys)
        self._labels |= {json.dumps(label): label for _, label in places}
        return [
            {
                "label": json.dumps(label),
                "text": str(label),
                "key": self._keys[str(place)],
                "count": counts.get(label, 0),
            }
            for place, label in places
        ]

    def _placed(self, classes):
        """Return (place, label) of each class: one with a new name stays in place."""
        renamed, at = getattr(self._session, "renamed", {}), {}
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

    def _label(self, request):
        """Return the label that a request names or spells."""
        if "new" in request:
            return self._new_label(_text(request, "new"))
        name = _text(request, "label")
        if name not in self._labels:
            raise ValueError("This is no class of the session.")
        return self._labels[name]

    def _new_label(self, text):
        text, classes = text.strip(), self._session.classes
        if not 0 < len(text) <= _LONGEST_LABEL or not text.isprintable():
            raise ValueError(
                f"A class is named by 1 to {_LONGEST_LABEL} characters that can be "
                "printed."
            )
        label = next((known for known in classes if str(known) == text), text)
        if classes and not any(isinstance(known, str) for known in classes):
            label = _number(text)
        if self._session._allowed.check(label, classes) is None:
            raise ValueError(f"{text!r} marks rows without a label; it is no class.")
        return label

    def _row(self, request):
        row = request.get("row")
        if type(row) is not int or not 0 <= row < self._session.n_rows:
            raise ValueError("The request names no row.")
        return row


def _audit_as_json(audit):
    """Return the figures of the random checks with classes as they are shown."""
    if audit is None:
        return None
    recalls = [{"text": str(label), **each} for label, each in audit.recalls.items()]
    most = None if audit.baseline is None else str(audit.baseline_class)
    shown = {"recalls": recalls, "baseline_class": most, "needed": FEWEST_CHECKS}
    return audit | shown


def keys_of(texts, before=()):
    """Return one key a class, None where the keys don't suffice.

    Parameters
    ----------
    texts : list of str
        The classes. One of a single character is its own key.
    before : dict of str to str
        Keys that classes have already; they stay.

    Returns
    -------
    keys : dict of str to (str or None)
    """
    keys = {text: before[text] for text in texts if text in before}
    own = {text for text in texts if len(text) == 1 and text.isprintable()} - {" "}
    taken = own | set(keys.values())
    free = iter([key for key in _KEYS if key not in taken])
    for text in texts:
        if text not in keys:
            is_own = text in own and text not in keys.values()
            keys[text] = text if is_own else next(free, None)
    return keys


def _text(request, name):
    value = request.get(name)
    if not isinstance(value, str):
        raise ValueError(f"The request has no text {name!r}.")
    return value


def _number(text):
    try:
        return int(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no whole number, and the classes of this session are."
        ) from None
