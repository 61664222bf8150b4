"""Records PyTorch's activations and their derivatives: activations_torch.json."""

import torch
from torch.nn import functional

from reference_numbers import exact, rounded, write

POINTS = [-100, -24, -6, -3, -2, -1, -0.5, -0.25, -0.0625, 0, 0.0625, 0.25, 0.5, 1, 2, 3, 6, 24, 100]
ACTIVATIONS = {
    "relu": functional.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, negative_slope=0.01),
    "gelu": lambda x: functional.gelu(x, approximate="none"),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "elu": lambda x: functional.elu(x, alpha=1.0),
    "elu_half": lambda x: functional.elu(x, alpha=0.5),
    "selu": functional.selu,
    "softplus": functional.softplus,
    "swish": functional.silu,
    "identity": lambda x: x * 1,
}


def record(name, activation):
    x = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    y = activation(x)
    y.sum().backward()
    return {"name": name, "value": rounded(y.detach()), "derivative": rounded(x.grad)}


if __name__ == "__main__":
    about = {"framework": f"torch {torch.__version__}", "computed_in": "float64"}
    records = [record(*item) for item in ACTIVATIONS.items()]
    content = {"leaky_relu_slope": 0.01, "points": exact(POINTS), "activations": records}
    write(__file__, about, content)
