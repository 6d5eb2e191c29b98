#!/usr/bin/env bash
# Installs what a part of the work needs and is missing: install.sh build|demo|test|web|package|all ...
# Debian 12 or Ubuntu 24.04. When everything is there it makes no call to apt and ends within a second.
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(clang-19 ccache lld-19 libclang-rt-19-dev cmake ninja-build pkg-config nginx nginx-dev libpq-dev libjansson-dev libhiredis-dev
  libssl-dev zlib1g-dev libargon2-dev libcurl4-openssl-dev libjpeg-dev libpng-dev libphonenumber-dev libfmt-dev libcli11-dev libgtest-dev libgmock-dev libcmocka-dev python3 ca-certificates)
demo_packages=(postgresql redis-server python3-psycopg2 openssl util-linux)
test_packages=("${demo_packages[@]}" llvm-19 clang-tidy-19 clang-format-19 wrk python3-pytest python3-pytest-xdist
  nghttp2-client python3-jsonschema python3-yaml python3-aiosmtpd curl git procps binutils strace debootstrap iproute2 docker-compose)
# Ubuntu has Chromium as a snap only, which a script cannot install without asking; its browser tests need one put there by hand.
if grep -q '^ID=debian' /etc/os-release; then test_packages+=(chromium); fi
# debhelper and dpkg-dev also come with nginx-dev; what makes packages names them.
package_packages=(debhelper dpkg-dev)
web_packages=(nodejs npm)

# Services that these packages bring. The project runs its own servers in its build folder and never these.
services=(nginx:nginx.service postgresql-common:postgresql.service redis-server:redis-server.service)

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo -- "$@"; else
    echo "These packages are missing and only root can install them: ${missing[*]}" >&2; exit 1; fi
}

install_packages() {
  missing=()
  local package fresh=() entry
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  for entry in "${services[@]}"; do installed "${entry%%:*}" || fresh+=("$entry"); done
  mkdir -p build
  echo "Installing ${#missing[@]} packages and what they need (a minute or two; details in build/install.log) ..."
  as_root env DEBIAN_FRONTEND=noninteractive bash tools/install_quietly.sh "${missing[*]}" "${fresh[*]}" >build/install.log 2>&1 || {
    tail -n 30 build/install.log >&2; echo "The installation failed: build/install.log" >&2; exit 1; }
}

# npm's own record cannot say whether node_modules matches the lock file; a copy of the lock file beside it can.
install_node_modules() {
  local folder=$1 stamp=$1/node_modules/.installed-lock.json
  [ -f "$folder/package-lock.json" ] || return 0
  cmp -s "$folder/package-lock.json" "$stamp" && return 0
  echo "Installing the web packages of $folder ..."
  mkdir -p build
  npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error >build/npm.log 2>&1 || { tail -n 30 build/npm.log >&2; exit 1; }
  cp "$folder/package-lock.json" "$stamp"
}

[ $# -gt 0 ] || set -- all
wanted=()
pages=no
for part in "$@"; do
  case $part in
    build) wanted+=("${build_packages[@]}") ;;
    demo) wanted+=("${demo_packages[@]}") ;;
    test) wanted+=("${test_packages[@]}") ;;
    web) pages=yes ;;
    package) wanted+=("${package_packages[@]}") ;;
    all) wanted+=("${build_packages[@]}" "${test_packages[@]}" "${package_packages[@]}") pages=yes ;;
    *) echo "usage: tools/install.sh build|demo|test|web|package|all ..." >&2; exit 2 ;;
  esac
done
# Whoever has npm already keeps it, from wherever it came.
if [ $pages = yes ] && ! command -v npm >/dev/null; then wanted+=("${web_packages[@]}"); fi
install_packages "${wanted[@]}"
if [ $pages = yes ]; then install_node_modules web; fi
