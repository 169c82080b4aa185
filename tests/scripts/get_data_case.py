"""What the tests of scripts/get_data.sh share: a server on loopback in place of the homes of the data
sets, and the script run with a table of its addresses."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import mock_archives
from faulty_server import FaultyServer

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "get_data.sh"
MR = "/mr/rt-polaritydata.tar.gz"
GLOVE = "/glove/glove.6B.zip"


class GetData(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="get_data."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.into = self.folder / "in to"  # names with spaces are names too
        self.archives = mock_archives.all_archives()
        self.server = FaultyServer(dict(self.archives))
        self.addCleanup(self.server.end)
        self.write_table()

    def write_table(self, archives=None, published=True):
        self.sources = self.folder / "sources.txt"
        self.sources.write_text(
            mock_archives.table(self.server.base, archives or self.archives, published))

    def environment(self):
        return {**os.environ, "TAPEGRAD_DATA_SOURCES": str(self.sources), "no_proxy": "127.0.0.1"}

    def run_script(self, *names, code=0, env=None, **options):
        result = subprocess.run([SCRIPT, "--into", self.into, *names], text=True, timeout=120,
                                capture_output=True, cwd=self.folder,
                                env={**self.environment(), **(env or {})}, **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def ranges(self):
        """The Range of each request so far; the list is emptied."""
        ranges = [wanted for _, wanted in self.server.requests]
        self.server.requests.clear()
        return ranges

    def names_in(self):
        return sorted(path.name for path in self.into.iterdir())


def main():
    """Runs the tests of the program; the exit code of a skipped one if the script cannot run here."""
    for tool in ("curl", "unzip"):
        if shutil.which(tool) is None:
            print(f"skipped: {tool} is missing")
            sys.exit(77)
    unittest.main(verbosity=2)
