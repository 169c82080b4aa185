"""Lookups in tables, one by one and in bags."""
import torch
import torch.nn.functional as F

from suite import case, computation, differentiated, given, ids, operation, signed

inf, nan = float("inf"), float("nan")


@operation
def embedding(table, ids, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False):
    y = F.embedding(ids, table, padding_idx, max_norm, norm_type, scale_grad_by_freq)
    return y if max_norm is None else {"y": y, "table after": table.detach().clone()}


case("embedding", "[2, 3] ids", table=signed(5, 4), ids=ids([[0, 4, 1], [2, 0, 1]]))
case("embedding", "a vector of ids", table=signed(5, 1), ids=ids([4, 4, 4, 0]))
case("embedding", "a single id", table=signed(3, 2), ids=ids(1))
case("embedding", "[2, 2, 2] ids", table=signed(3, 5), ids=ids([[[0, 1], [2, 2]], [[1, 1], [0, 2]]]))
case("embedding", "no ids", table=signed(3, 2), ids=ids([[], []]))
case("embedding", "no ids, no rows", table=signed(0, 2), ids=ids([]))
case("embedding", "no width", table=signed(3, 0), ids=ids([0, 2]))
case("embedding", "one row", table=signed(1, 3), ids=ids([0, 0]))
for padding in (0, 2, 4, -1, -5):
    case("embedding", f"padding {padding}", table=signed(5, 3), padding_idx=padding,
         ids=ids([[0, 4, 1], [2, 0, 1]]))
case("embedding", "padding only", table=signed(5, 3), padding_idx=0, ids=ids([[0, 0], [0, 0]]))
case("embedding", "an id out of range", raises=True, table=signed(3, 2), ids=ids([0, 3]))
case("embedding", "an id below 0", raises=True, table=signed(3, 2), ids=ids([0, -1]))
case("embedding", "padding out of range", raises=True, table=signed(3, 2), ids=ids([0]),
     padding_idx=3)


@operation
def embedding_bag(table, ids, offsets=None, weights=None, mode="mean", padding_idx=None,
                  include_last_offset=False, max_norm=None, norm_type=2.0,
                  scale_grad_by_freq=False):
    y = F.embedding_bag(ids, table, offsets, max_norm, norm_type, scale_grad_by_freq, mode,
                        per_sample_weights=weights, include_last_offset=include_last_offset,
                        padding_idx=padding_idx)
    return y if max_norm is None else {"y": y, "table after": table.detach().clone()}


some, starts = [0, 1, 2, 3, 4, 0, 2, 2], [0, 2, 2, 5]  # the second bag is empty
for mode in ("sum", "mean", "max"):
    for padding in (None, 0, 2, -1):
        options = {"mode": mode} if padding is None else {"mode": mode, "padding_idx": padding}
        what = mode if padding is None else f"{mode}, padding {padding}"
        case("embedding_bag", f"{what}, offsets", table=signed(5, 3), ids=ids(some),
             offsets=ids(starts), **options)
        case("embedding_bag", f"{what}, with the last offset", table=signed(5, 3), ids=ids(some),
             offsets=ids([*starts, len(some)]), include_last_offset=True, **options)
        case("embedding_bag", f"{what}, [3, 4] ids", table=signed(5, 2),
             ids=ids([[0, 2, 4, 2], [0, 0, 0, 0], [3, 1, 0, 4]]), **options)
    case("embedding_bag", f"{mode}, one id a bag", table=signed(4, 3), ids=ids([[3], [0], [3]]),
         mode=mode)
    case("embedding_bag", f"{mode}, empty bags at both ends", table=signed(4, 3), ids=ids([1, 3]),
         offsets=ids([0, 0, 1, 2, 2]), mode=mode)
    case("embedding_bag", f"{mode}, no bags", table=signed(4, 3), ids=ids([]), offsets=ids([]),
         mode=mode)
    case("embedding_bag", f"{mode}, empty bags only", table=signed(4, 3), ids=ids([]),
         offsets=ids([0, 0, 0]), mode=mode)
    case("embedding_bag", f"{mode}, width 1", table=signed(5, 1), ids=ids(some), offsets=ids(starts),
         mode=mode)
    case("embedding_bag", f"{mode}, a bag of length 0", raises=True,
         deviation="Bags of length 0 are zeros",
         ours={"y": torch.zeros(2, 3), "d table": torch.zeros(4, 3)}, table=signed(4, 3),
         ids=ids([[], []]), mode=mode)
