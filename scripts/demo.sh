#!/usr/bin/env bash
# demo.sh [OPTION ...]: builds the programs, shows what padding does to gradients, and trains a
# sentiment classifier with these options of build/release/bin/train_sentiment, whose --help has them.
set -euo pipefail
usage=$(sed -n '2,/^set/s/^# //p' "$0")
case " $* " in *" -h "* | *" --help "*) echo "$usage" && exit ;; esac
[[ ${1:--} == -* ]] || { echo "$usage" >&2 && exit 2; }
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

TARGETS=apps/all "$top"/scripts/build.sh release
"$top"/build/release/bin/padding_gradients
echo
"$top"/build/release/bin/train_sentiment "$@"
