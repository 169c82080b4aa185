#!/usr/bin/env bash
# exports_test.sh NM LIBRARY: fails when the shared LIBRARY exports something that is not of the
# namespace tapegrad, or a table of loops, or does not export what it should.
set -euo pipefail
exported=$("$1" --dynamic --demangle --defined-only "$2" | cut -d ' ' -f 2-)
of_tapegrad='^[A-Za-z] ((typeinfo|typeinfo name|vtable|guard variable) for )?tapegrad::'
status=0
complain() { [[ -z $2 ]] || { echo "$1:" && echo "$2" && status=1; } >&2; }

complain "exported, but not of tapegrad" "$(grep -Ev "$of_tapegrad" <<< "$exported" || true)"
complain "tables of loops" "$(grep -E '::simd_(base|avx)' <<< "$exported" || true)"
for name in 'tapegrad::f32::Tape::backward(' 'tapegrad::version()' 'vtable for tapegrad::ShapeError' \
  'typeinfo for tapegrad::ShapeError' 'tapegrad::detail::allocate_block('; do
  grep -qF "$name" <<< "$exported" || complain "not exported" "$name"
done
exit "$status"
