#!/bin/bash
# Converges one component of this host to the bundle on standard input, or removes it (docs/BUNDLE.md).
#
#   converge apply COMPONENT [GENERATION] < BUNDLE
#   converge remove COMPONENT [GENERATION [OWNER]]
#   converge release COMPONENT [GENERATION [OWNER]]     only the part of remove that waits until the component may go
#   converge confirm HOST < EXPECTED            a new login after all changes: they stay (docs/GUARD.md)
#   converge leave host                         tells those whom this host serves that it goes
#   converge remove-all host                    leaves, and removes every component of this host
#
# A generation owns what it applied, and so does the stack that registered a site: the removal of another one leaves it
# alone.
#
# Safe to kill at any line and to run again: what must survive a kill is written before the step that needs it.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
umask 022

readonly library=${BASH_SOURCE[0]%/*}
readonly state_root=/var/lib/ipv6-home
readonly work_root=/run/ipv6-home
# shellcheck source=assets/host/bundle-reader.sh
. "$library/bundle-reader"
# shellcheck source=assets/host/files.sh
. "$library/files"
# shellcheck source=assets/host/units.sh
. "$library/units"
# shellcheck source=assets/host/packages.sh
. "$library/packages"
# shellcheck source=assets/host/vacancy.sh
. "$library/vacancy"
# shellcheck source=assets/host/preflight.sh
. "$library/preflight"
# shellcheck source=assets/host/live.sh
. "$library/live"
# shellcheck source=assets/host/guard.sh
. "$library/guard"
# shellcheck source=assets/host/confirm.sh
. "$library/confirm"
# shellcheck source=assets/host/removal.sh
. "$library/removal"
# shellcheck source=assets/host/leave.sh
. "$library/leave"

fail() {
  printf '%s: %s\n' "$component" "$*" >&2
  exit 1
}

split_bundle() {
  [ "$(head -n 1 "$work/bundle")" = "ipv6-home bundle 1" ] ||
    fail "the bundle is of another version than $library/converge; run 'pulumi up' for the stack that owns this host first"
  grep -v '^    ' "$work/bundle" | grep . >"$work/directives"
  local mode owner path
  unpack_files "$work/bundle" "$work/stage"
  while read -r mode owner path; do
    [ "$mode" = 0644 ] || chmod "$mode" "$work/stage$path"
    [ "$owner" = root:root ] || chown "$owner" "$work/stage$path"
  done < <(directives "$work/directives" file)
}

# The real programs judge the staged files, side by side; nothing is touched if one refuses.
run_checks() {
  local index
  local -a commands running=()
  mapfile -t commands < <(directives "$work/directives" check)
  for index in "${!commands[@]}"; do
    timeout 60 bash -c "${commands[index]//\{stage\}/$work/stage}" >"$work/check.$index" 2>&1 </dev/null &
    running+=($!)
  done
  for index in "${!commands[@]}"; do
    wait "${running[index]}" || {
      sed "s|$work/stage||g" "$work/check.$index" >&2
      fail "refused by: ${commands[index]//\{stage\}/}; nothing was changed"
    }
  done
}

apply() {
  state=$state_root/$component
  split_bundle
  preflight
  refuse_after_going_back
  if grep -q '^package ' "$work/directives"; then
    take_lock
    # apt may take its time.
    [ -z "$(window_of_guard)" ] || extend_clock 2500
    install_packages
    set_clock "$(window_of_guard)"
  fi
  # Who has just logged in is not cut off.
  extend_clock "$(window_of_guard)"
  run_checks
  take_lock
  mkdir -p "$state"
  record_first_directives
  list_changed_files
  note_drift
  record_sysctls
  guard_component
  outdated_farewells >"$work/farewells"
  say_farewells 2 <"$work/farewells"
  stop_changing_units
  install_files
  remove_extra_files
  remove_files_no_longer_wanted
  apply_sysctls
  record_links
  load_units
  leave_host_lock
  converge_units
  record_live
  write_manifest
  hold_component
  printf 'manifest %s\n' "$(sha256sum <"$state/manifest" | cut -d ' ' -f 1)"
}

# What fails before it is whole for the first time must be removable: its units are known from here on.
record_first_directives() {
  [ ! -e "$state/directives" ] || return 0
  cp "$work/directives" "$state/directives.new"
  mv "$state/directives.new" "$state/directives"
}

recorded_generation() {
  [ ! -e "$1/generation" ] || cat "$1/generation"
}

# Components of a host may arrive side by side; packages, files and units take one at a time. A converge called by
# another one has that lock already. The second lock is the component's own, held to the end.
take_lock() {
  if [ -z "${IPV6_HOME_LOCKED-}" ]; then
    exec {host_lock}>/run/ipv6-home.lock
    flock --wait 300 "$host_lock" || fail "another run has held /run/ipv6-home.lock for 300 s"
    export IPV6_HOME_LOCKED=yes
  fi
  [ -z "${own_lock-}" ] || return 0
  exec {own_lock}>"$work_root/.$component.lock"
  flock --wait 300 "$own_lock" || fail "another run has worked on $component for 300 s"
}

# Daemons take their time to start, and need nothing that another component could take away.
leave_host_lock() {
  [ -n "${host_lock-}" ] || return 0
  exec {host_lock}>&-
  unset host_lock IPV6_HOME_LOCKED
}

# A folder in memory for this run, only root's: a bundle may hold keys. Those of killed runs are swept away.
make_work() {
  local old
  (umask 077 && mkdir -p "$work_root")
  for old in "$work_root"/*; do
    [ -d "/proc/${old##*/}" ] || rm -rf "$old"
  done
  work=$work_root/$$
  trap 'rm -rf "$work"' EXIT
  mkdir "$work"
  # Read to the end on every path: the sender fails if it cannot deliver all.
  timeout 300 cat >"$work/bundle" || fail "the bundle did not come to its end within 300 s; nothing was changed"
}

main() {
  local verb=${1-}
  component=${2-}
  generation=${3-}
  owner=${4-}
  [ -n "$component" ] || {
    echo "usage: converge apply|remove|release|confirm COMPONENT [GENERATION]; converge leave|remove-all host" >&2
    exit 2
  }
  [ "$(id -u)" = 0 ] || fail "must run as root"
  make_work
  trap 'fail "ended from outside: this host goes back to its last confirmed state, see $went_back"' TERM
  mkdir -p "$state_root"
  case $verb in
    apply) apply ;;
    release) release ;;
    confirm) confirm ;;
    leave) leave ;;
    remove-all) remove_all ;;
    remove)
      release
      take_lock
      remove
      ;;
    *) fail "no such verb: $verb" ;;
  esac
}

main "$@"
