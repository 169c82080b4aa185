"""Size and wait: a clean build, the sizes of what it made, and the start of a program."""
import shutil
import statistics
import subprocess
import time

from . import machine

FOLDER = machine.TOP / "build" / "bench-size"


def quietly(*command, **how):
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, **how)


def megabytes(path):
    return f"{path.stat().st_size / 1e6:.2f} MB"


def build_seconds():
    """A configuration and build of library and programs from nothing, without a compiler cache."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    start = time.perf_counter()
    quietly("cmake", "-S", machine.TOP, "-B", FOLDER, "-G", "Ninja", "-D",
            "CMAKE_BUILD_TYPE=Release", "-D", "TAPEGRAD_BUILD_TESTS=OFF")
    quietly("cmake", "--build", FOLDER, "-j", "2")
    return time.perf_counter() - start


def start_milliseconds(program):
    times = []
    for _ in range(50):
        start = time.perf_counter()
        quietly(program, "--version")
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def run():
    """Rows of the table: what, measured, wanted."""
    seconds = build_seconds()
    program = FOLDER / "train_sentiment"
    library = FOLDER / "libtapegrad.so"
    quietly("strip", "-o", program, FOLDER / "bin" / "train_sentiment")
    # As a shared library, which holds no more than what a program can use of it.
    quietly("c++", "-shared", "-s", "-o", library, "-Wl,--whole-archive",
            FOLDER / "libtapegrad.a", "-Wl,--no-whole-archive")
    return [
        ["clean configuration and build of library and programs, 2 jobs", f"{seconds:.0f} s",
         "120 s"],
        ["train_sentiment, stripped", megabytes(program), "5 MB"],
        ["the library, stripped, without OpenBLAS", megabytes(library), "5 MB"],
        ["start of train_sentiment (--version)", f"{start_milliseconds(program):.1f} ms", "20 ms"],
    ]
