#!/usr/bin/env bash
# Word vectors that train_sentiment --save-vectors wrote, as other programs read them.
#   saved_vectors_test.sh TRAIN_SENTIMENT fasttext|python
# Ends with 77 (skipped) where that program is not installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
train_sentiment=$1
case $2 in
  fasttext) tool=$(command -v fasttext || true) ;;
  python) tool=$([[ -x /usr/bin/python3 ]] && echo /usr/bin/python3 || command -v python3 || true) ;;
esac
[[ -n $tool ]] || { echo "skipped: no $2 here"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for _ in {1..8}; do
  printf 'bad\ta dull film, naïve and weak\ngood\ta fine film, nice and great\n'
done > train.tsv
printf 'film 0.125 0.5 -0.25 0.75\ndull -0.5 1e-3 0.25 0.125\nnaïve 3 4 5 -6\n' > in.vec

# Saves the vectors of the one model that is the same in each run: frozen ones.
save() {
  "$train_sentiment" --train train.tsv --dev train.tsv --test train.tsv --vectors in.vec \
    --embeddings frozen --seeds 1 --epochs 1 --form tsv --header no --label-column 1 --text-column 2 \
    --save-vectors "$1" > log
  grep -q "^word vectors of frozen.*: $1$" log
}

if [[ $2 == python ]]; then
  save out.vec
  save out.bin
  "$tool" "$here/word2vec_reader.py" out.vec out.bin
  grep -qx 'film 0.125 0.5 -0.25 0.75' out.vec
  grep -qx 'naïve 3 4 5 -6' out.vec
  if grep '<pad>\|<unk>' out.vec; then exit 1; fi
  [[ $(head -1 out.vec) == "$(($(wc -l < out.vec) - 1)) 4" ]]
  exit
fi
save out.vec
sed 's/^\(\w*\)\t/__label__\1 /' train.tsv > train.txt
# With hardly any learning rate the words keep the vectors they came with.
"$tool" supervised -input train.txt -output model -pretrainedVectors out.vec -dim 4 -epoch 1 \
  -lr 1e-12 -thread 1 > log 2>&1 || { cat log; exit 1; }
printf 'film\ndull\nnaïve\nweak\n' | "$tool" print-word-vectors model.bin > read.txt
cat read.txt
grep -qx 'film 0.125 0.5 -0.25 0.75 \?' read.txt
grep -qx 'dull -0.5 0.001 0.25 0.125 \?' read.txt
grep -qx 'naïve 3 4 5 -6 \?' read.txt
