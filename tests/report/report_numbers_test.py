#!/usr/bin/env python3
"""The numbers of a report are those that NumPy computes from the exported vectors, the saved model
and the texts.

  report_numbers_test.py TRAIN_SENTIMENT

trains the model `bag` on made-up texts, one text a step. Exits with 77 if there is no NumPy.
"""

import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter

try:
    import numpy as np
except ImportError:
    print("no NumPy: skipped")
    sys.exit(77)

TRAIN_SENTIMENT = os.path.abspath(sys.argv[1])
EPOCHS = 4
GOOD = ["fine", "nice", "great", "warm", "bright"]
BAD = ["dull", "poor", "weak", "slow", "cold"]
OTHER = ["film", "story", "actor", "scene", "music", "ünlü", "日本", "end", "plot", "light"]
failures = []


def check(what, holds):
    if not holds:
        failures.append(what)


def near(what, got, wanted, relative=1e-3, absolute=1e-4):
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    if got.shape != wanted.shape:
        failures.append(f"{what}: shapes {got.shape} and {wanted.shape}")
        return
    wrong = ~np.isclose(got, wanted, rtol=relative, atol=absolute)
    if wrong.any():
        failures.append(f"{what}: {got[wrong][:3]}, expected {wanted[wrong][:3]}")


def texts(n, seed):
    """Pairs of a label and words; the odd word of a text is unknown to training."""
    generator = random.Random(seed)
    all_texts = []
    for i in range(n):
        liked = (GOOD if i % 2 else BAD) if generator.random() < 0.8 else GOOD + BAD
        words = generator.choices(liked, k=2) + generator.choices(OTHER, k=generator.randint(1, 5))
        generator.shuffle(words)
        if seed > 1 and i % 5 == 0:
            words.append(f"unseen{i}")
        all_texts.append(("good" if i % 2 else "bad", words))
    return all_texts


def write_texts(path, pairs):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{label} {' '.join(words)}\n" for label, words in pairs)


def write_vectors(path):
    generator = np.random.default_rng(1)
    with open(path, "w", encoding="utf-8") as file:
        for word in GOOD + BAD + OTHER[:-2]:
            file.write(word + "".join(f" {x:.4f}" for x in generator.normal(size=6)) + "\n")


def read_tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        content = file.read()
    return {name: np.frombuffer(content[slice(*each["data_offsets"])], "<f4").reshape(each["shape"])
            for name, each in header.items() if name != "__metadata__"}


def read_tsv(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def data_of(page):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(found.group(1))


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def check_words(recorded, train):
    counts = Counter(word for _, words in train for word in words)
    check("words by frequency", recorded["words"] ==
          [word for word, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0].encode()))])
    check("counts", recorded["count"] == [counts[word] for word in recorded["words"]])
    check("pretrained", recorded["pretrained"] ==
          [int(word not in OTHER[-2:]) for word in recorded["words"]])


def check_map(recorded, before, after):
    rows = np.concatenate([before, after])
    mean = rows.mean(axis=0)
    _, singular, axes = np.linalg.svd(rows - mean, full_matrices=False)
    axes = np.array([axis * np.sign(axis[np.argmax(np.abs(axis))]) for axis in axes[:2]])
    near("explained", recorded["pca"]["explained"], singular[:2]**2 / (singular**2).sum())
    best = recorded["epochs"].index(recorded["best_epoch"])
    for place, vectors in [(0, before), (best, after)]:
        near("places", np.reshape(recorded["pca"]["xy"][place], (-1, 2)), (vectors - mean) @ axes.T,
             absolute=1e-3)


def check_moves(recorded, before, after):
    moved = np.linalg.norm(after - before, axis=1)
    near("moved", recorded["moved"], moved)
    near("norms before", recorded["norm_before"], np.linalg.norm(before, axis=1))
    near("norms after", recorded["norm_after"], np.linalg.norm(after, axis=1))
    for name, values in [("moved", moved), ("norm_after", np.linalg.norm(after, axis=1)),
                         ("norm_before", np.linalg.norm(before, axis=1))]:
        histogram = recorded["all_rows"][name + "_histogram"]
        # The table has a row more, that of unknown words; edges are rounded.
        counts = np.histogram(values, np.array(histogram["edges"]) * (1 + 1e-5))[0]
        check(name + " histogram", sum(histogram["counts"]) == len(values) + 1 and
              np.abs(counts - histogram["counts"]).sum() <= 1)


def check_neighbours(recorded, before, after):
    names = recorded["words"]
    by_moved = [names[i] for i in np.argsort(-np.array(recorded["moved"]), kind="stable")]
    check("those that moved most", [each["word"] for each in recorded["neighbours"]] == by_moved)
    for when, vectors in [("before", before), ("after", after)]:
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        for each in recorded["neighbours"]:
            cosines = unit @ unit[names.index(each["word"])]
            others = [i for i in np.argsort(-cosines, kind="stable") if names[i] != each["word"]]
            check("neighbours " + when,
                  [word for word, _ in each[when]] == [names[i] for i in others[:10]])
            near("cosines", [cosine for _, cosine in each[when]], cosines[others[:10]])


def check_leaning(recorded, after, model, about):
    p = softmax(after @ model["out.weight"].T + model["out.bias"])
    best = recorded["epochs"].index(recorded["best_epoch"])
    near("leaning", recorded["leaning"][best], p[:, recorded["leaning_class"]])
    check("metadata", about[0] == ["word", "count", "pretrained", "leaning", "p(bad)", "p(good)",
                                   "norm", "moved", "touched"])
    columns = list(zip(*about[1:]))
    check("words in the metadata", list(columns[0]) == recorded["words"])
    check("leaning by name", list(columns[3]) == [["bad", "good"][int(x > 0.5)] for x in p[:, 1]])
    near("probabilities in the metadata", [float(x) for x in columns[5]], p[:, 1])
    check("touched in the metadata", [int(x) for x in columns[8]] == recorded["touched"])


