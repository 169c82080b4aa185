#!/usr/bin/env python3
"""Made-up data of reports, as the program writes them (docs/report.md), to try the page on.

  fake_data.py KIND > data.json

KIND is one of the functions under KINDS: "usual" (four ways, 5,000 words, ten epochs), or an odd
case. The same KIND gives the same data.
"""

import json
import math
import random
import sys

POSITIVE = """good great best funny moving fun heart beautiful enjoyable touching charming wonderful
brilliant delightful powerful fresh smart perfect warm gripping clever masterpiece solid rare
hilarious engaging honest gem refreshing superb""".split()
NEGATIVE = """bad worst dull awful boring mess bland stupid flat lame tedious contrived lifeless weak
pointless silly terrible waste tired clumsy shallow predictable lacks mediocre forgettable painfully
stale unfunny ugly hollow""".split()
NEUTRAL = """the a of and to is in it that film movie with as but for its an this story one you not
has on are more be by characters like time at make all his from out or than comedy so about up who
been no even into life plot action work what little will love do very just have can if they way
director drama world something audience screen cast new humor feel any own most first""".split()
SYLLABLES = "ka lo mi ren ta vo shi del ar un pre con ter sal mor fi gu ne pla st ing er ous ly".split()


def short(value):
    return float(f"{value:.4g}")


def make_words(generator, n):
    """n words, the most frequent first: the common ones, the speaking ones, then made-up ones."""
    words = NEUTRAL[:40]
    speaking = [w for pair in zip(POSITIVE, NEGATIVE) for w in pair] + NEUTRAL[40:]
    generator.shuffle(speaking)
    words += speaking
    known = set(words)
    while len(words) < n:
        word = "".join(generator.choice(SYLLABLES) for _ in range(generator.randint(2, 4)))
        if word not in known:
            known.add(word)
            words.append(word)
    return words[:n]


def sentiment(generator, word):
    if word in POSITIVE:
        return generator.uniform(0.6, 1.2)
    if word in NEGATIVE:
        return -generator.uniform(0.6, 1.2)
    return generator.gauss(0, 0.22)


def logistic(x):
    return 1 / (1 + math.exp(-x))


def histogram(values, edges):
    counts = [0] * (len(edges) - 1)
    width = edges[1] - edges[0]
    for value in values:
        counts[min(len(counts) - 1, int((value - edges[0]) / width))] += 1
    return {"edges": [short(e) for e in edges], "counts": counts}


def equal_edges(most, n=40):
    return [i * most / n for i in range(n + 1)]


def ranks(n):
    """Up to 300 ranks, log spaced."""
    return sorted({min(n, round(n ** (i / 299))) for i in range(300)} | {1, n})


def curves(generator, epochs, start, end):
    """Loss and accuracies of one run."""
    loss, train, dev, dev_loss = [], [], [], []
    for e in range(1, epochs + 1):
        part = 1 - math.exp(-e / 2.5)
        loss.append(short(0.69 - 0.4 * part * (end / 0.8) + generator.gauss(0, 0.006)))
        train.append(short(min(1, start + (end + 0.1 - start) * part + generator.gauss(0, 0.004))))
        drop = 0.004 * max(0, e - 6)
        dev.append(short(start + (end - start) * part - drop + generator.gauss(0, 0.006)))
        dev_loss.append(short(0.69 - 0.27 * part + 0.015 * max(0, e - 5) + generator.gauss(0, 0.006)))
    return loss, train, dev, dev_loss


def run_record(generator, seed, epochs, end, tested):
    stopped = max(1, epochs - generator.choice([0, 0, 0, 1, 2]))
    loss, train, dev, dev_loss = curves(generator, stopped, 0.55, end)
    best = max(range(stopped), key=lambda e: dev[e]) + 1
    test = short(dev[best - 1] + generator.gauss(0.004, 0.005)) if tested else None
    return {"seed": seed, "fold": 1, "best_epoch": best, "loss": loss, "train_accuracy": train,
            "dev_accuracy": dev, "dev_loss": dev_loss, "test_accuracy": test, "seconds": 1.2}


