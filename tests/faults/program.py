"""Running train_sentiment, and what is expected of it."""

import contextlib
import os
import random
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
TEXTS = [f"--{part}={DATA / f'reviews.{part}.tsv'}" for part in ("train", "dev", "test")]
# A training of less than a second.
TRAINING = [*TEXTS, "--embeddings", "random", "--seeds", "1", "--epochs", "3", "--dim", "16",
            "--threads", "1", "--quiet"]


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


def outputs(where):
    """Options for everything a training writes at its end."""
    return ["--out", where / "model", "--json", where / "results.json", "--predictions",
            where / "predictions.tsv"]


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


def with_context(name, check, *arguments):
    try:
        check(*arguments)
    except Failed as failure:
        raise Failed(f"{name}: {failure}") from None
