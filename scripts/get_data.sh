#!/usr/bin/env bash
# get_data.sh [--into DIR] NAME ...: downloads published data sets and word vectors, checks them and
# unpacks them. --help has the options, docs/data.md has what is in them and what to beware of.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
sources=${TAPEGRAD_DATA_SOURCES:-$top/scripts/data_sources.txt}
into=$top/data/downloads
names=(imdb sst2 mr glove)

usage() {
  cat << END
usage: get_data.sh [--into DIR] NAME ...
       get_data.sh --list

Downloads published data sets and word vectors from their homes, checks and unpacks them.
NAME is one of: ${names[*]}. Once more, the same command downloads nothing; after Ctrl-C or a
broken connection it goes on where it was.

  --into DIR   where to (default: data/downloads in the clone)
  --list       names, sizes and licences

TAPEGRAD_DATA_SOURCES names another table of addresses and checksums than scripts/data_sources.txt.

exit codes: 0 all is there; 1 a program, room or permission is missing; 2 wrong usage;
3 not to be downloaded; 4 not the expected file; 5 an archive that cannot be used;
130 and 143 stopped by Ctrl-C and SIGTERM
END
}

say() { echo "get_data: $*"; }
die() {
  echo "get_data: ${*:2}" >&2
  exit "$1"
}

licence() {
  case $1 in
    imdb | sst2) echo "none stated; the authors ask to be cited" ;;
    mr) echo "none stated; NLTK passes it on under CC BY 4.0" ;;
    glove) echo "PDDL 1.0: public domain" ;;
  esac
}

citation() {
  case $1 in
    imdb) echo "Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011" ;;
    sst2) echo "Socher et al., Recursive Deep Models for Semantic Compositionality Over a" \
      "Sentiment Treebank, EMNLP 2013; for GLUE's files also Wang et al., GLUE, ICLR 2019" ;;
    mr) echo "Pang and Lee, Seeing stars, ACL 2005" ;;
    glove) echo "Pennington, Socher and Manning, GloVe: Global Vectors for Word Representation," \
      "EMNLP 2014" ;;
  esac
}

# The lines of the table for a name: address, bytes, SHA-256.
archives_of() { awk -v name="$1" '$1 == name { print $2, $3, $4 }' "$sources"; }

list() {
  local name
  for name in "${names[@]}"; do
    archives_of "$name" | awk -v name="$name" -v licence="$(licence "$name")" '
      { bytes += $2 } END { printf "%-6s %7.1f MB  %s\n", name, bytes / 1e6, licence }'
  done
}

needs() {
  command -v "$1" > /dev/null ||
    die 1 "$1 is missing; install it with: sudo apt-get install $1"
}

size_of() { stat --format %s "$1" 2> /dev/null || echo 0; }

free_bytes() { df --output=avail --block-size=1 "$into" | tail -n 1; }

# check_room BYTES PART: stops if there is no room for the rest of PART.
check_room() {
  [[ $1 != - ]] || return 0
  local free needed=$(($1 - $(size_of "$2")))
  free=$(free_bytes)
  ((free > needed)) ||
    die 1 "$into has room for $((free / 1000000)) MB, $((needed / 1000000 + 1)) MB are needed"
}

# download ADDRESS PART BYTES: goes on at the end of PART, if it is there.
download() {
  local address=$1 part=$2 bytes=$3 progress=--no-progress-meter try status answer
  [[ ! -t 2 ]] || progress=--progress-bar
  for try in 1 2 3 4; do
    [[ $(size_of "$part") != "$bytes" ]] || return 0
    status=0
    answer=$(curl "$progress" --fail --location --connect-timeout 30 --speed-limit 100 \
      --speed-time 60 --continue-at - --write-out '%{http_code}' --output "$part" \
      "$address") || status=$?
    if ((status == 33)) || [[ $answer == 416 ]]; then
      say "$address cannot be gone on with; downloading it from the beginning"
      rm -f "$part"
    elif ((status == 0)); then
      [[ $bytes != - ]] && (($(size_of "$part") < bytes)) || return 0
    elif ((status == 23)); then
      die 1 "$part cannot be written ($(($(free_bytes) / 1000000)) MB are free); the same command" \
        "goes on from there"
    elif [[ $answer == 4?? && $answer != 408 && $answer != 429 ]]; then
      die 3 "$address is not to be had (HTTP $answer); if it has moved, put its address into a" \
        "copy of $sources and name the copy by TAPEGRAD_DATA_SOURCES"
    elif ((status == 60 || status == 77)); then
      die 1 "curl cannot tell whether $address is genuine; if ca-certificates is missing, install it" \
        "with: sudo apt-get install ca-certificates"
    elif ((status == 6 || status == 7)); then
      break
    fi
    ((try == 4)) || sleep "$try"
  done
  die 3 "$address could not be downloaded; $(size_of "$part") bytes are kept, the same command" \
    "goes on from there"
}

