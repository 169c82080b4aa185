"""The machine, the versions, and where things are."""
import os
import pathlib
import platform
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / "build" / "bench"
BIN = BUILD / "bin"
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's PyTorch and scikit-learn
OPENMP_BLAS = "/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0"


def output(*command):
    """What a command prints, "" if it cannot be run."""
    try:
        return subprocess.run(list(map(str, command)), capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        fields = dict(re.split(r"\s*:\s*", line.strip(), maxsplit=1) for line in lines if ":" in line)
    return fields


def peer_settings():
    """Settings that may make PyTorch faster on this machine, each to be tried on top of the last: its
    own AVX-512 kernels, OpenBLAS's kernels for a processor it does not know, OpenBLAS with OpenMP.
    """
    flags = processor().get("flags", "").split()
    settings = []
    if "avx512f" in flags:
        settings += [{"ATEN_CPU_CAPABILITY": "avx512"}, {"OPENBLAS_CORETYPE": "SkylakeX"}]
    elif "avx2" in flags:
        settings += [{"OPENBLAS_CORETYPE": "Haswell"}]
    if os.path.exists(OPENMP_BLAS):
        settings += [{"LD_PRELOAD": OPENMP_BLAS}]
    return settings


def describe():
    """Lines about machine and versions, for the head of the tables."""
    cpu = processor()
    package = lambda name: output("dpkg-query", "-W", "-f", "${Version}", name) or "not there"
    kernel_info = output(BIN / "train_sentiment", "--version").splitlines()
    return [
        f"processor: {cpu.get('model name', platform.machine())} (family {cpu.get('cpu family')}, "
        f"model {cpu.get('model')}), {os.cpu_count()} threads",
        f"{', '.join(kernel_info)}; commit {output('git', '-C', TOP, 'rev-parse', '--short', 'HEAD')}",
        f"{output('c++', '--version').splitlines()[0]}; "
        f"python3-torch {package('python3-torch')}, libtorch {package('libtorch-dev')}, "
        f"fasttext {package('fasttext')}, scikit-learn {package('python3-sklearn')}",
    ]


def has_torch():
    return bool(output(PYTHON, "-c", "import torch; print(torch.__version__)"))
