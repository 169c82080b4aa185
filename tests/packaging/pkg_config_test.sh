#!/bin/sh
# pkg_config_test.sh LIBDIR PACKAGE SOURCE PROGRAM COMPILER: builds and runs SOURCE with pkg-config's
# flags for PACKAGE.
set -eu
export PKG_CONFIG_PATH="$1/pkgconfig"
flags=$(pkg-config --cflags --libs "$2")
# shellcheck disable=SC2086  # the flags are words
"$5" -std=c++20 "$3" -o "$4" $flags
LD_LIBRARY_PATH="$1" "$4"
