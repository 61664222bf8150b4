"""Records PyTorch training runs of small residual networks: resnet_torch.json.

Written from the papers (He et al. 2015, 2016), block by block, and not from bn-lab's code.
"""

import torch
from torch.nn.functional import pad, relu

from network_runs import record, write_runs

WIDTH = 2
PLACEMENTS = ["none", "before", "after", "pre-activation", "after-addition"]


def zero_padded(x, outputs, stride):
    """Shortcut A: every second row and column; zeros for the channels that are new."""
    x = x[:, :, ::stride, ::stride]
    return pad(x, (0, 0, 0, 0, 0, outputs - x.shape[1]))


def shortcut(layers, name, x, outputs, stride, option, placement):
    if x.shape[1] == outputs and stride == 1:
        return x
    if option == "a":
        return zero_padded(x, outputs, stride)
    bias = placement in ("none", "after")
    x = layers.convolution(f"{name}.shortcut.convolution", x, outputs, 1, stride, bias)
    return layers.norm(f"{name}.shortcut.norm", x) if placement == "before" else x


def block(layers, name, x, outputs, stride, option, placement, first_of_stage):
    bias = placement in ("none", "after")

    def norm(part, x):
        return layers.norm(f"{name}.{part}.norm", x)

    def convolution(part, x, stride=1):
        return layers.convolution(f"{name}.{part}.convolution", x, outputs, 3, stride, bias)

    if placement == "pre-activation":
        activated = relu(norm("first", x))
        branch = convolution("first", activated, stride)
        branch = convolution("second", relu(norm("second", branch)))
        source = activated if first_of_stage else x
        return branch + shortcut(layers, name, source, outputs, stride, option, placement)
    branch = convolution("first", x, stride)
    if placement in ("before", "after-addition"):
        branch = relu(norm("first", branch))
    elif placement == "after":
        branch = norm("first", relu(branch))
    else:
        branch = relu(branch)
    branch = convolution("second", branch)
    if placement == "before":
        branch = norm("second", branch)
    y = branch + shortcut(layers, name, x, outputs, stride, option, placement)
    if placement == "after-addition":
        return relu(norm("second", y))
    return norm("second", relu(y)) if placement == "after" else relu(y)


def resnet(depth, option, placement):
    blocks = (depth - 2) // 6

    def network(layers, x):
        bias = placement in ("none", "after")
        x = layers.convolution("stem.convolution", x, WIDTH, bias=bias)
        if placement in ("before", "after-addition"):
            x = relu(layers.norm("stem.norm", x))
        elif placement == "after":
            x = layers.norm("stem.norm", relu(x))
        elif placement == "none":
            x = relu(x)
        for index in range(3 * blocks):
            stage, first = index // blocks, index % blocks == 0
            stride = 2 if first and stage > 0 else 1
            outputs = WIDTH * 2**stage
            name = f"blocks.{index}"
            x = block(layers, name, x, outputs, stride, option, placement, first)
        if placement == "pre-activation":
            x = relu(layers.norm("final_norm", x))
        return layers.dense("output", x.mean((2, 3)), 3)

    return network


def main():
    runs = []
    for depth, option, image in [(14, "a", (1, 7, 6)), (14, "b", (3, 6, 6))]:
        for placement in PLACEMENTS:
            config = [
                'model.kind = "resnet"',
                f"model.depth = {depth}",
                f"model.width = {WIDTH}",
                f'model.shortcut = "{option}"',
                f'norm.placement = "{placement}"',
            ]
            name = f"depth {depth}, shortcut {option}, {placement}"
            network = resnet(depth, option, placement)
            # Many layers on few values: at larger steps, 32-bit rounding errors grow visibly.
            runs.append(record(name, 3, config, image, 3, network, learning_rate=0.01))
    write_runs(__file__, runs)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
