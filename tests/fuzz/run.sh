#!/usr/bin/env bash
# run.sh [--executions N | --seconds S] [--jobs J] [--no-build] [TARGET ...]: builds the fuzz targets
# (preset fuzz, Clang) and runs these, or all, each for N executions or S seconds (20), J at a time
# (1).
#
# What a target learns stays in build/fuzz/corpus/TARGET, and the next run goes on from there; an
# input that ends it with a finding is build/fuzz/findings/TARGET-*, and goes through it again with
#   build/fuzz/bin/fuzz_TARGET build/fuzz/findings/TARGET-...
# Each run of a target adds a line to build/fuzz/log.tsv: date, target, executions, findings. The
# table at the end has the sums over all of them. The exit code is 1 if this run found something.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

limit=-max_total_time=20
jobs=1
build_first=yes
targets=()
while (($# > 0)); do
  case $1 in
    --executions) limit=-runs=$2 && shift 2 ;;
    --seconds) limit=-max_total_time=$2 && shift 2 ;;
    --jobs) jobs=$2 && shift 2 ;;
    --no-build) build_first=no && shift ;;
    -*) sed -n '2,4s/^# //p' "$0" >&2 && exit 2 ;;
    *) targets+=("$1") && shift ;;
  esac
done

build=build/fuzz
if [[ $build_first == yes ]]; then
  scripts/build.sh fuzz
  rm -rf "$build/seeds"
  "$build/bin/write_seeds" "$build/seeds" data
fi
if ((${#targets[@]} == 0)); then
  for source in tests/fuzz/targets/*.cpp; do targets+=("$(basename "$source" .cpp)"); done
fi
mkdir -p "$build/findings"
[[ -f $build/log.tsv ]] || printf 'date\ttarget\texecutions\tfindings\n' > "$build/log.tsv"

# The stack is small, so that recursion as deep as the input says shows; OpenBLAS, which nothing
# here uses, starts no threads.
export OPENBLAS_NUM_THREADS=1 ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=1
export UBSAN_OPTIONS=print_stacktrace=1
ulimit -s 512
# A target that ends with a finding leaves its files behind.
TMPDIR=$(mktemp -d -p "$([[ -d /dev/shm ]] && echo /dev/shm || echo /tmp)")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

dictionary_of() {
  case $1 in
    config | *_folder | safetensors | checkpoint) echo models ;;
    vectors_*) echo vectors ;;
    *) echo "$1" ;;
  esac
}

run_target() {
  local target=$1 limit=$2 build=$3
  local log=$build/log.$target.txt corpus=$build/corpus/$target dictionary=()
  mkdir -p "$corpus" "$build/seeds/$target"
  local words
  words=tests/fuzz/dictionaries/$(dictionary_of "$target").txt
  [[ ! -f $words ]] || dictionary=(-dict="$words")
  local findings=0
  "$build/bin/fuzz_$target" "$limit" "${dictionary[@]}" -max_len=4096 -timeout=10 \
    -rss_limit_mb=1024 -malloc_limit_mb=64 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$target-" "$corpus" "$build/seeds/$target" > "$log" 2>&1 ||
    findings=1
  local executions
  executions=$(awk '/number_of_executed_units/ { print $2 }' "$log")
  printf '%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$target" "${executions:-0}" "$findings" >> "$build/log.tsv"
  echo "$target: ${executions:-0} executions, $findings findings"
  if ((findings > 0)); then
    grep -m 5 -E 'NOT TRUE|does not name|bytes of memory|ERROR|SUMMARY|Test unit' "$log" || tail "$log"
  fi
}
export -f run_target dictionary_of

lines_before=$(wc -l < "$build/log.tsv")
printf '%s\n' "${targets[@]}" |
  xargs -I TARGET -P "$jobs" bash -c 'run_target "$@"' bash TARGET "$limit" "$build"

echo
echo "all runs so far:"
awk -F '\t' 'NR > 1 { executions[$2] += $3; findings[$2] += $4 }
  END { for (t in executions) printf "  %-18s %12d executions  %d findings\n", t, executions[t], findings[t] }' \
  "$build/log.tsv" | sort
! tail -n "+$((lines_before + 1))" "$build/log.tsv" | grep -qv $'\t0$'
