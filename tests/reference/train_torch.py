"""Records short PyTorch training runs of a small network: train_torch.json.

Placement x optimiser x activation, all from the same initial weights and over the same batches.
"""

from itertools import product

import numpy as np
import torch
from torch import nn

from reference_numbers import dyadic, exact, rounded, write

SIZES = [6, 5, 4, 3]
BATCH, BATCHES, STEPS = 8, 4, 30
EPSILON, DECAY = 1e-5, 0.9
PLACEMENTS = ["none", "before", "after"]
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-7),
}
SETTINGS = {
    "sgd": {"learning_rate": 0.1},
    "momentum": {"learning_rate": 0.05, "momentum": 0.9},
    "rmsprop": {"learning_rate": 0.01, "rho": 0.9, "epsilon": 1e-7},
    "adam": {"learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
}


def initial_layers(stream):
    """Weights in the layout [inputs, outputs], and biases, of each linear layer."""
    return [
        (
            dyadic(stream.normal(0, (2 / inputs) ** 0.5, (inputs, outputs)), 8),
            dyadic(stream.normal(0, 0.1, outputs), 8),
        )
        for inputs, outputs in zip(SIZES, SIZES[1:])
    ]


def linear(weight, bias):
    """A linear layer with the given weights; PyTorch's own layout is [outputs, inputs]."""
    layer = nn.Linear(*weight.shape, bias=bias is not None, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight.T))
        if bias is not None:
            layer.bias.copy_(torch.tensor(bias))
    return layer


def network(layers, placement, activation):
    """Hidden layers as the placement says; the output layer is linear with a bias."""

    def norm(features):
        return nn.BatchNorm1d(features, eps=EPSILON, momentum=1 - DECAY, dtype=torch.float64)

    parts = []
    for weight, bias in layers[:-1]:
        units = weight.shape[1]
        if placement == "none":
            parts += [linear(weight, bias), activation()]
        elif placement == "before":
            parts += [linear(weight, None), norm(units), activation()]
        else:
            parts += [linear(weight, bias), activation(), norm(units)]
    return nn.Sequential(*parts, linear(*layers[-1]))


def train(model, optimizer, batches):
    """The loss of every step, each taken before that step's update."""
    losses = []
    for step in range(STEPS):
        inputs, labels = batches[step % BATCHES]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def record(layers, batches, placement, optimizer, activation):
    model = network(layers, placement, ACTIVATIONS[activation])
    losses = train(model, OPTIMIZERS[optimizer](model.parameters()), batches)
    model.eval()
    with torch.no_grad():
        logits = model(batches[0][0])
    norms = [part for part in model if isinstance(part, nn.BatchNorm1d)]
    return {
        "placement": placement,
        "optimizer": optimizer,
        "activation": activation,
        "losses": rounded(losses),
        "final_logits": rounded(logits),
        "final_norms": [
            {"running_mean": rounded(norm.running_mean), "running_var": rounded(norm.running_var)}
            for norm in norms
        ],
    }


def main():
    stream = np.random.default_rng([2015, 300])
    layers = initial_layers(stream)
    inputs = [dyadic(stream.standard_normal((BATCH, SIZES[0]))) for _ in range(BATCHES)]
    labels = [stream.integers(0, SIZES[-1], BATCH) for _ in range(BATCHES)]
    batches = [(torch.tensor(x), torch.tensor(y)) for x, y in zip(inputs, labels)]
    about = {
        "framework": f"torch {torch.__version__}",
        "computed_in": "float64",
        "running_variance": "unbiased",
        "weight_layout": "[inputs, outputs], row-major",
    }
    content = {
        "sizes": SIZES,
        "batch": BATCH,
        "steps": STEPS,
        "epsilon": EPSILON,
        "decay": DECAY,
        "optimizers": SETTINGS,
        "layers": [{"weight": exact(weight), "bias": exact(bias)} for weight, bias in layers],
        "batches": [
            {"inputs": exact(x), "labels": [int(label) for label in y]}
            for x, y in zip(inputs, labels)
        ],
        "runs": [
            record(layers, batches, *combination)
            for combination in product(PLACEMENTS, OPTIMIZERS, ACTIVATIONS)
        ],
    }
    write(__file__, about, content)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
