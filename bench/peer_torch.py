#!/usr/bin/python3
"""peer_torch.py NAME THREADS [FORM]: the steps of bench_steps in PyTorch, spoken to in the same way
(steps/main.cpp). Where PyTorch has several ways to the same result, FORM (0, 1, ...) takes one, and
the driver keeps the fastest; a FORM that is not there ends the program with status 3.
"""
import functools
import itertools
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

BATCHES = 16
WARM_UP_STEPS = 20
WARM_UP_SECONDS = 2


def zipf_texts(V, B, L):
    """BATCHES of ids [B, L] as data.cpp makes them, with labels [B]."""
    rng = numpy.random.default_rng(1)
    sums = numpy.cumsum(1 / numpy.arange(1, V))
    for _ in range(BATCHES):
        ids = 1 + numpy.searchsorted(sums, rng.random((B, L)) * sums[-1])
        lengths = rng.integers(max(L // 8, 1), L + 1, size=(B, 1))
        ids[numpy.arange(L) >= lengths] = 0
        yield torch.from_numpy(ids), torch.from_numpy(rng.integers(0, 2, size=B))


def flat(ids):
    """Padded ids as EmbeddingBag takes them without padding: ids [N] and offsets [B]."""
    lengths = (ids != 0).sum(1)
    return ids[ids != 0], torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)[:-1]])


def training_step(model, batches, sparse=False):
    """Forward, cross-entropy, backward, Adam; batches are (inputs, labels)."""
    trained = [p for p in model.parameters() if p.requires_grad]
    tables = [p for p in trained if sparse and p is model.embed.weight]
    dense = [p for p in trained if not any(p is table for table in tables)]
    optimizers = [torch.optim.Adam(dense)] + [torch.optim.SparseAdam([p]) for p in tables]
    batches = itertools.cycle(batches)

    def step():
        inputs, labels = next(batches)
        loss = functional.cross_entropy(model(*inputs), labels)
        model.zero_grad(set_to_none=True)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()

    return step


class Bag(nn.Module):
    def __init__(self, V, D, kind, padding_idx):
        super().__init__()
        self.embed = nn.EmbeddingBag(V, D, mode="mean", padding_idx=padding_idx,
                                     sparse=kind == "sparse")
        self.embed.weight.requires_grad = kind != "frozen"
        self.out = nn.Linear(D, 2)

    def forward(self, ids, offsets=None):
        return self.out(self.embed(ids, offsets))


def bag(kind, form):
    """Form 0: flat ids and offsets; form 1: padded ids."""
    padding_idx, inputs = [(None, flat), (0, lambda ids: (ids,))][form]
    batches = [(inputs(ids), labels) for ids, labels in zipf_texts(50_000, 64, 256)]
    return training_step(Bag(50_000, 100, kind, padding_idx), batches, kind == "sparse")


def mean_by_sum(words, ids):
    keep = (ids != 0).to(words.dtype).unsqueeze(2)
    return (words * keep).sum(1) / keep.sum(1)


def mean_by_product(words, ids):
    keep = (ids != 0).to(words.dtype).unsqueeze(1)
    return torch.bmm(keep, words).squeeze(1) / keep.sum(2)


def mean_by_fill(words, ids):
    padding = ids == 0
    return words.masked_fill(padding.unsqueeze(2), 0).sum(1) / (~padding).sum(1, keepdim=True)


MASKED_MEANS = [mean_by_product, mean_by_sum, mean_by_fill]


class Sequence(nn.Module):
    """Embedding, dropout, masked mean, and `head`."""

    def __init__(self, V, D, kind, dropout, mean, head):
        super().__init__()
        self.embed = nn.Embedding(V, D, padding_idx=0, sparse=kind == "sparse")
        self.embed.weight.requires_grad = kind != "frozen"
        self.drop = nn.Dropout(dropout) if dropout else nn.Identity()
        self.mean = mean
        self.head = head

    def forward(self, ids):
        return self.head(self.mean(self.drop(self.embed(ids)), ids))


