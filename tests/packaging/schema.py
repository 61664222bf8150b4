"""Validates experiment files with the `jsonschema` package.

    schema.py SCHEMA.json FILE…
"""

import json
import sys
import tomllib
from pathlib import Path

import jsonschema


def main():
    schema = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    validator_of = jsonschema.validators.validator_for(schema)
    validator_of.check_schema(schema)
    validator = validator_of(schema)
    problems = []
    for path in map(Path, sys.argv[2:]):
        text = path.read_text(encoding="utf-8")
        experiment = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        problems += [f"{path}: {error.message}" for error in validator.iter_errors(experiment)]
        # What no file may say must not pass.
        wrong = {**experiment, "train": {**experiment.get("train", {}), "epochs": "many"}}
        if validator.is_valid(wrong):
            problems.append(f"{path}: the schema accepts `train.epochs = \"many\"`")
    if problems:
        sys.exit("\n".join(problems))
    print(f"{len(sys.argv) - 2} files are valid")


if __name__ == "__main__":
    main()
