"""What tests/faults/run.sh runs: train_sentiment while everything goes wrong around it."""

import argparse
import os
import subprocess
import sys
import time

import checkpoints
import outputs
import surroundings
from program import Failed, Setting

FAULTS = [
    checkpoints.kill_while_training,
    checkpoints.kill_while_writing_a_checkpoint,
    checkpoints.disk_full_under_a_checkpoint,
    checkpoints.checkpoint_is_damaged,
    checkpoints.training_diverges,
    outputs.kill_while_saving,
    outputs.disk_full_at_each_call,
    outputs.full_disk,
    outputs.read_only_folder,
    surroundings.file_changes_while_read,
    surroundings.no_memory,
]


def may_mount():
    """Starts over in name spaces of its own, where this process may mount, if the system lets it."""
    if os.environ.get("FAULTS_MAY_MOUNT") is not None:
        return
    test = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    possible = subprocess.run(test, stderr=subprocess.DEVNULL).returncode == 0
    os.environ["FAULTS_MAY_MOUNT"] = "1" if possible else ""
    if possible:
        os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="train_sentiment")
    parser.add_argument("--shim", required=True, help="shim.cpp as a library")
    parser.add_argument("--short", action="store_true", help="a part of the cases, within 90 s")
    parser.add_argument("faults", nargs="*", help="only these")
    options = parser.parse_args()
    may_mount()
    setting = Setting(options.program, options.shim, options.short)
    rows, red = [], 0
    for fault in FAULTS:
        if options.faults and fault.__name__ not in options.faults:
            continue
        begin = time.monotonic()
        try:
            result = "ok: " + fault(setting)
        except Failed as failure:
            result, red = f"FAILED: {failure}", red + 1
        rows.append(f"{fault.__name__.replace('_', ' '):32} {time.monotonic() - begin:6.1f} s  {result}")
        print(rows[-1], flush=True)
    print(f"\n{len(rows) - red} of {len(rows)} faults withstood")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
