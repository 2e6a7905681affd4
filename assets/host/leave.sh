# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: how a host, or a part of it, takes its leave. A `farewell` line of a bundle names whom the component
# serves, in one word, and the command that tells them that it goes; the number of times is added to that. That it fails
# must keep nobody here.

# Says the farewells on standard input side by side, each so many times.
say_farewells() {
  local command
  while read -r _ command; do
    timeout 30 bash -c "$command $1" </dev/null >&2 || printf '%s: %s failed; goes without it\n' "$component" "$command" >&2 &
  done
  wait
}

# Those whom the bundle does not name any more.
outdated_farewells() {
  awk 'NR == FNR { served[$1]; next } !($1 in served)' <(directives "$work/directives" farewell; echo -) \
    <(directives "$state/directives" farewell)
}

# All that is served here is told, while everything still runs: if the way out is not gone to its end, the next
# advertisement takes it back. Each component says it once more when it has stopped.
leave() {
  local each
  for each in "$state_root"/*/; do
    directives "${each}directives" farewell
  done | say_farewells 1
}

# The components of this host in an order in which each may go: what carries traffic before what filters it.
removal_order() {
  local rank name
  for name in "$state_root"/*/; do
    name=${name%/} name=${name##*/}
    case $name in
      host | '*') continue ;;
      *-key) rank=2 ;;
      site-* | tunnel-*) rank=1 ;;
      firewall) rank=4 ;;
      *) rank=3 ;;
    esac
    printf '%s %s\n' "$rank" "$name"
  done | sort | cut -d ' ' -f 2
}

# Everything of this project, by hand, on a host that no stack knows any more. Under the host's lock nobody waits for a
# tunnel to take over from another one: both go.
remove_all() {
  leave
  take_lock
  remove_orphans
  remove
}
