"""A process of `headline.py`: reads a placement and a seed from each line of its input, trains the headline network,
and prints its scores as one line of JSON."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

import data
from cases import Case

BATCH_SIZE, EVALUATION_BATCH, HELD_OUT = 32, 500, 5000


class Images:
    """MNIST as bytes: images `[n, 28, 28, 1]` and labels `[n]` for training and for the test."""

    def __init__(self, data_dir):
        self.images, self.labels = data.mnist(data_dir)
        self.test = data.mnist_test(data_dir)

    def split(self, seed):
        """Rows for training and rows held out for validation."""
        order = np.random.default_rng(seed).permutation(len(self.labels))
        return order[HELD_OUT:], order[:HELD_OUT]


def jax_trainer(mnist, epochs):
    """A function of a placement and a seed. A pass over the data is one compiled function, and an evaluation one."""
    from functools import partial

    import jax
    import jax.numpy as jnp

    import jax_training

    images, labels = jnp.asarray(mnist.images), jnp.asarray(mnist.labels)
    # As many at a time as are held out, so that one compiled function evaluates both parts.
    test = [tuple(map(jnp.asarray, part)) for part in zip(*(np.split(each, 2) for each in mnist.test))]

    def epoch(case, state, images, labels, order):
        """A pass: the full batches, and the smaller one at the end. Returns the mean loss of its steps."""
        full = len(order) // BATCH_SIZE
        rows, last = order[: full * BATCH_SIZE].reshape(full, BATCH_SIZE), order[full * BATCH_SIZE :]
        state, losses = jax_training.scan(case, state, images, labels, rows)
        if len(last):
            state, _ = jax_training.step(case, state, images, labels, last)
        return state, losses.mean()

    def scores(case, state, images, labels):
        """Mean loss and accuracy of 5,000 examples, in batches of 500."""
        batches = (each.reshape(-1, EVALUATION_BATCH, *each.shape[1:]) for each in (images, labels))
        found = jax.lax.map(lambda batch: jax_training.scores(case, state, *batch), tuple(batches))
        return tuple(each.mean() for each in found)

    compiled = {}

    def train(placement, seed):
        case = Case("perceptron", placement, BATCH_SIZE)
        if placement not in compiled:
            compiled[placement] = (
                jax.jit(partial(epoch, case), donate_argnums=0),
                jax.jit(partial(scores, case)),
            )
        one_epoch, score = compiled[placement]
        rows, held_out = mnist.split(seed)
        validation = images[held_out], labels[held_out]
        state, stream = jax_training.initial(case, mnist.images.shape[1:], seed), np.random.default_rng([seed, 1])
        history = []
        for _ in range(epochs):
            state, loss = one_epoch(state, images, labels, stream.permutation(rows).astype(np.int32))
            parts = [np.array(score(state, *part)) for part in (validation, *test)]
            history.append({
                "train_loss": float(loss),
                "validation_accuracy": float(parts[0][1]),
                "test_accuracy": float((parts[1][1] + parts[2][1]) / 2),
            })
        return history[-1]

    return train


def keras_trainer(mnist, epochs):
    """A function of a placement and a seed, which calls `fit` once."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    import keras_peer

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    images, labels = scaled(mnist.images), mnist.labels.astype("int32")
    test = scaled(mnist.test[0]), mnist.test[1].astype("int32")

    class Test(keras.callbacks.Callback):
        """Evaluates on the test set after each pass."""

        def on_epoch_end(self, epoch, logs=None):
            self.scores = self.model.evaluate(*test, batch_size=EVALUATION_BATCH, verbose=0)

    def train(placement, seed):
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        case = Case("perceptron", placement, BATCH_SIZE)
        model = keras_peer.compiled(keras, case, images.shape[1:], keras_peer.GROUP, metrics=["accuracy"])
        rows, held_out = mnist.split(seed)
        callback = Test()
        history = model.fit(
            images[rows],
            labels[rows],
            batch_size=BATCH_SIZE,
            epochs=epochs,
            validation_data=(images[held_out], labels[held_out]),
            validation_batch_size=EVALUATION_BATCH,
            callbacks=[callback],
            verbose=0,
        ).history
        return {
            "train_loss": history["loss"][-1],
            "validation_accuracy": history["val_accuracy"][-1],
            "test_accuracy": callback.scores[1],
        }

    return train


def scaled(images):
    """Bytes as 32-bit floats from 0 to 1."""
    return images.astype("float32") / 255


TRAINERS = {"jax": jax_trainer, "keras": keras_trainer}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=list(TRAINERS))
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of MNIST")
    parser.add_argument("--epochs", type=int, default=10)
    chosen = parser.parse_args()
    try:
        mnist = Images(chosen.data_dir)
    except data.Missing as missing:
        sys.exit(str(missing))
    train = TRAINERS[chosen.peer](mnist, chosen.epochs)
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.perf_counter()
        scores = train(asked["placement"], asked["seed"])
        seconds = round(time.perf_counter() - started, 2)
        print(json.dumps(asked | {"seconds": seconds} | scores), flush=True)


if __name__ == "__main__":
    main()
