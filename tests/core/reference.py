"""Prints the numbers that the tests in tests/core/check take from PyTorch (1.13.1, float64)."""
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_printoptions(precision=12, sci_mode=False, linewidth=200)


def show(name, function, *inputs):
    """The value, and the gradients of the sum of value * (1, 2, 3, ...)."""
    leaves = [x.clone().requires_grad_() for x in inputs]
    y = function(*leaves)
    upstream = torch.arange(1.0, y.numel() + 1).reshape(y.shape)
    y.backward(upstream)
    print(name, y.detach().flatten(), *[x.grad.flatten() for x in leaves], sep="\n  ")


x = torch.tensor([-3.0, -1.0, -0.25, 0.0, 0.5, 2.0])
matrix = torch.tensor([[1.0, 2.0, -3.0], [0.5, 0.5, 4.0]])
other = torch.tensor([[2.0, -1.0, 0.5], [1.0, 3.0, -2.0]])

show("gelu", F.gelu, x)
show("sigmoid", torch.sigmoid, x)
show("tanh", torch.tanh, x)
show("relu", F.relu, x)
show("exp", torch.exp, x)
show("log", torch.log, torch.tensor([0.25, 1.0, 3.0]))
show("div", torch.div, matrix, other)
show("softmax 1", lambda t: F.softmax(t, 1), matrix)
show("softmax 0", lambda t: F.softmax(t, 0), matrix)
show("log_softmax 1", lambda t: F.log_softmax(t, 1), matrix)
show("matmul", torch.matmul, matrix, other.T)
show("linear", F.linear, matrix, other, torch.tensor([0.5, -0.5]))
show("gelu far out", F.gelu, torch.tensor([-6.0, -10.0, 10.0]))

sequences = torch.tensor([[[1.0, -2], [3, 0.5], [-1, 4]], [[0, 2], [2, -3], [0.25, 1]]])
filters = torch.tensor([[[0.5, -1], [2, 1]], [[-0.5, 3], [1, -2]]])


def conv1d(padding):
    """PyTorch has channels before time."""
    return lambda x, w, b: F.conv1d(x.transpose(1, 2), w, b, padding=padding).transpose(1, 2)


show("conv1d", conv1d(0), sequences, filters, torch.tensor([0.25, -0.5]))
show("conv1d, padding 1", conv1d(1), sequences, filters, torch.tensor([0.25, -0.5]))
wide_filters = torch.tensor([[[0.5, -1, 1], [2, 1, -0.5]]])
show("conv1d, padding 1, width 3", conv1d(1), sequences, wide_filters, torch.tensor([0.25]))
masked = torch.tensor([[False, False, True], [True, False, False]])
show("max_over_time", lambda x: x.masked_fill(masked[:, :, None], -torch.inf).max(1).values, sequences)

logits = torch.tensor([[1.0, 2, 3], [1, 0, -1], [0.5, 0.5, 0.5]])
labels, one_ignored = torch.tensor([2, 0, 1]), torch.tensor([2, -100, 1])
for weights in (None, torch.tensor([1.0, 2, 4])):
    for smoothing in (0.0, 0.1):
        options = dict(weight=weights, label_smoothing=smoothing)
        print("cross_entropy", options, "mean, sum, mean with one ignored:")
        print(F.cross_entropy(logits, labels, **options).item(),
              F.cross_entropy(logits, labels, reduction="sum", **options).item(),
              F.cross_entropy(logits, one_ignored, **options).item())
show("cross_entropy, weights, smoothed", lambda t: F.cross_entropy(t, one_ignored, **options), logits)

probabilities = torch.tensor([[0.2, 0.3, 0.5], [1, 0, 0], [0.1, 0.6, 0.2]])
class_weights = torch.tensor([1.0, 2, 4])
for smoothing in (0.0, 0.1):
    for reduction in ("mean", "sum"):
        print("cross_entropy, probabilities, weights", smoothing, reduction,
              F.cross_entropy(logits, probabilities, weight=class_weights, reduction=reduction,
                              label_smoothing=smoothing).item())
print("cross_entropy, probabilities", F.cross_entropy(logits, probabilities).item())
show("cross_entropy, probabilities, weights, smoothed",
     lambda a, b: F.cross_entropy(a, b, weight=class_weights, label_smoothing=0.1), logits, probabilities)
