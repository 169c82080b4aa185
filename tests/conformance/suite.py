"""What the entries in cases/*.py are written with: operations, inputs, and `case`."""
import inspect
import json
import math
import zlib

import torch

PRIME, ROOT = 997, 7  # ROOT**k % PRIME runs through 1 .. 996 in a scrambled order
STRIDE = 101  # between the seeds of one case's inputs

OPERATIONS = {}
CASES = []


class Input:
    """An input as the file holds it (`record`) and as PyTorch gets it (`tensor`)."""

    def __init__(self, shape, kind, values=None, constant=False):
        self.shape, self.kind, self.values, self.constant = list(shape), kind, values, constant
        self.seed = None

    def numbers(self):
        """The formula that both sides compute; exact in float32. case.cpp has it too."""
        if self.values is not None:
            return self.values
        r, out = pow(ROOT, self.seed, PRIME), []
        for _ in range(math.prod(self.shape)):
            out.append({"signed": (r - 498) / 256, "positive": (r + 128) / 512,
                        "unit": r / 1024, "small": (r - 498) / 1024}[self.kind])
            r = r * ROOT % PRIME
        return out

    def tensor(self):
        dtype = {"ids": torch.int64, "mask": torch.bool}.get(self.kind, torch.float64)
        result = torch.tensor(self.numbers(), dtype=dtype).reshape(self.shape)
        return result.requires_grad_() if self.differentiable() else result

    def differentiable(self):
        return not self.constant and self.kind not in ("ids", "mask")

    def record(self):
        result = {"shape": self.shape, "kind": self.kind}
        if self.values is None:
            result["seed"] = self.seed
        else:
            result["values"] = [plain(v) for v in self.values]
        if self.constant:
            result["constant"] = True
        return result


def signed(*shape, **options):
    """Numbers in (-2, 2), up to 996 of them different."""
    return Input(shape, "signed", **options)


def positive(*shape, **options):
    """Numbers in (0.25, 2.2)."""
    return Input(shape, "positive", **options)


def unit(*shape, **options):
    """Numbers in (0, 1)."""
    return Input(shape, "unit", **options)


def given(values, **options):
    """These numbers, nested lists."""
    tensor = torch.tensor(values, dtype=torch.float64)
    return Input(tensor.shape, "signed", tensor.flatten().tolist(), **options)


def ids(values, shape=None):
    """Ids, labels or offsets, nested lists; `shape` for those without elements."""
    tensor = torch.tensor(values, dtype=torch.int64)
    return Input(tensor.shape if shape is None else shape, "ids", tensor.flatten().tolist())


def mask(values):
    """Truth values, nested lists of 0 and 1."""
    tensor = torch.tensor(values, dtype=torch.bool)
    return Input(tensor.shape, "mask", tensor.flatten().int().tolist())


def operation(function):
    """Decorator. The function gets tensors and arguments by name and returns a tensor or several
    by name; its result and the gradients of all float inputs are stored."""

    def run(seed, inputs, arguments):
        tensors = {name: value.tensor() for name, value in inputs.items()}
        results = named(function(**tensors, **arguments))
        return differentiated(seed, results, {name: tensors[name] for name, value in inputs.items()
                                              if value.differentiable()}), {}

    OPERATIONS[function.__name__] = run
    return function


def layer(call=lambda module, *inputs: module(*inputs), kind="signed"):
    """Decorator. The function makes a module from the arguments; all its parameters are set to
    numbers of the formula, of this kind ("small" ones in (-0.5, 0.5) keep an attention from looking
    at one key alone), and `call` runs it on the inputs, in the order in which the case names them.
    """

    def decorate(make):
        def run(seed, inputs, arguments):
            module = make(**arguments)
            parameters = {}
            for name, parameter in module.named_parameters():
                filled = Input(parameter.shape, kind)
                filled.seed = seed_of(seed, len(inputs) + len(parameters))
                parameter.data = filled.tensor().detach().reshape(parameter.shape)
                parameters[name] = filled
            tensors = {name: value.tensor() for name, value in inputs.items()}
            leaves = {name: tensors[name] for name, value in inputs.items()
                      if value.differentiable()}
            leaves.update(p for p in module.named_parameters() if p[1].requires_grad)
            results = named(call(module, *tensors.values()))
            return differentiated(seed, results, leaves), parameters

        OPERATIONS[make.__name__] = run
        return make

    return decorate


def computation(function):
    """Decorator for what is no differentiable operation (optimizers, initializers, schedules): the
    function gets the case's seed, tensors and arguments, and returns the results by name."""

    def run(seed, inputs, arguments):
        tensors = {name: value.tensor() for name, value in inputs.items()}
        return function(seed=seed, **tensors, **arguments), {}

    OPERATIONS[function.__name__] = run
    return function


