"""Checks the licence of every crate that any build may contain against `deny.toml`, where cargo-deny is not installed.

    licences.py < metadata.json          (cargo metadata --format-version 1 --locked --all-features)
"""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"[\w.+-]+(?: WITH [\w.-]+)?")


def is_allowed(expression, allowed):
    """Evaluates an SPDX expression; `/` is its old form of OR."""
    code = NAME.sub(
        lambda match: match[0].lower() if match[0] in ("AND", "OR") else str(match[0] in allowed),
        expression.replace("/", " OR "),
    )
    if not re.fullmatch(r"[()\s]*((True|False|and|or)[()\s]*)+", code):
        sys.exit(f"not a licence expression: {expression}")
    return eval(code)  # noqa: S307 (checked above: truth values, `and`, `or`, parentheses)


def main():
    rules = tomllib.loads((ROOT / "deny.toml").read_text(encoding="utf-8"))["licenses"]
    clarified = {rule["crate"]: rule["expression"] for rule in rules.get("clarify", [])}
    packages = json.load(sys.stdin)["packages"]
    refused, used = [], set()
    for package in packages:
        expression = clarified.get(package["name"]) or package["license"] or "none"
        if not is_allowed(expression, rules["allow"]):
            refused.append(f"{package['name']} {package['version']}: {expression}")
        used.update(NAME.findall(expression))
    unused = [name for name in rules["allow"] if name not in used]
    if refused or unused:
        sys.exit("\n".join([*refused, *(f"deny.toml allows {name}, which no crate has" for name in unused)]))
    print(f"{len(packages)} crates have licences that deny.toml allows")


if __name__ == "__main__":
    main()
