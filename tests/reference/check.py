"""Checks every stored number against formulas written out by hand in numpy.

No framework is imported, so an error would have to be made twice. The second column, the same
formulas in 32-bit floats, shows what a 32-bit implementation can attain: tolerances come from it.
An error is relative to the largest magnitude in the array that it belongs to.
"""

import json
import math
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
AGREEMENT = 1e-8  # nine digits are stored


class Errors:
    """The largest error seen under each name."""

    def __init__(self):
        self.worst = {}

    def note(self, name, got, stored, terms=0):
        """`terms`: the magnitude of the summands of the result, where they may cancel."""
        got, stored = np.ravel(got).astype(np.float64), np.ravel(stored)
        assert got.shape == stored.shape, name
        scale = max(np.abs(stored).max(initial=0), terms) or 1.0
        error = np.abs(got - stored).max(initial=0) / scale
        assert math.isfinite(error), name
        self.worst[name] = max(error, self.worst.get(name, 0.0))


def norm_forward(x, gamma, beta, epsilon):
    """y = gamma * xhat + beta, xhat = (x - mean) / sqrt(biased variance + epsilon)."""
    mean, variance = x.mean(axis=0), x.var(axis=0)
    inverse = 1 / np.sqrt(variance + epsilon)
    xhat = (x - mean) * inverse
    return gamma * xhat + beta, (xhat, inverse), mean, variance


def norm_backward(g, saved, gamma):
    """dL/dx = gamma/sigma * (g - mean(g) - xhat * mean(g * xhat)), dL/dgamma, dL/dbeta."""
    xhat, inverse = saved
    grad_x = gamma * inverse * (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0))
    return grad_x, (g * xhat).sum(axis=0), g.sum(axis=0)


def running_update(running, mean, variance, batch, decay, unbiased):
    """running <- decay * running + (1 - decay) * batch."""
    stored = variance * (batch / (batch - 1)) if unbiased else variance
    return decay * running[0] + (1 - decay) * mean, decay * running[1] + (1 - decay) * stored


def check_norm(name, dtype, errors):
    record = json.loads((HERE / name).read_text())
    for case in record["cases"]:
        features = case["features"]
        gamma, beta = (np.array(case[key], dtype) for key in ("gamma", "beta"))
        epsilon, decay = dtype(case["epsilon"]), dtype(case["decay"])
        running = np.zeros_like(gamma), np.ones_like(gamma)
        for step in case["steps"]:
            x, g = (np.array(step[key], dtype).reshape(-1, features) for key in ("x", "upstream"))
            y, saved, mean, variance = norm_forward(x, gamma, beta, epsilon)
            unbiased = record["running_variance"] == "unbiased"
            running = running_update(running, mean, variance, len(x), decay, unbiased)
            keys = ("y", "grad_x", "grad_gamma", "grad_beta", "running_mean", "running_var")
            for key, got in zip(keys, (y, *norm_backward(g, saved, gamma), *running)):
                errors.note(f"{name} {case['name']} {key}", got, step[key])
        x = np.array(case["evaluate"]["x"], dtype).reshape(-1, features)
        y = gamma * (x - running[0]) / np.sqrt(running[1] + epsilon) + beta
        errors.note(f"{name} {case['name']} evaluate", y, case["evaluate"]["y"])


