"""Initializers, and what layers begin with. Random numbers differ, so what is compared is the
distribution that PyTorch draws from and that of many of our numbers."""
import contextlib

import torch
from torch import nn

from suite import case, computation


@contextlib.contextmanager
def recorded():
    """Notes which distribution fills each tensor, by its place in memory."""
    drawn = {}
    real_uniform, real_normal = torch.Tensor.uniform_, torch.Tensor.normal_

    def uniform_(self, a=0.0, b=1.0, **_):
        drawn[self.data_ptr()] = ("uniform", a, b)
        return real_uniform(self, a, b)

    def normal_(self, mean=0.0, std=1.0, **_):
        drawn[self.data_ptr()] = ("normal", mean, std)
        return real_normal(self, mean, std)

    torch.Tensor.uniform_, torch.Tensor.normal_ = uniform_, normal_
    try:
        yield drawn
    finally:
        torch.Tensor.uniform_, torch.Tensor.normal_ = real_uniform, real_normal


def distribution(tensor, drawn):
    """[lowest, highest] of uniform numbers, [mean, std] of normal ones, or the one value."""
    if (tensor == tensor.flatten()[0]).all():
        return "value", [tensor.flatten()[0].item()]
    kind, *numbers = drawn[tensor.data_ptr()]
    return {"uniform": "bounds", "normal": "moments"}[kind], numbers


TOLERANCE = {"bounds": 3e-4, "moments": 0.015, "value": None}  # of many numbers


def initializer(name, function):
    """Registers the initializer `name`, which gets a tensor and the arguments."""

    def run(seed, shape, **arguments):
        tensor = torch.zeros(shape)
        with recorded() as drawn:
            function(tensor, **arguments)
        what, numbers = distribution(tensor, drawn)
        return {what: numbers}

    run.__name__ = "init::" + name
    computation(run)


def statistics(name, what, kind, shape=(200, 300), **arguments):
    """A case of many numbers; kind is "bounds", "moments" or "value"."""
    case("init::" + name, what, tolerance=TOLERANCE[kind], shape=list(shape), **arguments)


initializer("uniform", lambda t, low=0.0, high=1.0: nn.init.uniform_(t, low, high))
statistics("uniform", "defaults", "bounds")
statistics("uniform", "other bounds", "bounds", low=-0.5, high=3.0)
case("init::uniform", "bounds in the wrong order", raises=True, shape=[2, 3], low=1.0, high=0.0)

initializer("normal", lambda t, mean=0.0, std=1.0: nn.init.normal_(t, mean, std))
statistics("normal", "defaults", "moments")
statistics("normal", "others", "moments", mean=3.0, std=0.25)
case("init::normal", "a negative std", raises=True, shape=[2, 3], std=-1.0)

initializer("constant", lambda t, value: nn.init.constant_(t, value))
statistics("constant", "a number", "value", value=-0.75)
initializer("zeros", nn.init.zeros_)
statistics("zeros", "a matrix", "value")

shapes = [(200, 300), (3000, 20), (20, 30, 5, 20)]
initializer("xavier_uniform", nn.init.xavier_uniform_)
for shape in shapes:
    statistics("xavier_uniform", f"{list(shape)}", "bounds", shape)
statistics("xavier_uniform", "gain 2.5", "bounds", gain=2.5)
case("init::xavier_uniform", "a vector", raises=True, shape=[3])

kaiming = {"defaults": {}, "a": {"a": 5 ** 0.5}, "fan_out": {"mode": "fan_out"},
           "fan_out, a": {"mode": "fan_out", "a": 0.5}}
for nonlinearity in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
    kaiming[nonlinearity] = {"nonlinearity": nonlinearity}
initializer("kaiming_uniform", nn.init.kaiming_uniform_)
for what, arguments in kaiming.items():
    statistics("kaiming_uniform", what, "bounds", **arguments)
for shape in shapes:
    statistics("kaiming_uniform", f"{list(shape)}", "bounds", shape)
# A million numbers tell the default a = 0 from calculate_gain's 0.01.
case("init::kaiming_uniform", "defaults, closely", tolerance=2e-5, shape=[1000, 1000])
case("init::kaiming_uniform", "a vector", raises=True, shape=[3])

initializer("xavier_normal", nn.init.xavier_normal_)
for shape in shapes:
    statistics("xavier_normal", f"{list(shape)}", "moments", shape)
statistics("xavier_normal", "gain 2.5", "moments", gain=2.5)
initializer("kaiming_normal", nn.init.kaiming_normal_)
for what, arguments in kaiming.items():
    statistics("kaiming_normal", what, "moments", **arguments)
for shape in shapes:
    statistics("kaiming_normal", f"{list(shape)}", "moments", shape)
initializer("ones", nn.init.ones_)
statistics("ones", "a matrix", "value")


