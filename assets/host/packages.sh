# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: Debian packages. What apt adds is recorded before and after, so that removal, if asked, takes away
# exactly that, and units that a package brings stay masked, because this project runs the daemons by units of its own.

installed_packages() {
  dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^.i  *//p' | sort
}

# Moves what came since $state/packages.before to the list of packages that are ours.
record_new_packages() {
  [ -e "$state/packages.before" ] || return 0
  { comm -13 "$state/packages.before" <(installed_packages); cat "$state/packages" 2>/dev/null || :; } |
    sort -u >"$state/packages.new"
  mv "$state/packages.new" "$state/packages"
  rm "$state/packages.before"
}

# Jool's module is compiled on the way, on whatever processor the host has.
apt_get() {
  timeout 1800 apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold "$@" >"$work/apt" 2>&1 </dev/null
}

install_packages() {
  local unit
  local -a missing
  # A run that was killed inside apt left this list; what that run installed is ours.
  record_new_packages
  mapfile -t missing < <(comm -13 <(installed_packages) <(wanted_packages | sort -u))
  [ ${#missing[@]} -gt 0 ] || return 0
  mkdir -p "$state"
  while read -r unit; do
    # What `systemctl mask` does, without its complaint about a unit that is yet to come.
    [ -e "/etc/systemd/system/$unit" ] || [ -L "/etc/systemd/system/$unit" ] || {
      printf '%s\n' "$unit" >>"$state/masked"
      ln -s /dev/null "/etc/systemd/system/$unit"
    }
  done < <(directives "$work/directives" mask)
  # An earlier run may have been cut off inside dpkg.
  timeout 1800 dpkg --configure -a >"$work/apt" 2>&1 </dev/null || {
    cat "$work/apt" >&2
    fail "dpkg could not finish what was begun; its own words are above"
  }
  installed_packages >"$state/packages.list"
  mv "$state/packages.list" "$state/packages.before"
  apt_get --no-install-recommends install "${missing[@]}" || { apt_get update && apt_get --no-install-recommends install "${missing[@]}"; } || {
    tail -n 20 "$work/apt" >&2
    fail "apt-get could not install ${missing[*]}; its own words are above"
  }
  record_new_packages
}

wanted_packages() {
  directives "$work/directives" package
  # Kernel WireGuard needs nothing; where there is none the user-space one takes its place.
  if grep -qx 'require wireguard' "$work/directives" && ! kernel_has_wireguard; then echo wireguard-go; fi
  if grep -qx 'require jool-module' "$work/directives"; then jool_packages; fi
}

# What builds Jool's module: for the kernel that runs, and for those that Debian brings after it.
jool_packages() {
  local image
  echo jool-dkms
  echo "linux-headers-$(uname -r)"
  while read -r image; do
    echo "linux-headers-${image#linux-image-}"
  done < <(installed_packages | grep -xE 'linux-image-((cloud|rt)-)?[a-z][a-z0-9]*')
}

remove_packages() {
  record_new_packages
  local unit
  local -a ours
  # Of one that went back there is no record but of its packages; what goes is then the bundle that is given.
  if [ -e "$state/packages" ] && [ "$({ directives "$state/directives" packages-at-removal; directives "$work/bundle" packages-at-removal; } | sed -n 1p)" = purge ]; then
    mapfile -t ours < <(comm -12 "$state/packages" <(installed_packages))
    # What somebody's own packages need by now stays.
    if [ ${#ours[@]} -gt 0 ]; then apt-mark auto "${ours[@]}" >/dev/null; fi
    mapfile -t ours < <(comm -12 "$state/packages" <(apt-get -s -o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false autoremove | sed -n 's/^Remv \([^ ]*\).*/\1/p' | sort))
    [ ${#ours[@]} -eq 0 ] || apt_get purge "${ours[@]}" || {
      tail -n 20 "$work/apt" >&2
      fail "apt-get could not remove ${ours[*]}; its own words are above"
    }
  fi
  [ ! -e "$state/masked" ] || while read -r unit; do
    rm -f "/etc/systemd/system/$unit"
    # One whose package stays would start with the next boot. No matter if it is gone.
    SYSTEMD_OFFLINE=1 bounded_systemctl -q disable "$unit" 2>/dev/null || :
  done <"$state/masked"
}
