"""How the reference numbers are drawn and written; shared by the scripts beside it.

Everything drawn is a multiple of a power of two that is exact in 32-bit floats, so a 32-bit
implementation starts from the same inputs as the 64-bit reference, not from rounded ones.
"""

import json
import re
from pathlib import Path

import numpy as np


def dyadic(values, bits=6):
    """Rounds to multiples of 2^-bits."""
    return np.round(np.asarray(values, dtype=np.float64) * 2.0**bits) / 2.0**bits


def exact(array):
    """A flat row-major list of inputs, every digit kept."""
    return [float(value) for value in np.ravel(array)]


def rounded(array):
    """A flat row-major list of results, nine significant digits kept."""
    return [float(f"{float(value):.9g}") for value in np.ravel(array)]


def write(script, about, content, path=None):
    """Writes `content`, headed by what made it, as JSON: one array a line. It goes beside `script`
    unless a path is given."""
    header = {"generated_by": Path(script).name, **about}
    text = json.dumps({**header, **content}, indent=1, allow_nan=False)
    text = re.sub(r"\[[-+\d.e,\s]+\]", lambda array: re.sub(r"\s+", "", array[0]), text)
    (path or Path(script).with_suffix(".json")).write_text(text + "\n")
