#!/bin/sh
# Gives a WireGuard device its keys, port and one peer. Keys stay in files: an argument list is public.
#
#   wireguard-peer INTERFACE PORT ALLOWED-IPS [ENDPOINT]
set -eu
device=$1 port=$2 allowed=$3 endpoint=${4-}
keys=/etc/ipv6-home/keys/$device
read -r peer <"$keys/peer.pub"

wg set "$device" listen-port "$port" private-key "$keys/private.key"
# A peer of an earlier set-up would keep its AllowedIPs.
wg show "$device" peers | while read -r other; do
  [ "$other" = "$peer" ] || wg set "$device" peer "$other" remove
done
# The end behind NAT44 dials and keeps the mapping alive (wg(8), persistent-keepalive).
wg set "$device" peer "$peer" preshared-key "$keys/preshared.key" allowed-ips "$allowed" \
  ${endpoint:+endpoint "$endpoint" persistent-keepalive 25}
