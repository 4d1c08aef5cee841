"""Labels from people: sessions that never lose an answer."""

from sklearn_active.labeling._formats import Vote, read_votes, write_votes
from sklearn_active.labeling._journal import LabelJournal
from sklearn_active.labeling._journaled_oracle import JournaledOracle
from sklearn_active.labeling._questions import StaleQueryError
from sklearn_active.labeling._session import LabelingSession
from sklearn_active.labeling._terminal import TerminalOracle

__all__ = [
    "JournaledOracle",
    "LabelJournal",
    "LabelingSession",
    "StaleQueryError",
    "TerminalOracle",
    "Vote",
    "read_votes",
    "write_votes",
]
