#!/bin/bash
# Puts routes on a WireGuard device. While the device of another generation carries them, they move only when this one
# has shaken hands: traffic is sent where it arrives.
#
#   wireguard-routes wait|follow DEVICE ROUTE…
#
# wait   does not return before the routes are moved; fails if there is no handshake in time (the end that dials)
# follow returns at once and moves them when the other end has come (the end that answers)
set -euo pipefail
mode=$1 device=$2
shift 2
readonly within_sec=20

# The device of another generation that carries the first route, if there is one.
carrier() {
  local route=$1 destination table=main
  destination=${route%% *}
  if [[ $route =~ " table "([^ ]+) ]]; then table=${BASH_REMATCH[1]}; fi
  ip -6 route show "$destination" table "$table" 2>/dev/null | sed -n 's/.* dev \(vpn[^ ]*\).*/\1/p' | grep -vxF "$device" | head -n 1
}

has_shaken_hands() {
  wg show "$device" latest-handshakes | awk '$2 > 0 { found = 1 } END { exit !found }'
}

put_routes() {
  local route
  for route; do
    # shellcheck disable=SC2086 # one argument a word
    ip -6 route replace ${route%% *} dev "$device" ${route#* }
  done
}

# WireGuard tells nobody of a handshake, so it is looked for.
move_when_shaken() {
  local deadline=$((SECONDS + $1))
  shift
  until has_shaken_hands; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.1
  done
  put_routes "$@"
}

other=$(carrier "$1") || other=
if [ -z "$other" ]; then
  put_routes "$@"
elif [ "$mode" = follow ]; then
  # Ends with the device, at the latest.
  move_when_shaken 86400 "$@" </dev/null >/dev/null 2>&1 &
elif ! move_when_shaken "$within_sec" "$@"; then
  port=$(wg show "$device" listen-port)
  echo "$device: no handshake within $within_sec s; traffic stays on $other; is UDP port $port open on the way to the colo?"
  exit 1
fi
