# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: files, their manifest, and the sysctls that some of them hold.
# Uses $state (this component's record on the host), $work (this run's staging).

# Writes $work/changed: the staged files that the host has not, or differently, and those that an earlier run was
# killed over before it told the units. Those that are not there at all are in $work/created too.
list_changed_files() {
  local mode owner path
  : >"$work/created"
  {
    [ ! -e "$state/pending" ] || cat "$state/pending"
    while read -r mode owner path; do
      if [ ! -e "$path" ] && [ ! -L "$path" ]; then
        printf '%s\n' "$path" >>"$work/created"
        printf '%s\n' "$path"
      # Not a pipe, for instance: whoever opens one waits for its other end.
      elif [ ! -f "$path" ] || ! cmp -s "$work/stage$path" "$path" || [ -L "$path" ] ||
        [ "$(stat -c '%04a %U:%G' "$path")" != "$mode $owner" ]; then
        printf '%s\n' "$path"
      fi
    done < <(directives "$work/directives" file)
  } | sort -u >"$work/changed"
}

# Creates a directory and those above it, each recorded first so that removal knows it is ours. Components share them.
make_directories() {
  local directory=$1
  local -a missing=()
  while [ ! -d "$directory" ]; do
    missing=("$directory" "${missing[@]}")
    directory=${directory%/*}
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  printf '%s\n' "${missing[@]}" >>"$state_root/directories"
  mkdir -p "$1"
}

install_files() {
  local mode owner path
  while read -r mode owner path; do
    make_directories "$path"
    # Whose it was before us, it stays.
    grep -qxF "$path" "$state_root/directories" 2>/dev/null || continue
    chmod "$mode" "$path"
    chown "$owner" "$path"
  done < <(directives "$work/directives" directory)

  cp "$work/changed" "$state/pending.new"
  mv "$state/pending.new" "$state/pending"
  local -A ours=()
  if [ -e "$state/paths" ]; then while read -r path; do ours[$path]=yes; done <"$state/paths"; fi
  local -a new=()
  while read -r path; do
    [ -e "$work/stage$path" ] || continue
    make_directories "${path%/*}"
    if [ -z "${ours[$path]-}" ]; then
      if [ -e "$path" ] && [ ! -e "$state/original$path" ]; then
        mkdir -p "$state/original${path%/*}"
        cp -a "$path" "$state/original$path"
      fi
      printf '%s\n' "$path" >>"$state/paths"
    fi
    cp -p "$work/stage$path" "$path.ipv6-home-new"
    new+=("$path")
  done <"$work/changed"
  [ ${#new[@]} -gt 0 ] || return 0
  # A power cut after the renames must not leave an empty file.
  sync "${new[@]/%/.ipv6-home-new}"
  for path in "${new[@]}"; do mv -T "$path.ipv6-home-new" "$path"; done
}

remove_files_no_longer_wanted() {
  [ -e "$state/paths" ] || return 0
  local path
  while read -r path; do
    [ -e "$work/stage$path" ] || {
      put_back "$path"
      printf '%s\n' "$path" >>"$work/changed"
    }
  done < <(cat "$state/paths")
}

# Gives a path back what it held before us, or nothing.
put_back() {
  # Of a run that was killed.
  rm -f "$1.ipv6-home-new"
  if [ -e "$state/original$1" ]; then
    cp -a "$state/original$1" "$1.ipv6-home-new"
    mv -T "$1.ipv6-home-new" "$1"
  else
    rm -f "$1"
  fi
}

restore_files() {
  local path
  if [ -e "$state/paths" ]; then
    while read -r path; do put_back "$path"; done <"$state/paths"
  fi
  remove_empty_directories
}

remove_empty_directories() {
  [ -e "$state_root/directories" ] || return 0
  local directory
  sort -ru "$state_root/directories" | while read -r directory; do
    [ ! -d "$directory" ] || rmdir --ignore-fail-on-non-empty "$directory"
    [ ! -d "$directory" ] || printf '%s\n' "$directory"
  done >"$work/directories"
  if [ -s "$work/directories" ]; then
    cp "$work/directories" "$state_root/directories"
  else
    rm "$state_root/directories"
  fi
}

# The record of what this host has from us; its checksum is the stack's output.
write_manifest() {
  directives "$work/directives" file | cut -d ' ' -f 3 >"$state/paths.new"
  paste -d ' ' <(xargs -r sha256sum <"$state/paths.new" | cut -d ' ' -f 1) \
    <(directives "$work/directives" file) >"$state/manifest.new"
  directives "$work/directives" 'require owner' | cut -d ' ' -f 2 >"$state/owner.new"
  printf '%s\n' "$generation" >"$state/generation.new"
  mv "$state/generation.new" "$state/generation"
  mv "$state/owner.new" "$state/owner"
  record_bundle
  cp "$work/directives" "$state/directives.new"
  mv "$state/directives.new" "$state/directives"
  mv "$state/paths.new" "$state/paths"
  mv "$state/manifest.new" "$state/manifest"
  rm -f "$state/pending"
}

# What the host has from us, whole, to compare with and to go back to. Not if it holds keys, or who is told of alerts:
# those are in their own files and nowhere else.
record_bundle() {
  rm -f "$state/bundle"
  ! grep -qE '^file .* /etc/(bind/)?ipv6-home/(keys|alerts)/' "$work/directives" || return 0
  (umask 077 && cp "$work/bundle" "$state/bundle.new")
  mv "$state/bundle.new" "$state/bundle"
}

# The keys of a sysctl file, as /proc/sys paths use them.
sysctl_keys() {
  sed -n 's/^-\?\([a-z][^ =]*\) *=.*/\1/p' "$1"
}

# What the kernel had before us; looked at before our own file could be loaded at a boot.
record_sysctls() {
  local file key
  while read -r file; do
    while read -r key; do
      grep -q "^$key = " "$state/sysctls" 2>/dev/null || sysctl -e "$key" >>"$state/sysctls"
    done < <(sysctl_keys "$work/stage$file")
  done < <(directives "$work/directives" sysctl)
}

apply_sysctls() {
  local file
  while read -r file; do
    # To sysctl(8) a key that is not there is an error even behind a dash, which those have that are yet to come.
    {
      { grep -v '^-' "$file" || :; } | sysctl -q -p - &&
        sed -n 's/^-//p' "$file" | sysctl -q -e -p -
    } || fail "the kernel refused a line of $file; its own words are above"
  done < <(directives "$work/directives" sysctl)
}

restore_sysctls() {
  [ ! -e "$state/sysctls" ] || sysctl -q -e -p "$state/sysctls"
}
