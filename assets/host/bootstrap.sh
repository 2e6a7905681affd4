# shellcheck shell=sh
# A host without our programs: takes converge out of the bundle on standard input and runs it on that same bundle.
set -eu
umask 077
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
cat >"$d/bundle"
awk -v d="$d" '/^    / { if (f) print substr($0, 5) >f; next } /^$/ { if (f) print "" >f; next }
  { f = "" } $1 == "file" && sub("^/usr/local/lib/ipv6-home/", "", $4) { f = d "/" $4 }' "$d/bundle"
bash "$d/converge" "${2-apply}" "$1" <"$d/bundle"
