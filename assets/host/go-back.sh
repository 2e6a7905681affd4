#!/bin/bash
# Takes this host back to its last confirmed state, which converge has kept (docs/GUARD.md). It stands alone: a copy of
# it lies beside what is kept, so it works whatever becomes of the other programs.
#
#   go-back watch         waits until the time for a confirmation is over, then goes back
#   go-back now REASON    goes back at once
#   go-back boot          at the start of a boot that nobody confirmed: files only, before anything reads them
#   go-back network       prints the addresses and routes that nobody but a person or a unit has made
#
# Safe to kill at any line: what is kept goes last, and a boot begins again.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

readonly state_root=/var/lib/ipv6-home
readonly kept=$state_root/.guard
readonly run=/run/ipv6-home.guard

# What cannot be put back must not keep the rest from it.
try() {
  "$@" </dev/null || echo "go-back: ended with $?: $*" >&2
}

bounded_systemctl() {
  try timeout 60 systemctl "$@"
}

seconds_up() {
  local up
  read -r up _ </proc/uptime
  echo "${up%.*}"
}

take_lock() {
  exec {lock}>"$run.lock"
  flock --wait 60 "$lock" || echo "go-back: another one has held $run.lock for 60 s" >&2
}

watch() {
  local due left
  exec {alive}>"$run.alive"
  # The last one may be on its way out.
  flock --wait 5 "$alive" || return 0
  echo $$ >"$run.pid"
  trap 'exit 0' TERM
  while :; do
    take_lock
    due=$(cat "$run.due" 2>/dev/null || :)
    left=$((${due:-0} - $(seconds_up)))
    if [ "$left" -le 0 ]; then
      trap '' TERM
      # Whoever begins anew after this must find nobody here.
      exec {alive}>&-
      [ -z "$due" ] || go_back live "nobody logged in anew within $(cat "$kept/armed") s after the change"
      return 0
    fi
    exec {lock}>&-
    # In the background, so that a signal is heard at once; without the lock, which would outlive this.
    sleep "$left" {alive}>&- &
    wait $! || :
  done
}

