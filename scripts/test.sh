#!/usr/bin/env bash
# test.sh [PRESET] [OPTION ...]: builds a preset (release), see build.sh, and runs all its tests.
set -euo pipefail
usage=$(sed -n '2,/^set/s/^# //p' "$0")
case " $* " in *" -h "* | *" --help "*) echo "$usage" && exit ;; esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}

scripts/build.sh "$preset" "${@:2}"
ctest --preset "$preset" --parallel "$(nproc)" --progress --output-junit junit.xml
