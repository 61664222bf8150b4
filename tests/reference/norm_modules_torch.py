"""Records PyTorch's BatchNorm1d and 2d with every switch, LayerNorm, GroupNorm and InstanceNorm2d,
on rows and on feature maps: norm_modules_torch.json."""

import torch

from norm_layer_cases import draw, record
from reference_numbers import write

EPSILON = 1e-5
ROWS, MAPS = (5,), (3, 5, 3)


def tensor(array, requires_grad=False):
    return torch.tensor(array, dtype=torch.float64, requires_grad=requires_grad)


def batch_norm(case):
    settings = case.settings
    kind = torch.nn.BatchNorm1d if len(case.shape) == 1 else torch.nn.BatchNorm2d
    cumulative = settings.get("averaging") == "cumulative"
    return kind(
        case.shape[0],
        eps=EPSILON,
        momentum=None if cumulative else 1 - settings.get("decay", 0.9),
        affine=case.gamma is not None,
        track_running_stats=settings.get("track_running_stats", True),
        dtype=torch.float64,
    )


def layer_norm(case):
    """`LayerNorm` for rows. On feature maps its γ and β belong to positions; `GroupNorm` with one
    group has the same mean and variance and one γ and β per channel, as bn-lab does."""
    if len(case.shape) == 1:
        return torch.nn.LayerNorm(case.shape, eps=EPSILON, dtype=torch.float64)
    return torch.nn.GroupNorm(1, case.shape[0], eps=EPSILON, dtype=torch.float64)


def group_norm(case):
    groups = case.settings["groups"]
    return torch.nn.GroupNorm(groups, case.shape[0], eps=EPSILON, dtype=torch.float64)


def instance_norm(case):
    affine = case.gamma is not None
    return torch.nn.InstanceNorm2d(
        case.shape[0], eps=EPSILON, affine=affine, dtype=torch.float64
    )


MODULES = {
    "batch": batch_norm,
    "layer": layer_norm,
    "group": group_norm,
    "instance": instance_norm,
}


def recorded(case):
    layer = MODULES[case.settings["method"]](case).train()
    with torch.no_grad():
        if case.gamma is not None:
            layer.weight.copy_(tensor(case.gamma))
            layer.bias.copy_(tensor(case.beta))

    def train_step(x, upstream, _step):
        inputs = tensor(x, requires_grad=True)
        layer.zero_grad()
        y = layer(inputs)
        (y * tensor(upstream)).sum().backward()
        parameters = [layer.weight, layer.bias] if case.gamma is not None else [None, None]
        running = [getattr(layer, name, None) for name in ("running_mean", "running_var")]
        return [
            y.detach(),
            inputs.grad,
            *(p if p is None else p.grad for p in parameters),
            *(r if r is None else r.clone() for r in running),
        ]

    def evaluate(x):
        layer.eval()
        with torch.no_grad():
            return layer(tensor(x))

    return record(case, train_step, evaluate)


def cases():
    batch = {"method": "batch", "epsilon": EPSILON, "running_variance": "unbiased"}
    tracked = {**batch, "decay": 0.9}
    plain = {"scale": False, "center": False}
    cumulative = {**batch, "averaging": "cumulative"}
    untracked = {**batch, "track_running_stats": False}
    alone = {"epsilon": EPSILON}
    layer = {**alone, "method": "layer"}
    instance = {**alone, "method": "instance"}

    def group(groups):
        return {**alone, "method": "group", "groups": groups}

    return [
        draw(1, "batch norm on maps", tracked, MAPS, [3, 2, 3]),
        draw(2, "batch norm on maps, one example a batch", tracked, MAPS, [1, 1]),
        draw(3, "batch norm on maps of one feature and column", tracked, (1, 7, 1), [2, 3]),
        draw(4, "batch norm on maps, 32 examples", tracked, (2, 3, 1), [32]),
        draw(5, "batch norm on rows, changing batch sizes", tracked, (3,), [3, 32, 2]),
        draw(6, "batch norm on rows, affine=False", {**tracked, **plain}, ROWS, [3, 7]),
        draw(7, "batch norm on maps, affine=False", {**tracked, **plain}, MAPS, [2]),
        draw(8, "batch norm on rows, momentum=None", cumulative, ROWS, [4, 2, 3, 5]),
        draw(9, "batch norm on maps, momentum=None", cumulative, MAPS, [1, 2]),
        draw(10, "batch norm on rows, track_running_stats=False", untracked, ROWS, [3, 2]),
        draw(11, "batch norm on maps, track_running_stats=False", untracked, MAPS, [2]),
        draw(12, "layer norm on rows", layer, ROWS, [1, 2, 3, 32]),
        draw(13, "layer norm on maps", layer, MAPS, [1, 2, 3]),
        draw(14, "group norm on rows", group(3), (9,), [1, 2, 3, 32]),
        draw(15, "group norm on maps", group(2), (4, 3, 5), [1, 2, 3]),
        draw(16, "group norm on maps, one channel a group", group(3), MAPS, [1, 2]),
        draw(17, "instance norm on maps", instance, MAPS, [1, 2, 3]),
        draw(18, "instance norm on maps, affine=False", {**instance, **plain}, MAPS, [2]),
        draw(19, "instance norm on maps, 32 examples", instance, (1, 3, 3), [32]),
    ]


if __name__ == "__main__":
    about = {"framework": f"torch {torch.__version__}", "computed_in": "float64"}
    write(__file__, about, {"cases": [recorded(case) for case in cases()]})
