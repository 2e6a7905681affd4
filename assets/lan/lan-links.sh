#!/bin/bash
# Keeps the gateway's address and route on each LAN interface, also on one that comes late or comes back: a USB adapter,
# a VLAN, a bridge. One that is not there does not keep the others waiting. systemd's .device units would tell the same,
# but a container has none (systemd.device(5)).
#
#   lan-links TABLE [INTERFACE ADDRESS PREFIX]…        (a service of Type=notify)
set -euo pipefail
table=$1
shift
segments=("$@")

# By interface: "none", "INDEX" of the link that was served, or "off INDEX". A link that comes back has another index.
declare -A state

index_of() {
  cat "/sys/class/net/$1/ifindex" 2>/dev/null
}

is_off() {
  [ $(($(cat "/sys/class/net/$1/flags" 2>/dev/null || echo 0) & 1)) = 0 ]
}

put() {
  # systemd-sysctl found no such link when it ran at boot. Where there is udev, it does the same. A line that it cannot
  # set is in the journal, and no reason to leave the LAN without its router.
  /usr/lib/systemd/systemd-sysctl --prefix="/net/ipv6/conf/$1" --prefix="/net/ipv4/conf/$1" || true
  ip link set dev "$1" up && ip -6 address replace "$2" dev "$1" && ip -6 route replace "$3" dev "$1" table "$table"
}

serve() {
  local device=$1 index was=${state[$1]-}
  if ! index=$(index_of "$device"); then
    [ "$was" = none ] || echo "$device is not there; it is served when it comes"
    state[$device]=none
  elif [ "${was#off }" = "$index" ] && is_off "$device"; then
    # Somebody's will. It has lost its address and route, and gets them back when it is switched on.
    state[$device]="off $index"
  elif [ "$was" != "$index" ]; then
    if put "$@"; then
      state[$device]=$index
      [ -z "$was" ] || echo "$device is served again"
    elif [ "$(index_of "$device" || :)" = "$index" ]; then
      echo "$device cannot be served, see above"
      exit 1
    fi
  fi
}

serve_all() {
  local at
  for ((at = 0; at < ${#segments[@]}; at += 3)); do serve "${segments[@]:at:3}"; done
}

exec {events}< <(exec ip -o monitor link)
serve_all
systemd-notify --ready
# An event that came before the kernel knew its listener, or was lost, is made up for by a look each minute.
while read -r -t 60 -u "$events" _ || [ $? -gt 128 ]; do serve_all; done
echo "lost the link events of the kernel"
exit 1
