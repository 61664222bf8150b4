"""Reads the tables of one results folder."""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["Results", "ResultsError", "load"]

#: Outcomes of trials that have ended, and so have all of their files.
_FINISHED = ("completed", "diverged")

#: What a folder lacks when it has no table of this name.
_WAY_OUT = {
    "epochs": "no trial has been trained yet: `bn-lab run` trains them",
    "timings": "no trial has been trained yet: `bn-lab run` trains them",
    "steps": "a compact copy has the losses of steps only if `bn-lab publish --steps` made it",
    "layers": "only experiments with a `[probe]` record what happens inside a network, "
    "and `bn-lab publish --no-layers` leaves it out",
}


class ResultsError(Exception):
    """A folder or a file is not what it should be; the message names it."""


def load(folder: str | os.PathLike[str]) -> Results:
    """Opens a results folder, whole or compact.

    Tables are read when they are first used, and kept: ``load`` the folder again to see what a run has added.

    Raises:
        ResultsError: the folder is missing, is no results folder, or is an unfinished copy.
        ImportError: pandas is not installed.
    """
    _pandas()
    path = Path(folder)
    if not path.is_dir():
        raise ResultsError(f"there is no folder `{path}`")
    if not (path / "trials.csv").is_file():
        raise ResultsError(f"`{path}` is no results folder: it has no trials.csv{_inside(path)}")
    return Results(path)


class Results:
    """The tables of a results folder. Shares are from 0 to 1, losses in nats, an empty cell is NaN."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        marker = folder / "compact.json"
        #: Whether this is a compact copy: tables of all trials in one file each.
        self.is_compact = marker.is_file()
        if self.is_compact and _json(marker).get("unfinished"):
            raise ResultsError(
                f"`{folder}` is an unfinished copy: repeat the `bn-lab publish` that was interrupted"
            )

    def __repr__(self) -> str:
        return f"<bn_lab.Results {str(self.folder)!r}: {len(self.trials)} trials, axes {self.axes}>"

    @property
    def axes(self) -> list[str]:
        """The swept keys, such as ``norm.placement``: columns of every table here."""
        columns = list(self.trials.columns)
        return columns[columns.index("seed") + 1 : columns.index("outcome")]

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial: axes, outcome, and the scores after the last and the best epoch."""
        trials = _read(self.folder / "trials.csv")
        missing = {"trial", "condition", "replicate", "seed", "outcome"}.difference(trials.columns)
        if missing:
            raise ResultsError(
                f"`{self.folder / 'trials.csv'}` lacks the columns {', '.join(sorted(missing))}"
            )
        # They name folders.
        wrong = [
            trial for trial in trials["trial"].fillna("") if not re.fullmatch(r"[\w-]+", trial, re.ASCII)
        ]
        if wrong:
            raise ResultsError(
                f"`{self.folder / 'trials.csv'}` has a trial that no run names so: {wrong[0]!r}"
            )
        return trials

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per condition: counts, and statistics over its completed trials."""
        return self._whole("summary")

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """One row per comparison: difference, interval, p, verdict, as ``bn-lab compare`` prints them."""
        return self._whole("comparisons")

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """One row per trial and epoch, 0 being the untrained network: losses and accuracies."""
        return self._of_trials("epochs")

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The training loss between epochs, one row per trial and logged step."""
        return self._of_trials("steps")

    @cached_property
    def timings(self) -> pd.DataFrame:
        """Wall-clock seconds of training and evaluation, one row per trial and epoch."""
        return self._of_trials("timings")

    @cached_property
    def layers(self) -> pd.DataFrame:
        """What the probes measured inside the networks: one row per trial, step, layer and quantity."""
        return self._of_trials("layers")

    def _whole(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise ResultsError(f"`{self.folder}` has no {name}.csv: `bn-lab plot {self.folder}` writes it")
        return _read(path)

    def _of_trials(self, name: str) -> pd.DataFrame:
        """The tables of all trials one below the other, each row with its trial's condition, replicate and axes."""
        table = self._compact(name) if self.is_compact else self._concatenated(name)
        keys = self.trials[["trial", "condition", "replicate", *self.axes]]
        return keys.merge(table, on="trial", validate="one_to_many")

    def _compact(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise ResultsError(f"`{self.folder}` has no {name}.csv: {_WAY_OUT[name]}")
        return _read(path)

    def _concatenated(self, name: str) -> pd.DataFrame:
        tables = []
        for trial, outcome in zip(self.trials["trial"], self.trials["outcome"]):
            path = self.folder / "trials" / trial / f"{name}.csv"
            if path.is_file():
                table = _read(path)
                if "trial" not in table.columns:
                    table.insert(0, "trial", trial)
                tables.append(table)
            elif outcome in _FINISHED and not path.parent.is_dir():
                raise ResultsError(
                    f"`{path.parent}` is missing, and trials.csv lists that trial as {outcome}: "
                    "copy the folder again with its trials/"
                )
        if not tables:
            raise ResultsError(f"no trial of `{self.folder}` has a {name}.csv: {_WAY_OUT[name]}")
        concatenated: pd.DataFrame = _pandas().concat(tables, ignore_index=True)
        return concatenated


def _read(path: Path) -> pd.DataFrame:
    """A table as it was written: every digit, ids as text, and no text taken for a missing value but an empty one."""
    pandas = _pandas()
    # Exact by itself from version 3.1 on, where the argument is deprecated.
    version = tuple(int(part) for part in pandas.__version__.split(".")[:2])
    digits = {"float_precision": "round_trip"} if version < (3, 1) else {}
    try:
        table: pd.DataFrame = pandas.read_csv(
            path, dtype={"trial": str}, keep_default_na=False, na_values=[""], encoding="utf-8", **digits
        )
    except (OSError, ValueError) as error:
        raise ResultsError(f"`{path}` cannot be read: {error}") from error
    for column in table.columns:
        if pandas.api.types.is_string_dtype(table[column].dtype) and column != "trial":
            # bn-lab writes an apostrophe in front of what a spreadsheet would take for a formula.
            table[column] = table[column].str.replace(r"^'(?='*[=+\-@])", "", regex=True)
    return table


def _inside(path: Path) -> str:
    """The results folders inside of a folder, as a hint."""
    names = sorted(entry.parent.name for entry in path.glob("*/trials.csv"))
    if not names:
        return ""
    shown = ", ".join(f"`{path / name}`" for name in names[:3])
    return f"; the results folders in it are {shown}{' and others' if len(names) > 3 else ''}"


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"`{path}` cannot be read: {error}") from error
    return value if isinstance(value, dict) else {}


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            "bn_lab.load needs pandas, which is not installed: pip install 'bn-lab[pandas]'"
        ) from error
    return pandas
