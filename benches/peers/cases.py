"""What is measured: networks, placements, batch sizes and update rules, as plain data.

The networks are those of bn-lab, with its defaults: weights by Glorot's uniform rule, biases of 0 that are left
out where a norm follows directly, and Keras's settings of batch normalisation.
"""

from dataclasses import dataclass

CLASSES = 10

# Keras's batch normalisation, which is bn-lab's preset "keras". The decay is the weight on the old value.
EPSILON = 1e-3
DECAY = 0.99

# Keras's Adam.
ADAM_RATE, BETA_1, BETA_2, ADAM_EPSILON = 1e-3, 0.9, 0.999, 1e-7
# v <- m v + g, w <- w - rate v
MOMENTUM_RATE, MOMENTUM = 0.01, 0.9

HIDDEN = (128, 64)
RESNET_WIDTH, RESNET_BLOCKS = 16, 3


@dataclass(frozen=True)
class Network:
    """A network and its measurements."""

    dataset: str  # "mnist" or "cifar10"
    optimizer: str  # "adam" or "momentum"
    placements: tuple
    steps: dict  # batch size -> steps of a repetition
    # Of networks of convolutions: channels of each block, and whether the head takes the mean of each channel.
    channels: tuple = ()
    global_average: bool = False


NETWORKS = {
    # 784-128-64-10, ReLU
    "perceptron": Network(
        dataset="mnist",
        optimizer="adam",
        placements=("none", "before", "after"),
        steps={8: 5000, 32: 1875, 128: 468, 512: 117},
    ),
    # 3 x 3 convolutions, each with norm, ReLU and max-pooling by 2; then a linear layer on all values
    "convnet": Network(
        dataset="mnist",
        optimizer="momentum",
        placements=("none", "before"),
        steps={32: 200, 128: 50},
        channels=(8, 16),
    ),
    # The same with more channels, and a linear layer on the mean of each channel
    "vgg": Network(
        dataset="mnist",
        optimizer="momentum",
        placements=("before",),
        steps={32: 30, 128: 8},
        channels=(32, 64, 64),
        global_average=True,
    ),
    # He et al. (2015), section 4.2, with shortcuts that have no parameters
    "resnet-20": Network(
        dataset="cifar10",
        optimizer="momentum",
        placements=("none", "before"),
        steps={32: 12, 128: 4},
    ),
}


@dataclass(frozen=True)
class Case:
    """A network with a placement and a batch size."""

    name: str
    placement: str
    batch_size: int

    @property
    def network(self):
        return NETWORKS[self.name]

    @property
    def steps(self):
        """Steps of a repetition."""
        return self.network.steps[self.batch_size]

    @property
    def hidden_bias(self):
        """Whether hidden layers have a bias: a norm directly behind them would cancel it."""
        return self.placement != "before"


def cases(names=None, placements=None, batch_sizes=None):
    """All cases, or those with one of the given networks, placements and batch sizes."""

    def wanted(value, given):
        return not given or value in given

    return [
        Case(name, placement, batch_size)
        for name, network in NETWORKS.items()
        for placement in network.placements
        for batch_size in network.steps
        if wanted(name, names) and wanted(placement, placements) and wanted(batch_size, batch_sizes)
    ]