# check FILE SHA256 ARCHIVE ORIGIN: whether FILE is what ARCHIVE has to be.
check() {
  local found
  [[ $2 != - ]] || return 0
  found=$(sha256sum < "$1")
  found=${found%% *}
  [[ $found != "$2" ]] || return 0
  echo "get_data: $1 is not the $3 $4" >&2
  echo "  SHA-256 expected: $2" >&2
  echo "  SHA-256 found:    $found" >&2
  return 1
}

# fetch ADDRESS BYTES SHA256: $into has the archive afterwards, and it is the right one.
fetch() {
  local address=$1 bytes=$2 sha256=$3 archive=${1##*/} origin="that was published"
  local path=$into/$archive
  if [[ $sha256 == - && -e $path.sha256 ]]; then
    read -r sha256 _ < "$path.sha256"
    origin="that came the first time (of which $archive.sha256 has the checksum)"
  fi
  if [[ -e $path ]]; then
    check "$path" "$sha256" "$archive" "$origin" ||
      die 4 "it is left as it is; move it away to download it anew"
    say "$archive is there"
  else
    say "downloading $archive from $address"
    check_room "$bytes" "$path.part"
    download "$address" "$path.part" "$bytes"
    if ! check "$path.part" "$sha256" "$archive" "$origin"; then
      mv -f "$path.part" "$path.unexpected"
      die 4 "it is kept as $archive.unexpected; the same command downloads it from the beginning." \
        "If it is another version that you trust, put its checksum into a copy of $sources"
    fi
    mv -n "$path.part" "$path"
    [[ $sha256 == - ]] || say "$archive is the one $origin (SHA-256)"
  fi
  if [[ $sha256 == - ]]; then
    (cd "$into" && sha256sum "$archive" > "$archive.sha256.new" &&
      mv "$archive.sha256.new" "$archive.sha256")
    say "nobody published a checksum of $archive: that of this one is kept in $archive.sha256," \
      "to compare later downloads with"
  fi
}

# Fails if an archive has links, or names that lead out of the folder it is unpacked in.
check_members() {
  local names kinds
  case $1 in
    *.zip) names=$(zipinfo -1 "$1") && kinds=$(zipinfo "$1") ;;
    *) names=$(tar --list --file "$1") && kinds=$(tar --list --verbose --file "$1") ;;
  esac || die 5 "$1 cannot be read; move it away to download it anew"
  ! grep -E '^/|(^|/)\.\.(/|$)' <<< "$names" >&2 ||
    die 5 "$1 has the above names, which lead out of its folder; it is not unpacked"
  ! grep '^[lhbcps]' <<< "$kinds" >&2 || die 5 "$1 has the above links; it is not unpacked"
}

# unpack ARCHIVE FOLDER. IMDB's 50,000 reviews without a label are of no use here, and left out.
unpack() {
  check_members "$1"
  say "unpacking ${1##*/}"
  case $1 in
    *.zip) unzip -q -o "$1" -d "$2" ;;
    *) tar --extract --file "$1" --directory "$2" --no-same-owner --exclude '*/unsup' ;;
  esac || die 5 "${1##*/} could not be unpacked into $2"
}

# The sentences come as Windows-1252.
prepare_mr() {
  local file
  for file in "$1"/rt-polaritydata/rt-polarity.{neg,pos}; do
    iconv -f WINDOWS-1252 -t UTF-8 "$file" > "$file.new"
    mv "$file.new" "$file"
  done
}

