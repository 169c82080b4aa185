#!/usr/bin/env bash
# build.sh [PRESET] [OPTION ...]: installs what is missing and builds a preset of CMakePresets.json
# (release), with these options of cmake, into build/PRESET. TARGETS names what to build, if not all.
set -euo pipefail
usage=$(sed -n '2,/^set/s/^# //p' "$0")
case " $* " in *" -h "* | *" --help "*) echo "$usage" && exit ;; esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}
if ! grep -qsF "\"configurePreset\": \"$preset\"" CMakePresets.json CMakeUserPresets.json; then
  echo "build: there is no preset \"$preset\"" >&2
  echo "$usage" >&2 && exit 2
fi
[[ ${2:--} == -* ]] || { echo "$usage" >&2 && exit 2; }

scripts/setup.sh

# A compile job can take 2 GB.
memory_jobs=$(awk '/^MemAvailable/ { print int($2 / 2000000) }' /proc/meminfo)
jobs=$(nproc)
((jobs <= memory_jobs)) || jobs=$((memory_jobs > 0 ? memory_jobs : 1))

log=build/$preset/build.log
mkdir -p "build/$preset"
quietly() {
  "$@" > "$log" 2>&1 || {
    cat "$log" >&2
    echo "build: failed: $*" >&2
    exit 1
  }
}
echo "build: configuring $preset"
quietly cmake --preset "$preset" "${@:2}"
read -ra targets <<< "${TARGETS:-all}"
compile=(cmake --build --preset "$preset" --parallel "$jobs" --target "${targets[@]}")
# By its name, ninja would first plan to make its own file anew, and tell no more.
plan=(ninja -C "build/$preset" -f /dev/stdin -n "${targets[@]}")
if "${plan[@]}" 2> /dev/null < "build/$preset/build.ninja" | grep -q 'no work to do'; then
  echo "build: nothing to compile"
elif [[ -t 1 ]]; then
  echo "build: compiling $preset with $jobs jobs; the first time takes minutes"
  "${compile[@]}"  # ninja shows how far it is
else
  echo "build: compiling $preset with $jobs jobs (log: $log); the first time takes minutes"
  quietly "${compile[@]}"
fi
