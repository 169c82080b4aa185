"""Learning-rate schedules and clipping."""
import torch
from torch.optim import lr_scheduler

from suite import case, computation, given, signed

EPOCHS = 25


def learning_rates(make, lr):
    """Those of EPOCHS epochs, in PyTorch's order of calls."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    scheduler = make(optimizer)
    rates = []
    for _ in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return {"lr": rates}


def schedule(name, make=None):
    """Registers PyTorch's schedule `name`; `make` gets the optimizer and the arguments."""
    made_by = make or (lambda optimizer, lr, **arguments: getattr(lr_scheduler, name)(optimizer,
                                                                                      **arguments))

    def run(seed, lr, **arguments):
        return learning_rates(lambda optimizer: made_by(optimizer, lr, **arguments), lr)

    run.__name__ = name
    computation(run)


def schedules(name, **settings):
    for what, arguments in settings.items():
        for lr in (1.0, 0.05):
            case(name, f"{what.replace('_', ' ')}, lr {lr}", lr=lr, **arguments)


# eta_min is a factor in ours, and OneCycleLR's max_lr is the optimizer's lr.
schedule("StepLR")
schedule("MultiStepLR")
schedule("ExponentialLR")
schedule("LinearLR")
schedule("ConstantLR")
schedule("PolynomialLR")
schedule("CosineAnnealingLR", lambda optimizer, lr, eta_min=0.0, **arguments:
         lr_scheduler.CosineAnnealingLR(optimizer, eta_min=eta_min * lr, **arguments))
schedule("CosineAnnealingWarmRestarts", lambda optimizer, lr, eta_min=0.0, **arguments:
         lr_scheduler.CosineAnnealingWarmRestarts(optimizer, eta_min=eta_min * lr, **arguments))
schedule("OneCycleLR", lambda optimizer, lr, **arguments:
         lr_scheduler.OneCycleLR(optimizer, max_lr=lr, cycle_momentum=False, **arguments))

schedules("StepLR", defaults={"step_size": 4}, half={"step_size": 1, "gamma": 0.5})
schedules("MultiStepLR", defaults={"milestones": [3, 10, 11]},
          one_twice={"milestones": [5, 5, 20], "gamma": 0.5})
schedules("ExponentialLR", one={"gamma": 0.9})
schedules("LinearLR", defaults={},
          other={"start_factor": 0.1, "end_factor": 0.6, "total_iters": 17})
schedules("ConstantLR", defaults={}, other={"factor": 0.2, "total_iters": 9})
schedules("PolynomialLR", defaults={}, other={"total_iters": 20, "power": 2.0})
schedules("CosineAnnealingLR", defaults={"T_max": 25}, rising={"T_max": 7, "eta_min": 0.1})
schedules("CosineAnnealingWarmRestarts", defaults={"T_0": 6},
          longer={"T_0": 3, "T_mult": 2, "eta_min": 0.1})
schedules("OneCycleLR", defaults={"total_steps": 26},
          linear={"total_steps": 30, "anneal_strategy": "linear", "pct_start": 0.4},
          other={"total_steps": 27, "div_factor": 10.0, "final_div_factor": 50.0},
          three_phases={"total_steps": 26, "three_phase": True})


def in_sequence(optimizer, lr, milestones):
    """LinearLR, ExponentialLR, StepLR."""
    parts = [lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=4),
             lr_scheduler.ExponentialLR(optimizer, gamma=0.9),
             lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)]
    return lr_scheduler.SequentialLR(optimizer, parts, milestones)


schedule("SequentialLR", in_sequence)
schedules("SequentialLR", three_parts={"milestones": [5, 14]})


@computation
def ReduceLROnPlateau(seed, lr, metrics, **arguments):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **arguments)
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return {"lr": rates}


falling = [5.0, 4.0, 4.5, 4.0, 3.9999, 4.1, 4.2, 3.0, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8]
for what, arguments in {
        "defaults": {}, "patience 2": {"patience": 2, "factor": 0.5},
        "patience 0, cooldown": {"patience": 0, "cooldown": 2},
        "max": {"mode": "max", "patience": 1},
        "absolute threshold": {"threshold_mode": "abs", "threshold": 0.5, "patience": 1},
        "min_lr": {"patience": 0, "factor": 0.5, "min_lr": 0.02},
        "eps": {"patience": 0, "eps": 0.01}}.items():
    case("ReduceLROnPlateau", what, lr=0.1, metrics=falling, **arguments)


