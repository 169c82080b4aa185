#!/usr/bin/env bash
# package.sh [OPTION ...]: makes the Debian packages, with these options of cmake, in build/package.
# DEBFULLNAME and DEBEMAIL name who makes them.
set -euo pipefail
usage=$(sed -n '2,/^set/s/^# //p' "$0")
case " $* " in *" -h "* | *" --help "*) echo "$usage" && exit ;; esac
[[ ${1:--} == -* ]] || { echo "$usage" >&2 && exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for tool in dpkg-shlibdeps file; do  # without them cpack would leave dependencies out
  command -v "$tool" > /dev/null ||
    { echo "package: $tool is missing; apt-get install dpkg-dev file" >&2 && exit 1; }
done
if [[ -z ${SOURCE_DATE_EPOCH:-} ]] && git rev-parse --quiet --verify HEAD > /dev/null 2>&1; then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)  # the same sources make the same packages
  export SOURCE_DATE_EPOCH
fi
scripts/build.sh package "$@"
rm -f build/package/*.deb
cd build/package
cpack > cpack.log || { cat cpack.log >&2 && echo "package: failed: cpack" >&2 && exit 1; }
for package in *.deb; do echo "build/package/$package"; done
