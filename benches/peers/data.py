"""Reads MNIST and CIFAR-10 from the files in which they were published."""

import gzip
from pathlib import Path

import numpy as np

MNIST = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
MNIST_TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
CIFAR10 = [f"data_batch_{n}.bin" for n in range(1, 6)]
# The folders of a dataset inside the data folder, the first with its files counts; as bn-lab searches them.
FOLDERS = {
    "mnist": ("mnist", "MNIST/raw", "."),
    "cifar10": ("cifar10", "cifar-10-batches-bin", "."),
}


class Missing(Exception):
    """A dataset is not in the data folder."""


def train(dataset, data_dir):
    """Images `[n, height, width, channels]` and labels `[n]` of the training set, as bytes."""
    return {"mnist": mnist, "cifar10": cifar10}[dataset](data_dir)


def mnist(data_dir, names=MNIST):
    """MNIST: `[60000, 28, 28, 1]` and `[60000]`."""
    images, labels = (unpacked("mnist", data_dir, name) for name in names)
    images = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28, 1)
    return images.copy(), np.frombuffer(labels, np.uint8, offset=8).copy()


def mnist_test(data_dir):
    """MNIST's test set: `[10000, 28, 28, 1]` and `[10000]`."""
    return mnist(data_dir, MNIST_TEST)


def cifar10(data_dir):
    """CIFAR-10: `[10000 * files, 32, 32, 3]` and `[10000 * files]`, of the training files that are there."""
    paths = [find("cifar10", data_dir, (name,)) for name in CIFAR10]
    paths = [path for path in paths if path]
    if not paths:
        raise Missing(f"`{data_dir}` holds no training file of CIFAR-10 (binary version)")
    records = np.concatenate([np.fromfile(path, np.uint8) for path in paths]).reshape(-1, 3073)
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].copy()


def unpacked(dataset, data_dir, name):
    """The bytes of a file that may be packed by gzip."""
    path = find(dataset, data_dir, (name, f"{name}.gz"))
    if path is None:
        raise Missing(f"`{data_dir}` does not hold `{name}`, packed or not")
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def find(dataset, data_dir, names):
    """The first file with one of the `names`, or `None`."""
    places = (Path(data_dir) / folder / name for folder in FOLDERS[dataset] for name in names)
    return next((path for path in places if path.is_file()), None)


def rows(count, batch_size, steps, stream):
    """An endless series of arrays `[steps, batch_size]` of rows: pass after pass over `count` examples, each in
    a random order of its own. Examples that do not fill a batch at the end of a pass are left out."""
    used = count - count % batch_size
    waiting = np.empty((0, batch_size), np.int32)
    while True:
        while len(waiting) < steps:
            order = stream.permutation(count)[:used].astype(np.int32)
            waiting = np.concatenate([waiting, order.reshape(-1, batch_size)])
        yield waiting[:steps]
        waiting = waiting[steps:]
