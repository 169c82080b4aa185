#!/usr/bin/python3
"""word_evaluation.py GLOVE FILE...: the numbers of tests/text/word_evaluation_test.cpp, with numpy.

Prints for pairs of words (in lower case where they are not there as written) Spearman's rank
correlation, for analogies the questions, missing ones and correct answers of each section (3CosAdd,
vectors of length 1, the words of the question left out). Reads GloVe's text,
computes in double, and looks at everything at once: nothing here is shared with the library.
"""
import sys

import numpy as np


def load(path):
    words, rows = [], []
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            fields = line.rstrip("\n").split(" ")
            words.append(" ".join(fields[:-100]))
            rows.append(np.array(fields[-100:], dtype=np.float32))
    vectors = np.array(rows, dtype=np.float64)
    return {w: i for i, w in enumerate(words)}, vectors / np.linalg.norm(vectors, axis=1)[:, None]


def ranks(x):
    order = np.argsort(x, kind="stable")
    result = np.empty(len(x))
    result[order] = np.arange(1, len(x) + 1)
    for value in np.unique(x):
        result[x == value] = result[x == value].mean()
    return result


def rate(index, vectors, lines):
    ratings, cosines, missing = [], [], 0
    for line in lines:
        first, second, rating = line.split()
        rows = [index.get(word, index.get(word.lower())) for word in (first, second)]
        if None in rows:
            missing += 1
            continue
        ratings.append(float(rating))
        cosines.append(vectors[rows[0]] @ vectors[rows[1]])
    rho = np.corrcoef(ranks(np.array(ratings)), ranks(np.array(cosines)))[0, 1]
    print(f"  {len(lines)} pairs, {missing} missing, Spearman {rho:.6f}")


def answer(index, vectors, lines):
    sections = []
    for line in lines:
        if line.startswith(":"):
            sections.append((line[1:].strip(), []))
        else:
            sections[-1][1].append(line.split())
    for name, questions in sections:
        known = [[index[w] for w in q] for q in questions if all(w in index for w in q)]
        correct = 0
        for begin in range(0, len(known), 500):
            a, b, c, d = np.array(known[begin:begin + 500]).T
            cosines = (vectors[b] - vectors[a] + vectors[c]) @ vectors.T
            for words in (a, b, c):
                cosines[np.arange(len(a)), words] = -np.inf
            correct += int((cosines.argmax(axis=1) == d).sum())
        print(f"  {{\"{name}\", {len(questions)}, {len(questions) - len(known)}, {correct}}},")


index, vectors = load(sys.argv[1])
for path in sys.argv[2:]:
    print(path)
    lines = [line for line in open(path, encoding="utf-8").read().splitlines() if line]
    (answer if lines[0].startswith(":") else rate)(index, vectors, lines)