# GLUE's test set has no labels. Of the trees, (LABEL (LABEL word) ...), those that are not neutral
# (2 of 0 to 4) are the usual sentences, which come in lower case.
prepare_sst2() {
  local part
  mkdir "$1/sentences"
  for part in train dev test; do
    {
      printf 'label\tsentence\n'
      LC_ALL=C.UTF-8 sed -nE '/^$|^\(2 /d; s/^\([01] /0\t/; t words; s/^\([34] /1\t/; t words; Q5
        :words; s/\([0-4] //g; s/\)//g; s/.*/\L&/; p' "$1/trees/$part.txt"
    } > "$1/sentences/$part.tsv" || die 5 "trees/$part.txt has a line that is no tree"
    say "$(($(wc -l < "$1/sentences/$part.tsv") - 1)) labelled sentences in sentences/$part.tsv"
  done
}
prepare_imdb() { :; }

# shown PATH: from here, if it is below this folder, and quoted for a shell.
shown() { printf %q "$(realpath -m --relative-base=. "$1")"; }

# What to run next.
command_for() {
  local data program mr vectors="--embeddings random"
  data=$(shown "$into")
  mr=$data/mr/rt-polaritydata/rt-polarity
  program=$(shown "$top/build/release/bin/train_sentiment")
  [[ ! -e $into/glove.6B.zip ]] || vectors="--vectors $data/glove.6B.zip:glove.6B.100d.txt"
  case $1 in
    imdb) echo "$program --train $data/imdb/aclImdb/train --test $data/imdb/aclImdb/test" \
      "$vectors --seeds 1 --epochs 6 --word-dropout 0" ;;
    sst2) echo "$program --train $data/sst2/sentences/train.tsv" \
      "--dev $data/sst2/sentences/dev.tsv --test $data/sst2/sentences/test.tsv $vectors" ;;
    mr) echo "$program --train neg=$mr.neg,pos=$mr.pos $vectors --seeds 1" ;;
    glove) echo "$program --vectors $data/glove.6B.zip:glove.6B.100d.txt" ;;
  esac
}

get() {
  local name=$1 folder=$into/$1 archives=() archive address bytes sha256
  while read -r address bytes sha256; do
    archive=$into/${address##*/}
    archives+=("$archive")
    [[ -d $folder && ! -e $archive ]] || fetch "$address" "$bytes" "$sha256"
  done < <(archives_of "$name")
  ((${#archives[@]} > 0)) || die 1 "$sources has no line for $name"

  # GloVe is read out of the archive.
  if [[ $name != glove && ! -d $folder ]]; then
    unpacking=$folder.part
    rm -rf "$unpacking"
    mkdir "$unpacking"
    for archive in "${archives[@]}"; do unpack "$archive" "$unpacking"; done
    "prepare_$name" "$unpacking"
    mv -T "$unpacking" "$folder"
  fi
}

about() {
  local place=$into/$1
  [[ $1 != glove ]] || place=$into/glove.6B.zip
  say "$1 is in $(shown "$place")"
  echo "  licence: $(licence "$1")"
  echo "  cite:    $(citation "$1")"
  echo "  try:     $(command_for "$1")"
}

wanted=()
while (($# > 0)); do
  case $1 in
    --help | -h)
      usage
      exit
      ;;
    --list)
      list
      exit
      ;;
    --into)
      (($# > 1)) || die 2 "--into wants a folder"
      into=$2
      shift
      ;;
    *)
      [[ " ${names[*]} " == *" $1 "* ]] || die 2 "there is no \"$1\"; NAME is one of: ${names[*]}"
      wanted+=("$1")
      ;;
  esac
  shift
done
if ((${#wanted[@]} == 0)); then
  usage >&2
  exit 2
fi

needs curl
needs unzip
mkdir -p "$into" || die 1 "$into cannot be made"
into=$(realpath "$into")
exec {lock}< "$into"
flock --nonblock "$lock" || die 1 "another get_data.sh is at work in $into"

unpacking=
trap '[[ -z $unpacking ]] || rm -rf "$unpacking"' EXIT
trap 'say "stopped; the same command goes on from there" >&2; exit 130' INT
trap 'say "stopped; the same command goes on from there" >&2; exit 143' TERM
for name in "${wanted[@]}"; do get "$name"; done
for name in "${wanted[@]}"; do about "$name"; done
