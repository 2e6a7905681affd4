#!/bin/bash
# Installs security upgrades of Debian, restarts what of ours still runs what was replaced, and reboots the host if that
# is needed and wanted (docs/UPGRADES.md). Not while a run converges this host or a change waits to be confirmed.
#
#   upgrade-security HH:MM never|when-needed
#
# HH:MM is when the quiet hour begins. What came of it is in /var/lib/ipv6-home/upgrades: `last`, a line "TIME
# ok|failed|skipped TEXT", and `succeeded`, the same of the last time that all was well.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
# Settings of apt for this run alone: no question about a configuration file, the host's own one stays.
export APT_CONFIG=/etc/ipv6-home/upgrades-apt.conf
umask 022

readonly at=$1 reboot=$2
readonly records=/var/lib/ipv6-home
readonly state=$records/upgrades
output=$(mktemp)
readonly output
trap 'rm -f "$output"' EXIT

note() {
  printf '%s %s %.300s\n' "$(date +%s)" "$1" "$2" >"$state/$3.new"
  mv "$state/$3.new" "$state/$3"
}

finish() {
  echo "$1: $2"
  note "$1" "$2" last
  [ "$1" != ok ] || note "$1" "$2" succeeded
}

in_quiet_hour() {
  local now begins
  IFS=: read -r hour minute <<<"$at"
  begins=$((10#$hour * 60 + 10#$minute))
  IFS=: read -r hour minute <<<"$(date +%H:%M)"
  now=$((10#$hour * 60 + 10#$minute))
  [ $(((now - begins + 1440) % 1440)) -lt 60 ]
}

# Says why nothing may be done now.
hindrance() {
  local work
  if [ -e "$records/.guard/armed" ] || [ -e "$records/.guard/order" ]; then
    echo "a change waits to be confirmed"
    return
  fi
  # A run leaves the host's lock while daemons start; one that was killed leaves its folder.
  for work in /run/ipv6-home/[0-9]*; do
    if grep -qs converge "/proc/${work##*/}/cmdline"; then
      echo "a run converges this host"
      return
    fi
  done
}

# Takes the host's lock; waits for it as long as the quiet hour is.
take_host() {
  local why
  exec {lock}>/run/ipv6-home.lock
  while :; do
    if flock --nonblock "$lock"; then
      why=$(hindrance)
      [ -n "$why" ] || return 0
      flock --unlock "$lock"
    else
      why="a run converges this host"
    fi
    in_quiet_hour || {
      finish skipped "$why"
      exit 0
    }
    sleep 60
  done
}

# Whoever is started meanwhile must not keep the lock.
bounded() {
  timeout "$@" >"$output" 2>&1 </dev/null {lock}>&-
}

versions() {
  dpkg-query -W -f '${Package} ${Version}\n' | sort
}

# Programs and libraries that are not on disk any more.
is_outdated() {
  local pid
  pid=$(systemctl show -p MainPID --value "$1")
  [ "${pid:-0}" != 0 ] && grep -qsE ' /usr/.* \(deleted\)$' "/proc/$pid/maps"
}

# Debian restarts its own units only. What holds addresses and tunnels stays as it is until the next boot.
restart_outdated() {
  local unit
  while read -r unit _; do
    case $unit in
      ipv6-home-vpn* | ipv6-home-lan.service | ipv6-home-upgrades.service) continue ;;
    esac
    if is_outdated "$unit"; then
      echo "$unit runs what was replaced, and is restarted"
      timeout 120 systemctl try-restart "$unit" {lock}>&- || echo "<4>$unit did not restart"
    fi
  done < <(systemctl list-units --plain --no-legend --state=active 'ipv6-home-*.service')
}

upgrade() {
  local before upgraded
  # Another apt may be at its lists for a moment.
  bounded 600 apt-get -q -y update || { sleep 5 && bounded 600 apt-get -q -y update; } || {
    finish failed "apt-get update: $(tail -n 1 "$output")"
    return 1
  }
  before=$(versions)
  bounded 3000 unattended-upgrade || {
    cat "$output"
    finish failed "unattended-upgrade: $(tail -n 1 "$output"); see /var/log/unattended-upgrades"
    return 1
  }
  upgraded=$(comm -13 <(printf '%s\n' "$before") <(versions) | cut -d ' ' -f 1 | paste -s -d ' ')
  finish ok "${upgraded:+upgraded }${upgraded:-nothing to upgrade}"
}

take_host
outcome=0
upgrade || outcome=1
restart_outdated
if [ "$outcome" = 0 ] && [ "$reboot" = when-needed ] && [ -e /run/reboot-required ] && in_quiet_hour && [ -z "$(hindrance)" ]; then
  echo "an upgrade needs a reboot"
  systemctl reboot
fi
exit "$outcome"
