"""The network of a sequence model in PyTorch, of the section "model" of its config.json."""

import math

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, model):
        super().__init__()
        width, target = model["d_model"], model["target_vocabulary_size"]
        self.src_embed = nn.Embedding(model["source_vocabulary_size"], width, padding_idx=0)
        self.tgt_embed = nn.Embedding(target, width, padding_idx=0)
        self.transformer = nn.Transformer(
            width, model["nhead"], model["num_encoder_layers"], model["num_decoder_layers"],
            model["dim_feedforward"], model["dropout"], batch_first=True,
            norm_first=model["norm_first"])
        self.out = nn.Linear(width, target)

    @staticmethod
    def with_positions(x):
        table = torch.zeros(x.shape[1:])
        for t in range(table.shape[0]):
            for i in range(table.shape[1]):
                angle = t / 10000 ** ((i - i % 2) / table.shape[1])
                table[t, i] = math.cos(angle) if i % 2 else math.sin(angle)
        return x + table

    def forward(self, sources, targets):  # [1, Ts], [1, T] -> [1, T, Vt]
        n = targets.shape[1]
        causal = torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
        return self.out(self.transformer(self.with_positions(self.src_embed(sources)),
                                         self.with_positions(self.tgt_embed(targets)),
                                         tgt_mask=causal))
