"""Opens exports of `bn-lab export --to tensorboard` with a real TensorBoard and compares every value with the tables.

    python3 tests/packaging/tensorboard.py path/to/bn-lab [FOLDER]

TensorBoard is installed from PyPI into a new virtual environment inside FOLDER (default: a temporary one), unless
FOLDER/venv exists. With Chromium, FOLDER/tensorboard.png becomes a screenshot of its page.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# A small sweep with every kind of table: epochs, steps, times, layers, and a condition that diverges.
EXPERIMENT = """
name = "exported"
replicates = 2
[data]
dataset = "glyphs"
train_examples = 330
test_examples = 100
[model]
hidden = [16, 16]
[train]
epochs = 3
optimizer = "sgd"
[probe]
activations = true
gradients = true
every = 5
[sweep]
norm.placement = ["none", "before"]
train.learning_rate = [0.1, 1000000.0]
[output]
log_every_steps = 2
"""


def main():
    program = Path(sys.argv[1]).resolve()
    if len(sys.argv) > 2:
        check(program, Path(sys.argv[2]).resolve())
        return
    with tempfile.TemporaryDirectory() as folder:
        check(program, Path(folder))


def check(program, folder):
    folder.mkdir(parents=True, exist_ok=True)
    python = environment(folder / "venv")
    (folder / "exported.toml").write_text(EXPERIMENT)
    shutil.rmtree(folder / "results", ignore_errors=True)
    shutil.rmtree(folder / "runs", ignore_errors=True)
    run(folder, program, "run", "exported.toml", "--quiet")
    published = REPOSITORY / "results/published/mnist"
    compact = REPOSITORY / "results/claims/04-initialisation"
    for source, name in [("results/exported", "exported"), (published, "mnist"), (compact, "04")]:
        for _ in range(2):  # The second export must leave no second copy.
            run(folder, program, "export", source, "--to", "tensorboard", "--output", f"runs/{name}")
        subprocess.run([python, __file__, "--compare", folder / source, folder / "runs" / name], check=True)
    page(folder, python)


def environment(venv):
    python = venv / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "tensorboard"], check=True)
    return python


def run(folder, program, *arguments):
    subprocess.run([program, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


# What follows runs inside the virtual environment.


def compare(source, exported):
    """Compares every scalar with the cell that it comes from, as 32-bit numbers, in both directions."""
    sys.path.pop(0)  # This file has the name of the package.
    import numpy
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    trials = rows(source / "trials.csv")
    ended = [trial for trial in trials if trial["outcome"] in ("completed", "diverged")]
    tables = stacked(source) if (source / "compact.json").exists() else None
    files = sorted(exported.glob("*/*/*tfevents*"))
    assert len(files) == len(ended), f"{len(files)} files of {len(ended)} trials"
    values = 0
    for trial in ended:
        expected = scalars(tables[trial["trial"]] if tables else of_folder(source, trial["trial"]))
        run = [f.parent for f in files if is_of(f.parent, trial)]
        assert len(run) == 1, (trial, run)
        accumulator = EventAccumulator(str(run[0]), size_guidance={"scalars": 0})
        accumulator.Reload()
        tags = accumulator.Tags()["scalars"]
        assert sorted(tags) == sorted(expected), set(tags) ^ set(expected)
        for tag in tags:
            found = sorted((e.step, numpy.float32(e.value)) for e in accumulator.Scalars(tag))
            wanted = sorted((step, numpy.float32(value)) for step, value in expected[tag])
            same = numpy.array_equal(numpy.array(found), numpy.array(wanted), equal_nan=True)
            assert same, (trial["trial"], tag, found, wanted)
            values += len(found)
    print(f"{source.name}: {len(files)} runs, {values} values are those of the tables")


def is_of(run, trial):
    """Whether a run folder is of a trial: every `key=value` of its name is in the trial's row."""
    if run.name != f"replicate-{trial['replicate']}":
        return False
    name = run.parent.name
    for key, value in trial.items():
        short = key.split(".", 1)[-1]
        at = f",{name}".find(f",{short}=")
        if "." in key and at >= 0:
            rest = name[at + len(short) + 1:]
            if not (rest == clean(value) or rest.startswith(clean(value) + ",")):
                return False
    return True


def clean(value):
    return "".join(c if c.isalnum() or c in "-_+.[]()=," else "_" for c in value.replace(" ", ""))


def of_folder(source, trial):
    folder = source / "trials" / trial
    return {name: rows(folder / f"{name}.csv") for name in ["epochs", "timings", "steps", "layers"]}


def stacked(source):
    tables = {}
    for name in ["epochs", "timings", "steps", "layers"]:
        for row in rows(source / f"{name}.csv"):
            of_trial = tables.setdefault(row.pop("trial"), {})
            of_trial.setdefault(name, []).append(row)
    return tables


def rows(path):
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def scalars(tables):
    expected = {}

    def add(tag, step, value):
        if value != "":
            expected.setdefault(tag, []).append((int(step), float(value)))

    evaluated = {row["epoch"] for row in tables.get("epochs", [])}
    for row in tables.get("epochs", []):
        for column, value in row.items():
            if column not in ("epoch", "step"):
                add(f"epoch/{column}", row["epoch"], value)
                add(f"step/{column}", row["step"], value)
    for row in tables.get("timings", []):
        if row["epoch"] in evaluated:
            for column in ("train_seconds", "evaluation_seconds"):
                add(f"epoch/{column}", row["epoch"], row[column])
    for row in tables.get("steps", []):
        for column in ("loss", "accuracy"):
            add(f"batch/{column}", row["step"], row[column])
    for row in tables.get("layers", []):
        add(f"{row['quantity']}/{row['layer']}", row["step"], row["value"])
    return expected


def page(folder, python):
    """Starts TensorBoard, asks it for its runs, and takes a screenshot."""
    port = 16006
    server = subprocess.Popen(
        [python, "-m", "tensorboard.main", "--logdir", folder / "runs/exported", "--port", str(port),
         "--bind_all"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://localhost:{port}"
        runs = asked(f"{address}/data/runs", lambda runs: len(runs) == 8)
        tags = asked(f"{address}/data/plugin/scalars/tags", lambda tags: len(tags) == 8)
        print(f"TensorBoard serves {len(runs)} runs and {sum(map(len, tags.values()))} scalars")
        screenshot(f"{address}/#timeseries", folder / "tensorboard.png")
        screenshot(f"{address}/#hparams", folder / "hparams.png")
    finally:
        server.terminate()
        server.wait()


def asked(address, is_complete):
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                found = json.load(answer)
            if is_complete(found):
                return found
        except (urllib.error.URLError, ConnectionError, json.JSONDecodeError):
            pass
        time.sleep(0.5)
    raise SystemExit(f"{address}: no complete answer within a minute")


def screenshot(address, path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium: no screenshot")
        return
    arguments = ["--headless", "--disable-gpu", "--window-size=1400,1000", "--virtual-time-budget=15000"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    subprocess.run(
        [chromium, *arguments, f"--screenshot={path}", address], check=True, stderr=subprocess.DEVNULL
    )
    print(f"screenshot: {path}")


if __name__ == "__main__":
    if sys.argv[1] == "--compare":
        compare(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
