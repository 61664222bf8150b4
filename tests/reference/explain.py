"""Records the forward and backward pass of one unit in PyTorch's and Keras's batch normalisation, with and
without a ReLU before or after it: explain.json. The values are those of the README's example."""

import os

os.environ["KERAS_BACKEND"] = "jax"
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import keras
import torch
from keras.src.backend.common import dtypes

# 64-bit floats stay 64-bit floats inside the layer: see norm_keras.py.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

from reference_numbers import exact, rounded, write

VALUES = [-1, 2.1, 0.4, -0.5, 2.1]
GRADIENT = [1, -0.5, 0.25, 2, 0.75]  # of what leaves the unit
GAMMA, BETA = 1.5, 0.2
UNITS = [(None, "before"), ("relu", "before"), ("relu", "after")]


def unit(norm, relu, activation, placement):
    """The norm and activation of a unit, applied to the output of its linear map."""
    if activation is None:
        return norm
    if placement == "before":
        return lambda x: relu(norm(x))
    return lambda x: norm(relu(x))


def with_torch(activation, placement):
    layer = torch.nn.BatchNorm1d(1, dtype=torch.float64)  # eps=1e-5, momentum=0.1
    with torch.no_grad():
        layer.weight.fill_(GAMMA)
        layer.bias.fill_(BETA)
    f = unit(layer, torch.relu, activation, placement)
    x = torch.tensor(VALUES, dtype=torch.float64).reshape(-1, 1).requires_grad_()
    out = f(x)
    (out * torch.tensor(GRADIENT, dtype=torch.float64).reshape(-1, 1)).sum().backward()
    layer.eval()
    with torch.no_grad():
        evaluated = f(x)
    return {
        "out": rounded(out.detach()),
        "grad_x": rounded(x.grad),
        "grad_gamma": rounded(layer.weight.grad)[0],
        "grad_beta": rounded(layer.bias.grad)[0],
        "running_mean": rounded(layer.running_mean)[0],
        "running_var": rounded(layer.running_var)[0],
        "evaluated": rounded(evaluated),
    }


def with_keras(activation, placement):
    layer = keras.layers.BatchNormalization(dtype="float64")  # epsilon=1e-3, momentum=0.99
    layer.build((None, 1))
    layer.gamma.assign([GAMMA])
    layer.beta.assign([BETA])
    x = jnp.asarray(VALUES, dtype=jnp.float64).reshape(-1, 1)
    upstream = jnp.asarray(GRADIENT, dtype=jnp.float64).reshape(-1, 1)

    def loss(trainable, inputs):
        state = [variable.value for variable in layer.non_trainable_variables]
        seen = []

        def norm(z):
            y, after = layer.stateless_call(trainable, state, z, training=True)
            seen.extend(after)
            return y

        out = unit(norm, jax.nn.relu, activation, placement)(inputs)
        return (out * upstream).sum(), (out, seen)

    trainable = [variable.value for variable in layer.trainable_variables]
    gradient = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)
    (_, (out, state)), (parameters, grad_x) = gradient(trainable, x)
    for variable, value in zip(layer.non_trainable_variables, state):
        variable.assign(value)
    evaluate = unit(lambda z: layer(z, training=False), jax.nn.relu, activation, placement)
    assert out.dtype == grad_x.dtype == jnp.float64
    return {
        "out": rounded(out),
        "grad_x": rounded(grad_x),
        "grad_gamma": rounded(parameters[0])[0],
        "grad_beta": rounded(parameters[1])[0],
        "running_mean": rounded(layer.moving_mean.value)[0],
        "running_var": rounded(layer.moving_variance.value)[0],
        "evaluated": rounded(evaluate(x)),
    }


def record(preset, run):
    return [
        {"preset": preset, "activation": activation, "placement": placement}
        | run(activation, placement)
        for activation, placement in UNITS
    ]


if __name__ == "__main__":
    about = {
        "frameworks": f"torch {torch.__version__}; keras {keras.__version__} on jax {jax.__version__}",
        "computed_in": "float64",
    }
    content = {
        "values": exact(VALUES),
        "gradient": exact(GRADIENT),
        "gamma": GAMMA,
        "beta": BETA,
        "cases": record("pytorch", with_torch) + record("keras", with_keras),
    }
    write(__file__, about, content)
