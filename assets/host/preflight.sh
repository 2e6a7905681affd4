# shellcheck shell=bash disable=SC2154 # the variables are those of converge
# Part of converge: what a host must have before anything of it is touched. Every `require` line of the bundle is
# judged, all complaints come at once.

kernel_has_wireguard() {
  # Asking the kernel is the only sure way: the module may be built in, loadable, or not there.
  ip link add dev v6home-probe type wireguard 2>/dev/null && ip link delete dev v6home-probe
}

# Wildcard listeners only: the daemons of this project bind single addresses.
wildcard_listener() {
  ss -Hlnp "--$1" "sport = :$2" | awk '$4 ~ /^(\*|0\.0\.0\.0|\[::\]):/ { print $NF; exit }'
}

# Whether the address of this login is inside one of the prefixes. The kernel judges, in a network of its own. Without a
# login (a console) everything is.
login_is_inside() {
  local client=${SSH_CONNECTION-}
  [ -n "$client" ] || return 0
  # A container may not have the right to make one; then nothing can be said.
  unshare --net true 2>/dev/null || return 0
  # shellcheck disable=SC2016 # for the inner shell
  unshare --net sh -c '
    client=$1
    shift
    ip link set lo up
    for prefix; do ip route add "$prefix" dev lo 2>/dev/null || ip -6 route add "$prefix" dev lo; done
    ip route get "$client"
  ' sh "${client%% *}" "$@" >/dev/null 2>&1
}

# INTERFACE=ADDRESS of each segment to which the LAN's unit, as it is installed, gives IPv4 (lan-links); one line.
own_ipv4() {
  local unit=/etc/systemd/system/ipv6-home-lan.service
  [ ! -e "$unit" ] || awk '/^ExecStart=/ {
    for (i = 2; i <= NF; i++)
      if (sub(/^ipv4=/, "", $i)) { sub(/[/].*/, "", $i); printf " %s=%s ", device, $i } else if ($i !~ /[=\/]/) device = $i
  }' "$unit"
}

