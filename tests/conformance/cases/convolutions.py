"""Convolutions over sequences [B, T, D], and what follows them."""
import torch
import torch.nn.functional as F
from torch import nn

from suite import case, layer, mask, operation, signed


@operation
def conv1d(x, weight, bias=None, padding=0):
    return F.conv1d(x.transpose(1, 2), weight, bias, padding=padding).transpose(1, 2)


for (b, t, d), out, k in [((2, 5, 3), 4, 2), ((1, 4, 1), 1, 4), ((2, 1, 3), 2, 1), ((3, 7, 2), 5, 3),
                          ((0, 4, 3), 2, 2), ((2, 33, 5), 7, 5)]:
    for padding in sorted({0, 1, k}):
        what = f"[{b}, {t}, {d}] to {out}, width {k}, padding {padding}"
        case("conv1d", what, x=signed(b, t, d), weight=signed(out, d, k), padding=padding)
        case("conv1d", f"{what}, with bias", x=signed(b, t, d), weight=signed(out, d, k),
             bias=signed(out), padding=padding)
case("conv1d", "a window longer than the sequence", raises=True, x=signed(1, 2, 3),
     weight=signed(2, 3, 3))
case("conv1d", "another width", raises=True, x=signed(1, 5, 2), weight=signed(2, 3, 3))


@layer(call=lambda module, x: module(x.transpose(1, 2)).transpose(1, 2))
def Conv1d(in_channels, out_channels, kernel_size, padding=0, bias=True):
    return nn.Conv1d(in_channels, out_channels, kernel_size, padding=padding, bias=bias)


case("Conv1d", "defaults", x=signed(2, 5, 3), in_channels=3, out_channels=2, kernel_size=3)
case("Conv1d", "padding, without bias", x=signed(2, 2, 3), in_channels=3, out_channels=2,
     kernel_size=3, padding=1, bias=False)


@operation
def max_over_time(x, mask):
    """PyTorch has no such function; this is how it is written with it."""
    y = x.masked_fill(mask.unsqueeze(-1), float("-inf")).max(1).values
    return torch.where(mask.all(1, keepdim=True), torch.zeros(()), y)


case("max_over_time", "nothing left out", x=signed(2, 5, 3), mask=mask([[0] * 5, [0] * 5]))
case("max_over_time", "some left out", x=signed(2, 4, 3), mask=mask([[0, 1, 0, 1], [1, 0, 0, 0]]))
case("max_over_time", "all left out", x=signed(2, 2, 3), mask=mask([[1, 1], [0, 1]]))
case("max_over_time", "one position, width 1", x=signed(1, 1, 1), mask=mask([[0]]))
