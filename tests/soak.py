"""soak.py PROGRAM [STEPS]: whether train_sentiment takes more memory in a long training.

Trains on the embedded reviews for a tenth of STEPS (100,000), then for all of them, and compares the
most memory that the two processes ever held. Exit code 1 if the second held over 1 % and 1 MiB more.
"""

import os
import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
TEXTS = [f"--{part}={DATA / f'reviews.{part}.tsv'}" for part in ("train", "dev", "test")]
STEPS_AN_EPOCH = 400  # 1,600 texts, 4 a step


def peak_after(program, steps):
    """The most resident memory, in KiB, of a training of so many steps."""
    process = subprocess.Popen(
        [program, *TEXTS, "--embeddings", "random", "--model", "mean", "--seeds", "1", "--dim", "32",
         "--batch", "4", "--epochs", str(steps // STEPS_AN_EPOCH), "--quiet"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"soak: {program} ended with code {process.returncode}")
    print(f"{steps:7,} steps: at most {usage.ru_maxrss:,} KiB", flush=True)
    return usage.ru_maxrss


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    steps = int(sys.argv[2]) if len(sys.argv) == 3 else 100_000
    short, long = peak_after(sys.argv[1], steps // 10), peak_after(sys.argv[1], steps)
    flat = long <= short * 1.01 + 1024
    print("flat" if flat else "GROWS")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
