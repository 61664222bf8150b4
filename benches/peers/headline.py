"""Times the whole experiment of configs/mnist.toml: nine trainings, by bn-lab, JAX and Keras.

784-128-64-10 with three placements and three seeds, ten passes over 55,000 images of MNIST in batches of 32, each
pass followed by an evaluation on 5,000 held-out images and on the test set. The time is that of the wall clock from
the start of the first process to the end of the last, with imports and compilation. Two processes, each on a core of
its own, share the trainings; bn-lab trains two at a time in one process. Prints one JSON object for each program.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

import environment

HERE = Path(__file__).parent
EXPERIMENT = HERE.parents[1] / "configs" / "mnist.toml"
PACKAGES = {"jax": ["numpy", "jax"], "keras": ["numpy", "keras", "tensorflow"]}
PLACEMENTS, SEEDS = ("none", "before", "after"), 3


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of MNIST")
    parser.add_argument("--bn-lab", type=Path, help="the program bn-lab; without it only peers are timed")
    parser.add_argument("--peers", nargs="*", choices=list(PACKAGES), default=list(PACKAGES))
    parser.add_argument("--epochs", type=int, default=10, help="fewer for a quick test")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--instruction-set", choices=environment.INSTRUCTION_SETS, help="limit every program to it")
    parser.add_argument("--output", type=Path, help="folder of headline.json")
    return parser.parse_args()


class Failed(Exception):
    """A program ended with an error."""


class Workers:
    """Processes that train what they are told, one line of JSON for each training in both directions."""

    def __init__(self, peer, chosen):
        self.peer, self.chosen = peer, chosen
        # In the order of the placements, taken from both ends: a process seldom compiles more than two.
        self.waiting = deque((placement, seed) for placement in PLACEMENTS for seed in range(SEEDS))
        self.trainings, self.errors, self.lock = [], [], threading.Lock()

    def run(self):
        """All trainings, as they were printed."""
        cores = environment.cores()
        threads = [
            threading.Thread(target=self.serve, args=(number, cores[number % len(cores)]))
            for number in range(self.chosen.processes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.errors:
            raise Failed(self.errors[0])
        return self.trainings

    def serve(self, number, core):
        """Starts a process and gives it trainings until none is left."""
        script = [sys.executable, str(HERE / "headline_worker.py"), self.peer]
        arguments = ["--data-dir", str(self.chosen.data_dir), "--epochs", str(self.chosen.epochs)]
        with tempfile.TemporaryFile("w+") as messages:
            process = subprocess.Popen(
                environment.pinned([*script, *arguments], core),
                env=environment.variables(self.chosen.instruction_set),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                text=True,
            )
            while training := self.next(number):
                line = self.ask(process, training)
                if not line:
                    break
                with self.lock:
                    self.trainings.append(json.loads(line))
            process.stdin.close()
            if process.wait() != 0:
                messages.seek(0)
                lines = messages.read().strip().splitlines() or [f"exit code {process.returncode}"]
                self.errors.append(lines[-1])

    def next(self, number):
        """The next placement and seed; `None` where none is left."""
        with self.lock:
            if not self.waiting:
                return None
            return self.waiting.popleft() if number % 2 == 0 else self.waiting.pop()

    def ask(self, process, training):
        """The answer to a training; empty where the process has ended."""
        placement, seed = training
        try:
            process.stdin.write(json.dumps({"placement": placement, "seed": seed}) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return ""
        return process.stdout.readline()


def bn_lab(chosen):
    """Runs the experiment in a new folder, and reads its table."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "mnist"
        command = [str(chosen.bn_lab.resolve()), "run", str(EXPERIMENT), "--jobs", str(chosen.processes)]
        command += ["--data-dir", str(chosen.data_dir), "--quiet"]
        command += ["-o", f"output.dir={results}", "-o", f"train.epochs={chosen.epochs}"]
        variables = environment.variables(chosen.instruction_set)
        try:
            ran = subprocess.run(command, env=variables, capture_output=True, text=True)
        except OSError as error:
            raise Failed(str(error)) from error
        if ran.returncode != 0:
            raise Failed((ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[0])
        return table(chosen, results)


def table(chosen, results):
    """The trainings of a results folder."""
    command = [str(chosen.bn_lab.resolve()), "results", str(results), "--format", "json"]
    ran = subprocess.run(command, capture_output=True, text=True)
    return json.loads(ran.stdout) if ran.returncode == 0 else []


def timed(program, train, chosen):
    """The described result of `train()`, with its time."""
    started = time.perf_counter()
    trainings = train()
    return {
        "program": program,
        "wall_seconds": round(time.perf_counter() - started, 2),
        "epochs": chosen.epochs,
        "processes": chosen.processes,
        "processor": environment.processor(),
        "instruction_set": chosen.instruction_set or environment.widest_instruction_set(),
        "trainings": trainings,
    }


def main():
    chosen = options()
    chosen.data_dir = chosen.data_dir.resolve()
    programs = {peer: Workers(peer, chosen).run for peer in chosen.peers if is_installed(peer)}
    if chosen.bn_lab:
        programs = {"bn-lab": lambda: bn_lab(chosen)} | programs
    results = []
    for program, train in programs.items():
        try:
            results.append(timed(program, train, chosen))
        except Failed as failed:
            print(f"{program} failed: {failed}", file=sys.stderr)
            continue
        print(json.dumps(results[-1]), flush=True)
    if chosen.output:
        chosen.output.mkdir(parents=True, exist_ok=True)
        (chosen.output / "headline.json").write_text(json.dumps(results, indent=1) + "\n")


def is_installed(peer):
    missing = [name for name in PACKAGES[peer] if importlib.util.find_spec(name) is None]
    if missing:
        print(f"{peer} is left out: not installed: {', '.join(missing)}", file=sys.stderr)
    return not missing


if __name__ == "__main__":
    main()
