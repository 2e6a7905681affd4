#!/bin/bash
# Tells what this host has from the project and what of it differs from what was converged, and changes nothing. Asked
# by the program at the start of a run, and by `npm run drift`, also with a key that may do only this.
#
#   observe            (docs/ARCHITECTURE.md, "Observing")
#
# Prints "ipv6-home observed 1 ID", where the ID changes with boots, reinstallations, and components that come or go; then
# for each component "component NAME GENERATION SHA256-OF-MANIFEST CONVERGED-AT" ("-" for none), for a site's also the stack
# that registered it, and, indented by four, what differs: "-" what should be, "+" what is.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 077

readonly library=${BASH_SOURCE[0]%/*}
readonly state_root=/var/lib/ipv6-home
# Of one text, at most; nobody reads more, and it travels as a part of a command.
readonly most_lines=60
# shellcheck source=assets/host/bundle-reader.sh
. "$library/bundle-reader"
# shellcheck source=assets/host/live.sh
. "$library/live"

compare_files() {
  local sum mode owner path kind
  local -A sums=() facts=()
  local -a paths
  mapfile -t paths < <(cut -d ' ' -f 4- "$state/manifest")
  [ ${#paths[@]} -gt 0 ] || return 0
  while read -r sum path; do sums[$path]=$sum; done < <(sha256sum -- "${paths[@]}" 2>/dev/null)
  while IFS='|' read -r path kind mode owner; do facts[$path]="$kind|$mode $owner"; done \
    < <(stat -c '%n|%F|%04a|%U:%G' -- "${paths[@]}" 2>/dev/null)
  while read -r sum mode owner path; do
    kind=${facts[$path]-}
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
    [ "${kind#*|}" = "$mode $owner" ] || printf '%s\n' "- $path: $mode $owner" "+ $path: ${kind#*|}"
    if [ "${sums[$path]-}" != "$sum" ]; then
      if [ -e "$work/wanted$path" ]; then
        difference -U 1 --label "$path (should be)" --label "$path (is)" "$work/wanted$path" "$path"
      else
        echo "! $path: its content differs (it is not shown: it may be a key)"
      fi
    fi
  done <"$state/manifest"
}

compare_units() {
  local -a units
  mapfile -t units < <(directives "$state/directives" unit | cut -d ' ' -f 1)
  [ ${#units[@]} -gt 0 ] || return 0
  systemctl show -p Id -p LoadState -p ActiveState -p UnitFileState "${units[@]}" | awk -F = '
    function tell() {
      if (load != "loaded") printf "- %s: loaded\n+ %s: %s\n", id, id, load
      else if (file != "enabled") printf "- %s: enabled\n+ %s: %s\n", id, id, file == "" ? "not enabled" : file
      if (active != "active") printf "- %s: active\n+ %s: %s\n", id, id, active
    }
    $1 == "Id" { id = $2 }
    $1 == "LoadState" { load = $2 }
    $1 == "ActiveState" { active = $2 }
    $1 == "UnitFileState" { file = $2 }
    /^$/ { tell() }
    END { if (id != "") tell() }'
}

compare_packages() {
  local -a packages
  mapfile -t packages < <(directives "$state/directives" package)
  [ ${#packages[@]} -gt 0 ] || return 0
  comm -23 <(printf '%s\n' "${packages[@]}" | sort) \
    <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${packages[@]}" 2>/dev/null | sed -n 's/^.i  *//p' | sort) |
    sed 's/.*/- package &/'
  [ ! -e "$state/masked" ] || while read -r unit; do
    [ "$(readlink "/etc/systemd/system/$unit")" = /dev/null ] || echo "- $unit: masked"
  done <"$state/masked"
}

compare_sysctls() {
  local file key wanted is
  while read -r file; do
    while IFS='=' read -r key wanted; do
      key=${key// /} wanted=${wanted# }
      is=$(sysctl -n "${key#-}" 2>/dev/null) || is="not there"
      [ "$is" = "$wanted" ] || printf '%s\n' "- ${key#-} = $wanted" "+ ${key#-} = $is"
    done < <(grep -s '^-\?[a-z]' "$file")
  done < <(directives "$state/directives" sysctl)
}

compare_links() {
  local link
  while read -r link; do
    [ ! -e "/sys/class/net/$link" ] || [ $(($(cat "/sys/class/net/$link/flags") & 1)) = 1 ] ||
      printf '%s\n' "- $link: up" "+ $link: down"
  done < <(directives "$state/directives" link)
}

main() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  printf 'ipv6-home observed 1 %s\n' "$({
    cat /etc/machine-id /proc/sys/kernel/random/boot_id
    stat -c %y "$state_root"
  } 2>&1 | sha256sum | cut -c 1-12)"
  [ -d "$state_root" ] || return 0
  for state in "$state_root"/*/; do
    state=${state%/}
    [ -d "$state" ] || continue
    if [ ! -e "$state/manifest" ]; then
      printf 'component %s - - -\n    ! a run that was to converge it did not end\n' "${state##*/}"
      continue
    fi
    printf 'component %s %s %s %s%s\n' "${state##*/}" "$(sed 's/^$/-/' "$state/generation")" \
      "$(sha256sum <"$state/manifest" | cut -d ' ' -f 1)" "$(date -u -r "$state/manifest" +%FT%T.%3NZ)" "$(sed 's/^/ /' "$state/owner" 2>/dev/null)"
    rm -rf "$work/wanted"
    # As the component was converged; nothing if it holds keys.
    [ ! -e "$state/bundle" ] || unpack_files "$state/bundle" "$work/wanted"
    {
      [ ! -e "$state/pending" ] || echo "! a run that was to converge it did not end"
      compare_files
      extra_files "$state" | sed 's/^/+ /'
      compare_units
      compare_packages
      compare_sysctls
      compare_links
      compare_live "$state"
    } >"$work/differences" 2>&1
    # Of a WireGuard key the beginning is enough, even of a public one: nobody should have to ask which kind it is.
    head -n "$most_lines" "$work/differences" | cut -c 1-300 |
      sed -E 's#([A-Za-z0-9+/]{6})[A-Za-z0-9+/]{37}=#\1...#g; s/^/    /'
    [ "$(wc -l <"$work/differences")" -le "$most_lines" ] || echo "    ! and more"
  done
}

main "$@"
