"""Confusion matrices by scikit-learn, and the differences of two conditions with simultaneous intervals by scipy.

Writes confusion_sklearn.json: predictions of two conditions in eight replicates on one test set of four classes, drawn
with a fixed seed; the sum of sklearn's matrices, sklearn's matrix normalised by row, the mean difference of the
normalised matrices, and Student's t interval for it with Bonferroni's correction for all cells. The standard deviation
of a cell counts as at least sqrt(2 / 12) examples, as src/compare/confusion.rs states.
"""

import json

import numpy as np
from scipy import stats
from sklearn.metrics import confusion_matrix

CLASSES, EXAMPLES, REPLICATES = 4, 400, 8
random = np.random.default_rng(20)
labels = random.integers(0, CLASSES, EXAMPLES)


def predictions(wrong, towards):
    """Labels of which a share is replaced, those of class 0 by `towards` more often than by others."""
    predicted = labels.copy()
    replaced = random.random(EXAMPLES) < wrong
    predicted[replaced] = random.integers(0, CLASSES, replaced.sum())
    confused = (labels == 0) & (random.random(EXAMPLES) < 0.2)
    predicted[confused] = towards
    return predicted


def condition(wrong, towards):
    trials = [predictions(wrong, towards) for _ in range(REPLICATES)]
    truth, all_predicted = np.tile(labels, REPLICATES), np.concatenate(trials)
    matrices = [confusion_matrix(labels, p, labels=range(CLASSES)) for p in trials]
    return matrices, {
        "classes": CLASSES,
        "trials": [{"label": labels.tolist(), "predicted": p.tolist()} for p in trials],
        "confusion": confusion_matrix(truth, all_predicted).tolist(),
        "normalized": confusion_matrix(truth, all_predicted, normalize="true").tolist(),
    }


before_matrices, before = condition(0.1, 1)
none_matrices, none = condition(0.2, 2)
counts = np.array(before_matrices, float) - np.array(none_matrices, float)
rows = np.bincount(labels, minlength=CLASSES)[:, None]
spread = np.maximum(counts.std(axis=0, ddof=1), np.sqrt(2 / 12))
confidence = 1 - 0.05 / CLASSES**2
centre = counts.mean(axis=0)
low, high = stats.t.interval(confidence, REPLICATES - 1, loc=centre, scale=spread / np.sqrt(REPLICATES))
file = {
    "before": before,
    "none": none,
    "difference": (centre / rows).tolist(),
    "low": (low / rows).tolist(),
    "high": (high / rows).tolist(),
}
with open("confusion_sklearn.json", "w") as out:
    json.dump(file, out, separators=(",", ":"))
    out.write("\n")
