#!/bin/bash
# Takes this host back to its last confirmed state, which converge has kept (docs/GUARD.md). It stands alone: a copy of
# it lies beside what is kept, so it works whatever becomes of the other programs.
#
#   go-back watch         waits until the time for a confirmation is over, then goes back
#   go-back now REASON COMPONENT…    goes back at once, with these of what is kept, or all if none is named
#   go-back boot          at the start of a boot that nobody confirmed: files only, before anything reads them
#   go-back network       prints the addresses and routes that nobody but a person or a unit has made
#
# Safe to kill at any line: what is kept goes last, and a boot begins again.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

# shellcheck source=assets/host/put-back.sh
. "${BASH_SOURCE[0]%/*}/put-back"
# shellcheck source=assets/host/network.sh
. "${BASH_SOURCE[0]%/*}/network"

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
  # Only wakes it; what is to be done is judged under the lock.
  trap : USR1
  echo $$ >"$run.pid"
  while :; do
    take_lock
    due=$(cat "$run.due" 2>/dev/null || :)
    left=$((${due:-0} - $(seconds_up)))
    if [ "$left" -le 0 ]; then
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
    rm -rf "$folder"
  done
}

# Everything that is kept, or what is named of it, in the order in which it came; leaves out what stands by.
list_components() {
  local how=$1 component
  shift
  while read -r component; do
    if [ ! -d "$kept/$component" ]; then continue; fi
    if [ $# -gt 0 ] && [[ " $* " != *" $component "* ]]; then continue; fi
    if [ "$how" = boot ] || ! stands_by "$component"; then order+=("$component"); else staying+=("$component"); fi
  done <"$kept/order"
}

# The first line is what the host has to say of it; then what must be put back.
remember() {
  local reason=$1 component kind
  printf 'this host went back to its last confirmed state at %s, because %s; taken back: %s\n' "$(date -u +%FT%TZ)" \
    "$reason" "${order[*]:-nothing}${staying[*]:+; on stand-by until the next run: ${staying[*]}}" | tee "$state_root/.went-back.new" >&2
  {
    for component in "${order[@]}"; do
      kind=other
      ! grep -q '^guard ' "$kept/$component/directives" || kind=guarded
      echo "$kind $component"
    done
    grep -sE '^(guarded|other) ' "$state_root/.went-back" || :
  } | sort -u >>"$state_root/.went-back.new"
  mv "$state_root/.went-back.new" "$state_root/.went-back"
}

# In one step each: half of it would be taken for what was there.
forget() {
  local component
  rm -rf "$state_root/.undone"
  for component in "${order[@]}" "${staying[@]}"; do
    mv "$kept/$component" "$state_root/.undone"
    rm -rf "$state_root/.undone"
  done
  for component in "$kept"/*/; do
    [ ! -d "$component" ] || return 0
  done
  mv "$kept" "$state_root/.undone"
  rm -rf "$state_root/.undone" "$run.due"
}

# Live or at a boot, and why; then the components, or all.
go_back() {
  local how=$1 reason=$2 component path index changed=
  local -a order=() staying=()
  [ -e "$kept/order" ] || return 0
  shift 2
  if [ "$how" != boot ]; then
    stop_converges
    # Nobody shall look at files on their way back.
    exec {host_lock}>/run/ipv6-home.lock
    flock --wait 60 "$host_lock" || echo "go-back: another one has held /run/ipv6-home.lock for 60 s" >&2
    stop_converges
  fi
  list_components "$how" "$@"
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
    enable_old_units "$component"
    # Of a converge that was killed.
    while read -r path; do rm -f "$path.ipv6-home-new"; done <"$kept/$component/paths"
  done
  try sync -f /etc /usr/local "$state_root"
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
  for component in "${order[@]}"; do try put_record_back "$component"; done
  try sync -f /etc /usr/local "$state_root"
  # A run that was killed before its first change is nobody's news.
  if [ "$how" != boot ] || [ -n "$changed" ]; then remember "$reason"; fi
  forget
}

case ${1-} in
  watch) watch ;;
  now)
    shift
    take_lock
    go_back live "$@"
    ;;
  boot)
    [ -e "$kept/boot-id" ] && [ "$(cat "$kept/boot-id")" != "$(cat /proc/sys/kernel/random/boot_id)" ] || exit 0
    go_back boot "the host started anew before it was confirmed"
    ;;
  network) print_network ;;
  *)
    echo "usage: go-back watch|now REASON [COMPONENT…]|boot|network" >&2
    exit 2
    ;;
esac
