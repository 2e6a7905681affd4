#!/bin/bash
# Puts routes on a WireGuard device, and takes it out of service. A site has at most two of them, one for each key
# generation, whose names differ in the last digit. Traffic is sent where it arrives: routes move to a device only when
# it has shaken hands, and the device that they left goes only when traffic has come back through the other one.
#
#   wireguard-routes wait|follow DEVICE ROUTE…
#   wireguard-routes leave DEVICE SOURCE TARGET ROUTE…
#   wireguard-routes yield DEVICE ROUTE…
#   wireguard-routes stand-by DEVICE ROUTE…
#
# wait    does not return before the routes are moved; fails if there is no handshake in time (the end that dials)
# follow  returns at once and moves them when the other end has come (the end that answers)
# yield   hands the routes over to the other device; fails if that is not alive (the end that answers)
# leave   the same, and waits until a ping from SOURCE to TARGET has come back through the other device and nothing
#         comes through this one any more (the end that dials)
# stand-by  gives the routes back to the other device if that is alive, and asks nothing of the other end; fails if there
#         is no other device (a host that goes back, see docs/GUARD.md)
#
# If there is no other device, yield and leave have nothing to wait for: the site itself goes. What follows gives up when
# its routes are handed over or given back: the other end may come late, by a run that was killed.
set -euo pipefail
mode=$1 device=$2
shift 2
readonly within_sec=20
# A session that old is dead (WireGuard's REJECT_AFTER_TIME); an idle one is renewed earlier, by the keepalives.
readonly alive_sec=180
# What is sent within some 20 ms of the first handshake may be lost (wireguard-go: in one rotation of four), so a session
# has to be a little older before it gets traffic.
readonly settled_sec=1
other=${device%?}$((1 - ${device: -1}))
# There while the routes are to follow.
readonly following=/run/ipv6-home/.following-$device

carries() {
  local destination=${2%% *} table=main
  if [[ $2 =~ " table "([^ ]+) ]]; then table=${BASH_REMATCH[1]}; fi
  ip -6 route show "$destination" table "$table" dev "$1" 2>/dev/null | grep -q .
}

exists() {
  [ -e "/sys/class/net/$1" ]
}

is_alive() {
  wg show "$1" latest-handshakes 2>/dev/null |
    awk -v now="$(date +%s)" -v least=$settled_sec -v most=$alive_sec \
      '$2 > 0 && now - $2 > least && now - $2 <= most { found = 1 } END { exit !found }'
}

put_routes() {
  local to=$1 route
  shift
  for route; do
    # shellcheck disable=SC2086 # one argument a word
    ip -6 route replace ${route%% *} dev "$to" ${route#* } || refuse "the kernel takes no route ${route%% *} by $to, see above"
  done
}

# WireGuard tells nobody of a handshake, so it is looked for.
move_when_alive() {
  local deadline=$((SECONDS + $1)) to=$2
  shift 2
  until is_alive "$to"; do
    [ $SECONDS -lt $deadline ] && exists "$to" || return 1
    sleep 0.1
  done
  put_routes "$to" "$@"
}

# Ends with the device, or when it is called off.
follow() {
  local deadline=$((SECONDS + 86400)) lock
  until is_alive "$device"; do
    [ $SECONDS -lt $deadline ] && [ -e "$following" ] && exists "$device" || return 0
    sleep 0.1
  done
  exec {lock}<"$following" || return 0
  flock "$lock"
  [ -e "$following" ] || return 0
  put_routes "$device" "$@"
  rm "$following"
}

# From here on nothing is on its way to this device.
call_off() {
  local lock
  [ -e "$following" ] || return 0
  exec {lock}<"$following"
  flock "$lock"
  rm "$following"
  exec {lock}<&-
}

refuse() {
  echo "$device: $*" >&2
  exit 1
}

port_of() {
  wg show "$1" listen-port 2>/dev/null || echo unknown
}

# Bytes that came through a device.
received() {
  wg show "$1" transfer | awk '{ sum += $2 } END { print sum + 0 }'
}

# Hands the routes over; answers whether there is another device at all.
hand_over() {
  exists "$other" || return 1
  if carries "$other" "$1" && ! carries "$device" "$1" && is_alive "$other"; then return 0; fi
  move_when_alive "$within_sec" "$other" "$@" || {
    exists "$other" || return 1
    refuse "stays, because $other has had no handshake for $alive_sec s; is UDP port $(port_of "$other") open on the way between home and colo?"
  }
}

comes_back() {
  ping -6 -n -q -c 1 -W 1 -I "$other" -I "$1" "$2" >/dev/null 2>&1
}

leave() {
  local source=$1 target=$2 deadline before
  shift 2
  hand_over "$@" || return 0
  deadline=$((SECONDS + within_sec))
  until comes_back "$source" "$target"; do
    exists "$other" || return 0
    [ $SECONDS -lt $deadline ] ||
      refuse "stays, because no traffic has come back through $other within $within_sec s; is UDP port $(port_of "$other") open on the way between home and colo?"
    sleep 0.1
  done
  # What the other end sent before it changed over may still be on its way.
  until before=$(received "$device"); sleep 0.3; [ "$(received "$device")" = "$before" ]; do
    [ $SECONDS -lt $deadline ] || refuse "stays, because traffic still comes through it; does the colo send by $other?"
  done
}

case $mode in
  wait)
    if ! carries "$other" "$1"; then
      put_routes "$device" "$@"
    elif ! move_when_alive "$within_sec" "$device" "$@"; then
      echo "$device: no handshake within $within_sec s; traffic stays on $other; is UDP port $(port_of "$device") open on the way to the colo?" >&2
      # Not to be tried again behind everybody's back: a run that finds traffic on it would have to stop it first. This
      # ends with the unit.
      systemctl --no-block stop "ipv6-home-$device.service"
      exit 1
    fi
    ;;
  follow)
    if ! carries "$other" "$1"; then
      put_routes "$device" "$@"
    else
      (umask 077 && mkdir -p "${following%/*}")
      : >"$following"
      follow "$@" </dev/null >/dev/null 2>&1 &
    fi
    ;;
  # No other device is no failure: there is nothing to hand over to.
  yield)
    call_off
    hand_over "$@" || true
    ;;
  leave) leave "$@" ;;
  stand-by)
    exists "$other" || exit 1
    call_off
    # A dead one gets nothing: then this is the only way.
    ! is_alive "$other" || put_routes "$other" "$@"
    ;;
  *) refuse "no such mode: $mode" ;;
esac
