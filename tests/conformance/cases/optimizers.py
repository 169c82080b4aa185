"""Optimizers: where 50 steps lead, with gradients of the formula."""
import torch

from suite import Input, case, computation, seed_of, signed

STEPS = 50
SHOWN = [1, 2, 5, 20, 35, 50]


def follow(optimizer, p, seed, *, rows=None, sparse=False, absent=(), lr_from_20=None):
    """The parameter after some of the steps. `rows` are those that get a gradient in each step
    (all, if it is missing); in the steps `absent` there is none at all."""
    results = {}
    for t in range(1, STEPS + 1):
        if t == 20 and lr_from_20 is not None:
            optimizer.param_groups[0]["lr"] = lr_from_20
        p.grad = None if t in absent else gradient(p, seed, t, rows, sparse)
        optimizer.step()
        if t in SHOWN:
            results[f"x after {t}"] = p.detach().clone()
    return results


def gradient(p, seed, t, rows, sparse):
    shape = list(p.shape) if rows is None else [len(rows[t - 1]), *p.shape[1:]]
    values = Input(shape, "signed")
    values.seed = seed_of(seed, t)
    values = values.tensor().detach()
    if rows is None:
        return values
    result = torch.sparse_coo_tensor(torch.tensor([rows[t - 1]], dtype=torch.int64), values, p.shape)
    return result if sparse else result.to_dense()


def leaf(x):
    return x.detach().clone().requires_grad_()


def split(options):
    """How the steps go, and what the optimizer is made with."""
    steps = {key: options.pop(key) for key in ("rows", "absent", "lr_from_20") if key in options}
    if "beta1" in options or "beta2" in options:
        options["betas"] = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
    return steps


def optimizer(torch_class, sparse_class=None):
    """Registers the operation of the class's name. With row_policy "lazy", PyTorch's `sparse_class`
    gets sparse gradients; otherwise `torch_class` gets dense ones with zeros in the other rows."""

    def run(seed, x, row_policy="exact", frozen_row=None, **options):  # PyTorch freezes no rows
        steps = split(options)
        p = leaf(x)
        lazy = row_policy == "lazy"
        made = (sparse_class if lazy else torch_class)([p], **options)
        return follow(made, p, seed, sparse=lazy, **steps)

    run.__name__ = torch_class.__name__
    return computation(run)


optimizer(torch.optim.SGD, torch.optim.SGD)
optimizer(torch.optim.Adam, torch.optim.SparseAdam)
optimizer(torch.optim.AdamW)

# Of 6 rows: 0 in every fourth step, 1 at the beginning only, 2 late, 3 never, 4 often, 5 by and by.
# In some steps there is no row at all.
some_rows = [[r for r, here in enumerate([t % 4 == 0, t <= 3, t > 44, False, t % 5 < 3, t % 11 == 7])
              if here] for t in range(1, STEPS + 1)]



def trajectories(name, what, **options):
    """A dense gradient, and rows with two policies. What exact makes up for is a series that is
    exact in float, and not quite in double."""
    case(name, what, x=signed(3, 2), **options)
    for policy in ("exact", "dense"):
        case(name, f"{what}, some rows, {policy}", x=signed(6, 2), rows=some_rows,
             row_policy=policy, tolerance=1e-9 if policy == "exact" else None, **options)


sgd = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "momentum, dampening": {"momentum": 0.8, "dampening": 0.5},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.1},
    "momentum, dampening, decay": {"momentum": 0.7, "dampening": 0.2, "weight_decay": 0.05},
    "nesterov, decay": {"momentum": 0.7, "nesterov": True, "weight_decay": 0.05},
}
for what, options in sgd.items():
    trajectories("SGD", what, lr=0.1, **options)
case("SGD", "plain, sparse", x=signed(6, 3), rows=some_rows, row_policy="lazy", lr=0.1)

