#!/usr/bin/env python3
"""Prints the numbers of PyTorch in seq2seq_test.cpp (PyTorch 1.13).

A small network of embeddings, positions, torch.nn.Transformer and a linear layer, every parameter of
which is a sine of the place of its elements and of its name.
"""

import math

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.src_embed = nn.Embedding(6, 8, padding_idx=0)
        self.tgt_embed = nn.Embedding(5, 8, padding_idx=0)
        self.transformer = nn.Transformer(
            8, 2, num_encoder_layers=1, num_decoder_layers=2, dim_feedforward=16, dropout=0.0,
            batch_first=True, norm_first=True)
        self.out = nn.Linear(8, 5)

    def positions(self, x):
        table = torch.zeros(x.shape[1], 8)
        for t in range(x.shape[1]):
            for i in range(0, 8, 2):
                angle = t / 10000 ** (i / 8)
                table[t, i], table[t, i + 1] = math.sin(angle), math.cos(angle)
        return x + table

    def forward(self, sources, targets):
        n = targets.shape[1]
        causal = torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
        padding = sources == 0
        return self.out(self.transformer(
            self.positions(self.src_embed(sources)), self.positions(self.tgt_embed(targets)),
            tgt_mask=causal, src_key_padding_mask=padding, memory_key_padding_mask=padding))


torch.set_default_dtype(torch.float64)
net = Net()
with torch.no_grad():
    for name, p in net.named_parameters():
        phase = sum(name.encode())
        values = [0.5 * math.sin(0.37 * i + phase) for i in range(p.numel())]
        p.copy_(torch.tensor(values).reshape(p.shape))
    net.src_embed.weight[0] = 0
    net.tgt_embed.weight[0] = 0
#Recorded, so that PyTorch takes the plain path of its encoder.
with torch.enable_grad():
    logits = net(torch.tensor([[2, 3, 4], [5, 2, 0]]), torch.tensor([[3, 2, 1], [3, 4, 2]]))
for row in logits.reshape(-1, 5):
    print(", ".join(f"{x:.6f}" for x in row.tolist()))
