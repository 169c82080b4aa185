"""The files that jobs read: found in the data folder, or made from it into build/bench/data before
anything is timed. Lines end at LF only: some texts hold other line ends.
"""
import os
import pathlib
import random
import re

from . import machine

MADE = machine.BUILD / "data"
WORD = re.compile(r"n't|'(?:s|m|d|ll|re|ve)\b|\w+(?:-\w+)*?(?=n't)|\w+(?:-\w+)*|[^\w\s]")
BIG_VECTORS_BYTES = 350_000_000
WANTED_WORDS = 15_000


class Missing(Exception):
    """A file that is not there."""


class Data:
    """The data folder: the one that was named, or $TAPEGRAD_DATA, or ../shared/data."""

    def __init__(self, folder=None):
        folder = folder or os.environ.get("TAPEGRAD_DATA") or machine.TOP.parent / "shared" / "data"
        self.folder = pathlib.Path(folder).resolve()

    def original(self, name):
        path = self.folder / name
        if not path.exists():
            raise Missing(f"{path} is not there (--data DIR names the folder of the data sets)")
        return path

    def glove(self):
        return self.original("glove/glove.6B.100d.trim60mb.txt")

    def glove_vec(self):
        """The vectors with the first line that fastText wants."""
        lines = lambda: read_lines(self.glove())
        count = sum(1 for _ in lines())
        width = len(next(lines()).split(" ")) - 1
        return made("glove.vec", lambda: [f"{count} {width}", *lines()])

    def glove_big(self):
        """The vectors again and again, each time with other words."""
        def rows():
            size = 0
            for copy in range(1_000_000):
                for line in read_lines(self.glove()):
                    word, vector = line.split(" ", 1)
                    row = f"{word}_{copy} {vector}" if copy else line
                    yield row
                    size += len(row.encode()) + 1
                    if size >= BIG_VECTORS_BYTES:
                        return
        return made("glove.350mb.txt", rows)

    def wanted_words(self):
        """A vocabulary of words from all over the file, as Vocabulary::save writes it."""
        def words():
            all_words = [line.split(" ", 1)[0] for line in read_lines(self.glove())]
            chosen = random.Random(1).sample(all_words, min(WANTED_WORDS, len(all_words)))
            return ["<pad>", "<unk>", *chosen]
        return made("words.txt", words)

    def fasttext(self, name):
        """A labelled file as fastText reads it: shuffled, lower-case, tokens and spaces."""
        path = self.original(name)

        def rows():
            tokenized = "\t" not in next(read_lines(path))  # the sentences of SST-2 are
            rows = []
            for line in read_lines(path):
                if tokenized:
                    label, text = line.split(" ", 1)
                    tokens = text.lower().split()
                else:
                    label, *_, text = line.split("\t")
                    tokens = WORD.findall(re.sub(r"<br\s*/?>", " ", text.lower()))
                rows.append(f"__label__{label} {' '.join(tokens)}")
            random.Random(1).shuffle(rows)
            return rows
        return made(path.name + ".fasttext", rows)


def read_lines(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield line.rstrip("\n")


def made(name, lines):
    """The file build/bench/data/NAME, written from lines() if it is not there yet."""
    path = MADE / name
    if not path.exists():
        MADE.mkdir(parents=True, exist_ok=True)
        part = path.with_name(name + ".part")
        with open(part, "w", encoding="utf-8", newline="\n") as out:
            for line in lines():
                out.write(line + "\n")
        part.rename(path)
    return path
