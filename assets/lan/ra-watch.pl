#!/usr/bin/perl
# Watches the segments of a LAN for routers that are not this one, and, if a beacon is named, the uplink: a beacon is asked
# once a second for an answer through the tunnel (a handshake may be minutes old, and an interface knows nothing of the
# other end). After LOSS-SEC without one the uplink is lost, and with the first answer it is back. The daemon hears of
# both, of deprecated prefixes whose time is over, and of interfaces that have just become able to send: radvd's first
# advertisement fails while the kernel looks for duplicates of its address, and the next is due after 16 s.
#
#   ra-watch FOREIGN INTERFACE,… [BEACON LOSS-SEC UPLINK ADVERTISED UNIT]
#
# FOREIGN has a line for each other router that can take traffic or names away from this one. One that offers no more
# than ways to unique local addresses, as border routers of Thread do, is only told of in the journal.
use strict;
use warnings;
use IO::Handle;
use POSIX qw(_SC_CLK_TCK);
use Socket qw(AF_INET6 SOCK_RAW inet_pton inet_ntop pack_sockaddr_in6 unpack_sockaddr_in6);

my ($icmpv6, $icmp6_filter) = (58, 1);
my ($echo_request, $echo_reply, $router_advertisement) = (128, 129, 134);
# Seconds after which a router that is not heard is gone: the longest interval (RFC 4861, section 6.2.1), and some.
my $forget_sec = 2000;
# On an interface: of those who make up routers nobody needs a longer list.
my $most_routers = 16;
my $most_offers = 4;

my ($foreign, $interfaces, $beacon, $loss_sec, $uplink, $advertised, $unit) = @ARGV;
die "usage: ra-watch FOREIGN INTERFACE,... [BEACON LOSS-SEC UPLINK ADVERTISED UNIT]\n"
  unless defined $interfaces and (not defined $beacon or defined $unit);
my %watched = map { $_ => 1 } split /,/, $interfaces;
STDOUT->autoflush(1);

# Seconds of a clock that nobody sets.
sub now { return (POSIX::times())[0] / POSIX::sysconf(_SC_CLK_TCK) }

sub put {
  my ($path, @lines) = @_;
  open my $file, '>', "$path.new" or die "ra-watch: $path.new: $!\n";
  print {$file} map { "$_\n" } @lines or die "ra-watch: $path.new: $!\n";
  close $file or die "ra-watch: $path.new: $!\n";
  rename "$path.new", $path or die "ra-watch: $path: $!\n";
}

# Link-local addresses of this host, and the names of its interfaces by number.
sub own {
  my (%own, %name);
  open my $addresses, '<', '/proc/net/if_inet6' or die "ra-watch: /proc/net/if_inet6: $!\n";
  while (<$addresses>) {
    my ($address, $index, undef, $scope, undef, $name) = split;
    $name{hex $index} = $name;
    $own{pack 'H32', $address} = 1 if $scope eq '20';
  }
  return (\%own, \%name);
}

# What an advertisement offers, as text, and whether any of it can take traffic away.
sub offers {
  my ($packet) = @_;
  my $lifetime = unpack 'x6 n', $packet;
  my @offers = $lifetime > 0 ? ('a default route') : ();
  my $harmful = $lifetime > 0;
  my $unique_local = sub { (ord(shift) & 0xfe) == 0xfc };
  my $options = substr $packet, 16;
  while (length $options >= 8) {
    my ($type, $units) = unpack 'CC', $options;
    last if $units == 0 or $units * 8 > length $options;
    my $option = substr $options, 0, $units * 8, '';
    if ($type == 3 and $units == 4) {
      my ($length, $valid) = unpack 'x2 C x N', $option;
      next if $valid == 0;
      my $network = substr $option, 16;
      push @offers, 'prefix ' . inet_ntop(AF_INET6, $network) . "/$length";
      $harmful ||= !$unique_local->($network);
    } elsif ($type == 24) {
      my ($length) = unpack 'x2 C', $option;
      my $network = substr(substr($option, 8) . "\0" x 16, 0, 16);
      push @offers, 'route ' . inet_ntop(AF_INET6, $network) . "/$length";
      $harmful ||= !$unique_local->($network);
    } elsif ($type == 25 and $units >= 3) {
      push @offers, 'resolver ' . inet_ntop(AF_INET6, substr $option, 8, 16);
      $harmful = 1;
    } elsif ($type == 38) {
      push @offers, 'a NAT64 prefix';
      $harmful = 1;
    }
  }
  # A line has to be short enough for a report.
  splice @offers, $most_offers, @offers, 'and more' if @offers > $most_offers;
  return (join(', ', @offers) || 'nothing', $harmful);
}

socket my $socket, AF_INET6, SOCK_RAW, $icmpv6 or die "ra-watch: raw socket: $!\n";
# RFC 3542, section 3.2: a bit that is set blocks that type.
my $blocked = "\xff" x 32;
for my $type ($echo_reply, $router_advertisement) {
  my $word = unpack 'x' . 4 * ($type >> 5) . 'L', $blocked;
  substr $blocked, 4 * ($type >> 5), 4, pack('L', $word & ~(1 << ($type & 31)));
}
setsockopt $socket, $icmpv6, $icmp6_filter, $blocked or die "ra-watch: filter: $!\n";

