"""The values in `layers.csv` of the untrained network, computed again by PyTorch from the same weights,
examples and first batch. The quantities are defined in `src/train/probe/`; the code here follows
those definitions and the papers, in 64-bit floats, not bn-lab's code.

Not computed again: `running_mean_error` and `running_variance_ratio`, which compare with statistics
over examples that bn-lab draws from a stream of its own.
"""

import copy

import numpy as np
import torch
from torch.nn import functional as F

PERCENTILES = (2, 15, 50, 85, 98)
DRAWN = ("running_mean_error", "running_variance_ratio")


class Moment:
    """A network before its first step: its parameters, and the batch of the step."""

    def __init__(self, model, inputs, labels):
        self.model, self.inputs, self.labels = model, inputs, labels

    def at(self, parameters):
        """Loss and gradients with other parameters, by name; no buffer changes."""
        model = copy.deepcopy(self.model)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(parameters[name])
        taps = []
        logits = model(self.inputs, taps)
        for _, pre_activation, _ in taps:
            pre_activation.retain_grad()
        loss = F.cross_entropy(logits, self.labels)
        loss.backward()
        gradients = {name: p.grad for name, p in model.named_parameters()}
        return loss.item(), gradients, {layer: x.grad.norm().item() for layer, x, _ in taps}


def norm(tensors):
    return torch.cat([tensor.flatten() for tensor in tensors]).norm().item()


def layer_of(parameter):
    """The name of its layer, as used for activations: blocks.0 of blocks.0.convolution.weight."""
    layer = parameter.rpartition(".")[0]
    return layer.removesuffix(".convolution").removesuffix(".linear")


def readings(trial, model, optimizer, rate, data):
    """The readings of step 0, by (layer, quantity)."""
    inputs, labels = data.batch(trial.batches()[0])
    inputs = torch.from_numpy(inputs).to(next(model.parameters()).dtype)
    moment = Moment(model, inputs, torch.from_numpy(labels).long())
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    after = one_step(moment, optimizer)
    found = {}
    found.update(gradients(moment, before, after))
    found.update(landscape(moment, before, rate, multiples(trial)))
    found.update(covariate_shift(moment, before, after))
    found.update(affine(model))
    return found


def one_step(moment, optimizer):
    """The parameters after the step."""
    model = copy.deepcopy(moment.model)
    update = optimizer(model.parameters())
    F.cross_entropy(model(moment.inputs, []), moment.labels).backward()
    update.step()
    return {name: p.detach() for name, p in model.named_parameters()}


def gradients(moment, before, after):
    """Norms of each weight, its gradient and its update, and of the back-propagated gradients."""
    _, slope, back_propagated = moment.at(before)
    for layer, value in back_propagated.items():
        yield (layer, "backpropagated_gradient_norm"), value
    for name, gradient in slope.items():
        if gradient.dim() >= 2:
            layer, size = layer_of(name), norm([before[name]])
            yield (layer, "weight_gradient_norm"), norm([gradient])
            yield (layer, "weight_norm"), size
            yield (layer, "update_ratio"), norm([after[name] - before[name]]) / size


def multiples(trial):
    """The step sizes of the landscape, in learning rates, taken from the names of the quantities."""
    head = "relative_loss_x"
    names = {row["quantity"] for row in trial.rows("layers.csv")}
    return sorted(float(name.removeprefix(head)) for name in names if name.startswith(head))


def landscape(moment, before, rate, steps):
    """The loss and its gradient along the gradient."""
    loss, slope, _ = moment.at(before)
    size, losses, distances = norm(slope.values()), [], []
    for multiple in steps:
        there = {name: p - multiple * rate * slope[name] for name, p in before.items()}
        loss_there, slope_there, _ = moment.at(there)
        losses.append(loss_there)
        distances.append(norm([slope[name] - slope_there[name] for name in slope]))
        yield ("all", f"relative_loss_x{multiple:g}"), loss_there / loss
    if steps:
        smoothness = [d / (m * rate * size) for d, m in zip(distances, steps)]
        yield ("all", "learning_rate"), rate
        yield ("all", "loss"), loss
        yield ("all", "gradient_norm"), size
        yield ("all", "landscape_loss_min"), min(losses)
        yield ("all", "landscape_loss_max"), max(losses)
        yield ("all", "gradient_distance_min"), min(distances)
        yield ("all", "gradient_distance_max"), max(distances)
        yield ("all", "gradient_relative_distance_max"), max(distances) / size
        yield ("all", "effective_smoothness"), max(smoothness)


