#!/usr/bin/env bash
# embed_vectors.sh GLOVE VOCABULARY > data/glove.6B.100d.words.txt.gz: of a GloVe file, the 2,000 most
# frequent words (its first lines) and those of a vocabulary (one word a line), in the file's order.
set -euo pipefail
usage=$(sed -n '2,/^set/s/^# //p' "$0")
case "$*" in -h | --help) echo "$usage" && exit ;; esac
(($# == 2)) || { echo "$usage" >&2 && exit 2; }
LC_ALL=C awk 'NR == FNR { wanted[$0]; next } FNR <= 2000 || $1 in wanted' "$2" "$1" | gzip -9n
