"""The part that all peers share: options, repetitions, clocks, and the printed result.

A peer's script calls `main` with a function that prepares a training. Each measurement is printed as one JSON
object on a line of its own.
"""

import argparse
import json
import math
import statistics
import sys
import time
from pathlib import Path

import numpy as np

import data
import environment
from cases import NETWORKS, cases

# The exit code where a package is not installed, or a compiler is not.
UNAVAILABLE = 3
REPETITIONS = 7
LEAST_STEPS = 100


def options(about, modes):
    """The options of a peer's script. Sets the environment of this process, too."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of MNIST and CIFAR-10")
    parser.add_argument("--networks", nargs="+", choices=list(NETWORKS), help="default: all that the peer has")
    parser.add_argument("--placements", nargs="+", help="default: all of the network")
    parser.add_argument("--batch-sizes", nargs="+", type=int, help="default: all of the network")
    parser.add_argument("--modes", nargs="+", choices=modes, default=modes, help="default: all")
    parser.add_argument("--steps", type=int, help="steps of a repetition; default: enough for about a second")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, help="timed repetitions")
    parser.add_argument(
        "--least-steps",
        type=int,
        default=LEAST_STEPS,
        help="train for at least so many steps, so that the loss falls; the last ones may not be timed",
    )
    parser.add_argument(
        "--instruction-set", choices=environment.INSTRUCTION_SETS, help="use no wider vector instructions"
    )
    parsed = parser.parse_args()
    environment.apply(parsed.instruction_set)
    return parsed


def main(peer, about, modes, load, least_steps_of_repetition=1):
    """Measures the chosen cases.

    `load()` imports the library and returns its version and a function
    `prepare(case, mode, images, labels)` for images `[n, height, width, channels]` and labels `[n]` as bytes,
    or `None` for a case that the peer does not have.
    That returns `train(rows)`, which takes an optimiser step for each row of `rows` `[steps, batch size]` and
    returns the mean loss when all is done.
    """
    chosen = options(about, modes)
    try:
        version, prepare = load()
    except ImportError as error:
        print(f"{peer} is left out: {error}", file=sys.stderr)
        sys.exit(UNAVAILABLE)
    for case in cases(chosen.networks, chosen.placements, chosen.batch_sizes):
        for mode in chosen.modes:
            images, labels = loaded(case.network.dataset, chosen.data_dir)
            steps = chosen.steps or max(case.steps, least_steps_of_repetition)
            of_pass = len(labels) // case.batch_size
            if steps > of_pass:
                # Whole passes over the examples.
                steps = of_pass * math.ceil(steps / of_pass)
            train = prepare(case, mode, images, labels)
            if train is None:
                continue
            stream = np.random.default_rng(0)
            rows = data.rows(len(labels), case.batch_size, steps, stream)
            result = timed(train, rows, steps, chosen.repetitions, chosen.least_steps)
            described = {
                "peer": peer,
                "version": version,
                "mode": mode,
                "network": case.name,
                "placement": case.placement,
                "batch_size": case.batch_size,
            }
            print(json.dumps(described | result), flush=True)


def loaded(dataset, data_dir):
    """The training set; ends the program with a message where it is missing."""
    try:
        return data.train(dataset, data_dir)
    except data.Missing as missing:
        sys.exit(str(missing))


def timed(train, rows, steps, repetitions, least_steps):
    """Trains `repetitions + 1` times `steps` steps, and times all but the first, which compiles."""
    seconds, processor_seconds, losses = [], [], []
    for done, batch in enumerate(rows):
        if done > repetitions and done * steps >= least_steps:
            break
        started, processor_started = time.perf_counter(), time.process_time()
        losses.append(train(batch))
        seconds.append(time.perf_counter() - started)
        processor_seconds.append(time.process_time() - processor_started)
    measured = seconds[1 : repetitions + 1]
    median = statistics.median(measured)
    processor_median = statistics.median(processor_seconds[1 : repetitions + 1])
    return {
        "steps": steps,
        "repetitions": repetitions,
        "microseconds_per_step": round(median / steps * 1e6, 2),
        "microseconds_per_step_min": round(min(measured) / steps * 1e6, 2),
        # Clearly less than the time where other programs used the same core.
        "processor_microseconds_per_step": round(processor_median / steps * 1e6, 2),
        # Of the first repetition: what it took longer than the others.
        "compile_seconds": round(max(seconds[0] - median, 0.0), 3),
        "steps_in_all": steps * len(losses),
        "first_loss": round(losses[0], 5),
        "final_loss": round(losses[-1], 5),
    }
