#!/usr/bin/env python3
"""Checks that links lead somewhere. Nothing is fetched.

    links.py SOURCE          the links of all Markdown pages below SOURCE, as a code host shows them:
                             files, and headings as #words-with-hyphens; and files that pages
                             name, as `core/tape.cpp`
    links.py --site FOLDER   the links of all HTML pages in FOLDER; and that no page loads anything
                             from elsewhere
"""

import html.parser
import os
import pathlib
import re
import sys
import urllib.parse

IGNORED = {".git", "build"}


def markdown_pages(source):
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(set(folders) - IGNORED)
        yield from (pathlib.Path(folder, name) for name in sorted(files) if name.endswith(".md"))


def without_code(text):
    return re.sub(r"`[^`\n]*`", "``", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def slug(heading):
    """What a code host makes of a heading."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    found = set()
    for heading in re.findall(r"^#+ +(.*)$", text, re.M):
        name, n = slug(heading), 0
        while (name if n == 0 else f"{name}-{n}") in found:
            n += 1
        found.add(name if n == 0 else f"{name}-{n}")
    return found


def broken_in_markdown(page):
    text = without_code(page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / urllib.parse.unquote(path) if path else page
        if not there.exists():
            yield f"{target}: there is no such file"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            yield f"{target}: there is no such heading"


def missing_files(page, source):
    """Files of the tree that a page names, and that are not there or shown on the page itself."""
    text = page.read_text(encoding="utf-8")
    shown = re.findall(r"`([\w/]+\.\w+)`:\n\n```", text)
    for name in sorted(set(re.findall(r"`([\w.]+/[\w./]+\.(?:[ch]pp|py|sh|md|cmake))`", text))):
        if "NAME" in name or name.startswith("build/") or name in shown:
            continue
        if not (source / name).exists() and not (page.parent / name).exists():
            yield f"{name}: there is no such file"


class Html(html.parser.HTMLParser):
    """The links of a page, what it loads, and its anchors."""

    def __init__(self, page):
        super().__init__()
        self.links, self.loads, self.anchors = [], [], set()
        self.feed(page.read_text(encoding="utf-8", errors="replace"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        for name in ("id", "name"):
            if attributes.get(name):
                self.anchors.add(attributes[name])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag == "link" and attributes.get("href"):
            self.loads.append(attributes["href"])
        elif attributes.get("src"):
            self.loads.append(attributes["src"])


def broken_in_site(folder):
    pages = {page.relative_to(folder): Html(page) for page in sorted(folder.rglob("*.html"))}
    if not pages:
        yield f"{folder}: there are no HTML pages"
    for page, parsed in pages.items():
        for target in parsed.loads + parsed.links:
            if re.match(r"(https?:)?//", target):
                if target in parsed.loads:
                    yield f"{page}: loads {target}"
                continue
            if re.match(r"mailto:|javascript:|data:", target):
                continue
            path, _, anchor = target.partition("#")
            path = urllib.parse.unquote(path.partition("?")[0])
            there = pathlib.Path(os.path.normpath(page.parent / path)) if path else page
            if not (folder / there).exists():
                yield f"{page}: {target}: there is no such file"
            elif anchor and there in pages:
                if urllib.parse.unquote(anchor) not in pages[there].anchors:
                    yield f"{page}: {target}: there is no such anchor"


def main(arguments):
    if arguments[0] == "--site":
        problems = list(broken_in_site(pathlib.Path(arguments[1])))
    else:
        source = pathlib.Path(arguments[0])
        problems = [f"{page}: {problem}" for page in markdown_pages(source)
                    for problem in [*broken_in_markdown(page), *missing_files(page, source)]]
    print("\n".join(problems) or "all links lead somewhere")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
