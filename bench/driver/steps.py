"""The benchmarks of single steps: which there are, and how ours and the peer's are run in turn."""
import contextlib
import dataclasses

from . import machine, talk


@dataclasses.dataclass
class Benchmark:
    name: str
    peer: str = ""  # "torch", "libtorch" or none
    wanted: tuple = ()  # times faster than the peer, at 1 and 2 threads
    products: bool = False  # its time depends on matrix products
    threads: tuple = ()  # the only thread counts that make sense; empty: any
    limit: str = ""  # what it is held against: "triad" or "sgemm"
    limit_options: tuple = ()
    wanted_share: float = 0

    def wanted_at(self, threads):
        return self.wanted[min(threads, len(self.wanted)) - 1] if self.wanted else None


BENCHMARKS = [
    Benchmark("bag_frozen", "torch", (3,), limit="triad"),
    Benchmark("bag_dense", "torch", (15,)),
    Benchmark("bag_sparse", "torch", (6,), limit="triad"),
    Benchmark("seq_frozen", "torch", (4,), products=True),
    Benchmark("seq_dense", "torch", (10,), products=True),
    Benchmark("seq_sparse", "torch", (6,), products=True),
    Benchmark("big_dense", "torch", (150,)),
    Benchmark("big_sparse", "torch", (4,)),
    Benchmark("emb_fwd_bwd", "torch", (4,)),
    Benchmark("mlp", "torch", (1,), products=True, limit="sgemm"),
    Benchmark("mlp_products", products=True, limit="sgemm", wanted_share=0.8),
    Benchmark("transformer", "torch", (2, 2.5), products=True, limit="sgemm"),
    Benchmark("chain", "libtorch", (10,)),
    Benchmark("adam5M", "torch", (1.3, 1), limit="triad", limit_options=("n=6619136",),
              wanted_share=0.9),
    Benchmark("infer1", "libtorch", (5,), threads=(1,)),
    Benchmark("nearest", "torch", (1,), products=True, limit="sgemm"),
]


@dataclasses.dataclass
class Row:
    benchmark: Benchmark
    threads: int
    ours: float  # milliseconds of a step
    steps: int
    peer_time: float = None
    peer_steps: int = 0
    settings: str = ""  # of the peer
    done: float = 0  # a step's bytes (triad) or floating-point operations (sgemm)
    limit: float = None  # bytes or operations a second, as measured beside it

    @property
    def ratio(self):
        return self.peer_time / self.ours if self.peer_time else None

    @property
    def share(self):
        """Of the limit."""
        return self.done / (self.ours / 1000) / self.limit if self.limit else None


def ours(name, threads, *options):
    return talk.Worker([machine.BIN / "bench_steps", name, threads, *options])


def start_torch(name, threads, form, settings):
    """A PyTorch worker, or none if it has no such form."""
    command = [machine.PYTHON, machine.TOP / "bench" / "peer_torch.py", name, threads, form]
    try:
        return talk.Worker(command, settings)
    except talk.Failed as failure:
        if failure.status == 3:
            return None
        raise


def best_torch(benchmark, threads):
    """PyTorch at its best: the fastest of its forms, with every setting that makes it faster. The
    worker and a description of the settings, or none where there is no PyTorch.
    """
    name = benchmark.name
    forms = [lambda form=form: start_torch(name, threads, form, {}) for form in range(3)]
    worker, form = talk.fastest(forms)
    chosen = {}
    for setting in machine.peer_settings():
        if not benchmark.products and "ATEN_CPU_CAPABILITY" not in setting:
            continue
        tried = {**chosen, **setting}
        faster, place = talk.fastest([lambda: worker,
                                      lambda: start_torch(name, threads, form, tried)])
        if place == 1:
            chosen = tried
        worker = faster
    described = [f"form {form}"] + [f"{key}={value.rsplit('/', 2)[-2] if '/' in value else value}"
                                    for key, value in chosen.items()]
    return worker, ", ".join(described)


def start_peer(benchmark, threads):
    """The peer's worker and its settings; (None, why) if it is not there."""
    if benchmark.peer == "torch":
        if not machine.has_torch():
            return None, "python3-torch is not installed"
        return best_torch(benchmark, threads)
    if benchmark.peer == "libtorch":
        program = machine.BIN / "peer_libtorch"
        if not program.exists():
            return None, "libtorch-dev is not installed"
        starters = [lambda each=each: talk.Worker([program, benchmark.name, threads], each)
                    for each in [{}] + machine.peer_settings()[:1]]
        return talk.fastest(starters)[0], ""
    return None, ""


def run(benchmark, threads, effort):
    """One row of the table."""
    with contextlib.ExitStack() as stack:
        peer, settings = start_peer(benchmark, threads)
        own = stack.enter_context(ours(benchmark.name, threads))
        limit = None
        if benchmark.limit:
            limit = stack.enter_context(ours(benchmark.limit, threads, *benchmark.limit_options))
        if peer:
            stack.enter_context(peer)
        talk.alternate([worker for worker in (own, peer, limit) if worker], effort)
        row = Row(benchmark, threads, own.time(effort), len(own.times), settings=settings)
        if peer:
            row.peer_time, row.peer_steps = peer.time(effort), len(peer.times)
        if limit:
            row.done = own.bytes or own.flops
            row.limit = (limit.bytes or limit.flops) / (limit.time(effort) / 1000)
        return row
