# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of preflight: whether a tunnel may have the interface and the port that it asks for. Interfaces of a site are two,
# one for each parity of the key epoch. Keys are compared by the hashes of the record; what is damaged is no stranger.
#
# A refused generation is marked: the run that asked for it has recorded its removal before (components/tunnel.ts), so
# this stack takes it away when another one has come, although it has not its keys.

readonly marked_for_removal=has-removal

# Whether the staged keys are those that this component was converged with. One that never was is in nobody's way.
has_recorded_keys() {
  [ -e "$state/manifest" ] || return 0
  local sum path
  while read -r sum _ _ path; do
    [ -e "$work/stage$path" ] || return 1
    [ "$(sha256sum <"$work/stage$path" | cut -d ' ' -f 1)" = "$sum" ] || return 1
  done <"$state/manifest"
}

# Routes of ours, not those that an address brings.
carries_traffic() {
  [ -n "$(ip -6 route show table all dev "$1" proto boot 2>/dev/null)" ]
}

# Prints a complaint if the interface whose keys these are is held by others.
judge_vacancy() {
  local device=$1 held other other_state other_held
  held=$(recorded_generation "$state")
  [ -n "$held" ] || return 0
  other=${device%?}$((1 - ${device: -1}))
  other_state=$state_root/${component/"$device"/"$other"}
  other_held=$(recorded_generation "$other_state")
  if [ "$held" != "$generation" ]; then
    if [ -z "$other_held" ]; then
      echo "$device is held by key epoch $held; given is $generation, which needs the same interface; choose another tunnel.keyEpoch, for instance $((generation + 1))"
    else
      echo "$device is held by key epoch $held, and $other by $other_held; given is $generation, which needs one of them; set tunnel.keyEpoch to $held or $other_held and bring that to its end first"
    fi
  elif has_recorded_keys; then
    rm -f "$state/$marked_for_removal"
  elif [ -z "$other_held" ] || carries_traffic "$device"; then
    touch "$state/$marked_for_removal"
    echo "$device is in use with other keys of key epoch $generation than this stack has, as after a lost state; new ones would interrupt it; set tunnel.keyEpoch to ${other_held:-$((generation + 1))} and run 'pulumi up' again, which takes over from it without a loss"
  elif ! grep -q '^require owner ' "$work/directives" || [ -e "$other_state/$marked_for_removal" ]; then
    # Nothing goes by it, so its keys may be changed. The end where the site registers has judged for the other end too.
    # The live state of the tunnel itself names the old keys: that they are gone is no damage, to be put right by a restart.
    rm -f "$state/$marked_for_removal" "${state%-key}/live"
  else
    touch "$state/$marked_for_removal"
    echo "$device has other keys of key epoch $generation than this stack has, as after a lost state, and carries nothing beside $other; set tunnel.keyEpoch to $other_held and run 'pulumi up' again, which goes on from there"
  fi
}

# Prints a complaint if the UDP port is that of another tunnel, by its unit: it may be down.
judge_tunnel_port() {
  local port=$1 own=$2 unit device owner
  for unit in "${units_folder:-/etc/systemd/system}"/ipv6-home-vpn*.service; do
    if [ "${unit##*/}" = "$own" ] || ! grep -qs "/wireguard-peer [^ ]* $port " "$unit"; then continue; fi
    device=${unit##*/ipv6-home-} device=${device%.service}
    owner=$(cat "$state_root/site-$device/owner" 2>/dev/null) || owner=unknown
    echo "udp port $port is that of $device, the tunnel of stack $owner; run 'pulumi up' for that stack first if tunnel.basePort was changed, else choose another tunnel.basePort"
  done
}
