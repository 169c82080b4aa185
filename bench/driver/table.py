"""Tables as Markdown, which people can read too."""


def number(x, digits=3):
    """Three digits that count; nothing for None."""
    if x is None:
        return ""
    if x == 0:
        return "0"
    text = f"{x:.{digits}g}"
    return text if "e" not in text else f"{x:.0f}"


def markdown(header, rows):
    """The rows as a Markdown table with columns of equal width."""
    cells = [list(map(str, header))] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    line = lambda row: "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |"
    return "\n".join([line(cells[0]), "|" + "|".join("-" * (w + 2) for w in widths) + "|"]
                     + [line(row) for row in cells[1:]])


def of_steps(rows):
    def share(row):
        if row.share is None:
            return ""
        wanted = f", wanted {100 * row.wanted_share:.0f} %" if row.wanted_share else ""
        return f"{100 * row.share:.0f} % of {row.limit}{wanted}"

    header = ["name", "threads", "ours, ms", "peer, ms", "ratio", "wanted", "of the limit", "steps",
              "peer"]
    return markdown(header, [
        [row.name, row.threads, number(row.ours), number(row.peer_time), number(row.ratio),
         f"{row.wanted:g}" if row.wanted else "", share(row),
         f"{row.steps}" + (f" / {row.peer_steps}" if row.peer_time else ""),
         " ".join(filter(None, [row.peer, f"({row.settings})" if row.settings else ""]))]
        for row in rows])
