"""Executors for sessions: one runs refits at once, one when a test lets it."""

from concurrent.futures import Future


class Inline:
    """An executor that runs what is submitted at once, in the caller's thread."""

    def submit(self, function):
        future = Future()
        future.set_result(function())
        return future


class Stalled:
    """An executor that runs nothing until it is told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, function):
        self.waiting.append(function)
        return Future()

    def run(self):
        while self.waiting:
            self.waiting.pop(0)()
