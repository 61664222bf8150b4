"""How fast PyTorch or Keras trains the headline network on a CPU: the scripts a user would write.

The network is 784-128-64-10 with ReLU, trained by Adam at 1e-3. The data lie in memory as one
32-bit array; every epoch has its own order; the loss of every step is read, as any log would.
One epoch warms up (compilation, caches), then each of `--repeats` epochs is timed. On a busy
machine the processor time, summed over threads, is the steadier figure.
"""

import argparse
import gzip
import importlib.util
import os
import statistics
import time
from pathlib import Path

import numpy as np

SIZES = [784, 128, 64, 10]
LEARNING_RATE = 1e-3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--framework", choices=["torch", "keras"], default="torch")
    parser.add_argument("--placement", choices=["none", "before", "after"], default="before")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5, help="timed epochs")
    parser.add_argument("--examples", type=int, default=55_000)
    parser.add_argument("--fused", action="store_true", help="PyTorch's fused Adam")
    parser.add_argument("--data-dir", type=Path, help="MNIST's .gz files; else random data")
    return parser.parse_args()


def examples(options):
    """Inputs [n, 784] in 0...1 and labels [n]."""
    if options.data_dir is None:
        stream = np.random.default_rng(0)
        inputs = stream.random((options.examples, SIZES[0]), dtype=np.float32)
        return inputs, stream.integers(0, SIZES[-1], options.examples)
    images = gzip.decompress((options.data_dir / "train-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((options.data_dir / "train-labels-idx1-ubyte.gz").read_bytes())
    inputs = np.frombuffer(images, np.uint8, offset=16).reshape(-1, SIZES[0])
    labels = np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)
    return inputs[: options.examples].astype(np.float32) / 255, labels[: options.examples]


def torch_epoch(options, inputs, labels):
    """A function that trains one epoch eagerly and returns its mean loss."""
    import torch
    from torch import nn

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    parts = []
    for fan_in, fan_out in zip(SIZES[:-2], SIZES[1:-1]):
        parts.append(nn.Linear(fan_in, fan_out, bias=options.placement != "before"))
        parts += {
            "none": [nn.ReLU()],
            "before": [nn.BatchNorm1d(fan_out), nn.ReLU()],
            "after": [nn.ReLU(), nn.BatchNorm1d(fan_out)],
        }[options.placement]
    model = nn.Sequential(*parts, nn.Linear(*SIZES[-2:])).train()
    fused = options.fused or None
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=fused)
    inputs, labels = torch.from_numpy(inputs), torch.from_numpy(labels)

    def epoch():
        total = 0.0
        for batch in torch.randperm(len(inputs)).split(options.batch_size):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        return total / len(inputs)

    return f"torch {torch.__version__} eager" + (", fused Adam" if fused else ""), epoch


def keras_epoch(options, inputs, labels):
    """A function that trains one epoch with `fit` and returns its mean loss."""
    backends = ["jax", "tensorflow", "torch"]
    installed = [name for name in backends if importlib.util.find_spec(name)]
    os.environ.setdefault("KERAS_BACKEND", installed[0])
    if hasattr(os, "sched_setaffinity"):  # JAX takes no thread count: it counts its cores.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-options.threads :])
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((SIZES[0],))])
    for units in SIZES[1:-1]:
        model.add(layers.Dense(units, use_bias=options.placement != "before"))
        if options.placement == "before":
            model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        if options.placement == "after":
            model.add(layers.BatchNormalization())
    model.add(layers.Dense(SIZES[-1]))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss)

    def epoch():
        history = model.fit(inputs, labels, batch_size=options.batch_size, epochs=1, verbose=0)
        return history.history["loss"][0]

    return f"keras {keras.__version__} on {keras.backend.backend()}, fit", epoch


def main():
    options = arguments()
    make = {"torch": torch_epoch, "keras": keras_epoch}[options.framework]
    name, epoch = make(options, *examples(options))
    epoch()
    seconds, cpu_seconds = [], []
    for _ in range(options.repeats):
        start, cpu_start = time.perf_counter(), time.process_time()
        loss = epoch()
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    steps = -(-options.examples // options.batch_size)
    median = statistics.median(seconds)
    print(
        f"{name}: placement {options.placement}, batch {options.batch_size}, "
        f"threads {options.threads}: median of {options.repeats} epochs "
        f"{1e6 * median / steps:.0f} us/step (fastest {1e6 * min(seconds) / steps:.0f}; "
        f"processor time {1e6 * statistics.median(cpu_seconds) / steps:.0f}), "
        f"{options.examples / median:.0f} examples/s, last epoch's mean loss {loss:.4f}"
    )


if __name__ == "__main__":
    main()
