# Asks for an address and for what to boot, as firmware does (RFC 8415, RFC 5970), and prints the URL that it is told.
#
#   solicit.pl INTERFACE MAC [ARCHITECTURE]
use strict;
use warnings;
use Socket qw(AF_INET6 SOCK_DGRAM inet_pton pack_sockaddr_in6 IPPROTO_IPV6 SOL_SOCKET SO_REUSEADDR);

my ($interface, $mac, $architecture) = @ARGV;
open my $file, '<', "/sys/class/net/$interface/ifindex" or die "$interface: $!\n";
my $index = <$file> + 0;
my $option = sub { my ($code, $data) = @_; return pack('nn', $code, length $data) . $data };
my $transaction = 0x706865;
my $message = pack('N', 1 << 24 | $transaction)
  . $option->(1, pack('nnH12', 3, 1, $mac =~ s/://gr))
  . $option->(3, pack('NNN', 1, 0, 0))
  . $option->(6, pack('nn', 59, 60))
  . $option->(8, pack('n', 0));
$message .= $option->(61, pack('n', $architecture)) if defined $architecture;

socket my $socket, AF_INET6, SOCK_DGRAM, 17 or die "socket: $!\n";
setsockopt $socket, SOL_SOCKET, SO_REUSEADDR, 1;
bind $socket, pack_sockaddr_in6(546, inet_pton(AF_INET6, '::'), 0) or die "port 546: $!\n";
send $socket, $message, 0, pack_sockaddr_in6(547, inet_pton(AF_INET6, 'ff02::1:2'), $index) or die "send: $!\n";
alarm 5;
recv $socket, my $answer, 4096, 0;
for (my $at = 4; $at + 4 <= length $answer;) {
  my ($code, $length) = unpack 'nn', substr $answer, $at, 4;
  print substr($answer, $at + 4, $length), "\n" if $code == 59;
  $at += 4 + $length;
}
