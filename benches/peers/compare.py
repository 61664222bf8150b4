"""Compares the training speed of bn-lab with that of PyTorch, JAX and Keras, on one core.

Each case (a network, a placement, a batch size) is measured by one program after the other, so that all of them
meet the same conditions. Prints a Markdown table, and writes `peers.json` and `peers.md`. A library that is not
installed is left out with a message.
"""

import argparse
import datetime
import importlib.util
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import environment
import tables
from bn_lab import BnLab, Failed
from cases import NETWORKS, cases

HERE = Path(__file__).parent
# The script of each peer, and the packages that it needs.
PEERS = {
    "pytorch": ("pytorch_peer.py", ["numpy", "torch"]),
    "jax": ("jax_peer.py", ["numpy", "jax"]),
    "keras": ("keras_peer.py", ["numpy", "keras", "tensorflow"]),
}
TIMEOUT_SECONDS = 3600


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("executable", type=Path, nargs="?", help="the program bn-lab; default: only peers")
    parser.add_argument("--data-dir", type=Path, required=True, help="folder of MNIST and CIFAR-10")
    parser.add_argument("--output", type=Path, default=Path("."), help="folder of peers.json and peers.md")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--networks", nargs="+", choices=list(NETWORKS), help="default: all")
    parser.add_argument("--placements", nargs="+", choices=["none", "before", "after"], help="default: all")
    parser.add_argument("--batch-sizes", nargs="+", type=int, help="default: all of a network")
    parser.add_argument("--instruction-set", choices=environment.INSTRUCTION_SETS, help="limit every program to it")
    parser.add_argument("--core", type=int, default=environment.cores()[-1], help="its number; default: the last")
    parser.add_argument("--steps", type=int, help="steps of a peer's repetition, for a quick test")
    parser.add_argument("--repetitions", type=int, help="timed repetitions of a peer")
    parser.add_argument("--least-steps", type=int, help="steps that a peer trains at least")
    return parser.parse_args()


class Comparison:
    """The programs, and what they have measured so far."""

    def __init__(self, chosen):
        self.chosen = chosen
        self.cases = cases(chosen.networks, chosen.placements, chosen.batch_sizes)
        self.environment = environment.variables(chosen.instruction_set)
        self.pin = partial(environment.pinned, core=chosen.core)
        self.measurements, self.messages = [], []
        self.peers = [peer for peer in chosen.peers if self.is_installed(peer)]
        self.bn_lab = self.opened()
        self.machine = {
            "processor": environment.processor(),
            "instruction_set": environment.widest_instruction_set(),
            "limited_to": chosen.instruction_set,
            "cores": len(environment.cores()),
            "date": datetime.date.today().isoformat(),
        }

    def say(self, message):
        if message not in self.messages:
            print(message, file=sys.stderr, flush=True)
            self.messages.append(message)

    def is_installed(self, peer):
        missing = [name for name in PEERS[peer][1] if importlib.util.find_spec(name) is None]
        if missing:
            self.say(f"{peer} is left out: not installed: {', '.join(missing)}")
        return not missing

    def opened(self):
        """bn-lab, if it is to be measured and can be started."""
        executable = self.chosen.executable
        if executable is None:
            return None
        if not executable.is_file():
            self.say(f"bn-lab is left out: there is no file `{executable}`")
            return None
        try:
            return BnLab(executable, self.chosen.data_dir.resolve(), self.environment, self.pin)
        except Failed as failed:
            self.say(f"bn-lab is left out: {failed}")
            return None

    def run(self):
        case_by_case = self.bn_lab is not None and self.bn_lab.restricts
        if self.bn_lab is not None and not case_by_case:
            self.say("this bn-lab measures all cases at once: it runs before all peers, not between them")
            self.measure_bn_lab(None)
        for number, case in enumerate(self.cases, 1):
            place = f"{case.name}, {case.placement}, batch size {case.batch_size}"
            print(f"{number} of {len(self.cases)}: {place}", file=sys.stderr, flush=True)
            if case_by_case:
                self.measure_bn_lab(case)
            for peer in self.peers:
                self.measure_peer(peer, case)
            self.write()

    def measure_bn_lab(self, case):
        try:
            measured, machine = self.bn_lab.measure(case)
        except Failed as failed:
            self.say(f"bn-lab measured nothing: {failed}")
            return
        self.measurements += measured
        self.machine["bn_lab"] = machine

    def measure_peer(self, peer, case):
        arguments = ["--data-dir", self.chosen.data_dir.resolve(), "--networks", case.name]
        arguments += ["--placements", case.placement, "--batch-sizes", case.batch_size]
        for name in ("steps", "repetitions", "least_steps", "instruction_set"):
            if (value := getattr(self.chosen, name)) is not None:
                arguments += [f"--{name.replace('_', '-')}", value]
        command = self.pin([sys.executable, str(HERE / PEERS[peer][0]), *map(str, arguments)])
        try:
            ran = subprocess.run(
                command, env=self.environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            self.say(f"{peer} took longer than {TIMEOUT_SECONDS} seconds with {case.name}")
            return
        self.measurements += [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        if ran.returncode != 0:
            reason = (ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[-1]
            self.say(f"{peer} failed with {case.name}: {reason}")
        elif "left out" in ran.stderr:
            self.say(next(line for line in ran.stderr.splitlines() if "left out" in line))

    def page(self):
        return tables.markdown(self.machine, self.cases, self.measurements)

    def write(self):
        """Writes both files; after each case, so that an interruption loses little."""
        self.chosen.output.mkdir(parents=True, exist_ok=True)
        content = {"machine": self.machine, "messages": self.messages, "measurements": self.measurements}
        (self.chosen.output / "peers.json").write_text(json.dumps(content, indent=1) + "\n")
        (self.chosen.output / "peers.md").write_text(self.page())


def main():
    comparison = Comparison(options())
    comparison.run()
    print(comparison.page(), end="")


if __name__ == "__main__":
    main()
