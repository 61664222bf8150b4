"""The networks in plain JAX. Images are `[batch, height, width, channels]`.

`initial` draws a network's parameters and running averages, each a dictionary by layer; `forward` returns the logits
and the new running averages.
"""

import math

import jax
import jax.numpy as jnp
from jax import lax

from cases import CLASSES, DECAY, EPSILON, HIDDEN, RESNET_BLOCKS, RESNET_WIDTH

CHANNELS_LAST = ("NHWC", "HWIO", "NHWC")


class Layers:
    """The layers of one forward pass. A layer is known by the order in which it is called.

    With a `key`, the pass draws the parameters that it finds missing. With `products`, convolutions are computed as
    matrix products: inside a loop such as `lax.scan`, XLA's own convolutions on a CPU are several times slower than
    outside.
    """

    def __init__(self, case, parameters, averages, training=True, products=False, key=None):
        self.case, self.training, self.products, self.key = case, training, products, key
        self.parameters, self.averages = dict(parameters), dict(averages)
        self.count = 0

    def name(self, kind):
        self.count += 1
        return f"{self.count:02}-{kind}"

    def map(self, kind, shape, bias):
        """Weights `shape`, by Glorot's uniform rule, and a bias `[shape[-1]]` of 0."""
        name = self.name(kind)
        if name not in self.parameters:
            self.key, key = jax.random.split(self.key)
            window = math.prod(shape[:-2])
            limit = (6 / (window * (shape[-2] + shape[-1]))) ** 0.5
            self.parameters[name] = {"weight": jax.random.uniform(key, shape, minval=-limit, maxval=limit)}
            if bias:
                self.parameters[name]["bias"] = jnp.zeros(shape[-1])
        return self.parameters[name]

    def dense(self, x, outputs, bias):
        """`[batch, inputs]` -> `[batch, outputs]`"""
        layer = self.map("dense", (x.shape[-1], outputs), bias)
        return x @ layer["weight"] + layer.get("bias", 0)

    def convolution(self, x, outputs, stride=1):
        """`[batch, height, width, inputs]` -> `[batch, height / stride, width / stride, outputs]`"""
        layer = self.map("convolution", (3, 3, x.shape[-1], outputs), self.case.hidden_bias)
        weight, bias = layer["weight"], layer.get("bias", 0)
        if self.products:
            return windows(x, stride) @ weight.reshape(-1, outputs) + bias
        margins = ((1, 1), (1, 1))
        return lax.conv_general_dilated(x, weight, (stride, stride), margins, dimension_numbers=CHANNELS_LAST) + bias

    def norm(self, x):
        """Batch normalisation of the last axis."""
        name, features = self.name("norm"), x.shape[-1]
        if name not in self.parameters:
            self.parameters[name] = {"gamma": jnp.ones(features), "beta": jnp.zeros(features)}
            self.averages[name] = {"mean": jnp.zeros(features), "variance": jnp.ones(features)}
        layer, old = self.parameters[name], self.averages[name]
        mean, variance = old["mean"], old["variance"]
        if self.training:
            axes = tuple(range(x.ndim - 1))
            mean = x.mean(axes)
            # One pass over x, as in Flax.
            variance = jnp.maximum((x * x).mean(axes) - mean * mean, 0)
            new = {"mean": mean, "variance": variance}
            averaged = jax.tree.map(lambda o, n: DECAY * o + (1 - DECAY) * n, old, new)
            self.averages[name] = lax.stop_gradient(averaged)
        factor = layer["gamma"] * lax.rsqrt(variance + EPSILON)
        return (x - mean) * factor + layer["beta"]

    def hidden(self, x):
        """Norm and activation behind a hidden layer."""
        if self.case.placement == "before":
            x = self.norm(x)
        x = jax.nn.relu(x)
        return self.norm(x) if self.case.placement == "after" else x


def windows(x, stride):
    """`[batch, height, width, channels]` -> `[batch, height / stride, width / stride, 9 * channels]`: the values of
    the 3 x 3 window around each position, in the order of a weight's first three axes."""
    _, height, width, _ = x.shape
    x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [
        x[:, row : row + height : stride, column : column + width : stride]
        for row in range(3)
        for column in range(3)
    ]
    return jnp.concatenate(shifted, axis=-1)


def perceptron(layers, x):
    x = x.reshape(len(x), -1)
    for units in HIDDEN:
        x = layers.hidden(layers.dense(x, units, layers.case.hidden_bias))
    return layers.dense(x, CLASSES, True)


def convnet(layers, x):
    for channels in layers.case.network.channels:
        x = pooled(layers.hidden(layers.convolution(x, channels)))
    x = x.mean((1, 2)) if layers.case.network.global_average else x.reshape(len(x), -1)
    return layers.dense(x, CLASSES, True)


def pooled(x):
    """The largest value of each window of 2 x 2; a last odd row or column is left out.

    Faster than `lax.reduce_window`, whose derivative is slow on a CPU. Where two values of a window tie, each gets
    half of the gradient; behind a ReLU, ties are nearly always zeros, whose gradient is 0.
    """
    batch, height, width, channels = x.shape
    x = x[:, : height // 2 * 2, : width // 2 * 2]
    return x.reshape(batch, height // 2, 2, width // 2, 2, channels).max((2, 4))


def resnet(layers, x):
    """ResNet-20, for placements "none" and "before"."""

    def unit(x, channels, stride=1):
        y = layers.convolution(x, channels, stride)
        return layers.norm(y) if layers.case.placement == "before" else y

    x = jax.nn.relu(unit(x, RESNET_WIDTH))
    for stage in range(3):
        channels = RESNET_WIDTH << stage
        for position in range(RESNET_BLOCKS):
            stride = 2 if stage > 0 and position == 0 else 1
            y = unit(jax.nn.relu(unit(x, channels, stride)), channels)
            # Without parameters: every second row and column, and channels of zeros.
            x = x[:, ::stride, ::stride]
            x = jnp.pad(x, ((0, 0), (0, 0), (0, 0), (0, channels - x.shape[-1])))
            x = jax.nn.relu(y + x)
    return layers.dense(x.mean((1, 2)), CLASSES, True)


def network(case):
    """The function of the layers and the inputs for a case."""
    if case.name == "perceptron":
        return perceptron
    return convnet if case.network.channels else resnet


def initial(case, shape, key):
    """Parameters and running averages for images of `shape` (height, width, channels)."""
    layers = Layers(case, {}, {}, key=key)
    network(case)(layers, jnp.zeros((2, *shape)))
    # The pass has changed the averages that it drew.
    averages = {
        name: {"mean": jnp.zeros_like(value["mean"]), "variance": jnp.ones_like(value["variance"])}
        for name, value in layers.averages.items()
    }
    return layers.parameters, averages


def forward(case, parameters, averages, x, training=True, products=False):
    """Logits `[batch, classes]`, and the new running averages."""
    layers = Layers(case, parameters, averages, training, products)
    logits = network(case)(layers, x)
    return logits, layers.averages
