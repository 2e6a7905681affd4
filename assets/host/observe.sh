#!/bin/bash
# Tells what this host has from the project and what of it differs from what was converged, and changes nothing. Asked
# by the program at the start of a run, and by `npm run drift`, also with a key that may do only this.
#
#   observe            (docs/DRIFT.md)
#
# Prints "ipv6-home observed 1 ID", where the ID changes with boots, reinstallations, and components that come or go; then
# for each component "component NAME GENERATION SHA256-OF-MANIFEST CONVERGED-AT" ("-" for none), for a site's also the stack
# that registered it, and, indented by four, what differs: "-" what should be, "+" what is.
set -euo pipefail
export LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 077
# Whoever asks has no more to say.
exec </dev/null

readonly library=${BASH_SOURCE[0]%/*}
readonly state_root=/var/lib/ipv6-home
# Of one text, at most; nobody reads more, and it travels as a part of a command.
readonly most_lines=60
# shellcheck source=assets/host/bundle-reader.sh
. "$library/bundle-reader"
# shellcheck source=assets/host/live.sh
. "$library/live"
# shellcheck source=assets/host/facts.sh
. "$library/facts"

compare_files() {
  local sum mode owner path kind
  while read -r sum mode owner path; do
    kind=${kinds[$path]-}
    case ${kind%%|*} in
      '')
        echo "- $path"
        continue
        ;;
      regular*) ;;
      *)
        echo "- $path: a regular file"
        echo "+ $path: a ${kind%%|*}"
        continue
        ;;
    esac
    kind=${kind#*|}
    [ "$kind" = "$mode $owner" ] || printf '%s\n' "- $path: $mode $owner" "+ $path: $kind"
    [ "${sums[$path]-}" = "$sum" ] || compare_content "$path"
  done <"$state/manifest"
}

compare_content() {
  # As the component was converged; there is no bundle if it holds keys.
  [ -e "$work/$name/wanted" ] || [ ! -e "$state/bundle" ] || unpack_files "$state/bundle" "$work/$name/wanted"
  if [ -e "$work/$name/wanted$1" ]; then
    difference -U 1 --label "$1 (should be)" --label "$1 (is)" "$work/$name/wanted$1" "$1"
  else
    echo "! $1: its content differs (it is not shown: it may be a key)"
  fi
}

# Files in the folders that are the project's alone that no component has put there.
compare_extra_files() {
  local folder path
  for folder in $(exclusive_folders "$state/directives"); do
    for path in "${present[@]}"; do
      [[ $path != "$folder"/* ]] || [ -n "${known[$path]-}" ] || echo "+ $path"
    done
  done
}

compare_unit() {
  local unit=$1
  if [ "${loaded[$unit]-}" != loaded ]; then
    printf '%s\n' "- $unit: loaded" "+ $unit: ${loaded[$unit]-not known}"
  elif [ "${enabled[$unit]-}" != enabled ]; then
    printf '%s\n' "- $unit: enabled" "+ $unit: ${enabled[$unit]:-not enabled}"
  fi
  case ${active[$unit]-} in
    # A daemon that is told of something at this moment runs all the same.
    active | reloading) ;;
    *) printf '%s\n' "- $unit: active" "+ $unit: ${active[$unit]-not known}" ;;
  esac
}

compare_masks() {
  [ ! -e "$state/masked" ] || while read -r unit; do
    [ "/etc/systemd/system/$unit" -ef /dev/null ] || echo "- $unit: masked"
  done <"$state/masked"
}

compare_sysctls() {
  local key wanted is file may_be_absent
  while IFS='=' read -r key wanted; do
    [[ $key =~ ^-?[a-z] ]] || continue
    key=${key// /} wanted=${wanted# }
    may_be_absent=''
    [ "${key#-}" = "$key" ] || may_be_absent=yes
    key=${key#-}
    # Either separator may come first, and the other one then stands for a dot in a name (sysctl(8)).
    file=$key
    [[ $key =~ ^[^./]*/ ]] || { file=${key//\//:} && file=${file//.//} && file=${file//:/.}; }
    # One of an interface that may be absent is looked at when that is there.
    { read -r is <"/proc/sys/$file"; } 2>/dev/null || { [ -z "$may_be_absent" ] || continue; is="not there"; }
    [ "$is" = "$wanted" ] || printf '%s\n' "- $key = $wanted" "+ $key = $is"
  done <"$1"
}

compare_link() {
  local flags
  [ ! -e "/sys/class/net/$1" ] || {
    read -r flags <"/sys/class/net/$1/flags"
    [ $((flags & 1)) = 1 ] || printf '%s\n' "- $1: up" "+ $1: down"
  }
}

# All that differs of one component, but for its live state.
compare_component() {
  local word first
  local -a units=() packages=() sysctls=() links=()
  while read -r word first _; do
    case $word in
      unit) units+=("$first") ;;
      package) packages+=("$first") ;;
      sysctl) sysctls+=("$first") ;;
      link) links+=("$first") ;;
    esac
  done <"$state/directives"
  [ ! -e "$state/pending" ] || echo "! a run that was to converge it did not end"
  case "$went_back" in
    *$'\n'"guarded $name"$'\n'* | *$'\n'"other $name"$'\n'*) echo "! the host went back to this, and nobody has converged it since" ;;
  esac
  compare_files
  compare_extra_files
  for first in "${units[@]}"; do compare_unit "$first"; done
  for first in "${packages[@]}"; do [ -n "${installed[$first]-}" ] || echo "- package $first"; done
  compare_masks
  for first in "${sysctls[@]}"; do [ ! -e "$first" ] || compare_sysctls "$first"; done
  for first in "${links[@]}"; do compare_link "$first"; done
}

# What a daemon of ours has noticed and nobody's convergence could put right.
tell_notices() {
  local file
  while read -r file; do [ ! -e "$file" ] || sed 's/^/! /' "$file"; done < <(directives "$state/directives" notice)
}

tell_component() {
  local generation='' owner='' differences=$work/$name/differences
  if [ ! -e "$state/manifest" ]; then
    printf 'component %s - - -\n    ! a run that was to converge it did not end\n' "$name"
    return
  fi
  [ ! -e "$state/generation" ] || read -r generation <"$state/generation" || :
  local at=${times[$state/manifest]}
  # Of a component that is no site's it is empty.
  [ ! -s "$state/owner" ] || read -r owner <"$state/owner"
  printf 'component %s %s %s %(%FT%T)T.%sZ%s\n' "$name" "${generation:--}" "${sums[$state/manifest]}" \
    "${at%.*}" "${at#*.}" "${owner:+ $owner}"
  {
    compare_component
    cat "$work/$name/drift"
    tell_notices
  } >"$differences" 2>&1
  [ -s "$differences" ] || return 0
  # Of a WireGuard key the beginning is enough, even of a public one: nobody should have to ask which kind it is.
  head -n "$most_lines" "$differences" | cut -c 1-300 |
    sed -E 's#([A-Za-z0-9+/]{6})[A-Za-z0-9+/]{37}=#\1...#g; s/^/    /'
  [ "$(wc -l <"$differences")" -le "$most_lines" ] || echo "    ! and more"
}

main() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  local name state went_back
  went_back=$(cat "$state_root/.went-back" 2>/dev/null || :)$'\n'
  gather_facts
  printf 'ipv6-home observed 1 %.12s\n' "$(cat "$work/id")"
  for name in "${names[@]}"; do
    state=$state_root/$name
    tell_component
  done
}

main "$@"
