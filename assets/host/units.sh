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
  done < <(directives "$work/directives" unit)
  # Those that the bundle has no more: while their files are still there.
  [ -e "$state/directives" ] || return 0
  while read -r line; do
    read -r -a words <<<"$line"
    grep -q "^unit ${words[0]} " "$work/directives" || ! systemctl cat "${words[0]}" >/dev/null 2>&1 ||
      bounded_systemctl -q disable --now "${words[0]}"
  done < <(directives "$state/directives" unit)
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

load_units() {
  local -a units
  mapfile -t units < <(directives "$work/directives" unit | cut -d ' ' -f 1)
  # Offline: systemd itself would hold all it has read for outdated, and the links are read at the next boot.
  if [ ${#units[@]} -gt 0 ]; then SYSTEMD_OFFLINE=1 bounded_systemctl -q enable "${units[@]}"; fi
  if must_reload_systemd || grep -q '[.]d/' "$work/extra"; then bounded_systemctl daemon-reload; fi
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

stop_units() {
  [ -e "$state/directives" ] || return 0
  local unit definition
  while read -r unit _; do
    if definition=$(systemctl cat "$unit" 2>/dev/null); then
      bounded_systemctl -q disable --now "$unit"
      # Or systemd would go on listing one that had failed, without its file.
      bounded_systemctl -q reset-failed "$unit" 2>/dev/null || :
      if grep -q '^StateDirectory=' <<<"$definition"; then bounded_systemctl clean --what=state "$unit"; fi
    fi
  done < <(directives "$state/directives" unit | tac)
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
