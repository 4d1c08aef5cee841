"""The order in which a newcomer reads the examples."""

from pathlib import Path

ORDER = (
    "plot_digits_active_learning.py",
    "plot_digits_performance.py",
    "plot_ten_labels.py",
    "plot_few_labels.py",
    "plot_why_not_entropy.py",
    "plot_first_ten.py",
    "plot_which_strategy.py",
    "plot_displays.py",
    "plot_label_by_hand.py",
    "plot_text.py",
    "plot_data_frame.py",
    "plot_rare_class.py",
    "plot_new_class.py",
    "plot_next_experiment.py",
    "plot_several_topics.py",
    "plot_noisy_oracle.py",
    "plot_wrong_labels.py",
    "plot_annotators.py",
    "plot_language_model.py",
    "plot_when_to_stop.py",
    "plot_how_good.py",
    "plot_partly_labeled_search.py",
    "plot_own_strategy.py",
)


def reading_order(path):
    """Return what an example is sorted by: the files of ORDER first, then by name."""
    name = Path(path).name
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)
