"""The networks in PyTorch. Images are `[batch, channels, height, width]` in the memory format channels_last."""

import torch
from torch import nn
from torch.nn import functional as F

from cases import CLASSES, DECAY, EPSILON, HIDDEN, RESNET_BLOCKS, RESNET_WIDTH


def network(case, shape):
    """The network of a case for images of `shape` (height, width, channels)."""
    if case.name == "perceptron":
        built = perceptron(case, shape)
    elif case.network.channels:
        built = convnet(case, shape)
    else:
        built = Resnet(case, shape)
    built.apply(initialise)
    return built.to(memory_format=torch.channels_last).train()


def initialise(module):
    """Glorot's uniform rule, and biases of 0."""
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def perceptron(case, shape):
    """`[batch, channels, height, width]` -> `[batch, classes]`"""
    height, width, channels = shape
    parts, inputs = [nn.Flatten()], height * width * channels
    for units in HIDDEN:
        parts.append(nn.Linear(inputs, units, bias=case.hidden_bias))
        parts += hidden(case.placement, nn.BatchNorm1d, units)
        inputs = units
    return nn.Sequential(*parts, nn.Linear(inputs, CLASSES))


def convnet(case, shape):
    """`[batch, channels, height, width]` -> `[batch, classes]`"""
    height, width, inputs = shape
    parts = []
    for outputs in case.network.channels:
        parts.append(nn.Conv2d(inputs, outputs, 3, padding=1, bias=case.hidden_bias))
        parts += hidden(case.placement, nn.BatchNorm2d, outputs)
        parts.append(nn.MaxPool2d(2))
        height, width, inputs = height // 2, width // 2, outputs
    if case.network.global_average:
        parts.append(nn.AdaptiveAvgPool2d(1))
        height = width = 1
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(height * width * inputs, CLASSES))


def hidden(placement, norm, features):
    """Norm and activation behind a hidden layer."""
    relu = nn.ReLU()
    if placement == "none":
        return [relu]
    layer = norm(features, eps=EPSILON, momentum=1 - DECAY)
    return [layer, relu] if placement == "before" else [relu, layer]


class Resnet(nn.Module):
    """ResNet-20: `[batch, channels, height, width]` -> `[batch, classes]`"""

    def __init__(self, case, shape):
        super().__init__()
        self.stem = Unit(case, shape[2], RESNET_WIDTH, 1)
        blocks, inputs = [], RESNET_WIDTH
        for stage in range(3):
            outputs = RESNET_WIDTH << stage
            for position in range(RESNET_BLOCKS):
                stride = 2 if stage > 0 and position == 0 else 1
                blocks.append(Block(case, inputs, outputs, stride))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.output = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = self.blocks(F.relu(self.stem(x)))
        return self.output(x.mean((2, 3)))


class Unit(nn.Module):
    """A 3 x 3 convolution, and its norm where the placement is "before"."""

    def __init__(self, case, inputs, outputs, stride):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=case.hidden_bias)
        before = case.placement == "before"
        self.norm = nn.BatchNorm2d(outputs, eps=EPSILON, momentum=1 - DECAY) if before else nn.Identity()

    def forward(self, x):
        return self.norm(self.convolution(x))


class Block(nn.Module):
    """Two units and a shortcut without parameters: every second row and column, and channels of zeros."""

    def __init__(self, case, inputs, outputs, stride):
        super().__init__()
        self.first = Unit(case, inputs, outputs, stride)
        self.second = Unit(case, outputs, outputs, 1)
        self.stride, self.added = stride, outputs - inputs

    def forward(self, x):
        y = self.second(F.relu(self.first(x)))
        if self.added:
            x = x[:, :, :: self.stride, :: self.stride]
            x = F.pad(x, (0, 0, 0, 0, 0, self.added))
        return F.relu(y + x)
