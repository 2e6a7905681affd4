# shellcheck shell=bash disable=SC2154 # the variables are those of go-back
# Part of go-back: the files, the record and the units of one component. A copy of it lies beside that of go-back.

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

# On a full disk the file stays as it is.
put_file_back() {
  mkdir -p "${2%/*}" && cp -a "$1" "$2.ipv6-home-new" && mv -T "$2.ipv6-home-new" "$2"
}

put_files_back() {
  local component=$1 path old
  while read -r path; do
    old=$kept/$component/files$path
    if [ -e "$old" ] || [ -L "$old" ]; then
      try put_file_back "$old" "$path"
    else
      try rm -f "$path"
    fi
  done <"$kept/$component/changed"
}

# The record goes back with the files, but for what a removal must know of: packages, which stay, and links as they were.
# It is a new convergence all the same: the same damage a second time must be another one.
put_record_back() {
  local component=$1 name record=$state_root/.$1.back
  [ -d "$state_root/$component" ] || [ ! -d "$state_root/.$component.was" ] || mv "$state_root/.$component.was" "$state_root/$component"
  rm -rf "$record" "$state_root/.$component.was"
  if [ -e "$kept/$component/record" ]; then cp -a "$kept/$component/record" "$record"; else mkdir "$record"; fi &&
    for name in packages packages.before masked links; do
      [ ! -e "$state_root/$component/$name" ] || cp -a "$state_root/$component/$name" "$record/$name" || return 1
    done || return 1
  [ ! -e "$record/manifest" ] || touch "$record/manifest"
  [ ! -d "$state_root/$component" ] || mv "$state_root/$component" "$state_root/.$component.was"
  mv "$record" "$state_root/$component"
  rm -rf "$state_root/.$component.was"
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
      [ "$action" = restart ] || action=reload-or-restart
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