def whole(name, function, measure=lambda t: {"values": t}):
    """Registers an initializer of which all values, or other measures, are compared."""

    def run(seed, shape, **arguments):
        torch.manual_seed(seed)
        tensor = torch.empty(shape)
        function(tensor, **arguments)
        return measure(tensor)

    run.__name__ = "init::" + name
    computation(run)


def gram(t):
    """The products of the rows, or of the columns if these are fewer."""
    rows = t.flatten(1)
    return {"gram": rows @ rows.T if rows.shape[0] <= rows.shape[1] else rows.T @ rows}


def zeros_and_moments(t):
    zeros = (t == 0).sum(0)
    some = t[t != 0]
    return {"zeros": [zeros.min().item(), zeros.max().item()],
            "moments": [0.0, some.std(unbiased=False).item()]}


def cut_off(t):
    return {"bounds": [t.min().item(), t.max().item()],
            "moments": [t.mean().item(), t.std(unbiased=False).item()]}


whole("eye", nn.init.eye_)
whole("dirac", nn.init.dirac_)
for shape in [(3, 3), (2, 5), (5, 2), (1, 1)]:
    case("init::eye", f"{list(shape)}", shape=list(shape))
for shape in [(3, 3, 3), (2, 4, 5), (4, 2, 1), (2, 3, 3, 4), (2, 2, 3, 3, 3)]:
    case("init::dirac", f"{list(shape)}", shape=list(shape))
for shape in [(3,), (2, 3, 4)]:
    case("init::eye", f"{list(shape)}", raises=True, shape=list(shape))
case("init::dirac", "a matrix", raises=True, shape=[2, 3])
whole("orthogonal", nn.init.orthogonal_, gram)
for shape in [(5, 7), (7, 5), (4, 4), (3, 4, 2), (1, 6)]:
    case("init::orthogonal", f"{list(shape)}", shape=list(shape))
case("init::orthogonal", "gain 3", shape=[4, 6], gain=3.0)
case("init::orthogonal", "a vector", raises=True, shape=[3])
whole("sparse", nn.init.sparse_, zeros_and_moments)
for sparsity in (0.1, 0.333, 0.0):
    case("init::sparse", f"sparsity {sparsity}", tolerance=0.015, shape=[200, 300],
         sparsity=sparsity)
case("init::sparse", "another std", tolerance=0.015, shape=[100, 600], sparsity=0.5, std=2.0)
whole("trunc_normal", lambda t, mean=0.0, std=1.0, low=-2.0, high=2.0:
      nn.init.trunc_normal_(t, mean, std, low, high), cut_off)
case("init::trunc_normal", "defaults", tolerance=0.015, shape=[400, 500])
case("init::trunc_normal", "others", tolerance=0.015, shape=[400, 500], mean=1.0, std=2.0, low=0.0,
     high=1.5)


def calculate_gain(seed, nonlinearity, a=None):
    return {"gain": nn.init.calculate_gain(nonlinearity, a)}


def fans(seed, shape):
    return {"fans": list(nn.init._calculate_fan_in_and_fan_out(torch.empty(shape)))}


for function in (calculate_gain, fans):
    function.__name__ = "init::" + function.__name__
    computation(function)
for nonlinearity in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
    case("init::calculate_gain", nonlinearity, nonlinearity=nonlinearity)
for a in (0.0, 0.3, 5 ** 0.5):
    case("init::calculate_gain", f"leaky_relu, {a:.1f}", nonlinearity="leaky_relu", a=a)
for shape in [(2, 3), (4, 1), (0, 5), (7, 3, 5), (2, 3, 5, 7)]:
    case("init::fans", f"{list(shape)}", shape=list(shape))
case("init::fans", "a vector", raises=True, shape=[3])


def beginning(seed, layer, only_matrices=False, **arguments):
    """What the parameters of a layer begin with, as the initializers above say it."""
    with recorded() as drawn:
        made = getattr(nn, layer)(**arguments)
        results = {}
        for name, p in made.named_parameters():
            if p.dim() > 1 or not only_matrices:
                what, numbers = distribution(p, drawn)
                results[f"{name} {what}"] = numbers
    return results


computation(beginning)
for what, arguments in {
        "Linear": {"in_features": 40, "out_features": 30000},
        "Linear without bias": {"in_features": 700, "out_features": 90, "bias": False},
        "Conv1d": {"in_channels": 4, "out_channels": 30000, "kernel_size": 3},
        "LayerNorm": {"normalized_shape": [5]},
        "MultiheadAttention": {"embed_dim": 256, "num_heads": 4},
        "MultiheadAttention, another kdim": {"embed_dim": 256, "num_heads": 4, "kdim": 300}}.items():
    case("beginning", what, tolerance=3e-4, layer=what.split(",")[0].split()[0], **arguments)
case("beginning", "Transformer", tolerance=1e-3, layer="Transformer", d_model=128, nhead=2,
     num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=300, only_matrices=True)
for layer in ("Embedding", "EmbeddingBag"):
    case("beginning", layer, tolerance=0.015, layer=layer, num_embeddings=500, embedding_dim=200)
