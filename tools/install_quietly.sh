#!/usr/bin/env bash
# As root, called by install.sh: install_quietly.sh "PACKAGES" "PACKAGE:SERVICE ..."
# Installs with apt such that nothing starts and no database cluster is made, and puts back what it borrowed.
set -euo pipefail
read -ra packages <<<"$1"
read -ra services <<<"$2"

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d/portico.conf
kept=

restore() {
  rm -f "$policy" "$clusters"
  [ -z "$kept" ] || mv "$kept" "$policy"
}

if [ -e "$policy" ]; then kept=$(mktemp "$policy.XXXXXX"); mv "$policy" "$kept"; fi
trap restore EXIT
# 101 is "forbidden by policy" for invoke-rc.d and deb-systemd-invoke.
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
mkdir -p "$(dirname "$clusters")"
echo 'create_main_cluster = false' >"$clusters"

options=(-o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -y --no-install-recommends)
apt-get "${options[@]}" update
apt-get "${options[@]}" install "${packages[@]}"

# A unit that came just now would start at the next boot; one that was there before is somebody else's.
if command -v systemctl >/dev/null; then
  for entry in "${services[@]}"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "${entry%%:*}" 2>/dev/null)" = installed ]; then systemctl mask "${entry##*:}"; fi
  done
fi
