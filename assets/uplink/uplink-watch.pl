#!/usr/bin/perl
# Sends the tunnel's packets by the uplink that uplink-choice names: asks the colo out of each uplink and through the
# tunnel, hears of links, addresses and routes from the kernel, and moves one route, that of the colo's IPv4 address.
#
#   uplink-watch STATE COLO4 COLO6 DEVICE,… PROTOCOL:PRIORITY:TABLE SEGMENT,…|- UPLINK…
#
# An UPLINK is NAME:interface=DEVICE[:metered][:answers=N][:probe=ADDRESS]; ADDRESS is asked out of it, not COLO4.
# COLO6 is the colo's end of the tunnel, DEVICE,… the tunnel's interfaces, of which one or two are there. PROTOCOL marks
# the route. Machines on SEGMENT,… have no way out while the uplink is metered: rules of PRIORITY send them to TABLE.
# STATE holds a line: the uplink, its interface, since when (Unix time), and why. Who finds it at the beginning goes on.
use strict;
use warnings;
use IO::Handle;
use POSIX qw(_SC_CLK_TCK);
use Socket qw(AF_INET AF_INET6 SOCK_RAW SOL_SOCKET inet_pton pack_sockaddr_in pack_sockaddr_in6 unpack_sockaddr_in
  unpack_sockaddr_in6);

# The numbers that Perl has no names for: linux/netlink.h, linux/rtnetlink.h, asm-generic/socket.h, linux/icmp.h.
my ($af_netlink, $rtmgrp_link, $rtmgrp_ipv4_ifaddr, $rtmgrp_ipv4_route) = (16, 1, 0x10, 0x40);
my ($so_bindtodevice, $sol_raw, $icmp_filter, $icmp6_filter) = (25, 255, 1, 1);
my ($icmp, $icmpv6) = (1, 58);
my $iff_up = 1;

my ($state, $colo4, $colo6, $devices, $marks, $paused, @given) = @ARGV;
die "usage: uplink-watch STATE COLO4 COLO6 DEVICE,... PROTOCOL:PRIORITY:TABLE SEGMENT,...|- UPLINK...\n" unless @given;
my ($protocol, $rule_priority, $no_way_table) = split /:/, $marks;
my @devices = split /,/, $devices;
my @paused = $paused eq '-' ? () : split /,/, $paused;
my ($folder) = $0 =~ m{^(.*)/};
require "$folder/uplink-choice.pl";
my @uplinks = map { { probe => $colo4, up => 0, %{ Choice::described($_) } } } @given;
my %uplink = map { $_->{name} => $_ } @uplinks;
my $choice = Choice->new(@uplinks);
STDOUT->autoflush(1);

# Milliseconds of a clock that nobody sets.
sub now { return 1000 * (POSIX::times())[0] / POSIX::sysconf(_SC_CLK_TCK) }

