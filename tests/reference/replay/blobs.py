"""Writes mnist/: a tiny data set in MNIST's layout, for tests that cannot depend on the real one.

Each of the ten classes has three spots of its own on a 28 x 28 image; an example shows them moved by
up to two pixels and of any brightness. Most pixels are 0, as in MNIST.
"""

import gzip
import struct
from pathlib import Path

import numpy as np

SIDE, CLASSES, SPOTS = 28, 10, 3
# The outer product of two binomials: a spot of 3 x 3 pixels.
SPOT = np.outer([1, 2, 1], [1, 2, 1]) / 4


def examples(count, centres, stream):
    """Images [count, 28, 28] and labels [count], both bytes."""
    labels = stream.integers(0, CLASSES, count)
    images = np.zeros((count, SIDE, SIDE))
    for image, label in zip(images, labels):
        for row, column in centres[label] + stream.integers(-2, 3, (SPOTS, 2)):
            image[row - 1 : row + 2, column - 1 : column + 2] += SPOT * stream.integers(80, 256)
    return np.minimum(images, 255).astype(np.uint8), labels.astype(np.uint8)


def write(folder, name, array):
    """An IDX file of bytes; no time or name enters the gzip header, so the bytes are the same."""
    header = struct.pack(f">I{array.ndim}I", 0x0800 + array.ndim, *array.shape)
    packed = gzip.compress(header + array.tobytes(), mtime=0)
    (folder / f"{name}-ubyte.gz").write_bytes(packed)


def main():
    stream = np.random.default_rng([2015, 28])
    centres = stream.integers(4, SIDE - 4, (CLASSES, SPOTS, 2))
    folder = Path(__file__).parent / "mnist"
    folder.mkdir(exist_ok=True)
    for part, count in (("train", 200), ("t10k", 32)):
        images, labels = examples(count, centres, stream)
        write(folder, f"{part}-images-idx3", images)
        write(folder, f"{part}-labels-idx1", labels)


if __name__ == "__main__":
    main()
