"""get_data_test.py [TRAIN_SENTIMENT]: what scripts/get_data.sh makes of the archives. With the program
given, also that it reads what is there afterwards."""

import fcntl
import hashlib
import os
import pathlib
import resource
import shlex
import subprocess
import sys

import get_data_case
import mock_archives
from get_data_case import GLOVE, MR, SCRIPT, GetData

PROGRAM = None


class Downloads(GetData):
    def test_all_of_it_is_unpacked_and_a_second_run_downloads_nothing(self):
        output = self.run_script("imdb", "sst2", "mr", "glove")
        self.assertEqual(self.names_in(), [
            "SST-2.zip", "aclImdb_v1.tar.gz", "glove.6B.zip", "imdb", "mr",
            "rt-polaritydata.tar.gz", "sst2", "trainDevTestTrees_PTB.zip"])
        for word in ("ACL 2011", "EMNLP 2013", "CC BY 4.0", "PDDL 1.0", "--vectors"):
            self.assertIn(word, output)
        self.assertEqual(self.ranges(), [None] * 5)
        self.run_script("imdb", "sst2", "mr", "glove")
        self.assertEqual(self.ranges(), [])

        (self.into / "aclImdb_v1.tar.gz").unlink()  # the folder is enough
        self.run_script("imdb")
        self.assertEqual(self.ranges(), [])

    def test_imdb_has_its_folders_but_for_reviews_without_a_label(self):
        self.run_script("imdb")
        train = self.into / "imdb" / "aclImdb" / "train"
        self.assertEqual(sorted(p.name for p in train.iterdir() if p.is_dir()), ["neg", "pos"])
        self.assertEqual(len(list((train / "pos").iterdir())), 40)

    def test_mr_becomes_utf8(self):
        self.run_script("mr")
        data = self.into / "mr" / "rt-polaritydata"
        self.assertEqual((data / "rt-polarity.pos").read_text("utf-8").splitlines()[-1],
                         "clich\u00e9-free \u2014 \u2018fun\u2019 \u2026")
        self.assertEqual(sorted(p.name for p in data.iterdir()),
                         ["rt-polarity.neg", "rt-polarity.pos"])

    def test_trees_that_are_not_neutral_become_sentences(self):
        output = self.run_script("sst2")
        self.assertIn("40 labelled sentences in sentences/train.tsv", output)
        dev = (self.into / "sst2" / "sentences" / "dev.tsv").read_text("utf-8").splitlines()
        self.assertEqual(dev[:5], ["label\tsentence", "1\tthe rock is destined .",
                                   "1\t\u00e9l\u00e9gant -lrb- 1\\/2", "0\tso dull",
                                   "0\tworst ..."])
        self.assertEqual(len(dev), 1 + 4 * 5)

    def test_what_is_no_tree_is_told(self):
        archives = dict(self.archives)
        archives["/trees/trainDevTestTrees_PTB.zip"] = mock_archives.packed_zip(
            [(f"trees/{part}.txt", b"(1 (2 So) (1 dull))\nwhat\n")
             for part in ("train", "dev", "test")])
        self.server.files.update(archives)
        self.write_table(archives)
        self.assertIn("trees/train.txt has a line that is no tree", self.run_script("sst2", code=5))
        self.assertNotIn("sst2", self.names_in())
        self.assertNotIn("sst2.part", self.names_in())


class Checksums(GetData):
    def test_another_file_than_the_published_one_is_kept_aside(self):
        self.server.files[MR] = self.archives[MR][:-1] + b"\1"
        output = self.run_script("mr", code=4)
        self.assertIn(hashlib.sha256(self.archives[MR]).hexdigest(), output)
        self.assertIn(hashlib.sha256(self.server.files[MR]).hexdigest(), output)
        self.assertEqual(self.names_in(), ["rt-polaritydata.tar.gz.unexpected"])
        self.server.files[MR] = self.archives[MR]
        self.run_script("mr")
        self.assertEqual(self.ranges(), [None, None])

    def test_a_damaged_archive_is_left_as_it_is(self):
        self.run_script("mr")
        self.ranges()
        archive = self.into / "rt-polaritydata.tar.gz"
        archive.write_bytes(b"damaged")
        output = self.run_script("mr", code=4)
        self.assertIn("move it away", output)
        self.assertEqual(archive.read_bytes(), b"damaged")
        self.assertEqual(self.ranges(), [])

    def test_without_a_published_checksum_the_first_one_counts(self):
        self.write_table(published=False)
        self.assertIn("nobody published a checksum", self.run_script("glove"))
        kept = self.into / "glove.6B.zip.sha256"
        subprocess.run(["sha256sum", "--check", "--quiet", kept.name], cwd=self.into, check=True)
        first = kept.read_text()
        self.assertNotIn("nobody published", self.run_script("glove"))

        (self.into / "glove.6B.zip").unlink()
        self.server.files[GLOVE] = self.archives[MR]
        self.assertIn("came the first time", self.run_script("glove", code=4))
        self.assertEqual(kept.read_text(), first)
        self.assertNotIn("glove.6B.zip", self.names_in())


