"""Prints the numbers of PyTorch in trajectories_test.cpp, schedules_test.cpp and clip_test.cpp (made
with 1.13.1)."""
import math
import warnings

import torch

torch.set_default_dtype(torch.float64)
warnings.simplefilter("ignore")  # schedulers without steps of the optimizer
optim = torch.optim
lr_scheduler = optim.lr_scheduler


def print_numbers(name, values):
    print(name, "{" + ", ".join(f"{v:.12f}" for v in values) + "}")


def parameter():
    return torch.tensor([((5 * i) % 7 - 3) / 2 for i in range(6)], requires_grad=True)


def gradient(t):
    return torch.tensor([((7 * t + 3 * i) % 11 - 5) / 4 for i in range(6)])


def run(make):
    x = parameter()
    optimizer = make([x])
    for t in range(1, 6):
        if t == 4:
            optimizer.param_groups[0]["lr"] *= 0.5
        x.grad = gradient(t)
        optimizer.step()
    return x.tolist()


optimizers = {
    "SGD, momentum, dampening, decay": lambda p: optim.SGD(
        p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.2),
    "SGD, nesterov, decay": lambda p: optim.SGD(
        p, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.2),
    "Adam, other betas, large eps, decay": lambda p: optim.Adam(
        p, lr=0.1, betas=(0.8, 0.95), eps=0.1, weight_decay=0.3),
    "AdamW, other betas, large eps, decay": lambda p: optim.AdamW(
        p, lr=0.1, betas=(0.8, 0.95), eps=0.1, weight_decay=0.3),
    "Adam, AMSGrad, decay": lambda p: optim.Adam(
        p, lr=0.1, betas=(0.8, 0.7), eps=0.1, weight_decay=0.3, amsgrad=True),
    "AdamW, AMSGrad, decay": lambda p: optim.AdamW(
        p, lr=0.1, betas=(0.8, 0.7), eps=0.1, weight_decay=0.3, amsgrad=True),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.1),
    "Adagrad, lr_decay, decay, first sum, large eps": lambda p: optim.Adagrad(
        p, lr=0.1, lr_decay=0.2, weight_decay=0.3, initial_accumulator_value=0.5, eps=0.1),
    "RMSprop": lambda p: optim.RMSprop(p),
    "RMSprop, decay, large eps": lambda p: optim.RMSprop(
        p, lr=0.1, alpha=0.8, eps=0.1, weight_decay=0.3),
    "RMSprop, momentum": lambda p: optim.RMSprop(p, lr=0.1, alpha=0.8, momentum=0.7),
    "RMSprop, centered": lambda p: optim.RMSprop(p, lr=0.1, alpha=0.8, eps=0.1, centered=True),
    "RMSprop, centered, momentum, decay": lambda p: optim.RMSprop(
        p, lr=0.1, alpha=0.8, eps=0.1, momentum=0.7, centered=True, weight_decay=0.3),
}
print("after five steps:")
for name, make in optimizers.items():
    print_numbers(name, run(make))


def two_groups():
    x, y = parameter(), parameter()
    optimizer = optim.AdamW(
        [{"params": [x], "lr": 0.1}, {"params": [y], "weight_decay": 0.5}], lr=0.02,
        weight_decay=0.1)
    scheduler = lr_scheduler.StepLR(optimizer, 2, gamma=0.3)
    for t in range(1, 6):
        x.grad, y.grad = gradient(t), gradient(t)
        optimizer.step()
        scheduler.step()
    print_numbers("two groups, the first", x.tolist())
    print_numbers("two groups, the second", y.tolist())


two_groups()


