"""Arithmetic, shapes, reductions, elementwise functions and softmax: core/ops.hpp."""
import torch
import torch.nn.functional as F

from suite import case, given, mask, operation, positive, signed

inf, nan = float("inf"), float("nan")


@operation
def add(a, b):
    return a + b


@operation
def sub(a, b):
    return a - b


@operation
def mul(a, b):
    return a * b


@operation
def div(a, b):
    return a / b


for name in ("add", "sub", "mul", "div"):
    second = positive if name == "div" else signed
    for a, b in [((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((5, 1, 3), (4, 3)), ((3,), (2, 1)),
                 ((), (2, 3)), ((2, 3), ()), ((1, 1), (1,)), ((0, 3), (3,)), ((0,), (1,)),
                 ((2, 0, 3), (2, 1, 1)), ((7, 11), (7, 1))]:
        case(name, f"{list(a)} and {list(b)}", a=signed(*a), b=second(*b))
    case(name, "shapes that do not fit", raises=True, a=signed(2, 3), b=second(4, 3))
case("div", "by zero", a=given([1.0, -1.0, 0.0]), b=given([0.0, 0.0, 0.0]))


@operation
def neg(x):
    return -x


@operation
def exp(x):
    return torch.exp(x)


@operation
def log(x):
    return torch.log(x)


@operation
def relu(x):
    return F.relu(x)


@operation
def gelu(x):
    return F.gelu(x)


@operation
def tanh(x):
    return torch.tanh(x)


@operation
def sigmoid(x):
    return torch.sigmoid(x)


far_out = [0.0, 1e-30, -1e-30, 9.0, -9.0, 40.0, -40.0]
for name in ("neg", "exp", "log", "relu", "gelu", "tanh", "sigmoid"):
    some = positive if name == "log" else signed
    for shape in [(), (1,), (7,), (3, 5), (2, 3, 4), (0,), (2, 0)]:
        case(name, str(list(shape)), x=some(*shape))
for name in ("neg", "relu", "gelu", "tanh", "sigmoid"):
    case(name, "far out", x=given(far_out))
for name in ("exp", "relu", "tanh", "sigmoid"):
    case(name, "infinite and NaN", x=given([inf, -inf, nan]))
case("exp", "far out", x=given([0.0, -80.0, 20.0]))
case("log", "of 0, below, infinite and NaN", x=given([0.0, -1.0, inf, nan, 1.0]))


@operation
def matmul(a, b):
    return torch.matmul(a, b)


for a, b in [((2, 3), (3, 4)), ((1, 1), (1, 1)), ((7, 5), (5, 3)), ((1, 5), (5, 1)),
             ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)),
             ((2, 1, 3, 4), (5, 4, 2)), ((0, 3), (3, 4)), ((2, 0), (0, 4)), ((2, 3), (3, 0)),
             ((0, 2, 3), (3, 4)), ((17, 19), (19, 13))]:
    case("matmul", f"{list(a)} and {list(b)}", a=signed(*a), b=signed(*b))
case("matmul", "inner sizes that differ", raises=True, a=signed(2, 3), b=signed(4, 3))
case("matmul", "leading sizes that differ", raises=True, a=signed(2, 3, 4), b=signed(3, 4, 5))
case("matmul", "two vectors", deviation="`matmul` wants at least two dimensions",
     ours={"error": "matmul: "}, a=signed(3), b=signed(3))


@operation
def linear(x, weight, bias=None):
    return F.linear(x, weight, bias)


for x, out in [((4, 3), 2), ((1, 1), 1), ((3,), 2), ((2, 5, 3), 4), ((0, 3), 2), ((2, 0, 3), 2),
               ((4, 0), 2), ((4, 3), 0), ((2, 3, 1, 5), 7), ((33, 17), 9)]:
    case("linear", f"{list(x)} to {out}", x=signed(*x), weight=signed(out, x[-1]))
    case("linear", f"{list(x)} to {out}, with bias",
         x=signed(*x), weight=signed(out, x[-1]), bias=signed(out))
case("linear", "widths that differ", raises=True, x=signed(2, 4), weight=signed(2, 3))


@operation
def transpose(x, axis1=-2, axis2=-1):
    return torch.transpose(x, axis1, axis2)


case("transpose", "a matrix", x=signed(3, 4))
case("transpose", "the last two of four", x=signed(2, 3, 4, 5))
case("transpose", "first and last", x=signed(2, 3, 4), axis1=0, axis2=2)
case("transpose", "first and last, counted from the end", x=signed(2, 3, 4), axis1=-3, axis2=-1)
case("transpose", "an axis with itself", x=signed(2, 3), axis1=1, axis2=1)
case("transpose", "no elements", x=signed(2, 0, 3))
case("transpose", "an axis out of range", raises=True, x=signed(2, 3), axis1=0, axis2=2)


@operation
def reshape(x, shape):
    return torch.reshape(x, shape)


for x, shape in [((2, 6), [3, 4]), ((2, 3, 4), [24]), ((6,), [1, 6, 1]), ((1,), []), ((), [1, 1]),
                 ((0, 3), [3, 0]), ((0,), [2, 0, 5])]:
    case("reshape", f"{list(x)} to {shape}", x=signed(*x), shape=shape)
case("reshape", "another count", raises=True, x=signed(2, 3), shape=[4, 2])


@operation
def concat(a, b=None, c=None, axis=0):
    return torch.cat([t for t in (a, b, c) if t is not None], axis)


