"""Records PyTorch's mean softmax cross-entropy and its gradient: loss_torch.json."""

import numpy as np
import torch

from reference_numbers import dyadic, exact, rounded, write

CLASSES = 4


def record(name, logits, labels):
    x = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(x, torch.tensor(labels))
    loss.backward()
    return {
        "name": name,
        "batch": len(labels),
        "classes": CLASSES,
        "logits": exact(logits),
        "labels": [int(label) for label in labels],
        "loss": rounded(loss.detach())[0],
        "grad_logits": rounded(x.grad),
    }


if __name__ == "__main__":
    stream = np.random.default_rng([2015, 200])
    typical = dyadic(stream.normal(0, 2, (6, CLASSES)))
    # exp(1000) overflows even 64-bit floats: only a shifted log-sum-exp survives these.
    extreme = np.array([[1000.0, 0, -1000, 0], [-1000, -1000, -999, -1001], [0, 500, 500, 0]])
    cases = [
        record("typical", typical, stream.integers(0, CLASSES, 6)),
        record("one_example", typical[:1], np.array([2])),
        record("equal_logits", np.full((3, CLASSES), 7.0), np.array([0, 1, 3])),
        record("extreme_logits", extreme, np.array([1, 2, 1])),
    ]
    about = {"framework": f"torch {torch.__version__}", "computed_in": "float64"}
    write(__file__, about, {"cases": cases})
