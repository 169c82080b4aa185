#!/usr/bin/env python3
"""Compiles the C++ on pages that is no program of its own.

    compiled.py CXX INCLUDE WORK

CXX is the compiler, INCLUDE the folder that has tapegrad/, WORK a folder to write to.

docs/from_pytorch.md: the block marked <!-- whole program -->; and each piece of code in the second cell
of the rows of its tables, and each that begins with one of OURS in the third, behind the block marked
<!-- names -->. So each name on the page is one of the library's, with these arguments.

docs/adding.md: every new file, which is a block behind a line that ends in its name, as
`core/ops/square.cpp`: does.
"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ("tg::", "adam.", "gradients.", "p.")
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused"]


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def marked(page, mark):
    """The block behind a mark."""
    return re.search(rf"<!-- {mark} -->\n```cpp\n(.*?)```", page, re.S).group(1)


def names_program(page):
    """A function for each piece of code in the tables; compilers name the line of the page."""
    lines = ["#include <tapegrad/tapegrad.hpp>", "namespace tg = tapegrad;", marked(page, "names")]
    rows = 0
    for number, line in enumerate(page.splitlines(), 1):
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.split("|")]
        if len(cells) != 5:
            continue
        for code in cells[2] + [code for code in cells[3] if code.startswith(OURS)]:
            rows += 1
            if not re.match(r"[\w:<>]+ \w", code):  # no declaration: Type(x); would be one
                code = f"(void)({code})"
            lines += [f'#line {number} "docs/from_pytorch.md"', f"void row{rows}() {{ {code}; }}"]
    if rows < 50:
        sys.exit(f"docs/from_pytorch.md: only {rows} names found, is the form of the tables another?")
    return "\n".join(lines) + "\n"


def whole_files():
    """The files that docs/adding.md shows, by name."""
    found = re.findall(r"`([\w/]+\.[ch]pp)`:\n\n```cpp\n(.*?)```", read("docs/adding.md"), re.S)
    new = {name: text for name, text in found if not (ROOT / name).exists()}
    if len(new) < 9:
        sys.exit(f"docs/adding.md: only {len(new)} files found, is the form of the page another?")
    return new


def overlay(files, work):
    """These files in a folder `tapegrad`; their headers are found before the library's."""
    for name, text in files.items():
        path = work / "tapegrad" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def compiles(compiler, options, source):
    done = subprocess.run([compiler, *FLAGS, *options, source], check=False)
    return done.returncode == 0


def main(compiler, include, work):
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    from_pytorch = read("docs/from_pytorch.md")
    names, program = work / "names.cpp", work / "program.cpp"
    names.write_text(names_program(from_pytorch), encoding="utf-8")
    program.write_text(marked(from_pytorch, "whole program"), encoding="utf-8")
    files = whole_files()
    overlay(files, work)
    # The line of core/ops.hpp that the page asks for.
    declaration = re.search(r"`core/ops.hpp`:\n\n```cpp\n(.*?)```", read("docs/adding.md"), re.S)
    declared = work / "declared.hpp"
    declared.write_text("#include <tapegrad/core/ops.hpp>\nnamespace tapegrad::inline "
                        f"TAPEGRAD_PRECISION {{\n{declaration.group(1)}}}\n", encoding="utf-8")
    jobs = [(["-DTAPEGRAD_DOUBLE"], names), ([], program)]  # gradcheck is in the double build
    for name in files:
        if name.endswith(".cpp"):
            options = ["-DTAPEGRAD_DOUBLE"] if name.startswith("core/ops/") else []
            jobs.append(([*options, "-include", declared], work / "tapegrad" / name))
    bad = [str(source) for options, source in jobs
           if not compiles(compiler, ["-I", work, "-I", include, *options], source)]
    print("do not compile: " + ", ".join(bad) if bad else f"{len(jobs)} sources compile")
    return 1 if bad else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    sys.exit(main(*sys.argv[1:]))
