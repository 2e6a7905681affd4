#!/bin/bash
# The floor of a drift check in `bench change`: what somebody would write by hand to see whether a host is as it was.
# Prints the files, units and live state that the project looks at; whoever asks compares that with what it was.
#
#   ssh HOST bash -s <look.sh
set -u
export LC_ALL=C
cd /var/lib/ipv6-home || exit
cat ./*/manifest | cut -d ' ' -f 4- | xargs sha256sum
cat ./*/manifest | cut -d ' ' -f 4- | xargs stat -c '%n %a %U:%G'
find /usr/local/lib/ipv6-home /etc/ipv6-home -type f
systemctl list-units --plain --no-legend 'ipv6-home-*' | awk '{ print $1, $3 }'
nft --stateless list table inet ipv6_home
ip -6 rule
ip -6 route show table all proto boot
ip -o address show scope global | sed 's/ *[\].*//'
for device in $(wg show interfaces); do
  for part in public-key listen-port allowed-ips; do wg show "$device" "$part"; done
done
dpkg-query -W nftables wireguard-tools
sysctl net.ipv6.conf.all.forwarding
