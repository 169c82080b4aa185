#!/usr/bin/env bash
# packages.sh [PACKAGE ...]: looks into the Debian packages, which it makes unless they are given, and
# builds and runs outside projects with what they hold, unpacked in build/packages. Then it builds a
# parent project that takes the sources in. Takes minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source_dir=$PWD
tests=$source_dir/tests/packaging
work=$source_dir/build/packages
root=$work/root
fail() { echo "packages: $*" >&2 && exit 1; }

rm -rf "$work"
mkdir -p "$root"
packages=("$@")
if ((${#packages[@]} == 0)); then
  mapfile -t packages < <(scripts/package.sh | grep '\.deb$')
fi
((${#packages[@]} == 3)) || fail "wanted three packages, got ${packages[*]:-none}"

field() { dpkg-deb --field "$1" "$2"; }

# must_depend PACKAGE NAME ...: its Depends have each of these.
must_depend() {
  local name depends
  depends=", $(field "$1" Depends),"
  for name in "${@:2}"; do
    grep -qE "[,|] $name[ ,]" <<< "$depends" || fail "$1 does not depend on $name: $depends"
  done
}

for package in "${packages[@]}"; do
  name=$(field "$package" Package)
  version=$(field "$package" Version)
  contents=$(dpkg-deb --contents "$package")
  grep -q " ./usr/share/doc/$name/copyright$" <<< "$contents" || fail "$name has no copyright"
  ! grep -vE ' ./(usr/.*)?$' <<< "$contents" | grep . || fail "$name: that is not below /usr"
  ! grep -F "$source_dir" <<< "$contents" || fail "$name names the source folder"
  dpkg-deb --extract "$package" "$root"
  case $name in
    libtapegrad-dev)
      must_depend "$package" "libtapegrad[0-9.]+ \(= $version\)" libxtensor-dev libfmt-dev \
        libopenblas-dev
      ;;
    libtapegrad*)
      must_depend "$package" libc6 'libstdc\+\+6' libopenblas0 'libfmt[0-9]+' 'libzip[0-9]+' \
        zlib1g 'libutf8proc[0-9]+'
      ;;
    tapegrad) must_depend "$package" "libtapegrad[0-9.]+ \(= $version\)" libc6 'libfmt[0-9]+' ;;
    *) fail "an unknown package: $name" ;;
  esac
done

# The library and the programs: they find what they need without a path of their own.
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
lib=$root/usr/lib/$multiarch
library=$(readlink -f "$lib/libtapegrad.so")
[[ $library == "$root"/* ]] || fail "$lib/libtapegrad.so points to $library"
so_name=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[[ -e $lib/$so_name ]] || fail "$library has the name $so_name, which is not there"
export LD_LIBRARY_PATH=$lib
for binary in "$library" "$root"/usr/bin/*; do
  ! readelf -d "$binary" | grep -E 'RPATH|RUNPATH' || fail "$binary has a path"
  ! ldd "$binary" | grep 'not found' || fail "$binary does not find its libraries"
  ! grep -qF "$source_dir" "$binary" || fail "$binary names the source folder"
done
"$tests/exports_test.sh" nm "$library"
"$root/usr/bin/train_sentiment" --epochs 1 --seeds 1 > "$work/train_sentiment.txt" 2>&1 ||
  fail "train_sentiment does not run: $(cat "$work/train_sentiment.txt")"
if command -v lintian > /dev/null; then
  # The maintainer is whoever makes the packages; CPack calls ldconfig by itself.
  accepted=bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs
  accepted+=,maintscript-calls-ldconfig
  lintian --allow-root --fail-on error,warning --suppress-tags "$accepted" "${packages[@]}"
else
  echo "packages: lintian is not installed, and does not look at them"
fi

# outside_project FOLDER PACKAGE: by find_package, and by pkg-config.
outside_project() {
  local name=${1##*/}
  cmake -S "$1" -B "$work/$name" -G Ninja -D CMAKE_PREFIX_PATH="$root/usr" > "$work/$name.log"
  cmake --build "$work/$name" >> "$work/$name.log" || { cat "$work/$name.log" && return 1; }
  "$work/$name/$name" > "$work/$name.txt"
  ldd "$work/$name/$name" > "$work/$name.ldd"
  "$tests/pkg_config_test.sh" "$lib" "$2" "$1/$name.cpp" "$work/${name}_by_pkg_config" \
    "${CXX:-c++}" | diff "$work/$name.txt" -
}
outside_project "$source_dir/examples/quickstart" tapegrad
grep -q "$lib/$so_name" "$work/quickstart.ldd" || fail "quickstart does not use the package's library"
outside_project "$tests/check" tapegrad-check

work_dir=$work/custom_layer
cmake -S "$source_dir/examples/custom_layer" -B "$work_dir" -G Ninja \
  -D CMAKE_PREFIX_PATH="$root/usr" > "$work_dir.log"
cmake --build "$work_dir" >> "$work_dir.log" || { cat "$work_dir.log" && exit 1; }
ctest --test-dir "$work_dir" --output-on-failure > "$work_dir.txt" || { cat "$work_dir.txt" && exit 1; }

cmake -S "$tests/parent" -B "$work/parent" -G Ninja -D WAY=FetchContent \
  -D TAPEGRAD_SOURCE="$source_dir" > "$work/parent.log"
cmake --build "$work/parent" >> "$work/parent.log" || { cat "$work/parent.log" && exit 1; }
"$work/parent/program" | diff "$work/quickstart.txt" -
echo "packages: all is well with ${packages[*]}"
