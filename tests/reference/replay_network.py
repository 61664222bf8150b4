"""bn-lab's networks and update rules in PyTorch, built from the settings of a trial.

One class per architecture. Its modules are named so that a parameter's path is its name in bn-lab's
checkpoints, and `load_state_dict` takes them as they are.
"""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from replay_trial import CLASSES, Refused

ACTIVATIONS = {
    "relu": F.relu,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "identity": lambda x: x,
}

# Settings that change the arithmetic in ways that are not replayed here, with the value that does
# not. A trial has those that apply to it.
PLAIN = {
    "model.dropout": 0.0,
    "model.weight_decay": 0.0,
    "norm.kind": "batch",
    "norm.layers": "all",
    "norm.virtual_batch_size": None,
    "norm.track_running_stats": True,
    "norm.averaging": "exponential",
    "norm.affine": True,
    "norm.scale": True,
    "norm.center": True,
    "norm.gamma_l1": 0.0,
    "norm.gamma_l2": 0.0,
    "norm.gamma_constraint": "none",
    "norm.beta_l1": 0.0,
    "norm.beta_l2": 0.0,
    "norm.beta_constraint": "none",
    "norm.learning_rate_factor": 1.0,
    "train.schedule": "constant",
    "train.warmup_steps": 0,
    "train.clip_norm": None,
    "train.clip_value": None,
}
# Settings whose effect is contained in the initial checkpoint.
INITIAL = ["model.init", "model.init_std", "model.init_scale"]
INITIAL += ["norm.gamma_init", "norm.beta_init", "norm.mean_init", "norm.variance_init"]
# Settings whose effect is contained in the recorded order and losses.
RECORDED = ["epochs", "steps", "batch_size", "last_batch", "order", "divergence_factor"]
# Settings that do not affect a training step: weight decay is 0 (see above).
UNUSED = ["norm.evaluation", "norm.precise_examples", "norm.decay_parameters"]


class BatchNorm(nn.modules.batchnorm._BatchNorm):
    """PyTorch's layer, over [batch, features, ...], which may also update its running variance with
    the biased estimate, as Keras does; the batch itself is always normalised with the biased one."""

    def __init__(self, features, decay, epsilon, correction):
        super().__init__(features, eps=epsilon, momentum=1 - decay)
        self.correction = correction

    def _check_input_dim(self, x):
        pass

    def forward(self, x):
        if self.correction == 1 or not self.training or not self.track_running_stats:
            return super().forward(x)
        axes = [axis for axis in range(x.dim()) if axis != 1]
        variance, mean = torch.var_mean(x.detach(), axes, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance, self.momentum)
        return F.batch_norm(x, None, None, self.weight, self.bias, training=True, eps=self.eps)


class Network(nn.Module):
    """Base class of all architectures. A forward pass appends (layer, pre-activation, activation) of
    every hidden layer to `taps`."""

    def __init__(self, settings, has_hidden_layers):
        super().__init__()
        self.placement, self.activation = "none", ACTIVATIONS["identity"]
        if has_hidden_layers:
            words = ("none", "before", "after")
            self.placement = settings.choose("norm.placement", dict(zip(words, words)))
            self.activation = activation(settings)
        self.on_input = settings.take("norm.on_input")
        self.new_norm = norm_maker(settings, self.on_input or self.placement != "none")
        auto = self.placement != "before"
        biases = {"auto": (auto, True), "always": (True, True), "never": (False, False)}
        self.hidden_bias, self.output_bias = settings.choose("model.bias", biases)

    def input_norm_for(self, features):
        return self.new_norm(features) if self.on_input else None

    def norm_for(self, features):
        return self.new_norm(features) if self.placement != "none" else None

    def hidden(self, layer, norm, x, taps):
        """The norm and the activation after the linear map of a hidden layer."""
        if self.placement == "before":
            x = norm(x)
        y = self.activation(x)
        taps.append((layer, x, y))
        return norm(y) if self.placement == "after" else y


class Mlp(Network):
    """`inputs - hidden... - classes`"""

    def __init__(self, settings, shape):
        hidden = settings.take("model.hidden")
        super().__init__(settings, bool(hidden))
        widths = [shape[0] * shape[1] * shape[2], *hidden]
        self.input_norm = self.input_norm_for(widths[0])
        linear = [nn.Linear(i, o, self.hidden_bias) for i, o in zip(widths, hidden)]
        self.layers = nn.ModuleList([*linear, nn.Linear(widths[-1], CLASSES, self.output_bias)])
        self.norms = nn.ModuleList([self.norm_for(width) for width in hidden])

    def forward(self, x, taps):
        x = self.input_norm(x) if self.on_input else x
        for i, norm in enumerate(self.norms):
            x = self.hidden(f"layers.{i}", norm, self.layers[i](x), taps)
        return self.layers[-1](x)

    def depth(self, parameter):
        """The layer that a parameter belongs to, counted from the input."""
        parts = parameter.split(".")
        return -1 if parts[0] == "input_norm" else int(parts[1])


