"""Executors that stand still until a test lets them go."""

from concurrent.futures import Future


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
