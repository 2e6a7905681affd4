# shellcheck shell=bash disable=SC2154 # the variables are those of go-back
# Part of go-back: addresses and routes that stand in no file of ours. A copy of it lies beside that of go-back.

# What nobody but a person, an installer or a unit has made: no routes of the kernel, of router advertisements, DHCP
# or uplink-watch (86).
print_network() {
  local family
  for family in -4 -6; do
    ip "$family" -o address show scope global permanent |
      awk -v family="$family" '$2 !~ /^vpn/ { print "address", family, $4, "dev", $2 }'
    ip "$family" route show table main |
      awk -v family="$family" '!/ proto (kernel|ra|dhcp|86) / && !/ dev vpn/ { gsub(/ (linkdown|dead|pref medium|expires [^ ]*)/, ""); sub(/ *$/, ""); print "route", family, $0 }'
  done
}

# An interface that is new since then is somebody else's.
put_network_back() {
  local kind family rest now
  now=$(print_network)
  comm -13 <(sort "$kept/addresses") <(sort <<<"$now") | while read -r kind family rest; do
    if [[ " $rest" =~ \ dev\ ([^ ]+) ]] && grep -qE " dev ${BASH_REMATCH[1]}( |$)" "$kept/addresses"; then
      # shellcheck disable=SC2086 # one argument a word
      try ip "$family" "$kind" del $rest
    fi
  done
  # Addresses before routes, which may go by them.
  comm -23 <(sort "$kept/addresses") <(sort <<<"$now") | while read -r kind family rest; do
    [ "$kind$family" != address-6 ] || rest="$rest nodad"
    # shellcheck disable=SC2086 # one argument a word
    try ip "$family" "$kind" add $rest
  done
}