# A converge that is still at work is stuck, or works on what goes.
stop_converges() {
  local folder pid
  for folder in /run/ipv6-home/[0-9]*; do
    pid=${folder##*/}
    if [ "$pid" = "$PPID" ] || ! grep -qs converge "/proc/$pid/cmdline"; then continue; fi
    kill "$pid" 2>/dev/null || continue
    timeout 5 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || :
  done
}

was_active() {
  grep -qsE "^$1 (active|reloading|activating) " "$kept/$2/units"
}

was_enabled() {
  grep -qsE "^$1 [^ ]+ enabled" "$kept/$2/units"
}

# Whether a path is not as it was kept.
differs() {
  local path=$2 old=$kept/$1/files$2
  if [ ! -e "$old" ] && [ ! -L "$old" ]; then
    [ -e "$path" ] || [ -L "$path" ]
  else
    # Whoever reads a pipe waits for its other end.
    [ ! -f "$old" ] || [ -L "$old" ] || [ ! -f "$path" ] || [ -L "$path" ] || ! cmp -s "$old" "$path" || [ "$(stat -c '%a %u %g' "$old")" != "$(stat -c '%a %u %g' "$path")" ]
  fi
}

list_changed() {
  local path
  while read -r path; do
    ! differs "$1" "$path" || printf '%s\n' "$path"
  done <"$kept/$1/paths" >"$kept/$1/changed"
}

any_changed() {
  local component=$1 path
  shift
  for path; do
    ! grep -qxF "$path" "$kept/$component/changed" || return 0
  done
  return 1
}

# Whether a component that is new has handed over to the one before it. Then it stays, and its keys: the other end of a
# tunnel goes back at its own time, and until then both ways must be there.
stands_by() {
  local component=${1%-key} command
  [ ! -e "$kept/$component/record" ] || return 1
  command=$(sed -n 's/^stand-by //p' "$state_root/$component/directives" 2>/dev/null) || return 1
  [ -n "$command" ] && timeout 30 bash -c "$command" </dev/null >&2
}

# Units that were not there, and those that must stop by the definition that they run by.
stop_units() {
  local component=$1 word unit action paths
  while read -r word unit action paths; do
    [ "$word" = unit ] || continue
    # shellcheck disable=SC2086 # one path a word
    if ! was_active "$unit" "$component" || { [ "$action" = restart ] && any_changed "$component" $paths; }; then
      ! systemctl cat "$unit" >/dev/null 2>&1 || bounded_systemctl stop "$unit"
    fi
  done <"$kept/$component/rules"
}

# Offline: links only, which the next boot reads.
disable_new_units() {
  local word unit
  while read -r word unit _; do
    if [ "$word" = unit ] && ! was_enabled "$unit" "$1" && [ -e "/etc/systemd/system/$unit" ]; then
      SYSTEMD_OFFLINE=1 bounded_systemctl -q disable "$unit"
    fi
  done <"$kept/$1/rules"
}

enable_old_units() {
  local word unit
  while read -r word unit _; do
    if [ "$word" = unit ] && was_enabled "$unit" "$1" && [ -e "/etc/systemd/system/$unit" ]; then
      SYSTEMD_OFFLINE=1 bounded_systemctl -q enable "$unit"
    fi
  done <"$kept/$1/rules"
}

put_files_back() {
  local component=$1 path old
  while read -r path; do
    old=$kept/$component/files$path
    if [ -e "$old" ] || [ -L "$old" ]; then
      try mkdir -p "${path%/*}"
      try cp -a "$old" "$path.ipv6-home-new"
      try mv -T "$path.ipv6-home-new" "$path"
    else
      try rm -f "$path"
    fi
  done <"$kept/$component/changed"
}

# The record goes back with the files, but for the packages, which stay: a removal must know of them.
put_record_back() {
  local component=$1 name record=$state_root/.$1.back
  rm -rf "$record"
  if [ -e "$kept/$component/record" ]; then cp -a "$kept/$component/record" "$record"; else mkdir "$record"; fi
  for name in packages packages.before masked; do
    [ ! -e "$state_root/$component/$name" ] || cp -a "$state_root/$component/$name" "$record/$name"
  done
  rm -rf "${state_root:?}/$component"
  mv "$record" "$state_root/$component"
  rmdir "$state_root/$component" 2>/dev/null || :
}

start_units() {
  local component=$1 word unit action paths
  while read -r word unit action paths; do
    was_active "$unit" "$component" || continue
    if ! systemctl is-active -q "$unit"; then
      # Or a limit on starts would keep it down.
      systemctl -q reset-failed "$unit" 2>/dev/null || :
      bounded_systemctl start "$unit"
    else
      # shellcheck disable=SC2086 # one path a word
      if any_changed "$component" $paths; then bounded_systemctl "$action" "$unit"; fi
    fi
  done <"$kept/$component/rules"
}

# At a boot what starts was settled before the links were put back.
queue_units() {
  local word unit
  while read -r word unit _; do
    if [ "$word" = unit ] && was_active "$unit" "$1"; then bounded_systemctl --no-block start "$unit"; fi
  done <"$kept/$1/rules"
}

# What nobody but a person, an installer or a unit has made: no routes of the kernel, of router advertisements or DHCP.
print_network() {
  local family
  for family in -4 -6; do
    ip "$family" -o address show scope global permanent |
      awk -v family="$family" '$2 !~ /^vpn/ { print "address", family, $4, "dev", $2 }'
    ip "$family" route show table main |
      awk -v family="$family" '!/ proto (kernel|ra|dhcp) / && !/ dev vpn/ { gsub(/ (linkdown|dead|pref medium|expires [^ ]*)/, ""); sub(/ *$/, ""); print "route", family, $0 }'
  done
}

# An interface that is new since then is somebody else's.
put_network_back() {
  local kind family rest now
  now=$(print_network)
  comm -13 <(sort "$kept/network") <(sort <<<"$now") | while read -r kind family rest; do
    # shellcheck disable=SC2086 # one argument a word
    if [ -n "$kind" ] && grep -qF "dev ${rest##*dev }" "$kept/network"; then try ip "$family" "$kind" del $rest; fi
  done
  comm -23 <(sort "$kept/network") <(sort <<<"$now") | sort | while read -r kind family rest; do
    [ "$kind$family" != address-6 ] || rest="$rest nodad"
    # shellcheck disable=SC2086 # one argument a word
    try ip "$family" "$kind" add $rest
  done
}

go_back() {
  local how=$1 reason=$2 component index changed=
  local -a order=() staying=()
  [ -e "$kept/order" ] || return 0
  [ "$how" = boot ] || stop_converges
  while read -r component; do
    if [ ! -d "$kept/$component" ]; then continue; fi
    if [ "$how" = boot ] || ! stands_by "$component"; then order+=("$component"); else staying+=("$component"); fi
  done <"$kept/order"
  for component in "${order[@]}"; do
    list_changed "$component"
    [ ! -s "$kept/$component/changed" ] || changed=yes
  done
  for ((index = ${#order[@]} - 1; index >= 0; index--)); do
    [ "$how" = boot ] || stop_units "${order[index]}"
    disable_new_units "${order[index]}"
  done
  for component in "${order[@]}"; do
    put_files_back "$component"
    put_record_back "$component"
    enable_old_units "$component"
  done
  sync -f "$state_root"
  bounded_systemctl daemon-reload
  if [ "$how" = boot ]; then
    for component in "${order[@]}"; do queue_units "$component"; done
  else
    for component in "${order[@]}"; do
      [ ! -e "$kept/$component/sysctls" ] || try sysctl -q -e -p "$kept/$component/sysctls"
    done
    put_network_back
    for component in "${order[@]}"; do start_units "$component"; done
  fi
  # A run that was killed before its first change is nobody's news.
  [ -z "$changed$([ "$how" = boot ] || echo live)" ] || printf 'this host went back to its last confirmed state at %s, because %s; taken back: %s\n' \
    "$(date -u +%FT%TZ)" "$reason" "${order[*]:-nothing}${staying[*]:+; on stand-by until the next run: ${staying[*]}}" | tee "$state_root/.went-back.new" >&2
  [ ! -e "$state_root/.went-back.new" ] || mv "$state_root/.went-back.new" "$state_root/.went-back"
  rm -rf "$state_root/.undone"
  mv "$kept" "$state_root/.undone"
  rm -rf "$state_root/.undone" "$run.due"
}

case ${1-} in
  watch) watch ;;
  now)
    take_lock
    go_back live "$2"
    ;;
  boot)
    [ -e "$kept/boot-id" ] && [ "$(cat "$kept/boot-id")" != "$(cat /proc/sys/kernel/random/boot_id)" ] || exit 0
    go_back boot "the host started anew before it was confirmed"
    ;;
  network) print_network ;;
  *)
    echo "usage: go-back watch|now REASON|boot|network" >&2
    exit 2
    ;;
esac
