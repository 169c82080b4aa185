"""Faults while a training saves what it made, and the disks that it saves to."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess

from program import (TRAINING, Failed, content, expect, expect_done, expect_refused, folder, outputs,
                     run, with_context, with_shim)


UNFINISHED = re.compile(r"\.unfinished-\w{6}$|^\.saving\.tmp$")
EARLIER = [*TRAINING, "--seed", "1"]
LATER = [*TRAINING, "--seed", "2", "--min-count", "2"]  # also another vocabulary


class Outputs:
    """Two trainings whose outputs differ: the earlier one's lie there when the later one is hit."""

    def __init__(self, setting, base):
        self.setting, self.earlier, self.later = setting, base / "earlier", base / "later"
        for training, where in ((EARLIER, self.earlier), (LATER, self.later)):
            where.mkdir()
            expect_done(run(setting, [*training, *outputs(where)]))
        expect(content(self.earlier / "model") != content(self.later / "model"), "the models differ")

    def run_later(self, where, **more):
        """The later training, on top of the earlier one's outputs."""
        if where.exists():
            shutil.rmtree(where)
        shutil.copytree(self.earlier, where)
        return run(self.setting, [*LATER, *outputs(where)], **more)

    def expect_whole(self, where, killed=False):
        """Each output is the earlier one or the later one, the model as a whole.

        A process that was killed may have left unfinished files.
        """
        model = content(where / "model") or {}
        earlier, later = content(self.earlier / "model"), content(self.later / "model")
        if killed:
            model = {name: bytes for name, bytes in model.items() if not UNFINISHED.search(name)}
        expect(model in (earlier, later), "the model is neither the earlier nor the later one")
        names = sorted(path.name for path in where.iterdir())
        if killed:
            names = [name for name in names if not UNFINISHED.search(name)]
        expect(names == ["model", "predictions.tsv", "results.json"], f"left behind: {names}")
        predictions = content(where / "predictions.tsv")
        expect(predictions in (content(self.earlier / "predictions.tsv"),
                               content(self.later / "predictions.tsv")), "predictions are broken")
        try:  # it holds times, so it is never twice the same
            json.loads(content(where / "results.json"))
        except ValueError as error:
            raise Failed(f"results.json is broken: {error}") from None

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
                with_context(name, outputs_of.expect_whole, where)
                cases += 1
    return f"{cases} calls"


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
        size, wanted = (sum(p.stat().st_size for p in where.rglob("*") if p.is_file()) // 1024
                        for where in (outputs_of.earlier, outputs_of.later / "model"))
        rooms = setting.some([0, 4, 16, 64, wanted // 4, wanted // 2, wanted - 8], 4)
        for room in rooms:
            with mounted(size + 64 + room) as disk:
                if disk is None:
                    return "not possible here (may not mount); simulated above"
                # 64 KiB for rounding up to pages are filled again.
                where = disk / "where"
                shutil.copytree(outputs_of.earlier, where)
                free = shutil.disk_usage(disk).free
                (disk / "filler").write_bytes(b"x" * max(0, free - room * 1024))
                done = run(setting, [*LATER, *outputs(where)])
                name = f"room for {room} KiB"
                with_context(name, expect_refused, done, where)
                expect("No space left" in done.err, f"{name}: {done.err}")
                with_context(name, outputs_of.expect_whole, where)
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
                done = run(setting, [*LATER, option, where / name])
                with_context(option, expect_refused, done, where / name)
                with_context(option, outputs_of.expect_whole, where)
            if disk is None:
                for path in [where, where / "model"]:
                    path.chmod(0o755)
    return "3 outputs, " + ("tmpfs mounted read-only" if disk else "permissions")
