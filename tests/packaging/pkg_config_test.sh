#!/bin/sh
# pkg_config_test.sh LIBDIR SOURCE PROGRAM COMPILER: builds and runs SOURCE with pkg-config's flags.
set -eu
export PKG_CONFIG_PATH="$1/pkgconfig"
flags=$(pkg-config --cflags --libs tapegrad)
# shellcheck disable=SC2086  # the flags are words
"$4" -std=c++20 "$2" -o "$3" $flags
LD_LIBRARY_PATH="$1" "$3"
