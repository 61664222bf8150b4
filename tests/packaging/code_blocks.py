"""Runs the Python and R blocks of pages, and compares what they print with the `text` block behind each.

    code_blocks.py [--write] [--only python|r] PAGE…

Every block runs by itself in the root of the repository. `--write` puts the present outputs into the pages. R blocks need
`Rscript` (Debian: r-base-core).
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```(python|r)\n(.*?)```\n\n```text\n(.*?)```\n", re.DOTALL)
PROGRAMS = {"python": [sys.executable, "-c"], "r": ["Rscript", "--vanilla", "-e"]}


def printed(language, code):
    """What a block prints; its errors end this program."""
    ran = subprocess.run([*PROGRAMS[language], code], cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        sys.exit(f"this block fails:\n{code}\n{ran.stderr}")
    return "".join(f"{line.rstrip()}\n" for line in ran.stdout.splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", choices=PROGRAMS, help="the language of the blocks that are run")
    parser.add_argument("pages", nargs="+", type=Path)
    arguments = parser.parse_args()
    for path in arguments.pages:
        page = path.read_text(encoding="utf-8")
        renewed = page
        for language, code, output in BLOCK.findall(page):
            if arguments.only not in (None, language):
                continue
            now = printed(language, code)
            if now != output and not arguments.write:
                sys.exit(f"{path}: this block\n{code}\nprints\n{now}\nand the page says\n{output}")
            renewed = renewed.replace(f"{code}```\n\n```text\n{output}", f"{code}```\n\n```text\n{now}")
        if arguments.write:
            path.write_text(renewed, encoding="utf-8")


if __name__ == "__main__":
    main()
