#!/bin/bash
# The floor of `bench change`: a rotation of a tunnel's keys as somebody would write it by hand, over one ssh connection
# to each host, with the same guarantees: a second interface with new keys, traffic moves after a handshake, the old
# interface goes when nothing comes through it any more.
#
#   rotate.sh COLO HOME FROM TO < KEYS
#
# FROM and TO are 0 or 1. SSH_OPTIONS is in the environment. KEYS are lines: private and public key of the home, the
# same of the colo, the preshared key.
set -euo pipefail
colo=$1 home=$2 from=$3 to=$4
port=$((51820 + to))

on() {
  # shellcheck disable=SC2086 # options are words
  ssh $SSH_OPTIONS -o ControlMaster=auto -o ControlPath="$masters/%h" -o ControlPersist=60 "root@$1" bash -euo pipefail -s
}

masters=$(mktemp -d)
hang_up() {
  local host
  for host in "$colo" "$home"; do
    # shellcheck disable=SC2086
    ssh $SSH_OPTIONS -o ControlPath="$masters/%h" -O exit "root@$host" 2>/dev/null || :
  done
  rm -rf "$masters"
}
trap hang_up EXIT

# What both ends have in common: keys by standard input into files, a device, a peer.
begin() {
  cat <<END
cd /run; umask 077
printf '%s\\n' '$2' >floor.key; printf '%s\\n' '$3' >floor.psk
ip link add dev $1 type wireguard 2>/dev/null || wireguard-go $1 >/dev/null 2>&1
wg set $1 listen-port $port private-key /run/floor.key peer '$4' preshared-key /run/floor.psk allowed-ips $5
rm floor.key floor.psk
ip link set dev $1 mtu 1440 up
END
}

{
  read -r home_key
  read -r home_pub
  read -r colo_key
  read -r colo_pub
  read -r psk
}

{
  begin "vpn1-$to" "$colo_key" "$psk" "$home_pub" 2001:db8:beef:100::/56,fd00:cafe:f00d::2/128
  cat <<END
ip -6 address replace fd00:cafe:f00d::1 peer fd00:cafe:f00d::2 dev vpn1-$to
nft add element inet ipv6_home tunnel_ports { $port }
nft add element inet ipv6_home site_sources { '"vpn1-$to" . 2001:db8:beef:100::/56, "vpn1-$to" . fd00:cafe:f00d::2/128' }
nft add element inet ipv6_home site_destinations { '"vpn1-$to" . 2001:db8:beef:100::/56' }
END
} | on "$colo"

{
  begin "vpn$to" "$home_key" "$psk" "$colo_pub" "::/0 endpoint 11.0.1.2:$port persistent-keepalive 25"
  cat <<END
ip -6 address replace fd00:cafe:f00d::2 peer fd00:cafe:f00d::1 dev vpn$to
until wg show vpn$to latest-handshakes | grep -qv '\\s0\$'; do sleep 0.1; done
sleep 1
ip -6 route replace default dev vpn$to table vpn src 2001:db8:beef:100::1 metric 1024
ip -6 route replace default dev vpn$to src 2001:db8:beef:100::1 metric 4096
ip -6 route replace fd00:cafe:f00d::1 dev vpn$to metric 128
END
} | on "$home"

on "$colo" <<END
ip -6 route replace 2001:db8:beef:100::/56 dev vpn1-$to metric 1024
ip -6 route replace fd00:cafe:f00d::2 dev vpn1-$to metric 128
END

on "$home" <<END
until ping -6 -n -q -c 1 -W 1 -I vpn$to -I 2001:db8:beef:100::1 fd00:cafe:f00d::1 >/dev/null; do sleep 0.1; done
sleep 0.3
systemctl stop ipv6-home-vpn$from 2>/dev/null || ip link delete dev vpn$from
END

on "$colo" <<END
systemctl stop ipv6-home-vpn1-$from 2>/dev/null || ip link delete dev vpn1-$from
# What the unit has not deleted itself.
nft delete element inet ipv6_home tunnel_ports { $((51820 + from)) } 2>/dev/null || :
END
