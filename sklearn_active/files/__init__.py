"""Files as people have them: in to be labeled, out with labels."""

from sklearn_active.files._data import LabelingData
from sklearn_active.files._labeled import write_labeled
from sklearn_active.files._read_file import read_file

__all__ = ["LabelingData", "read_file", "write_labeled"]
