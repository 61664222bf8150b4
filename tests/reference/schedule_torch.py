"""Records the learning rates that PyTorch's schedulers give, step by step: schedule_torch.json."""

import math

import torch
from torch.optim import lr_scheduler

from reference_numbers import rounded, write

BASE, STEPS = 0.4, 20
CASES = [
    {"schedule": "constant", "warmup_steps": 0},
    {"schedule": "constant", "warmup_steps": 5},
    {"schedule": "step", "milestones": [0.5, 0.75], "factor": 0.1, "warmup_steps": 0},
    {"schedule": "step", "milestones": [0.1, 0.33, 0.9], "factor": 0.5, "warmup_steps": 4},
    {"schedule": "cosine", "final_share": 0.0, "warmup_steps": 0},
    {"schedule": "cosine", "final_share": 0.25, "warmup_steps": 0},
    {"schedule": "cosine", "final_share": 0.0, "warmup_steps": 6},
    {"schedule": "cosine", "final_share": 0.1, "warmup_steps": 2},
]


def warmup(optimizer, length):
    """1/length of the rate in the first step, the whole of it in step `length`."""
    return lr_scheduler.LinearLR(optimizer, 1 / length, 1.0, total_iters=length - 1)


def scheduler(optimizer, settings, steps):
    """PyTorch's own schedulers, put together as the settings say; milestones are shares of all steps."""
    length, parts = settings.get("warmup_steps", 0), []
    if settings["schedule"] == "cosine":
        lowest = settings["final_share"] * optimizer.param_groups[0]["lr"]
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, steps - length, eta_min=lowest)
        if length == 0:
            return cosine
        # The cosine's constructor has begun its first step; the warm-up has to begin at the base.
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        return lr_scheduler.SequentialLR(optimizer, [warmup(optimizer, length), cosine], [length])
    if length > 0:
        parts.append(warmup(optimizer, length))
    if settings["schedule"] == "step":
        # Rounds halves up, unlike Python's `round`.
        milestones = [math.floor(share * steps + 0.5) for share in settings["milestones"]]
        parts.append(lr_scheduler.MultiStepLR(optimizer, milestones, gamma=settings["factor"]))
    return lr_scheduler.ChainedScheduler(parts) if parts else lr_scheduler.LambdaLR(optimizer, lambda _: 1)


def record(settings):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    schedule, rates = scheduler(optimizer, settings, STEPS), []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return {**settings, "learning_rates": rounded(rates)}


if __name__ == "__main__":
    about = {"framework": f"torch {torch.__version__}", "computed_in": "float64"}
    cases = [record(settings) for settings in CASES]
    write(__file__, about, {"learning_rate": BASE, "steps": STEPS, "cases": cases})
