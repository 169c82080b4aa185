"""Prints the numbers that tests/core/check/values_test.cpp takes from PyTorch (1.13.1, float64)."""
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
