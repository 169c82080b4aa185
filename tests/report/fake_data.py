#!/usr/bin/env python3
"""Made-up data of reports, as the program writes them (docs/report.md), to try the page on.

  fake_data.py KIND > data.json

KIND is one of the functions under KINDS: "usual" (four ways, 5,000 words, ten epochs), or an odd
case. The same KIND gives the same data.
"""

import json
import random
import sys

from fake_table import Table, make_words, run_record, spread


def way(name, seed, end, epochs=10, runs=5, words=5000, tested=True, labels=2, table_words=None):
    generator = random.Random(seed)
    all_runs = [run_record(generator, s + 1, epochs, end, tested) for s in range(runs)]
    table = Table(seed, words, epochs, name != "frozen", name == "random", labels, table_words)
    return {
        "name": name,
        "lr": 0.001,
        "trainable": 202 if name == "frozen" else 1_680_402,
        "values": 1_680_502,
        "dev": spread([run["dev_accuracy"][run["best_epoch"] - 1] for run in all_runs]),
        "test": spread([run["test_accuracy"] for run in all_runs]),
        "runs": all_runs,
        "recorded": table.record(all_runs[0]["best_epoch"]),
    }


def report(ways, labels=("negative", "positive"), tested=True):
    uses = [("train", 6920), ("dev", 872)] + ([("test", 1821)] if tested else [])
    return {
        "format_version": 1,
        "title": "Sentiment of film reviews (SST-2)",
        "created": "2026-11-22 16:00 UTC",
        "program": "tapegrad 0.1.0",
        "command": "train_sentiment --train stsa.binary.train --dev stsa.binary.dev "
        "--test stsa.binary.test "
        "--vectors glove.6B.100d.txt --seeds 5 --report run.html",
        "data": {
            "files": [{"use": u, "file": f"stsa.binary.{u}", "texts": n} for u, n in uses],
            "labels": list(labels),
            "vocabulary_size": 16805,
            "coverage": {
                "words": 16803,
                "words_with_vector": 14830,
                "tokens": 133054,
                "tokens_with_vector": 131020,
            },
        },
        "settings": {
            "model": "bag",
            "embedding_dim": 100,
            "dropout": 0.3,
            "word_dropout": 0,
            "optimizer": "adam",
            "lr_decay": False,
            "clip_norm": 0,
            "weight_decay": 0.0,
            "rows": "exact",
            "random_deviation": 0.1,
            "class_weights": "",
            "epochs": 10,
            "batch": 32,
            "patience": 3,
            "seed": 1,
            "seeds": 5,
            "min_count": 1,
            "max_vocabulary": 0,
            "max_tokens": 0,
            "missing": "normal",
        },
        "ways": ways,
    }


def usual():
    return report(
        [
            way("frozen", 11, 0.775),
            way("finetune", 12, 0.828),
            way("random", 13, 0.792),
            way("thaw:3", 14, 0.826),
        ]
    )


def one_way():
    return report([way("finetune", 12, 0.828, runs=1, words=400)])


def all_frozen():
    return report([way("frozen", 11, 0.775, words=400)])


def nothing_recorded():
    ways = [way("finetune", 12, 0.828, words=300), way("random", 13, 0.79, words=300)]
    ways[0]["recorded"] = None
    return report(ways)


def one_epoch():
    return report(
        [
            way("finetune", 12, 0.828, epochs=1, words=300),
            way("random", 13, 0.79, epochs=1, words=300),
        ]
    )


def three_classes():
    labels = ["World", "Sports", "Business & a class with a remarkably long name"]
    return report(
        [
            way("finetune", 12, 0.9, words=1500, labels=3),
            way("random", 13, 0.88, words=1500, labels=3),
        ],
        labels,
    )


