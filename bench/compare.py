#!/usr/bin/python3
"""Runs the benchmarks and their peers in turn and prints tables; compare.sh builds and calls it."""
import argparse
import datetime
import shlex
import sys

from driver import data, growth, jobs, machine, reading, size, steps, table, talk

READING = ("vectors", "tokenize")
STEP_NAMES = [benchmark.name for benchmark in steps.BENCHMARKS]
JOB_NAMES = [job.name for job in jobs.JOBS]
ALL = [*STEP_NAMES, *READING, *JOB_NAMES, "growth", "size"]


def parse(arguments):
    parser = argparse.ArgumentParser(prog="compare.sh", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=f"what to run (all): {' '.join(ALL)}")
    parser.add_argument("--steps", type=int, default=20, metavar="N",
                        help="at least so many steps of each (20)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each job (3)")
    parser.add_argument("--threads", default="1 2", metavar="LIST", help='thread counts ("1 2")')
    parser.add_argument("--limit", type=float, default=60, metavar="S",
                        help="seconds of steps after which fewer of them will do (60)")
    parser.add_argument("--fastest", action="store_true",
                        help="take the fastest step instead of the median: for a busy machine")
    parser.add_argument("--data", metavar="DIR",
                        help="folder of the data sets ($TAPEGRAD_DATA, ../shared/data)")
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md too")
    options = parser.parse_args(arguments)
    options.threads = [int(each) for each in options.threads.split()]
    options.effort = talk.Effort(options.steps, options.limit, options.fastest)
    unknown = [name for name in options.names if name not in ALL]
    if unknown:
        parser.error(f"unknown: {' '.join(unknown)}; there are: {' '.join(ALL)}")
    options.names = options.names or ALL
    return options


def progress(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def step_sections(options):
    rows = []
    for benchmark in (each for each in steps.BENCHMARKS if each.name in options.names):
        for threads in options.threads:
            if not benchmark.threads or threads in benchmark.threads:
                rows.append(steps.run(benchmark, threads, options.effort))
                progress(table.steps_line(rows[-1]))
    if rows:
        yield "Steps", table.of_steps(rows)


def reading_sections(options, files):
    rows = []
    for name in (name for name in READING if name in options.names):
        for threads in options.threads:
            rows += reading.run(name, files, threads, options.effort)
            progress(f"{name}, {threads} threads: "
                     f"{rows[-1].megabytes_a_core:.0f} MB/s a core")
    if rows:
        yield "Reading", table.of_reading(rows)


def job_sections(options, files):
    rows = []
    for job in (job for job in jobs.JOBS if job.name in options.names):
        rows.append(jobs.run(job, files, max(options.threads), options.runs))
        progress(table.job_line(rows[-1]))
    if rows:
        yield "Whole jobs", table.of_jobs(rows)


def growth_sections(options):
    if "growth" not in options.names:
        return
    rows = []
    for what, threads, times in growth.run(options.threads, options.effort):
        rows.append([what, threads, *map(table.number, times)])
        progress(" ".join(map(str, rows[-1])))
    policies = [f"{policy}, ms" for policy in growth.POLICIES]
    yield "Growth of a step of the bag model", table.markdown(["sizes", "threads", *policies], rows)


def size_sections(options):
    if "size" in options.names:
        yield "Size and wait", table.markdown(["what", "is", "wanted, at most"], size.run())


def sections(options, files):
    yield from step_sections(options)
    yield from reading_sections(options, files)
    yield from job_sections(options, files)
    yield from growth_sections(options)
    yield from size_sections(options)


def main():
    options = parse(sys.argv[1:])
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    head = ["# The last run of the benchmarks", "",
            f"`bench/compare.sh {shlex.join(sys.argv[1:])}`, {now}; what is measured and how stands "
            "in [README.md](README.md).", "", *(f"- {line}" for line in machine.describe())]
    page = "\n".join(head)
    print(page, flush=True)
    for title, text in sections(options, data.Data(options.data)):
        part = f"\n\n## {title}\n\n{text}"
        print(part, flush=True)
        page += part
    if options.write:
        path = machine.TOP / "bench" / "RESULTS.md"
        path.write_text(page + "\n", encoding="utf-8")
        print(f"\nwritten: {path}")


if __name__ == "__main__":
    try:
        main()
    except data.Missing as missing:
        sys.exit(f"compare: {missing}")
