"""Replaces the table of a Markdown file by that of a measured comparison.

    splice.py results.md docs/speed.md

The table stands between the lines `<!-- speed -->` and `<!-- end of speed -->`.
"""

import sys
from pathlib import Path

BEGIN, END = "<!-- speed -->\n", "<!-- end of speed -->\n"


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: splice.py RESULTS.md FILE.md")
    results, page = map(Path, sys.argv[1:])
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"{page}: one line `{BEGIN.strip()}` and one line `{END.strip()}` are needed")
    before, rest = text.split(BEGIN)
    _, behind = rest.split(END)
    # The title is the page's own.
    table = results.read_text(encoding="utf-8").split("\n", 2)[2].strip("\n")
    page.write_text(f"{before}{BEGIN}\n{table}\n\n{END}{behind}", encoding="utf-8")


if __name__ == "__main__":
    main()
