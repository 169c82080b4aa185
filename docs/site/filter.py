#!/usr/bin/env python3
"""Prepares a file for Doxygen, which runs this on each of its inputs (INPUT_FILTER): filter.py FILE

Lines keep their numbers. In C++:
- the inline namespace of the precision disappears, since nobody writes it;
- "// [V, D]" behind a member becomes its comment, and the first lines of a file become the file's;
- <pad> and the like in comments are no HTML;
- friends are nobody's business, and what stands further in keeps its lines;
- a .cpp, or a header of core/kernels, has a page and its text on it, but gives Doxygen nothing to
  read: what can be used stands in the other headers.

In Markdown, relative links and headings become what Doxygen refers to: a link to a heading on another
page leads to that heading, and one to a source leads to its page.
"""

import os
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOWN = (".hpp", ".cpp")  # sources; those among $DOCS_INPUT have a page of their own


def links_module():
    sys.path.insert(0, str(ROOT / "tests/docs"))
    import links

    return links


def escaped(comment):
    """A comment in which \\, @, <, & and # are what they are, outside of `code`."""
    parts = re.split(r"(`[^`]*`)", comment)
    special = r"(\\|<(?=[/\w])|&(?=#?\w+;)|[#@](?=\w))"
    parts[::2] = [re.sub(special, r"\\\1", part) for part in parts[::2]]
    comment = "".join(parts)
    # Doxygen takes a full stop behind a space for the end of a list.
    return re.sub(r" \.\.(?= |$)", r" \\.\\.", comment)


def cpp_line(line):
    line = line.replace("namespace tapegrad::inline TAPEGRAD_PRECISION {", "namespace tapegrad {")
    if re.match(r"(inline namespace TAPEGRAD_PRECISION \{|\}  // namespace TAPEGRAD_PRECISION)", line):
        return ""
    if re.match(r"\s+friend .*[;}]$", line):
        return ""
    documented = re.match(r"(\s*///<?)(.*)", line)
    if documented:
        return documented.group(1) + escaped(documented.group(2))
    member = re.match(r"(\s+[^/\"]*[;,]\s*)//(?![/<!]) ?((?!NOLINT).*)", line)
    if member:
        return f"{member.group(1)}///< {escaped(member.group(2))}"
    behind = re.match(r"([^\"]*///<)(.*)", line)
    return behind.group(1) + escaped(behind.group(2)) if behind else line


def indented(lines):
    """Lines of comments that stand further in are formulas, tables or code, unless they go on with
    an item of a list: the same lines, by their numbers, as Doxygen wants them."""
    found, i = {}, 0
    while i < len(lines):
        begin = i
        while i < len(lines) and re.match(r"\s*///   +\S", lines[i]):
            i += 1
        before = lines[begin - 1]
        if i > begin and re.match(r"\s*///(?! *- )", before):
            found.update({k: lines[k] for k in range(begin, i)})
            found[begin - 1] = f"{cpp_line(before)} @code{{.unparsed}}"
            found[i - 1] += " @endcode"
        i += 1
    return found


def cpp(text, path):
    if path.suffix == ".cpp" or path.parts[:2] == ("core", "kernels") or path.parts[0] == "examples":
        about = re.match(r"(// .*\n)*", text).group()
        return f"/// @file {path}\n" + about.replace("// ", "/// ")
    lines = text.split("\n")
    if path.name != "real.hpp":  # what only the double build has is shown, too
        lines = [re.sub("^#ifdef TAPEGRAD_DOUBLE$", "#if 1", line) for line in lines]
    opening = 0
    while opening < len(lines) and lines[opening].startswith("//") and lines[opening][2:3] != "/":
        lines[opening] = "///" + lines[opening][2:]
        opening += 1
    if opening and lines[opening] in ("", "#pragma once"):
        lines[:opening + 1] = [f"/// @file {path}", *lines[:opening]]
    blocks = indented(lines)
    continued = False  # a comment behind a member goes on in lines of its own
    for i in range(len(lines)):
        if continued and re.match(r"\s+//(?!/)", lines[i]):
            lines[i] = re.sub(r"//", "///<", lines[i], count=1)
        if i in blocks:
            lines[i] = blocks[i]
            continue
        lines[i] = cpp_line(lines[i])
        continued = "///<" in lines[i]
    return "\n".join(lines)


