#!/usr/bin/env bash
# demo.sh [OPTION ...]: builds the programs, shows what padding does to gradients, and trains a
# sentiment classifier with these options of train_sentiment.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

TARGETS=apps/all "$top"/scripts/build.sh release
"$top"/build/release/bin/padding_gradients
echo
"$top"/build/release/bin/train_sentiment "$@"