class Layer:
    """A layer of the other four norm files. Every method divides the values `[n, feature, position]`
    of a batch into sets that share a mean and variance; `sets` numbers them."""

    def __init__(self, case, dtype):
        self.settings, self.shape, self.dtype = case["settings"], case["shape"], dtype
        features = self.shape[0]
        gamma, beta = case["gamma"] or [1] * features, case["beta"] or [0] * features
        self.gamma, self.beta = (np.array(v, dtype)[None, :, None] for v in (gamma, beta))
        self.epsilon, self.batches = dtype(self.settings["epsilon"]), 0
        initial = [self.settings.get("mean_init", 0), self.settings.get("variance_init", 1)]
        self.running = [np.full(features, value, dtype) for value in initial]
        self.corrected_to = list(self.running)  # renorm's own pair, as mean and variance

    def cut(self, flat):
        return np.array(flat, self.dtype).reshape(-1, self.shape[0], int(np.prod(self.shape[1:])))

    def sets(self, x):
        example, feature, _ = np.indices(x.shape)
        features, method = x.shape[1], self.settings["method"]
        groups = {"layer": 1, "instance": features}.get(method, self.settings.get("groups"))
        if groups:
            return example * groups + feature // (features // groups)
        sub_batch = example // self.settings.get("virtual_batch_size", len(x))
        sizes = np.bincount(sub_batch[:, 0, 0])
        if sizes[-1] == 1 and len(sizes) > 1 and sizes[0] > 1:
            sub_batch = np.minimum(sub_batch, len(sizes) - 2)
        return sub_batch * features + feature

    def means(self, sets, values):
        """One value for each set."""
        sums = np.zeros(sets.max() + 1, self.dtype)
        np.add.at(sums, sets, values)
        return sums / np.bincount(sets.ravel()).astype(self.dtype)

    def train(self, x, g, step):
        """The content of a step of the file, in its order."""
        sets = self.sets(x)
        mean = self.means(sets, x)
        centred = x - mean[sets]
        variance = self.means(sets, centred**2)
        inverse = 1 / np.sqrt(variance + self.epsilon)
        plain = centred * inverse[sets]
        r, d = self.corrections(mean, variance, step)
        xhat = plain * r + d
        flow = g * self.gamma * r
        grad_x = flow - self.means(sets, flow)[sets]
        grad_x = inverse[sets] * (grad_x - plain * self.means(sets, flow * plain)[sets])
        self.follow(mean, variance, np.bincount(sets.ravel()))
        parameters = (g * xhat).sum(axis=(0, 2)), g.sum(axis=(0, 2))
        return self.gamma * xhat + self.beta, grad_x, *parameters, *self.running

    def corrections(self, mean, variance, step):
        s, one = self.settings, self.dtype(1)
        if s["method"] != "renorm":
            return one, one * 0

        def opened(to):
            since = s.get("relax_from", 0)
            return 1 if step >= to else max(0, step - since) / (to - since)

        opened_r, opened_d = (opened(s.get(f"{of}_relaxed_at", 0)) for of in "rd")
        r_max, d_max = 1 + opened_r * (s["r_max"] - 1), opened_d * s["d_max"]
        r_min = 1 / (1 + opened_r * (1 / s.get("r_min", 1 / s["r_max"]) - 1))
        deviation = np.sqrt(self.corrected_to[1] + self.epsilon)
        r = np.sqrt(variance + self.epsilon) / deviation
        d = (mean - self.corrected_to[0]) / deviation
        clipped = r.clip(r_min, r_max), d.clip(-d_max, d_max)
        return [of[None, :, None].astype(self.dtype) for of in clipped]

    def follow(self, mean, variance, values):
        s, features = self.settings, self.shape[0]
        if s["method"] == "renorm":
            self.running = self.blend_deviations(self.running, mean, variance, s["decay"])
            other = s.get("renorm_decay", s["decay"])
            self.corrected_to = self.blend_deviations(self.corrected_to, mean, variance, other)
        elif s["method"] == "batch":
            self.batches += 1
            if s["running_variance"] == "unbiased":
                variance = variance * np.where(values > 1, values / np.maximum(values - 1, 1), 1)
            mean, variance = (of.reshape(-1, features).mean(axis=0) for of in (mean, variance))
            cumulative = s.get("averaging") == "cumulative"
            decay = 1 - 1 / self.batches if cumulative else s.get("decay", 0)
            for average, new in zip(self.running, (mean, variance)):
                average[:] = decay * average + (1 - decay) * new

    def blend_deviations(self, averages, mean, variance, decay):
        old, new = (np.sqrt(of + self.epsilon) for of in (averages[1], variance))
        deviation = decay * old + (1 - decay) * new
        return [decay * averages[0] + (1 - decay) * mean, deviation**2 - self.epsilon]

    def evaluate(self, x):
        keeps = self.settings["method"] in ("batch", "renorm")
        if not keeps or not self.settings.get("track_running_stats", True):
            return self.train(x, x, 1)[0]
        mean, variance = (of[None, :, None] for of in self.running)
        return self.gamma * (x - mean) / np.sqrt(variance + self.epsilon) + self.beta


