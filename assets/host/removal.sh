# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: how a component goes.

# Neither generation nor owner is recorded before the first one is whole.
is_ours() {
  state=$state_root/$component
  [ -d "$state" ] && { [ ! -e "$state/generation" ] || [ "$generation" = "$(cat "$state/generation")" ]; } &&
    ! is_of_another_stack
}

is_of_another_stack() {
  [ -n "$owner" ] && [ -s "$state/owner" ] && [ "$owner" != "$(cat "$state/owner")" ]
}

# Before the lock, so that nobody waits along; and not for what goes with the whole host.
release() {
  is_ours && [ -z "${IPV6_HOME_LOCKED-}" ] || return 0
  local command lock
  # A killed run may still be at work here, and give traffic to what goes.
  exec {lock}>"$work_root/.$component.lock"
  flock --wait 300 "$lock" || fail "another run has worked on it for 300 s; nothing was changed"
  exec {lock}>&-
  while read -r command; do
    timeout 60 bash -c "$command" >"$work/release" 2>&1 </dev/null || {
      cat "$work/release" >&2
      fail "is still needed, see above; nothing was changed"
    }
  done < <(directives "$state/directives" release)
}

remove() {
  # What went back and is not wanted any more.
  is_put_back
  # One that went back to before it may have no record, and what others have left there all the same.
  [ "$component" != host ] || mkdir -p "$state_root/host"
  is_ours || {
    ! is_of_another_stack || echo "$component: stays, it is of stack $(cat "$state/owner"); this is stack $owner" >&2
    return 0
  }
  refuse_while_used
  forget_component
  if [ "$component" = host ]; then remove_orphans; fi
  retire_units
  # Before the files, which are this program: it must still be there if apt fails.
  remove_packages
  restore_files
  restore_links
  restore_sysctls
  notify_after_removal
  # Folders that hold somebody's own files stay, and with the host gone nobody asks for them any more.
  [ "$component" != host ] || rm -f "$state_root/directories"
  rm -rf "$state_root/.gone"
  mv "$state" "$state_root/.gone"
  rm -rf "$state_root/.gone"
  rmdir --ignore-fail-on-non-empty "$state_root"
}

# Sites register themselves by stacks of their own; they leave first, but of a login that only looks, and of what starts
# the dead or tells how the host is, they need nothing.
refuse_while_used() {
  local site users="site-"
  case $component in
    site-* | drift-login | health | metrics | monitoring | alerts-key | upgrades) return 0 ;;
    authoritative) users="site-names" ;;
  esac
  for site in "$state_root/$users"*; do
    [ ! -d "$site" ] ||
      fail "${site##*/} still uses this host; run 'pulumi destroy' for that home's stack first, or if that is gone '$library/converge remove ${site##*/} $(recorded_generation "$site") </dev/null' here"
  done
}

# What failed before the engine heard of it: the host goes last, so whatever is left is nobody's.
remove_orphans() {
  local other
  for other in $(removal_order); do
    bash "$library/converge" remove "$other" "$(recorded_generation "$state_root/$other")" </dev/null
  done
}
