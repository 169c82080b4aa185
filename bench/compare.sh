#!/usr/bin/env bash
# compare.sh [OPTION ...] [NAME ...]: builds the benchmarks into build/bench and runs them and their
# peers in turn; --help lists options and names, README.md says what is measured.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$top/build/bench

# Ours chooses its kernels itself; the peers are tried with and without such settings.
unset OPENBLAS_CORETYPE ATEN_CPU_CAPABILITY

mkdir -p "$build"
log=$build/build.log
quietly() {
  "$@" > "$log" 2>&1 || {
    cat "$log" >&2
    echo "compare: failed: $*" >&2
    exit 1
  }
  grep -- '-- bench: ' "$log" >&2 || true
}
quietly cmake -S "$top" -B "$build" -G Ninja -D CMAKE_BUILD_TYPE=Release \
  -D TAPEGRAD_BUILD_TESTS=OFF -D TAPEGRAD_INSTALL=OFF -D TAPEGRAD_BUILD_BENCH=ON
quietly cmake --build "$build" --parallel "$(nproc)"
exec /usr/bin/python3 "$top"/bench/compare.py "$@"
