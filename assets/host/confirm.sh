# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: what is kept until it is confirmed (assets/host/guard.sh) goes here, and what the host took back is
# remembered until it has been put back: $went_back has the host's words and a line for each component, "guarded NAME" or
# "other NAME".

# What is confirmed is on the disk before what was kept goes, and that it is gone before anybody is told so.
drop_components() {
  local each
  sync_all
  for each; do
    [ ! -e "$guard_root/$each" ] || drop_component "$each"
  done
  [ -s "$guard_root/order" ] || disarm
  sync_all
}

# In one step: half of it would be taken for what was there.
drop_component() {
  rm -rf "$state_root/.confirmed"
  mv "$guard_root/$1" "$state_root/.confirmed"
  rm -rf "$state_root/.confirmed"
  grep -vxF "$1" "$guard_root/order" >"$guard_root/order.new" || :
  mv "$guard_root/order.new" "$guard_root/order"
}

sync_all() {
  sync -f /etc /usr/local "$state_root"
}

# Nothing is kept any more.
disarm() {
  local watcher
  if [ -d "$guard_root" ]; then
    rm -rf "$state_root/.confirmed"
    mv "$guard_root" "$state_root/.confirmed"
  fi
  rm -rf "$state_root/.confirmed"
  rm -f "$guard_run.due"
  # It sees under the lock that nothing is waited for.
  if [ -e "$guard_run.pid" ] && ! is_free "$guard_run.alive"; then
    read -r watcher <"$guard_run.pid"
    kill -USR1 "$watcher" 2>/dev/null || :
  fi
}

# What is removed on purpose does not come back.
forget_component() {
  take_guard_lock
  is_put_back
  if [ "$component" = host ]; then
    disarm
    rm -rf "$went_back" "$state_root"/.undone "$state_root"/.*.back "$state_root"/.*.was
  elif [ -e "$guard_root/$component" ]; then
    drop_components "$component"
  fi
  leave_guard_lock
}

# The component is on the host as this run wants it.
is_put_back() {
  [ -e "$went_back" ] || return 0
  grep -vxE "(guarded|other) $component" "$went_back" >"$went_back.new" || :
  if grep -qE '^(guarded|other) ' "$went_back.new"; then mv "$went_back.new" "$went_back"; else rm -f "$went_back" "$went_back.new"; fi
}

tell_went_back() {
  sed -n 1p "$went_back"
}

# What can cut nobody off has no confirmation of its own, so it must not come on top of what went back in the same run.
refuse_after_going_back() {
  # What comes beside it, and what is another stack's, must not hold it up.
  if [ -z "$(directives "$work/directives" guard)" ] && grep -sE '^guarded ' "$went_back" | grep -qvE ' (prefix$|tunnel-|site-)'; then
    tell_went_back >&2
    fail "nothing was changed, because not all of that has been put back; mend the settings and run 'pulumi up', which looks at the host first (observe must not be never)"
  fi
}

# The new login itself. Input: a line for each component that this run is answerable for, NAME GENERATION
# SHA256-OF-BUNDLE, with "-" for none, for what holds keys, and for what can cut nobody off.
confirm() {
  local name generation digest
  local -a mine=() missing=()
  take_guard_lock
  while read -r name generation digest; do
    [ -n "$name" ] || continue
    mine+=("$name")
    if [ "$(cat "$state_root/$name/generation" 2>/dev/null || echo none)" != "${generation#-}" ] ||
      { [ "$digest" != - ] && [ "$(sha256sum 2>/dev/null <"$state_root/$name/bundle" | cut -d ' ' -f 1)" != "$digest" ]; } ||
      grep -qsxE "(guarded|other) $name" "$went_back"; then
      missing+=("$name")
    fi
  done <"$work/bundle"
  # By hand, without a list: everything.
  [ ${#mine[@]} -gt 0 ] || mapfile -t mine < <(cat "$guard_root/order" 2>/dev/null || :)
  if [ ${#missing[@]} -gt 0 ]; then
    leave_guard_lock
    [ ! -e "$went_back" ] || tell_went_back >&2
    # What else this run has changed goes the same way.
    bash "$library/go-back" now "a part of the run is not there: ${missing[*]}" "${mine[@]}"
    fail "not confirmed, because this host does not have what the run put there: ${missing[*]}; mend the settings and run 'pulumi up', which looks at the host and converges again what went back (observe must not be never)"
  fi
  drop_components "${mine[@]}"
  leave_guard_lock
  echo confirmed
}
