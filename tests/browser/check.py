"""Opens reports in headless Chromium and reports every defect.

    python3 tests/browser/check.py results/x/report.html … [--screenshots DIR]

At 360, 768 and 1280 pixels, light and dark, with script and without, and in print: no error on the console,
no request to the network, no scrolling sideways, nothing that is cut without a sign, text of a readable size,
headings in order, words for every picture, contrast of at least 4.5. Then tables are sorted and series hidden, by
mouse and by keyboard, and details are opened.
"""

import argparse
import base64
import pathlib
import sys

from browser import Browser

HERE = pathlib.Path(__file__).parent


def views():
    """The tested combinations of width, theme and script, by name, with their settings."""
    for width in (360, 768, 1280):
        for dark in (False, True):
            for script in (True, False):
                name = f"{width}-{'dark' if dark else 'light'}{'' if script else '-no-script'}"
                yield name, {"width": width, "dark": dark, "script": script}
    yield "print", {"width": 794, "media": "print"}


def sorting(browser):
    """Sorts the first table by keyboard, by every column, both ways."""
    heads = browser.evaluate("document.querySelectorAll('table.sortable')[0]?.querySelectorAll('thead button').length ?? 0")
    faults = []
    for column in range(heads):
        button = f"document.querySelectorAll('table.sortable')[0].querySelectorAll('thead button')[{column}]"
        for direction in ("ascending", "descending"):
            browser.evaluate(f"{button}.focus()")
            browser.press("Enter")
            told = browser.evaluate(f"{button}.closest('th').getAttribute('aria-sort')")
            if told != direction:
                faults.append(f"column {column} says it is sorted {told}, not {direction}")
            values = browser.evaluate(
                "[...document.querySelectorAll('table.sortable')[0].tBodies[0].rows]"
                f".map(row => row.cells[{column}]).map(cell => Number(cell.dataset.order ?? cell.textContent))"
            )
            if all(isinstance(value, (int, float)) for value in values):
                if values != sorted(values, reverse=direction == "descending"):
                    faults.append(f"column {column} is not {direction}: {values}")
    if browser.evaluate("document.querySelectorAll('table.sortable').length") and not heads:
        faults.append("no table can be sorted")
    return faults


def hiding(browser):
    """Hides a series by its entry in the legend, and shows it again."""
    entries = browser.evaluate("document.querySelectorAll('figure .legend-toggle').length")
    if not entries:
        return ["no entry of a legend can be pressed"] if browser.evaluate("!!document.querySelector('g.series')") else []
    first = "document.querySelector('figure .legend-toggle')"
    hidden = f"{first}.closest('figure').querySelectorAll('.series-off').length"
    faults = []
    for expected, key in ((True, "Enter"), (False, "Enter")):
        browser.evaluate(f"{first}.focus()")
        browser.press(key)
        pressed = browser.evaluate(f"{first}.getAttribute('aria-pressed')")
        if bool(browser.evaluate(hidden)) != expected or pressed != ("false" if expected else "true"):
            faults.append(f"{key} on a legend's entry: hidden should be {expected}, and it says aria-pressed={pressed}")
    return faults


def check(browser, report, basics, screenshots):
    """The number of defects of a report in all views."""
    url, faults = report.resolve().as_uri(), 0
    if screenshots:
        screenshots.mkdir(parents=True, exist_ok=True)
    for name, settings in views():
        found = browser.open(url, **settings)
        found += browser.evaluate(basics)
        if settings.get("media") != "print":
            found += [f"with details open: {fault}" for fault in with_details(browser, basics) if fault not in found]
        if settings.get("script") and settings["width"] == 1280:
            found += sorting(browser) + hiding(browser)
            browser.open(url, **settings)
        print(f"{name:24} {'ok' if not found else ''}")
        for fault in found:
            print(f"    {fault}")
        faults += len(found)
        if screenshots:
            (screenshots / f"{name}.png").write_bytes(base64.b64decode(browser.screenshot()))
    if screenshots:
        (screenshots / "print.pdf").write_bytes(base64.b64decode(browser.pdf()))
    return faults


def with_details(browser, basics):
    """The defects while all details are open."""
    each = "document.querySelectorAll('details').forEach((details) => { details.open = %s; })"
    browser.evaluate(each % "true")
    found = browser.evaluate(basics)
    browser.evaluate(each % "false")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("reports", type=pathlib.Path, nargs="+")
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    basics = (HERE / "basics.js").read_text()
    browser, faults = Browser(), 0
    for number, report in enumerate(arguments.reports, 1):
        print(report)
        faults += check(browser, report, basics, arguments.screenshots and arguments.screenshots / str(number))
    browser.close()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
