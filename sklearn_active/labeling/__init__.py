"""Labels from people: sessions that never lose an answer."""

from sklearn_active.labeling._base import BaseLabelingSession
from sklearn_active.labeling._book.journal import LabelJournal
from sklearn_active.labeling._engine.questions import StaleQueryError
from sklearn_active.labeling._files.formats import Vote, read_votes, write_votes
from sklearn_active.labeling._fronts.terminal import TerminalOracle
from sklearn_active.labeling._fronts.widget import LabelingWidget
from sklearn_active.labeling._journaled_oracle import JournaledOracle
from sklearn_active.labeling._label_studio.bridge import LabelStudioBridge
from sklearn_active.labeling._number_range import NumberRange
from sklearn_active.labeling._session import LabelingSession
from sklearn_active.labeling._web_oracle import WebOracle

__all__ = [
    "BaseLabelingSession",
    "JournaledOracle",
    "LabelJournal",
    "LabelStudioBridge",
    "LabelingSession",
    "LabelingWidget",
    "NumberRange",
    "StaleQueryError",
    "TerminalOracle",
    "Vote",
    "WebOracle",
    "read_votes",
    "write_votes",
]
