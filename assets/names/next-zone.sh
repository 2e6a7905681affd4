#!/bin/bash
# Makes the file of a zone that BIND serves out of its rendered source, which has serial number 0. A zone that says
# something else than before gets the next serial: the time, or one more than the last if that is not less (RFC 1982
# counts it as newer). One that says the same keeps its own. To be called while BIND does not run.
#
#   next-zone ZONE SOURCE FILE [keep-acme]
#
# keep-acme takes the TXT records along that were written by updates (RFC 2136) at _acme-challenge of names in SOURCE.
#
# Safe to kill at any line: FILE with its journal says the old or FILE alone the new, never half of either.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

readonly zone=$1 source=$2 file=$3 keep=${4-}
readonly journal=$file.jnl

# A zone in whole lines, NAME TTL CLASS TYPE DATA…: what BIND writes itself has other forms.
compile() {
  named-compilezone -q "${@:3}" -f text -F text -s full -o "$2" "$zone" "$1"
}

# What a zone says, in an order of its own and without the serial number.
said() {
  awk '$4 == "SOA" { $7 = 0 } { $1 = $1; print }' "$1" | sort
}

serial_of() {
  awk '$4 == "SOA" { print $7; exit }' "$1"
}

# Records of the old zone at _acme-challenge of a name that the new one has.
kept_records() {
  awk 'NR == FNR { if ($4 == "AAAA") known["_acme-challenge." tolower($1)] = 1; next }
    $4 == "TXT" && (tolower($1) in known)' "$1" "$2"
}

work=$(mktemp -d "${file%/*}/.next.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Of runs that were killed.
find "${file%/*}" -maxdepth 1 -name '.next.*' ! -path "$work" -exec rm -rf {} +

compile "$source" "$work/new"
old=0
with=()
[ ! -e "$journal" ] || with=(-j)
if [ -e "$file" ]; then
  if compile "$file" "$work/old" "${with[@]}" 2>"$work/errors"; then
    old=$(serial_of "$work/old")
    if [ -n "$keep" ]; then
      kept_records "$work/new" "$work/old" >"$work/kept"
      cat "$work/kept" >>"$work/new"
    fi
    if cmp -s <(said "$work/new") <(said "$work/old"); then exit 0; fi
  else
    sed 's/^/next-zone: /' "$work/errors" >&2
    echo "next-zone: what was served of $zone cannot be read, see above; it is made anew from $source" >&2
  fi
fi
next=$(date +%s)
[ "$next" -gt "$old" ] || next=$(((old + 1) % 4294967296))
awk -v serial="$next" '$4 == "SOA" { $7 = serial } { print }' "$work/new" >"$work/next"
named-checkzone -q "$zone" "$work/next"
# Without its journal the old file would go back to before the last updates, and a journal belongs to no other file.
if [ -e "$work/old" ]; then
  sync "$work/old"
  mv -T "$work/old" "$file"
fi
rm -f "$journal"
sync "$work/next"
mv -T "$work/next" "$file"
sync "${file%/*}"
