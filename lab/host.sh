#!/bin/sh
# host.sh NAME ROOT NETNS PIDFILE: the power supply of one lab host. Boots the root file system ROOT with systemd-nspawn in
# the network namespace NETNS, boots again when the host asks for a reboot, and ends when it is off. PIDFILE holds the
# process id of systemd-nspawn while the host is on.
set -eu
name=$1 root=$2 netns=$3 pidfile=$4
reboot=133 # what systemd-nspawn exits with, when --keep-unit tells it not to loop itself

# A real machine loses all its network state with its power: addresses, rules, filters, tunnels, sysctls. Its ports and
# cables stay. So the ports move into a new network namespace, which also takes their links down.
cold_network() {
  ports=$(ip -n "$netns" -br link show type veth | sed 's/@.*//')
  ip netns delete "$netns-off" 2>/dev/null || true
  ip netns add "$netns-off"
  for port in $ports; do ip -n "$netns" link set "$port" netns "$netns-off"; done
  ip netns delete "$netns"
  ip netns add "$netns"
  ip -n "$netns" link set lo up
  for port in $ports; do ip -n "$netns-off" link set "$port" netns "$netns"; done
  ip netns delete "$netns-off"
}

# Hosts must not share a control group: each systemd takes the group it finds itself in for its own root.
own_group() {
  awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/self/mounts | while read -r top; do
    case $top in */cpuset) continue ;; esac # accepts nobody before it is given cores
    mkdir -p "$top/ipv6-home-lab/$name"
    echo $$ >"$top/ipv6-home-lab/$name/cgroup.procs"
  done
}

if [ "${5:-}" = boot ]; then
  own_group
  echo $$ >"$pidfile"
  # VFS_WRITABLE: without it /proc/sys/net is read-only inside. UNIFIED: systemd from 256 on wants cgroup v2.
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
  exec systemd-nspawn -q --register=no --keep-unit --machine="v6-$name" --hostname="$name" -D "$root" \
    --network-namespace-path="/run/netns/$netns" --capability=CAP_NET_ADMIN,CAP_SYS_MODULE --bind=/dev/net/tun \
    --resolv-conf=off --timezone=off --link-journal=no --console=passive -b
fi

while :; do
  code=0
  "$0" "$name" "$root" "$netns" "$pidfile" boot || code=$?
  rm -f "$pidfile"
  cold_network
  [ "$code" = "$reboot" ] || exit "$code"
done
