#!/usr/bin/env bash
# run.sh [--short] [FAULT ...]: builds train_sentiment (preset release), and runs it while it is
# killed, its disk is full, its input vanishes, its memory runs out and its training diverges; all
# of that, or these faults (the functions in faults.py). A table says what held; the exit code is 1
# if something did not. --short does a part of each, in less than 90 s.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."

TARGETS=train_sentiment scripts/build.sh release
shim=build/release/faults.so
"${CXX:-c++}" -std=c++20 -O1 -Wall -Wextra -shared -fPIC "$here/shim.cpp" -o "$shim" -ldl
unset OPENBLAS_CORETYPE
exec python3 "$here/faults.py" --program build/release/bin/train_sentiment --shim "$PWD/$shim" "$@"
