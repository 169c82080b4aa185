#!/usr/bin/env bash
# completion_test.sh PROGRAM: its completion in a real bash, and in zsh and fish where they are
# installed, offers every option of its help page, the words that options take, files and folders.
set -uo pipefail
program=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${program##*/}
failed=0
fail() { echo "$name: $*" >&2; failed=1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/a folder" "$work/folder"
touch "$work/a file" "$work/file.txt"
for shell in bash zsh fish; do "$program" --completion $shell > "$work/$name.$shell"; done
cd "$work" || exit

# "--name VALUE" of every option, from the help page.
mapfile -t options < <("$program" --help | sed -nE 's/^  (-[a-z], )?(--[a-z][a-z-]*)( ([^ ]+))?( .*)?$/\2 \4/p')
((${#options[@]} > 5)) || fail "found only ${#options[@]} options in --help"

# shellcheck source=/dev/null
source "$name.bash"
function=$(complete -p "$name" | sed -nE 's/.* -F ([^ ]+) .*/\1/p')

# complete_line WORD ...: sets COMPREPLY as for the line "NAME WORD ..." with the cursor at its end.
complete_line() {
  COMP_WORDS=("$name" "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  "$function"
}
offers() {
  local each
  for each in "${COMPREPLY[@]}"; do [[ $each != "$1" ]] || return 0; done
  return 1
}
# must_offer WHAT LINE ...: the line is given as words.
must_offer() {
  local what=$1
  shift
  complete_line "$@"
  offers "$what" || fail "bash: \"$*\" does not offer \"$what\" but: ${COMPREPLY[*]}"
}
must_not_offer() {
  local what=$1
  shift
  complete_line "$@"
  ! offers "$what" || fail "bash: \"$*\" offers \"$what\""
}

for option in "${options[@]}"; do
  read -r long value <<< "$option"
  must_offer "$long" --
  must_offer "$long" "${long:0:-1}"
  case $value in
    "") ;;
    FILE*) must_offer file.txt "$long" f
      must_offer "a file" "$long" a
      must_offer folder "$long" f
      must_offer file.txt "$long" = f ;;
    DIR*) must_offer folder "$long" f
      must_offer "a folder" "$long" a
      must_not_offer file.txt "$long" f ;;
    *"|"*)
      IFS='|' read -ra words <<< "${value%,...}"
      for word in "${words[@]}"; do
        [[ $word =~ ^[a-z] ]] || continue
        [[ $word != *:* ]] || word=${word%%:*}:
        must_offer "$word" "$long" ""
        must_offer "$word" "$long" "${word:0:2}"
        must_offer "$word" "$long" = "${word:0:2}"
        must_offer "$word" "$long" =
        [[ $value != *,... ]] || must_offer "one,$word" "$long" "one,${word:0:2}"
      done ;;
    *) complete_line "$long" ""
      ((${#COMPREPLY[@]} == 0)) || fail "bash: $long $value offers ${COMPREPLY[*]}" ;;
  esac
done
complete_line --no-such
((${#COMPREPLY[@]} == 0)) || fail "bash: --no-such offers ${COMPREPLY[*]}"

# Arguments: MODEL is a folder, FILE... are files behind it, wherever options stand.
arguments=$("$program" --help | sed -nE '1s/.*\[OPTION...\]//p')
if [[ $arguments == *MODEL* ]]; then
  must_offer folder f
  must_not_offer file.txt f
  must_offer folder --threads 2 f
  must_offer folder --threads = 2 --quiet f
fi
if [[ $arguments == *FILE...* ]]; then
  must_offer file.txt model f
  must_offer file.txt --threads 2 model other f
fi

if command -v zsh > /dev/null; then
  zsh -n "$name.zsh" || fail "zsh does not read its script"
  zsh -f "$here/completion_zsh.zsh" "$name" "$work" "${options[@]}" || failed=1
fi
if command -v fish > /dev/null; then
  for option in "${options[@]}"; do
    long=${option%% *}
    offered=$(fish --no-config -c "source $name.fish; complete -C '$name ${long:0:-1}'" | cut -f1)
    grep -qxF -- "$long" <<< "$offered" || fail "fish does not offer $long but: $offered"
  done
fi
exit $failed
