#!/usr/bin/perl
# Writes every ten seconds what this host counts, in the text format of Prometheus, for node exporter's textfile
# collector (docs/MONITORING.md).
#
#   metrics-watch CONFIG FOLDER [once]
#
# CONFIG has lines of a kind and its arguments. FOLDER gets `ipv6-home.prom`, which is replaced as a whole. With `once`
# it is written once.
use strict;
use warnings;
use IO::Handle;
use Socket qw(AF_INET AF_INET6 inet_pton);

my ($config, $run, $once) = @ARGV;
die "usage: metrics-watch CONFIG FOLDER [once]\n" unless defined $run;
my ($folder) = $0 =~ m{^(.*)/};
require "$folder/health-looks.pl";
STDOUT->autoflush(1);

my $pause = 10;
my (%path, @segments, @uplinks, $pool, @jool);
for (Looks::lines_of($config)) {
  next if /^(#|$)/;
  my ($kind, @words) = split;
  if ($kind eq 'segment') { push @segments, { name => shift @words, prefixes => [@words] } }
  elsif ($kind eq 'uplink') { push @uplinks, { name => $words[0], device => $words[1], preferred => !@uplinks } }
  elsif ($kind eq 'jool') { @jool = @words }
  elsif ($kind =~ /^(health|leases|uplinks|sources)$/) { ($path{$kind}, $pool) = ($words[0], $words[1] // $pool) }
  else { die "metrics-watch: no such kind: $kind\n" }
}

my @lines;

# Samples are pairs of labels, as text, and a number; of two with the same labels Prometheus would take none.
sub family {
  my ($name, $type, $help, @samples) = @_;
  my (%sum, @order);
  while (my ($labels, $value) = splice @samples, 0, 2) {
    push @order, $labels unless exists $sum{$labels};
    $sum{$labels} = ($sum{$labels} // 0) + $value;
  }
  return unless @order;
  push @lines, "# HELP ipv6_home_$name $help", "# TYPE ipv6_home_$name $type";
  push @lines, "ipv6_home_$name$_ $sum{$_}" for @order;
}

sub labels {
  my @pairs;
  while (my ($key, $value) = splice @_, 0, 2) {
    push @pairs, sprintf '%s="%s"', $key, $value =~ s/([\\"])/\\$1/gr;
  }
  return '{' . join(',', @pairs) . '}';
}

# Units that nobody can tell of now have no sample: keys are being changed.
sub units {
  my %units = Looks::units();
  family('unit_active', 'gauge', 'Whether a unit of this project runs.', map {
    my ($result, $name) = ($units{$_}[0], s/^unit-//r);
    $result eq 'unknown' ? () : (labels(unit => $name) => $result eq 'ok' ? 1 : 0);
  } sort keys %units);
}

sub tunnels {
  my @tunnels = Looks::tunnels();
  family('wireguard_handshake_age_seconds', 'gauge', 'Seconds since the last handshake.',
    map { labels(interface => $_->{device}) => $_->{age} } grep { defined $_->{age} } @tunnels);
  for my $way ('received', 'sent') {
    family("wireguard_${way}_bytes_total", 'counter', "Bytes $way through a tunnel.",
      map { labels(interface => $_->{device}) => $_->{$way} } @tunnels);
  }
}

# A rule is named by its comment, or by its own text.
sub firewall {
  my ($chain, @packets, @bytes) = ('');
  for (Looks::command(qw(nft --terse list table inet ipv6_home))) {
    $chain = $1 if /^\tchain (\S+) \{/;
    my ($before, $packets, $bytes, $after) = /^\t\t(.*?) ?counter packets (\d+) bytes (\d+) ?(.*)$/ or next;
    my $rule = $after =~ /comment "([^"]*)"/ ? $1 : join ' ', grep { $_ ne '' } $before, $after;
    push @packets, labels(chain => $chain, rule => $rule) => $packets;
    push @bytes, labels(chain => $chain, rule => $rule) => $bytes;
  }
  family('firewall_packets_total', 'counter', 'Packets that a rule has counted.', @packets);
  family('firewall_bytes_total', 'counter', 'Bytes that a rule has counted.', @bytes);
}

sub bits_of {
  my ($address) = @_;
  my $binary = inet_pton($address =~ /:/ ? AF_INET6 : AF_INET, $address);
  return defined $binary ? unpack 'B*', $binary : '';
}

sub is_inside {
  my ($address, $prefix) = @_;
  my ($base, $length) = split m{/}, $prefix;
  my ($bits, $of) = (bits_of($address), bits_of($base));
  return length $bits == length $of && substr($bits, 0, $length) eq substr($of, 0, $length);
}

# A line of a lease begins with the time at which it ends, 0 for never (dnsmasq(8), --dhcp-leasefile).
sub leases {
  return unless defined $path{leases};
  my $now = time;
  my @leased = map { /^(\d+) \S+ (\S+) / && ($1 == 0 || $1 > $now) ? $2 : () } Looks::lines_of($path{leases});
  family('dhcp_leases', 'gauge', 'Leases of a segment that have not ended.', map {
    my $segment = $_;
    map {
      my $prefix = $_;
      (labels(segment => $segment->{name}, family => $prefix =~ /:/ ? 'ipv6' : 'ipv4') =>
        scalar grep { is_inside($_, $prefix) } @leased);
    } @{ $segment->{prefixes} };
  } @segments);
}

# The translator's own file has a line for each IPv6 source that has an address of its pool.
sub translator {
  return unless defined $path{sources};
  family('nat64_sources', 'gauge', 'IPv6 sources that have an address of nat64.pool4.',
    '' => scalar grep { /^[0-9]/ } Looks::lines_of($path{sources}));
  family('nat64_pool_addresses', 'gauge', 'Addresses of nat64.pool4.', '' => $pool);
}

# Jool keeps these two numbers itself: nobody has to list its sessions. Its network is there only while it is.
sub jool {
  my ($network, $instance) = @jool;
  return unless defined $network && -e $network;
  my %held = map { /^(JSTAT_\w+),(\d+)$/ ? ($1 => $2) : () } Looks::command('nsenter',
    "--net=$network", 'jool', '-i', $instance, qw(stats display --all --csv --no-headers));
  my ($sessions, $entries) = @held{qw(JSTAT_SESSIONS JSTAT_BIB_ENTRIES)};
  family('nat64_sessions', 'gauge', 'Flows that Jool translates.', '' => $sessions) if defined $sessions;
  family('nat64_bib_entries', 'gauge', 'Ports of nat64.ports in use, and nat64.forwards.', '' => $entries)
    if defined $entries;
}

# One alone is always in use.
sub uplinks {
  my ($line) = defined $path{uplinks} ? Looks::lines_of($path{uplinks}) : @uplinks ? $uplinks[0]{name} : ();
  my ($active) = split ' ', $line // '';
  family('uplink_active', 'gauge', 'Whether the tunnel goes by an uplink.', map {
    labels(uplink => $_->{name}, interface => $_->{device}, preferred => $_->{preferred} ? 'yes' : 'no') =>
      $_->{name} eq ($active // '') ? 1 : 0;
  } @uplinks);
}

sub flows {
  my ($count) = Looks::lines_of('/proc/sys/net/netfilter/nf_conntrack_count');
  my ($most) = Looks::lines_of('/proc/sys/net/netfilter/nf_conntrack_max');
  family('conntrack_entries', 'gauge', 'Flows that the kernel knows.', '' => $count) if defined $count;
  family('conntrack_limit', 'gauge', 'Flows that the kernel knows at most.', '' => $most) if defined $most;
}

# What health-watch has found, as it is, but for what is told here in any case.
sub health {
  return unless defined $path{health};
  push @lines, grep { !/ipv6_home_wireguard_/ } Looks::lines_of($path{health});
}

# What did not answer has no samples, which alone would not be seen.
sub sources {
  my %answered = Looks::answered();
  family('metrics_source_up', 'gauge', 'Whether a program of this host answered the last look.',
    map { labels(source => $_) => $answered{$_} } sort keys %answered);
}

for (;;) {
  @lines = ();
  $_->() for \&units, \&tunnels, \&firewall, \&leases, \&translator, \&jool, \&uplinks, \&flows, \&health, \&sources;
  family('metrics_round_seconds', 'gauge', 'Unix time of the last look at all this.', '' => time);
  Looks::put("$run/ipv6-home.prom", join '', map { "$_\n" } @lines);
  last if $once;
  select undef, undef, undef, $pause;
}
