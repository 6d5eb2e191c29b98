#!/usr/bin/env bash
# Called by the Dockerfile: install_package.sh PACKAGE, with nginx.conf and server-tls.conf beside it. Makes of a bare Debian one that serves portals.
set -euo pipefail
here=$(dirname "$(realpath "$0")")

apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx ca-certificates "$(realpath "$1")"
rm -rf /var/lib/apt/lists/*

# The package's file in modules-enabled names the module of this version.
sed -e 's|^load_module .*|include modules-enabled/50-mod-http-portal.conf;|' -e 's|# portal_redis|portal_redis|' "$here/nginx.conf" >/etc/nginx/nginx.conf
cp "$here/server-tls.conf" /etc/nginx/
ln -sf /dev/stdout /var/log/nginx/portal.log
ln -sf /dev/stderr /var/log/nginx/error.log
