"""Tiny archives with the layouts of the real ones, and the table that get_data.sh reads."""

import hashlib
import io
import random
import tarfile
import zipfile

GOOD = ["a charming , warm film", "brilliant and funny", "a moving story", "the best of the year"]
BAD = ["a dull , tired mess", "boring and flat", "a clumsy story", "the worst of the year"]


def packed_tar(files):
    """A .tar.gz of (name, bytes) pairs; a TarInfo in place of a name is taken as it is."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def packed_zip(files):
    """A zip of (name, bytes) pairs; a ZipInfo in place of a name is taken as it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def imdb():
    files = [("aclImdb/README", b"Large Movie Review Dataset v1.0\n"),
             ("aclImdb/imdb.vocab", b"the\nand\n")]
    for part in ("train", "test"):
        for label, texts in (("pos", GOOD), ("neg", BAD)):
            rating = 9 if label == "pos" else 2
            for number in range(40):
                text = f"{texts[number % 4]}.<br /><br />Seen {number} times."
                files.append((f"aclImdb/{part}/{label}/{number}_{rating}.txt", text.encode()))
            files.append((f"aclImdb/{part}/urls_{label}.txt", b"http://www.imdb.com/title\n"))
        files.append((f"aclImdb/{part}/labeledBow.feat", b"9 0:9 1:1\n"))
    files += [(f"aclImdb/train/unsup/{number}_0.txt", b"no label") for number in range(10)]
    return packed_tar(files)


def glue():
    labelled = "".join(f"{text} \t{label}\n" for _ in range(20)
                       for label, texts in ((1, GOOD), (0, BAD)) for text in texts)
    unlabelled = "".join(f"{number}\t{text}\n" for number, text in enumerate(GOOD + BAD))
    return packed_zip([("SST-2/train.tsv", b"sentence\tlabel\n" + labelled.encode()),
                       ("SST-2/dev.tsv", b"sentence\tlabel\n" + labelled.encode()),
                       ("SST-2/test.tsv", b"index\tsentence\n" + unlabelled.encode()),
                       ("SST-2/original/README.txt", b"Stanford Sentiment Treebank V1.0\n")])


TREES = """\
(3 (2 (2 The) (2 Rock)) (4 (3 (2 is) (4 (2 destined))) (2 .)))
(4 (2 \u00c9l\u00e9gant) (4 (3 -LRB-) (2 1\\/2)))
(2 (2 Neutral) (2 .))
(1 (2 So) (1 dull))
(0 (0 Worst) (2 ...))
"""


def trees():
    return packed_zip([(f"trees/{part}.txt", (TREES * times).encode())
                       for part, times in (("train", 10), ("dev", 5), ("test", 3))])


def mr():
    good = "\n".join(GOOD * 10) + "\nclich\u00e9-free \u2014 \u2018fun\u2019 \u2026\n"
    bad = "\n".join(BAD * 10) + "\nan also-ran \u2013 r\u00e9chauff\u00e9\n"
    return packed_tar([("rt-polaritydata.README.1.0.txt", b"Introduction\n"),
                       ("rt-polaritydata/rt-polarity.neg", bad.encode("cp1252")),
                       ("rt-polaritydata/rt-polarity.pos", good.encode("cp1252"))])


def glove():
    numbers = random.Random(1)
    words = sorted({word for text in GOOD + BAD for word in text.split()})
    return packed_zip([
        (f"glove.6B.{width}d.txt", "".join(
            " ".join([word] + [f"{numbers.uniform(-1, 1):.5f}" for _ in range(width)]) + "\n"
            for word in words).encode())
        for width in (50, 100)])


def all_archives():
    """By the path on the server."""
    return {"/imdb/aclImdb_v1.tar.gz": imdb(), "/glue/SST-2.zip": glue(),
            "/trees/trainDevTestTrees_PTB.zip": trees(), "/mr/rt-polaritydata.tar.gz": mr(),
            "/glove/glove.6B.zip": glove()}


NAMES = {"imdb": "imdb", "glue": "sst2", "trees": "sst2", "mr": "mr", "glove": "glove"}


def table(base, archives, published=True):
    """The lines of a table like scripts/data_sources.txt for a server with these archives."""
    lines = ["# of a test"]
    for path, content in archives.items():
        known = f"{len(content)} {hashlib.sha256(content).hexdigest()}" if published else "- -"
        lines.append(f"{NAMES[path.split('/')[1]]} {base}{path} {known}")
    return "\n".join(lines) + "\n"
