"""What bn-lab recorded of a trial, and the data that it was trained on.

Everything here is read from files: the settings and losses of a trial, its checkpoints by the
safetensors package, the order of its batches, and images in MNIST's layout.
"""

import csv
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

FILES = {"images": "train-images-idx3-ubyte", "labels": "train-labels-idx1-ubyte"}
CLASSES = 10


class Refused(Exception):
    """The folder holds something that cannot be replayed; the text says what."""


class Settings:
    """The settings of a trial, each of which must be read: an unknown one would otherwise be
    ignored without an error."""

    def __init__(self, values):
        self.values = values
        self.unread = set(values)

    def take(self, key, *default):
        """The value of `key`; a key that may be absent has a default."""
        self.unread.discard(key)
        if key not in self.values and not default:
            raise Refused(f"`{key}` is missing from the settings")
        return self.values.get(key, *default)

    def choose(self, key, table, *default):
        """The entry of `table` for the value of `key`."""
        value = self.take(key, *default)
        if value not in table:
            raise Refused(f"`{key} = {value!r}` is none of {', '.join(map(repr, table))}")
        return table[value]

    def only(self, key, value):
        """Refuses any other value of a key that may be absent."""
        found = self.take(key, value)
        if found != value:
            raise Refused(f"`{key} = {found!r}`: only {value!r} is replayed")

    def skip(self, *keys):
        """Skips keys whose effect is in the recorded order or the initial checkpoint."""
        self.unread.difference_update(keys)

    def close(self):
        """Raises an error if a setting was not read."""
        if self.unread:
            raise Refused(f"unknown settings: {', '.join(sorted(self.unread))}")


@dataclass
class Trial:
    """One trial of a results folder."""

    folder: Path
    record: dict
    # The settings in which the trials of the folder differ.
    label: dict

    @property
    def name(self):
        return ", ".join(str(value) for value in self.label.values())

    def settings(self):
        return Settings(self.record["settings"])

    def rows(self, file):
        with open(self.folder / file, newline="") as text:
            return list(csv.DictReader(text))

    def losses(self):
        """The recorded loss of each recorded step."""
        return {int(row["step"]): float(row["loss"]) for row in self.rows("steps.csv")}

    def batches(self):
        """The positions in the training set of the examples of each step."""
        positions = np.fromfile(self.folder / "order.bin", dtype="<u4").astype(np.int64)
        rows = [(int(row["first"]), int(row["examples"])) for row in self.rows("order.csv")]
        return [positions[first : first + examples] for first, examples in rows]

    def training_positions(self):
        """All training examples, ascending: those that the order names, if it names them all."""
        positions = np.unique(np.concatenate(self.batches()))
        expected = self.record["examples"]["train"]
        if len(positions) != expected:
            raise Refused(f"the order names {len(positions)} of {expected} training examples")
        return positions

    def checkpoint(self, name):
        """The tensors of a checkpoint, by name; `None` if it was not kept."""
        path = self.folder / "checkpoints" / f"{name}.safetensors"
        return load_file(path) if path.is_file() else None


def trials(results):
    """The trials of a results folder that can be replayed, in the order of `trials.csv`."""
    with open(results / "trials.csv", newline="") as text:
        ids = [row["trial"] for row in csv.DictReader(text)]
    folders = [results / "trials" / trial for trial in ids]
    complete = [
        folder
        for folder in folders
        if all((folder / part).is_file() for part in ("trial.json", "order.bin"))
        and (folder / "checkpoints" / "initial.safetensors").is_file()
    ]
    records = [json.loads((folder / "trial.json").read_text()) for folder in complete]
    labels = distinct(records)
    return [Trial(*parts) for parts in zip(complete, records, labels)]


def distinct(records):
    """Of each record, the settings (and the replicate) that are not the same in all."""
    flat = [{**record["settings"], "replicate": record["replicate"]} for record in records]
    keys = sorted({key for settings in flat for key in settings})
    seen = {key: {json.dumps(settings.get(key)) for settings in flat} for key in keys}
    # Keys that follow from another, as an optimiser's own constants, are absent somewhere.
    varied = [key for key in keys if len(seen[key]) > 1 and all(key in s for s in flat)]
    # A single trial has no differing settings.
    varied = varied or [key for key in ("norm.placement", "train.optimizer") if key in keys]
    return [{key: settings[key] for key in varied} for settings in flat]


@dataclass
class Data:
    """The training set as one trial sees it."""

    # [examples, features], bytes
    images: np.ndarray
    labels: np.ndarray
    # channels, height, width
    shape: tuple
    # The input value of each byte, 32-bit.
    scaled: np.ndarray

    def batch(self, positions):
        return self.scaled[self.images[positions]], self.labels[positions]


def read_idx(path):
    """The array in an IDX file of bytes, gzipped or plain."""
    packed = path.with_name(path.name + ".gz")
    raw = gzip.decompress(packed.read_bytes()) if packed.is_file() else path.read_bytes()
    rank = raw[3]
    if raw[:3] != b"\0\0\x08":
        raise Refused(f"{path} is no IDX file of bytes")
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_data(trial, settings, root):
    """The training set of a trial; `root` holds a folder per dataset, or the files themselves."""
    name = settings.take("data.dataset")
    if name not in ("mnist", "fashion-mnist"):
        raise Refused(f"`data.dataset = {name!r}`: only MNIST's layout is read")
    folder = root / name if (root / name).is_dir() else root
    images, labels = (read_idx(folder / FILES[part]) for part in ("images", "labels"))
    count = settings.take("data.train_examples", len(images))
    settings.skip("data.test_examples", "data.validation", "data.split")
    settings.only("data.shift", 0)
    settings.only("data.flip", False)
    images = images[:count]
    shape = (1, *images.shape[1:])
    images = images.reshape(count, -1)
    scaling = settings.take("data.input_scaling")
    return Data(images, labels[:count], shape, scale(scaling, images, trial))


def scale(scaling, images, trial):
    """`unit`: x / 255; `standardize`: (x - mean) / std over the training examples; `binary`: 1
    where x / 255 > 0.5, else 0; `none`: x."""
    mean, std = 0.0, 1.0
    if scaling == "binary":
        return (np.arange(256) > 127.5).astype(np.float32)
    if scaling == "unit":
        std = 255.0
    elif scaling == "standardize":
        pixels = images[trial.training_positions()].astype(np.float64)
        mean, std = pixels.mean(), pixels.std() or 1.0
    elif scaling != "none":
        raise Refused(f"`data.input_scaling = {scaling!r}`")
    return ((np.arange(256) - mean) / std).astype(np.float32)
