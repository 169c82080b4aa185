"""Prints the numbers that tests/core/quantized_table_test.cpp takes from PyTorch (1.13.1)."""
import torch

q = torch.ops.quantized
torch.set_printoptions(precision=9, sci_mode=False, linewidth=100)


def show(name, x):
    print(name, x.tolist() if x.dtype == torch.uint8 else x, sep="\n  ")


# Sixteenths, so that they are the same in Python and C++: a row of zeros, one of equal numbers, and
# others.
table = torch.tensor([[(37 * r * r + 23 * d * (r + 1)) % 61 / 16 - 2 for d in range(6)] for r in range(6)])
table[0] = 0
table[1] = 1.5
ids = torch.tensor([2, 5, 1, 0, 3, 4, 4])
offsets = torch.tensor([0, 4, 4])
weights = torch.tensor([0.5, -1.0, 2.0, 1.0, 0.25, 1.5, -0.75])

packed = q.embedding_bag_byte_prepack(table)
show("8 bits: packed", packed)
show("8 bits: unpacked", q.embedding_bag_byte_unpack(packed))
show("8 bits: sums", q.embedding_bag_byte_rowwise_offsets(packed, ids, offsets))
show("8 bits: weighted", q.embedding_bag_byte_rowwise_offsets(packed, ids, offsets, per_sample_weights=weights))

# PyTorch keeps scale and zero point of 4 bits as halves: here they are some.
table = torch.tensor([[-1.0, 0.875, -0.4375, 0.3125, 0.0, -0.9375],
                      [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
                      [-2.0, 1.75, 1.5, 0.125, -0.625, -1.875]])
packed = q.embedding_bag_4bit_prepack(table)
show("4 bits: packed", packed)
show("4 bits: unpacked", q.embedding_bag_4bit_unpack(packed))
show("4 bits: sums", q.embedding_bag_4bit_rowwise_offsets(packed, torch.tensor([0, 2, 2, 1]), torch.tensor([0, 3])))

numbers = torch.tensor([0.1, -2.7182817, 65519.0, 5e-5, 6e-8, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -0.0])
show("float16", numbers.half().float())
