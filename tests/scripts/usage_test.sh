#!/usr/bin/env bash
# Every script answers --help and -h with what it is for, and refuses nonsense with exit code 2.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../scripts"
fail() { echo "$*" >&2 && exit 1; }

for script in ./*.sh; do
  for option in --help -h; do
    text=$("$script" "$option" 2>&1) || fail "$script $option: exit code $?: $text"
    grep -q "${script##*/}" <<< "$text" || fail "$script $option does not tell its usage: $text"
    ! grep -E '^#|set -e' <<< "$text" || fail "$script $option tells more than its header"
  done
  status=0
  text=$("$script" nonsense 2>&1 > /dev/null) || status=$?
  ((status == 2)) || fail "$script nonsense: exit code $status"
  [[ $text ]] || fail "$script nonsense: nothing on standard error"
done
for argument in --help -h nonsense; do
  [[ ! -e ../build/$argument ]] || fail "build/$argument was made"
done
