"""The data frames of the committed results folders, whole and compact, against their files."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from math import isnan
from pathlib import Path

import pytest

import bn_lab

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ROOT / "results/published/mnist"
COMPACT = ROOT / "results/claims/05-deep-gradients"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder that a test may damage."""
    return Path(shutil.copytree(WHOLE, tmp_path / "mnist"))


@pytest.mark.parametrize("folder", [WHOLE, COMPACT])
def test_trials_and_summary_have_every_row_and_digit(folder: Path) -> None:
    results = bn_lab.load(folder)
    for name in ("trials", "summary"):
        table, written = getattr(results, name), rows(folder / f"{name}.csv")
        assert len(table) == len(written) > 0
        assert list(table.columns) == list(written[0])
        for column in ("test_accuracy", "train_loss", "test_loss_mean", "test_loss_low"):
            if column in table.columns:
                expected = [float(row[column]) if row[column] else None for row in written]
                found = [None if isnan(value) else value for value in table[column]]
                assert found == expected


def test_axes_are_the_swept_keys() -> None:
    assert bn_lab.load(WHOLE).axes == ["norm.placement"]
    assert bn_lab.load(COMPACT).axes == ["norm.placement", "model.activation", "train.learning_rate"]
    assert set(bn_lab.load(WHOLE).trials["norm.placement"]) == {"none", "before", "after"}


def test_epochs_of_a_whole_folder_are_those_of_its_trials() -> None:
    results = bn_lab.load(str(WHOLE))
    epochs = results.epochs
    assert list(epochs.columns[:5]) == ["trial", "condition", "replicate", "norm.placement", "epoch"]
    assert not results.is_compact
    for trial in results.trials["trial"]:
        written = rows(WHOLE / "trials" / trial / "epochs.csv")
        table = epochs[epochs["trial"] == trial]
        assert [float(row["test_loss"]) for row in written] == list(table["test_loss"])
    last = epochs[epochs["epoch"] == 10].set_index("trial")["test_accuracy"]
    recorded = results.trials.set_index("trial")["test_accuracy"]
    assert last.to_dict() == recorded.to_dict()


def test_tables_of_a_compact_copy_have_the_conditions_of_their_trials() -> None:
    results = bn_lab.load(COMPACT)
    assert results.is_compact
    for name in ("epochs", "layers", "timings"):
        table, written = getattr(results, name), rows(COMPACT / f"{name}.csv")
        assert len(table) == len(written)
        placements = results.trials.set_index("trial")["norm.placement"].to_dict()
        assert (table["trial"].map(placements) == table["norm.placement"]).all()
    assert {"step", "layer", "quantity", "value"} < set(results.layers.columns)
    total = sum(float(row["value"]) for row in rows(COMPACT / "layers.csv"))
    assert results.layers["value"].sum() == pytest.approx(total)


def test_trials_that_have_not_ended_have_no_rows(copy: Path) -> None:
    lines = (copy / "trials.csv").read_text().splitlines()
    first = lines[1].split(",")
    assert first[5] == "completed"
    pending = [*first[:5], "pending", *[""] * (len(first) - 6)]
    (copy / "trials.csv").write_text("\n".join([lines[0], ",".join(pending), *lines[2:]]) + "\n")
    shutil.rmtree(copy / "trials" / first[0])
    results = bn_lab.load(copy)
    assert results.trials["test_accuracy"].isna().sum() == 1
    assert first[0] not in set(results.epochs["trial"])


def test_ids_are_texts_and_texts_are_what_they_say(copy: Path) -> None:
    text = (copy / "trials.csv").read_text()
    first = text.splitlines()[1].split(",")[0]
    # Digits alone, and a text that spreadsheets would take for a formula.
    text = text.replace(first, "12345678e1234567").replace(",none,", ",NA,").replace(",after,", ",'-x,")
    # An apostrophe of the user's own in front of such a text.
    text = text.replace(",before,", ",''=y,")
    (copy / "trials.csv").write_text(text)
    trials = bn_lab.load(copy).trials
    assert trials["trial"][0] == "12345678e1234567"
    assert set(trials["norm.placement"]) == {"NA", "'=y", "-x"}


def test_errors_name_the_folder_and_the_way_out(copy: Path) -> None:
    with pytest.raises(bn_lab.ResultsError, match="no folder `nowhere`"):
        bn_lab.load("nowhere")
    with pytest.raises(bn_lab.ResultsError, match="folders in it are `.*01-fewer-steps`.* and others"):
        bn_lab.load(ROOT / "results/claims")
    with pytest.raises(bn_lab.ResultsError, match="no trials.csv$"):
        bn_lab.load(ROOT / "configs")
    with pytest.raises(bn_lab.ResultsError, match=r"has a layers.csv: only experiments with a `\[probe\]`"):
        _ = bn_lab.load(WHOLE).layers
    with pytest.raises(bn_lab.ResultsError, match="no steps.csv.*publish --steps"):
        _ = bn_lab.load(COMPACT).steps
    results = bn_lab.load(copy)
    trial = results.trials["trial"][0]
    shutil.rmtree(copy / "trials" / trial)
    with pytest.raises(bn_lab.ResultsError, match=f"{trial}` is missing.*completed"):
        _ = results.epochs
    (copy / "summary.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(bn_lab.ResultsError, match="summary.csv` cannot be read"):
        _ = results.summary
    whole = (copy / "trials.csv").read_text()
    (copy / "trials.csv").write_text(whole.replace(trial, "../../elsewhere"))
    with pytest.raises(bn_lab.ResultsError, match="a trial that no run names so: '../../elsewhere'"):
        _ = bn_lab.load(copy).epochs
    (copy / "trials.csv").write_text("a,b\n1,2\n")
    with pytest.raises(bn_lab.ResultsError, match="lacks the columns condition, outcome"):
        _ = bn_lab.load(copy).trials
    (copy / "compact.json").write_text('{"unfinished": true}')
    with pytest.raises(bn_lab.ResultsError, match="unfinished copy"):
        bn_lab.load(copy)


def test_without_pandas_the_message_says_what_to_install() -> None:
    program = "import sys; sys.modules['pandas'] = None; import bn_lab; bn_lab.load('.')"
    python = [sys.executable, "-c", program]
    ran = subprocess.run(python, capture_output=True, text=True, cwd=ROOT / "python", check=False)
    assert ran.returncode == 1
    assert "pip install 'bn-lab[pandas]'" in ran.stderr
