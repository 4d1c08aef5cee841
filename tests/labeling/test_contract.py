"""What front ends use of a session is the contract, and nothing beside it."""

import inspect
import io

import pytest
from notebook import Notebook
from page_client import CLASSES, X, new_session, truth_of

from sklearn_active.labeling import (
    BaseLabelingSession,
    LabelingSession,
    LabelingWidget,
    WebOracle,
)

NAMES = {name for name in dir(BaseLabelingSession) if not name.startswith("_")}
NAMES |= {"n_rows", "lock"}


class OnlyTheContract:
    """A session of which nothing can be had that the contract doesn't name."""

    def __init__(self, session):
        self.__session = session
        self.used = set()

    def __getattr__(self, name):
        if name not in NAMES:
            raise AssertionError(f"a front end uses session.{name}")
        self.used.add(name)
        return getattr(self.__session, name)


@pytest.fixture
def session():
    with new_session(new_classes="allow") as session:
        yield session


def request_everything(post):
    """Send one request of every action; return their statuses."""
    state, statuses = post("state")[1], {}
    for row in range(6):  # so that there is a model
        statuses["relabel"], state = post("relabel", row=row, new=truth_of(row))
    question = state["question"]
    named = {"query": question["id"], "row": question["row"]}
    statuses["guess"] = post("guess", **named)[0]
    statuses["answer"], state = post("answer", **named, label='"ape"')
    statuses["undo"] = post("undo", query=state["question"]["id"])[0]
    question = post("state")[1]["question"]
    named = {"query": question["id"], "row": question["row"]}
    statuses["skip"] = post("skip", **named)[0]
    statuses["flag"] = post("flag", row=3, flagged=True)[0]
    statuses["requeue"] = post("requeue")[0]
    status, found = post("find", words="", status="labeled", order="suspicious")
    statuses["find"] = status
    statuses["rows"] = post("rows", found=found["found"], **{"from": 0}, n=5)[0]
    for action in ("about", "estimate", "finish", "progress", "resume", "state"):
        statuses[action] = post(action)[0]
    statuses["item"] = post("item", row=3)[0]
    return statuses


def test_the_page_uses_nothing_else(session):
    only = OnlyTheContract(session)
    statuses = request_everything(Notebook(LabelingWidget(only)).post)
    with session.serve() as server:
        assert set(statuses) == set(server.desks[None].actions)
    assert set(statuses.values()) == {200}
    assert len(only.used) > 20


def test_the_terminal_uses_nothing_else(session):
    only, screen = OnlyTheContract(session), io.StringIO()
    typed = io.StringIO("ape\n\n:u\nbear\n:?\n:q\n")
    assert LabelingSession.terminal(only, input=typed, output=screen) == "quit"
    assert sorted(session.labels.values()) == ["ape", "bear"]


def test_the_widget_is_a_desk(session):
    assert LabelingWidget(OnlyTheContract(session)).finished is False


def kinds_of_sessions():
    """Return what the package implements the contract with, by name."""
    kinds, found = [BaseLabelingSession], {}
    while kinds:
        kinds += (kind := kinds.pop()).__subclasses__()
        if (
            kind.__module__.startswith("sklearn_active.")
            and not kind.__abstractmethods__
        ):
            found[kind.__name__] = kind
    return found


KINDS = kinds_of_sessions()


def test_there_are_a_session_and_the_batches_of_a_page_inside_fit():
    assert list(KINDS.values()).count(LabelingSession) == 1
    with WebOracle(classes=CLASSES, open_browser=False) as oracle:
        assert type(oracle._batches) in KINDS.values()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_implements_it_takes_the_same_arguments(kind):
    for name in sorted(NAMES - {"n_rows", "lock"}):
        stated = getattr(BaseLabelingSession, name)
        if not callable(stated):
            continue
        parameters = inspect.signature(stated).parameters.values()
        own = inspect.signature(getattr(kind, name)).parameters
        wanted = [(p.name, p.default) for p in parameters if p.kind != p.VAR_KEYWORD]
        assert [(x, own[x].default) for x, _ in wanted] == wanted, name


def test_what_is_optional_and_missing_says_so():
    with WebOracle(classes=CLASSES, open_browser=False) as oracle:
        batches = oracle._batches
        assert batches.can == {"guess", "relabel", "undo"}
        for call in (
            lambda: batches.flag(0),
            batches.requeue_skipped,
            lambda: batches.find("x"),
            lambda: batches.describe([0]),
            lambda: batches.reopen("x", 0),
        ):
            with pytest.raises(NotImplementedError, match="see `can`"):
                call()


class Minimal(BaseLabelingSession):
    """As little as a source of questions can be: one row after the other."""

    n_rows, classes = len(X), CLASSES

    def __init__(self):
        self.told = {}

    def ask(self, n=1, annotator=None):
        return None

    def rows_left(self, annotator=None):
        return []

    def tell(self, query_id, labels, annotator=None):
        self.told |= labels

    def skip(self, query_id, rows=None, annotator=None):
        pass

    def take_back(self, annotator=None):
        raise ValueError("There is nothing to take back.")

    def why_done(self, annotator=None):
        return "all_asked"

    def checked(self, label):
        return label

    def item(self, index):
        return X[index]

    def report(self):
        return new_session().report()

    def recent(self, n=20, annotator=None):
        return []


def test_whoever_implements_what_is_required_can_be_shown():
    minimal = Minimal()
    minimal.lock = new_session().lock
    status, state = Notebook(LabelingWidget(minimal)).post("state")
    assert (status, state["done"], state["can"]) == (200, "all_asked", [])
    assert LabelingSession.terminal(minimal, input=io.StringIO()) == "all_asked"
