"""Records PyTorch training runs of small recurrent networks: rnn_torch.json.

Without normalisation the cells are compared with PyTorch's own `nn.RNN` and `nn.GRU` on the way.
"""

import torch
from torch import nn

from network_runs import record, write_runs

UNITS, CLASSES = 4, 3
GATES = {"elman": 1, "gru": 3}
PLACEMENTS = ["none", "before", "before, recurrent", "after"]


def rows(x):
    """Images -> [batch, steps, channels * width]: step t sees row t of every channel."""
    return x.transpose(1, 2).flatten(2)


def recurrent(cell, placement):
    gates = GATES[cell]
    before = placement.startswith("before")
    both = placement == "before, recurrent"

    def network(layers, x):
        x = rows(x)
        batch, steps, inputs = x.shape
        mapped = layers.dense(
            "input_to_hidden", x.reshape(batch * steps, inputs), gates * UNITS, bias=not before
        )
        if before:
            mapped = layers.norm("norm", mapped)
        mapped = mapped.reshape(batch, steps, gates * UNITS)
        h = torch.zeros(batch, UNITS, dtype=torch.float64)
        for step in range(steps):
            bias = cell == "gru" and not both
            u = layers.dense("hidden_to_hidden", h, gates * UNITS, bias=bias)
            if both:
                u = layers.norm("recurrent_norm.shared", u, f"recurrent_norm.steps.{step}")
            a = mapped[:, step]
            if cell == "elman":
                h = torch.tanh(a + u)
            else:
                (a_r, a_z, a_n), (u_r, u_z, u_n) = a.chunk(3, 1), u.chunk(3, 1)
                r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
                h = (1 - z) * torch.tanh(a_n + r * u_n) + z * h
        if placement == "after":
            h = layers.norm("norm", h)
        logits = layers.dense("output", h, CLASSES)
        if placement == "none":
            assert torch.allclose(logits, by_pytorch(cell, layers, x), atol=1e-12)
        return logits

    return network


@torch.no_grad()
def by_pytorch(cell, layers, x):
    """The same answer from PyTorch's own layer, which stores every weight transposed."""
    kind = {"elman": nn.RNN, "gru": nn.GRU}[cell]
    layer = kind(x.shape[2], UNITS, batch_first=True, dtype=torch.float64)
    own = layers.parameters
    layer.weight_ih_l0.copy_(own["input_to_hidden.weight"].T)
    layer.weight_hh_l0.copy_(own["hidden_to_hidden.weight"].T)
    layer.bias_ih_l0.copy_(own["input_to_hidden.bias"])
    layer.bias_hh_l0.copy_(own.get("hidden_to_hidden.bias", torch.zeros(GATES[cell] * UNITS)))
    _, last = layer(x)
    return last[0] @ own["output.weight"] + own["output.bias"]


def main():
    runs = []
    for cell, image in [("elman", (1, 5, 4)), ("gru", (2, 5, 3))]:
        for placement in PLACEMENTS:
            config = [
                'model.kind = "rnn"',
                f'model.cell = "{cell}"',
                f"model.units = {UNITS}",
                f'norm.placement = "{placement.split(",")[0]}"',
            ]
            if placement == "before, recurrent":
                config.append("norm.recurrent = true")
            name = f"{cell}, {placement}"
            runs.append(record(name, 4, config, image, CLASSES, recurrent(cell, placement)))
    write_runs(__file__, runs)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