my %routers;

sub tell_of_routers {
  put($foreign, map { $routers{$_}{line} } grep { $routers{$_}{harmful} } sort keys %routers);
}

# Whether one more fits into the list. One that is told of takes the place of one that is not, the longest silent.
sub has_room {
  my ($device, $harmful) = @_;
  my @here = grep { $routers{$_}{device} eq $device } keys %routers;
  return 1 if @here < $most_routers;
  my ($silent) = sort { $routers{$a}{heard} <=> $routers{$b}{heard} } grep { not $routers{$_}{harmful} } @here;
  return 0 unless $harmful and defined $silent;
  delete $routers{$silent};
  return 1;
}

sub heard {
  my ($packet, $from, $scope) = @_;
  my ($own, $name) = own();
  my $device = $name->{$scope} // return;
  return if not $watched{$device} or $own->{$from} or length $packet < 16;
  my ($offers, $harmful) = offers($packet);
  my $router = "$device: another router, " . inet_ntop(AF_INET6, $from);
  my $line = "$router, advertises $offers";
  my $known = $routers{$router};
  return if not $known and not has_room($device, $harmful);
  $routers{$router} = { device => $device, line => $line, harmful => $harmful, heard => now() };
  return if $known and $known->{line} eq $line;
  # The number in front is a priority, see sd-daemon(3).
  print $harmful ? '<4>' : '<6>', "$line\n";
  tell_of_routers();
}

sub forget_silent_routers {
  my @silent = grep { now() - $routers{$_}{heard} > $forget_sec } keys %routers;
  return unless @silent;
  print "$_, is not heard any more\n" for sort @silent;
  delete @routers{@silent};
  tell_of_routers();
}

sub is_lost {
  open my $file, '<', $uplink or $!{ENOENT} ? return 0 : die "ra-watch: $uplink: $!\n";
  return (<$file> // '') eq "lost\n";
}

# What is not running reads it when it starts.
sub tell_daemon {
  system('systemctl', 'is-active', '--quiet', $unit) == 0 or return;
  # Meanwhile answers come in.
  system('systemctl', '--no-block', 'reload', $unit) == 0 or print "<4>$unit did not reload\n";
}

my ($lost, $answered, $sequence) = (defined $beacon ? is_lost() : 0, now(), 0);

sub set_lost {
  ($lost) = @_;
  put($uplink, $lost ? 'lost' : 'there');
  print $lost
    ? "<4>no answer from $beacon through the tunnel for $loss_sec s: no default route is advertised\n"
    : "$beacon answers again: a default route is advertised\n";
  tell_daemon();
}

# Whether the time of a deprecated prefix is over.
sub has_outlived {
  open my $file, '<', $advertised or $!{ENOENT} ? return 0 : die "ra-watch: $advertised: $!\n";
  my $now = time;
  return grep { / (\d+)$/ and $1 <= $now } <$file>;
}

# Watched interfaces with a link-local address that is not tentative (0x40, include/uapi/linux/if_addr.h).
sub able {
  open my $addresses, '<', '/proc/net/if_inet6' or die "ra-watch: /proc/net/if_inet6: $!\n";
  my @fields = map { [split] } <$addresses>;
  return map { $_->[5] => 1 } grep { $_->[3] eq '20' and not hex($_->[4]) & 0x40 and $watched{ $_->[5] } } @fields;
}

my %able = able();

sub has_become_able {
  my %was = %able;
  %able = able();
  return grep { !$was{$_} } keys %able;
}

sub ask {
  # Type, code, checksum (the kernel's), identifier, sequence. That there is no way is as good as no answer.
  my $request = pack 'CCnnn', $echo_request, 0, 0, $$ & 0xffff, $sequence++ & 0xffff;
  send $socket, $request, 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, $beacon));
  set_lost(1) if not $lost and now() - $answered > $loss_sec;
  tell_daemon() if has_become_able() or has_outlived();
}

# Stopped by somebody's hand it forgets what was lost, and the daemon may still act on it.
if (defined $beacon and not -e $uplink) {
  put($uplink, 'there');
  tell_daemon();
}
tell_of_routers();
my ($asked, $looked) = (0, now());
for (;;) {
  my $readable = '';
  vec($readable, fileno $socket, 1) = 1;
  # Not before the next question; without a beacon only to forget.
  my $wait = defined $beacon ? $asked + 1 - now() : 60;
  if ($wait > 0 and select $readable, undef, undef, $wait) {
    my $sender = recv $socket, my $packet, 65535, 0;
    next unless defined $sender and length $packet >= 8;
    my (undef, $from, $scope) = unpack_sockaddr_in6($sender);
    my ($type, $identifier) = unpack 'C x3 n', $packet;
    if ($type == $router_advertisement) {
      heard($packet, $from, $scope);
    } elsif (defined $beacon and $identifier == ($$ & 0xffff) and $from eq inet_pton(AF_INET6, $beacon)) {
      $answered = now();
      set_lost(0) if $lost;
    }
  }
  if (defined $beacon and now() >= $asked + 1) {
    $asked = now();
    ask();
  }
  if (now() >= $looked + 60) {
    $looked = now();
    forget_silent_routers();
  }
}
