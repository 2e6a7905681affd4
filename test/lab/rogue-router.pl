# Sends one router advertisement, given in hex without its checksum, to all nodes of a link.
#
#   rogue-router.pl INTERFACE HEX [SOURCE]
use strict;
use warnings;
use Socket qw(AF_INET6 SOCK_RAW inet_pton pack_sockaddr_in6 IPPROTO_IPV6 IPV6_MULTICAST_HOPS IPV6_MULTICAST_IF);

my ($interface, $hex, $source) = @ARGV;
open my $addresses, '<', '/proc/net/if_inet6' or die "if_inet6: $!\n";
my ($index) = map { hex((split)[1]) } grep { / \Q$interface\E$/ } <$addresses>;
die "$interface has no address\n" unless defined $index;
socket my $socket, AF_INET6, SOCK_RAW, 58 or die "socket: $!\n";
setsockopt $socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, pack('i', 255) or die "hop limit: $!\n";
setsockopt $socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, pack('i', $index) or die "interface: $!\n";
bind $socket, pack_sockaddr_in6(0, inet_pton(AF_INET6, $source), $index) or die "$source: $!\n" if defined $source;
send $socket, pack('H*', $hex), 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, 'ff02::1'), $index) or die "send: $!\n";