adam = {
    "defaults": {},
    "lr 0.1": {"lr": 0.1},
    "other betas": {"lr": 0.05, "beta1": 0.5, "beta2": 0.9},
    "betas of 0": {"lr": 0.05, "beta1": 0.0, "beta2": 0.0},
    "a large eps": {"lr": 0.1, "eps": 0.5},
    "decay": {"lr": 0.1, "weight_decay": 0.1},
    "no decay": {"lr": 0.1, "weight_decay": 0.0},
    "decay, a large eps": {"lr": 0.1, "weight_decay": 0.3, "eps": 0.1},
}
for name in ("Adam", "AdamW"):
    for what, options in adam.items():
        trajectories(name, what, **options)

for name, options in {"SGD": {"lr": 0.1, "momentum": 0.9}, "Adam": {"lr": 0.1},
                      "AdamW": {"lr": 0.1, "weight_decay": 0.1}}.items():
    trajectories(name, "another lr from step 20 on", lr_from_20=0.01, **options)
    trajectories(name, "steps without a gradient", absent=[2, 3, 17, 18, 19, 20, 36], **options)
    case(name, "a vector", x=signed(7), **options)
    case(name, "a single number", x=signed(), **options)
    case(name, "nothing", x=signed(0, 3), **options)
    case(name, "a negative lr", raises=True, x=signed(2), **{**options, "lr": -1.0})
    case(name, "a negative decay", raises=True, x=signed(2), **{**options, "weight_decay": -1.0})
for name in ("Adam", "AdamW"):
    case(name, "a negative eps", raises=True, x=signed(2), eps=-1.0)
    case(name, "beta1 of 1", raises=True, x=signed(2), beta1=1.0)
    case(name, "beta2 below 0", raises=True, x=signed(2), beta2=-0.1)
case("SGD", "nesterov without momentum", raises=True, x=signed(2), lr=0.1, nesterov=True)
case("SGD", "nesterov with dampening", raises=True, x=signed(2), lr=0.1, momentum=0.9,
     dampening=0.1, nesterov=True)


def lazy_adam(x, seed, rows, lr=1e-3, eps=1e-8, beta1=0.9, beta2=0.999):
    """What ours does with the policy lazy: Adam's step, eps beside the corrected root, for the
    touched rows only."""
    x, m, v, results = leaf(x).detach(), torch.zeros_like(x), torch.zeros_like(x), {}
    for t in range(1, STEPS + 1):
        g = gradient(x, seed, t, rows, False)
        touched = rows[t - 1]
        m[touched] = beta1 * m[touched] + (1 - beta1) * g[touched]
        v[touched] = beta2 * v[touched] + (1 - beta2) * g[touched] ** 2
        root = v[touched].sqrt() / (1 - beta2 ** t) ** 0.5
        x[touched] -= lr / (1 - beta1 ** t) * m[touched] / (root + eps)
        if t in SHOWN:
            results[f"x after {t}"] = x.clone()
    return results


always_some = [rows or [5] for rows in some_rows]  # SparseAdam and Adagrad fail on no rows
for eps in (0.01, 0.5):
    case("Adam", f"some rows, lazy, eps {eps}",
         deviation="The lazy policy is `SparseAdam` with Adam's ε",
         ours=lambda seed, x: lazy_adam(x, seed, always_some, lr=0.1, eps=eps), x=signed(6, 2),
         rows=always_some, row_policy="lazy", lr=0.1, eps=eps)


def padded(name, **options):
    """Row 0 is padding, not zero, and never gets a gradient: decay moves it in PyTorch only."""
    rows = [[r for r in step if r != 0] for step in some_rows]

    def ours(seed, x, expected):
        return {key: torch.cat([x[:1], value[1:]]) for key, value in expected.items()}

    for policy in ("exact", "dense"):
        case(name, f"padding and decay, {policy}", deviation="The padding row is frozen",
             ours=ours, x=signed(6, 2), rows=rows, row_policy=policy, frozen_row=0, **options)


