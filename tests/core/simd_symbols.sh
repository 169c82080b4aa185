#!/usr/bin/env bash
# simd_symbols.sh NM OBJECT ...: fails when an object compiled for one instruction set defines an
# inline function or template under a name that other objects share. The linker could take that
# copy for everybody, and the program would stop on processors without the instruction set.
set -euo pipefail
nm=$1
shift
(($# > 0)) || { echo "no objects were given" >&2; exit 1; }
shared=$("$nm" --demangle --defined-only "$@" | grep -E '^[0-9a-f]* [wW] ' || true)
[[ -z $shared ]] || { echo "shared between instruction sets:"; echo "$shared"; exit 1; } >&2
