#!/usr/bin/python3
"""The classifier of train_sentiment in PyTorch (Debian's python3-torch), for comparison.

EmbeddingBag(mean) -> Dropout -> Linear, Adam, batches of a few texts; the epoch is the best on dev, a
tenth of train where no dev file is given; cross-validation without a test file. Prints accuracy on
test as mean and standard deviation (n - 1) over seeds or folds, and seconds an epoch.

  bench/sentiment_torch.py --train F --dev F --test F --vectors F --embeddings frozen,finetune,random
"""
import argparse
import random
import re
import statistics
import sys
import time

import torch

PAD, UNK = 0, 1
WORD = re.compile(r"n't|'(?:s|m|d|ll|re|ve)\b|\w+(?:-\w+)*?(?=n't)|\w+(?:-\w+)*|[^\w\s]")


def tokenize(text, tokenized):
    text = text.lower()
    return text.split() if tokenized else WORD.findall(re.sub(r"<br\s*/?>", " ", text))


def read(spec, tokenized):
    """[(label, tokens)] of `LABEL text`, label<TAB>...<TAB>text or NAME=FILE,NAME=FILE."""
    rows = []
    if "=" in spec:
        for part in spec.split(","):
            label, path = part.split("=")
            with open(path, encoding="utf-8", newline="\n") as lines:
                rows += [(label, tokenize(line, tokenized)) for line in lines]
        return rows
    with open(spec, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 1:
                fields = line.rstrip("\n").split(" ", 1)
            rows.append((fields[0], tokenize(fields[-1], tokenized)))
    return rows


def read_vectors(path, wanted):
    vectors = {}
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            word, rest = line.split(" ", 1)
            if word in wanted:
                vectors[word] = torch.tensor([float(x) for x in rest.split()])
    return vectors


class Net(torch.nn.Module):
    def __init__(self, table, classes, dropout):
        super().__init__()
        self.embed = torch.nn.EmbeddingBag(*table.shape, mode="mean", padding_idx=PAD)
        self.embed.weight.data.copy_(table)
        self.drop = torch.nn.Dropout(dropout)
        self.out = torch.nn.Linear(table.shape[1], classes)

    def forward(self, ids, offsets):
        return self.out(self.drop(self.embed(ids, offsets)))


def batches(rows, size, shuffled):
    order = list(range(len(rows)))
    if shuffled:
        random.shuffle(order)
    for i in range(0, len(order), size):
        part = [rows[j] for j in order[i : i + size]]
        offsets = torch.tensor([0] + [len(ids) for _, ids in part[:-1]]).cumsum(0)
        ids = torch.tensor([w for _, ids in part for w in ids], dtype=torch.long)
        yield ids, offsets, torch.tensor([label for label, _ in part])


def accuracy(net, rows):
    net.eval()
    with torch.no_grad():
        hits = sum((net(i, o).argmax(1) == y).sum().item() for i, o, y in batches(rows, 256, False))
    return hits / len(rows)


def run(way, seed, train, dev, test, vectors, args):
    torch.manual_seed(seed)
    random.seed(seed)
    words = {"<pad>": PAD, "<unk>": UNK}
    for _, tokens in train:
        for word in tokens:
            words.setdefault(word, len(words))
    for _, tokens in dev + test:
        for word in tokens:
            if word in vectors:
                words.setdefault(word, len(words))
    labels = sorted({label for label, _ in train})
    ids = lambda rows: [(labels.index(l), [words.get(w, UNK) for w in t]) for l, t in rows]
    width = len(next(iter(vectors.values())))
    table = torch.randn(len(words), width)
    if way == "random":
        table *= args.random_deviation
    else:
        table *= torch.stack(list(vectors.values())).std()
        for word, row in words.items():
            if word in vectors:
                table[row] = vectors[word]
    table[PAD] = 0
    net = Net(table, len(labels), args.dropout)
    net.embed.weight.requires_grad = way != "frozen"
    lr = args.lr or (0.01 if way == "frozen" else 0.003)
    adam = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=lr)
    train, dev, test = ids(train), ids(dev), ids(test)
    best, at_best, seconds = -1.0, 0.0, 0.0
    for _ in range(args.epochs):
        net.train()
        start = time.perf_counter()
        for words_, offsets, y in batches(train, args.batch, True):
            loss = torch.nn.functional.cross_entropy(net(words_, offsets), y)
            adam.zero_grad()
            loss.backward()
            adam.step()
        seconds += time.perf_counter() - start
        on_dev = accuracy(net, dev)
        if on_dev > best:
            best, at_best = on_dev, accuracy(net, test)
    return best, at_best, seconds / args.epochs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--train", required=True)
    parser.add_argument("--dev")
    parser.add_argument("--test")
    parser.add_argument("--vectors", required=True)
    parser.add_argument("--embeddings", default="frozen,finetune,random")
    parser.add_argument("--tokenized", action="store_true")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--random-deviation", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train = read(args.train, args.tokenized)
    dev = read(args.dev, args.tokenized) if args.dev else []
    test = read(args.test, args.tokenized) if args.test else []
    vectors = read_vectors(args.vectors, {w for _, tokens in train + dev + test for w in tokens})
    random.Random(0).shuffle(train)
    folds = [(train, test)]
    if not test:
        cut = [len(train) * k // args.folds for k in range(args.folds + 1)]
        folds = [(train[: cut[k]] + train[cut[k + 1] :], train[cut[k] : cut[k + 1]])
                 for k in range(args.folds)]
    print(f"torch {torch.__version__}, {args.threads} threads, {len(vectors)} vectors found")
    for way in args.embeddings.split(","):
        results = []
        for rest, held_out in folds:
            tenth = len(rest) // 10
            chosen_on, rest_ = (dev, rest) if dev else (rest[-tenth:], rest[:-tenth])
            results += [run(way, seed, rest_, chosen_on, held_out, vectors, args)
                        for seed in range(1, args.seeds + 1)]
        on_dev, on_test, seconds = zip(*results)
        sd = statistics.stdev(on_test) if len(on_test) > 1 else 0.0
        print(f"{way:9} dev {statistics.mean(on_dev):.4f}  test {statistics.mean(on_test):.4f} "
              f"± {sd:.4f}  {statistics.mean(seconds):.2f} s/epoch", flush=True)


if __name__ == "__main__":
    sys.exit(main())
