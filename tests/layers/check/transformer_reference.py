"""Prints transformer_numbers.hpp, which transformer_test.cpp reads (made with PyTorch 1.13.1): of each
case a summary of the result, and of the gradients of the sum of the result times wave(shape, 50),
with respect to all inputs and all parameters in their order.

Parameters are filled by a formula, the k-th of a model (k = 0, 1, ...) with wave(size, k + 1) / 2,
but those of LayerNorm's weight with 1 more; the inputs are wave(size, 100), wave(size, 101).
"""
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def wave(shape, seed):
    """Numbers in [-1, 1]: element i is sin(seed + 2 i)."""
    n = math.prod(shape)
    return torch.sin(seed + 2 * torch.arange(n, dtype=torch.float64)).reshape(shape)


def fill(model):
    with torch.no_grad():
        for k, (name, p) in enumerate(model.named_parameters()):
            p.copy_(wave(p.shape, k + 1) / 2 + (1 if "norm" in name and name.endswith("weight") else 0))


def summary(values):
    """Many numbers as four: the sums weighted with wave(n, 7) and wave(n, 8), the first, the last."""
    flat = values.detach().flatten()
    parts = [(flat * wave(flat.shape, seed)).sum() for seed in (7, 8)] + [flat[0], flat[-1]]
    return "{" + ", ".join(f"{part:.12f}" for part in parts) + "}"


def show(name, model, run, *shapes):
    fill(model)
    model.train()
    inputs = [wave(shape, 100 + k).requires_grad_() for k, shape in enumerate(shapes)]
    y = run(model, *inputs)
    (y * wave(y.shape, 50)).sum().backward()
    show_all(name, y, *[x.grad for x in [*inputs, *model.parameters()]])


def show_all(name, *values):
    print(f'    {{"{name}",\n     {{' + ",\n      ".join(map(summary, values)) + "}},")


def causal(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)


print("""// Written by transformer_reference.py.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

inline const std::map<std::string, std::vector<std::array<double, 4>>> transformer_numbers = {""")

# True = do not attend; no query is left without keys, where PyTorch gives NaN.
padding = torch.tensor([[False, False, False, False], [False, True, False, True]])
per_query = torch.tensor([[[False, True, False, False], [True, False, False, True],
                           [False, False, True, True]],
                          [[True, False, False, False], [False, False, True, False],
                           [False, False, False, True]]])

options = dict(dropout=0.0, batch_first=True)
show("attention", nn.MultiheadAttention(4, 2, **options),
     lambda m, x: m(x, x, x, key_padding_mask=padding, attn_mask=causal(4))[0], (2, 4, 4))
show("cross attention, a mask for each sequence", nn.MultiheadAttention(4, 2, **options),
     lambda m, q, k: m(q, k, k, attn_mask=per_query.repeat_interleave(2, 0))[0], (2, 3, 4), (2, 4, 4))
show("other widths", nn.MultiheadAttention(4, 2, kdim=3, vdim=5, bias=False, **options),
     lambda m, q, k, v: m(q, k, v, key_padding_mask=padding)[0], (2, 3, 4), (2, 4, 3), (2, 4, 5))
attention = nn.MultiheadAttention(4, 2, **options)
fill(attention)
q, k = wave((2, 3, 4), 100), wave((2, 4, 4), 101)
for average in (True, False):
    weights = attention(q, k, k, attn_mask=per_query.repeat_interleave(2, 0),
                        average_attn_weights=average)[1]
    show_all("mean weights" if average else "weights", weights)

for norm_first in (False, True):
    for activation in ("relu", "gelu"):
        layer = nn.TransformerEncoderLayer(4, 2, 6, activation=activation, norm_first=norm_first,
                                           **options)
        show(f"encoder layer, {activation}, norm_first {norm_first}", layer,
             lambda m, x: m(x, src_key_padding_mask=padding), (2, 4, 4))
    show(f"decoder layer, norm_first {norm_first}",
         nn.TransformerDecoderLayer(4, 2, 6, norm_first=norm_first, **options),
         lambda m, x, memory: m(x, memory, tgt_mask=causal(3), memory_key_padding_mask=padding),
         (2, 3, 4), (2, 4, 4))
show("encoder", nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 6, **options), 2),
     lambda m, x: m(x, src_key_padding_mask=padding), (2, 4, 4))
show("transformer", nn.Transformer(4, 2, 2, 2, 6, **options),
     lambda m, src, tgt: m(src, tgt, tgt_mask=causal(3), src_key_padding_mask=padding,
                           memory_key_padding_mask=padding), (2, 4, 4), (2, 3, 4))

norm = nn.LayerNorm((2, 3), eps=0.1)
with torch.no_grad():
    norm.weight.copy_(wave((2, 3), 1) / 2 + 1)
    norm.bias.copy_(wave((2, 3), 2) / 2)
x = wave((2, 2, 3), 100).requires_grad_()
y = norm(x)
(y * wave(y.shape, 50)).sum().backward()
show_all("layer norm over two dimensions", y, x.grad, norm.weight.grad, norm.bias.grad)
print("};")
