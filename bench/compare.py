#!/usr/bin/python3
"""Runs the benchmarks and their peers in turn and prints tables; compare.sh builds and calls it."""
import argparse
import sys

from driver import machine, steps, table


def parse(arguments):
    parser = argparse.ArgumentParser(prog="compare.sh", description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks; all if none is named")
    parser.add_argument("--steps", type=int, default=20, help="steps of each, at least (20)")
    parser.add_argument("--threads", default="1 2", help='thread counts ("1 2")')
    parser.add_argument("--limit", type=float, default=60,
                        help="seconds after which fewer steps will do (60)")
    options = parser.parse_args(arguments)
    options.threads = [int(each) for each in options.threads.split()]
    return options


def run_steps(options):
    chosen = [b for b in steps.BENCHMARKS if not options.names or b.name in options.names]
    rows = []
    peaks = {}
    for threads in options.threads:
        peaks[threads] = steps.limits(threads)
        print(f"{threads} threads: triad {peaks[threads]['triad'] / 1e9:.1f} GB/s, "
              f"sgemm {peaks[threads]['sgemm'] / 1e9:.0f} GFLOP/s", flush=True)
    for benchmark in chosen:
        for threads in options.threads:
            if benchmark.threads and threads not in benchmark.threads:
                continue
            row = steps.run(benchmark, threads, peaks[threads], options.steps, options.limit)
            print(table.of_steps([row]).splitlines()[-1], flush=True)
            rows.append(row)
    print(table.of_steps(rows))


def main():
    options = parse(sys.argv[1:])
    print("\n".join(machine.describe()))
    run_steps(options)


if __name__ == "__main__":
    main()
