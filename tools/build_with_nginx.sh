#!/usr/bin/env bash
# Builds module and portalctl for the nginx whose source is unpacked in a folder: build_with_nginx.sh SOURCE. The build is build/nginx-VERSION.
set -euo pipefail
cd "$(dirname "$0")/.."
source=$(realpath "${1:?usage: tools/build_with_nginx.sh SOURCE}")
version=$(sed -n 's/^#define NGINX_VERSION *"\(.*\)"/\1/p' "$source/src/core/nginx.h")
build=build/nginx-$version
log=$build.log
mkdir -p build

if ! { cmake --preset release -B "$build" -DNGINX_SOURCE_DIR="$source" &&
  nice -n 5 cmake --build "$build" --parallel "$(nproc)" --target ngx_http_portal_module portalctl; } >"$log" 2>&1; then
  grep -nE -A12 'error[: ]|FAILED|undefined' "$log" | head -n 80 >&2 || true
  tail -n 20 "$log" >&2
  echo "Building for nginx $version failed: $log" >&2
  exit 1
fi
cat <<END
Built for nginx $version: $build/ngx_module/ngx_http_portal_module.so
Once tools/build.sh web has built the pages: cmake --install $build --prefix /usr/local
END
