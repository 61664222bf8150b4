"""The inputs on which the frameworks' batch normalisation layers are recorded.

No framework appears here; `norm_torch.py` and `norm_keras.py` push these cases through theirs.
"""

from dataclasses import dataclass

import numpy as np

from reference_numbers import dyadic

BATCHES = 3
EVALUATION_EXAMPLES = 4


@dataclass
class Case:
    """A layer's settings and parameters, three training batches and an evaluation batch."""

    name: str
    epsilon: float
    decay: float  # weight on the OLD running value
    gamma: np.ndarray
    beta: np.ndarray
    inputs: list  # of [batch, features]
    upstream: list  # dL/dy of each batch, L = sum(y * upstream)
    evaluation: np.ndarray


def draw(seed, name, batch, epsilon, decay, mean, std, bits=6):
    """A case whose feature j has mean[j] and standard deviation std[j] (0: constant)."""
    stream = np.random.default_rng([2015, seed])
    mean, std = np.asarray(mean, dtype=float), np.asarray(std, dtype=float)
    features = len(mean)

    def examples(count):
        return dyadic(mean + std * stream.standard_normal((count, features)), bits)

    return Case(
        name=name,
        epsilon=epsilon,
        decay=decay,
        gamma=dyadic(stream.uniform(0.5, 1.5, features) * stream.choice([-1, 1], features)),
        beta=dyadic(stream.normal(0, 0.5, features)),
        inputs=[examples(batch) for _ in range(BATCHES)],
        upstream=[dyadic(stream.standard_normal((batch, features))) for _ in range(BATCHES)],
        evaluation=examples(EVALUATION_EXAMPLES),
    )


def cases(epsilon, decay):
    """The cases that every framework takes, with the framework's own default constants."""
    return [
        draw(1, "typical", 8, epsilon, decay, [0, 0.5, -1, 2, 0], [1, 2, 0.5, 1, 3]),
        draw(2, "batch_of_two", 2, epsilon, decay, [0, 1, 0], [1, 0.25, 0.015625], bits=10),
        draw(3, "tiny_variance", 6, epsilon, decay, [0, 0, 0], [1e-3, 1e-3, 5e-3], bits=16),
        draw(4, "large_offset", 8, epsilon, decay, [100, -100, 100], [1, 1, 1]),
        draw(5, "decay_one_half", 6, epsilon, 0.5, [0, 1, -1, 0], [1, 1, 2, 0.5]),
        draw(6, "constant_feature", 5, epsilon, decay, [0, 2.5, -1], [1, 0, 1]),
        draw(7, "batch_of_64", 64, epsilon, decay, [0, 1, -0.5], [1, 2, 0.5]),
    ]


def batch_of_one(epsilon, decay):
    """One example a batch: the output is beta, whatever the input. PyTorch refuses it."""
    return draw(8, "batch_of_one", 1, epsilon, decay, [0, 1, -1], [1, 1, 1])
