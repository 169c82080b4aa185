"""scripts/get_data.sh with connections that break, and archives that are not what they should be."""

import os
import shutil
import signal
import subprocess
import tarfile
import time
import zipfile

import get_data_case
import mock_archives
from get_data_case import GLOVE, MR, SCRIPT, GetData


class Connections(GetData):
    def test_a_broken_connection_goes_on_where_it_was(self):
        self.server.faults[MR] = [("cut", 100), ("cut", 50)]
        self.run_script("mr")
        self.assertEqual(self.ranges(), [None, "bytes=100-", "bytes=150-"])

    def test_a_body_that_ends_early_without_a_size_is_noticed_by_the_bytes_in_the_table(self):
        self.server.faults[MR] = [("short", 100)]
        self.run_script("mr")
        self.assertEqual(self.ranges(), [None, "bytes=100-"])

    def test_a_body_that_is_always_cut_ends_with_code_3_and_is_kept(self):
        self.server.faults[MR] = [("cut", 100)] + [("cut", 0)] * 3
        output = self.run_script("mr", code=3)
        self.assertIn("100 bytes are kept", output)
        self.assertEqual(self.names_in(), ["rt-polaritydata.tar.gz.part"])
        self.ranges()
        self.run_script("mr")
        self.assertEqual(self.ranges(), ["bytes=100-"])

    def test_ctrl_c_stops_at_once_and_the_next_run_goes_on(self):
        self.server.faults[GLOVE] = [("stall", 9000)]
        process = subprocess.Popen([SCRIPT, "--into", self.into, "glove"], text=True,
                                   cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env=self.environment(),
                                   start_new_session=True)
        self.assertTrue(self.server.stalled.wait(30))
        part = self.into / "glove.6B.zip.part"
        begin = time.monotonic()
        while not part.exists() or part.stat().st_size == 0:
            self.assertLess(time.monotonic() - begin, 30)
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        output, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, output)
        self.assertIn("stopped; the same command goes on", output)
        self.ranges()
        kept = part.stat().st_size
        self.run_script("glove")
        self.assertEqual(self.ranges(), [f"bytes={kept}-"])

    def test_a_server_without_ranges_is_asked_from_the_beginning(self):
        self.server.no_ranges.add(MR)
        self.server.faults[MR] = [("cut", 100)]
        output = self.run_script("mr")
        self.assertIn("from the beginning", output)
        self.assertEqual(self.ranges(), [None, "bytes=100-", None])

    def test_a_part_that_is_whole_is_only_checked(self):
        self.into.mkdir()
        (self.into / "rt-polaritydata.tar.gz.part").write_bytes(self.archives[MR])
        self.run_script("mr")
        self.assertEqual(self.ranges(), [])

    def test_a_part_that_is_too_long_is_thrown_away(self):
        self.into.mkdir()
        (self.into / "rt-polaritydata.tar.gz.part").write_bytes(self.archives[MR] + b"more")
        self.run_script("mr")
        self.assertEqual(self.ranges()[-1], None)

    def test_a_file_that_is_gone_is_told(self):
        del self.server.files[MR]
        output = self.run_script("mr", code=3)
        self.assertIn("HTTP 404", output)
        self.assertIn("TAPEGRAD_DATA_SOURCES", output)
        self.assertEqual(len(self.ranges()), 1)

    def test_a_busy_server_is_asked_again(self):
        self.server.faults[MR] = [503, 429]
        self.run_script("mr")
        self.assertEqual(len(self.ranges()), 3)

    def test_nobody_there(self):
        self.sources.write_text("mr http://127.0.0.1:1/mr.tar.gz - -\n")
        self.assertIn("could not be downloaded", self.run_script("mr", code=3))


class Archives(GetData):
    def refuses(self, path, content, message):
        name = mock_archives.NAMES[path.split("/")[1]]
        archives = {**self.archives, path: content}
        self.server.files.update(archives)
        self.write_table(archives)
        self.assertIn(message, self.run_script(name, code=5))
        self.assertFalse({name, name + ".part"} & set(self.names_in()))
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["in to", "sources.txt"])

    def test_names_that_lead_out_of_a_tar(self):
        for name in ("../evil", "/tmp/get_data_evil", "rt-polaritydata/../../evil", ".."):
            with self.subTest(name):
                shutil.rmtree(self.into, ignore_errors=True)
                self.refuses(MR, mock_archives.packed_tar([(name, b"evil")]), "lead out of")
        self.assertFalse(os.path.exists("/tmp/get_data_evil"))

    def test_links_in_a_tar(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            shutil.rmtree(self.into, ignore_errors=True)
            link = tarfile.TarInfo("rt-polaritydata")
            link.type, link.linkname = kind, "/tmp"
            self.refuses(MR, mock_archives.packed_tar([(link, b"")]), "links")

    def test_names_that_lead_out_of_a_zip(self):
        self.refuses("/glue/SST-2.zip", mock_archives.packed_zip([("SST-2/../../evil", b"evil")]),
                     "lead out of")

    def test_links_in_a_zip(self):
        link = zipfile.ZipInfo("trees")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        self.refuses("/trees/trainDevTestTrees_PTB.zip", mock_archives.packed_zip([(link, "/tmp")]),
                     "links")

    def test_an_archive_that_is_none(self):
        self.refuses(MR, b"<html>moved</html>", "cannot be read")
        self.refuses("/glue/SST-2.zip", b"<html>moved</html>", "cannot be read")

    def test_an_archive_that_was_cut(self):
        whole = self.archives[MR]
        self.refuses(MR, whole[:len(whole) // 2], "cannot be read")


if __name__ == "__main__":
    get_data_case.main()
