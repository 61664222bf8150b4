"""The training step in plain JAX: loss, gradient, update rule; and evaluation."""

from functools import partial

import jax
import jax.numpy as jnp

import jax_networks
from cases import ADAM_EPSILON, ADAM_RATE, BETA_1, BETA_2, MOMENTUM, MOMENTUM_RATE


@partial(jax.jit, static_argnums=(0, 1))
def initial(case, shape, seed):
    """The state of a training: parameters, running averages, the update rule's moments, the number of steps."""
    parameters, averages = jax_networks.initial(case, shape, jax.random.key(seed))
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    second = jax.tree.map(jnp.zeros_like, parameters) if case.network.optimizer == "adam" else {}
    return {
        "parameters": parameters,
        "averages": averages,
        "first": zeros,
        "second": second,
        "steps": jnp.zeros((), jnp.int32),
    }


def step(case, state, images, labels, row, products=False):
    """The state after a step on the examples `row` `[batch]`, and its loss.

    `images` `[n, height, width, channels]` and `labels` `[n]` are bytes.
    """
    pixels, labels = (jnp.take(each, row, axis=0, mode="clip") for each in (images, labels))

    def loss_of(parameters):
        averages = state["averages"]
        logits, averages = jax_networks.forward(case, parameters, averages, unit(pixels), products=products)
        return cross_entropy(logits, labels).mean(), averages

    gradient = jax.value_and_grad(loss_of, has_aux=True)
    (loss, averages), gradients = gradient(state["parameters"])
    rule = adam if case.network.optimizer == "adam" else momentum
    return rule(state, gradients) | {"averages": averages, "steps": state["steps"] + 1}, loss


def unit(pixels):
    """Bytes as 32-bit floats from 0 to 1."""
    return pixels.astype(jnp.float32) / 255


def cross_entropy(logits, labels):
    """`[batch, classes]` and `[batch]` -> `[batch]`"""
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None].astype(jnp.int32), 1)
    return -chosen[:, 0]


def momentum(state, gradients):
    velocity = jax.tree.map(lambda v, g: MOMENTUM * v + g, state["first"], gradients)
    parameters = jax.tree.map(lambda w, v: w - MOMENTUM_RATE * v, state["parameters"], velocity)
    return state | {"parameters": parameters, "first": velocity}


def adam(state, gradients):
    number = (state["steps"] + 1).astype(jnp.float32)
    first = jax.tree.map(lambda m, g: m + (1 - BETA_1) * (g - m), state["first"], gradients)
    second = jax.tree.map(lambda s, g: s + (1 - BETA_2) * (g * g - s), state["second"], gradients)
    root = jnp.sqrt(1 - BETA_2**number)
    rate, epsilon = ADAM_RATE * root / (1 - BETA_1**number), ADAM_EPSILON * root

    def update(w, m, s):
        return w - rate * m / (jnp.sqrt(s) + epsilon)

    parameters = jax.tree.map(update, state["parameters"], first, second)
    return state | {"parameters": parameters, "first": first, "second": second}


def scan(case, state, images, labels, rows):
    """The state after a step for each row of `rows` `[steps, batch]`, and the losses `[steps]`."""

    def body(state, row):
        return step(case, state, images, labels, row, products=True)

    return jax.lax.scan(body, state, rows)


def scores(case, state, images, labels):
    """Mean loss and accuracy of the network with its running averages."""
    parameters, averages = state["parameters"], state["averages"]
    logits, _ = jax_networks.forward(case, parameters, averages, unit(images), training=False)
    return cross_entropy(logits, labels).mean(), (logits.argmax(1) == labels).mean()