sub text_of {
  my ($path) = @_;
  open my $file, '<', $path or return;
  # An interface that is off has a file for its carrier, but nothing in it.
  chomp(my $text = <$file> // return);
  return $text;
}

sub command {
  my (@words) = @_;
  open my $output, '-|', @words or die "uplink-watch: $words[0]: $!\n";
  my @lines = <$output>;
  close $output;
  return @lines;
}

# Whether a link has a carrier, and the arguments of its way out; nothing where it has none.
sub way_out {
  my ($interface) = @_;
  return unless (text_of("/sys/class/net/$interface/carrier") // 0) == 1;
  for (command('ip', '-4', 'route', 'show', 'default', 'dev', $interface)) {
    next if /linkdown|dead/;
    return join ' ', /via (\S+)/ ? "via $1" : (), /\bonlink\b/ ? 'onlink' : ();
  }
  return;
}

sub open_netlink {
  socket my $socket, $af_netlink, SOCK_RAW, 0 or die "uplink-watch: netlink: $!\n";
  my $groups = $rtmgrp_link | $rtmgrp_ipv4_ifaddr | $rtmgrp_ipv4_route;
  bind $socket, pack 'S S L L', $af_netlink, 0, 0, $groups or die "uplink-watch: netlink: $!\n";
  $socket->blocking(0);
  return $socket;
}

# A socket that hears echo replies alone. One of an uplink sends and hears by its interface, whatever the routes say.
sub open_icmp {
  my ($interface) = @_;
  socket my $socket, AF_INET, SOCK_RAW, $icmp or die "uplink-watch: ICMP: $!\n";
  setsockopt $socket, SOL_SOCKET, $so_bindtodevice, "$interface\0" or return;
  setsockopt $socket, $sol_raw, $icmp_filter, pack 'L', ~1 & 0xffffffff or die "uplink-watch: filter: $!\n";
  $socket->blocking(0);
  return $socket;
}

sub open_icmpv6 {
  socket my $socket, AF_INET6, SOCK_RAW, $icmpv6 or die "uplink-watch: ICMPv6: $!\n";
  my $filter = "\xff" x 32;
  vec($filter, 129, 1) = 0;
  setsockopt $socket, $icmpv6, $icmp6_filter, $filter or die "uplink-watch: filter: $!\n";
  $socket->blocking(0);
  return $socket;
}

# RFC 1071.
sub checksum {
  my $sum = 0;
  $sum += $_ for unpack 'n*', shift;
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  return ~$sum & 0xffff;
}

my ($netlink, $inside) = (open_netlink(), open_icmpv6());
my $identifier = $$ & 0xffff;
my ($active, $there) = (undef, 0);
# The uplink that whoever ran before had in use, as long as nothing else is; '' for none.
my $kept = '';

# That a packet does not leave is as good as no answer.
sub probe {
  my ($number, $target) = @_;
  if ($target eq 'tunnel') {
    send $inside, pack('CCnnn', 128, 0, 0, $identifier, $number), 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, $colo6));
    return;
  }
  my ($socket, $asked) = @{ $uplink{$target} }{qw(socket probe)};
  return unless $socket;
  my $request = pack 'CCnnn', 8, 0, 0, $identifier, $number;
  substr $request, 2, 2, pack('n', checksum($request));
  send $socket, $request, 0, pack_sockaddr_in(0, inet_pton(AF_INET, $asked));
}

sub put_route {
  my ($uplink) = @_;
  my @route = ($colo4, 'dev', $uplink->{interface}, split(' ', $uplink->{way}), 'proto', $protocol);
  return 1 if system('ip', '-4', 'route', 'replace', @route) == 0;
  print "<4>$uplink->{name}: the kernel takes no route to $colo4 by it\n";
  return 0;
}

# Machines of these segments hear at once that there is no way (RFC 4443, section 3.1, code 1). The home's own networks
# stay as they are. Whoever ran before may have had other segments.
sub pause {
  my ($wanted) = @_;
  my %wanted = map { $_ => 1 } $wanted ? @paused : ();
  for my $family ('-4', '-6') {
    my %is = map { /iif (\S+)/ ? ($1 => 1) : () } command('ip', $family, 'rule', 'show', 'priority', $rule_priority);
    for my $segment (sort keys %{ { %is, %wanted } }) {
      next if $is{$segment} and $wanted{$segment};
      system('ip', $family, 'rule', $wanted{$segment} ? 'add' : 'delete', 'priority', $rule_priority, 'iif', $segment,
        'lookup', $no_way_table) == 0
        or print "<4>no rule for $segment\n";
    }
  }
}

sub use_uplink {
  my ($name, $reason) = @_;
  $active = $uplink{$name};
  if (not put_route($active)) {
    # As good as none, until the kernel tells of a change.
    $active->{up} = 0;
    return event('down', $name);
  }
  pause($active->{metered});
  print "$name is used: $reason\n";
  # The file tells already since when, and why.
  return if $name eq $kept;
  # Nobody needs the file to go on.
  put_state("$name $active->{interface} " . time . " $reason\n") or print "<4>$state: $!\n";
}

sub put_state {
  my ($line) = @_;
  open my $file, '>', "$state.new" or return 0;
  return (print {$file} $line and close $file and rename "$state.new", $state);
}

