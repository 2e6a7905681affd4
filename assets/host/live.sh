# shellcheck shell=bash disable=SC2154 # the variables are those of converge and observe
# Part of converge and observe: the state outside of files. A `state COMMAND` line of a bundle prints what a component
# is answerable for (routes, rules, addresses, peers); what it printed when the component had converged is recorded.
# A `ruleset FILE TABLE` line names a table of nftables, which is compared with what the file makes of an empty kernel.

# What diff finds; that it found something is no failure.
difference() {
  diff "$@" || [ $? = 1 ]
}

# What the state commands of a list of directives print now, each under its own line. One shell runs them all: starting
# one takes longer than most of the commands.
print_live() {
  # shellcheck disable=SC2016 # for the inner shell
  directives "$1" state | timeout 20 bash -c '
    while IFS= read -r command; do
      echo "# $command"
      (eval "$command") 2>&1 </dev/null || echo "ended with $?"
    done' || echo "ended with $?"
}

# What is in a set that packets or a daemon fill is nobody's drift (nft(8), flags dynamic).
without_dynamic_elements() {
  awk '
    /^\tset / { dynamic = 0 }
    /^\t\tflags .*dynamic/ { dynamic = 1 }
    dynamic && /^\t\telements = / { skipping = 1 }
    !skipping { print }
    skipping && /}/ { skipping = 0 }'
}

# Prints how the live state differs from the record, as a diff without its head; nothing if it does not.
compare_live() {
  local record=$1 file table is
  if [ -e "$record/live" ]; then
    print_live "$record/directives" >"$work/live"
    difference -U 20 "$record/live" "$work/live" | sed -e 1,2d -e '/^@@/d'
  fi
  while read -r file table; do
    # shellcheck disable=SC2086 # family and name
    (set -o pipefail && timeout 10 nft --stateless list table $table 2>/dev/null | without_dynamic_elements >"$work/table") &
    is=$!
    rm -f "$work/network"
    timeout 10 unshare --net sh -c ": >'$work/network' && nft --file '$file' && nft --stateless list table $table" \
      >"$work/ruleset" 2>&1 || [ ! -e "$work/network" ] || echo "! $file makes no table $table"
    # A container may not have the right to make a network; then nothing can be said.
    [ -e "$work/network" ] || continue
    if wait "$is"; then
      difference -U 1 --label "table $table (should be)" --label "table $table (is)" "$work/ruleset" "$work/table"
    else
      echo "- table $table"
    fi
  done < <(directives "$record/directives" ruleset)
}

# Files in the folders that are the project's alone that no component has put there.
extra_files() {
  local folder
  while read -r folder; do
    [ ! -d "$folder" ] || find "$folder" -type f ! -name '*.ipv6-home-new'
  done < <(sed -n 's/^exclusive //p; s|^unit \([^ ]*\) .*|/etc/systemd/system/\1.d\n/run/systemd/system/\1.d|p' "$1/directives") | sort >"$work/present"
  [ -s "$work/present" ] || return 0
  comm -23 "$work/present" <(cat "${1%/*}"/*/paths 2>/dev/null | sort)
}

# Looks for what another hand than ours has done: the units put it right, see has_drifted.
note_drift() {
  : >"$work/extra"
  : >"$work/drift"
  [ -e "$state/manifest" ] || return 0
  extra_files "$state" >"$work/extra"
  compare_live "$state" >"$work/drift"
}

has_drifted() {
  [ -s "$work/extra" ] || [ -s "$work/drift" ]
}

remove_extra_files() {
  local path
  while read -r path; do rm -f "$path"; done <"$work/extra"
}

# The record stays while the bundle does: what could not be put right must show again.
record_live() {
  if grep -q '^state ' "$work/directives"; then
    if [ ! -e "$state/live" ] || ! cmp -s "$work/bundle" "$state/bundle"; then
      print_live "$work/directives" >"$state/live.new"
      mv "$state/live.new" "$state/live"
    fi
  else
    rm -f "$state/live"
  fi
}
