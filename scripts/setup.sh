#!/usr/bin/env bash
# setup.sh [--docs | --ci]: installs the Debian packages that tapegrad needs and that are missing; with
# --docs also those of scripts/docs.sh, with --ci those of .ci/run. Does nothing when all are there.
set -euo pipefail
usage=$(sed -n '2,/^set/s/^# //p' "$0")

packages=(
  g++ cmake ninja-build pkg-config libxtensor-dev libxtensor-blas-dev libopenblas-dev
  libfmt-dev nlohmann-json3-dev libutf8proc-dev zlib1g-dev libzip-dev libcli11-dev catch2
  libjs-chart.js
)
docs_packages=(doxygen doxygen-awesome-css python3)
ci_packages=(
  "${docs_packages[@]}" ccache clang clang-format clang-tidy libclang-rt-dev shellcheck git curl
  unzip dpkg-dev file lintian man-db mandoc zsh fish chromium chromium-driver python3-selenium
)

case "$*" in
  "") ;;
  --docs) packages+=("${docs_packages[@]}") ;;
  --ci) packages+=("${ci_packages[@]}") ;;
  -h | --help) echo "$usage" && exit ;;
  *) echo "$usage" >&2 && exit 2 ;;
esac

if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
  echo "setup: no apt here; install what these Debian packages hold, then build:" >&2
  echo "  ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  echo "setup: all packages are there"
  exit 0
fi
if ((EUID != 0)); then
  echo "setup: packages are missing; install them with" >&2
  echo "  sudo apt-get update" >&2
  echo "  sudo apt-get install ${missing[*]}" >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
quietly() {
  "$@" > "$log" 2>&1 || {
    cat "$log" >&2
    echo "setup: failed: $*" >&2
    exit 1
  }
}
echo "setup: installing ${missing[*]}"
quietly apt-get update
quietly apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"
