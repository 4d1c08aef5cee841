"""An oracle answers a session: the loop of `fit`, with everything kept as it comes."""

from collections.abc import Iterator

from sklearn_active._loop.recording import ask as ask_oracle
from sklearn_active._loop.stopping import StopLabeling


def run_oracle(session, oracle, questions, refitter):
    """Let an oracle answer until nothing is left to ask.

    Parameters
    ----------
    session : LabelingSession
        Keeps the answers.
    oracle : callable
        As the learner's.
    questions : OpenQuestions
        Of the session.
    refitter : Refitter
        Of the session; ranks one batch only, while this runs.

    Returns
    -------
    reason : str
        As `termination_condition_`.
    """
    n_ranked = refitter.n_ranked
    try:
        while True:
            refitter.n_ranked = max(questions.batch_size, 1)
            refitter.request()
            refitter.wait()
            if refitter.error is not None:
                raise refitter.error
            query = session.ask(refitter.n_ranked)
            if query is None:
                return session.done
            try:
                _tell_all(session, query, ask_oracle(oracle, query))
            except StopLabeling:
                with session.lock:
                    questions.asked_of.pop(None, None)
                return "oracle_stopped"
    finally:
        refitter.n_ranked = n_ranked


def _tell_all(session, query, answers):
    if not isinstance(answers, Iterator):
        session.tell(query.id, answers)
        return
    n_told = 0
    for row, label in zip(query.indices.tolist(), answers, strict=False):
        session.tell(query.id, {row: label})
        n_told += 1
    if n_told < len(query):
        raise ValueError(
            f"The oracle ended after {n_told} labels of {len(query)} rows; they are "
            "kept. Yield one label per row, or raise StopLabeling."
        )
