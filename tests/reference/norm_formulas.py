"""Records what no current framework computes, from the formulas: batch renormalisation (Ioffe 2017)
in norm_renorm.json and ghost batch normalisation (Hoffer et al. 2017) in norm_ghost.json.

The forward passes and the averages are plain numpy in 64-bit floats. Gradients are central
differences of `sum(y * upstream)`, in which the corrections `r` and `d` of renormalisation stay as
they are at the unmoved input, since they are constants to the gradient.
"""

import numpy as np

from norm_layer_cases import draw, record
from reference_numbers import write

EPSILON = 1e-3
STEP = 1e-4
ROWS, MAPS = (5,), (3, 3, 5)


def axes(x):
    """All axes except that of the features."""
    return tuple(axis for axis in range(x.ndim) if axis != 1)


def along(values, x):
    """[features] in the rank of x."""
    return values.reshape((1, -1) + (1,) * (x.ndim - 2))


def statistics(x):
    return x.mean(axes(x)), x.var(axes(x))


def normalised(x, mean, variance):
    return (x - along(mean, x)) / np.sqrt(along(variance, x) + EPSILON)


def scaled(case, x_hat):
    return x_hat * along(case.gamma, x_hat) + along(case.beta, x_hat)


def differences(objective, x):
    """Fourth-order central differences of a scalar function of an array."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):

        def at(steps):
            moved = x.copy()
            moved[index] += steps * STEP
            return objective(moved)

        slope = 8 * (at(1) - at(-1)) - (at(2) - at(-2))
        gradient[index] = slope / (12 * STEP)
    return gradient


class Renorm:
    """Averages of the mean and of the deviation, one pair for evaluation, one for r and d."""

    def __init__(self, case):
        self.case = case
        features = case.shape[0]
        self.mean, self.deviation = np.zeros(features), np.full(features, np.sqrt(1 + EPSILON))
        self.renorm_mean, self.renorm_deviation = self.mean, self.deviation

    def limits(self, step):
        settings = self.case.settings

        def opened(to):
            since = settings.get("relax_from", 0)
            return 1.0 if step >= to else max(0, step - since) / (to - since)

        r = opened(settings.get("r_relaxed_at", 0))
        d = opened(settings.get("d_relaxed_at", 0))
        r_max = 1 + r * (settings["r_max"] - 1)
        r_min = 1 / (1 + r * (1 / settings.get("r_min", 1 / settings["r_max"]) - 1))
        return r_min, r_max, d * settings["d_max"]

    def corrections(self, x, step):
        mean, variance = statistics(x)
        r_min, r_max, d_max = self.limits(step)
        r = np.sqrt(variance + EPSILON) / self.renorm_deviation
        d = (mean - self.renorm_mean) / self.renorm_deviation
        return np.clip(r, r_min, r_max), np.clip(d, -d_max, d_max)

    def train_step(self, x, upstream, step):
        r, d = self.corrections(x, step)

        def corrected(x):
            return normalised(x, *statistics(x)) * along(r, x) + along(d, x)

        def objective(x):
            return (scaled(self.case, corrected(x)) * upstream).sum()

        gradients = [
            differences(objective, x),
            (corrected(x) * upstream).sum(axes(x)),
            upstream.sum(axes(x)),
        ]
        self.follow(x)
        running = [self.mean, self.deviation**2 - EPSILON]
        return [scaled(self.case, corrected(x)), *gradients, *running]

    def follow(self, x):
        mean, variance = statistics(x)
        deviation = np.sqrt(variance + EPSILON)
        decay = self.case.settings["decay"]
        other = self.case.settings.get("renorm_decay", decay)
        self.mean = decay * self.mean + (1 - decay) * mean
        self.deviation = decay * self.deviation + (1 - decay) * deviation
        self.renorm_mean = other * self.renorm_mean + (1 - other) * mean
        self.renorm_deviation = other * self.renorm_deviation + (1 - other) * deviation

    def evaluate(self, x):
        x_hat = (x - along(self.mean, x)) / along(self.deviation, x)
        return scaled(self.case, x_hat)


class Ghost:
    """Sub-batches normalised one by one, in a loop."""

    def __init__(self, case):
        self.case = case
        features = case.shape[0]
        self.mean, self.variance = np.zeros(features), np.ones(features)

    def sub_batches(self, x):
        """The sub-batches: as many full ones as fit; the rest is one more, unless it is a single example."""
        size = self.case.settings["virtual_batch_size"]
        starts = list(range(0, len(x), size))
        if len(starts) > 1 and len(x) - starts[-1] == 1 and size > 1:
            starts.pop()
        return np.split(x, starts[1:])

    def normalised(self, x):
        parts = [normalised(part, *statistics(part)) for part in self.sub_batches(x)]
        return np.concatenate(parts)

    def train_step(self, x, upstream, _step):
        def objective(x):
            return (scaled(self.case, self.normalised(x)) * upstream).sum()

        gradients = [
            differences(objective, x),
            (self.normalised(x) * upstream).sum(axes(x)),
            upstream.sum(axes(x)),
        ]
        self.follow(x)
        return [scaled(self.case, self.normalised(x)), *gradients, self.mean, self.variance]

    def follow(self, x):
        settings = self.case.settings
        means, variances = [], []
        for part in self.sub_batches(x):
            mean, variance = statistics(part)
            values = part.size // part.shape[1]
            if settings["running_variance"] == "unbiased" and values > 1:
                variance = variance * values / (values - 1)
            means.append(mean)
            variances.append(variance)
        decay = settings["decay"]
        self.mean = decay * self.mean + (1 - decay) * np.mean(means, 0)
        self.variance = decay * self.variance + (1 - decay) * np.mean(variances, 0)

    def evaluate(self, x):
        return scaled(self.case, normalised(x, self.mean, self.variance))


def renorm_cases():
    fixed = {"method": "renorm", "epsilon": EPSILON, "decay": 0.9, "r_max": 1.5, "d_max": 0.5}
    wide = {**fixed, "r_max": 100, "d_max": 100, "r_min": 0.001}
    apart = {**fixed, "renorm_decay": 0.5, "r_min": 0.9}
    opening = {
        **fixed,
        "r_max": 3,
        "d_max": 5,
        "relax_from": 2,
        "r_relaxed_at": 8,
        "d_relaxed_at": 4,
    }
    return [
        draw(31, "limits that bind", fixed, ROWS, [8, 3, 2, 32]),
        draw(32, "limits that do not bind", wide, ROWS, [5, 2, 3]),
        draw(33, "a decay and a least r of its own", apart, ROWS, [4, 7, 3]),
        draw(34, "limits that open", opening, ROWS, [4, 3, 5, 4, 3, 4, 4, 5, 3]),
        draw(35, "one example a batch", fixed, ROWS, [1, 1, 1]),
        draw(36, "feature maps", fixed, MAPS, [2, 1, 3]),
        draw(37, "feature maps, limits that open", opening, (2, 1, 3), [2, 3, 3], first_step=3),
    ]


def ghost_cases():
    def settings(size, variance, decay=0.9):
        return {
            "method": "batch",
            "epsilon": EPSILON,
            "decay": decay,
            "running_variance": variance,
            "virtual_batch_size": size,
        }

    return [
        draw(41, "equal sub-batches", settings(4, "biased"), ROWS, [8, 12, 4]),
        draw(42, "equal sub-batches, unbiased", settings(2, "unbiased"), ROWS, [6, 2]),
        draw(43, "a smaller last sub-batch", settings(4, "unbiased", 0.5), ROWS, [8, 7, 10]),
        draw(44, "a single example joins the last", settings(4, "unbiased"), ROWS, [9, 5]),
        draw(45, "fewer examples than a sub-batch", settings(4, "biased"), ROWS, [3, 2, 1]),
        draw(46, "sub-batches of one", settings(1, "biased"), ROWS, [3]),
        draw(47, "32 examples", settings(8, "biased"), (3,), [32]),
        draw(48, "feature maps", settings(2, "unbiased"), MAPS, [4, 3, 5, 1]),
        draw(49, "feature maps, sub-batches of one", settings(1, "unbiased"), (2, 1, 3), [3]),
    ]


def recorded(case, layer):
    return record(case, layer.train_step, layer.evaluate)


if __name__ == "__main__":
    about = {
        "generated_by": "norm_formulas.py",
        "framework": f"none; numpy {np.__version__}",
        "computed_in": "float64",
    }
    folder = __file__.removesuffix("formulas.py")
    for name, kind, cases in [
        ("renorm", Renorm, renorm_cases()),
        ("ghost", Ghost, ghost_cases()),
    ]:
        made = [recorded(case, kind(case)) for case in cases]
        write(f"{folder}{name}.py", about, {"cases": made})