def page_name(path):
    """The name of a Markdown page for Doxygen."""
    return re.sub(r"\W", "_", str(path.with_suffix(""))).lower()


def title(page):
    return page.read_text(encoding="utf-8").partition("\n")[0].strip("# ")


def put_there(path):
    """Puts a file that has no page of its own into the site, as text; its name there."""
    name = str(path).replace("/", "_") + ("" if path.suffix == ".txt" else ".txt")
    shutil.copyfile(ROOT / path, ROOT / "build/docs/html" / name)
    return name


def target(link, page):
    """What a relative link leads to on the site."""
    path, _, anchor = link.partition("#")
    there = (ROOT / page.parent / path).resolve() if path else ROOT / page
    inside = there.relative_to(ROOT)
    if there.is_dir():
        inside = next(p.relative_to(ROOT) for p in sorted(there.glob("*")) if p.suffix in SHOWN)
    if inside == pathlib.Path("README.md"):
        return "@ref index"
    if inside.suffix == ".md":
        name = page_name(inside)
        return f"@ref {name}-{anchor}" if anchor else f"@ref {name}"
    if inside.suffix in SHOWN and str(inside) in os.environ["DOCS_INPUT"].split():
        return f"@ref {inside}"
    return put_there(inside)


def markdown_line(line, page, seen):
    heading = re.match(r"(#+) +(.*)", line)
    if heading:
        slug = links_module().slug(heading.group(2))
        name = page_name(page)
        if page == pathlib.Path("README.md") and len(heading.group(1)) == 1:
            return f"@mainpage {heading.group(2)}"
        if len(heading.group(1)) > 1:
            seen.append(slug)
            name += f"-{slug}" + (f"-{seen.count(slug) - 1}" if seen.count(slug) > 1 else "")
        if page == pathlib.Path("README.md"):
            line = line[1:]  # the page's title stands outside of its sections
        # Headings and the tree at the side know no code.
        return f"{re.sub('--', chr(92) + '--', line.replace('`', ''))} {{#{name}}}"

    def link(match):
        text, where = match.groups()
        if re.match(r"https?:|mailto:", where):
            return match.group()
        if text.endswith(".md"):  # the name of a page's file: on the site its title
            text = title((ROOT / page.parent / where.partition("#")[0]).resolve())
        where, text = target(where, page), text.replace("`", "")
        if page == pathlib.Path("docs/README.md") and where != "@ref index":
            return f'{where.replace("@ref", "@subpage")} "{text}"'
        return f"[{text}]({where})"

    return re.sub(r"\[([^\]\[]+)\]\(([^)\s]+)\)", link, line)


def markdown(text, page):
    """Links and bold words may go over the end of a line, code blocks are left alone. Doxygen's own
    bold begins with no code."""
    seen, blocks = [], re.split(r"(^```.*?^```$)", text, flags=re.S | re.M)
    for i, block in enumerate(blocks):
        if block.startswith("```"):
            blocks[i] = re.sub(r"^```(text|sh)$", "```{.unparsed}", block, count=1, flags=re.M)
        else:
            parts = re.split(r"(`[^`]*`)", block)
            parts[::2] = [re.sub(r"@(?=\w)", r"\\@", part) for part in parts[::2]]
            block = "".join(parts)
            block = re.sub(r"\[([^\]\[]*)\n([^\]\[]*)\](?=\()", r"[\1 \2]", block)
            block = re.sub(r"\*\*(\S(?:.*?\S)?)\*\*", r"<b>\1</b>", block, flags=re.S)
            blocks[i] = "\n".join(markdown_line(line, page, seen) for line in block.split("\n"))
    return "".join(blocks)


def main(name):
    path = pathlib.Path(name).resolve().relative_to(ROOT)
    text = (ROOT / path).read_text(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(markdown(text, path) if path.suffix == ".md" else cpp(text, path))


if __name__ == "__main__":
    main(sys.argv[1])
