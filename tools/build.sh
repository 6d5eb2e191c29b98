#!/usr/bin/env bash
# Builds parts of the project: build.sh dev|release|check|web ...; calls at the same time wait for each other.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build

# Output goes to a log; people see how long it took, or why it failed.
step() {
  local name=$1 log=build/$1.log started=$SECONDS
  shift
  printf 'Building %s%s ...\n' "$name" "$([ -e "$log" ] || echo " (the first time takes some minutes; progress in $log)")"
  exec 9>"build/$name.lock"
  flock 9
  if ! "$@" >"$log" 2>&1; then
    grep -nE -A12 'error[: ]|FAILED|undefined' "$log" | head -n 80 >&2 || true
    tail -n 20 "$log" >&2
    echo "Building $name failed: $log" >&2
    exit 1
  fi
  exec 9>&-
  printf 'Built %s in %d s.\n' "$name" $((SECONDS - started))
}

build_native() {
  [ -f "build/$1/build.ninja" ] || cmake --preset "$1"
  nice -n 5 cmake --build --preset "$1" --parallel "$(nproc)"
}

# Vite has no dependency check of its own, so the pages are built again only when something they come from is newer.
build_web() {
  [ -f web/package.json ] || return 0
  local result=web/dist/index.html
  if [ -f "$result" ] && [ -z "$(find web docs/openapi.yaml -path web/node_modules -prune -o -path web/dist -prune -o \
    -type f -newer "$result" -print -quit)" ]; then return 0; fi
  npm run build --prefix web && touch "$result"
}

for part in "$@"; do
  case $part in
    dev | release | check) step "$part" build_native "$part" ;;
    web) step web build_web ;;
    *) echo "usage: tools/build.sh dev|release|check|web ..." >&2; exit 2 ;;
  esac
done