def covariate_shift(moment, before, after):
    """How each weight's gradient changes when the layers below are updated."""
    _, slope, _ = moment.at(before)
    for name, here in slope.items():
        if here.dim() < 2:
            continue
        depth = moment.model.depth
        mixed = {p: (after if depth(p) < depth(name) else before)[p] for p in before}
        there = moment.at(mixed)[1][name]
        layer, shift = layer_of(name), norm([here - there])
        cosine = (here * there).sum().item() / (norm([here]) * norm([there]))
        yield (layer, "covariate_shift"), shift
        yield (layer, "covariate_shift_relative"), shift / norm([here])
        yield (layer, "covariate_shift_cosine"), cosine


def affine(model):
    """Mean and spread of gamma and beta."""
    for layer, module in model.named_modules():
        if hasattr(module, "running_mean"):
            for quantity, values in (("gamma", module.weight), ("beta", module.bias)):
                yield (layer, f"{quantity}_mean"), values.mean().item()
                yield (layer, f"{quantity}_std"), values.std(correction=0).item()


def activations(trial, model, data, kind, examples, unit=0):
    """Distributions around each nonlinearity, on the first held-out examples."""
    chosen = held_out(trial, data)[:examples]
    inputs = torch.from_numpy(data.batch(chosen)[0]).to(next(model.parameters()).dtype)
    taps = []
    with torch.no_grad():
        copy.deepcopy(model)(inputs, taps)
    for layer, *sides in taps:
        for name, values in zip(("pre_activation", "activation"), map(by_feature, sides)):
            yield (layer, f"{name}_mean"), values.mean()
            yield (layer, f"{name}_std"), values.std()
            yield from percentiles(layer, name, values)
        if kind == "relu":
            yield (layer, "dead"), (values <= 0).all(axis=0).mean()
        elif kind in ("sigmoid", "tanh"):
            ends = 2 * values - 1 if kind == "sigmoid" else values
            yield (layer, "saturated"), (np.abs(ends) > 0.99).mean()
    if taps:
        layer, last, _ = taps[-1]
        yield from percentiles(layer, "unit_pre_activation", by_feature(last)[:, unit])


def held_out(trial, data):
    """The validation examples, ascending: those that no epoch trains on. Without any, the training
    examples."""
    training = trial.training_positions()
    rest = np.setdiff1d(np.arange(len(data.images)), training)
    return rest if len(rest) else training


def by_feature(tensor):
    """[examples, features, ...] to [examples and positions, features]"""
    return tensor.movedim(1, -1).flatten(0, -2).double().numpy()


def percentiles(layer, name, values):
    for percent in PERCENTILES:
        yield (layer, f"{name}_p{percent}"), np.percentile(values, percent)


def recorded(trial):
    """bn-lab's values at step 0, by (layer, quantity)."""
    rows = [row for row in trial.rows("layers.csv") if row["step"] == "0"]
    return {(row["layer"], row["quantity"]): float(row["value"]) for row in rows}


def compare(theirs, ours):
    """The largest difference of each quantity, and what was not computed again.

    A difference is relative to the largest magnitude of the quantity over the layers; that of a
    mean or a percentile to the standard deviation of its distribution, as it may be 0."""
    largest, left = {}, set()
    for (layer, quantity), value in theirs.items():
        if (layer, quantity) not in ours:
            left.add(quantity)
            continue
        same = [abs(v) for (_, other), v in theirs.items() if other == quantity]
        spread = quantity.rpartition("_")[0].removeprefix("unit_") + "_std"
        size = abs(theirs.get((layer, spread), max(same)))
        difference = abs(ours[layer, quantity] - value)
        relative = difference / size if difference else 0.0
        largest[quantity] = max(largest.get(quantity, 0.0), relative)
    return largest, left
