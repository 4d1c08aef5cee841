"""What tests reach inside for, in one place: what moves in the package, moves here.

Most tests say what they have to say through the public interface. These parts are
tested by themselves, as they have many cases, or one that no session comes to.
"""

from sklearn_active._commands.label import classes_of
from sklearn_active.files._embed import TextEmbedder
from sklearn_active.files._folders import ImageEncoder
from sklearn_active.files._tables import read_table, texts_of
from sklearn_active.files._texts import TextEncoder
from sklearn_active.files._write import check_out, write_table
from sklearn_active.labeling._book.label_values import typed
from sklearn_active.labeling._book.labeling_state import LabelingState
from sklearn_active.labeling._book.renaming import rename_in_journal
from sklearn_active.labeling._book.whose_turn import Barred, Turns
from sklearn_active.labeling._fronts import widget as widget_module
from sklearn_active.labeling._fronts.address import Address
from sklearn_active.labeling._fronts.desk import Desk
from sklearn_active.labeling._fronts.figures import audit_figures, sentences
from sklearn_active.labeling._fronts.hints import keys_of
from sklearn_active.labeling._fronts.terminal import label_in_terminal
from sklearn_active.labeling._fronts.titles import main_text, title_of, words_of
from sklearn_active.labeling._web_oracle import Batches

__all__ = [
    "Address",
    "Barred",
    "Batches",
    "Desk",
    "ImageEncoder",
    "LabelingState",
    "TextEmbedder",
    "TextEncoder",
    "Turns",
    "audit_figures",
    "check_out",
    "classes_of",
    "keys_of",
    "label_in_terminal",
    "main_text",
    "read_table",
    "rename_in_journal",
    "sentences",
    "texts_of",
    "title_of",
    "typed",
    "widget_module",
    "words_of",
    "write_table",
]