def strange_words():
    """Words that are long, written from the right, or look like markup."""
    strange = [
        "שלום",
        "رائع",
        "https://example.org/" + "very-long-address/" * 12,
        "</script><b>bold</b>",
        "<!--",
        "&amp;",
        "日本語",
        "👍🏽",
        "e\u0301clair",
        "naïve",
        "{{title}}",
        "constructor",
        "__proto__",
        "\u202ereversed",
        "a\tb",
    ]
    words = strange + make_words(random.Random(1), 200)
    made = way("finetune", 12, 0.828, table_words=words)
    recorded = made["recorded"]
    for i, word in enumerate(strange):  # they move most, so that they are everywhere
        recorded["moved"][i] = 9.0 - 0.1 * i
        recorded["neighbours"].insert(
            i,
            {
                "word": word,
                "before": [[w, 0.5] for w in strange[:9]],
                "after": [[w, None] for w in strange[5:15]],
            },
        )
    recorded["mistakes"].insert(
        0,
        {
            "text": [[w, 0.3 - 0.05 * i] for i, w in enumerate(strange)],
            "label": 0,
            "predicted": 1,
            "probability": 0.99999,
        },
    )
    made["name"] = "<i>a way</i>"
    return report([made], ["neg<i>ative</i>", "إيجابي"])


def no_test():
    made = [
        way("finetune", 12, 0.828, words=300, tested=False),
        way("random", 13, 0.79, words=300, tested=False),
    ]
    for each in made:
        each["recorded"]["confusion_of"] = "dev"
        each["recorded"]["mistakes"] = each["recorded"]["right"] = []
        each["runs"][0]["loss"][2] = each["runs"][0]["dev_loss"][1] = None
        each["recorded"]["steps"]["mean_norm"][5] = None
    return report(made, tested=False)


def without_runs(name):
    """A way that an interrupted run did not come to."""
    none = {"mean": None, "sd": 0}
    sizes = {"trainable": None, "values": None}
    return {
        "name": name, "lr": 0.001, **sizes, "dev": none, "test": none, "runs": [], "recorded": None
    }


def interrupted():
    frozen = way("frozen", 11, 0.775, runs=1, words=300)
    return {**report([frozen, without_runs("finetune"), without_runs("random")]), "cancelled": True}


def resumed():
    """The first way was trained to its fourth epoch before the resume."""
    ways = [way("finetune", 12, 0.828, runs=1, words=300), way("random", 13, 0.79, words=300)]
    ways[0]["runs"][0]["dev_loss"][:4] = [None] * 4
    ways[0]["recorded"]["first_step"] = 864
    return report(ways)


def kept_before_the_thaw():
    """The table was trained, but not yet in the epoch that was kept."""
    made = way("thaw:8", 14, 0.826, words=300)
    made["recorded"]["moved"] = [0] * 300
    made["recorded"]["neighbours"] = []
    return report([made])


def long_text():
    """A text that the program cut."""
    made = way("finetune", 12, 0.828, words=300)
    text = [["word", 0.01], ["film", None]] * 1000
    made["recorded"]["mistakes"][0].update(text=text, left_out=38000)
    return report([made])


def other_labels():
    """Test has a label that train does not have."""
    made = report([way("finetune", 12, 0.828, words=300)], ["negative", "positive", "odd"])
    made["data"]["classes"] = 2
    made["ways"][0]["recorded"]["confusion"] = [[70, 20, 0], [15, 75, 0], [4, 6, 0]]
    return made


KINDS = {
    f.__name__: f
    for f in [
        usual,
        one_way,
        all_frozen,
        nothing_recorded,
        one_epoch,
        three_classes,
        strange_words,
        no_test,
        interrupted,
        resumed,
        kept_before_the_thaw,
        long_text,
        other_labels,
    ]
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in KINDS:
        sys.exit(f"usage: fake_data.py {'|'.join(KINDS)}")
    json.dump(KINDS[sys.argv[1]](), sys.stdout, separators=(",", ":"), ensure_ascii=False)
