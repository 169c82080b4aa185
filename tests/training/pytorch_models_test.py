#!/usr/bin/env python3
"""Model folders go both ways between this library and PyTorch, with the same logits to 1e-5.

  pytorch_models_test.py TRAIN_SENTIMENT TRAIN_SEQ2SEQ MODEL_LOGITS

trains small models and loads them in PyTorch, makes others in PyTorch and loads them here. The
networks and the loading in PyTorch are the blocks of docs/models.md. Exits with 77 if there is no
PyTorch.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

try:
    import torch
except ImportError:
    print("no PyTorch: skipped")
    sys.exit(77)

import models_page
import safetensors_format
from pytorch_seq2seq import Net

TRAIN_SENTIMENT, TRAIN_SEQ2SEQ, MODEL_LOGITS = sys.argv[1:]
WORDS = [f"word{i}" for i in range(30)] + ["ünlü", "日本"]
failures = []


def text_of(generator):
    return " ".join(generator.choice(WORDS) for _ in range(generator.randint(1, 12)))


def texts():
    generator = random.Random(5)
    return [text_of(generator) + extra for extra in ["", " unseen", " word1 word1 word1"]
            for _ in range(20)]


def ours(folder, lines):
    run = subprocess.run([MODEL_LOGITS, folder], input="\n".join(lines) + "\n", encoding="utf-8",
                         stdout=subprocess.PIPE, check=True)
    return [line.split("\t") for line in run.stdout.splitlines()]


def numbers(text):
    return torch.tensor([float(each) for each in text.split()])


def compare(what, a, b):
    difference = (a.reshape(-1) - b.reshape(-1)).abs().max().item()
    if not difference <= 1e-5:
        failures.append(f"{what}: logits differ by {difference}")


# The ids of a text, from the folder's files.

def ngram_hash(ids):
    most = 2**64 - 1
    value = ids[0]
    for each in ids[1:]:
        x = (value * 0x9E3779B97F4A7C15 + each) & most
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            x = ((x ^ (x >> 33)) * factor) & most
        value = x ^ (x >> 33)
    return value


class Ids:
    def __init__(self, folder, model):
        lines = lambda name: open(f"{folder}/{name}", encoding="utf-8").read().split("\n")[:-1]
        self.words = {word: i for i, word in enumerate(lines("vocab.txt")) if i > 1}
        self.first = model["vocabulary_size"]
        ngrams = model.get("ngrams", {"order": 1, "buckets": 0, "distinct": False})
        self.order, self.buckets, self.distinct = (ngrams[k] for k in ("order", "buckets",
                                                                       "distinct"))
        listed = self.order > 1 and self.buckets == 0
        self.ngrams = {tuple(self.words.get(word, 1) for word in line.split(" ")): i
                       for i, line in enumerate(lines("ngrams.txt"))} if listed else {}
        self.rows = self.first + (self.buckets or len(self.ngrams))

    def __call__(self, text):
        ids = [self.words.get(word, 1) for word in text.split()]
        runs = [tuple(ids[i:i + n]) for n in range(2, self.order + 1)
                for i in range(len(ids) - n + 1)]
        if self.buckets:
            ids += [self.first + ngram_hash(run) % self.buckets for run in runs]
        else:
            ids += [self.first + self.ngrams[run] for run in runs if run in self.ngrams]
        return sorted(set(ids)) if self.distinct else ids


def network(model, rows):
    if model.get("nb_weights"):
        return models_page.networks["WeightedBag"](rows, model)
    return models_page.networks[model["kind"].capitalize()](dict(model, vocabulary_size=rows))


def check(what, folder, net=None):
    """Compares the logits that the folder has here and in PyTorch."""
    config = json.load(open(f"{folder}/config.json", encoding="utf-8"))
    ids_of = Ids(folder, config["model"])
    if net is None:
        net = network(config["model"], ids_of.rows)
        net.load_state_dict(safetensors_format.load_file(f"{folder}/model.safetensors"))
    for text, (ids, logits) in zip(texts(), ours(folder, texts())):
        if [int(each) for each in ids.split()] != ids_of(text):
            failures.append(f"{what}: ids {ids}, expected {ids_of(text)}")
        with torch.no_grad():
            compare(what, net.eval()(torch.tensor([ids_of(text)])), numbers(logits))
        if not config["model"].get("nb_weights") and ids_of.rows == ids_of.first:
            compare(what + ", by docs/models.md", models_page.probabilities(folder, text),
                    numbers(logits).softmax(0))


def train(what, folder, options):
    generator = random.Random(1)
    lines = ["label\ttext"]
    for i in range(200):
        label = i % 2
        text = text_of(generator) + f" word{label} word{label + 2}"
        lines.append(f"{['bad', 'good'][label]}\t{text}")
    data = folder + ".tsv"
    open(data, "w", encoding="utf-8").write("\n".join(lines) + "\n")
    subprocess.run([TRAIN_SENTIMENT, "--train", data, "--test", data, "--epochs", "3", "--seeds",
                    "1", "--dim", "10", "--embeddings", "random", "--tokenized", "--quiet",
                    "--out", folder] + options, stdout=subprocess.DEVNULL, check=True)
    check(what, folder)


def save(folder, config, vocabularies, state):
    os.makedirs(folder)
    json.dump(config, open(f"{folder}/config.json", "w", encoding="utf-8"))
    for name, words in vocabularies.items():
        open(f"{folder}/{name}", "w", encoding="utf-8").write("\n".join(words) + "\n")
    safetensors_format.save_file(state, f"{folder}/model.safetensors")


def make(what, folder, model, dtype=torch.float32):
    """A folder made in PyTorch."""
    torch.manual_seed(3)
    words = ["<pad>", "<unk>"] + WORDS
    model = dict(model, vocabulary_size=len(words), embedding_dim=7, classes=3, dropout=0.5)
    net = network(model, len(words)).to(dtype)
    config = {"format_version": 3, "model": model, "labels": ["a", "b", "ç"],
              "tokenizer": {"version": 1, "lowercase": True, "whitespace_only": True}}
    save(folder, config, {"vocab.txt": words}, net.state_dict())
    check(what, folder, net.float())


# Sequence models.

def check_seq2seq(what, folder, net=None):
    config = json.load(open(f"{folder}/config.json", encoding="utf-8"))["model"]
    if net is None:
        net = Net(config)
        net.load_state_dict(safetensors_format.load_file(f"{folder}/model.safetensors"))
    for source, target, logits in ours(folder, ["ab\tba", "c\tc", "aabbcc\tccbbaa"]):
        source, target = (torch.tensor([[int(each) for each in side.split()]])
                          for side in (source, target))
        with torch.no_grad():
            compare(what, net.eval()(source, target[:, :-1]), numbers(logits))


def train_seq2seq(folder):
    generator = random.Random(2)
    sources = {"".join(generator.choice("abc") for _ in range(generator.randint(1, 6)))
               for _ in range(100)}
    pairs = folder + ".tsv"
    open(pairs, "w", encoding="utf-8").write("".join(f"{s}\t{s[::-1]}\n" for s in sorted(sources)))
    subprocess.run([TRAIN_SEQ2SEQ, "--train", pairs, "--source-unit", "char", "--target-unit",
                    "char", "--epochs", "2", "--d-model", "16", "--feedforward", "24", "--heads",
                    "2", "--encoder-layers", "1", "--quiet", "--out", folder],
                   stdout=subprocess.DEVNULL, check=True)
    check_seq2seq("seq2seq trained here", folder)


def make_seq2seq(folder):
    torch.manual_seed(4)
    source, target = ["<pad>", "<unk>", "a", "b", "c"], ["<pad>", "<unk>", "c", "b", "a", "<s>",
                                                         "</s>"]
    model = {"kind": "seq2seq", "source_vocabulary_size": len(source),
             "target_vocabulary_size": len(target), "d_model": 12, "dim_feedforward": 20,
             "nhead": 3, "num_encoder_layers": 2, "num_decoder_layers": 1, "norm_first": True,
             "dropout": 0.1, "max_length": 9}
    net = Net(model)
    save(folder, {"format_version": 1, "model": model,
                  "units": {"source": "char", "target": "char"}},
         {"source.txt": source, "target.txt": target}, net.state_dict())
    check_seq2seq("seq2seq made in PyTorch", folder, net)


with tempfile.TemporaryDirectory() as directory:
    for name, options in {
            "bag": [], "mean": ["--model", "mean", "--hidden", "6"],
            "cnn": ["--model", "cnn", "--filter-widths", "2,3", "--filters", "5"],
            "ngrams": ["--ngrams", "2", "--nb-weights"],
            "buckets": ["--ngrams", "3", "--buckets", "50", "--distinct"]}.items():
        train(f"{name} trained here", f"{directory}/trained-{name}", options)
    for name, model in {"bag": {}, "mean": {"hidden": 6},
                        "cnn": {"filter_widths": [1, 4], "filters": 5}}.items():
        for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
            make(f"{name} of {dtype} made in PyTorch", f"{directory}/made-{name}-{dtype}",
                 dict(model, kind=name), dtype)
    train_seq2seq(f"{directory}/trained-seq2seq")
    make_seq2seq(f"{directory}/made-seq2seq")

print("\n".join(failures) or "all logits are the same to 1e-5")
sys.exit(1 if failures else 0)