def spread(values):
    if any(value is None for value in values):
        return None
    middle = sum(values) / len(values)
    n = max(1, len(values) - 1)
    return {"mean": short(middle), "sd": short(math.sqrt(sum((v - middle)**2 for v in values) / n))}


def neighbours_of(generator, words, feelings, word):
    """Before: any word of its kind of use, good beside bad; after: words of the same feeling."""
    speaking = [w for w in words if abs(feelings[w]) > 0.5 and w != word]
    before = generator.sample(speaking, min(10, len(speaking)))
    alike = [w for w in speaking if feelings[w] * feelings[word] > 0]
    kept = [w for w in before if w in alike][:4]
    after = kept + generator.sample([w for w in alike if w not in kept], max(0, min(10, len(alike)) - len(kept)))

    def listed(found, top):
        return [[w, short(top - 0.02 * i)] for i, w in enumerate(found)]
    return {"word": word, "before": listed(before, 0.79), "after": listed(after, 0.86)}


def judged_texts(generator, words, feelings, labels, n, right):
    texts = []
    for i in range(n):
        predicted = generator.randrange(labels)
        label = predicted if right else (predicted + generator.randrange(1, labels)) % labels
        tokens = generator.choices(words[:300], k=generator.randint(6, 30))
        sign = 1 if predicted == 1 else -1
        weights = [[t, short(2 * sign * feelings[t] + generator.gauss(0, 0.1))] for t in tokens]
        texts.append({"text": weights, "label": label, "predicted": predicted,
                      "probability": short(0.9996 - 0.004 * i)})
    return texts


def confusion(generator, labels, per_class=910, right=0.82):
    matrix = []
    for true in range(labels):
        line = [0] * labels
        for _ in range(per_class):
            wrong = (true + generator.randrange(1, labels)) % labels if labels > 1 else true
            line[true if generator.random() < right else wrong] += 1
        matrix.append(line)
    return matrix


