"""LabelingWidget: the labeling page in a notebook."""

import re
from functools import cache
from typing import Any

from sklearn_active.labeling._base import BaseLabelingSession
from sklearn_active.labeling._fronts.desk import PAGE, Desk
from sklearn_active.labeling._fronts.hints import Hints

_IMPORT = re.compile(r'^import [^;]*? from "\./([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)


class LabelingWidget:
    """Show the labeling page of a session below a notebook's cell.

    The same page as :meth:`LabelingSession.serve`, without a server: it talks to the
    kernel, so it works wherever the notebook does. Needs anywidget: `pip install
    sklearn-active[notebook]`. Answers are kept while no cell is running.

    Parameters
    ----------
    session : BaseLabelingSession
        What is labeled. It stays open; close it in a later cell.
    **hints : object
        `keys`, `descriptions` and `instructions` as of :meth:`LabelingSession.serve`.

    Attributes
    ----------
    finished : bool
        Whether the person has pressed "Finish".

    See Also
    --------
    LabelingSession.serve : The page in a tab of its own.

    Examples
    --------
    In a notebook, as the last line of a cell::

        LabelingWidget(session)

    What the page says is answered by the session:

    >>> from sklearn.datasets import make_blobs
    >>> from sklearn_active import ActiveLearner
    >>> from sklearn_active.graph import GraphLabelSpreading
    >>> from sklearn_active.labeling import LabelingSession, LabelingWidget
    >>> X, _ = make_blobs(60, centers=3, random_state=0)
    >>> learner = ActiveLearner(GraphLabelSpreading(), "graph_herding")
    >>> with LabelingSession(learner, X, classes=[0, 1, 2]) as session:
    ...     LabelingWidget(session).finished
    False
    """

    def __init__(self, session: BaseLabelingSession, **hints: Any):
        self._desk = Desk(session, hints=Hints(**hints))
        self._view: Any = None

    @property
    def finished(self) -> bool:
        """Whether the person has pressed "Finish"."""
        return self._desk.finished.is_set()

    @property
    def view(self) -> Any:
        """The widget of anywidget, to put beside others (it is made when needed)."""
        if self._view is None:
            self._view = _view_class()()
            self._view.on_msg(self._receive)
        return self._view

    def _repr_mimebundle_(self, **options):
        return self.view._repr_mimebundle_(**options)

    def _receive(self, view, message, buffers):
        """Answer one request of the page; what is no request is left alone."""
        if not isinstance(message, dict) or "id" not in message:
            return
        action, body = message.get("action"), message.get("body")
        if action not in self._desk.actions or not isinstance(body, dict):
            status, reply = 400, {"error": "This is no request."}
        else:
            status, reply = self._desk.handle(action, body)
        view.send({"id": message["id"], "status": status, "body": reply})


def joined(*names):
    """Return modules of the page's script, and what they import, as one module.

    anywidget takes a single one. Each comes after those that it imports.

    Parameters
    ----------
    *names : str
        Files of the page.

    Returns
    -------
    script : str
        Without imports; of what is exported only the default stays so.
    """
    texts = {}

    def add(name):
        if name in texts:
            return
        text = (PAGE / name).read_text()
        for imported in _IMPORT.findall(text):
            add(imported)
        texts[name] = _EXPORT.sub("", _IMPORT.sub("", text))

    for name in names:
        add(name)
    return "".join(texts.values())


@cache
def _view_class():
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ImportError(
            "LabelingWidget needs anywidget. Install it with the extra 'notebook': pip "
            "install sklearn-active[notebook]; or use session.serve()."
        ) from error

    class View(anywidget.AnyWidget):
        _esm = joined("page.js", "widget.js")
        # Not `_css`: that would be a stylesheet of the whole notebook.
        _styles = traitlets.Unicode((PAGE / "page.css").read_text()).tag(sync=True)

    return View
