"""Runs the notebooks of `examples/` again and compares the texts of their outputs with the committed ones.

    notebook.py [--write] NOTEBOOK…

Pictures are not compared: their bytes depend on the version of matplotlib. `--write` keeps the new outputs.
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def texts(notebook):
    """The plain texts of all outputs, cell by cell."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
    return [text for text in found if "<Figure" not in text and "<Axes" not in text]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("notebooks", nargs="+", type=Path)
    arguments = parser.parse_args()
    for path in arguments.notebooks:
        notebook = nbformat.read(path, as_version=4)
        committed = texts(notebook)
        NotebookClient(notebook, resources={"metadata": {"path": path.parent}}).execute()
        for cell in notebook.cells:
            cell.get("metadata", {}).pop("execution", None)
        if arguments.write:
            nbformat.write(notebook, path)
        elif texts(notebook) != committed:
            for before, now in zip(committed, texts(notebook)):
                if before != now:
                    print(f"committed:\n{before}\nnow:\n{now}", file=sys.stderr)
            sys.exit(f"{path}: the outputs differ; `notebook.py --write {path}` renews them")


if __name__ == "__main__":
    main()
