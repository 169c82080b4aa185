"""Prints the numbers in trajectories_test.cpp that come from PyTorch (made with 1.13.1)."""
import torch

torch.set_default_dtype(torch.float64)


def run(make):
    x = torch.tensor([((5 * i) % 7 - 3) / 2 for i in range(6)], requires_grad=True)
    optimizer = make([x])
    for t in range(1, 6):
        if t == 4:
            optimizer.param_groups[0]["lr"] *= 0.5
        x.grad = torch.tensor([((7 * t + 3 * i) % 11 - 5) / 4 for i in range(6)])
        optimizer.step()
    return x.tolist()


optim = torch.optim
cases = {
    "SGD, momentum, dampening, decay": lambda p: optim.SGD(
        p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.2),
    "SGD, nesterov, decay": lambda p: optim.SGD(
        p, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.2),
    "Adam, other betas, large eps, decay": lambda p: optim.Adam(
        p, lr=0.1, betas=(0.8, 0.95), eps=0.1, weight_decay=0.3),
    "AdamW, other betas, large eps, decay": lambda p: optim.AdamW(
        p, lr=0.1, betas=(0.8, 0.95), eps=0.1, weight_decay=0.3),
}
for name, make in cases.items():
    print(name, "{" + ", ".join(f"{v:.12f}" for v in run(make)) + "}")