def gradients_of(a, b, rows):
    pa, pb = torch.zeros_like(a), torch.zeros_like(b)
    pa.grad, pb.grad = a.detach().clone(), b.detach().clone()
    if rows is not None:
        values = b.detach()[torch.tensor(rows)]
        pb.grad = torch.sparse_coo_tensor(torch.tensor([rows]), values, b.shape).coalesce()
    return pa, pb


def dense(p):
    return p.grad.to_dense() if p.grad.is_sparse else p.grad


@computation
def clip_grad_norm(seed, a, b, max_norm, norm_type=2.0, rows=None, error_if_nonfinite=False):
    """With `rows`, the gradient b has only these."""
    pa, pb = gradients_of(a, b, rows)
    norm = torch.nn.utils.clip_grad_norm_([pa, pb], max_norm, norm_type, error_if_nonfinite)
    return {"norm": norm, "a": dense(pa), "b": dense(pb)}


@computation
def clip_grad_value(seed, a, b, clip_value):
    pa, pb = gradients_of(a, b, None)
    torch.nn.utils.clip_grad_value_([pa, pb], clip_value)
    return {"a": dense(pa), "b": dense(pb)}


inf, nan = float("inf"), float("nan")
for norm_type in (1.0, 2.0, 3.0, 0.5, inf):
    case("clip_grad_norm", f"norm {norm_type}", a=signed(3, 2), b=signed(4), max_norm=1.0,
         norm_type=norm_type)
case("clip_grad_norm", "short enough", a=signed(3, 2), b=signed(4), max_norm=100.0)
case("clip_grad_norm", "to 0", a=signed(3, 2), b=signed(4), max_norm=0.0)
case("clip_grad_norm", "exactly as long", a=given([3.0, 0.0]), b=given([4.0]), max_norm=5.0)
case("clip_grad_norm", "zeros", a=given([0.0, 0.0]), b=given([0.0]), max_norm=1.0)
case("clip_grad_norm", "nothing", a=signed(0, 2), b=signed(0), max_norm=1.0)

def scaled_rows(expected, a, b):
    """PyTorch 1.13 measures sparse gradients but leaves them as they are."""
    factor = 0.5 / (expected["norm"] + 1e-6)
    rows = torch.zeros_like(b).index_copy(0, torch.tensor([1, 2, 4]), b[[1, 2, 4]])
    return {"b": factor * rows}


case("clip_grad_norm", "rows", deviation="Clipping stops at a norm that is not finite",
     ours=scaled_rows, a=signed(3, 2), b=signed(5, 3), max_norm=0.5, rows=[1, 2, 4])
broken = {"nan": nan, "inf": inf}
stops = "Clipping stops at a norm that is not finite"
for what, value in broken.items():
    gradients = {"a": given([1.0, value, -1.0]), "b": given([2.0])}
    case("clip_grad_norm", f"{what}, asked to go on", max_norm=1.0, error_if_nonfinite=False,
         **gradients)
    case("clip_grad_norm", f"{what}, asked to stop", raises=True, max_norm=1.0,
         error_if_nonfinite=True, **gradients)
    case("clip_grad_norm", what, deviation=stops, ours={"error": "clip_grad_norm: "}, max_norm=1.0,
         **gradients)
case("clip_grad_norm", "a negative limit", deviation=stops, ours={"error": "clip_grad_norm: "},
     a=signed(3), b=signed(2), max_norm=-1.0)
case("clip_grad_value", "some beyond", a=signed(3, 2), b=signed(5), clip_value=0.5)
case("clip_grad_value", "none beyond", a=signed(3, 2), b=signed(5), clip_value=10.0)
case("clip_grad_value", "infinite and NaN", a=given([inf, -inf, nan]), b=given([0.25]),
     clip_value=0.5)
