"""Why a row is asked, in a sentence for the person who labels it."""

_SENTENCES = {
    "audit": "a random row, to check the model",
    "cold_start": "a random row, to begin with",
    "reopened": "asked before the program was started again",
    "stale": "a random row, while the model catches up",
    "undone": "its answer was taken back",
    "vote": "others have begun it",
    "BadgeSampling": "unlike the others, and the model hesitates",
    "EntropySampling": "the model is unsure what it is",
    "ExperimentalDesign": "its label tells most about the others",
    "GraphUncertaintyHerding": "no labeled row like it yet, and many are like it",
    "GreedySampling": "unlike every labeled row so far",
    "LeastConfidentSampling": "the model is least sure of it",
    "MarginSampling": "the model hesitates between {two}",
    "MaxHerding": "no labeled row like it yet, and many are like it",
    "QueryByCommittee": "the models disagree about it",
    "RandomSampling": "a random row",
    "SigmaOptimality": "its label tells most about the others",
    "StandardDeviationSampling": "the model is least sure of its number",
}


def why(reason, classes):
    """Return why a row is asked.

    Parameters
    ----------
    reason : str
        As `query.reason`.
    classes : sequence of labels
        Those that can be given. Where there are only two they are named: of more, the
        names would give the model's guess away.

    Returns
    -------
    sentence : str
        Without a full stop.
    """
    two = "two classes"
    if len(classes) == 2:
        two = " and ".join(map(str, classes))
    sentence = _SENTENCES.get(reason, f"chosen by {reason}")
    return sentence.format(two=two)
