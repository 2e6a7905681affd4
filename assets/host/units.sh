# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: systemd units and the links that they switch on. A `unit` line of a bundle is owned by the component, a `notify` line names one of
# another component. Both: NAME reload|restart PATH…, the files whose change the unit must hear of.

# Whether one of the paths given changed in this run.
any_changed() {
  local path
  for path in "$@"; do
    ! grep -qxF "$path" "$work/changed" || return 0
  done
  return 1
}

# Active, or on its way there by a definition that may be the old one.
is_alive() {
  case $(systemctl is-active "$1" || :) in
    active | activating | reloading) ;;
    *) return 1 ;;
  esac
}

bounded_systemctl() {
  timeout 120 systemctl "$@"
}

# The first unit of a bundle has the ground that the others stand on: links and addresses. Units stop in reverse, and
# the first one not before those whom the component served have been told.
first_unit() {
  directives "$1" unit | sed -n 1p
}

other_units() {
  directives "$1" unit | sed 1d | tac
}

# Those that the bundle has no more, while their files are still there, and those that start anew. $work/farewells is
# said on the way.
stop_changing_units() {
  local unit
  while read -r unit _; do
    grep -q "^unit $unit " "$work/directives" || retire_unit "$unit"
  done < <(directives "$state/directives" unit | tac)
  stop_units_to_restart < <(other_units "$work/directives")
  say_farewells 1 <"$work/farewells"
  stop_units_to_restart < <(first_unit "$work/directives")
}

# systemd runs the ExecStop lines of the definition that it has in hand: a unit that cleans up after itself must stop
# while that is still the old one.
stop_units_to_restart() {
  local line
  local -a words
  while read -r line; do
    read -r -a words <<<"$line"
    if [ "${words[1]}" = restart ] && any_changed "${words[@]:2}" && is_alive "${words[0]}"; then
      bounded_systemctl stop "${words[0]}" || fail "${words[0]} did not stop; see 'journalctl -u ${words[0]}'"
    fi
  done
}

# One that is not wanted any more, and what it has on disk.
retire_unit() {
  local unit=$1 definition
  definition=$(systemctl cat "$unit" 2>/dev/null) || return 0
  bounded_systemctl -q disable --now "$unit"
  # Or systemd would go on listing one that had failed, without its file; as it would what a timer has started.
  bounded_systemctl -q reset-failed "$unit" 2>/dev/null || :
  [ "${unit##*.}" != timer ] || bounded_systemctl -q reset-failed "${unit%.timer}.service" 2>/dev/null || :
  if grep -q '^StateDirectory=' <<<"$definition"; then bounded_systemctl clean --what=state "$unit"; fi
}

explain_unit() {
  journalctl --no-pager -q -n 15 -o cat -u "$1" >&2 || true
  fail "$1 $2; the end of its journal is above"
}

# The unit files that changed, if systemd may hold an earlier reading of one. It reads a unit that it never saw when it
# starts it, and a reload of all of systemd takes longer than anything else here.
must_reload_systemd() {
  local path
  local -a fresh=()
  while read -r path; do
    grep -qxF "$path" "$work/created" || return 0
    case $path in *.d/*) return 0 ;; esac
    fresh+=("${path##*/}")
  done < <(grep '^/etc/systemd/system/' "$work/changed" || :)
  [ ${#fresh[@]} -gt 0 ] || return 1
  ! systemctl show -p LoadState -p NeedDaemonReload "${fresh[@]}" | awk -F = '
    $1 == "LoadState" && $2 != "loaded" || $1 == "NeedDaemonReload" && $2 != "no" { stale = 1 } END { exit stale }'
}

# Units of before that somebody has switched off: systemd says so until it reads the links anew.
are_switched_off() {
  local unit
  local -a known=()
  for unit in "$@"; do
    grep -qxF "/etc/systemd/system/$unit" "$work/created" || known+=("$unit")
  done
  [ ${#known[@]} -gt 0 ] || return 1
  systemctl show -p UnitFileState "${known[@]}" | grep -qx UnitFileState=disabled
}

load_units() {
  local off=
  local -a units
  mapfile -t units < <(directives "$work/directives" unit | cut -d ' ' -f 1)
  if are_switched_off "${units[@]}"; then off=yes; fi
  # Offline: systemd itself would hold all it has read for outdated, and the links are read at the next boot.
  if [ ${#units[@]} -gt 0 ]; then SYSTEMD_OFFLINE=1 bounded_systemctl -q enable "${units[@]}"; fi
  if [ "$off" ] || must_reload_systemd || grep -q '[.]d/' "$work/extra"; then bounded_systemctl daemon-reload; fi
}

converge_units() {
  local line unit action
  local -a words
  while read -r line; do
    read -r -a words <<<"$line"
    unit=${words[0]} action=${words[1]}
    if ! systemctl is-active -q "$unit"; then
      # Harmless if it had not failed.
      bounded_systemctl -q reset-failed "$unit" 2>/dev/null || true
      bounded_systemctl start "$unit" || explain_unit "$unit" "did not start"
    elif any_changed "${words[@]:2}"; then
      # One that has no ExecReload line starts anew without a stop of those that only it needs.
      [ "$action" = restart ] || action=reload-or-restart
      bounded_systemctl "$action" "$unit" || explain_unit "$unit" "did not $action"
    elif has_drifted; then
      # Our reloads repeat all that a start does: no stop that others would feel, unless its definition was added to.
      action=reload-or-restart
      ! grep -qF "/$unit.d/" "$work/extra" || action=restart
      bounded_systemctl "$action" "$unit" || explain_unit "$unit" "did not restart"
    fi
  done < <(directives "$work/directives" unit)
  notify_units "$work/directives"
}

notify_units() {
  local line
  local -a words
  while read -r line; do
    read -r -a words <<<"$line"
    # One that is not there yet will read the files when it starts.
    if any_changed "${words[@]:2}" && systemctl is-active -q "${words[0]}"; then
      bounded_systemctl "${words[1]}" "${words[0]}" || explain_unit "${words[0]}" "did not ${words[1]}"
    fi
  done < <(directives "$1" notify)
}

# All of them, for good.
retire_units() {
  local unit
  while read -r unit _; do retire_unit "$unit"; done < <(other_units "$state/directives")
  directives "$state/directives" farewell | say_farewells 2
  while read -r unit _; do retire_unit "$unit"; done < <(first_unit "$state/directives")
}

notify_after_removal() {
  bounded_systemctl daemon-reload
  [ -e "$state/directives" ] || return 0
  local unit action
  while read -r unit action _; do
    ! systemctl is-active -q "$unit" || bounded_systemctl "$action" "$unit" || explain_unit "$unit" "did not $action"
  done < <(directives "$state/directives" notify)
}

# Which links were off before us; each is looked at once.
record_links() {
  local link
  while read -r link; do
    grep -q "^$link " "$state/links" 2>/dev/null ||
      printf '%s %s\n' "$link" "$([ $(($(cat "/sys/class/net/$link/flags") & 1)) = 1 ] && echo up || echo down)" >>"$state/links"
  done < <(directives "$work/directives" link)
}

restore_links() {
  [ -e "$state/links" ] || return 0
  local link was
  while read -r link was; do
    [ "$was" = up ] || [ ! -e "/sys/class/net/$link" ] || ip link set dev "$link" down
  done <"$state/links"
}
