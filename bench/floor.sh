#!/bin/bash
# The floor of the bench: what a shell script written by hand needs to put the same files on a host, with the same
# checks and reloads, over one ssh login. It lies beside one folder for each step, in which
#
#   stage/     the files at their paths          files        MODE OWNER:GROUP PATH, a line each
#   packages   checks   directories   sysctls    units        UNIT reload|restart PATH…
#
# floor.sh apply   converges the host        floor.sh diff   shows what apply would change
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
top=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
total=0

install_packages() {
  [ -s packages ] || return 0
  local -a wanted
  mapfile -t wanted <packages
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}\n' "${wanted[@]}" 2>/dev/null | grep -c '^.i')" = ${#wanted[@]} ] ||
    apt-get -y -q --no-install-recommends install "${wanted[@]}" >/dev/null
}

run_checks() {
  local command
  while read -r command; do
    bash -c "$command" >check.out 2>&1 </dev/null || {
      cat check.out >&2
      exit 1
    }
  done <checks
}

list_changed() {
  local mode owner path
  while read -r mode owner path; do
    if ! cmp -s "stage$path" "$path" || [ "$(stat -c '%04a %U:%G' "$path")" != "$mode $owner" ]; then
      echo "$mode ${owner/:/ } $path"
    fi
  done <files >changed
  total=$((total + $(wc -l <changed)))
}

install_files() {
  local mode user group path
  while read -r mode path; do install -d -m "$mode" "$path"; done <directories
  while read -r mode user group path; do
    install -D -m "$mode" -o "$user" -g "$group" "stage$path" "$path.new"
    mv -T "$path.new" "$path"
  done <changed
  while read -r path; do
    ! grep -q " $path\$" changed || sysctl -q -p "$path"
  done <sysctls
}

converge_units() {
  [ -s units ] || return 0
  local path
  local -a units words active
  mapfile -t units < <(cut -d ' ' -f 1 units)
  mapfile -t active < <(systemctl is-active "${units[@]}" || :)
  ! grep -q ' /etc/systemd/system/' changed || systemctl daemon-reload
  systemctl -q enable --now "${units[@]}"
  while read -r -a words; do
    if [ "${active[0]}" = active ]; then
      for path in "${words[@]:2}"; do
        if grep -q " $path\$" changed; then
          systemctl "${words[1]}" "${words[0]}"
          break
        fi
      done
    fi
    active=("${active[@]:1}")
  done <units
}

apply() {
  install_packages
  run_checks
  list_changed
  install_files
  converge_units
}

show_differences() {
  local path
  while read -r _ _ path; do diff -uN "$path" "stage$path" || total=$((total + 1)); done <files
}

for step in "$top"/*/; do
  cd "$step"
  case $1 in
    apply) apply ;;
    diff) show_differences ;;
  esac
done
echo "changed $total"
