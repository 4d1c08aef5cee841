"""What all tests share."""

import os

# Read by scipy when it is first imported: scikit-learn's array API checks skip
# themselves without it.
os.environ["SCIPY_ARRAY_API"] = "1"

import matplotlib as mpl
from hypothesis import settings

mpl.use("Agg")

# A slow machine is no failure.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