class Surroundings(GetData):
    def in_place_of(self, program, script):
        """An environment in which `program` is this shell script."""
        path = self.folder / "bin" / program
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return {"PATH": f"{path.parent}{os.pathsep}{os.environ['PATH']}"}

    def test_certificates_that_are_missing_are_named(self):
        output = self.run_script("mr", code=1, env=self.in_place_of("curl", "exit 77"))
        self.assertIn("sudo apt-get install ca-certificates", output)

    def test_no_room_is_told_before_the_download(self):
        nearly_full = self.in_place_of("df", "echo Avail; echo 10")
        output = self.run_script("mr", code=1, env=nearly_full)
        self.assertIn("has room for 0 MB, 1 MB are needed", output)
        self.assertEqual(self.ranges(), [])
        part = self.into / "rt-polaritydata.tar.gz.part"  # what is there needs no more room
        part.write_bytes(self.archives[MR][:-5])
        self.run_script("mr", env=nearly_full)

    def test_a_disk_that_becomes_full(self):
        def limit():  # of sizes of files: writing fails as on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

        output = self.run_script("mr", code=1, preexec_fn=limit, restore_signals=False)
        self.assertIn("cannot be written", output)
        self.run_script("mr")
        self.assertEqual(self.ranges(), [None, "bytes=300-"])

    def test_a_program_that_is_missing_is_named(self):
        programs = self.folder / "bin"
        programs.mkdir()
        for program in pathlib.Path("/usr/bin").iterdir():
            if program.name != "curl":
                (programs / program.name).symlink_to(program)
        output = self.run_script("mr", code=1, env={"PATH": str(programs)})
        self.assertIn("curl is missing; install it with: sudo apt-get install curl", output)

    def test_a_folder_is_for_one_run_at_a_time(self):
        self.into.mkdir()
        folder = os.open(self.into, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.assertIn("another get_data.sh is at work", self.run_script("mr", code=1))

    def test_wrong_usage(self):
        self.assertIn('there is no "imbd"; NAME is one of: imdb', self.run_script("imbd", code=2))
        self.assertIn("usage:", self.run_script(code=2))

    def test_the_list_has_names_sizes_and_licences_of_the_real_ones(self):
        environment = {k: v for k, v in os.environ.items() if k != "TAPEGRAD_DATA_SOURCES"}
        output = subprocess.run([SCRIPT, "--list"], text=True, capture_output=True, check=True,
                                env=environment).stdout.splitlines()
        self.assertEqual([line.split()[:3] for line in output],
                         [["imdb", "84.1", "MB"], ["sst2", "8.2", "MB"], ["mr", "0.5", "MB"],
                          ["glove", "862.2", "MB"]])
        self.assertIn("PDDL", output[3])


class Training(GetData):
    def test_train_sentiment_reads_what_is_there(self):
        if PROGRAM is None:
            self.skipTest("no train_sentiment given")
        output = self.run_script("imdb", "sst2", "mr", "glove")
        commands = [line.split(maxsplit=1)[1] for line in output.splitlines() if "  try:" in line]
        self.assertEqual(len(commands), 4)
        for command in commands:
            self.assertIn("--vectors", command)
            words = [PROGRAM, *shlex.split(command)[1:]]
            result = subprocess.run(words, text=True, capture_output=True, cwd=self.folder)
            self.assertEqual(result.returncode, 0, f"{words}\n{result.stdout}{result.stderr}")

        phrases = self.into / "sst2" / "SST-2"
        subprocess.run([PROGRAM, "--train", phrases / "train.tsv", "--dev", phrases / "dev.tsv",
                        "--embeddings", "random", "--seeds", "1", "--epochs", "1"], check=True,
                       capture_output=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        PROGRAM = sys.argv.pop(1)
    get_data_case.main()
