"""Losses."""
import torch
import torch.nn.functional as F

from suite import case, differentiated, given, ids, operation, signed, unit

inf = float("inf")


def classes_second(x):
    """PyTorch wants [N, C, d]; ours has the classes last."""
    return x.movedim(-1, 1) if x.dim() > 2 else x


@operation
def cross_entropy(logits, labels=None, targets=None, class_weights=None, ignore_index=-100,
                  label_smoothing=0.0, reduction="mean"):
    """Labels, or probabilities as targets."""
    weight = None if class_weights is None else torch.tensor(class_weights)
    wanted = labels if targets is None else classes_second(targets)
    return F.cross_entropy(classes_second(logits), wanted, weight, ignore_index=ignore_index,
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
nothing = "The mean of no losses is 0"
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

for reduction in ("mean", "sum", "none"):
    options = {"class_weights": weights, "label_smoothing": 0.2, "reduction": reduction}
    case("cross_entropy", f"sequences, {reduction}", logits=signed(2, 3, 5),
         labels=ids([[0, 4, -100], [1, 1, 2]]), **options)
    case("cross_entropy", f"two more dimensions, {reduction}", logits=signed(2, 3, 2, 5),
         labels=ids([[[0, 4], [-100, 3], [2, 2]], [[1, 1], [2, 3], [4, 0]]]), **options)
    case("cross_entropy", f"one item without a batch, {reduction}", logits=signed(5),
         labels=ids(3), **options)
    for what, some in settings.items():
        case("cross_entropy", f"probabilities, {what}, {reduction}", logits=signed(4, 5),
             targets=unit(4, 5, constant=True), **some, reduction=reduction)
    case("cross_entropy", f"probabilities, sequences, {reduction}", logits=signed(2, 3, 5),
         targets=unit(2, 3, 5, constant=True), **options)
    case("cross_entropy", f"probabilities, one class, {reduction}", logits=signed(3, 1),
         targets=unit(3, 1, constant=True), reduction=reduction)
    case("cross_entropy", f"gradients of the probabilities, {reduction}", logits=signed(4, 5),
         targets=unit(4, 5), class_weights=weights, label_smoothing=0.2, reduction=reduction)
case("cross_entropy", "probabilities of another shape", raises=True, logits=signed(2, 3),
     targets=unit(2, 4, constant=True))
case("cross_entropy", "probabilities and ignore_index", raises=True, logits=signed(2, 3),
     targets=unit(2, 3, constant=True), ignore_index=1)
case("cross_entropy", "probabilities, no items", deviation=nothing, ours={"y": 0.0},
     logits=signed(0, 3), targets=unit(0, 3, constant=True))


def without_the_impossible(seed, logits):
    """The loss if the class in the middle were not there."""
    leaf = logits.requires_grad_()
    return differentiated(seed, {"y": -torch.log_softmax(leaf[0, [0, 2]], 0)[1]}, {"logits": leaf})


case("cross_entropy", "probability 0 of a class at -inf",
     deviation="A class of probability 0 costs nothing", ours=without_the_impossible,
     logits=given([[1.0, -inf, 2.0]]), targets=given([[0.0, 0.0, 1.0]], constant=True))


@operation
def nll_loss(log_p, labels, class_weights=None, ignore_index=-100, reduction="mean"):
    weight = None if class_weights is None else torch.tensor(class_weights)
    return F.nll_loss(classes_second(log_p), labels, weight, ignore_index=ignore_index,
                      reduction=reduction)


@operation
def bce_with_logits(logits, targets, weight=None, pos_weight=None, reduction="mean"):
    positive = None if pos_weight is None else torch.tensor(pos_weight)
    return F.binary_cross_entropy_with_logits(logits, targets, weight, pos_weight=positive,
                                              reduction=reduction)


@operation
def mse_loss(x, target, reduction="mean"):
    return F.mse_loss(x, target, reduction=reduction)


for reduction in ("mean", "sum", "none"):
    case("nll_loss", f"plain, {reduction}", log_p=signed(4, 5), labels=ids([3, 0, 4, 1]),
         reduction=reduction)
    case("nll_loss", f"weights, one ignored, {reduction}", log_p=signed(4, 5),
         labels=ids([3, 0, -100, 1]), class_weights=weights, reduction=reduction)
    case("nll_loss", f"another ignore_index, sequences, {reduction}", log_p=signed(2, 3, 5),
         labels=ids([[3, 0, 1], [4, 4, 1]]), ignore_index=4, reduction=reduction)
    for shape in [(5,), (3, 4), (2, 3, 4), (1,), ()]:
        what = f"{list(shape)}, {reduction}"
        case("bce_with_logits", what, logits=signed(*shape),
             targets=unit(*shape, constant=True), reduction=reduction)
        case("mse_loss", what, x=signed(*shape), target=signed(*shape), reduction=reduction)
    case("bce_with_logits", f"pos_weight, {reduction}", logits=signed(3, 4),
         targets=unit(3, 4, constant=True), pos_weight=[0.5, 1.0, 3.0, 0.0], reduction=reduction)
    case("bce_with_logits", f"gradients of the targets, {reduction}", logits=signed(3, 4),
         targets=unit(3, 4), pos_weight=[0.5, 1.0, 3.0, 0.0], weight=unit(4, constant=True),
         reduction=reduction)
    case("bce_with_logits", f"weight, {reduction}", logits=signed(3, 4),
         targets=unit(3, 4, constant=True), weight=unit(3, 4, constant=True), reduction=reduction)
    case("bce_with_logits", f"a weight for each class, pos_weight, {reduction}", logits=signed(3, 4),
         targets=unit(3, 4, constant=True), weight=unit(4, constant=True),
         pos_weight=[2.0, 1.0, 3.0, 0.5], reduction=reduction)
case("nll_loss", "all ignored", deviation=nothing, ours={"y": 0.0, "d log_p": torch.zeros(2, 3)},
     log_p=signed(2, 3), labels=ids([-100, -100]))
case("nll_loss", "a label out of range", raises=True, log_p=signed(2, 3), labels=ids([0, 3]))
case("bce_with_logits", "far out", logits=given([1000.0, -1000.0, 50.0, -50.0]),
     targets=given([0.0, 1.0, 1.0, 0.0], constant=True), reduction="none")
case("bce_with_logits", "targets 0 and 1 at 0", logits=given([0.0, 0.0]),
     targets=given([0.0, 1.0], constant=True))
case("bce_with_logits", "another shape", raises=True, logits=signed(2, 3),
     targets=unit(3, constant=True))
for name, first, second in [("bce_with_logits", "logits", "targets"), ("mse_loss", "x", "target")]:
    case(name, "no elements", deviation=nothing, ours={"y": 0.0},
         **{first: signed(0, 2), second: unit(0, 2, constant=True)})
    case(name, "no elements, sum", reduction="sum",
         **{first: signed(0, 2), second: unit(0, 2, constant=True)})
case("mse_loss", "shapes that broadcast", deviation="Losses of two tensors want one shape",
     ours={"error": "mse_loss: "}, x=signed(2, 3), target=signed(3))


@operation
def stop_gradient(x):
    return x.detach()


case("stop_gradient", "a matrix", x=signed(2, 3))