case("concat", "rows", a=signed(2, 3), b=signed(4, 3))
case("concat", "three along the last axis", a=signed(2, 3), b=signed(2, 1), c=signed(2, 4), axis=-1)
case("concat", "the middle of three axes", a=signed(2, 3, 2), b=signed(2, 1, 2), axis=1)
case("concat", "one alone", a=signed(3, 2))
case("concat", "with one of no rows", a=signed(0, 3), b=signed(2, 3), c=signed(0, 3))
case("concat", "no elements at all", a=signed(2, 0), b=signed(3, 0))
case("concat", "sizes that differ", raises=True, a=signed(2, 3), b=signed(2, 4))
case("concat", "axis out of range", raises=True, a=signed(2, 3), b=signed(2, 3), axis=2)
case("concat", "an empty vector among matrices", deviation="`concat` wants equal numbers of dimensions",
     ours={"error": "concat: "}, a=signed(2, 3), b=signed(0))


@operation
def slice(x, axis, begin, end):
    return x[(builtin_slice(None),) * (axis % x.dim()) + (builtin_slice(begin, end),)]


builtin_slice = __builtins__["slice"]
case("slice", "rows", x=signed(5, 3), axis=0, begin=1, end=4)
case("slice", "the last axis", x=signed(2, 3, 7), axis=-1, begin=0, end=3)
case("slice", "the middle axis", x=signed(2, 5, 3), axis=1, begin=4, end=5)
case("slice", "everything", x=signed(4, 2), axis=0, begin=0, end=4)
case("slice", "nothing", x=signed(4, 2), axis=0, begin=2, end=2)
case("slice", "of nothing", x=signed(0, 2), axis=0, begin=0, end=0)
case("slice", "beyond the end", deviation="`slice` refuses bounds outside the axis",
     ours={"error": "slice: "}, x=signed(4, 2), axis=0, begin=2, end=9)
case("slice", "counted from the end", deviation="`slice` refuses bounds outside the axis",
     ours={"error": "slice: "}, x=signed(4, 2), axis=0, begin=-2, end=4)


@operation
def sum(x, axis=None, keep_axis=False):
    return torch.sum(x) if axis is None else torch.sum(x, axis, keepdim=keep_axis)


@operation
def mean(x, axis=None, keep_axis=False):
    return torch.mean(x) if axis is None else torch.mean(x, axis, keepdim=keep_axis)


for name in ("sum", "mean"):
    for shape in [(), (1,), (5,), (3, 7), (2, 3, 4), (0,), (3, 0), (31, 37)]:
        case(name, f"all of {list(shape)}", x=signed(*shape))
    for shape, axis in [((5,), 0), ((3, 4), 0), ((3, 4), 1), ((2, 3, 5), 1), ((2, 3, 5), -1),
                        ((1, 4), 0), ((3, 0), 1), ((0, 3), 0), ((0, 3), 1)]:
        for keep in (False, True):
            case(name, f"axis {axis} of {list(shape)}{', kept' * keep}", x=signed(*shape),
                 axis=axis, keep_axis=keep)
    case(name, "axis out of range", raises=True, x=signed(2, 3), axis=2)


@operation
def masked_mean(x, mask):
    """PyTorch has no such function; this is how it is written with it."""
    kept = (~mask).unsqueeze(-1).to(x.dtype)
    return (x * kept).sum(1) / kept.sum(1).clamp(min=1)


case("masked_mean", "some left out", x=signed(2, 3, 4), mask=mask([[0, 1, 0], [0, 0, 1]]))
case("masked_mean", "none left out", x=signed(1, 3, 5), mask=mask([[0, 0, 0]]))
case("masked_mean", "all left out", x=signed(2, 3, 1), mask=mask([[1, 1, 1], [1, 0, 1]]))
case("masked_mean", "no width", x=signed(2, 1, 0), mask=mask([[0], [1]]))


@operation
def softmax(x, axis=-1):
    return F.softmax(x, axis)


@operation
def log_softmax(x, axis=-1):
    return F.log_softmax(x, axis)


for name in ("softmax", "log_softmax"):
    for shape, axis in [((5,), -1), ((3, 4), -1), ((3, 4), 0), ((2, 3, 5), 1), ((2, 3, 5), -3),
                        ((4, 1), -1), ((1, 7), 0), ((0, 3), -1), ((3, 0), -1), ((2, 17), 1),
                        ((3, 129), -1)]:
        case(name, f"axis {axis} of {list(shape)}", x=signed(*shape), axis=axis)
    case(name, "far apart", x=given([[1e4, -1e4, 0.0], [700.0, 701.0, 702.0], [5.0, 5.0, 5.0]]))
    case(name, "-inf among others", x=given([[1.0, -inf, 2.0]]))
    case(name, "-inf only, +inf, NaN", x=given([[-inf, -inf], [inf, 0.0], [nan, 1.0], [1.0, 2.0]]))
    case(name, "axis out of range", raises=True, x=signed(2, 3), axis=2)


@operation
def dropout(x, p, training):
    return F.dropout(x, p, training)


for shape in [(), (3, 4), (0, 2), (1,)]:
    case("dropout", f"evaluation, {list(shape)}", x=signed(*shape), p=0.4, training=False)
    case("dropout", f"training with p = 0, {list(shape)}", x=signed(*shape), p=0.0, training=True)
    case("dropout", f"training with p = 1, {list(shape)}", x=signed(*shape), p=1.0, training=True)
case("dropout", "p = 1 on infinite and NaN", x=given([inf, -inf, nan, 1.0]), p=1.0, training=True)
case("dropout", "p below 0", raises=True, x=signed(3), p=-0.1, training=True)
case("dropout", "p above 1", raises=True, x=signed(3), p=1.1, training=True)
case("dropout", "p above 1 in evaluation", raises=True, x=signed(3), p=1.1, training=False)
