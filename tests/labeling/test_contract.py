"""What front ends use of a session is the contract, and nothing beside it."""

import inspect
import io

import pytest
from inside import Batches, Desk, label_in_terminal
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


def request_everything(desk):
    """Send one request of every action; return their statuses."""
    state = desk.handle("state", {})[1]
    names = iter(range(1000))

    def send(action, **request):
        return desk.handle(action, {"request": f"r{next(names)}", **request})

    statuses = {}
    for row in range(6):  # so that there is a model
        statuses["relabel"], state = send("relabel", row=row, new=truth_of(row))
    question = state["question"]
    named = {"query": question["id"], "row": question["row"]}
    statuses["guess"] = send("guess", **named)[0]
    statuses["answer"], state = send("answer", **named, label='"ape"')
    statuses["undo"] = send("undo", query=state["question"]["id"])[0]
    question = desk.handle("state", {})[1]["question"]
    named = {"query": question["id"], "row": question["row"]}
    statuses["skip"] = send("skip", **named)[0]
    statuses["flag"] = send("flag", row=3, flagged=True)[0]
    statuses["requeue"] = send("requeue")[0]
    status, found = send("find", words="", status="labeled", order="suspicious")
    statuses["find"] = status
    statuses["rows"] = send("rows", found=found["found"], **{"from": 0}, n=5)[0]
    for action in ("about", "finish", "progress", "resume", "state"):
        statuses[action] = send(action)[0]
    statuses["item"] = send("item", row=3)[0]
    return statuses


def test_the_desk_uses_nothing_else(session):
    only = OnlyTheContract(session)
    statuses = request_everything(Desk(only))
    assert {action[0] for action in statuses.items()} == set(Desk.actions)
    assert set(statuses.values()) == {200}
    assert len(only.used) > 20


def test_the_terminal_uses_nothing_else(session):
    only, screen = OnlyTheContract(session), io.StringIO()
    typed = io.StringIO("ape\n\n:u\nbear\n:?\n:q\n")
    assert label_in_terminal(only, input=typed, output=screen) == "quit"
    assert sorted(session.labels.values()) == ["ape", "bear"]


def test_the_widget_is_a_desk(session):
    assert LabelingWidget(OnlyTheContract(session)).finished is False


@pytest.mark.parametrize("kind", [LabelingSession, Batches])
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
    status, state = Desk(minimal).handle("state", {})
    assert (status, state["done"], state["can"]) == (200, "all_asked", [])
    assert label_in_terminal(minimal, input=io.StringIO()) == "all_asked"
