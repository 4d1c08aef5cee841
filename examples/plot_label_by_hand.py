"""
How do I label by hand, and go on tomorrow?
===========================================

A :class:`~sklearn_active.labeling.LabelingSession` shows you the rows worth labeling on
a page in your browser, and writes every answer to a file before it asks the next
question. Close the page, let the computer crash: open the file again, and go on.
"""

# %%
# A session
# ---------
# The model sees ``X``; you see ``items``. Here both are 1797 handwritten digits, once
# as 64 numbers and once as images. No label is known. The journal is the file that
# keeps your answers.

from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from sklearn_active import ActiveLearner
from sklearn_active.graph import GraphLabelSpreading
from sklearn_active.labeling import LabelingSession

X, truth = load_digits(return_X_y=True)
images = load_digits().images
journal = Path(mkdtemp()) / "labels.jsonl"


def open_session():
    """Begin on a new journal, or go on where the journal ends."""
    learner = ActiveLearner(GraphLabelSpreading(), "graph_herding", random_state=0)
    return LabelingSession(learner, X, items=images, classes=range(10), journal=journal)


# %%
# The page
# --------
# .. code-block:: python
#
#     with open_session() as session, session.serve(open_browser=True) as server:
#         server.wait()  # until you press "Finish"
#
# .. image:: /images/labeling_page_light.png
#    :class: only-light
#    :alt: A digit of eight by eight pixels, enlarged; below it ten buttons with the
#          classes, and the commands undo, skip, flag, show the guess and change
#          earlier; beside it the accuracy, the pace and the latest answers.
#
# .. image:: /images/labeling_page_dark.png
#    :class: only-dark
#    :alt: The same page in dark colors.
#
# A class of one character is its own key: press 7 for a seven. The model's guess is
# hidden until you ask for it, since guesses make people agree. The figures at the side
# are honest: one question in ten is a random row, and the accuracy is that of the
# predictions made for those before you answered, as soon as there are ten of them.

# %%
# The first day
# -------------
# Nobody sits at the computer that builds this page. The lines below do what the page
# does when keys are pressed; the truth stands in for you.


def press_keys(session, n_labels):
    """Answer like a person at the page who knows the digits."""
    while len(session.labels) < n_labels:
        query = session.ask()
        session.tell(query.id, truth[query.indices])
        session.wait()  # a person takes longer than this refit


with open_session() as session:
    press_keys(session, 22)
    hasty = session.recent(1)[0]["row"]
    session.relabel(hasty, (truth[hasty] + 1) % 10)  # the wrong key ...
    session.undo()  # ... and back again: an undo is on file like an answer
    n_lines = journal.read_text().count("\n")
    print(f"first day: {len(session.labels)} labels, {n_lines} lines on file")

# %%
# Tomorrow
# --------
# The same call opens the same file. Rows that have an answer are not asked about again.

with open_session() as session:
    print(f"second day: begins with {len(session.labels)} labels")
    press_keys(session, 40)
    labels, report = session.labels, session.report()
    rows = [answer["row"] for answer in reversed(session.recent(40))]

audit = report.audit
print(f"random checks: {audit.n_right} of {audit.n} right")
if audit.accuracy is None:
    print("no accuracy from so few: go on until there are ten")
else:
    print(f"so the accuracy is likely between {audit.low:.0%} and {audit.high:.0%}")
print(f"in truth, on all rows: {session.learner.score(X, truth):.1%}")

# %%
# The session's learner is fitted as after ``fit``; ``labels`` is a mapping from rows to
# labels. These are the forty digits in the order in which they were labeled.

fig, axes = plt.subplots(4, 10, figsize=(8, 3.8), layout="constrained")
for ax, row in zip(axes.flat, rows, strict=True):
    ax.imshow(images[row], cmap="gray_r")
    ax.set_title(labels[row], fontsize=10)
    ax.set_axis_off()
plt.show()

# %%
# What to read next
# -----------------
# - :doc:`/user_guide/labeling` has the terminal, the notebook, the command line, and
#   what protects the page.
# - :ref:`sphx_glr_auto_examples_plot_when_to_stop.py`: how many labels are enough.
