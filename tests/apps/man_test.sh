#!/usr/bin/env bash
# man_test.sh PROGRAM: its manual page has all sections and options, and no fault that man or mandoc
# finds.
set -euo pipefail
program=$1
name=${program##*/}
fail() { echo "$name: $*" >&2 && exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
page=$work/$name.1
export SOURCE_DATE_EPOCH=86400
"$program" --man > "$page"
grep -q "^\.TH ${name^^} 1 1970-01-02 " "$page" || fail "the date is not that of SOURCE_DATE_EPOCH"
for section in NAME SYNOPSIS DESCRIPTION OPTIONS "EXIT STATUS" ENVIRONMENT EXAMPLES "SEE ALSO"; do
  grep -q "^\.SH $section$" "$page" || fail "there is no section $section"
done

if command -v man > /dev/null; then
  warnings=$(MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 > /dev/null)
  [[ -z $warnings ]] || fail "man: $warnings"
  MANWIDTH=80 LC_ALL=C.UTF-8 MANROFFOPT=-c man -l "$page" | col -bx > "$work/page"
  mapfile -t options < <("$program" --help | sed -nE 's/^  (-[a-z], )?(--[a-z][a-z-]*)( .*)?$/\2/p')
  for option in "${options[@]}"; do
    grep -qE -- "^ +(-[a-z], )?$option( |$)" "$work/page" || fail "man does not show $option"
  done
fi
if command -v mandoc > /dev/null; then
  mandoc -T lint -W warning "$page" || fail "mandoc finds faults"
fi
