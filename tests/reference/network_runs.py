"""Short training runs of small networks in PyTorch; shared by the scripts of the architectures.

A network is a function of a `Layers` object, which hands out parameters by the paths that bn-lab
keeps them under, so nothing has to be renamed or turned round on the other side.
"""

import numpy as np
import torch
from torch.nn import functional

from reference_numbers import dyadic, exact, rounded, write

BATCH, BATCHES, STEPS = 6, 3, 10
BITS = 8  # initial weights are multiples of 2^-BITS
EPSILON, DECAY = 1e-5, 0.9
MOMENTUM = 0.9
SETTINGS = [
    'norm.preset = "pytorch"',
    'train.optimizer = "momentum"',
    f"train.momentum = {MOMENTUM}",
]


class Layers:
    """Parameters and running statistics by name. A parameter is drawn when it is first requested."""

    def __init__(self, stream):
        self.stream = stream
        self.parameters, self.running, self.initial = {}, {}, {}
        self.training = True

    def parameter(self, name, shape, std):
        if name not in self.parameters:
            value = dyadic(self.stream.normal(0, std, shape), BITS)
            numerators = [int(v * 2**BITS) for v in value.ravel()]
            self.initial[name] = {"shape": list(shape), "values": numerators}
            self.parameters[name] = torch.tensor(value, requires_grad=True)
        return self.parameters[name]

    def dense(self, name, x, outputs, bias=True):
        """Weights are stored as [inputs, outputs]."""
        inputs = x.shape[1]
        y = x @ self.parameter(f"{name}.weight", (inputs, outputs), inputs**-0.5)
        return y + self.parameter(f"{name}.bias", (outputs,), 0.1) if bias else y

    def convolution(self, name, x, outputs, side=3, stride=1, bias=True):
        """Weights are stored as [outputs, inputs, side, side], PyTorch's own layout."""
        inputs = x.shape[1]
        std = (2 / (inputs * side**2)) ** 0.5
        weight = self.parameter(f"{name}.weight", (outputs, inputs, side, side), std)
        bias = self.parameter(f"{name}.bias", (outputs,), 0.1) if bias else None
        return functional.conv2d(x, weight, bias, stride=stride, padding=side // 2)

    def norm(self, name, x, running=None):
        """Batch normalisation; `running` names the running statistics where they are not its own."""
        features = x.shape[1]
        for part, start in (("gamma", torch.ones), ("beta", torch.zeros)):
            self.parameters.setdefault(
                f"{name}.{part}", start(features, dtype=torch.float64, requires_grad=True)
            )
        mean, variance = self.running.setdefault(
            running or name,
            (torch.zeros(features, dtype=torch.float64), torch.ones(features, dtype=torch.float64)),
        )
        gamma, beta = self.parameters[f"{name}.gamma"], self.parameters[f"{name}.beta"]
        return functional.batch_norm(
            x, mean, variance, gamma, beta, self.training, 1 - DECAY, EPSILON
        )


def batches(stream, image, classes):
    return [
        (
            dyadic(stream.standard_normal((BATCH, *image))),
            stream.integers(0, classes, BATCH),
        )
        for _ in range(BATCHES)
    ]


def train(network, layers, data, learning_rate):
    """The loss of every step, each taken before that step's update; the first step's logits."""
    losses, first, optimizer = [], None, None
    for step in range(STEPS):
        inputs, labels = data[step % BATCHES]
        logits = network(layers, torch.tensor(inputs))
        if first is None:
            first = logits.detach()
            parameters = layers.parameters.values()
            optimizer = torch.optim.SGD(parameters, lr=learning_rate, momentum=MOMENTUM)
        loss = functional.cross_entropy(logits, torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, first


def record(name, seed, config, image, classes, network, learning_rate=0.05):
    """One run: initial parameters, batches, and final state."""
    stream = np.random.default_rng([2015, seed])
    data = batches(stream, image, classes)
    layers = Layers(stream)
    losses, first = train(network, layers, data, learning_rate)
    layers.training = False
    with torch.no_grad():
        final = network(layers, torch.tensor(data[0][0]))
    return {
        "name": name,
        "config": [*SETTINGS, f"train.learning_rate = {learning_rate}", *config],
        "image": list(image),
        "classes": classes,
        "weights": layers.initial,
        "batches": [
            {"inputs": exact(inputs), "labels": [int(label) for label in labels]}
            for inputs, labels in data
        ],
        "first_logits": rounded(first),
        "losses": rounded(losses),
        "final_logits": rounded(final),
        "running": {
            norm: {"mean": rounded(mean), "variance": rounded(variance)}
            for norm, (mean, variance) in layers.running.items()
        },
    }


def write_runs(script, runs, **more):
    about = {
        "framework": f"torch {torch.__version__}",
        "computed_in": "float64",
        "running_variance": "unbiased",
        "weights_are_multiples_of": 2.0**-BITS,
    }
    write(script, about, {**more, "runs": runs})
