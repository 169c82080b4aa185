"""Whole jobs, as a user waits for them: read, tokenize, train, test, write; ours and the peer's."""
import dataclasses
import json
import os
import pathlib
import re
import statistics
import subprocess
import time

from . import machine

IMDB = ("imdb/imdb_train.tsv", "imdb/imdb_test.tsv")
SST2 = ("sst2/stsa.binary.train", "sst2/stsa.binary.test")


@dataclasses.dataclass
class Job:
    """`ours` are options of train_sentiment, chosen on a tenth of train (SST-2: on its dev) as the
    fastest that were at least as good there as the peer. `peer` are options of fastText or of
    peer_nbsvm.py.
    """
    name: str
    data: tuple
    ours: str
    peer: str
    wanted: str  # in words
    program: str = "fasttext"
    vectors: bool = False


NGRAMS = "--embeddings random --dim 10 --batch 64 --dropout 0 --distinct "
JOBS = [
    Job("imdb_uni", IMDB,
        "--embeddings random --dim 10 --batch 64 --distinct --lr 0.05 --lr-decay --epochs 1 "
        "--min-count 2",
        "-dim 10 -lr 0.5 -epoch 5", "4 times faster to the same accuracy"),
    Job("imdb_bi", IMDB,
        NGRAMS + "--ngrams 2 --ngram-min-count 5 --lr 0.05 --lr-decay --epochs 1",
        "-dim 10 -lr 0.5 -epoch 10 -wordNgrams 2", "4 times faster to the same accuracy"),
    Job("imdb_bi3", IMDB, NGRAMS + "--ngrams 2 --word-dropout 0.2 --lr 0.02 --lr-decay --epochs 3",
        "-dim 10 -lr 0.5 -epoch 10 -wordNgrams 2", "accuracy >= .905"),
    Job("imdb_100", IMDB,
        "--embeddings finetune --batch 64 --dropout 0 --distinct --lr 0.03 --lr-decay --epochs 1 "
        "--min-count 2",
        "-dim 100 -lr 0.5 -epoch 5", "5 times faster to the same accuracy", vectors=True),
    Job("sst2", SST2,
        "--embeddings finetune --model mean --hidden 100 --word-dropout 0.5 --epochs 6 --lr 0.001",
        "-dim 100 -lr 0.1 -epoch 5", "5 times faster, higher accuracy", vectors=True),
    Job("imdb_nb", IMDB, NGRAMS + "--ngrams 2 --nb-weights --word-dropout 0.2 --lr 0.01 --epochs 4",
        "--ngrams 2", "accuracy >= .915 in a third of the time", program="nbsvm"),
    Job("imdb_nb3", IMDB, NGRAMS + "--ngrams 3 --nb-weights --word-dropout 0 --lr 0.01 --epochs 3",
        "--ngrams 3 --min-count 2", "accuracy >= .915 in a third of the time", program="nbsvm"),
]


@dataclasses.dataclass
class Run:
    seconds: float
    accuracy: float
    megabytes: float  # the most memory any of its programs used


@dataclasses.dataclass
class Row:
    job: Job
    threads: int
    ours: list = dataclasses.field(default_factory=list)  # Runs
    peer: list = dataclasses.field(default_factory=list)
    note: str = ""

    @staticmethod
    def median(runs, what):
        return statistics.median(getattr(run, what) for run in runs) if runs else None

    @property
    def ratio(self):
        if not self.ours or not self.peer:
            return None
        return self.median(self.peer, "seconds") / self.median(self.ours, "seconds")


class JobFailed(Exception):
    """A program that ended with an error."""


def execute(command):
    """Runs a command; (output, peak memory in MB). JobFailed with its output if it fails."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
        raise JobFailed(f"{pathlib.Path(command[0]).name} failed: {text.strip()[:200]}")
    return text, usage.ru_maxrss / 1000


def timed(commands, accuracy):
    """Runs the commands one after the other; accuracy(text of the last) is what they reached."""
    start = time.perf_counter()
    results = [execute(command) for command in commands]
    seconds = time.perf_counter() - start
    return Run(seconds, accuracy(results[-1][0]), max(memory for _, memory in results))


def our_command(job, data, threads, folder):
    command = [machine.BIN / "train_sentiment", *job.ours.split(), "--seeds", 1,
               "--train", data.original(job.data[0]), "--test", data.original(job.data[1]),
               "--threads", threads, "--quiet", "--json", folder / "result.json",
               "--out", folder / "model"]
    if job.data is SST2:
        command += ["--dev", data.original("sst2/stsa.binary.dev"), "--tokenized"]
    if job.vectors:
        command += ["--vectors", data.glove()]
    return command


def our_accuracy(folder):
    with open(folder / "result.json", encoding="utf-8") as file:
        return json.load(file)["runs"][0]["test"]["accuracy"]["mean"]


def peer_commands(job, data, threads, folder):
    if job.program == "nbsvm":
        return [[machine.PYTHON, machine.TOP / "bench" / "peer_nbsvm.py",
                 *map(data.fasttext, job.data), *job.peer.split()]]
    model = folder / "fasttext"
    train = ["fasttext", "supervised", "-input", data.fasttext(job.data[0]), "-output", model,
             "-thread", threads, "-verbose", 0, *job.peer.split()]
    if job.vectors:
        train += ["-pretrainedVectors", data.glove_vec()]
    return [train, ["fasttext", "test", f"{model}.bin", data.fasttext(job.data[1])]]


def peer_accuracy(text):
    """fastText's precision of its first label, or what peer_nbsvm.py prints."""
    return float(re.search(r"(?:P@1|accuracy)\s+([\d.]+)", text)[1])


def has_peer(job):
    if job.program == "fasttext":
        return bool(machine.output("sh", "-c", "command -v fasttext"))
    return bool(machine.output(machine.PYTHON, "-c", "import sklearn; print(sklearn.__version__)"))


def missing_options(job):
    """The options of ours that train_sentiment does not have."""
    known = machine.output(machine.BIN / "train_sentiment", "--help")
    return [option for option in job.ours.split()
            if option.startswith("--") and option not in known]


def run(job, data, threads, runs):
    """One row of the table: ours and the peer's in turn, each `runs` times."""
    folder = machine.BUILD / "jobs" / job.name
    folder.mkdir(parents=True, exist_ok=True)
    row = Row(job, threads)
    if missing_options(job):
        row.note = f"not available: train_sentiment has no {', '.join(missing_options(job))}"
        return row
    ours = our_command(job, data, threads, folder)
    peer = peer_commands(job, data, threads, folder) if has_peer(job) else None
    if peer is None:
        row.note = f"{job.program} is not installed"
    try:
        for _ in range(runs):
            row.ours.append(timed([ours], lambda _: our_accuracy(folder)))
            if peer:
                row.peer.append(timed(peer, peer_accuracy))
    except JobFailed as failure:
        row.note = " ".join(str(failure).split())
    return row
