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
    share: str = ""  # the limit it is held against: "triad" or "sgemm"
    wanted_share: float = 0

    def wanted_at(self, threads):
        return self.wanted[min(threads, len(self.wanted)) - 1] if self.wanted else None


BENCHMARKS = [
    Benchmark("bag_frozen", "torch", (3,)),
    Benchmark("bag_dense", "torch", (15,)),
    Benchmark("bag_sparse", "torch", (6,), share="triad"),
    Benchmark("seq_frozen", "torch", (4,), products=True),
    Benchmark("seq_dense", "torch", (10,), products=True),
    Benchmark("seq_sparse", "torch", (6,), products=True),
    Benchmark("big_dense", "torch", (150,)),
    Benchmark("big_sparse", "torch", (4,)),
    Benchmark("emb_fwd_bwd", "torch", (4,)),
    Benchmark("mlp", "torch", (1,), products=True, share="sgemm"),
    Benchmark("mlp_products", products=True, share="sgemm", wanted_share=0.8),
    Benchmark("chain", "libtorch", (10,)),
    Benchmark("adam5M", "torch", (1.3, 1), share="triad", wanted_share=0.9),
    Benchmark("infer1", "libtorch", (5,), threads=(1,)),
]


@dataclasses.dataclass
class Row:
    name: str
    threads: int
    ours: float  # median milliseconds of a step
    steps: int
    peer: str = ""
    peer_time: float = None
    peer_steps: int = 0
    settings: str = ""  # of the peer
    wanted: float = None
    share: float = None  # of the limit
    wanted_share: float = 0
    limit: str = ""

    @property
    def ratio(self):
        return self.peer_time / self.ours if self.peer_time else None


def ours(name, threads, *options):
    return talk.Worker([machine.BIN / "bench_steps", name, threads, *options])


def limits(threads):
    """Bytes a second of the triad and flop a second of sgemm, at this number of threads."""
    with ours("triad", threads) as triad, ours("sgemm", threads) as sgemm:
        talk.alternate([triad, sgemm], 20, 10)
        return {"triad": triad.bytes / min(triad.times) * 1000,
                "sgemm": sgemm.flops / min(sgemm.times) * 1000}


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


def run(benchmark, threads, peak, steps, limit):
    """One row of the table; `peak` is what `limits` gave for this number of threads."""
    with contextlib.ExitStack() as stack:
        peer, settings = start_peer(benchmark, threads)
        workers = [stack.enter_context(ours(benchmark.name, threads))]
        if peer:
            workers.append(stack.enter_context(peer))
        talk.alternate(workers, steps, limit)
        own = workers[0]
        row = Row(benchmark.name, threads, own.median(), len(own.times), benchmark.peer,
                  settings=settings, wanted=benchmark.wanted_at(threads))
        if peer:
            row.peer_time, row.peer_steps = peer.median(), len(peer.times)
        if benchmark.share:
            done = own.bytes if benchmark.share == "triad" else own.flops
            row.share = done / (own.median() / 1000) / peak[benchmark.share]
            row.limit, row.wanted_share = benchmark.share, benchmark.wanted_share
        return row
