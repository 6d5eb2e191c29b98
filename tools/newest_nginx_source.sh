#!/usr/bin/env bash
# Unpacks the newest source of nginx in Debian's archive into a folder and prints where it stands: newest_nginx_source.sh FOLDER
# apt works on lists of its own below FOLDER, so those of the machine stay as they are, and nobody needs to be root.
set -euo pipefail
folder=$(realpath -m "${1:?usage: tools/newest_nginx_source.sh FOLDER}")

archive=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |
  grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 || true)
archive=${archive:-http://deb.debian.org/debian}
options=(-q -o "Dir::Etc::sourcelist=$folder/etc/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State=$folder/state" -o "Dir::Cache=$folder/cache"
  -o Acquire::Languages=none -o Acquire::Retries=3)
if [ "$(id -u)" = 0 ]; then options+=(-o APT::Sandbox::User=root); fi

download_from() {
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $1 main" >"$folder/etc/sources.list"
  apt-get "${options[@]}" update && cd "$folder/download" && rm -f nginx_* && apt-get "${options[@]}" source --tar-only --download-only nginx
}

mkdir -p "$folder"/{etc,state/lists/partial,cache/archives/partial,download}
# A mirror may list a version that it does not have yet; then the one before it has to do.
for suite in unstable testing stable; do
  if (download_from "$suite") >"$folder/apt.log" 2>&1; then break; fi
  [ "$suite" != stable ] || { tail -n 20 "$folder/apt.log" >&2; exit 1; }
done

tarball=$(ls "$folder"/download/nginx_*.orig.tar.gz)
version=$(basename "$tarball" .orig.tar.gz | sed 's/^nginx_//')
source=$folder/nginx-$version
if [ ! -d "$source" ]; then
  rm -rf "$source.half"
  mkdir "$source.half"
  tar -xf "$tarball" -C "$source.half" --strip-components=1
  mv "$source.half" "$source"
fi
echo "$source"
