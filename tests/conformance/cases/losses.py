"""Losses."""
import torch
import torch.nn.functional as F

from suite import case, given, ids, operation, signed

inf = float("inf")


@operation
def cross_entropy(logits, labels, class_weights=None, ignore_index=-100, label_smoothing=0.0,
                  reduction="mean"):
    weight = None if class_weights is None else torch.tensor(class_weights)
    return F.cross_entropy(logits, labels, weight, ignore_index=ignore_index,
                           label_smoothing=label_smoothing, reduction=reduction)


weights = [1.0, 2.0, 0.0, 4.0, 0.5]
settings = {
    "plain": {},
    "weights": {"class_weights": weights},
    "smoothing": {"label_smoothing": 0.1},
    "weights and smoothing": {"class_weights": weights, "label_smoothing": 0.3},
    "whole smoothing": {"label_smoothing": 1.0},
}
for what, options in settings.items():
    for reduction in ("mean", "sum", "none"):
        full = {**options, "reduction": reduction}
        case("cross_entropy", f"{what}, {reduction}", logits=signed(4, 5),
             labels=ids([3, 0, 4, 1]), **full)
        case("cross_entropy", f"{what}, {reduction}, one ignored", logits=signed(4, 5),
             labels=ids([3, -100, 4, 1]), **full)
        case("cross_entropy", f"{what}, {reduction}, another ignore_index", logits=signed(3, 5),
             labels=ids([3, 0, 1]), ignore_index=0, **full)
for reduction in ("sum", "none"):
    case("cross_entropy", f"all ignored, {reduction}", logits=signed(2, 3), labels=ids([-100, -100]),
         reduction=reduction)
    case("cross_entropy", f"no items, {reduction}", logits=signed(0, 3), labels=ids([]),
         reduction=reduction)
case("cross_entropy", "one class", logits=signed(3, 1), labels=ids([0, 0, 0]))
case("cross_entropy", "one item", logits=signed(1, 7), labels=ids([6]))
case("cross_entropy", "far apart", logits=given([[1e4, -1e4], [-1e4, 1e4]]), labels=ids([1, 1]))
case("cross_entropy", "-inf beside the label", logits=given([[0.0, -inf, 1.0]]), labels=ids([2]))
case("cross_entropy", "-inf at the label", logits=given([[0.0, -inf, 1.0]]), labels=ids([1]),
     reduction="sum")
case("cross_entropy", "many items", logits=signed(67, 3), labels=ids([n * n % 3 for n in range(67)]))
nothing = "Cross entropy of nothing is 0"
case("cross_entropy", "all ignored", deviation=nothing, ours={"y": 0.0},
     logits=signed(2, 3), labels=ids([-100, -100]))
case("cross_entropy", "no items", deviation=nothing, ours={"y": 0.0},
     logits=signed(0, 3), labels=ids([]))
case("cross_entropy", "no weight at all", deviation=nothing,
     ours={"y": 0.0, "d logits": torch.zeros(2, 5)}, logits=signed(2, 5), labels=ids([2, 2]),
     class_weights=weights)
case("cross_entropy", "negative smoothing", deviation="Label smoothing below 0 is refused",
     ours={"error": "cross_entropy: label_smoothing is -0.1, must be in [0, 1]"},
     logits=signed(2, 3), labels=ids([0, 1]), label_smoothing=-0.1)
case("cross_entropy", "a label out of range", raises=True, logits=signed(2, 3), labels=ids([0, 3]))
case("cross_entropy", "a label below 0", raises=True, logits=signed(2, 3), labels=ids([0, -1]))
case("cross_entropy", "labels of another count", raises=True, logits=signed(2, 3), labels=ids([0]))
case("cross_entropy", "weights of another count", raises=True, logits=signed(2, 3),
     labels=ids([0, 1]), class_weights=weights)
case("cross_entropy", "smoothing above 1", raises=True, logits=signed(2, 3), labels=ids([0, 1]),
     label_smoothing=1.1)