case("embedding_bag", "the default is the mean", table=signed(5, 3), ids=ids(some),
     offsets=ids(starts))
case("embedding_bag", "max, ties go to the first", table=given([[1.0, 2.0], [1.0, 2.0], [1.0, 0.0]]),
     ids=ids([[0, 1, 2], [2, 1, 0]]), mode="max")
for padding in (None, 0, 2):
    options = {} if padding is None else {"padding_idx": padding}
    what = "weighted" if padding is None else f"weighted, padding {padding}"
    case("embedding_bag", f"{what}, offsets", table=signed(5, 3), ids=ids(some),
         offsets=ids(starts), weights=signed(8), mode="sum", **options)
    case("embedding_bag", f"{what}, [2, 3] ids", table=signed(5, 3), ids=ids([[0, 1, 1], [4, 0, 2]]),
         weights=signed(2, 3), mode="sum", **options)
case("embedding_bag", "weighted, the rows of a CSR matrix", table=signed(5, 3), ids=ids(some),
     offsets=ids([0, 3, 3, 8]), include_last_offset=True, weights=signed(8), mode="sum")
case("embedding_bag", "max, NaN later in the bag",
     deviation="NaN goes through a maximum", ours={"y": [[nan, nan]]},
     table=given([[1.0, nan], [nan, 2.0]], constant=True), ids=ids([[0, 1]]), mode="max")
case("embedding_bag", "an id out of range", raises=True, table=signed(3, 2), ids=ids([0, 3]),
     offsets=ids([0]))
case("embedding_bag", "an id below 0", raises=True, table=signed(3, 2), ids=ids([0, -1]),
     offsets=ids([0]))
case("embedding_bag", "ids without offsets", raises=True, table=signed(3, 2), ids=ids([0, 1]))
case("embedding_bag", "[2, 1] ids with offsets", raises=True, table=signed(3, 2),
     ids=ids([[0], [1]]), offsets=ids([0]))
case("embedding_bag", "a first offset that is not 0", raises=True, table=signed(3, 2),
     ids=ids([0, 1]), offsets=ids([1]))
case("embedding_bag", "a last offset beyond the end", raises=True, table=signed(3, 2),
     ids=ids([0, 1]), offsets=ids([0, 3]))
case("embedding_bag", "weights of a mean", raises=True, table=signed(3, 2), ids=ids([[0, 1]]),
     weights=signed(1, 2))
case("embedding_bag", "weights of another shape", raises=True, table=signed(3, 2), mode="sum",
     ids=ids([[0, 1]]), weights=signed(1, 3))
case("embedding_bag", "padding out of range", raises=True, table=signed(3, 2), ids=ids([[0, 1]]),
     padding_idx=3)
case("embedding_bag", "ids without any offset", crashes=True,
     deviation="Ids without any offset are an error",
     ours={"error": "embedding_bag: "}, table=signed(3, 2), ids=ids([0, 1]), offsets=ids([]))
case("embedding_bag", "a last offset below the count", crashes=True,
     deviation="Offsets are checked in full",
     ours={"error": "embedding_bag: "}, table=signed(3, 2), ids=ids([0, 1, 2]),
     offsets=ids([0, 1]), include_last_offset=True, mode="sum")
case("embedding_bag", "offsets that decrease", crashes=True,
     deviation="Offsets are checked in full", ours={"error": "embedding_bag: "},
     table=signed(3, 2), ids=ids([0, 1, 2]), offsets=ids([0, 2, 1]))
case("embedding_bag", "an offset beyond the end", crashes=True,
     deviation="Offsets are checked in full", ours={"error": "embedding_bag: "},
     table=signed(3, 2), ids=ids([0, 1, 2]), offsets=ids([0, 9, 1]))
case("embedding_bag", "the last offset with [2, 2] ids", crashes=True,
     deviation="`include_last_offset` with 2-D ids is an error", ours={"error": "embedding_bag: "},
     table=signed(3, 2), ids=ids([[0, 1], [2, 0]]), include_last_offset=True, mode="sum")

