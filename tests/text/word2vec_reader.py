"""Reads word vectors as the published description of word2vec's files says: a line COUNT DIM, then
for each word in text `word v1 ... vDIM`, in binary `word`, a space and DIM little-endian float32,
with line ends before words left out. With two files it tells whether they have the same words and
float32 bits.
"""
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        count, dim = map(int, file.readline().split())
        for _ in range(count):
            if path.endswith(".bin"):
                word = b""
                while not word.endswith(b" "):
                    byte = file.read(1)
                    word += byte if byte != b"\n" else b""
                yield word[:-1].decode("utf-8"), file.read(4 * dim)
            else:
                word, *numbers = file.readline().rstrip().decode("utf-8").split(" ")
                yield word, struct.pack(f"<{dim}f", *map(float, numbers))
        assert not file.read().strip(), "more words than COUNT"


if __name__ == "__main__":
    first, second = (list(read(path)) for path in sys.argv[1:3])
    assert first, "no words"
    assert first == second, "the files differ"
    print(len(first), "words")
