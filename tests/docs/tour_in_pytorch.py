#!/usr/bin/env python3
"""The numbers on docs/tour.md, computed by PyTorch. Exit code 77: there is no PyTorch."""

import pathlib
import re
import sys

try:
    import torch
    from torch import nn
except ImportError:
    print("no PyTorch here (python3-torch)")
    sys.exit(77)

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/tour.md"


def on_page(part):
    """The numbers with a decimal point that the program prints in this part."""
    block = re.search(rf"<!-- output: one_step {part} -->\n```text\n(.*?)```",
                      PAGE.read_text(encoding="utf-8"), re.S)
    return re.findall(r"-?\d+\.\d+", block.group(1))


def written(*tensors):
    """Numbers as the program writes them."""
    return [f"{x:.4f}".replace("-0.0000", "0.0000") for t in tensors for x in t.flatten().tolist()]


embed = nn.EmbeddingBag.from_pretrained(
    torch.tensor([[0, 0], [0.5, 0.1], [-0.3, 0.4], [0.2, -0.6], [0.1, 0.2]]),
    freeze=False, mode="mean", padding_idx=0)
out = nn.Linear(2, 2)
out.weight.data, out.bias.data = torch.tensor([[0.4, -0.2], [0.1, 0.3]]), torch.zeros(2)
sgd = torch.optim.SGD([*embed.parameters(), *out.parameters()], lr=0.5)


def forward():
    x = embed(torch.tensor([[1, 3, 0]]))
    logits = out(x)
    x.retain_grad()
    logits.retain_grad()
    return x, logits, nn.functional.cross_entropy(logits, torch.tensor([1]))


x, logits, loss = forward()
loss.backward()
sgd.step()
wanted = {
    "forward": written(x, logits, logits.softmax(1), loss),
    "backward": written(out.bias.grad, out.weight.grad, embed.weight.grad[[1, 3]]),
    "watch": ["1.0000", *written(logits.grad, x.grad)],
    "step": written(loss, forward()[2], embed.weight, out.weight, out.bias),
}
wrong = [part for part in wanted if on_page(part) != wanted[part]]
for part in wrong:
    print(f"{part}: the page has {on_page(part)}, PyTorch {wanted[part]}")
print(f"{len(wanted) - len(wrong)} of {len(wanted)} parts are PyTorch's")
sys.exit(1 if wrong else 0)