repeated = [[0, 4, 1], [2, 0, 1]]
for padding in (None, 0):
    options = {} if padding is None else {"padding_idx": padding}
    what = "" if padding is None else f", padding {padding}"
    case("embedding", f"scale_grad_by_freq{what}", table=signed(5, 3), ids=ids(repeated),
         scale_grad_by_freq=True, **options)
case("embedding", "max_norm of long and short rows", ids=ids([0, 1, 2, 0]), max_norm=1.0,
     table=given([[3.0, 4.0], [6.0, 8.0], [0.1, 0.2], [30.0, 40.0]]))
for norm_type in (1.0, 2.0, 3.0, 0.5, inf):
    case("embedding", f"max_norm, norm {norm_type}", table=signed(5, 3), ids=ids(repeated[0]),
         max_norm=1.0, norm_type=norm_type)
    for mode in ("sum", "mean", "max"):
        case("embedding_bag", f"max_norm, {mode}, norm {norm_type}", table=signed(5, 3),
             ids=ids(repeated), mode=mode, max_norm=1.0, norm_type=norm_type)
case("embedding", "max_norm and scale_grad_by_freq", table=signed(5, 3), ids=ids(repeated),
     max_norm=0.5, scale_grad_by_freq=True)


def lookup(seed, table, ids, padding_idx):
    """What a lookup gives that changes nothing in the padding row."""
    scaled = table.clone()
    torch.embedding_renorm_(scaled, ids[ids != padding_idx], 1.0, 2.0)
    leaf = scaled.clone().requires_grad_()
    results = differentiated(seed, {"y": F.embedding(ids, leaf, padding_idx)}, {"table": leaf})
    return {**results, "table after": scaled}


training_only = "`max_norm` is for training"
case("embedding", "max_norm and padding", deviation=training_only,
     ours=lambda seed, table, ids: lookup(seed, table, ids, 0), table=signed(5, 3),
     ids=ids(repeated), padding_idx=0, max_norm=1.0)
above = "`max_norm` and `norm_type` must be above 0"
for name in ("embedding", "embedding_bag"):
    for norm in (0.0, -1.0):
        case(name, f"max_norm {norm}", deviation=above, ours={"error": f"{name}: max_norm"},
             table=signed(3, 2), ids=ids([[0, 1]]), max_norm=norm)
case("embedding_bag", "scale_grad_by_freq of a maximum", raises=True, table=signed(3, 2),
     ids=ids([[0, 1]]), mode="max", scale_grad_by_freq=True)


@computation
def evaluation_with_max_norm(seed, table, ids):
    table = table.detach().clone()
    with torch.no_grad():
        y = F.embedding(ids, table, max_norm=0.5)
    return {"y": y, "table": table}


case("evaluation_with_max_norm", "a vector of ids", deviation=training_only,
     ours=lambda table, ids: {"y": table[ids], "table": table}, table=signed(4, 3), ids=ids([2, 0]))


def by_frequency(seed, table, ids, mode, padding_idx=None):
    """Bags [B, L] with the gradient of each row divided by the count of its id."""
    leaf = table.clone().requires_grad_()
    kept = torch.ones_like(ids) if padding_idx is None else (ids != padding_idx).long()
    counts = torch.bincount(ids.flatten(), minlength=len(table))[ids]
    rows = leaf[ids]
    rows = rows.detach() + (rows - rows.detach()) / counts.unsqueeze(-1)
    y = (rows * kept.unsqueeze(-1)).sum(1)
    if mode == "mean":
        y = y / kept.sum(1, keepdim=True).clamp(min=1)
    return differentiated(seed, {"y": y}, {"table": leaf})


for mode in ("sum", "mean"):
    for padding in (None, 2):
        options = {} if padding is None else {"padding_idx": padding}
        case("embedding_bag", f"scale_grad_by_freq, {mode}{'' if padding is None else ', padding 2'}",
             deviation="`scale_grad_by_freq` divides by the count of the row's own id",
             ours=lambda seed, table, ids: by_frequency(seed, table, ids, mode, padding),
             table=signed(4, 3), ids=ids([[0, 0, 1], [2, 3, 0]]), mode=mode,
             scale_grad_by_freq=True, **options)