def seed_of(seed, place):
    return (seed + STRIDE * place) % (PRIME - 1)


def named(results):
    return results if isinstance(results, dict) else {"y": results}


def differentiated(seed, results, leaves):
    """The results, and for each leaf the gradient of the sum of all results, each weighted with
    numbers of the formula."""
    loss = torch.zeros(())
    for place, result in enumerate(results.values()):
        upstream = signed(*result.shape)
        upstream.seed = seed_of(seed, 50 + place)
        loss = loss + (result * upstream.tensor().detach()).sum()
    if leaves and loss.requires_grad:
        gradients = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
    else:
        gradients = [None] * len(leaves)
    results = dict(results)
    for (name, value), gradient in zip(leaves.items(), gradients):
        if gradient is not None and gradient.is_sparse:
            gradient = gradient.to_dense()
        results["d " + name] = torch.zeros_like(value) if gradient is None else gradient
    return results


def case(name, what, *, raises=False, crashes=False, deviation=None, ours=None, tolerance=None,
         **entries):
    """Adds a case of the operation `name`. `entries` are its inputs (made with signed, ids, ...)
    and its arguments (anything else).

    raises: PyTorch must refuse the call, and so must we. crashes: the call ends the process,
    spoils its memory or gives garbage, so PyTorch is not asked; we must refuse it.
    deviation: the title in docs/deviations.md of a difference; then `ours` has what we give
    instead of PyTorch's results, by name, or {"error": TEXT} with a part of our message. It may be
    a function of the inputs, the seed, and PyTorch's results (`expected`), by these names.
    tolerance: where that of the build is too narrow, as for results that are measured."""
    full = f"{name}: {what}"
    if any(known["name"] == full for known in CASES):
        raise ValueError(f"there are two cases '{full}'")
    seed = zlib.crc32(full.encode()) % (PRIME - 1)
    inputs = {key: value for key, value in entries.items() if isinstance(value, Input)}
    arguments = {key: value for key, value in entries.items() if not isinstance(value, Input)}
    for place, value in enumerate(inputs.values()):
        value.seed = seed_of(seed, place)
    record = {"name": full, "operation": name, "seed": seed, "arguments": {key: plain(value) for key, value in arguments.items()},
              "inputs": {key: value.record() for key, value in inputs.items()}}
    if crashes:
        expected, parameters = {"error": "PyTorch was not asked"}, {}
    else:
        expected, parameters = results_of(full, OPERATIONS[name], seed, inputs, arguments, raises)
    if parameters:
        record["parameters"] = {key: value.record() for key, value in parameters.items()}
    record["expected"] = expected
    if deviation is not None:
        if callable(ours):
            ours = call_with_some(ours, seed, inputs, expected)
        base = {} if "error" in ours or "error" in expected else expected
        record["deviation"] = deviation
        record["ours"] = {**base, **{key: stored(value) for key, value in ours.items()}}
    if tolerance is not None:
        record["tolerance"] = tolerance
    CASES.append(record)


def call_with_some(function, seed, inputs, expected):
    known = {"seed": seed, "expected": {
        key: torch.tensor([float(v) for v in value["values"]]).reshape(value["shape"])
        for key, value in expected.items() if key != "error"}}
    known.update((key, value.tensor().detach()) for key, value in inputs.items())
    return function(**{key: known[key] for key in inspect.signature(function).parameters})


def results_of(name, run, seed, inputs, arguments, raises):
    if not raises:
        results, parameters = run(seed, inputs, arguments)
        return {key: stored(value) for key, value in results.items()}, parameters
    try:
        run(seed, inputs, arguments)
    except Exception as error:  # PyTorch raises anything
        return {"error": f"{type(error).__name__}: {error}".split("\n")[0]}, {}
    raise ValueError(f"PyTorch takes '{name}'")


def stored(value):
    """A result as the file holds it."""
    if isinstance(value, str):
        return value
    tensor = torch.as_tensor(value, dtype=torch.float64).detach()
    return {"shape": list(tensor.shape), "values": [plain(v) for v in tensor.flatten().tolist()]}


def plain(v):
    """A number as the shortest text that reads back as the same; JSON has no NaN."""
    if not isinstance(v, float):
        return v
    if not math.isfinite(v):
        return str(v)
    return int(v) if v == int(v) and abs(v) < 1e15 else v


def write(path):
    """All cases, one a line."""
    lines = [json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
             for record in CASES]
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")
