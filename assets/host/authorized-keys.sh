#!/bin/bash
# Judges a staged /root/.ssh/authorized_keys2 before it takes its place, and changes nothing.
#
#   authorized-keys STAGED
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

readonly staged=$1
readonly file=/root/.ssh/authorized_keys2
readonly record=/var/lib/ipv6-home/drift-login/paths

complaints=0
complain() {
  printf 'drift.readOnlyKey: %s\n' "$*" >&2
  complaints=$((complaints + 1))
}

setting() {
  sed -n "s/^$1 //p" <<<"$settings"
}

ssh-keygen -l -f "$staged" >/dev/null || complain "ssh-keygen cannot read the key"

if settings=$(sshd -T -C user=root,host=localhost,addr=::1 2>&1); then
  case " $(setting authorizedkeysfile) " in
    *" .ssh/authorized_keys2 "* | *" %h/.ssh/authorized_keys2 "* | *" $file "*) ;;
    *) complain "sshd reads root's keys from $(setting authorizedkeysfile); allowed is a list with .ssh/authorized_keys2; add it to AuthorizedKeysFile" ;;
  esac
  [ "$(setting pubkeyauthentication)" = yes ] ||
    complain "sshd lets nobody in by a key; allowed is PubkeyAuthentication yes"
  [ "$(setting permitrootlogin)" != no ] ||
    complain "sshd does not let root in; allowed is any PermitRootLogin but no, for instance forced-commands-only"
else
  complain "sshd cannot tell its settings: $settings"
fi
[ "$(getent passwd root | cut -d : -f 6)" = /root ] || complain "root's home is not /root, where $file would be read"

# Somebody's keys there must stay valid, and the file can have one owner only.
if ! grep -qsxF "$file" "$record" && grep -qsv '^[[:space:]]*\(#.*\)\?$' "$file"; then
  complain "$file holds keys of somebody else; allowed is none; move them to /root/.ssh/authorized_keys, which stays yours"
fi
exit $((complaints > 0))