padded("SGD", lr=0.1, momentum=0.9, weight_decay=0.1)
padded("Adam", lr=0.1, weight_decay=0.1)
padded("AdamW", lr=0.1, weight_decay=0.1)

optimizer(torch.optim.Adagrad, torch.optim.Adagrad)
optimizer(torch.optim.RMSprop)

adagrad = {
    "defaults": {},
    "lr 0.5": {"lr": 0.5},
    "lr_decay": {"lr": 0.5, "lr_decay": 0.1},
    "decay": {"lr": 0.1, "weight_decay": 0.1},
    "an accumulator that begins with 2": {"lr": 0.1, "initial_accumulator_value": 2.0},
    "a large eps": {"lr": 0.1, "eps": 0.5},
}
rmsprop = {
    "defaults": {},
    "another alpha": {"lr": 0.05, "alpha": 0.5},
    "alpha of 0": {"lr": 0.05, "alpha": 0.0},
    "a large eps": {"lr": 0.05, "eps": 0.5},
    "momentum": {"lr": 0.05, "momentum": 0.9},
    "centered": {"lr": 0.05, "centered": True, "eps": 0.1},
    "centered, momentum": {"lr": 0.05, "centered": True, "momentum": 0.7, "eps": 0.1},
    "decay": {"lr": 0.05, "weight_decay": 0.1},
    "all of them": {"lr": 0.05, "alpha": 0.9, "eps": 0.01, "weight_decay": 0.1, "momentum": 0.5,
                    "centered": True},
}
for name, settings in {"Adagrad": adagrad, "RMSprop": rmsprop}.items():
    for what, options in settings.items():
        trajectories(name, what, **options)
    trajectories(name, "another lr from step 20 on", lr=0.1, lr_from_20=0.01)
    trajectories(name, "steps without a gradient", lr=0.1, absent=[2, 3, 17, 18, 19, 20, 36])
    case(name, "nothing", x=signed(0, 3))
    case(name, "a negative lr", raises=True, x=signed(2), lr=-1.0)
    case(name, "a negative eps", raises=True, x=signed(2), eps=-1.0)
    padded(name, lr=0.1, weight_decay=0.1)
case("Adagrad", "sparse", x=signed(6, 3), rows=always_some, row_policy="lazy", lr=0.1)
case("Adagrad", "sparse, lr_decay", x=signed(6, 3), rows=always_some, row_policy="lazy", lr=0.1,
     lr_decay=0.05)
case("RMSprop", "a negative alpha", raises=True, x=signed(2), alpha=-0.1)
for name in ("Adam", "AdamW"):
    trajectories(name, "amsgrad", amsgrad=True, lr=0.1, beta2=0.7)
    trajectories(name, "amsgrad, decay, a large eps", amsgrad=True, lr=0.1, weight_decay=0.2, eps=0.1)


@computation
def param_groups(seed, a, b, c, optimizer, **options):
    """Three parameters in two groups: a, and b and c with the options that end in 2."""
    second = {key[:-1]: options.pop(key) for key in list(options) if key.endswith("2")}
    leaves = [leaf(x) for x in (a, b, c)]
    made = getattr(torch.optim, optimizer)([{"params": leaves[:1]}], **options)
    made.add_param_group({"params": leaves[1:], **second})
    for t in range(1, 21):
        for place, p in enumerate(leaves):
            p.grad = gradient(p, seed, 3 * t + place, None, False)
        made.step()
    return {name: p.detach() for name, p in zip("abc", leaves)}


case("param_groups", "SGD", a=signed(3), b=signed(2, 2), c=signed(1), optimizer="SGD", lr=0.1,
     lr2=0.01, momentum2=0.9)
case("param_groups", "AdamW", a=signed(3), b=signed(2, 2), c=signed(1), optimizer="AdamW", lr=0.1,
     weight_decay=0.1, lr2=0.02, weight_decay2=0.0)
