#!/usr/bin/env bash
# Makes the Debian package of what tools/build.sh release web has built: package.sh [--version VERSION] [--into FOLDER]
# Prints the whole path of the package (apt takes no other), which is in build/package/VERSION unless a folder is named. VERSION is another than that of packaging/debian/changelog.
set -euo pipefail
cd "$(dirname "$0")/.."

checkout=$PWD
version=$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)
newest=$version
folder=
while [ $# -gt 0 ]; do
  case $1 in
    --version) version=${2:?a version}; shift 2 ;;
    --into) folder=${2:?a folder}; shift 2 ;;
    *) echo "usage: tools/package.sh [--version VERSION] [--into FOLDER]" >&2; exit 2 ;;
  esac
done

folder=${folder:-build/package/$version}
mkdir -p build/package
exec 9>build/package/.lock
flock 9
rm -rf "$folder"
mkdir -p "$folder/source"
cp -r packaging/debian "$folder/source/debian"

# The time of the last change of the changelog is the time of every file in the package.
if [ "$version" != "$newest" ]; then
  cat - packaging/debian/changelog >"$folder/source/debian/changelog" <<CHANGELOG
portico ($version) unstable; urgency=medium

  * Built from a checkout.

 -- $(dpkg-parsechangelog -l packaging/debian/changelog -S Maintainer)  $(dpkg-parsechangelog -l packaging/debian/changelog -S Date)

CHANGELOG
fi

echo "Packing ..."
# npm may come from elsewhere than from a package, so the build dependencies are those of tools/install.sh and not checked again.
if ! (cd "$folder/source" && PORTICO_CHECKOUT=$checkout dpkg-buildpackage --build=binary --no-check-builddeps --unsigned-changes --unsigned-buildinfo) \
  >"$folder/log" 2>&1; then
  tail -n 40 "$folder/log" >&2
  echo "The package could not be made: $folder/log" >&2
  exit 1
fi
rm -rf "$folder/source"
echo "$(realpath "$folder")/libnginx-mod-http-portal_${version#*:}_$(dpkg --print-architecture).deb"
