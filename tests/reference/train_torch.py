"""Records short PyTorch training runs of a small network: train_torch.json.

Placement x optimiser x activation, all from the same initial weights and over the same batches;
then, in fewer combinations, weight decay, clipping, schedules and parameters of the norm apart.
"""

from itertools import product

import numpy as np
import torch
from torch import nn

from reference_numbers import dyadic, exact, rounded, write
from schedule_torch import scheduler

SIZES = [6, 5, 4, 3]
BATCH, BATCHES, STEPS = 8, 4, 30
EPSILON, KEPT = 1e-5, 0.9
PLACEMENTS = ["none", "before", "after"]
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
RULES = {
    "sgd": {"rule": "sgd", "learning_rate": 0.1},
    "momentum": {"rule": "momentum", "learning_rate": 0.05, "momentum": 0.9},
    "rmsprop": {"rule": "rmsprop", "learning_rate": 0.01, "rho": 0.9, "epsilon": 1e-7},
    "adam": {"rule": "adam", "learning_rate": 0.01, **ADAM},
}
NESTEROV = {"rule": "nesterov", "learning_rate": 0.05, "momentum": 0.9}
ADAMW = {"rule": "adamw", "learning_rate": 0.01, **ADAM}
DECAY = {"weight_decay": 0.05}
VARIANTS = {
    "nesterov": NESTEROV,
    "adamw": {**ADAMW, **DECAY},
    "sgd, decay": {**RULES["sgd"], **DECAY},
    "momentum, decay": {**RULES["momentum"], **DECAY},
    "nesterov, decay": {**NESTEROV, **DECAY},
    "rmsprop, decay": {**RULES["rmsprop"], **DECAY},
    "adam, decay": {**RULES["adam"], **DECAY},
    "sgd, clipped by norm": {**RULES["sgd"], "clip_norm": 0.5},
    "adam, clipped by value": {**RULES["adam"], "clip_value": 0.05},
    "momentum, clipped by both": {**RULES["momentum"], "clip_value": 0.2, "clip_norm": 0.5},
    "adam, cosine": {**RULES["adam"], "schedule": "cosine", "final_share": 0.1, "warmup_steps": 5},
    "sgd, steps": {**RULES["sgd"], "schedule": "step", "milestones": [0.5, 0.75], "factor": 0.1},
    "adamw, norm apart": {**ADAMW, **DECAY, "norm_decay": False, "norm_rate_factor": 2.5},
    "sgd, norm apart": {**RULES["sgd"], **DECAY, "norm_decay": False, "norm_rate_factor": 0.5},
}
SOME = [("none", "relu"), ("before", "tanh"), ("after", "tanh")]


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
        return nn.BatchNorm1d(features, eps=EPSILON, momentum=1 - KEPT, dtype=torch.float64)

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


def optimizer(model, s):
    """PyTorch's optimiser with the settings `s`; gamma and beta form a group of their own."""
    groups = [{"params": []}, {"params": []}]
    for part in model:
        groups[isinstance(part, nn.BatchNorm1d)]["params"] += part.parameters()
    rate, decay = s["learning_rate"], s.get("weight_decay", 0.0)
    groups[1]["lr"] = rate * s.get("norm_rate_factor", 1.0)
    groups[1]["weight_decay"] = decay if s.get("norm_decay", True) else 0.0
    groups = [group for group in groups if group["params"]]
    if s["rule"] in ("adam", "adamw"):
        kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[s["rule"]]
        betas = s["beta_1"], s["beta_2"]
        return kind(groups, lr=rate, betas=betas, eps=s["epsilon"], weight_decay=decay)
    if s["rule"] == "rmsprop":
        rho, epsilon = s["rho"], s["epsilon"]
        return torch.optim.RMSprop(groups, lr=rate, alpha=rho, eps=epsilon, weight_decay=decay)
    momentum, nesterov = s.get("momentum", 0.0), s["rule"] == "nesterov"
    return torch.optim.SGD(groups, rate, momentum, weight_decay=decay, nesterov=nesterov)


def clip(parameters, s):
    """Clips each value, then all gradients together."""
    if "clip_value" in s:
        nn.utils.clip_grad_value_(parameters, s["clip_value"])
    if "clip_norm" in s:
        nn.utils.clip_grad_norm_(parameters, s["clip_norm"])


def train(model, settings, batches):
    """The loss of every step, each taken before that step's update."""
    update = optimizer(model, settings)
    schedule = scheduler(update, {"schedule": "constant", **settings}, STEPS)
    losses = []
    for step in range(STEPS):
        inputs, labels = batches[step % BATCHES]
        update.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        clip(list(model.parameters()), settings)
        update.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def record(layers, batches, placement, optimizer, activation):
    model = network(layers, placement, ACTIVATIONS[activation])
    losses = train(model, {**RULES, **VARIANTS}[optimizer], batches)
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
        "decay": KEPT,
        "optimizers": {**RULES, **VARIANTS},
        "layers": [{"weight": exact(weight), "bias": exact(bias)} for weight, bias in layers],
        "batches": [
            {"inputs": exact(x), "labels": [int(label) for label in y]}
            for x, y in zip(inputs, labels)
        ],
        "runs": [
            record(layers, batches, *combination)
            for combination in [
                *product(PLACEMENTS, RULES, ACTIVATIONS),
                *((place, name, activation) for name in VARIANTS for place, activation in SOME),
            ]
        ],
    }
    write(__file__, about, content)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
