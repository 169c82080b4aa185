"""Prints pytorch_numbers.hpp, which check_pytorch.cpp reads (made with PyTorch 1.13.1):

    /usr/bin/python3 pytorch_reference.py > pytorch_numbers.hpp

What nn.GRU makes of three packed sequences: its outputs, its last states, and the gradients of the
last states' sum, weighted with wave(shape, 50). Parameter k is wave(shape, k + 1), x wave(shape, 100).
"""
import math

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_default_dtype(torch.float64)
lengths = [4, 2, 3]


def wave(shape, seed):
    """Numbers in [-1, 1]: element i is sin(seed + 2 i)."""
    n = math.prod(shape)
    return torch.sin(seed + 2 * torch.arange(n, dtype=torch.float64)).reshape(shape)


def show(name, values):
    numbers = ", ".join(f"{value:.15f}" for value in values.detach().flatten())
    print(f"inline const std::vector<double> {name} = {{{numbers}}};")


gru = torch.nn.GRU(3, 2, batch_first=True)
with torch.no_grad():
    for k, p in enumerate(gru.parameters()):
        p.copy_(wave(p.shape, k + 1))
x = wave((3, 4, 3), 100).requires_grad_()
packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
output, last = gru(packed)
output = pad_packed_sequence(output, batch_first=True)[0]  # [B, T, H]
(last[0] * wave((3, 2), 50)).sum().backward()

print("""// Written by pytorch_reference.py.
#pragma once

#include <vector>

namespace pytorch {
""")
show("output", output)
show("last", last[0])
show("x_gradient", x.grad)
for name, p in gru.named_parameters():
    show(f"{name}_gradient", p.grad)
print("\n}  // namespace pytorch")
