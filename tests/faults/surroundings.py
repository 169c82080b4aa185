"""Inputs that change while they are read, and too little memory."""

import shutil
import subprocess

from outputs import Outputs
from program import (DATA, content, expect, expect_done, expect_refused, folder, run, with_context,
                     with_shim)


def copy_inputs(base):
    """The embedded data as files of one's own: training texts, plain and packed vectors."""
    for name in ("train", "dev", "test"):
        shutil.copy(DATA / f"reviews.{name}.tsv", base / f"{name}.tsv")
    packed = base / "vectors.gz"
    shutil.copy(DATA / "glove.6B.100d.words.txt.gz", packed)
    with open(base / "vectors.txt", "wb") as plain:
        subprocess.run(["gzip", "-dc", packed], stdout=plain, check=True)
    return [f"--{name}={base / name}.tsv" for name in ("train", "dev", "test")]


def file_changes_while_read(setting):
    """Each input is cut to its half, or removed, after it was opened and before it is read."""
    cases = 0
    with folder() as base:
        texts = copy_inputs(base)
        cut_or_removed = ("train.tsv", "dev.tsv", "test.tsv", "vectors.txt", "vectors.gz")
        for name in cut_or_removed:
            path = base / name
            vectors = base / (name if name.startswith("vectors") else "vectors.gz")
            arguments = [*texts, "--vectors", vectors, "--embeddings", "frozen", "--seeds", "1",
                         "--epochs", "1", "--quiet"]
            expect_done(run(setting, arguments))
            original = path.read_bytes()
            for fault in ("FAULT_CUT", "FAULT_REMOVE"):
                done = run(setting, arguments, environment=with_shim(setting, **{fault: path}))
                if fault == "FAULT_CUT":
                    with_context(f"{name} cut short", expect_refused, done, path)
                elif done.code != 0:  # a file that is open can be read though it has no name
                    with_context(f"{name} removed", expect_refused, done, path)
                path.write_bytes(original)
                cases += 1
    return f"{cases} cases"


def no_memory(setting):
    """Limits on address space, from too little to start up to enough.

    OpenBLAS starts threads while it is loaded, and ends the process by a signal where it gets no
    memory for them; so it is told to start none.
    """
    cases, refused = setting.some(range(20, 400, 10), 10), 0
    with folder() as base:
        outputs_of = Outputs(setting, base)
        where = base / "where"
        for mebibytes in cases:
            done = outputs_of.run_later(where, memory=mebibytes << 20,
                                        environment={"OPENBLAS_NUM_THREADS": "1"})
            name = f"{mebibytes} MiB of address space"
            if done.code == 127:  # the loader had no room for the libraries
                expect("error while loading shared libraries" in done.err, f"{name}: {done.err}")
            elif done.code != 0:
                refused += 1
                with_context(name, expect_refused, done, "memory", "available", "Cannot allocate")
            with_context(name, outputs_of.expect_whole, where)
    return f"{len(cases)} limits, {refused} refused by the program itself"
