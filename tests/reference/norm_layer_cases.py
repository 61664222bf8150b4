"""The inputs on which the frameworks' normalisation layers of every kind are recorded,
and the form in which that is written.

A case is a layer's settings by bn-lab's names (what a case does not name is bn-lab's default), the
shape of one example, and batches of any size; `record` pushes them through a layer.
"""

from dataclasses import dataclass, field

import numpy as np

from reference_numbers import dyadic, exact, rounded

EVALUATION_EXAMPLES = 3


@dataclass
class Case:
    """A layer's settings and parameters, training batches and an evaluation batch."""

    name: str
    settings: dict
    shape: tuple  # of one example: (features,) or (features, height, width)
    gamma: np.ndarray  # None: no scale
    beta: np.ndarray  # None: no shift
    inputs: list  # of [batch, *shape]
    upstream: list  # dL/dy of each batch, L = sum(y * upstream)
    evaluation: np.ndarray
    first_step: int = field(default=1)  # the number of the first training step


def draw(seed, name, settings, shape, batches, first_step=1):
    """A case whose features differ in mean and spread."""
    stream = np.random.default_rng([2018, seed])
    features = shape[0]
    along = (features,) + (1,) * (len(shape) - 1)
    mean = stream.uniform(-2, 2, along)
    std = stream.uniform(0.5, 3, along)

    def examples(count):
        return dyadic(mean + std * stream.standard_normal((count, *shape)))

    signs = stream.choice([-1, 1], features)
    gamma = dyadic(stream.uniform(0.5, 1.5, features) * signs)
    beta = dyadic(stream.normal(0, 0.5, features))
    return Case(
        name=name,
        settings=settings,
        shape=shape,
        gamma=gamma if settings.get("scale", True) else None,
        beta=beta if settings.get("center", True) else None,
        inputs=[examples(batch) for batch in batches],
        upstream=[dyadic(stream.standard_normal((batch, *shape))) for batch in batches],
        evaluation=examples(EVALUATION_EXAMPLES),
        first_step=first_step,
    )


def maybe(array):
    return None if array is None else rounded(array)


def record(case, train_step, evaluate):
    """`train_step(x, upstream, step)` gives y, the gradients of x, γ and β, and the running mean and
    variance after it; `evaluate(x)` gives y. Absent values are None."""

    def step(position):
        x, upstream = case.inputs[position], case.upstream[position]
        y, grad_x, *others = train_step(x, upstream, case.first_step + position)
        names = ["grad_gamma", "grad_beta", "running_mean", "running_var"]
        return {
            "batch": len(x),
            "x": exact(x),
            "upstream": exact(upstream),
            "y": rounded(y),
            "grad_x": rounded(grad_x),
            **{name: maybe(value) for name, value in zip(names, others, strict=True)},
        }

    return {
        "name": case.name,
        "settings": case.settings,
        "shape": list(case.shape),
        "first_step": case.first_step,
        "gamma": maybe(case.gamma),
        "beta": maybe(case.beta),
        "steps": [step(position) for position in range(len(case.inputs))],
        "evaluate": {
            "batch": len(case.evaluation),
            "x": exact(case.evaluation),
            "y": rounded(evaluate(case.evaluation)),
        },
    }