def seq(kind, form):
    head = nn.Sequential(nn.Linear(100, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 2))
    model = Sequence(50_000, 100, kind, 0.1, MASKED_MEANS[form], head)
    batches = [((ids,), labels) for ids, labels in zipf_texts(50_000, 64, 256)]
    return training_step(model, batches, kind == "sparse")


def big(kind, form):
    model = Sequence(400_000, 300, kind, 0, MASKED_MEANS[form], nn.Linear(300, 2))
    batches = [((ids,), labels) for ids, labels in zipf_texts(400_000, 32, 128)]
    return training_step(model, batches, kind == "sparse")


def emb_fwd_bwd(form):
    embed = [nn.Embedding(50_000, 300, padding_idx=0)][form]
    batches = itertools.cycle([ids for ids, _ in zipf_texts(50_000, 64, 256)])

    def step():
        embed.weight.grad = None
        embed(next(batches)).sum().backward()

    return step


def mlp(form):
    model = [nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(),
                           nn.Linear(1024, 10))][form]
    batches = [((torch.rand(256, 784) * 0.1 - 0.05,), torch.randint(0, 10, (256,)))
               for _ in range(BATCHES)]
    return training_step(model, batches)


class Transformer(nn.Module):
    """Embedding, two encoder layers, masked mean, linear; positions or texts first inside."""

    def __init__(self, batch_first):
        super().__init__()
        self.batch_first = batch_first
        self.embed = nn.Embedding(20_000, 128, padding_idx=0)
        layer = nn.TransformerEncoderLayer(128, 4, 512, batch_first=batch_first)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.out = nn.Linear(128, 2)

    def forward(self, ids):
        words = self.embed(ids if self.batch_first else ids.T)
        words = self.encoder(words, src_key_padding_mask=ids == 0)
        words = words if self.batch_first else words.transpose(0, 1)
        return self.out(mean_by_product(words, ids))


def transformer(form):
    model = Transformer([True, False][form])
    batches = [((ids,), labels) for ids, labels in zipf_texts(20_000, 32, 128)]
    return training_step(model, batches)


def adam5m(form):
    """Form 0: one tensor after the other; form 1: PyTorch's functions of lists of tensors."""
    p = nn.Parameter(torch.rand(5_000_000) * 0.1 - 0.05)
    p.grad = torch.rand(5_000_000) * 0.1 - 0.05
    return torch.optim.Adam([p], foreach=[False, True][form]).step


def nearest(form):
    """Form 0: one product; form 1: blocks of rows, whose products stay in the cache."""
    rows = torch.nn.functional.normalize(torch.rand(400_000, 100) * 0.1 - 0.05)
    queries = torch.rand(32, 100) * 0.1 - 0.05
    parts = rows.split([400_000, 8_192][form])

    @torch.no_grad()
    def step():
        unit = torch.nn.functional.normalize(queries)
        best = [torch.topk(unit @ part.T, 10) for part in parts]
        return torch.topk(torch.cat([each.values for each in best], 1), 10)

    return step


STEPS = {"emb_fwd_bwd": emb_fwd_bwd, "mlp": mlp, "transformer": transformer, "adam5M": adam5m,
         "nearest": nearest}
for make, kinds in ((bag, ["frozen", "dense", "sparse"]), (seq, ["frozen", "dense", "sparse"]),
                    (big, ["dense", "sparse"])):
    for each in kinds:
        STEPS[f"{make.__name__}_{each}"] = functools.partial(make, each)


def serve(step):
    start = time.perf_counter()
    for _ in range(WARM_UP_STEPS):
        step()
        if time.perf_counter() - start > WARM_UP_SECONDS:
            break
    print("ready 0 0", flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line.split()[1])):
            start = time.perf_counter()
            step()
            times.append(f"{1000 * (time.perf_counter() - start):.6g}")
        print(*times, flush=True)


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in STEPS:
        sys.exit(f"usage: peer_torch.py NAME THREADS [FORM]; NAME is one of: {' '.join(STEPS)}")
    torch.set_num_threads(int(sys.argv[2]))
    try:
        step = STEPS[sys.argv[1]](int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    except IndexError:
        sys.exit(3)
    serve(step)


if __name__ == "__main__":
    main()
