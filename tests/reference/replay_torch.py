"""Replays the trials of a results folder in PyTorch and compares every step's loss.

bn-lab must have kept each trial's initial network and batch order (`checkpoint.initial = true`) and
should have logged every step (`output.log_every_steps = 1`). PyTorch starts from that network, sees
those batches, and must end where bn-lab ended; exits with 1 if a loss does not agree.
"""

import argparse
import hashlib
import sys
import tomllib
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import replay_network
import replay_probes
import reference_numbers
from replay_trial import Refused, read_data, trials

# The tolerance of a probe; differences between gradients cancel most of their 32 bits.
PROBE_TOLERANCE = 1e-3


class Replay:
    """One trial, replayed."""

    def __init__(self, trial, arguments):
        self.trial, settings = trial, trial.settings()
        self.dtype = torch.float64 if arguments.double else torch.float32
        self.data = read_data(trial, settings, arguments.data_dir)
        self.model = replay_network.network(settings, self.data.shape)
        self.optimizer, self.rate = replay_network.optimizer(settings)
        settings.close()
        self.initial = trial.checkpoint("initial")
        replay_network.load(self.model, self.initial)
        self.model.to(self.dtype)
        self.losses = []

    def train(self, steps):
        """Takes the recorded steps, at most `steps`."""
        update = self.optimizer(self.model.parameters())
        self.model.train()
        for positions in self.trial.batches()[:steps]:
            inputs, labels = self.data.batch(positions)
            update.zero_grad()
            logits = self.model(torch.from_numpy(inputs).to(self.dtype), [])
            labels = torch.from_numpy(labels).long()
            F.cross_entropy(logits, labels).backward()
            update.step()
            # As bn-lab: the sum over a batch in 64 bits, whatever the logits have.
            self.losses.append(F.cross_entropy(logits.detach().double(), labels).item())

    def loss_differences(self):
        """The relative difference of the loss of every recorded step, by step."""
        recorded = self.trial.losses()
        return {
            step: abs(loss - recorded[step]) / abs(recorded[step])
            for step, loss in enumerate(self.losses, 1)
            if step in recorded
        }

    def state_differences(self):
        """Largest differences of weights and of running statistics after the last step, each
        relative to the largest magnitude of its tensor; `None` without a checkpoint there."""
        name = f"step-{len(self.losses)}"
        if len(self.losses) == len(self.trial.batches()):
            name = "final"
        kept = self.trial.checkpoint(name)
        if kept is None:
            return None, None
        state = self.model.state_dict()
        found = {"weights": [], "running": []}
        for tensor, values in kept.items():
            kind = "running" if ".running_" in tensor else "weights"
            apart = np.abs(state[tensor].double().numpy() - values).max()
            found[kind].append(apart / (np.abs(values).max() or 1.0))
        return (max(found[kind], default=None) for kind in ("weights", "running"))

    def weights_digest(self):
        """SHA-256 of the initial weights of the linear maps, in the order of their names: their
        values as 32-bit floats, little-endian, row-major [outputs, inputs, ...]."""
        digest = hashlib.sha256()
        for name in sorted(self.initial):
            if self.initial[name].ndim >= 2:
                digest.update(self.initial[name].astype("<f4").tobytes())
        return digest.hexdigest()


def print_table(header, rows):
    """The first two columns to the left, numbers to the right."""
    rows = [header, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    for row in rows:
        cells = [
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        ]
        print("  ".join(cells).rstrip())


def short(number):
    return "-" if number is None else f"{number:.1e}"


def replay_all(found, arguments):
    """Replays every trial and prints the differences; returns the replays and the largest difference of a loss."""
    replays, rows, worst = [], [], 0.0
    for trial in found:
        replay = Replay(trial, arguments)
        replay.train(arguments.steps)
        losses = replay.loss_differences()
        if not losses:
            raise Refused(f"trial {trial.folder.name} has no recorded loss to compare")
        # A loss that is not a number differs by more than any other.
        step = max(losses, key=lambda step: np.nan_to_num(losses[step], nan=np.inf))
        apart = (step for step, loss in losses.items() if not loss <= arguments.tolerance)
        worst = max(worst, np.nan_to_num(losses[step], nan=np.inf))
        figures = [len(losses), short(losses[step]), step, next(apart, "-")]
        states = map(short, replay.state_differences())
        rows.append([trial.folder.name, trial.name, *map(str, figures), *states])
        replays.append(replay)
    header = ["trial", "label", "losses", "loss", "at step", "apart from", "weights", "running"]
    print_table(header, rows)
    return replays, worst


def probe_all(found, arguments):
    """Compares the readings of the untrained networks; prints the worst over all trials."""
    worst, left = {}, set()
    experiment = tomllib.loads((arguments.results / "experiment.toml").read_text())
    if "probe" not in experiment:
        raise Refused("the experiment has no `[probe]`")
    probe, arguments.double = experiment["probe"], True
    around = (probe["examples"], probe.get("unit", 0))
    for trial in found:
        theirs = replay_probes.recorded(trial)
        replay = Replay(trial, arguments)
        model, data = replay.model.train(), replay.data
        ours = replay_probes.readings(trial, model, replay.optimizer, replay.rate, data)
        kind = trial.settings().take("model.activation", "identity")
        ours.update(replay_probes.activations(trial, model, data, kind, *around))
        largest, missing = replay_probes.compare(theirs, ours)
        left |= missing
        for quantity, difference in largest.items():
            if difference >= worst.get(quantity, ("", -1.0))[1]:
                worst[quantity] = (trial.name, difference)
    rows = [[quantity, label, short(value)] for quantity, (label, value) in worst.items()]
    print_table(["quantity at step 0", "worst in", "difference"], rows)
    print(f"not computed again: {', '.join(sorted(left)) or 'nothing'}")
    agree = all(difference <= PROBE_TOLERANCE for _, difference in worst.values())
    return agree and left <= set(replay_probes.DRAWN)


def write(replays, arguments):
    """The losses that PyTorch computed, for a test of bn-lab."""
    about = {
        "framework": f"torch {torch.__version__}",
        "computed_in": "float64" if arguments.double else "float32",
    }
    runs = [
        {
            **replay.trial.label,
            "initial_weights_sha256": replay.weights_digest(),
            "losses": reference_numbers.rounded(replay.losses),
        }
        for replay in replays
    ]
    reference_numbers.write(__file__, about, {"runs": runs}, arguments.write)


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="a results folder")
    parser.add_argument("--data-dir", type=Path, required=True, help="as bn-lab's")
    parser.add_argument("--steps", type=int, help="replay at most so many steps")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="relative")
    parser.add_argument("--double", action="store_true", help="compute in 64-bit floats")
    parser.add_argument("--probes", action="store_true", help="compare layers.csv at step 0 too")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the replayed losses")
    return parser.parse_args()


def main():
    arguments = read_arguments()
    found = trials(arguments.results)
    if not found:
        raise Refused("no trial with an initial checkpoint and an order: `checkpoint.initial`")
    replays, worst = replay_all(found, arguments)
    agrees = worst <= arguments.tolerance
    verdict = "agree" if agrees else "DIFFER"
    print(f"losses {verdict}: {short(worst)} at most, allowed {arguments.tolerance:.0e}")
    if arguments.write:
        write(replays, arguments)
    if arguments.probes:
        agrees &= probe_all(found, arguments)
    return 0 if agrees else 1


if __name__ == "__main__":
    torch.set_num_threads(1)
    try:
        sys.exit(main())
    except Refused as problem:
        sys.exit(f"error: {problem}")
