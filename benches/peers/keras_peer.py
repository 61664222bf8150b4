"""Times training steps of Keras's `fit` with TensorFlow.

The images lie in memory as 32-bit floats from 0 to 1, the form in which `fit` is fastest. Mode "fit" is what `fit`
does by default; mode "fit-grouped" runs up to 50 steps as one function (`steps_per_execution`).
"""

import math
import os

import measure
from cases import ADAM_EPSILON, ADAM_RATE, BETA_1, BETA_2, CLASSES, DECAY, EPSILON, HIDDEN, MOMENTUM, MOMENTUM_RATE

MODES = ["fit", "fit-grouped"]
# `fit` prepares each call for some tenths of a second, so that a call must not be short.
LEAST_STEPS_OF_CALL = 400
GROUP = 50


def load():
    """The version, and the function that prepares a training."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    def prepare(case, mode, images, labels):
        if case.name not in ("perceptron", "convnet"):
            return None
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        model = compiled(keras, case, images.shape[1:], GROUP if mode == "fit-grouped" else 1)
        images = images.astype("float32") / 255
        labels = labels.astype("int32")

        def train(rows):
            # `fit` draws an order of its own. With fewer steps than a pass has, it sees a part of the examples.
            steps, batch_size = rows.shape
            passes = math.ceil(steps / (len(labels) // batch_size))
            used = steps // passes * batch_size
            history = model.fit(images[:used], labels[:used], batch_size=batch_size, epochs=passes, verbose=0)
            return sum(history.history["loss"]) / passes

        return train

    return f"{keras.__version__} with TensorFlow {tf.__version__}", prepare


def compiled(keras, case, shape, group=1, metrics=()):
    """The network of a case for images of `shape` (height, width, channels), ready for `fit`."""
    model = keras.Sequential([keras.Input(shape), *layers(keras, case)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer(keras, case), loss, metrics=list(metrics), steps_per_execution=group)
    return model


def optimizer(keras, case):
    if case.network.optimizer == "adam":
        return keras.optimizers.Adam(ADAM_RATE, beta_1=BETA_1, beta_2=BETA_2, epsilon=ADAM_EPSILON)
    return keras.optimizers.SGD(MOMENTUM_RATE, momentum=MOMENTUM)


def layers(keras, case):
    """The layers of a perceptron or a network of convolutions; their weights start by Glorot's uniform rule."""
    from keras.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D

    found = []
    if case.name == "perceptron":
        found.append(Flatten())
        for units in HIDDEN:
            found += [Dense(units, use_bias=case.hidden_bias), *hidden(keras, case.placement)]
        return [*found, Dense(CLASSES)]
    for channels in case.network.channels:
        found.append(Conv2D(channels, 3, padding="same", use_bias=case.hidden_bias))
        found += [*hidden(keras, case.placement), MaxPooling2D(2)]
    head = GlobalAveragePooling2D() if case.network.global_average else Flatten()
    return [*found, head, Dense(CLASSES)]


def hidden(keras, placement):
    """Norm and activation behind a hidden layer."""
    norm, relu = keras.layers.BatchNormalization(momentum=DECAY, epsilon=EPSILON), keras.layers.ReLU()
    return {"none": [relu], "before": [norm, relu], "after": [relu, norm]}[placement]


if __name__ == "__main__":
    measure.main("keras", __doc__.splitlines()[0], MODES, load, LEAST_STEPS_OF_CALL)
