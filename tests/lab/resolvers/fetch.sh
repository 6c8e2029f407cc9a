#!/bin/sh
# Put real resolver software where tests/lab/resolvers finds it: Debian's packages, unpacked into the user's cache.
# Nothing is installed, so no service starts and port 53 stays free. Where that is not possible it says why and is
# content: the tests that need the programs are then skipped.
set -eu
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tag-team/resolvers"
packages="unbound pdns-recursor"

give_up() {
	echo "resolvers: $1; their tests will be skipped" >&2
	exit 0
}

[ ! -e "$folder/.complete" ] || exit 0
command -v apt-get >/dev/null && command -v dpkg >/dev/null || give_up "no apt-get here"
mkdir -p "$folder/archives/partial"
# Without a network it is not worth waiting for.
patience="-o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20"
# shellcheck disable=SC2086
[ "$(id -u)" -ne 0 ] || apt-get update -qq $patience || give_up "apt-get update failed"
# What they depend on comes along, except for what this machine has.
# shellcheck disable=SC2086
apt-get install -qq $patience --yes --download-only --no-install-recommends \
	-o Debug::NoLocking=true -o Dir::Cache::archives="$folder/archives" $packages || give_up "no packages to be had"
for package in "$folder"/archives/*.deb; do
	[ -e "$package" ] || give_up "they are installed already"
	dpkg -x "$package" "$folder" || give_up "a package that cannot be unpacked"
done
rm -r "$folder/archives"
touch "$folder/.complete"
