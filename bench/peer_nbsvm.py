#!/usr/bin/python3
"""peer_nbsvm.py TRAIN TEST [--ngrams N] [--min-count N]: NB-weighted n-grams (Wang and Manning, ACL
2012) with scikit-learn, for label<TAB>...<TAB>text files of two classes. Tokens are what stands
between spaces, in lower case. Prints the accuracy on TEST.
"""
import argparse

import numpy
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return [row[-1] for row in rows], numpy.array([int(row[0]) for row in rows])


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
    positive = 1 + numpy.asarray(x[labels == 1].sum(0)).ravel()
    negative = 1 + numpy.asarray(x[labels == 0].sum(0)).ravel()
    ratio = numpy.log(positive / positive.sum()) - numpy.log(negative / negative.sum())
    weights = ratio.astype(numpy.float32)
    model = LinearSVC(C=0.05).fit(x.multiply(weights).tocsr(), labels)
    texts, labels = read(args.test)
    print(f"accuracy {model.score(counter.transform(texts).multiply(weights).tocsr(), labels):.4f}")


if __name__ == "__main__":
    main()
