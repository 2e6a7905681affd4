#!/usr/bin/perl
# Looks every few seconds at what this host does for the home, and does what health-machine decides: starts or restarts
# units of ours, and tells those that lead machines to the translator whether it is dead (docs/HEALTH.md).
#
#   health-watch CONFIG FOLDER
#
# CONFIG has a line "NAME KIND ARGUMENT… KEY=VALUE…" for each check. FOLDER gets `state`, a line "NAME ok|failed|unknown
# SINCE SENTENCE" each, SINCE in Unix time; `metrics.prom` in the text format of Prometheus; and `nat64`, a line "dead"
# or "there".
use strict;
use warnings;
use IO::Handle;
use POSIX ();

my ($config, $run) = @ARGV;
die "usage: health-watch CONFIG FOLDER\n" unless defined $run;
my ($folder) = $0 =~ m{^(.*)/};
require "$folder/health-machine.pl";
require "$folder/health-probes.pl";
require "$folder/health-looks.pl";
STDOUT->autoflush(1);

# Seconds between two looks at what changes slowly.
my $seldom = 60;
my %is_slow = map { $_ => 1 } qw(clock keys);

my ($health, $probes) = (Health->new, Probes->new);
my @checks;
for (Looks::lines_of($config)) {
  next if /^(#|$)/;
  my ($name, $kind, @words) = split;
  my ($spec) = join ':', $name, grep { /^(needs|restart|tell)=/ } @words;
  my (undef, %of) = Health::described($spec);
  push @checks, { name => $name, kind => $kind, words => [grep { !/=/ } @words], tell => $of{tell}, looked => -$seldom };
  $health->know($name, %of) if $kind ne 'units';
}
die "health-watch: $config has no checks\n" unless @checks;

sub binary { return Socket::inet_pton(Socket::AF_INET6(), shift) }

# Of these addresses, separated by commas, those that this host has.
sub own_ones {
  my %own = map { $_->{address} => 1 } Probes::own_addresses();
  return grep { $own{ binary($_) } } split /,/, shift;
}

# What a check asks over the network; nothing if it only looks.
sub questions {
  my ($check) = @_;
  my ($first, $second) = @{ $check->{words} };
  my $kind = $check->{kind};
  return { kind => 'ping', to => $first } if $kind eq 'ping';
  if ($kind eq 'nat64') {
    my @behind = split /,/, $first;
    my $port = $check->{words}[2];
    # One of them is not there, whichever program translates: it is not waited for where the other one answers.
    my @all = map { { kind => 'ping', to => $_ } } @behind, $second;
    unshift @all, map { { kind => 'connect', to => $_, port => $port, instead => \@all } } @behind;
    return @all;
  }
  return { kind => 'ra', device => $first } if $kind eq 'ra';
  # Both are BIND's own while it has DNS64; without it, it would have to ask others for the first (RFC 6303 has the second).
  my $name = $kind ne 'dns64' ? $second : told_dead() ? '127.in-addr.arpa' : 'ipv4only.arpa';
  return map { { kind => 'names', to => $_, name => $name } } own_ones($first) if $kind =~ /^(names|dns64)$/;
  return;
}

sub judge {
  my ($check, @questions) = @_;
  my ($first, $second) = @{ $check->{words} };
  my ($answer) = grep { defined $_->{took} } @questions;
  $check->{took} = $answer ? $answer->{took} : undef;
  if ($check->{kind} eq 'ping') {
    return $answer ? ['ok', "$first answers"] : ['bad', "$first does not answer"];
  } elsif ($check->{kind} eq 'ra') {
    return ['unknown', "not checked: $first has no link"] if $questions[0]{absent};
    return $answer ? ['ok', "$first is advertised on"] : ['bad', "no router advertisement on $first when one is asked for"];
  } elsif ($check->{kind} eq 'nat64') {
    # Some hosts cannot be reached by their own public IPv4: there only the translator itself tells.
    my $itself = pop @questions;
    my ($made) = grep { $_->{kind} eq 'connect' and defined $_->{took} } @questions;
    my ($behind) = grep { $_->{kind} eq 'ping' and defined $_->{took} } @questions;
    $check->{translated} = 1 if $made or $behind;
    $check->{connected} = 1 if $made;
    return ['bad', 'the translator does not answer'] unless $answer;
    return ['ok', "$made->{to} answers"] if $made;
    # Pings are a flow that all on the way know already, and that no port is needed for.
    return ['bad', "$behind->{to} answers pings, but no connection comes through"] if $behind and $check->{connected};
    return ['ok', ($behind // $itself)->{to} . ' answers'] if $behind or not $check->{translated};
    return ['bad', "the translator answers, but $questions[0]{to} does not"];
  }
  return ['unknown', 'not checked: no interface of these has a link'] unless @questions;
  return ['bad', "no answer from $questions[0]{to}"] unless $answer;
  my ($code, @addresses) = Probes::addresses_in($answer->{packet});
  return ['ok', "$answer->{to} answers"] if $check->{kind} eq 'names';
  return ['bad', "$answer->{to} could not find out (code $code)"] if $code == 2 or $code == 5;
  return ['ok', "$answer->{to} has addresses of the translator"]
    if grep { substr($_, 0, 12) eq substr(binary($second), 0, 12) } @addresses;
  return ['ok', "$answer->{to} answers, without DNS64 while the translator is dead"] if told_dead();
  return ['bad', "$answer->{to} answers without DNS64"];
}

sub told_dead { return grep { $_ eq 'dead' } Looks::lines_of("$run/nat64") }

# What a check that asks nobody finds; that of units finds several.
sub look {
  my ($check, @tunnels) = @_;
  my $kind = $check->{kind};
  return units() if $kind eq 'units';
  return ($check->{name} => $kind eq 'handshake' ? Looks::handshake(@tunnels)
    : $kind eq 'disk' ? Looks::disk(@{ $check->{words} })
    : $kind eq 'clock' ? Looks::clock()
    : $kind eq 'keys' ? Looks::keys_age()
    : $kind eq 'guard' ? Looks::guard()
    : $kind eq 'upgrades' ? Looks::upgrades(@{ $check->{words} })
    : die "health-watch: no such kind: $kind\n");
}

sub units {
  my %found = Looks::units('ipv6-home-health.service');
  for my $known (grep { /^unit-/ } map { $_->{name} } $health->checks) {
    $health->forget($known) unless $found{$known};
  }
  $health->know($_, start => $found{$_}[2], alone => $found{$_}[3]) for sort keys %found;
  return %found;
}

sub act {
  my ($action, @what) = split ' ', shift;
  if ($action eq 'tell') {
    my ($check) = grep { $_->{name} eq $what[0] } @checks;
    Looks::put("$run/nat64", "$what[1]\n");
    print "<4>the translator is $what[1]: $check->{tell} is told\n";
    # What is not running reads it when it starts.
    system('systemctl', 'is-active', '--quiet', $check->{tell}) == 0 or return;
    system('systemctl', '--no-block', 'reload', $check->{tell}) == 0 or print "<4>$check->{tell} did not reload\n";
    return;
  }
  print "<4>$action $what[0]\n";
  # Harmless if it had not failed too often for systemd.
  system('systemctl', 'reset-failed', $what[0]) if $action eq 'start';
  system('systemctl', '--no-block', $action, $what[0]) == 0 or print "<4>$what[0]: systemd refuses to $action it\n";
}

sub metrics {
  my (@tunnels) = @_;
  my @lines;
  my $family = sub {
    my ($name, $type, $help, @samples) = @_;
    push @lines, "# HELP ipv6_home_$name $help", "# TYPE ipv6_home_$name $type", map { "ipv6_home_$name$_" } @samples;
  };
  my @known = grep { $_->{state} ne 'unknown' } $health->checks;
  $family->('health_check', 'gauge', 'Whether what is checked works; no sample while nobody knows.',
    map { qq({check="$_->{name}"} ) . ($_->{state} eq 'ok' ? 1 : 0) } @known);
  $family->('health_since_seconds', 'gauge', 'Unix time of the last change of a check.',
    map { qq({check="$_->{name}"} $_->{wall}) } @known);
  $family->('health_answer_seconds', 'gauge', 'How long the last answer took.',
    map { sprintf '{check="%s"} %.3f', @$_{qw(name took)} } grep { defined $_->{took} } @checks);
  $family->('health_round_seconds', 'gauge', 'Unix time of the last round of checks.', ' ' . time);
  $family->('wireguard_handshake_age_seconds', 'gauge', 'Seconds since the last handshake.',
    map { qq({interface="$_->{device}"} $_->{age}) } grep { defined $_->{age} } @tunnels);
  for my $way ('received', 'sent') {
    $family->("wireguard_${way}_bytes_total", 'counter', "Bytes $way.", map { qq({interface="$_->{device}"} $_->{$way}) } @tunnels);
  }
  return join '', map { "$_\n" } @lines;
}

sub round {
  my $now = Probes::now();
  my @due = grep {
    not $is_slow{ $_->{kind} } or $now - $_->{looked} >= $seldom or $health->in_doubt($_->{name})
  } @checks;
  $_->{looked} = $now for @due;
  my %asked = map { $_->{name} => [questions($_)] } @due;
  $probes->ask(map { @$_ } values %asked);
  my @tunnels = Looks::tunnels();
  my %found = map {
    $_->{kind} =~ /^(ping|nat64|ra|names|dns64)$/ ? ($_->{name} => judge($_, @{ $asked{ $_->{name} } })) : look($_, @tunnels);
  } @due;
  my ($held, $lock) = Looks::hold();
  my %was = map { $_->{name} => $_->{state} } $health->checks;
  my @actions = $health->round(Probes::now(), $held, %found);
  for my $check ($health->checks) {
    my $was = $was{ $check->{name} } // 'unknown';
    $check->{wall} = time if not defined $check->{wall} or $was ne $check->{state};
    next if $was eq $check->{state} or $was eq 'unknown' and $check->{state} eq 'ok';
    print $check->{state} eq 'failed' ? '<4>' : '<6>', "$check->{name} $check->{state}: $check->{text}\n";
  }
  act($_) for @actions;
  close $lock if $lock;
  Looks::put("$run/state", join '', map {
    "$_->{name} $_->{state} $_->{wall} $_->{text}" . ($_->{done} ? "; $_->{done}" : '') . ".\n"
  } $health->checks);
  Looks::put("$run/metrics.prom", metrics(@tunnels));
}

for (;;) {
  round();
  select undef, undef, undef, $health->wait;
}
