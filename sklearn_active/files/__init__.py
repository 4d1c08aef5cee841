"""Files as people have them: in to be labeled, out with labels."""

from sklearn_active.files._data import LabelingData, read_file
from sklearn_active.files._labeled import write_labeled

__all__ = ["LabelingData", "read_file", "write_labeled"]
