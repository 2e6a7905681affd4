#!/usr/bin/perl
# What health-watch asks over the network: pings, connections, names, and router advertisements. All questions of a round
# go out at once; one without an answer is repeated twice, so that a lost packet is no fault. A part of health-watch.
use strict;
use warnings;
use Errno ();
use POSIX qw(_SC_CLK_TCK);
use Socket qw(AF_INET6 SOCK_RAW SOCK_DGRAM inet_pton inet_ntop pack_sockaddr_in6 unpack_sockaddr_in6);

package Probes;

# The numbers that Perl has no names for: linux/in.h, linux/in6.h, linux/icmpv6.h; RFC 4861 and RFC 3596 for the last three.
my ($icmpv6, $icmp6_filter, $ipproto_ipv6, $unicast_hops) = (58, 1, 41, 16);
my ($echo_request, $echo_reply, $solicitation, $advertisement, $aaaa) = (128, 129, 133, 134, 28);
# Seconds after the first packet at which it is repeated, and until it is given up.
my @again = (0.5, 1.0);
my $patience = 1.5;

# Seconds of a clock that nobody sets.
sub now { return (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

# A socket that hears echo replies and advertisements alone. Neighbour discovery is only heard with a hop limit of 255.
sub new {
  my ($class) = @_;
  socket my $raw, Socket::AF_INET6(), Socket::SOCK_RAW(), $icmpv6 or die "health: ICMPv6: $!\n";
  # RFC 3542, section 3.2: a bit that is set blocks that type.
  my $blocked = "\xff" x 32;
  for my $type ($echo_reply, $advertisement) {
    my $word = unpack 'x' . 4 * ($type >> 5) . 'L', $blocked;
    substr $blocked, 4 * ($type >> 5), 4, pack('L', $word & ~(1 << ($type & 31)));
  }
  setsockopt $raw, $icmpv6, $icmp6_filter, $blocked or die "health: filter: $!\n";
  setsockopt $raw, $ipproto_ipv6, $unicast_hops, pack 'i', 255 or die "health: hop limit: $!\n";
  $raw->blocking(0);
  return bless { raw => $raw, sequence => 0, identifier => $$ & 0xffff }, $class;
}

# The addresses of this host that can be used, as binary text, with the number and the name of their interface.
sub own_addresses {
  open my $file, '<', '/proc/net/if_inet6' or die "health: /proc/net/if_inet6: $!\n";
  my @own;
  for my $line (<$file>) {
    my ($address, $index, undef, $scope, $flags, $name) = split ' ', $line;
    # Tentative ones cannot (0x40, include/uapi/linux/if_addr.h).
    next if hex($flags) & 0x40;
    push @own, { address => pack('H32', $address), index => hex $index, link => $scope eq '20', device => $name };
  }
  return @own;
}

# Asks all of these at once and waits; each gets `took`, in seconds, if it was answered, and `packet`.
#   { kind => ping, to => ADDRESS }   { kind => names, to => ADDRESS, name => NAME }   { kind => ra, device => INTERFACE }
#   { kind => connect, to => ADDRESS, port => PORT, instead => QUESTIONS }, whose answer makes others needless
# An ra question without an address on its interface gets `absent`, as does a connection that something on the way has
# said cannot be. One that is refused is answered: the refusal has come the whole way back.
sub ask {
  my ($self, @questions) = @_;
  my @own = own_addresses();
  for my $question (@questions) {
    if ($question->{kind} eq 'ra') {
      ($question->{at}) = grep { $_->{link} and $_->{device} eq $question->{device} } @own;
      $question->{absent} = not defined $question->{at};
    } elsif ($question->{kind} eq 'names') {
      $self->open_names($question);
    }
  }
  my $begun = now();
  open_connection($_) for grep { $_->{kind} eq 'connect' } @questions;
  my @times = (0, @again);
  while ((my @open = grep { not defined $_->{took} and not $_->{absent} } @questions) and now() < $begun + $patience) {
    if (@times and now() >= $begun + $times[0]) {
      shift @times;
      $self->send_question($_) for @open;
    }
    my ($readable, $writable) = ('', '');
    for (grep { $_->{socket} } @open) {
      vec($_->{kind} eq 'connect' ? $writable : $readable, fileno $_->{socket}, 1) = 1;
    }
    vec($readable, fileno $self->{raw}, 1) = 1;
    my $wait = $begun + ($times[0] // $patience) - now();
    # Not without select, which takes those out that are not ready: a connection under way has no error yet, either.
    next if 1 > select $readable, $writable, undef, $wait > 0 ? $wait : 0;
    $self->hear_raw(@open);
    for (grep { $_->{socket} } @open) {
      if ($_->{kind} eq 'names') { hear_names($_) }
      elsif (vec $writable, fileno $_->{socket}, 1) { hear_connection($_) }
    }
  }
  # They name each other in rings, which Perl never gives back.
  delete @$_{qw(socket instead)} for @questions;
  return @questions;
}

sub send_question {
  my ($self, $question) = @_;
  # The kernel repeats these itself, after a second (RFC 6298, section 2).
  return if $question->{kind} eq 'connect';
  $question->{sent} = now();
  # That a packet does not leave is as good as no answer.
  if ($question->{kind} eq 'names') {
    send $question->{socket}, $question->{query}, 0 if $question->{socket};
  } elsif ($question->{kind} eq 'ping') {
    $question->{number} //= $self->{sequence} = ($self->{sequence} + 1) & 0xffff;
    my $request = pack 'CCnnn', $echo_request, 0, 0, $self->{identifier}, $question->{number};
    send $self->{raw}, $request, 0, Socket::pack_sockaddr_in6(0, Socket::inet_pton(Socket::AF_INET6(), $question->{to}));
  } else {
    # To the daemon on this very host: the kernel hands it over as if it had come in there, and nobody else hears it.
    my ($address, $index) = @{ $question->{at} }{qw(address index)};
    send $self->{raw}, pack('CCnN', $solicitation, 0, 0, 0), 0, Socket::pack_sockaddr_in6(0, $address, $index);
  }
}

sub answered {
  my ($question, $packet) = @_;
  @$question{qw(took packet)} = (now() - $question->{sent}, $packet);
}

sub hear_raw {
  my ($self, @open) = @_;
  while (defined(my $sender = recv $self->{raw}, my $packet, 65535, 0)) {
    next if length $packet < 8;
    my (undef, $from, $scope) = Socket::unpack_sockaddr_in6($sender);
    my ($type, $identifier, $number) = unpack 'C x3 n n', $packet;
    my ($question) = grep {
      $_->{kind} eq 'ping'
        ? ($type == $echo_reply and $identifier == $self->{identifier} and $number == ($_->{number} // -1))
        : ($_->{kind} eq 'ra' and $type == $advertisement and $from eq $_->{at}{address} and $scope == $_->{at}{index})
    } @open;
    answered($question, $packet) if $question;
  }
}

# Whoever guesses an answer has to guess the port as well: each question has its own socket.
sub open_names {
  my ($self, $question) = @_;
  socket my $socket, Socket::AF_INET6(), Socket::SOCK_DGRAM(), 0 or die "health: UDP: $!\n";
  $socket->blocking(0);
  $question->{id} = int rand 65536;
  my $labels = join '', map { pack 'C/a*', $_ } split /\./, $question->{name};
  # Recursion desired; one question, for AAAA in IN (RFC 1035, section 4).
  $question->{query} = pack('n6', $question->{id}, 0x0100, 1, 0, 0, 0) . $labels . pack 'C n n', 0, $aaaa, 1;
  # Without a route there is nobody to ask.
  connect $socket, Socket::pack_sockaddr_in6(53, Socket::inet_pton(Socket::AF_INET6(), $question->{to})) or return;
  $question->{socket} = $socket;
}

sub hear_names {
  my ($question) = @_;
  # A port that nobody listens at answers by an error of the socket.
  while (defined recv $question->{socket}, my $packet, 65535, 0) {
    next if length $packet < 12 or unpack('n', $packet) != $question->{id} or defined $question->{took};
    answered($question, $packet);
  }
}

# Each has a port of its own, and so is a flow that nobody on the way knows yet.
sub open_connection {
  my ($question) = @_;
  socket my $socket, Socket::AF_INET6(), Socket::SOCK_STREAM(), 0 or die "health: TCP: $!\n";
  $socket->blocking(0);
  @$question{qw(socket sent)} = ($socket, now());
  return if connect $socket, Socket::pack_sockaddr_in6($question->{port}, Socket::inet_pton(Socket::AF_INET6(), $question->{to}));
  connected($question, $! + 0) unless $!{EINPROGRESS};
}

sub hear_connection {
  my ($question) = @_;
  my $error = getsockopt $question->{socket}, Socket::SOL_SOCKET(), Socket::SO_ERROR() or return;
  connected($question, unpack 'i', $error);
}

sub connected {
  my ($question, $error) = @_;
  if ($error == 0 or $error == Errno::ECONNREFUSED()) {
    answered($question, '');
    $_->{absent} = 1 for grep { not defined $_->{took} } @{ $question->{instead} // [] };
  } else {
    $question->{absent} = 1;
  }
}

# The code of an answer (RFC 1035, section 4.1.1), and the addresses in it.
sub addresses_in {
  my ($packet) = @_;
  my ($flags, undef, $answers) = unpack 'x2 n3', $packet;
  my $at = skip_name($packet, 12) + 4;
  my @addresses;
  for (1 .. $answers) {
    $at = skip_name($packet, $at);
    last if $at + 10 > length $packet;
    my ($type, $length) = unpack "x$at n x6 n", $packet;
    push @addresses, substr $packet, $at + 10, 16 if $type == $aaaa and $length == 16 and $at + 26 <= length $packet;
    $at += 10 + $length;
  }
  return ($flags & 15, @addresses);
}

# Where the name at a place of a packet ends: at its empty label, or at a pointer.
sub skip_name {
  my ($packet, $at) = @_;
  while ($at < length $packet) {
    my $length = ord substr $packet, $at, 1;
    return $at + 2 if $length >= 192;
    $at += 1 + $length;
    return $at if $length == 0;
  }
  return $at;
}

1;
