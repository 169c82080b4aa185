"""What tests/faults/run.sh runs: train_sentiment while everything goes wrong around it."""

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
# A second of training on the embedded reviews.
TRAINING = ["--embeddings", "random", "--seeds", "1", "--epochs", "3", "--dim", "16", "--threads", "1",
            "--quiet"]


class Failed(Exception):
    """The program did not do what it should under a fault."""


class Setting:
    """Where the program is, and how thoroughly it is tested."""

    def __init__(self, program, shim, short):
        self.program, self.shim, self.short = program, shim, short
        self.random = random.Random(1)

    def some(self, cases, at_most):
        """All cases, or in the short form so many of them, spread evenly."""
        cases = list(cases)
        if not self.short or len(cases) <= at_most:
            return cases
        return [cases[i * len(cases) // at_most] for i in range(at_most)]


class Done:
    """A program that has ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


def run(setting, arguments, environment=None, memory=None, kill_after=None):
    """Runs the program to its end, or until it is killed after so many seconds."""

    def limit():
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    process = subprocess.Popen(
        [setting.program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=limit, env={**os.environ, **(environment or {})})
    try:
        out, err = process.communicate(timeout=kill_after or 120)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        if kill_after is None:
            raise Failed(f"no end after two minutes: {err.decode(errors='replace')}")
    return Done(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def with_shim(setting, **variables):
    return {"LD_PRELOAD": str(setting.shim), **{k: str(v) for k, v in variables.items()}}


def expect(holds, what):
    if not holds:
        raise Failed(what)


def expect_done(done):
    expect(done.code == 0, f"exit code {done.code}: {done.err}")


def expect_refused(done, *culprits):
    """A message that names one of the culprits, exit code 1, and no crash."""
    expect(done.code >= 0, f"ended by signal {-done.code}: {done.err}")
    expect(done.code == 1, f"exit code {done.code}, expected 1: {done.err}")
    errors = [line for line in done.err.splitlines() if ": error: " in line]
    expect(len(errors) == 1, f"expected one line with an error, found: {done.err}")
    expect(any(str(c) in errors[0] for c in culprits), f"the error names none of {culprits}: {errors[0]}")


def content(path):
    """The bytes of a file, or of all files below a folder; nothing if it is not there."""
    if path.is_dir():
        return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
    return path.read_bytes() if path.exists() else None


@contextlib.contextmanager
def folder():
    path = Path(tempfile.mkdtemp(prefix="tapegrad-faults-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


# --- What the program writes ---------------------------------------------------------------------

def outputs(where):
    """Options for everything a training writes at its end."""
    return ["--out", where / "model", "--json", where / "results.json", "--predictions",
            where / "predictions.tsv"]


class Outputs:
    """Two trainings whose outputs differ: the earlier one's lie there when the later one is hit."""

    def __init__(self, setting, base):
        self.setting, self.earlier, self.later = setting, base / "earlier", base / "later"
        for seed, where in ((1, self.earlier), (2, self.later)):
            where.mkdir()
            expect_done(run(setting, [*TRAINING, "--seed", str(seed), *outputs(where)]))
        expect(content(self.earlier / "model") != content(self.later / "model"), "the models differ")

    def run_later(self, where, **more):
        """The later training, on top of the earlier one's outputs."""
        if where.exists():
            shutil.rmtree(where)
        shutil.copytree(self.earlier, where)
        return run(self.setting, [*TRAINING, "--seed", "2", *outputs(where)], **more)

    def expect_whole(self, where, leftovers):
        """Each output is the earlier one or the later one."""
        model = content(where / "model") or {}
        if leftovers:  # of a process that was killed
            model = {name: b for name, b in model.items() if not name.endswith((".new", ".tmp"))}
        expect(model in (content(self.earlier / "model"), content(self.later / "model")),
               f"the model is neither the earlier nor the later one: {self.origins(model)}")
        predictions = content(where / "predictions.tsv")
        expect(predictions in (content(self.earlier / "predictions.tsv"),
                               content(self.later / "predictions.tsv")), "predictions are broken")
        json.loads(content(where / "results.json"))  # holds times, so it is never twice the same
        if not leftovers:
            expect(sorted(p.name for p in where.iterdir()) == ["model", "predictions.tsv", "results.json"],
                   f"more is there than before: {list(where.iterdir())}")

    def origins(self, model):
        """Which file is of which training, for the message."""
        sources = {"earlier": content(self.earlier / "model"), "later": content(self.later / "model")}
        return {name: [s for s, files in sources.items() if files.get(name) == b] or "neither"
                for name, b in model.items()}

    def count_calls(self, where):
        """How many calls of the system change files in the later training."""
        counter = where.parent / "count"
        expect_done(self.run_later(where, environment=with_shim(
            self.setting, FAULT_FOLDER=where, FAULT_COUNT=counter)))
        return len(counter.read_bytes())


def kill_while_saving(setting):
    """kill -9 at each call that writes, renames or removes while outputs are saved."""
    with folder() as base:
        outputs_of = Outputs(setting, base)
        where = base / "where"
        moments = setting.some(range(1, outputs_of.count_calls(where) + 1), 8)
        for moment in moments:
            done = outputs_of.run_later(where, environment=with_shim(
                setting, FAULT_FOLDER=where, FAULT=f"kill:{moment}"))
            expect(done.code == -signal.SIGKILL, f"call {moment}: was not killed")
            with_context(f"killed at call {moment}", outputs_of.expect_whole, where, True)
    return f"{len(moments)} calls"


def disk_full_at_each_call(setting):
    """ENOSPC, or EIO, from each call on that writes while outputs are saved."""
    cases = 0
    with folder() as base:
        outputs_of = Outputs(setting, base)
        where = base / "where"
        calls = outputs_of.count_calls(where)
        for error in ("ENOSPC", "EIO"):
            for moment in setting.some(range(1, calls + 1), 4):
                done = outputs_of.run_later(where, environment=with_shim(
                    setting, FAULT_FOLDER=where, FAULT=f"{error}:{moment}"))
                name = f"{error} from call {moment} on"
                if done.code != 0:  # the last calls only remove files
                    with_context(name, expect_refused, done, where)
                with_context(name, outputs_of.expect_whole, where, False)
                cases += 1
    return f"{cases} calls"


def with_context(name, check, *arguments):
    try:
        check(*arguments)
    except Failed as failure:
        raise Failed(f"{name}: {failure}") from None


# --- Disks ---------------------------------------------------------------------------------------

@contextlib.contextmanager
def mounted(kibibytes):
    """A disk in memory of this size; nothing where this process may not mount."""
    with folder() as path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(path)]
        if not os.environ.get("FAULTS_MAY_MOUNT") or subprocess.run(command).returncode != 0:
            yield None
            return
        try:
            yield path
        finally:
            subprocess.run(["umount", str(path)], check=True)


def full_disk(setting):
    """Outputs on a disk in memory that has room for a part of them."""
    with folder() as base:
        outputs_of = Outputs(setting, base)
        size = sum(p.stat().st_size for p in outputs_of.earlier.rglob("*") if p.is_file()) // 1024
        rooms = setting.some([0, 4, 16, 64, 150, 300, size // 2, size - 8], 4)
        for room in rooms:
            with mounted(size + 64 + room) as disk:
                if disk is None:
                    return "not possible here (may not mount); simulated above"
                # 64 KiB for rounding up to pages are filled again.
                where = disk / "where"
                shutil.copytree(outputs_of.earlier, where)
                free = shutil.disk_usage(disk).free
                (disk / "filler").write_bytes(b"x" * max(0, free - room * 1024))
                done = run(setting, [*TRAINING, "--seed", "2", *outputs(where)])
                name = f"room for {room} KiB"
                with_context(name, expect_refused, done, where)
                expect("No space left" in done.err, f"{name}: {done.err}")
                with_context(name, outputs_of.expect_whole, where, False)
    return f"{len(rooms)} sizes of a tmpfs"


def read_only_folder(setting):
    """Outputs in a folder in which nothing may be written."""
    with folder() as base:
        outputs_of = Outputs(setting, base)
        with mounted(16384) as disk:
            if disk is None and os.geteuid() == 0:
                return "not possible here (root, may not mount)"
            where = (disk or base) / "where"
            shutil.copytree(outputs_of.earlier, where)
            if disk is None:
                for path in [where, where / "model"]:
                    path.chmod(0o555)
            else:
                subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            for option, name in (("--out", "model"), ("--json", "results.json"),
                                 ("--predictions", "predictions.tsv")):
                done = run(setting, [*TRAINING, "--seed", "2", option, where / name])
                with_context(option, expect_refused, done, where / name)
                with_context(option, outputs_of.expect_whole, where, False)
            if disk is None:
                for path in [where, where / "model"]:
                    path.chmod(0o755)
    return "3 outputs, " + ("tmpfs mounted read-only" if disk else "permissions")


# --- What the program reads ----------------------------------------------------------------------

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


# --- Memory and numbers --------------------------------------------------------------------------

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
            with_context(name, outputs_of.expect_whole, where, False)
    return f"{len(cases)} limits, {refused} refused by the program itself"


FAULTS = [kill_while_saving, disk_full_at_each_call, full_disk, read_only_folder,
          file_changes_while_read, no_memory]


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
        rows.append(f"{fault.__name__.replace('_', ' '):26} {time.monotonic() - begin:6.1f} s  {result}")
        print(rows[-1], flush=True)
    print(f"\n{len(rows) - red} of {len(rows)} faults withstood")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