class Table:
    """The words of a way of training, and how they move."""

    def __init__(self, seed, n, epochs, trained, random_start, labels=2, words=None):
        self.generator = random.Random(seed)
        self.epochs, self.trained, self.labels = epochs, trained, labels
        self.words = words or make_words(random.Random(1), n)
        feeling = random.Random(2)
        self.feelings = {w: sentiment(feeling, w) for w in self.words}
        self.random_start = random_start
        self.counts = [max(1, round(9000 / (i + 2.7) ** 0.95)) for i in range(len(self.words))]

    def places(self):
        """[per epoch] x, y, x, y ... of each word."""
        starts = []
        for i, word in enumerate(self.words):
            wide = 0.5 if self.random_start else 1.3
            x, y = self.generator.gauss(0, wide), self.generator.gauss(0, 0.75 * wide)
            if not self.random_start:  # frequent words lie apart in pretrained vectors
                x += 1.5 * self.feelings[word] * (abs(self.feelings[word]) > 0.5) * 0.3
                y += 2.2 * math.exp(-i / 300)
            starts.append((x, y))
        pulls = [self.pull(i) for i in range(len(self.words))]
        maps = []
        for epoch in range(self.epochs + 1):
            part = 1 - math.exp(-epoch / 3) if self.trained else 0
            flat = []
            for (x, y), (dx, dy) in zip(starts, pulls):
                flat += [short(x + part * dx), short(y + part * dy)]
            maps.append(flat)
        return maps

    def pull(self, i):
        strength = self.feelings[self.words[i]] * min(1, (self.counts[i] / 40) ** 0.5)
        return 2.1 * strength + self.generator.gauss(0, 0.03), 0.25 * abs(strength) + self.generator.gauss(0, 0.05)

    def leaning(self):
        maps, named = [], []
        noise = [self.generator.gauss(0, 0.25) for _ in self.words]
        for epoch in range(self.epochs + 1):
            part = 1 - math.exp(-epoch / 2)
            seen = [(5 if self.trained else 2.5) * part * self.feelings[w] + part * e + 0.05 * e
                    for w, e in zip(self.words, noise)]
            if self.labels == 2:
                maps.append([short(logistic(x)) for x in seen])
                continue
            named.append([int(abs(x) * 37) % self.labels if abs(x) > 0.2 else 0 for x in seen])
            maps.append([short(1 / self.labels + (1 - 1 / self.labels) * (1 - math.exp(-abs(x)))) for x in seen])
        return maps, named

    def record(self, best):
        n = len(self.words)
        maps, (leaning, named) = self.places(), self.leaning()
        first, kept = maps[0], maps[min(best, len(maps) - 1)]
        moved = [short(2.2 * math.dist(first[2 * i:2 * i + 2], kept[2 * i:2 * i + 2])) for i in range(n)]
        norms = [abs(self.generator.gauss(5.6, 0.9)) for _ in range(n)]
        after = [math.hypot(a, m) for a, m in zip(norms, moved)]
        steps = 216 * best if self.trained else 0
        touched = [min(steps, round(steps * (1 - math.exp(-c / 216)))) for c in self.counts]
        top = max(moved + [0.001])
        record = {
            "seed": 1, "fold": 1, "best_epoch": best, "epochs": list(range(self.epochs + 1)),
            "words": self.words, "count": self.counts,
            "pretrained": [0 if self.random_start or i % 17 == 16 else 1 for i in range(n)],
            "pca": {"explained": [0.123, 0.061], "xy": maps}, "leaning": leaning,
            "leaning_class": 1 if self.labels == 2 else None, "moved": moved,
            "norm_before": [short(v) for v in norms], "norm_after": [short(v) for v in after],
            "touched": touched, "gradient": [short(0.02 / c ** 0.3) for c in self.counts],
            "all_rows": {
                "moved_histogram": histogram(moved, equal_edges(1.0001 * top)),
                "norm_before_histogram": histogram(norms, equal_edges(1.001 * max(norms + after))),
                "norm_after_histogram": histogram(after, equal_edges(1.001 * max(norms + after))),
                "touched_by_rank": [[r, touched[r - 1]] for r in ranks(n)],
            },
            "steps": self.steps(steps),
            "padding": {"norm_before": 0, "norm_after": 0, "steps": steps, "steps_with_padding": 0},
            "confusion": confusion(self.generator, self.labels), "confusion_of": "test",
            "mistakes": judged_texts(self.generator, self.words, self.feelings, self.labels, 30, False),
            "right": judged_texts(self.generator, self.words, self.feelings, self.labels, 10, True),
        }
        if self.labels != 2:
            record["leaning_label"] = named
        order = sorted(range(n), key=lambda i: -moved[i])[:40] if self.trained else []
        record["neighbours"] = [neighbours_of(self.generator, self.words, self.feelings, self.words[i]) for i in order]
        if self.trained and "bad" in self.feelings:
            asked = neighbours_of(self.generator, self.words, self.feelings, "bad")
            record["neighbours"].append({**asked, "asked": True})
        return record

    def steps(self, steps):
        empty = {"step": [], "rows": [], "mean_norm": [], "max_norm": [], "padding_norm": []}
        for i in range(min(400, steps)):
            step = 1 + i * steps // min(400, steps)
            size = 0.02 * (0.4 + math.exp(-step / 500)) * math.exp(self.generator.gauss(0, 0.15))
            empty["step"].append(step)
            empty["rows"].append(self.generator.randint(480, 760))
            empty["mean_norm"].append(short(size))
            empty["max_norm"].append(short(size * self.generator.uniform(4, 7)))
            empty["padding_norm"].append(0)
        return empty


def way(name, seed, end, epochs=10, runs=5, words=5000, tested=True, labels=2, table_words=None):
    generator = random.Random(seed)
    all_runs = [run_record(generator, s + 1, epochs, end, tested) for s in range(runs)]
    table = Table(seed, words, epochs, name != "frozen", name == "random", labels, table_words)
    return {
        "name": name, "lr": 0.001, "trainable": 202 if name == "frozen" else 1_680_402, "values": 1_680_502,
        "dev": spread([run["dev_accuracy"][run["best_epoch"] - 1] for run in all_runs]),
        "test": spread([run["test_accuracy"] for run in all_runs]), "runs": all_runs,
        "recorded": table.record(all_runs[0]["best_epoch"]),
    }


