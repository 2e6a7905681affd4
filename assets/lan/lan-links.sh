#!/bin/bash
# Keeps the gateway's address and route on each LAN interface, also on one that comes late or comes back: a USB adapter,
# a VLAN, a bridge. One that is not there does not keep the others waiting. systemd's .device units would tell the same,
# but a container has none (systemd.device(5)).
#
#   lan-links TABLE [INTERFACE ADDRESS PREFIX [vlan=PARENT:TAG] [ipv4=ADDRESS/LENGTH] [route=PREFIX@ROUTER]… [tell=UNIT]]…
#                                                                                      (a service of Type=notify)
#
# A VLAN is made as soon as its parent is there, with an alias that tells it from somebody else's. A UNIT is restarted
# when its link comes back: its daemon does not see for itself that it listens on one that is gone. A link that cannot be
# served keeps the service from starting while somebody converges the host, who hears of it so. At a boot, and later, it
# is tried again and again: to end then would take the others' addresses away.
#
# An upgrade that puts another program here is followed within a minute, by itself: a restart would take the addresses
# away for a moment, and the servers that need them.
set -euo pipefail
program=$0
words=("$@")
table=$1
shift
# The words of a segment each.
segments=()
while [ $# -gt 0 ]; do
  segment="$1 $2 $3"
  shift 3
  while [[ ${1-} == *=* ]]; do
    segment+=" $1"
    shift
  done
  segments+=("$segment")
done

# By interface: "none", "INDEX" of the link that was served, "off INDEX", or "failed INDEX" of one that could not be. A link
# that comes back has another index.
declare -A state
started=${LAN_LINKS_STARTED-}
# Held by whoever converges the host.
host_lock=/run/ipv6-home.lock

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
  ip link set dev "$1" up || return
  ip -6 address replace "$2" dev "$1" || return
  ip -6 route replace "$3" dev "$1" table "$table" || return
  local option
  for option in "${@:4}"; do
    case $option in
      ipv4=*) ip -4 address replace "${option#*=}" dev "$1" || return ;;
      route=*)
        option=${option#*=}
        ip -6 route replace "${option%@*}" via "${option#*@}" dev "$1" table "$table" || return
        ;;
    esac
  done
}

tell() {
  local option
  for option in "${@:4}"; do
    case $option in
      # Without waiting: a unit that comes after this one may wait for it.
      tell=*) systemctl --no-block try-restart "${option#*=}" || echo "${option#*=} is not told that $1 is back, see above" ;;
    esac
  done
}

make_vlan() {
  local option parent
  for option in "${@:4}"; do
    case $option in
      vlan=*)
        option=${option#*=} parent=${option%:*}
        [ -e "/sys/class/net/$parent" ] || return 0
        ip link add link "$parent" name "$1" type vlan id "${option##*:}" &&
          ip link set dev "$1" alias ipv6-home &&
          ip link set dev "$parent" up ||
          echo "$1 cannot be made, see above; it is tried again when a link changes"
        ;;
    esac
  done
}

is_converged() {
  [ -e "$host_lock" ] && ! flock --nonblock --shared "$host_lock" true
}

serve() {
  local device=$1 index was=${state[$1]-}
  [ -e "/sys/class/net/$device" ] || make_vlan "$@"
  if ! index=$(index_of "$device"); then
    [ "$was" = none ] || echo "$device is not there; it is served when it comes"
    state[$device]=none
  elif { [ "${was#off }" = "$index" ] || [ -z "$was" ] && [ -n "$started" ]; } && is_off "$device"; then
    # Somebody's will. It has lost its address and route, and gets them back when it is switched on.
    state[$device]="off $index"
  elif [ "$was" != "$index" ]; then
    if put "$@"; then
      state[$device]=$index
      [ -z "$was" ] || {
        echo "$device is served again"
        tell "$@"
      }
    elif [ "$(index_of "$device" || :)" = "$index" ]; then
      if [ -z "$started" ] && is_converged; then
        echo "$device cannot be served, see above"
        exit 1
      fi
      [ "$was" = "failed $index" ] ||
        echo "$device cannot be served, see above; it is tried again when a link changes, and each minute"
      state[$device]="failed $index"
    fi
  fi
}

serve_all() {
  local segment
  # shellcheck disable=SC2086 # one argument a word
  for segment in "${segments[@]}"; do serve $segment; done
}

# Whether this is still the program that runs: bash reads on from the file that it was started with.
is_current() {
  [ "$program" -ef /proc/$$/fd/255 ]
}

follow() {
  echo "another release of this program is here, and goes on"
  exec {events}<&-
  LAN_LINKS_STARTED=yes exec "$program" "${words[@]}"
}

exec {events}< <(exec ip -o monitor link)
serve_all
systemd-notify --ready
started=yes
# An event that came before the kernel knew its listener, or was lost, is made up for by a look each minute.
while read -r -t 60 -u "$events" _ || [ $? -gt 128 ]; do
  is_current || follow
  serve_all
done
echo "lost the link events of the kernel"
exit 1
