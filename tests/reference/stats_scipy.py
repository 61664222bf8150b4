"""Records what scipy and numpy compute of small samples, pairs and censored times: stats_scipy.json."""

import warnings
from types import SimpleNamespace

import numpy as np
import scipy
from scipy import stats

from reference_numbers import dyadic, exact, write

CONFIDENCE, RESAMPLES = 0.95, 400
GENERATOR = np.random.Generator(np.random.PCG64(2026))


def shares(values):
    """Rounds to few digits, as in accuracies, so that sums tie exactly in any order of addition."""
    return dyadic(values, bits=14)


SAMPLES = {
    "accuracies_2": shares(0.97 + 0.002 * GENERATOR.standard_normal(2)),
    "accuracies_3": shares(0.97 + 0.002 * GENERATOR.standard_normal(3)),
    "accuracies_6": shares(0.97 + 0.002 * GENERATOR.standard_normal(6)),
    "with_an_outlier_7": np.append(shares(0.95 + 0.001 * GENERATOR.standard_normal(6)), 0.125),
    "with_ties_8": np.array([0.5, 0.5, 0.5, 0.25, 0.25, 0.75, 0.5, 0.25]),
    "skewed_10": GENERATOR.exponential(size=10),
    "normal_20": GENERATOR.standard_normal(20),
}


def bca(values, resamples):
    """scipy's own interval, from a distribution that it did not draw itself."""
    means = values[resamples].mean(axis=-1)
    given = SimpleNamespace(bootstrap_distribution=means)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = stats.bootstrap(
            (values,), np.mean, n_resamples=0, bootstrap_result=given, confidence_level=CONFIDENCE, method="BCa"
        )
    return [*map(float, found.confidence_interval)]


def sample(name, values):
    n = len(values)
    resamples = GENERATOR.integers(0, n, size=(RESAMPLES, n))
    interval = stats.t.interval(CONFIDENCE, n - 1, loc=values.mean(), scale=stats.sem(values))
    return {
        "name": name,
        "values": exact(values),
        "mean": float(values.mean()),
        "median": float(np.median(values)),
        # Four copies of every value make the cut at a quarter fall between values.
        "interquartile_mean": float(stats.trim_mean(np.repeat(values, 4), 0.25)),
        "std": float(values.std(ddof=1)),
        "t_interval": exact(interval),
        "resamples": [int(position) for position in resamples.ravel()],
        "bca_interval": bca(values, resamples),
    }


def signs(name, differences):
    test = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=np.inf)
    wins, losses = int((differences > 0).sum()), int((differences < 0).sum())
    ties = len(differences) - wins - losses
    wilson = stats.binomtest(wins, wins + losses).proportion_ci(CONFIDENCE, "wilson")
    return {
        "name": name,
        "differences": exact(differences),
        "sign_flip_p": float(test.pvalue),
        "wins": wins,
        "ties": ties,
        "losses": losses,
        "sign_p": float(stats.binomtest(wins, wins + losses).pvalue),
        "wilson_without_ties": [float(wilson.low), float(wilson.high)],
    }


DIFFERENCES = {
    "three": shares(0.01 * GENERATOR.standard_normal(3)),
    "all_one_way_6": shares(0.003 + 0.001 * GENERATOR.random(6)),
    "no_effect_6": shares(0.004 * GENERATOR.standard_normal(6)),
    "small_effect_8": shares(0.002 + 0.003 * GENERATOR.standard_normal(8)),
    "many_equal_10": np.array([1, 1, -1, 0, 1, 1, 2, -1, 1, 0]) / 128,
    "small_effect_12": shares(0.002 + 0.003 * GENERATOR.standard_normal(12)),
    "no_effect_16": GENERATOR.standard_normal(16),
}


def holm(p_values):
    """Holm 1979; scipy has no such function."""
    p_values = np.asarray(p_values)
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty_like(p_values)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return {"p": exact(p_values), "corrected": exact(corrected)}


def survival(name, reached, beyond):
    """scipy's Kaplan-Meier estimate, and its median by the rule of R's survfit."""
    times = stats.CensoredData(uncensored=reached, right=beyond)
    curve = stats.ecdf(times).sf
    below = np.flatnonzero(curve.probabilities < 0.5 + 1e-9)
    median = None
    if below.size:
        median = float(curve.quantiles[below[0]])
        later = np.flatnonzero(curve.probabilities < 0.5 - 1e-9)
        if abs(curve.probabilities[below[0]] - 0.5) < 1e-9 and later.size:
            median = float((median + curve.quantiles[later[0]]) / 2)
    return {"name": name, "reached": exact(reached), "beyond": exact(beyond), "median": median}


SURVIVAL = [
    survival("none_censored", [3, 5, 2, 8, 4, 9], []),
    survival("some_beyond_the_end", [3, 5, 5, 8], [10, 10, 10]),
    survival("most_beyond_the_end", [3, 5], [10, 10, 10]),
    survival("half", [2, 4, 7], [10, 10, 10]),
    survival("left_early", [3, 5, 6, 11], [4, 4.5, 12, 2]),
    survival("half_and_then_later", [2, 4, 9], [1, 5, 10]),
]


def curve(heights, places):
    base = places[-1] - places[0]
    return {"x": exact(places), "y": exact(heights), "mean_height": float(np.trapezoid(heights, places) / base)}


CURVES = [
    curve(np.array([0.1, 0.9, 0.95, 0.97]), np.arange(4.0)),
    curve(GENERATOR.random(7), np.cumsum(GENERATOR.random(7) + 0.1)),
]

if __name__ == "__main__":
    about = {"framework": f"scipy {scipy.__version__}, numpy {np.__version__}", "computed_in": "float64"}
    probabilities = [1e-4, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.9999]
    content = {
        "confidence": CONFIDENCE,
        "normal": {"probability": probabilities, "quantile": exact(stats.norm.ppf(probabilities))},
        "samples": [sample(name, values) for name, values in SAMPLES.items()],
        "signs": [signs(name, values) for name, values in DIFFERENCES.items()],
        "holm": [holm([0.03125]), holm([0.04, 0.001, 0.03, 0.03]), holm(GENERATOR.random(9) ** 3)],
        "survival": SURVIVAL,
        "curves": CURVES,
    }
    write(__file__, about, content)
