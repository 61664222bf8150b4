"""Runs bn-lab's own benchmark, `bn-lab bench --json FILE`, and reads its file.

What depends on that command's options and fields is in this file only.
"""

import json
import subprocess
import tempfile
from pathlib import Path

# Options that restrict the benchmark to one case, with the attribute of the case. They are given only if the
# command's help text has all of them; otherwise it measures every case at once.
FILTERS = {"--networks": "name", "--placements": "placement", "--batch-sizes": "batch_size"}
TIMEOUT_SECONDS = 3600


class Failed(Exception):
    """The command did not write its file; the text says why."""


class BnLab:
    """The executable, and the folder of the data."""

    def __init__(self, executable, data_dir, environment, pin):
        self.executable, self.data_dir = str(Path(executable).resolve()), data_dir
        self.environment, self.pin = environment, pin
        text = self.run(["bench", "--help"]).stdout
        self.restricts = all(option in text for option in FILTERS)

    def run(self, arguments):
        """The finished process."""
        command = self.pin([self.executable, *arguments])
        try:
            return subprocess.run(
                command, env=self.environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(str(error)) from error

    def version(self):
        """As `bn-lab --version` prints it, without the name."""
        return self.run(["--version"]).stdout.strip().removeprefix("bn-lab ")

    def measure(self, case=None):
        """The measurements of a case, or of all; and what the file says of the machine."""
        restriction = []
        if case is not None:
            for option, attribute in FILTERS.items():
                restriction += [option, str(getattr(case, attribute))]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.json"
            arguments = ["bench", "--json", str(path), "--data-dir", str(self.data_dir), *restriction]
            ran = self.run(arguments)
            if ran.returncode != 0 or not path.exists():
                lines = ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"]
                raise Failed(lines[0])
            found = json.loads(path.read_text())
        about = {"peer": "bn-lab", "version": self.version(), "mode": "bench"}
        measurements = [about | measured for measured in found["measurements"]]
        return measurements, found.get("machine", {})
