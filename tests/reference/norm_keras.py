"""Records Keras's BatchNormalization on every case of `norm_cases.py`: norm_keras.json."""

import os

os.environ["KERAS_BACKEND"] = "jax"
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import keras
from keras.src.backend.common import dtypes

# Outside TensorFlow, Keras's type promotion turns 64-bit floats into 32-bit ones inside the layer
# even where 64-bit was asked for. Taking that one rule out leaves the layer's own code as it is.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

from norm_cases import batch_of_one, cases
from reference_numbers import exact, rounded, write


def layer_for(case):
    layer = keras.layers.BatchNormalization(
        momentum=case.decay, epsilon=case.epsilon, dtype="float64"
    )
    layer.build((None, len(case.gamma)))
    layer.gamma.assign(case.gamma)
    layer.beta.assign(case.beta)
    return layer


def train_step(layer, x, upstream):
    """One forward and backward pass in training mode; no parameter is updated."""

    def loss(trainable, inputs):
        state = [variable.value for variable in layer.non_trainable_variables]
        y, state = layer.stateless_call(trainable, state, inputs, training=True)
        return (y * upstream).sum(), (y, state)

    trainable = [variable.value for variable in layer.trainable_variables]
    gradient = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)
    (_, (y, state)), (parameters, grad_x) = gradient(trainable, jnp.asarray(x))
    for variable, value in zip(layer.non_trainable_variables, state):
        variable.assign(value)
    assert y.dtype == grad_x.dtype == jnp.float64
    return {
        "x": exact(x),
        "upstream": exact(upstream),
        "y": rounded(y),
        "grad_x": rounded(grad_x),
        "grad_gamma": rounded(parameters[0]),
        "grad_beta": rounded(parameters[1]),
        "running_mean": rounded(layer.moving_mean.value),
        "running_var": rounded(layer.moving_variance.value),
    }


def record(case):
    layer = layer_for(case)
    batch, features = case.inputs[0].shape
    return {
        "name": case.name,
        "epsilon": case.epsilon,
        "decay": case.decay,
        "batch": batch,
        "features": features,
        "gamma": exact(case.gamma),
        "beta": exact(case.beta),
        "steps": [train_step(layer, x, g) for x, g in zip(case.inputs, case.upstream)],
        "evaluate": {
            "batch": len(case.evaluation),
            "x": exact(case.evaluation),
            "y": rounded(layer(jnp.asarray(case.evaluation), training=False)),
        },
    }


if __name__ == "__main__":
    about = {
        "framework": f"keras {keras.__version__} on jax {jax.__version__}",
        "computed_in": "float64",
        "running_variance": "biased",
    }
    # BatchNormalization's defaults: epsilon=1e-3, momentum=0.99.
    chosen = [*cases(1e-3, 0.99), batch_of_one(1e-3, 0.99)]
    write(__file__, about, {"cases": [record(case) for case in chosen]})
