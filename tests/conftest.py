"""What all tests share."""

import os
import sys
from pathlib import Path

# Read by scipy when it is first imported: scikit-learn's array API checks skip
# themselves without it.
os.environ["SCIPY_ARRAY_API"] = "1"

import matplotlib as mpl
import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

mpl.use("Agg")

# A slow machine is no failure.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


class SkipsWhatAnExtraBrings:
    """Skip the tests that import a package of an extra, where CI left those out.

    Elsewhere a package that is missing is an error, as it should be.
    """

    extras = {
        "anywidget": "notebook",
        "dask": "dask",
        "distributed": "dask",
        "faiss": "scale",
        "krippendorff": "label",
        "markdown_it": "label",
        "openpyxl": "label",
        "pyarrow": "parquet",
        "rich": "test",
        "sentence_transformers": "embed",
        "skactiveml": "test",
        "skimage": "label",
        "skrub": "label",
    }

    def find_spec(self, name, path=None, target=None):
        """Be asked last, for a module that nobody else has found."""
        extra = self.extras.get(name.partition(".")[0])
        if extra is not None and self._is_wanted_by_us():
            pytest.skip(
                f"{name} belongs to the extra '{extra}'", allow_module_level=True
            )

    def _is_wanted_by_us(self):
        """Say whether the import stands in our package, its tests or their doctests."""
        frame = sys._getframe(2)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        ours = (str(ROOT / "tests"), str(ROOT / "sklearn_active"), "<doctest")
        return frame.f_code.co_filename.startswith(ours)


if os.environ.get("SKLEARN_ACTIVE_TESTS_WITHOUT_EXTRAS"):
    sys.meta_path.append(SkipsWhatAnExtraBrings())


def pytest_make_parametrize_id(val, argname):
    """Name a pattern's case by a number: backslashes can't be typed or found again."""
    if isinstance(val, str) and "\\" in val:
        return argname
    return None
