"""Made-up words, and how training moves them: for fake_data.py."""

import math
import random

POSITIVE = """good great best funny moving fun heart beautiful enjoyable touching charming wonderful
brilliant delightful powerful fresh smart perfect warm gripping clever masterpiece solid rare
hilarious engaging honest gem refreshing superb""".split()
NEGATIVE = """bad worst dull awful boring mess bland stupid flat lame tedious contrived lifeless
weak pointless silly terrible waste tired clumsy shallow predictable lacks mediocre forgettable
painfully stale unfunny ugly hollow""".split()
NEUTRAL = """the a of and to is in it that film movie with as but for its an this story one you not
has on are more be by characters like time at make all his from out or than comedy so about up who
been no even into life plot action work what little will love do very just have can if they way
director drama world something audience screen cast new humor feel any own most first""".split()
SYLLABLES = (
    "ka lo mi ren ta vo shi del ar un pre con ter sal mor fi gu ne pla st ing er ous ly".split()
)


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
        dev_loss.append(
            short(0.69 - 0.27 * part + 0.015 * max(0, e - 5) + generator.gauss(0, 0.006))
        )
    return loss, train, dev, dev_loss


def run_record(generator, seed, epochs, end, tested):
    stopped = max(1, epochs - generator.choice([0, 0, 0, 1, 2]))
    loss, train, dev, dev_loss = curves(generator, stopped, 0.55, end)
    best = max(range(stopped), key=lambda e: dev[e]) + 1
    test = short(dev[best - 1] + generator.gauss(0.004, 0.005)) if tested else None
    return {
        "seed": seed,
        "fold": 1,
        "best_epoch": best,
        "loss": loss,
        "train_accuracy": train,
        "dev_accuracy": dev,
        "dev_loss": dev_loss,
        "test_accuracy": test,
        "seconds": 1.2,
    }


def spread(values):
    if any(value is None for value in values):
        return None
    middle = sum(values) / len(values)
    n = max(1, len(values) - 1)
    return {
        "mean": short(middle),
        "sd": short(math.sqrt(sum((v - middle) ** 2 for v in values) / n)),
    }


def neighbours_of(generator, words, feelings, word):
    """Before: any word of its kind of use, good beside bad; after: words of the same feeling."""
    speaking = [w for w in words if abs(feelings[w]) > 0.5 and w != word]
    before = generator.sample(speaking, min(10, len(speaking)))
    alike = [w for w in speaking if feelings[w] * feelings[word] > 0]
    kept = [w for w in before if w in alike][:4]
    after = kept + generator.sample(
        [w for w in alike if w not in kept], max(0, min(10, len(alike)) - len(kept))
    )

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
        texts.append(
            {
                "text": weights,
                "label": label,
                "predicted": predicted,
                "probability": short(0.9996 - 0.004 * i),
            }
        )
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
        return 2.1 * strength + self.generator.gauss(0, 0.03), 0.25 * abs(
            strength
        ) + self.generator.gauss(0, 0.05)

    def leaning(self):
        maps, named = [], []
        noise = [self.generator.gauss(0, 0.25) for _ in self.words]
        for epoch in range(self.epochs + 1):
            part = 1 - math.exp(-epoch / 2)
            seen = [
                (5 if self.trained else 2.5) * part * self.feelings[w] + part * e + 0.05 * e
                for w, e in zip(self.words, noise)
            ]
            if self.labels == 2:
                maps.append([short(logistic(x)) for x in seen])
                continue
            named.append([int(abs(x) * 37) % self.labels if abs(x) > 0.2 else 0 for x in seen])
            maps.append(
                [
                    short(1 / self.labels + (1 - 1 / self.labels) * (1 - math.exp(-abs(x))))
                    for x in seen
                ]
            )
        return maps, named

    def record(self, best):
        n = len(self.words)
        maps, (leaning, named) = self.places(), self.leaning()
        first, kept = maps[0], maps[min(best, len(maps) - 1)]
        moved = [
            short(2.2 * math.dist(first[2 * i : 2 * i + 2], kept[2 * i : 2 * i + 2]))
            for i in range(n)
        ]
        norms = [abs(self.generator.gauss(5.6, 0.9)) for _ in range(n)]
        after = [math.hypot(a, m) for a, m in zip(norms, moved)]
        steps = 216 * best if self.trained else 0
        touched = [min(steps, round(steps * (1 - math.exp(-c / 216)))) for c in self.counts]
        top = max(moved + [0.001])
        record = {
            "seed": 1,
            "fold": 1,
            "best_epoch": best,
            "epochs": list(range(self.epochs + 1)),
            "words": self.words,
            "count": self.counts,
            "pretrained": [0 if self.random_start or i % 17 == 16 else 1 for i in range(n)],
            "pca": {"explained": [0.123, 0.061], "xy": maps},
            "leaning": leaning,
            "leaning_class": 1 if self.labels == 2 else None,
            "moved": moved,
            "norm_before": [short(v) for v in norms],
            "norm_after": [short(v) for v in after],
            "touched": touched,
            "gradient": [short(0.02 / c**0.3) for c in self.counts],
            "all_rows": {
                "moved_histogram": histogram(moved, equal_edges(1.0001 * top)),
                "norm_before_histogram": histogram(norms, equal_edges(1.001 * max(norms + after))),
                "norm_after_histogram": histogram(after, equal_edges(1.001 * max(norms + after))),
                "touched_by_rank": [[r, touched[r - 1]] for r in ranks(n)],
            },
            "steps": self.steps(steps),
            "padding": {"norm_before": 0, "norm_after": 0, "steps": steps, "steps_with_padding": 0},
            "confusion": confusion(self.generator, self.labels),
            "confusion_of": "test",
            "mistakes": judged_texts(
                self.generator, self.words, self.feelings, self.labels, 30, False
            ),
            "right": judged_texts(self.generator, self.words, self.feelings, self.labels, 10, True),
        }
        if self.labels != 2:
            record["leaning_label"] = named
        order = sorted(range(n), key=lambda i: -moved[i])[:40] if self.trained else []
        record["neighbours"] = [
            neighbours_of(self.generator, self.words, self.feelings, self.words[i]) for i in order
        ]
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
