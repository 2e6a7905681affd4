#!/usr/bin/perl
# Tells the machines of a LAN segment that this router goes: final router advertisements (RFC 4861, section 6.2.5) with
# router lifetime 0, the prefix with both lifetimes 0 (RFC 7084, L-13), its resolver and domain with lifetime 0
# (RFC 8106, section 5). A host drops the route and the resolver and deprecates its addresses at once; it keeps them
# valid for what was left, at most two hours (RFC 4862, section 5.5.3 e). dnsmasq says nothing when it stops; radvd says
# that its router goes, but not its prefix, nor the translator's.
#
#   lan-farewell INTERFACE PREFIX RESOLVER DOMAIN PREF64|- MOST TIMES        (MOST of the TIMES)
use strict;
use warnings;
use Socket qw(AF_INET6 SOCK_RAW inet_pton inet_ntop pack_sockaddr_in6 IPPROTO_IPV6 IPV6_MULTICAST_HOPS IPV6_MULTICAST_IF);

my $icmpv6 = 58;
# RFC 4861, section 10: seconds between two multicast ones.
my $min_delay_between_ras = 3;

# As releases before modes of segments have recorded it on hosts.
splice @ARGV, 4, 0, '-', 3 if @ARGV == 5;
my ($interface, $prefix, $resolver, $domain, $pref64, $most, $times) = @ARGV;
die "usage: lan-farewell INTERFACE PREFIX RESOLVER DOMAIN PREF64|- MOST TIMES\n"
  unless defined $times and "$most $times" =~ /^[1-3] [1-3]$/;
$times = $most if $times > $most;

# The interface's number and its link-local address (scope 20), which an advertisement must come from.
sub link_local {
  open my $addresses, '<', '/proc/net/if_inet6' or die "lan-farewell: /proc/net/if_inet6: $!\n";
  while (<$addresses>) {
    my ($address, $index, undef, $scope, undef, $name) = split;
    return (pack('H32', $address), hex $index) if $name eq $interface and $scope eq '20';
  }
  return;
}

# Labels with their length before each, ended by an empty one, filled up to whole units of eight bytes.
sub search_list {
  my $names = join('', map { chr(length) . $_ } split /\./, shift) . "\0";
  return $names . "\0" x (-length($names) % 8);
}

sub advertisement {
  my ($network, $length) = split m{/}, $prefix;
  my $names = search_list($domain);
  return join '',
    # Type, code, checksum (the kernel's), hop limit, flags, router lifetime, reachable time, retransmission timer
    pack('CCnCCnNN', 134, 0, 0, 0, 0, 0, 0, 0),
    # Prefix information, RFC 4861, section 4.6.2: on-link and autonomous, as it was advertised
    pack('CCCCNNN', 3, 4, $length, 0xc0, 0, 0, 0) . inet_pton(AF_INET6, $network),
    pack('CCnN', 25, 3, 0, 0) . inet_pton(AF_INET6, $resolver),
    pack('CCnN', 31, 1 + length($names) / 8, 0, 0) . $names,
    # RFC 8781, section 4: scaled lifetime 0, length code 0 for a /96
    $pref64 eq '-' ? '' : pack('CCn', 38, 2, 0) . substr(inet_pton(AF_INET6, $pref64 =~ s{/96$}{}r), 0, 12);
}

my ($source, $index) = link_local();
unless (defined $source) {
  print "$interface is not there or off; nobody to tell\n";
  exit 0;
}
socket my $socket, AF_INET6, SOCK_RAW, $icmpv6 or die "lan-farewell: raw socket: $!\n";
# Receivers drop what could come from beyond the link.
setsockopt $socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, pack('i', 255) or die "lan-farewell: hop limit: $!\n";
setsockopt $socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, pack('i', $index) or die "lan-farewell: $interface: $!\n";
bind $socket, pack_sockaddr_in6(0, $source, $index) or die "lan-farewell: " . inet_ntop(AF_INET6, $source) . ": $!\n";
my $all_nodes = pack_sockaddr_in6(0, inet_pton(AF_INET6, 'ff02::1'), $index);
for my $count (1 .. $times) {
  sleep $min_delay_between_ras if $count > 1;
  send $socket, advertisement(), 0, $all_nodes or die "lan-farewell: $interface: $!\n";
}
