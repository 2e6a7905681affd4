#!/bin/bash
# Provides a WireGuard device and stays while it lives: by the kernel, else by wireguard-go. Ends with an error when
# the device is gone, whoever removed it, so that systemd builds it anew.
#
#   wireguard-device INTERFACE        (a service of Type=notify)
set -euo pipefail
device=$1

# Subscribed before the device exists: its end cannot be missed.
exec {events}< <(exec ip -o monitor link)
if ! why=$(ip link add dev "$device" type wireguard 2>&1); then
  command -v wireguard-go >/dev/null || {
    echo "no WireGuard in the kernel ($why) and no wireguard-go; install wireguard-go, or a kernel with the module"
    exit 1
  }
  # Returns when the device is there; the daemon stays behind in this unit's control group.
  wireguard-go "$device"
fi
ip link show dev "$device" >/dev/null
systemd-notify --ready
while read -r -u "$events" line; do
  case $line in
    "Deleted "*": $device:"*)
      echo "$device is gone"
      exit 1
      ;;
  esac
done
echo "lost the link events of the kernel"
exit 1
