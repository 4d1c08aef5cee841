"""Comparing figures without leaving any behind."""

from contextlib import chdir
from tempfile import TemporaryDirectory

from matplotlib.testing import decorators

_RESULTS = TemporaryDirectory()


def check_figures_equal(function):
    """Apply matplotlib's decorator, which saves below the folder it is applied in."""
    with chdir(_RESULTS.name):
        return decorators.check_figures_equal(extensions=("png",))(function)
