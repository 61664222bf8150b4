"""Records PyTorch's BatchNorm1d on every case of `norm_cases.py`: norm_torch.json."""

import torch

from norm_cases import cases
from reference_numbers import exact, rounded, write


def tensor(array, requires_grad=False):
    return torch.tensor(array, dtype=torch.float64, requires_grad=requires_grad)


def layer_for(case):
    layer = torch.nn.BatchNorm1d(
        len(case.gamma), eps=case.epsilon, momentum=1 - case.decay, dtype=torch.float64
    )
    with torch.no_grad():
        layer.weight.copy_(tensor(case.gamma))
        layer.bias.copy_(tensor(case.beta))
    return layer


def train_step(layer, x, upstream):
    """One forward and backward pass in training mode; no parameter is updated."""
    inputs = tensor(x, requires_grad=True)
    layer.zero_grad()
    y = layer(inputs)
    (y * tensor(upstream)).sum().backward()
    return {
        "x": exact(x),
        "upstream": exact(upstream),
        "y": rounded(y.detach()),
        "grad_x": rounded(inputs.grad),
        "grad_gamma": rounded(layer.weight.grad),
        "grad_beta": rounded(layer.bias.grad),
        "running_mean": rounded(layer.running_mean),
        "running_var": rounded(layer.running_var),
    }


def record(case):
    layer = layer_for(case).train()
    batch, features = case.inputs[0].shape
    steps = [train_step(layer, x, g) for x, g in zip(case.inputs, case.upstream)]
    layer.eval()
    with torch.no_grad():
        y = layer(tensor(case.evaluation))
    return {
        "name": case.name,
        "epsilon": case.epsilon,
        "decay": case.decay,
        "batch": batch,
        "features": features,
        "gamma": exact(case.gamma),
        "beta": exact(case.beta),
        "steps": steps,
        "evaluate": {
            "batch": len(case.evaluation),
            "x": exact(case.evaluation),
            "y": rounded(y),
        },
    }


if __name__ == "__main__":
    about = {
        "framework": f"torch {torch.__version__}",
        "computed_in": "float64",
        "running_variance": "unbiased",
    }
    # BatchNorm1d's defaults: eps=1e-5, momentum=0.1.
    write(__file__, about, {"cases": [record(case) for case in cases(1e-5, 0.9)]})