def check_gradients(recorded, train):
    """One text a step and no dropout of words: a row is touched once for each text with its word."""
    texts_with = Counter(word for _, words in train for word in set(words))
    check("touched", recorded["touched"] == [EPOCHS * texts_with[w] for w in recorded["words"]])
    steps = recorded["steps"]
    check("steps", steps["step"] == list(range(EPOCHS * len(train))))
    check("padding", set(steps["padding_norm"]) == {0} and
          recorded["padding"]["steps_with_padding"] == 0 and recorded["padding"]["norm_after"] == 0)
    check("rows", sum(steps["rows"]) == sum(recorded["touched"]))
    near("gradients", np.dot(recorded["gradient"], recorded["touched"]),
         np.dot(steps["mean_norm"], steps["rows"]))
    ranks = recorded["all_rows"]["touched_by_rank"]
    check("ranks", ranks == [[i + 1, n] for i, n in
                             enumerate(sorted(recorded["touched"], reverse=True))])


def check_texts(recorded, model, vocabulary, test):
    """The weight of a word in a mean is its share of the logit; an unknown word is <unk>."""
    table, weights, bias = (model[name] for name in ("embed.weight", "out.weight", "out.bias"))
    confusion = np.zeros((2, 2), int)
    certain = {True: [], False: []}
    for label, words in test:
        rows = table[[vocabulary.get(word, 1) for word in words]]
        p = softmax(rows.mean(axis=0) @ weights.T + bias)
        true, said = int(label == "good"), int(np.argmax(p))
        confusion[true, said] += 1
        certain[true == said].append((float(p[said]), words, rows @ weights[said] / len(words)))
    check("confusion", recorded["confusion"] == confusion.tolist())
    for name, right, most in [("mistakes", False, 30), ("right", True, 10)]:
        wanted = sorted(certain[right], key=lambda each: -each[0])[:most]
        near("certainty of " + name, [each["probability"] for each in recorded[name]],
             [p for p, _, _ in wanted])
        for each in recorded[name]:
            tokens = [token for token, _ in each["text"]]
            match = [values for _, words, values in certain[right] if words == tokens]
            check(f"{name}: {tokens} is a text", match != [])
            if match:
                near("weights", [weight for _, weight in each["text"]], match[0])


def check_metrics(folder, record):
    with open(folder + "/metrics.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(folder + "/metrics.jsonl", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    epochs = record["runs"][0]["trainings"][0]["epochs"]
    check("a line an epoch", len(rows) == len(lines) == len(epochs) == EPOCHS)
    for row, line, epoch in zip(rows, lines, epochs):
        for name in ("loss", "train_accuracy", "dev_accuracy"):
            check(name, float(row[name]) == line[name] == epoch[name])
        near("loss on dev", float(row["dev_loss"]), line["dev_loss"], absolute=0)


def check_dev_loss(recorded, run, model, vocabulary, dev):
    losses = []
    for label, words in dev:
        rows = model["embed.weight"][[vocabulary.get(word, 1) for word in words]]
        p = softmax(rows.mean(axis=0) @ model["out.weight"].T + model["out.bias"])
        losses.append(-np.log(p[int(label == "good")]))
    near("loss on dev at the best epoch", run["dev_loss"][recorded["best_epoch"] - 1],
         np.mean(losses))


def main():
    train, dev, test = texts(60, 1), texts(21, 2), texts(80, 3)
    with tempfile.TemporaryDirectory() as folder:
        for name, pairs in [("train", train), ("dev", dev), ("test", test)]:
            write_texts(f"{folder}/{name}", pairs)
        write_vectors(folder + "/vectors.txt")
        subprocess.run(
            [TRAIN_SENTIMENT, "--train", "train", "--dev", "dev", "--test", "test", "--vectors",
             "vectors.txt", "--form", "label-text", "--embeddings", "finetune", "--seeds", "1",
             "--epochs", str(EPOCHS), "--batch", "1", "--word-dropout", "0", "--lr", "0.01",
             "--quiet", "--out", "model", "--json", "record.json", "--report", "run.html",
             "--export", "log"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        with open(folder + "/run.html", encoding="utf-8") as file:
            way = data_of(file.read())["ways"][0]
        recorded = way["recorded"]
        before, after = (np.loadtxt(f"{folder}/log/finetune/{when}/vectors.tsv", delimiter="\t")
                         for when in ("before", "after"))
        model = read_tensors(folder + "/model/model.safetensors")
        with open(folder + "/model/vocab.txt", encoding="utf-8") as file:
            vocabulary = {word: i for i, word in enumerate(file.read().splitlines())}
        rows = [vocabulary[word] for word in recorded["words"]]
        near("exported vectors", after.astype("<f4"), model["embed.weight"][rows], 0, 0)
        check_words(recorded, train)
        check_map(recorded, before, after)
        check_moves(recorded, before, after)
        check_neighbours(recorded, before, after)
        check_leaning(recorded, after, model, read_tsv(folder + "/log/finetune/after/metadata.tsv"))
        check_gradients(recorded, train)
        check_texts(recorded, model, vocabulary, test)
        check_dev_loss(recorded, way["runs"][0], model, vocabulary, dev)
        with open(folder + "/record.json", encoding="utf-8") as file:
            check_metrics(folder + "/log", json.load(file))
    print("\n".join(failures) or "all numbers agree")
    sys.exit(bool(failures))


main()
