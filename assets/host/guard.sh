# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: what a component changes is kept beside it until it is confirmed (docs/GUARD.md). A component with a
# `guard SECONDS` line may cut the operator off: if no new login confirms in so many seconds, go-back takes the host back
# to what it was. The others go back with it, and by themselves only at a boot that finds them half done.
#
# $guard_root/go-back, network and boot-id, once for all; COMPONENT/ for each, see keep_component; order, their names.

readonly guard_root=$state_root/.guard
readonly went_back=$state_root/.went-back
readonly guard_run=/run/ipv6-home.guard

take_guard_lock() {
  exec {guard_lock}>"$guard_run.lock"
  flock --wait 120 "$guard_lock" || fail "the host has been going back for 120 s; see 'journalctl -u ipv6-home-go-back-*'"
}

leave_guard_lock() {
  exec {guard_lock}>&-
}

# Whether this run finds all as the bundle says already.
is_quiet() {
  local units
  [ -e "$state/manifest" ] && [ ! -e "$state/pending" ] && [ ! -s "$work/changed" ] && ! has_drifted || return 1
  cmp -s "$work/directives" "$state/directives" || return 1
  mapfile -t units < <(directives "$work/directives" unit | cut -d ' ' -f 1)
  [ ${#units[@]} -eq 0 ] || systemctl is-active -q "${units[@]}"
}

# Keeps the component as it is and, if it is guarded, starts the clock. Before the first change of this run.
guard_component() {
  local window
  guarded=
  # One that is kept already was never held.
  if is_quiet && [ ! -e "$guard_root/$component" ]; then return 0; fi
  window=$(directives "$work/directives" guard)
  guarded=${window:-own}
  take_guard_lock
  # Keys may be among what is kept.
  (umask 077 && mkdir -p "$guard_root")
  [ -e "$guard_root/boot-id" ] || {
    cp "$library/go-back" "$library/put-back" "$library/network" "$guard_root/"
    keep_network
  }
  # Of another boot only if the unit that would have gone back was not there yet.
  cp /proc/sys/kernel/random/boot_id "$guard_root/boot-id"
  [ -e "$guard_root/$component" ] || keep_component
  [ -z "$window" ] || start_clock "$window"
  leave_guard_lock
}

# Addresses and routes that stand in no file of ours, and that a unit of ours may change all the same.
keep_network() {
  bash "$guard_root/go-back" network >"$guard_root/addresses.new"
  mv "$guard_root/addresses.new" "$guard_root/addresses"
}

# COMPONENT/ has the record, if it was whole; the paths, old and new; the files that are there of them; rules, the unit
# and notify lines, old and new; units, those of them that are active ("NAME active enabled"); sysctls, their values.
keep_component() {
  local kept=$guard_root/.$component.new
  local -a paths=() present=() units=() keys=()
  rm -rf "$kept"
  mkdir -p "$kept/files"
  [ ! -e "$state/manifest" ] || cp -a "$state" "$kept/record"
  cat "$work/directives" "$state/directives" >"$kept/directives"
  { sed -n 's/^file [^ ]* [^ ]* //p' "$kept/directives"; cat "$state/paths" "$work/extra" 2>/dev/null || :; } | sort -u >"$kept/paths"
  mapfile -t paths <"$kept/paths"
  local path
  for path in "${paths[@]}"; do
    if [ -e "$path" ] || [ -L "$path" ]; then present+=(".$path"); fi
  done
  [ ${#present[@]} -eq 0 ] || (cd / && cp -a --parents -t "$kept/files" "${present[@]}")
  sed -n '/^\(unit\|notify\) /p' "$kept/directives" | sort -u >"$kept/rules"
  mapfile -t units < <(cut -d ' ' -f 2 "$kept/rules" | sort -u)
  [ ${#units[@]} -eq 0 ] || systemctl show -p Id -p ActiveState -p UnitFileState "${units[@]}" | awk -F = '
    $1 == "Id" { id = $2 } $1 == "ActiveState" { active = $2 } $1 == "UnitFileState" { file = $2 }
    function tell() { if (id != "") print id, active, file == "" ? "none" : file; id = "" }
    /^$/ { tell() } END { tell() }' >"$kept/units"
  mapfile -t keys < <(sed -n 's/^sysctl //p' "$kept/directives" | sort -u | while read -r path; do
    for path in "$path" "$work/stage$path"; do [ ! -f "$path" ] || sysctl_keys "$path"; done
  done | sort -u)
  [ ${#keys[@]} -eq 0 ] || sysctl -e "${keys[@]}" >"$kept/sysctls" 2>/dev/null
  [ -s "$work/drift" ] || [ -s "$work/extra" ] || : >"$kept/clean"
  printf '%s\n' "$component" >>"$guard_root/order"
  mv "$kept" "$guard_root/$component"
  # A power cut from here on must find all of it.
  sync -f "$guard_root/order"
}

# Seconds since the boot: no clock that somebody sets.
seconds_up() {
  local up
  read -r up _ </proc/uptime
  echo "${up%.*}"
}

start_clock() {
  echo "$1" >"$guard_root/armed"
  extend_clock "$1"
  # The one that waits holds a lock while it does.
  ! is_free "$guard_run.alive" ||
    systemd-run -q --collect --unit="ipv6-home-go-back-$$" bash "$guard_root/go-back" watch ||
    fail "the guard's clock did not start, see above; nothing was changed"
}

# Seconds that a confirmation has got, if one is waited for.
window_of_guard() {
  cat "$guard_root/armed" 2>/dev/null || :
}

# Until so many seconds from now, at least; nothing if no confirmation is waited for.
extend_clock() {
  local due
  [ -n "$1" ] || return 0
  due=$(cat "$guard_run.due" 2>/dev/null || :)
  if [ "${due:-0}" -lt $(($(seconds_up) + $1)) ]; then set_clock "$1"; fi
}

set_clock() {
  [ -n "$1" ] || return 0
  echo $(($(seconds_up) + $1)) >"$guard_run.due.$$"
  mv "$guard_run.due.$$" "$guard_run.due"
}

is_free() {
  (flock --nonblock 9) 9>"$1"
}

# After the last change of this run: the time for the new login begins.
hold_component() {
  take_guard_lock
  is_put_back
  if [ -z "$guarded" ]; then
    :
  elif [ ! -e "$guard_root/$component" ]; then
    # Confirmed by another run, else.
    [ ! "$went_back" -nt "$work/directives" ] || fail "$(cat "$went_back")"
  elif is_as_kept || { [ "$guarded" = own ] && [ ! -e "$guard_root/armed" ]; }; then
    drop_components "$component"
  else
    extend_clock "$(window_of_guard)"
  fi
  leave_guard_lock
}

# What was confirmed once needs no confirmation when it is back.
is_as_kept() {
  local path kept=$guard_root/$component
  [ -e "$kept/clean" ] && [ -e "$kept/record" ] && cmp -s "$kept/record/manifest" "$state/manifest" &&
    cmp -s "$kept/record/directives" "$state/directives" || return 1
  while read -r path; do
    if [ ! -e "$kept/files$path" ] && [ ! -L "$kept/files$path" ]; then
      [ ! -e "$path" ] || return 1
    else
      # Whoever reads a pipe that somebody has put there waits for its other end.
      [ -f "$kept/files$path" ] && [ ! -L "$kept/files$path" ] && cmp -s "$kept/files$path" "$path" || return 1
    fi
  done <"$kept/paths"
}
