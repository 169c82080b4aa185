"""The conversation with programs that run a benchmark's steps: bench_steps and its peers."""
import dataclasses
import os
import statistics
import subprocess
import time

TURN = 0.15  # seconds one program works before the other's turn
MOST_STEPS = 20_000  # in a turn
SETTLE = 0.03  # seconds before a turn, in which the other's waiting threads fall asleep


@dataclasses.dataclass
class Effort:
    """How long is measured: at least so many steps of each program, but after `limit` seconds fewer
    will do; and whether the fastest step counts instead of the median.
    """
    steps: int
    limit: float
    fastest: bool = False


class Failed(Exception):
    """A program that ended instead of answering; `status` is its exit status."""

    def __init__(self, command, status):
        super().__init__(f"{' '.join(map(str, command))}: ended with status {status}")
        self.status = status


class Worker:
    """One program with one benchmark, warmed up and waiting. Closes itself at the end of `with`."""

    def __init__(self, command, settings=None):
        self.command = command
        self.process = subprocess.Popen(
            list(map(str, command)), env={**os.environ, **(settings or {})},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            _, bytes_, flops = self._answer().split()
        except BaseException:
            self.close()
            raise
        self.bytes, self.flops = float(bytes_), float(flops)
        self.times = []  # milliseconds of all its steps

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def run(self, steps):
        """Runs so many steps; the seconds they took."""
        self.process.stdin.write(f"run {steps}\n")
        self.process.stdin.flush()
        times = [float(field) for field in self._answer().split()]
        self.times += times
        return sum(times) / 1000

    def turn(self):
        """As many steps as fit into a turn, at least one; the seconds they took."""
        time.sleep(SETTLE)
        if not self.times:
            return self.run(1)
        milliseconds = max(statistics.median(self.times[-1000:]), 1e-4)
        return self.run(min(max(1, int(1000 * TURN / milliseconds)), MOST_STEPS))

    def time(self, effort):
        """The median of all steps in milliseconds, or the fastest of them."""
        return min(self.times) if effort.fastest else statistics.median(self.times)

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.command, self.process.wait())
        return line


def alternate(workers, effort):
    """Lets the workers take turns until each has run its steps and one second is over, or until the
    limit is over and each has run at least three. The times are then in the workers."""
    seconds = 0
    while True:
        for worker in workers:
            seconds += worker.turn()
        fewest = min(len(worker.times) for worker in workers)
        if (fewest >= effort.steps and seconds >= 1) or (fewest >= 3 and seconds >= effort.limit):
            return


def fastest(starters):
    """Starts a worker with each of the starters in turn, tries it for a second, and returns the
    fastest (its times forgotten) and its place in the list. A starter that returns None is left out.
    """
    best, best_time, place = None, float("inf"), None
    for i, start in enumerate(starters):
        worker = start()
        if worker is None:
            continue
        alternate([worker], Effort(5, limit=1))
        trial = min(worker.times)
        if trial < 0.97 * best_time:
            if best:
                best.close()
            best, best_time, place = worker, trial, i
        else:
            worker.close()
    if best:
        best.times = []
    return best, place
