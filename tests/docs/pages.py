#!/usr/bin/env python3
"""Holds the code and the numbers on pages to the programs of examples/tour.

    pages.py [--write] PROGRAMS

PROGRAMS is the folder with the built programs tour_NAME. On the pages below,

    <!-- code: NAME PART -->      stands before the lines of examples/tour/NAME.cpp between
                                  "// snippet: PART" and "// end",
    <!-- output: NAME PART -->    before what tour_NAME prints behind "== PART".

Every block of C++ on a page must be such a part, and every part must be on a page. Numbers with a
decimal point in the text must be among those of the blocks. --write puts the blocks right.
"""

import functools
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["docs/tour.md", "docs/embeddings.md"]
BLOCK = re.compile(r"<!-- (code|output): (\w+) (\w+) -->\n```(\w+)\n(.*?)```\n", re.S)
LANGUAGE = {"code": "cpp", "output": "text"}


@functools.cache
def snippets(name):
    """The parts of a program's source."""
    source = (ROOT / f"examples/tour/{name}.cpp").read_text(encoding="utf-8")
    found = re.findall(r"^ *// snippet: (\w+)\n(.*?)^ *// end\n", source, re.S | re.M)
    return {part: textwrap.dedent(code) for part, code in found}


@functools.cache
def outputs(programs, name):
    """The parts of what a program prints."""
    command = [programs / f"tour_{name}"] + ([ROOT / "data"] if name == "vectors" else [])
    printed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return dict(re.findall(r"^== (\w+)\n(.*?)(?=^== |\Z)", printed, re.S | re.M))


def parts(kind, name, programs):
    return snippets(name) if kind == "code" else outputs(programs, name)


class Page:
    def __init__(self, path, programs):
        self.path, self.programs = path, programs
        self.text = (ROOT / path).read_text(encoding="utf-8")
        self.used, self.problems = set(), []

    def put_right(self, match):
        """The block as it should be; what is wrong with it is noted."""
        kind, name, part, language, block = match.groups()
        self.used.add((kind, name, part))
        wanted = parts(kind, name, self.programs).get(part)
        if wanted is None:
            self.problems.append(f"there is no {kind} {part} of {name}")
            return match.group()
        if language != LANGUAGE[kind] or block != wanted:
            self.problems.append(f"{kind} {part} of {name} is now\n{wanted}")
        return f"<!-- {kind}: {name} {part} -->\n```{LANGUAGE[kind]}\n{wanted}```\n"

    def check(self, write):
        right = BLOCK.sub(self.put_right, self.text)
        if write and right != self.text:
            (ROOT / self.path).write_text(right, encoding="utf-8")
            self.problems = []
        rest = BLOCK.sub("", right)
        if "```cpp" in rest:
            self.problems.append("a block of C++ has no mark <!-- code: NAME PART -->")
        blocks = " ".join(match.group(5) for match in BLOCK.finditer(right))
        numbers = set(re.findall(r"\d+\.\d+", blocks))
        for number in re.findall(r"(?<![\w.])\d+\.\d+(?![\w.]*\w)", rest):
            if number not in numbers:
                self.problems.append(f"{number} in the text is no number of the programs")


def left_over(used, programs):
    """The parts that no page shows."""
    for name in sorted({name for _, name, _ in used}):
        for kind in ("code", "output"):
            for part in parts(kind, name, programs):
                if (kind, name, part) not in used:
                    yield f"no page shows {kind} {part} of {name}"


def main(arguments):
    write = "--write" in arguments
    programs = pathlib.Path([a for a in arguments if a != "--write"][0])
    pages = [Page(path, programs) for path in PAGES]
    for page in pages:
        page.check(write)
    problems = [f"{page.path}: {problem}" for page in pages for problem in page.problems]
    problems += left_over(set().union(*(page.used for page in pages)), programs)
    print("\n".join(problems) or f"{len(pages)} pages hold")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