# A zone of another site, or one that is a label away from it: BIND answers from the innermost zone, so that the machine
# of this label, a public one today or one day, could not be found. Names of machines have one label and no more.
judge_zone() {
  local file other
  for file in "${2%/*}"/*.conf; do
    if [ ! -e "$file" ] || [ "$file" = "$2" ]; then continue; fi
    while read -r other; do
      case $other in
        "$1") echo "zone $1 is that of another site already, see $file; choose another dns.publicZone" ;;
        "${1#*.}") echo "zone $1 lies in $other, the zone of another site, see $file, and would hide its machine ${1%%.*}; choose another dns.publicZone" ;;
        *) [ "${other#*.}" != "$1" ] || echo "zone $1 holds $other, the zone of another site, see $file, which would hide its machine ${other%%.*}; choose another dns.publicZone" ;;
      esac
    done < <(sed -n 's/^zone "\(.*\)" {$/\1/p' "$file")
  done
}

preflight() {
  local what argument rest owner
  while read -r what argument rest; do
    case $what in
      release)
        owner=$(. /etc/os-release && echo "${ID-unknown} ${VERSION_ID-unknown}")
        case " $argument $rest " in
          *" ${owner#debian } "*) ;;
          *) echo "the host runs $owner; allowed is Debian $argument $rest; install one of these" ;;
        esac
        [ -d /run/systemd/system ] || echo "the host was not booted by systemd; allowed is systemd only"
        ;;
      vlan)
        # Where there are VLANs the loopback refuses to have one, in other words.
        owner=$(ip link add link lo name v6home.1 type vlan id 1 2>&1 || :)
        ! grep -qi 'unknown device type' <<<"$owner" ||
          echo "the kernel has no VLANs, which a segment with vlan needs; load the module 8021q"
        ;;
      pref64)
        # argument is the first release of Debian whose radvd knows the option (2.20).
        owner=$(. /etc/os-release && echo "${VERSION_ID-0}")
        [ "${owner%%.*}" -ge "$argument" ] ||
          echo "the host runs Debian $owner, whose radvd announces no PREF64; allowed is Debian $argument with ra.daemon radvd; set ra.daemon to dnsmasq"
        ;;
      interface)
        [ -e "/sys/class/net/$argument" ] ||
          echo "there is no interface $argument; there are $(find /sys/class/net -mindepth 1 ! -name lo ! -name 'vpn*' -printf '%f\n' | sort | xargs); mend $rest in the settings"
        ;;
      wireguard)
        kernel_has_wireguard || [ -c /dev/net/tun ] ||
          echo "the kernel has neither WireGuard nor /dev/net/tun for wireguard-go; load one of the modules wireguard, tun"
        ;;
      tun)
        [ -c /dev/net/tun ] || echo "there is no /dev/net/tun, which the translator needs; load the module tun"
        ;;
      jool)
        modprobe -q jool 2>/dev/null ||
          echo "the kernel $(uname -r) has no module jool, which DKMS builds where its headers are (dkms status says why not; Secure Boot takes only what is signed); start the newest installed kernel, or set nat64.translator to tayga"
        ;;
      own-address)
        # argument is an IPv4 address; rest is the setting.
        ip -4 -o address show | grep -qF " $argument/" ||
          echo "no interface has $argument, given is $rest; Jool can share only an address of the host; give it one of its own by nat64.address4, or set nat64.translator to tayga"
        ;;
      spare-address)
        # argument is an IPv4 address; rest is the setting.
        owner=$(ip -4 -o address show | awk -v address="$argument/" 'index($4, address) == 1 { print $2; exit }')
        [ -z "$owner" ] ||
          echo "$owner has $argument, given is $rest; Jool needs it for itself; remove it from $owner, or name another address"
        ;;
      login-from)
        # argument is the port that the firewall opens; rest is the prefixes that it opens it for.
        # shellcheck disable=SC2086 # one prefix a word
        login_is_inside $rest ||
          echo "you are logged in from ${SSH_CONNECTION%% *}, which is in none of $rest; this run would lock you out; add yours to ssh.managementPrefixes"
        [ -z "${SSH_CONNECTION-}" ] || [ "${SSH_CONNECTION##* }" = "$argument" ] ||
          echo "sshd listens on port ${SSH_CONNECTION##* }, ssh.port is $argument; this run would lock you out; let sshd listen on $argument, or forward the same number"
        ;;
      unmanaged)
        ! grep -qsE '^ADMIN_STATE=(configured|configuring)$' "/run/systemd/netif/links/$(cat "/sys/class/net/$argument/ifindex" 2>/dev/null || echo none)" ||
          echo "$argument is managed by systemd-networkd, which takes addresses away that are not its own; remove the .network file that matches it, this project serves the port"
        ;;
      vacant-ipv4)
        # argument is the IPv4 prefix that a segment is to have; rest is its interface, which may have it already. The
        # segment may also come from another interface.
        owner=$({
          ip -4 route show root "$argument"
          ip -4 route show match "$argument"
        } | awk -v own="$rest" -v ours="$(own_ipv4)" '
          $1 != "default" && match($0, / dev [^ ]+/) {
            device = substr($0, RSTART + 5, RLENGTH - 5)
            source = match($0, / src [^ ]+/) ? substr($0, RSTART + 5, RLENGTH - 5) : ""
            if (device != own && !index(ours, " " device "=" source " ")) { print $1 " by " device; exit }
          }')
        [ -z "$owner" ] ||
          echo "the IPv4 of $rest is to be $argument, which overlaps the route $owner; choose another lan.ipv4Prefix"
        ;;
      owner)
        # argument is the name that the site's components begin with; rest is the stack that asks.
        # A component that is not whole yet has no such file.
        owner=$({ cat "$state_root/$argument"-*/owner 2>/dev/null || :; } | head -n 1)
        [ -z "$owner" ] || [ "$owner" = "$rest" ] ||
          echo "this site is registered by stack $owner already, given is $rest; choose another site.number"
        ;;
      unserved)
        # argument is a zone; rest is the file in which this site has it.
        judge_zone "$argument" "$rest"
        ;;
      unregistered)
        # argument is what the components begin with that need what is taken away; rest is the setting.
        for owner in "$state_root/$argument"*-zones/owner; do
          [ ! -s "$owner" ] ||
            echo "stack $(cat "$owner") has its public zone here, given is $rest false; empty dns.publicZone there and run 'pulumi up' for it first"
        done
        ;;
      vacant)
        # argument is the interface whose keys these are.
        judge_vacancy "$argument"
        ;;
      free-port)
        # argument is udp or tcp; rest is PORT UNIT, our own unit that may hold it already.
        # shellcheck disable=SC2086 # two words
        [ "$argument" = tcp ] || judge_tunnel_port $rest
        if ! systemctl is-active -q "${rest#* }"; then
          owner=$(wildcard_listener "$argument" "${rest% *}")
          [ -z "$owner" ] ||
            echo "$argument port ${rest% *} is taken on all addresses by $owner; stop it or bind it to single addresses"
        fi
        ;;
    esac
  done < <(directives "$work/directives" require) >"$work/complaints"
  [ ! -s "$work/complaints" ] || {
    while read -r what; do printf '%s: %s\n' "$component" "$what" >&2; done <"$work/complaints"
    fail "the host is not ready, see above; nothing was changed"
  }
}
