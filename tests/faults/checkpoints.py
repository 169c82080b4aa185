"""Faults of a training that writes checkpoints: whatever happens, it can go on to the same end."""

import signal
import time

from program import (TEXTS, content, expect, expect_done, expect_refused, folder, outputs, run,
                     with_context, with_shim)

# 50 steps an epoch.
TRAINING = [*TEXTS, "--embeddings", "random", "--seeds", "1", "--epochs", "4", "--dim", "16",
            "--threads", "1", "--quiet"]
EVERY = ["--checkpoint-every", "7"]


class Trainings:
    """A training that nothing disturbs, and others that end as it did."""

    def __init__(self, setting, base):
        self.setting, self.base = setting, base
        whole = base / "whole"
        whole.mkdir()
        begin = time.monotonic()
        expect_done(run(setting, [*TRAINING, *outputs(whole)]))
        self.seconds = time.monotonic() - begin
        self.results = self.of(whole)

    @staticmethod
    def of(where):
        return content(where / "model"), content(where / "predictions.tsv")

    def folder(self, name):
        """A new folder for a training; its checkpoints will be in `run` in it."""
        path = self.base / name
        path.mkdir()
        return path

    def go_on(self, where, **more):
        """Goes on from the checkpoint, or begins anew without one."""
        return run(self.setting, [*TRAINING, *outputs(where), *EVERY, "--resume", where / "run"], **more)

    def expect_same_end(self, where):
        expect_done(self.go_on(where))
        expect(self.of(where) == self.results, "the end is not that of the uninterrupted training")

    def expect_checkpoint(self, where):
        expect((where / "run/checkpoint.safetensors").exists(), "the checkpoint is gone")


def kill_while_training(setting):
    """kill -9 at random moments of training and saving, some of them in one training."""
    wanted, kills, chain = (12 if setting.short else 200), 0, 0
    with folder() as base:
        trainings = Trainings(setting, base)
        while kills < wanted:
            chain += 1
            where, had_one = trainings.folder(f"chain{chain}"), False
            for _ in range(4):
                moment = setting.random.uniform(0, 1.5 * trainings.seconds)
                done = trainings.go_on(where, kill_after=moment)
                name = f"training {chain}, killed after {moment:.3f} s"
                if done.code != -signal.SIGKILL:
                    with_context(name, expect_done, done)  # it was done before
                    break
                kills += 1
                if had_one:
                    with_context(name, trainings.expect_checkpoint, where)
                had_one = had_one or (where / "run/checkpoint.safetensors").exists()
            with_context(f"training {chain}", trainings.expect_same_end, where)
    return f"{kills} kills of {chain} trainings"


def kill_while_writing_a_checkpoint(setting):
    """kill -9 at each call that changes a file in the folder of the checkpoints."""
    with folder() as base:
        trainings = Trainings(setting, base)
        moments = setting.some(range(1, 25), 6)
        for moment in moments:
            where = trainings.folder(f"at{moment}")
            done = trainings.go_on(where, environment=with_shim(
                setting, FAULT_FOLDER=where / "run", FAULT=f"kill:{moment}"))
            expect(done.code == -signal.SIGKILL, f"call {moment}: was not killed")
            with_context(f"killed at call {moment}", trainings.expect_same_end, where)
    return f"{len(moments)} calls"


def disk_full_under_a_checkpoint(setting):
    """ENOSPC from some call on in the folder of the checkpoints."""
    with folder() as base:
        trainings = Trainings(setting, base)
        moments = setting.some(range(1, 25), 6)
        for moment in moments:
            where = trainings.folder(f"at{moment}")
            done = trainings.go_on(where, environment=with_shim(
                setting, FAULT_FOLDER=where / "run", FAULT=f"ENOSPC:{moment}"))
            name = f"disk full from call {moment} on"
            with_context(name, expect_refused, done, where / "run")
            with_context(name, trainings.expect_same_end, where)
    return f"{len(moments)} calls"


def checkpoint_is_damaged(setting):
    """A checkpoint that was cut, or is cut while it is read, is refused by name and left alone."""
    with folder() as base:
        trainings = Trainings(setting, base)
        where = trainings.folder("damaged")
        done = trainings.go_on(where, environment=with_shim(
            setting, FAULT_FOLDER=where / "run", FAULT="kill:30"))
        expect(done.code == -signal.SIGKILL, "was not killed")
        path = where / "run/checkpoint.safetensors"
        whole = path.read_bytes()
        cuts = setting.some([0, 1, 7, 8, 100, 1000, len(whole) // 2, len(whole) - 1], 4)
        for size in cuts:
            path.write_bytes(whole[:size])
            with_context(f"cut to {size} bytes", expect_refused, trainings.go_on(where), path)
            expect(path.read_bytes() == whole[:size], "a checkpoint that is refused is changed")
        path.write_bytes(whole)
        done = trainings.go_on(where, environment=with_shim(setting, FAULT_CUT=path))
        with_context("cut while it is read", expect_refused, done, path)
        path.write_bytes(whole)
        trainings.expect_same_end(where)
    return f"{len(cuts) + 1} cuts"


def training_diverges(setting):
    """Numbers become infinite: an error that says where, and the last good model is kept."""
    base_options = [*TEXTS, "--embeddings", "random", "--seeds", "1", "--dim", "16", "--threads", "1",
                    "--quiet", "--optimizer", "sgd"]
    with folder() as base:
        done = run(setting, [*base_options, "--lr", "1e30", "--out", base / "model"])
        expect_refused(done, "learning rate 1e+30")
        for word in ("diverged", "epoch 1", "batch ", "step ", "operation"):
            expect(word in done.err, f"the error does not say \"{word}\": {done.err}")

        # Weights grow by 1.6 a step, beyond all numbers in epoch 2.
        growing = [*base_options, "--lr", "1", "--weight-decay", "2.6"]
        expect_done(run(setting, [*growing, "--epochs", "1", "--out", base / "good"]))
        done = run(setting, [*growing, "--epochs", "9", "--out", base / "kept", "--checkpoint",
                             base / "run", *EVERY])
        expect_refused(done, "in epoch 2")
        expect(content(base / "kept") == content(base / "good"), "the model of epoch 1 is not kept")
        expect((base / "run/checkpoint.safetensors").exists(), "the checkpoint is gone")
    return "at once, and in epoch 2"
