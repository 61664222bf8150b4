"""Records Keras's BatchNormalization with every switch, LayerNormalization and GroupNormalization,
and its initialisers, regularisers and constraints: norm_options_keras.json."""

import os

os.environ["KERAS_BACKEND"] = "jax"
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import keras
from keras.src.backend.common import dtypes

# As in `norm_keras.py`: 64-bit floats stay 64-bit floats inside the layer.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

import numpy as np

from norm_layer_cases import draw, record
from reference_numbers import dyadic, exact, rounded, write

EPSILON = 1e-3
ROWS, MAPS = (5,), (3, 5, 3)


def layer_for(case):
    settings = case.settings
    if settings["method"] == "layer":
        layer = keras.layers.LayerNormalization(epsilon=EPSILON, dtype="float64")
    elif settings["method"] == "group":
        layer = keras.layers.GroupNormalization(
            groups=settings["groups"], axis=1, epsilon=EPSILON, dtype="float64"
        )
    else:
        constant = keras.initializers.Constant
        layer = keras.layers.BatchNormalization(
            axis=1,
            momentum=settings["decay"],
            epsilon=EPSILON,
            center=settings.get("center", True),
            scale=settings.get("scale", True),
            moving_mean_initializer=constant(settings.get("mean_init", 0)),
            moving_variance_initializer=constant(settings.get("variance_init", 1)),
            dtype="float64",
        )
    layer.build((None, *case.shape))
    if case.gamma is not None:
        layer.gamma.assign(case.gamma)
    if case.beta is not None:
        layer.beta.assign(case.beta)
    return layer


def recorded(case):
    layer = layer_for(case)
    is_batch = case.settings["method"] == "batch"

    def train_step(x, upstream, _step):
        def loss(trainable, inputs):
            state = [variable.value for variable in layer.non_trainable_variables]
            training = {"training": True} if is_batch else {}
            y, state = layer.stateless_call(trainable, state, inputs, **training)
            return (y * upstream).sum(), (y, state)

        trainable = [variable.value for variable in layer.trainable_variables]
        gradient = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)
        (_, (y, state)), (parameters, grad_x) = gradient(trainable, jnp.asarray(x))
        for variable, value in zip(layer.non_trainable_variables, state, strict=True):
            variable.assign(value)
        assert y.dtype == grad_x.dtype == jnp.float64
        parameters = list(parameters)
        return [
            y,
            grad_x,
            parameters.pop(0) if case.gamma is not None else None,
            parameters.pop(0) if case.beta is not None else None,
            layer.moving_mean.value if is_batch else None,
            layer.moving_variance.value if is_batch else None,
        ]

    def evaluate(x):
        training = {"training": False} if is_batch else {}
        return layer(jnp.asarray(x), **training)

    return record(case, train_step, evaluate)


def cases():
    batch = {"method": "batch", "epsilon": EPSILON, "decay": 0.99, "running_variance": "biased"}
    other = {"epsilon": EPSILON}
    initial = {**batch, "mean_init": 0.75, "variance_init": 2.5}
    no_scale, no_center = {**batch, "scale": False}, {**batch, "center": False}
    return [
        draw(51, "center=False", no_center, ROWS, [3, 2]),
        draw(52, "scale=False", no_scale, ROWS, [3, 1, 2]),
        draw(53, "neither", {**no_scale, **no_center}, ROWS, [4]),
        draw(54, "moving statistics that start elsewhere", initial, ROWS, [3, 2, 32]),
        draw(55, "feature maps", batch, MAPS, [3, 1, 2]),
        draw(56, "feature maps, scale=False", no_scale, (3, 1, 3), [2, 3]),
        draw(57, "layer norm on rows", {**other, "method": "layer"}, ROWS, [1, 3, 2]),
        draw(58, "group norm on rows", {**other, "method": "group", "groups": 2}, (6,), [1, 3]),
        draw(59, "group norm on maps", {**other, "method": "group", "groups": 2}, (4, 3, 1), [2]),
    ]


def vectors():
    stream = np.random.default_rng([2018, 60])
    drawn = [dyadic(stream.normal(0, size, count)) for size, count in [(1, 5), (3, 7), (0.1, 3)]]
    return [*drawn, np.zeros(3), np.array([-2.0])]


def regularisation(vector, l1, l2):
    value = jnp.asarray(vector)
    loss = keras.regularizers.L1L2(l1=l1, l2=l2)
    return {
        "vector": exact(vector),
        "l1": l1,
        "l2": l2,
        "loss": float(f"{float(loss(value)):.9g}"),
        "gradient": rounded(jax.grad(loss)(value)),
    }


def constraint(vector, name, rule, limit=None):
    after = rule(jnp.asarray(vector))
    return {"name": name, "limit": limit, "before": exact(vector), "after": rounded(after)}


def constraints(vector):
    rules = keras.constraints
    return [
        constraint(vector, "non_negative", rules.NonNeg()),
        constraint(vector, "max_norm", rules.MaxNorm(2.0), 2.0),
        constraint(vector, "max_norm", rules.MaxNorm(0.5), 0.5),
        constraint(vector, "unit_norm", rules.UnitNorm()),
    ]


if __name__ == "__main__":
    about = {
        "framework": f"keras {keras.__version__} on jax {jax.__version__}",
        "computed_in": "float64",
    }
    factors = [(0.25, 0.0), (0.0, 0.5), (0.125, 0.25)]
    # At 0 the gradient of |x| is a matter of convention, so there is no vector of zeros.
    nonzero = [vector for vector in vectors() if vector.all()]
    content = {
        "cases": [recorded(case) for case in cases()],
        "regularisers": [regularisation(v, l1, l2) for v in nonzero for l1, l2 in factors],
        "constraints": [row for vector in vectors() for row in constraints(vector)],
    }
    write(__file__, about, content)
