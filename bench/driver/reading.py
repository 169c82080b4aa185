"""Reading: vectors and tokenize, ours alone, in bytes a second of one core."""
import dataclasses

from . import machine, steps, talk


@dataclasses.dataclass
class Row:
    name: str
    what: str
    threads: int
    milliseconds: float
    bytes: float
    wanted: str

    @property
    def megabytes_a_core(self):
        return self.bytes / self.milliseconds / 1000 / self.threads


def cases(name, data):
    """What is read (in words), the step's options, and the speed that is wanted."""
    if name == "tokenize":
        return [("IMDB, raw text to ids", [f"file={data.original('imdb/imdb_train.tsv')}"], "150")]
    words = f"words={data.wanted_words()}"
    files = [("trimmed file", data.glove()), ("350 MB file", data.glove_big())]
    cache = f"cache={machine.BUILD / 'data' / 'cache'}"
    kinds = (("rows of 15k words", [words], "1000"), ("all rows", [], "250"),
             ("rows of 15k words, cached", [words, cache], "0.1 s"),
             ("all rows, cached", [cache], "0.1 s"))
    return [(f"{file}, {rows}", [f"file={path}", *options], wanted)
            for file, path in files for rows, options, wanted in kinds]


def run(name, data, threads, effort):
    """The rows of the table."""
    rows = []
    for what, options, wanted in cases(name, data):
        with steps.ours(name, threads, *options) as worker:
            talk.alternate([worker], effort)
            rows.append(Row(name, what, threads, worker.time(effort), worker.bytes, wanted))
    return rows
