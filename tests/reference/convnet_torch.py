"""Records PyTorch training runs of small convolutional networks, and max-pooling where values tie:
convnet_torch.json."""

import torch
from torch.nn import functional

from network_runs import record, write_runs
from reference_numbers import exact, rounded

PLACEMENTS = ["none", "before", "after"]


def hidden(layers, placement, activation, name, x):
    """The norm and the activation after the linear map of a hidden layer."""
    if placement == "before":
        x = layers.norm(f"{name}.norm", x)
    x = activation(x)
    if placement == "after":
        x = layers.norm(f"{name}.norm", x)
    return x


def averaged(placement):
    """Two blocks, the second with a stride; the mean of every channel; no hidden dense layer."""

    def network(layers, x):
        bias = placement != "before"
        x = layers.convolution("blocks.0.convolution", x, 3, bias=bias)
        x = hidden(layers, placement, functional.relu, "blocks.0", x)
        x = functional.max_pool2d(x, 2)
        x = layers.convolution("blocks.1.convolution", x, 4, stride=2, bias=bias)
        x = hidden(layers, placement, functional.relu, "blocks.1", x)
        return layers.dense("output", x.mean((2, 3)), 3)

    return network


def flattened(placement):
    """The input normalised, one block, every value of its map, one hidden dense layer."""

    def network(layers, x):
        bias = placement != "before"
        x = layers.norm("input_norm", x)
        x = layers.convolution("blocks.0.convolution", x, 3, bias=bias)
        x = hidden(layers, placement, functional.tanh, "blocks.0", x)
        x = functional.max_pool2d(x, 3).flatten(1)
        x = layers.dense("dense.0.linear", x, 5, bias=bias)
        x = hidden(layers, placement, functional.tanh, "dense.0", x)
        return layers.dense("output", x, 4)

    return network


def ties():
    """Windows in which several or all values are tied for the maximum."""
    x = torch.tensor(
        [[[[0, 0, 1, 2, 9], [0, 0, 2, 2, 9], [3, 5, -1, -1, 9], [5, 5, -1, -1, 9]]]],
        dtype=torch.float64,
        requires_grad=True,
    )
    y = functional.max_pool2d(x, 2)
    upstream = torch.tensor([[[[1, 2], [3, 4]]]], dtype=torch.float64)
    (y * upstream).sum().backward()
    return {
        "shape": list(x.shape),
        "x": exact(x.detach()),
        "upstream": exact(upstream),
        "y": rounded(y.detach()),
        "grad_x": rounded(x.grad),
    }


def main():
    runs = []
    for placement in PLACEMENTS:
        kind = ['model.kind = "convnet"', f'norm.placement = "{placement}"']
        config = [
            *kind,
            "model.blocks = [{ channels = 3, pool = 2 }, { channels = 4, stride = 2 }]",
            'model.head = "global_average"',
        ]
        name = f"global average, {placement}"
        runs.append(record(name, 1, config, (1, 7, 6), 3, averaged(placement)))
        config = [
            *kind,
            "model.blocks = [{ channels = 3, pool = 3 }]",
            'model.head = "flatten"',
            "model.dense = [5]",
            'model.activation = "tanh"',
            "norm.on_input = true",
        ]
        runs.append(record(f"flatten, {placement}", 2, config, (2, 8, 8), 4, flattened(placement)))
    write_runs(__file__, runs, max_pool_ties=ties())


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
