#!/usr/bin/env bash
# demo.sh [OPTION ...]: builds the programs, trains a sentiment classifier with these options of
# train_sentiment, and shows what padding does to gradients.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

TARGETS="train_sentiment classify quantize train_seq2seq padding_gradients" "$top"/scripts/build.sh release
"$top"/build/release/bin/train_sentiment "$@"
"$top"/build/release/bin/padding_gradients
