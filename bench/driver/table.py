"""Tables as Markdown, which people can read as it is."""

STEPS = ["name", "threads", "ours, ms", "peer, ms", "ratio", "wanted", "of the limit", "steps",
         "peer at its best"]
JOBS = ["name", "threads", "ours, s", "peer, s", "ratio", "ours, accuracy", "peer, accuracy",
        "ours, MB", "peer, MB", "peer", "wanted"]
READING = ["name", "what", "threads", "ms", "MB/s a core", "wanted"]


def number(x):
    """Three digits that count; nothing for None."""
    if x is None:
        return ""
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"


def markdown(header, rows):
    """The rows as a Markdown table with columns of equal width."""
    cells = [list(map(str, header))] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]

    def line(row):
        return "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([line(cells[0]), rule, *map(line, cells[1:])])


def in_words(header, cells):
    """One row as a line of progress."""
    return ", ".join(f"{name} {cell}" for name, cell in zip(header, cells) if cell != "")


def step_cells(row):
    benchmark = row.benchmark
    share = ""
    if row.share is not None:
        limit = f"{row.limit / 1e9:.3g} {'GB/s' if benchmark.limit == 'triad' else 'GFLOP/s'}"
        share = f"{100 * row.share:.0f} % of {benchmark.limit}'s {limit}"
        if benchmark.wanted_share:
            share += f" (wanted {100 * benchmark.wanted_share:.0f} %)"
    return [benchmark.name, row.threads, number(row.ours), number(row.peer_time),
            number(row.ratio), number(benchmark.wanted_at(row.threads)), share,
            f"{row.steps} / {row.peer_steps}" if row.peer_time else row.steps,
            f"{benchmark.peer} {row.settings}".strip()]


def steps_line(row):
    return in_words(STEPS, step_cells(row))


def of_steps(rows):
    return markdown(STEPS, map(step_cells, rows))


def of_reading(rows):
    return markdown(READING, [[row.name, row.what, row.threads, number(row.milliseconds),
                               number(row.megabytes_a_core), row.wanted] for row in rows])


def job_cells(row):
    def accuracy(runs):
        value = row.median(runs, "accuracy")
        return "" if value is None else f"{value:.4f}".removeprefix("0")

    def of(runs, what):
        return number(row.median(runs, what))

    return [row.job.name, row.threads, of(row.ours, "seconds"), of(row.peer, "seconds"),
            number(row.ratio), accuracy(row.ours), accuracy(row.peer), of(row.ours, "megabytes"),
            of(row.peer, "megabytes"), row.note or row.job.program, row.job.wanted]


def job_line(row):
    return in_words(JOBS, job_cells(row))


def of_jobs(rows):
    """The table, and below it the options of each program."""
    options = "\n".join(f"- {row.job.name}: `train_sentiment {row.job.ours}`; "
                        f"`{row.job.program} {row.job.peer}`" for row in rows)
    return f"{markdown(JOBS, map(job_cells, rows))}\n\n{options}"