def report(ways, labels=("negative", "positive"), tested=True):
    uses = [("train", 6920), ("dev", 872)] + ([("test", 1821)] if tested else [])
    return {
        "format_version": 1, "title": "Sentiment of film reviews (SST-2)", "created": "2026-11-22 16:00 UTC",
        "program": "tapegrad 0.1.0",
        "command": "train_sentiment --train stsa.binary.train --dev stsa.binary.dev --test stsa.binary.test "
                   "--vectors glove.6B.100d.txt --seeds 5 --report run.html",
        "data": {
            "files": [{"use": u, "file": f"stsa.binary.{u}", "texts": n} for u, n in uses],
            "labels": list(labels), "vocabulary_size": 16805,
            "coverage": {"words": 16803, "words_with_vector": 14830, "tokens": 133054, "tokens_with_vector": 131020},
        },
        "settings": {"model": "bag", "embedding_dim": 100, "dropout": 0.3, "word_dropout": 0, "optimizer": "adam",
                     "lr_decay": False, "clip_norm": 0, "weight_decay": 0.0, "rows": "exact", "random_deviation": 0.1,
                     "class_weights": "", "epochs": 10, "batch": 32, "patience": 3, "seed": 1, "seeds": 5,
                     "min_count": 1, "max_vocabulary": 0, "max_tokens": 0, "missing": "normal"},
        "ways": ways,
    }


def usual():
    return report([way("frozen", 11, 0.775), way("finetune", 12, 0.828), way("random", 13, 0.792), way("thaw:3", 14, 0.826)])


def one_way():
    return report([way("finetune", 12, 0.828, runs=1, words=400)])


def all_frozen():
    return report([way("frozen", 11, 0.775, words=400)])


def nothing_recorded():
    ways = [way("finetune", 12, 0.828, words=300), way("random", 13, 0.79, words=300)]
    ways[0]["recorded"] = None
    return report(ways)


def one_epoch():
    return report([way("finetune", 12, 0.828, epochs=1, words=300), way("random", 13, 0.79, epochs=1, words=300)])


def three_classes():
    labels = ["World", "Sports", "Business & a class with a remarkably long name"]
    return report([way("finetune", 12, 0.9, words=1500, labels=3), way("random", 13, 0.88, words=1500, labels=3)], labels)


def strange_words():
    """Words that are long, written from the right, or look like markup."""
    strange = ["שלום", "رائع", "https://example.org/" + "very-long-address/" * 12, "</script><b>bold</b>", "<!--", "&amp;",
               "日本語", "👍🏽", "e\u0301clair", "naïve", "{{title}}", "constructor", "__proto__", "\u202ereversed", "a\tb"]
    words = strange + make_words(random.Random(1), 200)
    made = way("finetune", 12, 0.828, table_words=words)
    recorded = made["recorded"]
    for i, word in enumerate(strange):  # they move most, so that they are everywhere
        recorded["moved"][i] = 9.0 - 0.1 * i
        recorded["neighbours"].insert(i, {"word": word, "before": [[w, 0.5] for w in strange[:9]],
                                          "after": [[w, None] for w in strange[5:15]]})
    recorded["mistakes"].insert(0, {"text": [[w, 0.3 - 0.05 * i] for i, w in enumerate(strange)], "label": 0,
                                    "predicted": 1, "probability": 0.99999})
    made["name"] = "<i>a way</i>"
    return report([made], ["neg<i>ative</i>", "إيجابي"])


def no_test():
    made = [way("finetune", 12, 0.828, words=300, tested=False), way("random", 13, 0.79, words=300, tested=False)]
    for each in made:
        each["recorded"]["confusion_of"] = "dev"
        each["recorded"]["mistakes"] = each["recorded"]["right"] = []
        each["runs"][0]["loss"][2] = each["runs"][0]["dev_loss"][1] = None
        each["recorded"]["steps"]["mean_norm"][5] = None
    return report(made, tested=False)


KINDS = {f.__name__: f for f in [usual, one_way, all_frozen, nothing_recorded, one_epoch, three_classes,
                                 strange_words, no_test]}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in KINDS:
        sys.exit(f"usage: fake_data.py {'|'.join(KINDS)}")
    json.dump(KINDS[sys.argv[1]](), sys.stdout, separators=(",", ":"), ensure_ascii=False)