sequences = torch.stack([logits, logits.flip(0), 2 * logits])  # [B, T, C]
sequence_labels = torch.tensor([[2, 0, 1], [-100, 1, 1], [0, 2, 2]])
show("cross_entropy of sequences, weights",
     lambda x: F.cross_entropy(x.transpose(1, 2), sequence_labels, weight=class_weights), sequences)
show("cross_entropy of one item", lambda x: F.cross_entropy(x, torch.tensor(2)), logits[0])
show("nll_loss, weights, ignored",
     lambda x: F.nll_loss(x, one_ignored, weight=class_weights), logits)
show("nll_loss none", lambda x: F.nll_loss(x, one_ignored, weight=class_weights, reduction="none"), logits)

z, t = torch.tensor([0.0, 2, -3]), torch.tensor([1.0, 0, 1])
for pos_weight in (None, torch.tensor(3.0)):
    show(f"bce_with_logits none, {pos_weight}",
         lambda x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=pos_weight, reduction="none"), z, t)
    show(f"bce_with_logits mean, {pos_weight}",
         lambda x, y: F.binary_cross_entropy_with_logits(x, y, pos_weight=pos_weight), z, t)
show("bce_with_logits, everything",
     lambda x, y: F.binary_cross_entropy_with_logits(
         x, y, weight=torch.tensor([[1.0], [2], [0.5]]), pos_weight=class_weights, reduction="mean"),
     logits, probabilities)
show("mse_loss mean", F.mse_loss, matrix, other)
show("mse_loss none", lambda a, b: F.mse_loss(a, b, reduction="none"), matrix, other)

column = torch.tensor([[1.0], [2], [3], [4], [-5]])
ids, offsets = torch.tensor([0, 1, 2, 3, 4, 0]), torch.tensor([0, 2, 2, 5])
two_bags = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 3])
for mode in ("sum", "mean", "max"):
    for padding in (None, 0, 1):
        bag = F.embedding_bag(ids, column, offsets, mode=mode, padding_idx=padding)
        table = column.clone().requires_grad_()
        F.embedding_bag(two_bags[0], table, two_bags[1], mode=mode, padding_idx=padding).sum().backward()
        print("embedding_bag", mode, padding, bag.flatten(), table.grad.flatten())
for padding in (None, 0):
    table = torch.cat([column, 10 * column], 1).requires_grad_()
    weights = torch.tensor([0.5, 2, 3, 4]).requires_grad_()
    F.embedding_bag(two_bags[0], table, two_bags[1], mode="sum", padding_idx=padding,
                    per_sample_weights=weights).sum().backward()
    print("embedding_bag, weights", padding, table.grad[:, 0], weights.grad)

layer_norm_inputs = [torch.tensor(numbers).requires_grad_() for numbers in ([1.0, 2, 4], [1, 2, 0.5], [0.0, 1, -1])]
y = F.layer_norm(layer_norm_inputs[0], (3,), *layer_norm_inputs[1:])
y.backward(torch.tensor([1.0, -2, 3]))
print("layer_norm", y.detach(), *[x.grad for x in layer_norm_inputs], sep="\n  ")

# scale_grad_by_freq of a lookup; that of bags is wrong in this version (pytorch#190063).
table = torch.ones(4, 2, requires_grad=True)
F.embedding(torch.tensor([[0, 1, 1], [2, 0, 1]]), table, scale_grad_by_freq=True).sum().backward()
print("embedding, scale_grad_by_freq", table.grad[:, 0])

rows = torch.tensor([[3.0, 4], [6, 8], [30, 40], [0.1, -0.2], [-1, 0.5]])
for norm_type in (2.0, 1.0, float("inf"), 3.0, 0.5):
    table, of_bags = rows.clone(), rows.clone()
    F.embedding(torch.tensor([0, 3, 1, 0]), table, max_norm=1.0, norm_type=norm_type)
    bag = F.embedding_bag(torch.tensor([[0, 1], [3, 4]]), of_bags, max_norm=1.0,
                          norm_type=norm_type)
    print("max_norm", norm_type, table.flatten(), of_bags.flatten(), bag.flatten())
