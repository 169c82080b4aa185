"""Parts together: shared tables, and trainings of a few steps."""
import torch
import torch.nn.functional as F

from suite import case, computation, ids, operation, signed


@operation
def tied(table, ids):
    """A table that is looked up and multiplied with: its gradients are rows and dense."""
    return F.linear(torch.tanh(F.embedding(ids, table)), table)


@operation
def table_of_a_result(table, factor, ids):
    """Lookups in something computed."""
    return F.embedding(ids, table * factor) + F.embedding_bag(ids.unsqueeze(1), table, mode="sum")


case("tied", "repeated ids", table=signed(5, 3), ids=ids([[0, 4], [4, 1]]))
case("table_of_a_result", "repeated ids", table=signed(5, 3), factor=signed(3), ids=ids([2, 0, 2]))


@computation
def train(seed, table, weight, bias, ids, labels, optimizer, steps=30, **options):
    """Bags of words, a linear layer and cross entropy; in step t, the ids are moved by t²."""
    leaves = {name: x.detach().clone().requires_grad_()
              for name, x in {"table": table, "weight": weight, "bias": bias}.items()}
    made = getattr(torch.optim, optimizer)(leaves.values(), **options)
    losses = []
    for t in range(1, steps + 1):
        bags = F.embedding_bag((ids + t * t) % len(table), leaves["table"])
        loss = F.cross_entropy(F.linear(torch.tanh(bags), leaves["weight"], leaves["bias"]), labels)
        made.zero_grad()
        loss.backward()
        made.step()
        losses.append(loss.item())
    return {"losses": losses, **leaves}


for optimizer, options in {
        "SGD": {"lr": 0.5}, "Adam": {"lr": 0.05}, "AdamW": {"lr": 0.05, "weight_decay": 0.1},
        "Adagrad": {"lr": 0.1}, "RMSprop": {"lr": 0.02}}.items():
    case("train", optimizer, table=signed(11, 4), weight=signed(3, 4), bias=signed(3),
         ids=ids([[0, 1, 1], [2, 5, 7], [8, 8, 3], [9, 0, 4], [1, 2, 3]]),
         labels=ids([0, 1, 2, 1, 0]), optimizer=optimizer, **options)
case("train", "SGD with momentum", table=signed(11, 4), weight=signed(3, 4), bias=signed(3),
     ids=ids([[0, 1, 1], [2, 5, 7], [8, 8, 3]]), labels=ids([0, 1, 2]), optimizer="SGD", lr=0.1,
     momentum=0.9)