class Convnet(Network):
    """`image - [convolution, norm and activation, pooling]... - head - dense... - classes`"""

    def __init__(self, settings, shape):
        super().__init__(settings, True)
        self.image, side, channels = shape, shape[1], shape[0]
        self.input_norm = self.input_norm_for(channels)
        blocks, self.pools = [], []
        for block in settings.take("model.blocks"):
            outputs, stride, pool = block["channels"], block["stride"], block["pool"]
            conv = nn.Conv2d(channels, outputs, 3, stride, padding=1, bias=self.hidden_bias)
            blocks.append(self.unit("convolution", conv, outputs))
            self.pools.append(pool)
            channels, side = outputs, -(-side // stride) // pool
        self.flat = settings.choose("model.head", {"flatten": True, "global_average": False})
        width, dense = channels * side**2 if self.flat else channels, []
        for units in settings.take("model.dense"):
            linear = nn.Linear(width, units, self.hidden_bias)
            dense.append(self.unit("linear", linear, units))
            width = units
        self.blocks, self.dense = nn.ModuleList(blocks), nn.ModuleList(dense)
        self.output = nn.Linear(width, CLASSES, self.output_bias)

    def unit(self, name, linear, features):
        """A linear map and its norm."""
        unit = nn.Module()
        unit.add_module(name, linear)
        unit.norm = self.norm_for(features)
        return unit

    def forward(self, x, taps):
        x = x.reshape(len(x), *self.image)
        x = self.input_norm(x) if self.on_input else x
        for i, (block, pool) in enumerate(zip(self.blocks, self.pools)):
            x = self.hidden(f"blocks.{i}", block.norm, block.convolution(x), taps)
            x = F.max_pool2d(x, pool) if pool > 1 else x
        x = x.flatten(1) if self.flat else x.mean((2, 3))
        for i, unit in enumerate(self.dense):
            x = self.hidden(f"dense.{i}", unit.norm, unit.linear(x), taps)
        return self.output(x)

    def depth(self, parameter):
        """The layer that a parameter belongs to, counted from the input."""
        parts = parameter.split(".")
        if parts[0] == "input_norm":
            return -1
        if parts[0] == "output":
            return len(self.blocks) + len(self.dense)
        return int(parts[1]) + (len(self.blocks) if parts[0] == "dense" else 0)


ARCHITECTURES = {"mlp": Mlp, "convnet": Convnet}


def activation(settings):
    kind = settings.take("model.activation")
    if kind == "leaky_relu":
        return partial(F.leaky_relu, negative_slope=settings.take("model.negative_slope"))
    if kind not in ACTIVATIONS:
        raise Refused(f"`model.activation = {kind!r}`")
    return ACTIVATIONS[kind]


def norm_maker(settings, somewhere):
    """Makes norm layers; `None` where nothing is normalised."""
    if not somewhere:
        return None
    corrections = {"biased": 0, "unbiased": 1}
    return partial(
        BatchNorm,
        decay=settings.take("norm.decay"),
        epsilon=settings.take("norm.epsilon"),
        correction=settings.choose("norm.running_variance", corrections),
    )


def network(settings, shape):
    """The network of a trial, in 32-bit floats."""
    settings.skip(*INITIAL, *UNUSED)
    for key, value in PLAIN.items():
        settings.only(key, value)
    return settings.choose("model.kind", ARCHITECTURES)(settings, shape)


def load(model, tensors):
    """Loads a checkpoint; every name and shape must agree."""
    state = {name: torch.from_numpy(values) for name, values in tensors.items()}
    # PyTorch counts batches here; the count has no effect if `momentum` is a number.
    counts = [name for name, _ in model.named_buffers() if name.endswith("num_batches_tracked")]
    model.load_state_dict({**state, **dict.fromkeys(counts, torch.tensor(0))}, strict=True)


def optimizer(settings):
    """The update rule of a trial, which takes the parameters; and its learning rate."""
    rate = settings.take("train.learning_rate")
    settings.skip(*(f"train.{key}" for key in RECORDED))

    def constants(**keys):
        return {name: settings.take(f"train.{key}") for name, key in keys.items()}

    kind = settings.take("train.optimizer")
    if kind == "sgd":
        rule, kept = torch.optim.SGD, {}
    elif kind == "momentum":
        rule, kept = torch.optim.SGD, constants(momentum="momentum")
    elif kind == "rmsprop":
        rule, kept = torch.optim.RMSprop, constants(alpha="rho", eps="optimizer_epsilon")
    elif kind == "adam":
        betas = (settings.take("train.beta_1"), settings.take("train.beta_2"))
        rule, kept = torch.optim.Adam, {"betas": betas, **constants(eps="optimizer_epsilon")}
    else:
        raise Refused(f"`train.optimizer = {kind!r}`")
    return partial(rule, lr=rate, **kept), rate
