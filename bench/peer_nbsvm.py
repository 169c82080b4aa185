#!/usr/bin/python3
"""peer_nbsvm.py TRAIN TEST [--ngrams N] [--min-count N]: NB-weighted n-grams (Wang and Manning, ACL
2012) with scikit-learn, for files of two classes as fastText takes them (__label__1 TEXT), tokenized
with spaces between the tokens. Prints the accuracy on TEST.
"""
import argparse

import numpy
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC


def read(path):
    """Texts, and whether each is of class 1."""
    with open(path, encoding="utf-8", newline="\n") as lines:
        rows = [line.rstrip("\n").split(" ", 1) for line in lines]
    return [text for _, text in rows], numpy.array([label == "__label__1" for label, _ in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--ngrams", type=int, default=2)
    parser.add_argument("--min-count", type=int, default=1)
    args = parser.parse_args()
    texts, labels = read(args.train)
    counter = CountVectorizer(binary=True, tokenizer=str.split, token_pattern=None,
                              ngram_range=(1, args.ngrams), min_df=args.min_count,
                              dtype=numpy.float32)
    x = counter.fit_transform(texts)
    positive = 1 + numpy.asarray(x[labels].sum(0)).ravel()
    negative = 1 + numpy.asarray(x[~labels].sum(0)).ravel()
    ratio = numpy.log(positive / positive.sum()) - numpy.log(negative / negative.sum())
    weights = ratio.astype(numpy.float32)
    model = LinearSVC(C=0.05).fit(x.multiply(weights).tocsr(), labels)
    texts, labels = read(args.test)
    print(f"accuracy {model.score(counter.transform(texts).multiply(weights).tocsr(), labels):.4f}")


if __name__ == "__main__":
    main()
