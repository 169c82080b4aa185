"""Growth: the time of a step of the bag model when one of its sizes grows; ours alone."""
from . import steps, talk

BASE = {"V": 50_000, "D": 100, "B": 64, "L": 256}
GROWTH = {
    "V": (1_000, 10_000, 100_000, 1_000_000, 4_000_000),
    "D": (10, 30, 100, 300, 1_000),
    "B": (1, 8, 64, 512),
    "L": (16, 64, 256, 1_024),
}
POLICIES = ("frozen", "lazy", "exact", "dense")


def cases(threads):
    """What is different from BASE, and the number of threads."""
    for each in threads:
        yield {}, each
    for key, values in GROWTH.items():
        for value in values:
            if value != BASE[key]:
                yield {key: value}, threads[0]


def run(threads, effort):
    """Rows of the table: what is different, threads, and the milliseconds of each policy."""
    for change, each in cases(threads):
        times = []
        for policy in POLICIES:
            sizes = [f"{key}={value}" for key, value in {**BASE, **change}.items()]
            with steps.ours("bag_sparse", each, *sizes, f"rows={policy}") as worker:
                talk.alternate([worker], effort)
                times.append(worker.time(effort))
        what = ", ".join(f"{key} = {value:,}" for key, value in change.items())
        yield what or ", ".join(f"{key} = {value:,}" for key, value in BASE.items()), each, times
