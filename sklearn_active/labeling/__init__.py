"""Labels from people: sessions that never lose an answer."""

from sklearn_active.labeling._journal import LabelJournal
from sklearn_active.labeling._questions import StaleQueryError
from sklearn_active.labeling._session import LabelingSession

__all__ = ["LabelJournal", "LabelingSession", "StaleQueryError"]