sub act {
  for (@_) {
    my ($action, $what, $rest) = split ' ', $_, 3;
    $action eq 'probe' ? probe($what, $rest) : use_uplink($what, $rest);
  }
}

sub event { act($choice->event(now(), @_)) }

# The uplink that was in use, if it is still one.
sub used_before {
  my ($name, $interface) = split ' ', text_of($state) // '';
  return '' unless defined $interface and $uplink{$name};
  return $uplink{$name}{interface} eq $interface ? $name : '';
}

# What the kernel has of the uplinks and of the tunnel now.
sub look {
  for my $uplink ((grep { $_->{name} eq $kept } @uplinks), grep { $_->{name} ne $kept } @uplinks) {
    my $way = way_out($uplink->{interface});
    my $moved = (defined $way and ($uplink->{way} // '') ne $way);
    $uplink->{way} = $way if defined $way;
    my $up = defined $way ? 1 : 0;
    # A socket is bound to the number of an interface, and one that was plugged in again has another.
    my $number = $up ? text_of("/sys/class/net/$uplink->{interface}/ifindex") // 0 : 0;
    if ($number != ($uplink->{number} // 0) or $up and not $uplink->{socket}) {
      @$uplink{qw(number socket)} = ($number, $number ? open_icmp($uplink->{interface}) : undef);
    }
    if ($up != $uplink->{up}) {
      $uplink->{up} = $up;
      print "$uplink->{name}: ", $up ? 'has a way out' : 'has no way out', "\n";
      event($up ? ($uplink->{name} eq $kept ? 'used' : 'up') : 'down', $uplink->{name});
    }
    # The kernel takes the route away with the link, and a lease may bring another router.
    put_route($uplink) if $up and $active and $active == $uplink and ($moved or not has_route());
  }
  my $is = grep { hex(text_of("/sys/class/net/$_/flags") // '0') & $iff_up } @devices;
  return if ($is > 0) == $there;
  $there = $is > 0;
  event('tunnel', $there ? 'there' : 'gone');
}

sub has_route {
  return scalar grep { /dev \Q$active->{interface}\E(?: |$)/ } command('ip', '-4', 'route', 'show', $colo4, 'proto', $protocol);
}

# IPv4 comes with its header.
sub hear {
  my ($socket, $target) = @_;
  while (defined(my $sender = recv $socket, my $packet, 65535, 0)) {
    my $is_asked = $target eq 'tunnel'
      ? (unpack_sockaddr_in6($sender))[1] eq inet_pton(AF_INET6, $colo6)
      : (unpack_sockaddr_in($sender))[1] eq inet_pton(AF_INET, $uplink{$target}{probe});
    $packet = substr $packet, 4 * (ord($packet) & 15) if $target ne 'tunnel';
    next if not $is_asked or length $packet < 8;
    my ($asker, $number) = unpack 'x4 n n', $packet;
    event('answer', $number, $target) if $asker == $identifier;
  }
}

# Whoever ran before may have had another colo.
for (command('ip', '-4', 'route', 'show', 'proto', $protocol)) {
  my ($address) = /^(\S+)/ or next;
  system('ip', '-4', 'route', 'delete', $address, 'proto', $protocol) if $address ne $colo4;
}
$kept = used_before();
look();
$kept = '';
for (;;) {
  my $readable = '';
  my @open = grep { $_->{socket} } @uplinks;
  vec($readable, fileno $_, 1) = 1 for $netlink, $inside, map { $_->{socket} } @open;
  my $wait = $choice->wake - now();
  my $count = select $readable, undef, undef, ($wait > 0 ? $wait : 0) / 1000;
  if ($count > 0) {
    if (vec $readable, fileno $netlink, 1) {
      # What it says is looked up; an overflow (ENOBUFS) says as much.
      1 while defined recv $netlink, my $message, 65535, 0;
      look();
    }
    hear($inside, 'tunnel') if vec $readable, fileno $inside, 1;
    for my $uplink (@open) {
      hear($uplink->{socket}, $uplink->{name}) if $uplink->{socket} and vec $readable, fileno $uplink->{socket}, 1;
    }
  }
  event('tick') if now() >= $choice->wake;
}
