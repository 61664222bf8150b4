"""Times training steps of PyTorch, with torch.compile and without.

The images lie in memory as bytes. Each step gathers its rows, converts them to 32-bit floats from 0 to 1, and takes
a step of PyTorch's fused optimiser. With torch.compile, conversion, network and loss are compiled as one function.
"""

import shutil
import sys

import measure
from cases import ADAM_EPSILON, ADAM_RATE, BETA_1, BETA_2, MOMENTUM, MOMENTUM_RATE

MODES = ["eager", "compiled"]


def load():
    """The version, and the function that prepares a training."""
    import torch
    from torch.nn import functional as F

    import pytorch_networks

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)

    def optimizer(case, parameters):
        if case.network.optimizer == "adam":
            betas = (BETA_1, BETA_2)
            return torch.optim.Adam(parameters, lr=ADAM_RATE, betas=betas, eps=ADAM_EPSILON, fused=True)
        return torch.optim.SGD(parameters, lr=MOMENTUM_RATE, momentum=MOMENTUM, fused=True)

    def prepare(case, mode, images, labels):
        if mode == "compiled" and not has_compiler():
            print("torch.compile is left out: it needs a C++ compiler", file=sys.stderr)
            return None
        torch.manual_seed(0)
        model = pytorch_networks.network(case, images.shape[1:])
        rule = optimizer(case, model.parameters())
        images, labels = torch.from_numpy(images), torch.from_numpy(labels).long()

        def loss_of(pixels, targets):
            """The mean loss of images `[batch, height, width, channels]`, as bytes."""
            # The strides of this view are those of channels_last.
            x = pixels.permute(0, 3, 1, 2).to(torch.float32) / 255
            return F.cross_entropy(model(x), targets)

        if mode == "compiled":
            torch.compiler.reset()
            loss_of = torch.compile(loss_of)

        def train(rows):
            losses = []
            for row in torch.from_numpy(rows).long():
                loss = loss_of(images.index_select(0, row), labels.index_select(0, row))
                rule.zero_grad()
                loss.backward()
                rule.step()
                losses.append(loss.detach())
            return torch.stack(losses).mean().item()

        return train

    return torch.__version__, prepare


def has_compiler():
    """Whether there is a C++ compiler."""
    return any(shutil.which(name) for name in ("g++", "clang++", "c++"))


if __name__ == "__main__":
    measure.main("pytorch", __doc__.splitlines()[0], MODES, load)