def rates(make, steps, lr=1.0):
    optimizer = optim.SGD([parameter()], lr=lr, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


L = lr_scheduler
schedules = {
    "StepLR": (lambda o: L.StepLR(o, 3, gamma=0.5), 8),
    "MultiStepLR": (lambda o: L.MultiStepLR(o, [2, 3, 3, 6], gamma=0.5), 8),
    "ExponentialLR": (lambda o: L.ExponentialLR(o, 0.9), 8),
    "CosineAnnealingLR": (lambda o: L.CosineAnnealingLR(o, 4, eta_min=0.1), 10),
    "CosineAnnealingWarmRestarts": (lambda o: L.CosineAnnealingWarmRestarts(o, 3), 8),
    "CosineAnnealingWarmRestarts, T_mult": (
        lambda o: L.CosineAnnealingWarmRestarts(o, 2, T_mult=2, eta_min=0.1), 15),
    "LinearLR": (lambda o: L.LinearLR(o), 8),
    "LinearLR, falling": (lambda o: L.LinearLR(o, 0.8, 0.2, 3), 6),
    "ConstantLR": (lambda o: L.ConstantLR(o), 8),
    "PolynomialLR": (lambda o: L.PolynomialLR(o), 8),
    "PolynomialLR, power 2": (lambda o: L.PolynomialLR(o, 4, power=2.0), 6),
    "OneCycleLR": (lambda o: L.OneCycleLR(o, 1.0, total_steps=10), 10),
    "OneCycleLR, linear": (
        lambda o: L.OneCycleLR(o, 1.0, total_steps=10, pct_start=0.45, anneal_strategy="linear",
                               div_factor=5.0, final_div_factor=100.0), 10),
    "OneCycleLR, three phases": (
        lambda o: L.OneCycleLR(o, 1.0, total_steps=10, three_phase=True), 10),
    "SequentialLR": (
        lambda o: L.SequentialLR(o, [L.ConstantLR(o, 0.1, 2), L.ExponentialLR(o, 0.9)], [3]), 8),
    "LambdaLR, linear warm-up and decay": (
        lambda o: L.LambdaLR(o, lambda e: e / 3 if e < 3 else max(0, (8 - e) / 5)), 10),
    "LambdaLR, Attention is all you need, times sqrt(d_model w)": (
        lambda o: L.LambdaLR(o, lambda e: math.sqrt(4) * min((e + 1) ** -0.5, (e + 1) * 4 ** -1.5)),
        9),
}
print("schedules from 1:")
for name, (make, steps) in schedules.items():
    print_numbers(name, rates(make, steps))


def plateau(metrics, **options):
    optimizer = optim.SGD([parameter()], lr=1.0)
    scheduler = L.ReduceLROnPlateau(optimizer, **options)
    values = []
    for metric in metrics:
        scheduler.step(metric)
        values.append(optimizer.param_groups[0]["lr"])
    return values


print_numbers("plateau", plateau([1.0] * 25))
print_numbers("plateau, min rel", plateau(
    [1, 0.95, 0.94, 0.8, 0.79, 0.78, 0.77, 0.1, math.nan, 0.09, 1], patience=1, threshold=0.1))
print_numbers("plateau, max abs, cooldown, min_lr", plateau(
    [1, 1.05, 1.2, 1.2, 1.25, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2], mode="max", patience=1,
    threshold=0.1, threshold_mode="abs", cooldown=2, factor=0.5, min_lr=0.2))
print_numbers("plateau, max rel, eps", plateau(
    [2, 2.1, 2.3, 2.3, 2.3, 2.3, 2.3], mode="max", patience=0, threshold=0.1, factor=0.5, eps=0.2))


def clipped(norm_type, max_norm):
    x, y = parameter(), parameter()
    x.grad, y.grad = gradient(1), gradient(2)
    norm = torch.nn.utils.clip_grad_norm_([x, y], max_norm, norm_type)
    return [norm.item(), *x.grad.tolist(), *y.grad[:2].tolist()]


print("clipping: the norm before, gradients behind")
for p in (2.0, 1.0, 3.5, 0.5, math.inf):
    print_numbers(f"p = {p}", clipped(p, 0.7))
