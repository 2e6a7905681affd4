#!/bin/sh
# sign-zones.sh DIRECTORY NAME:FILE:SIGNING…: signs zone files, children before their parents, and writes the root's
# trust anchor to DIRECTORY/anchor. Runs in the full image, which has BIND's tools.
set -eu
cd "$1"
shift
mkdir -p keys
for zone in "$@"; do
  signing=${zone##*:}
  file=${zone#*:}
  file=${file%:*}
  name=${zone%%:*}
  [ "$signing" != none ] || continue
  # One key for everything is enough for a zone that is never rolled.
  key=$(dnssec-keygen -q -K keys -a ECDSAP256SHA256 -f KSK "$name")
  dnssec-signzone -q -S -z -g -K keys -d . -s now-86400 -e now+315360000 -o "$name" -f "$file.signed" "$file" >/dev/null
  # Signed data that was changed on its way: what a validating resolver has to notice.
  [ "$signing" = good ] || sed -i 's/11\.0\.3\.2$/11.0.5.2/; s/11\.0\.4\.2$/11.0.5.2/; s/2001:db8:46::2$/2001:db8:bad::2/' "$file.signed"
  [ "$name" != . ] || dnssec-dsfromkey -2 "keys/$key.key" >anchor
done