def check_layers(name, dtype, errors):
    keys = ("y", "grad_x", "grad_gamma", "grad_beta", "running_mean", "running_var")
    for case in json.loads((HERE / name).read_text())["cases"]:
        layer = Layer(case, dtype)
        for position, step in enumerate(case["steps"]):
            x, g = layer.cut(step["x"]), layer.cut(step["upstream"])
            for key, got in zip(keys, layer.train(x, g, case["first_step"] + position)):
                if step[key] is not None:
                    what = f"{name} {case['name']} {key}"
                    errors.note(what, got, step[key], np.abs(g).max() if key == "grad_x" else 0)
        y = layer.evaluate(layer.cut(case["evaluate"]["x"]))
        errors.note(f"{name} {case['name']} evaluate", y, case["evaluate"]["y"])


def cross_entropy(logits, labels):
    """The mean loss and its gradient, by a shifted log-sum-exp."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    picked = np.arange(len(labels)), labels
    gradient = np.exp(log_p)
    gradient[picked] -= 1
    return -log_p[picked].mean(), gradient / logits.dtype.type(len(labels))


def logistic(x):
    """1 / (1 + exp(-x)), so that nothing overflows."""
    return np.exp(-np.logaddexp(0, -x))


def elu(x, scale, alpha):
    """scale * x above 0, scale * alpha * (exp(x) - 1) up to 0."""
    below = scale * alpha * np.exp(np.minimum(x, 0))
    return np.where(x > 0, scale * x, below - scale * alpha), np.where(x > 0, scale, below)


ACTIVATIONS = {  # x -> value, derivative
    "relu": lambda x: (np.maximum(x, 0), (x > 0).astype(x.dtype)),
    "leaky_relu": lambda x: (np.where(x > 0, x, 0.01 * x), np.where(x > 0, 1, 0.01)),
    "sigmoid": lambda x: (logistic(x), logistic(x) * logistic(-x)),
    "tanh": lambda x: (np.tanh(x), 1 - np.tanh(x) ** 2),
    "identity": lambda x: (x, np.ones_like(x)),
    "elu": lambda x: elu(x, 1, 1),
    "elu_half": lambda x: elu(x, 1, 0.5),
    "selu": lambda x: elu(x, 1.0507009873554805, 1.6732632423543772),
    "softplus": lambda x: (np.logaddexp(0, x), logistic(x)),
    "swish": lambda x: (x * logistic(x), logistic(x) * (1 + x * logistic(-x))),
}


def gelu(x):
    """x * Phi(x), and Phi(x) + x * phi(x)."""
    cumulative = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in x])
    return x * cumulative, cumulative + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def check_functions(dtype, errors):
    record = json.loads((HERE / "activations_torch.json").read_text())
    points = np.array(record["points"], dtype)
    for entry in record["activations"]:
        value, derivative = {**ACTIVATIONS, "gelu": gelu}[entry["name"]](points)
        errors.note(f"activations {entry['name']} value", value, entry["value"])
        errors.note(f"activations {entry['name']} derivative", derivative, entry["derivative"])
    for case in json.loads((HERE / "loss_torch.json").read_text())["cases"]:
        logits = np.array(case["logits"], dtype).reshape(-1, case["classes"])
        loss, gradient = cross_entropy(logits, np.array(case["labels"]))
        errors.note(f"loss {case['name']}", loss, case["loss"])
        errors.note(f"loss {case['name']} gradient", gradient, case["grad_logits"])


def learning_rate(s, step, steps):
    """The rate of step `step` (from 1): the base, times the warm-up, times the schedule."""
    warmup, schedule = s.get("warmup_steps", 0), s.get("schedule")
    rate = s["learning_rate"] * (min(1, step / warmup) if warmup else 1)
    if schedule == "step":
        passed = sum(step > math.floor(share * steps + 0.5) for share in s["milestones"])
        return rate * s["factor"] ** passed
    if schedule == "cosine" and step > warmup:
        angle = math.pi * (step - 1 - warmup) / (steps - warmup)
        return rate * (s["final_share"] + (1 - s["final_share"]) * (1 + math.cos(angle)) / 2)
    return rate


def check_schedules(errors):
    record = json.loads((HERE / "schedule_torch.json").read_text())
    for index, case in enumerate(record["cases"]):
        settings, steps = {**case, "learning_rate": record["learning_rate"]}, record["steps"]
        rates = [learning_rate(settings, step + 1, steps) for step in range(steps)]
        errors.note(f"schedule {index} {case['schedule']}", rates, case["learning_rates"])


def clip(gradients, s):
    """Clips each value, then all gradients together by their Euclidean norm."""
    if "clip_value" in s:
        limit = s["clip_value"]
        gradients = {key: np.clip(g, -limit, limit) for key, g in gradients.items()}
    if "clip_norm" in s:
        norm = math.sqrt(sum(float((g * g).sum()) for g in gradients.values()))
        factor = min(1, s["clip_norm"] / (norm + 1e-6))
        gradients = {key: g * g.dtype.type(factor) for key, g in gradients.items()}
    return gradients


def update(s, rate, decay, parameter, gradient, state, step):
    """One optimiser step in place; `state` starts as two zero arrays, `step` as 1."""
    kind, (first, second) = s["rule"], state
    if kind == "adamw":
        parameter *= 1 - rate * decay
    else:
        gradient = gradient + decay * parameter
    if kind == "sgd":
        parameter -= rate * gradient
    elif kind in ("momentum", "nesterov"):
        first[:] = s["momentum"] * first + gradient
        ahead = gradient + s["momentum"] * first
        parameter -= rate * (ahead if kind == "nesterov" else first)
    elif kind == "rmsprop":
        second[:] = s["rho"] * second + (1 - s["rho"]) * gradient**2
        parameter -= rate * gradient / (np.sqrt(second) + s["epsilon"])
    else:
        first[:] = s["beta_1"] * first + (1 - s["beta_1"]) * gradient
        second[:] = s["beta_2"] * second + (1 - s["beta_2"]) * gradient**2
        mean = first / (1 - s["beta_1"] ** step)
        root = np.sqrt(second / (1 - s["beta_2"] ** step))
        parameter -= rate * mean / (root + s["epsilon"])


class Network:
    """The recorded network, with its backward pass written out."""

    def __init__(self, record, run, dtype):
        sizes, placement = record["sizes"], run["placement"]
        self.activation, self.settings = ACTIVATIONS[run["activation"]], record
        self.parameters, self.running = {}, {}
        for k, layer in enumerate(record["layers"]):
            hidden = k < len(record["layers"]) - 1
            self.parameters[k, "w"] = np.array(layer["weight"], dtype).reshape(sizes[k], -1)
            if not (hidden and placement == "before"):
                self.parameters[k, "b"] = np.array(layer["bias"], dtype)
            if hidden and placement != "none":
                self.parameters[k, "gamma"] = np.ones(sizes[k + 1], dtype)
                self.parameters[k, "beta"] = np.zeros(sizes[k + 1], dtype)
                self.running[k] = np.zeros(sizes[k + 1], dtype), np.ones(sizes[k + 1], dtype)
        order = {"none": "a", "before": "na", "after": "an"}[placement]
        hidden = range(len(sizes) - 2)
        self.parts = [(k, part) for k in hidden for part in "l" + order] + [(len(sizes) - 2, "l")]

    def forward(self, x, train):
        """The logits, and the values of each layer that the backward pass needs."""
        saved, p, epsilon = [], self.parameters, x.dtype.type(self.settings["epsilon"])
        for k, part in self.parts:
            if part == "l":
                saved.append(x)
                x = x @ p[k, "w"] + p.get((k, "b"), x.dtype.type(0))
            elif part == "a":
                x, derivative = self.activation(x)
                saved.append(derivative)
            elif train:
                batch = len(x)
                x, kept, *stats = norm_forward(x, p[k, "gamma"], p[k, "beta"], epsilon)
                saved.append(kept)
                decay = x.dtype.type(self.settings["decay"])
                self.running[k] = running_update(self.running[k], *stats, batch, decay, True)
            else:
                mean, variance = self.running[k]
                x = p[k, "gamma"] * (x - mean) / np.sqrt(variance + epsilon) + p[k, "beta"]
        return x, saved

    def backward(self, g, saved):
        """The gradient of every parameter."""
        gradients = {}
        for (k, part), kept in zip(reversed(self.parts), reversed(saved)):
            if part == "l":
                gradients[k, "w"], gradients[k, "b"] = kept.T @ g, g.sum(axis=0)
                g = g @ self.parameters[k, "w"].T
            elif part == "a":
                g = g * kept
            else:
                gamma = self.parameters[k, "gamma"]
                g, gradients[k, "gamma"], gradients[k, "beta"] = norm_backward(g, kept, gamma)
        return gradients


def check_train(dtype, errors):
    record = json.loads((HERE / "train_torch.json").read_text())
    inputs = [np.array(b["inputs"], dtype).reshape(record["batch"], -1) for b in record["batches"]]
    for run in record["runs"]:
        network, losses = Network(record, run, dtype), []
        state = {key: (p * 0, p * 0) for key, p in network.parameters.items()}
        for step in range(record["steps"]):
            chosen = step % len(inputs)
            logits, saved = network.forward(inputs[chosen], train=True)
            loss, g = cross_entropy(logits, np.array(record["batches"][chosen]["labels"]))
            losses.append(loss)
            settings = record["optimizers"][run["optimizer"]]
            gradients = clip(network.backward(g, saved), settings)
            rate = learning_rate(settings, step + 1, record["steps"])
            for key, parameter in network.parameters.items():
                of_norm = key[1] in ("gamma", "beta")
                factor = settings.get("norm_rate_factor", 1) if of_norm else 1
                kept = of_norm and not settings.get("norm_decay", True)
                decay = 0 if kept else settings.get("weight_decay", 0)
                arrays = parameter, gradients[key], state[key]
                update(settings, rate * factor, decay, *arrays, step + 1)
        name = f"train {run['placement']} {run['optimizer']} {run['activation']}"
        errors.note(f"{name} losses", losses, run["losses"])
        errors.note(f"{name} logits", network.forward(inputs[0], False)[0], run["final_logits"])
        assert len(network.running) == len(run["final_norms"])
        for running, stored in zip(network.running.values(), run["final_norms"]):
            for key, got in zip(("running_mean", "running_var"), running):
                errors.note(f"{name} {key}", got, stored[key])


def check(dtype):
    errors = Errors()
    for name in ("norm_torch.json", "norm_keras.json"):
        check_norm(name, dtype, errors)
    for name in ("modules_torch", "options_keras", "renorm", "ghost"):
        check_layers(f"norm_{name}.json", dtype, errors)
    check_functions(dtype, errors)
    check_schedules(errors)
    check_train(dtype, errors)
    return errors.worst


if __name__ == "__main__":
    exactly, attainable = check(np.float64), check(np.float32)
    print(f"{'float64':>9} {'float32':>9}  largest relative error")
    for name, error in exactly.items():
        print(f"{error:9.1e} {attainable[name]:9.1e}  {name}")
    worst = max(exactly.values())
    print(f"worst in float64: {worst:.1e} (allowed: {AGREEMENT:.0e})")
    raise SystemExit(0 if worst <= AGREEMENT else 1)
