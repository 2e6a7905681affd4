#!/usr/bin/perl
# Makes the status page of what is known of a home: a whole page of HTML, without scripts and without anything from
# elsewhere, out of lines. It reads no file and asks nobody, so that every case can be played through; status-watch does
# the rest (docs/STATUS.md).
#
#   status-page < LINES
#
#   domain DOMAIN                             of the machines at home
#   segment NAME DEVICE                       in their order
#   uplink NAME DEVICE                        in their order
#   host NAME SEGMENT MAC|- ADDRESS…          a machine that the settings name
#   health yes|no                             whether somebody looks after the gateway now
#   check NAME ok|failed|unknown SINCE TEXT   a line of health's state
#   active NAME DEVICE SINCE WHY              the uplink in use, where there are several
#   lease …                                   a line of dnsmasq's leases
#   neighbour …                               a line of `ip -6 -s neighbour show`
#   missing check|active|lease|neighbour WHY  what could not be looked at
#   now TIME                                  when the page is written; left out, it does not say so
use strict;
use warnings;
use POSIX ();

package Page;

# However long the list is, a page is no more than this many of each, of so many characters: about 200 kB.
my ($most, $longest, $most_addresses) = (200, 200, 4);
# Seconds in which a machine has answered that is said to be here. One that is not talked to may sleep.
my $here = 900;
my %title = (
  tunnel => 'Tunnel to the colo',
  handshake => 'Handshake',
  resolver => 'Names at home',
  dns64 => 'Internet names',
  nat64 => 'IPv4-only sites',
  disk => 'Disk',
  clock => 'Clock',
  keys => 'Keys',
  guard => 'Changes',
  upgrades => 'Security upgrades',
);
my %word = (ok => 'works', failed => 'failed', unknown => 'not known');

# What is not plain ASCII is no name of ours.
sub escaped {
  my ($text) = @_;
  $text = substr($text, 0, $longest - 3) . '...' if length $text > $longest;
  $text =~ s/[^\x20-\x7e]/?/g;
  $text =~ s/([&<>"'])/'&#' . ord($1) . ';'/ge;
  return $text;
}

sub moment { return POSIX::strftime('%e %b %H:%M', localtime shift) =~ s/^ //r }

# A time that is none is not worth a page.
sub since { my ($time) = @_; return ($time // '') =~ /^\d{1,11}$/ && $time > 0 ? 'since ' . moment($time) : '' }

sub known {
  my (@lines) = @_;
  my %of = (domain => '', health => 'no', map { $_ => [] } qw(segment uplink host check lease neighbour missing));
  for (@lines) {
    my ($word, $rest) = /^(\w+) (.*)/ or next;
    if (not ref($of{$word} // '')) { $of{$word} = $rest }
    elsif (@{ $of{$word} } < 5 * $most) { push @{ $of{$word} }, $rest }
  }
  return \%of;
}

# dnsmasq's leases, "EXPIRY MAC|IAID ADDRESS NAME|* ID": names by address and, of DHCPv4, by MAC.
sub leased {
  my (%name);
  for (@_) {
    my (undef, $id, $address, $name) = split;
    next unless defined $name and $name ne '*';
    $name{ lc $address } = $name;
    $name{ lc $id } = $name if $id =~ /^[\da-f]{2}(:[\da-f]{2}){5}$/i;
  }
  return \%name;
}

# Each machine once: those of the settings, those that the gateway has heard of lately, and those with a lease.
sub machines {
  my ($of) = @_;
  my $name_of = leased(@{ $of->{lease} });
  my (@machines, %by);
  my $known = sub {
    my ($machine, @keys) = @_;
    push @machines, $machine;
    $by{ lc $_ } //= $machine for grep { defined and $_ ne '-' } @keys;
    return $machine;
  };
  for (@{ $of->{host} }) {
    my ($name, $segment, $mac, @addresses) = split;
    $known->({ name => $name, segment => $segment, mac => $mac, addresses => {} }, $name, $mac, @addresses);
  }
  my %segment = map { (split)[1, 0] } @{ $of->{segment} };
  for (@{ $of->{neighbour} }) {
    my ($address, $device, $mac) = /^(\S+) dev (\S+) lladdr (\S+) / or next;
    next if /\b(FAILED|INCOMPLETE|NOARP|PERMANENT)\b/ or not exists $segment{$device};
    my $name = $name_of->{ lc $address } // $name_of->{ lc $mac };
    my $machine = $by{ lc $mac } // $by{ lc $address } // (defined $name ? $by{ lc $name } : undef)
      // $known->({ segment => $segment{$device}, addresses => {} }, $mac, $name);
    $by{ lc $mac } //= $machine;
    $machine->{mac} = $mac if ($machine->{mac} // '-') eq '-';
    $machine->{name} //= $name;
    $machine->{addresses}{$address} = 1 if $address !~ /^fe80:/i;
    my ($confirmed) = m{ used \d+/(\d+)/\d+};
    $machine->{here} = 1 if defined $confirmed and $confirmed <= $here;
  }
  for my $address (grep { /:.*:.*:|::/ and !/^([\da-f]{2}:){5}/i } sort keys %$name_of) {
    my $name = $name_of->{$address};
    my $machine = $by{$address} // $by{ lc $name } // $known->({ name => $name, addresses => {} }, $name);
    $machine->{addresses}{$address} = 1;
  }
  return sort {
    (defined $a->{name} ? 0 : 1) <=> (defined $b->{name} ? 0 : 1)
      || ($a->{name} // $a->{mac}) cmp ($b->{name} // $b->{mac})
  } @machines;
}

sub item {
  my ($class, $head, $state, @more) = @_;
  my $lines = join '', map { "<p>$_</p>" } grep { $_ ne '' } @more;
  return qq{<li class="$class"><b>$head</b> <span>$state</span>$lines</li>\n};
}

sub check_item {
  my ($check, $segment) = @_;
  my ($name, $state, $since, $text) = @$check;
  my $title = $title{$name}
    // ($name =~ /^ra-(.*)/ ? 'Addresses in ' . ($segment->{$1} // $1) : $name =~ s/^unit-//r);
  my $said = join ' ', grep { $_ ne '' } $word{$state}, since($since);
  return item($state, escaped($title), $said, $state eq 'ok' ? '' : escaped($text));
}

sub section { my ($title, @items) = @_; return @items ? "<h2>$title</h2>\n<ul>\n" . join('', @items) . "</ul>\n" : '' }

sub checks {
  my ($of) = @_;
  my %rank = (failed => 0, unknown => 1, ok => 2);
  my @checks = grep { exists $rank{ $_->[1] // '' } } map { [split ' ', $_, 4] } @{ $of->{check} };
  $_->[3] //= '' for @checks;
  @checks = @checks[0 .. $most - 1] if @checks > $most;
  return sort { $rank{ $a->[1] } <=> $rank{ $b->[1] } } @checks;
}

# Why something could not be looked at, by its word.
sub missing { my ($of) = @_; return { map { (split ' ', $_, 2)[0, 1] } @{ $of->{missing} } } }

sub headline {
  my ($of, @checks) = @_;
  return ('unknown', 'Nobody looks after the gateway now: what is below may be old.') if $of->{health} ne 'yes';
  return ('unknown', 'What works is not known now.') if missing($of)->{check};
  my $failed = grep { $_->[1] eq 'failed' } @checks;
  return ('failed', $failed == 1 ? 'One thing has failed.' : "$failed things have failed.") if $failed;
  return @checks ? ('ok', 'All is well.') : ('unknown', 'Nothing has been looked at yet.');
}

sub uplinks {
  my ($of) = @_;
  my ($active, undef, $since, $why) = split ' ', $of->{active} // '', 4;
  my @uplinks = @{ $of->{uplink} };
  my $nobody_knows = missing($of)->{active} // 'nobody says which is used';
  return map {
    my ($name, $device) = split;
    my $head = escaped("$name ($device)");
    @uplinks == 1 ? item('plain', $head, 'the only one')
      : not(defined $active) ? item('unknown', $head, 'not known', escaped($nobody_knows))
      : $name eq ($active // '') ? item('ok', $head, join(' ', grep { $_ ne '' } 'is used', since($since)), escaped($why // ''))
      : item('plain', $head, 'waits');
  } @uplinks;
}

sub machine_items {
  my ($of) = @_;
  my @machines = machines($of);
  my @shown = @machines > $most ? @machines[0 .. $most - 1] : @machines;
  my $missing = missing($of);
  my @class = defined $missing->{neighbour} ? ('unknown', 'not known') : ('plain', 'quiet');
  my @items = map {
    my @addresses = sort keys %{ $_->{addresses} };
    my $more = @addresses > $most_addresses ? @addresses - $most_addresses : 0;
    my $where = defined $_->{segment} ? ' in ' . escaped($_->{segment}) : '';
    my $mac = ($_->{mac} // '-') eq '-' ? '' : escaped($_->{mac});
    my ($class, $is) = $_->{here} ? ('ok', 'is here') : @class;
    item($class, escaped($_->{name} // 'without a name'), $is . $where,
      join(' ', $mac, map { escaped($_) } splice(@addresses, 0, $most_addresses)), $more ? "and $more more" : '');
  } @shown;
  push @items, item('plain', 'and ' . (@machines - @shown) . ' more', '') if @shown < @machines;
  unshift @items, map { item('unknown', $_->[1], 'not known', escaped($missing->{ $_->[0] })) }
    grep { defined $missing->{ $_->[0] } } ['neighbour', 'Who is here'], ['lease', 'Names of machines'];
  return @items;
}

my $style = <<'CSS' =~ s/\n\s*/ /gr;
:root { color-scheme: light dark; --line: #d0d4da; --ok: #14713a; --failed: #b3191b; --unknown: #855b00; --quiet: #59616b; }
@media (prefers-color-scheme: dark) { :root { --line: #3b424b; --ok: #5fcf8a; --failed: #ff8a80; --unknown: #e6b450; --quiet: #a3acb7; } }
body { margin: 0 auto; max-width: 42rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.5rem 0 .3rem; }
.banner { margin: .8rem 0; padding: .7rem .9rem; border: 2px solid; border-radius: .6rem; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; } li { padding: .3rem 0; border-top: 1px solid var(--line);
display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 .8rem; }
li b { font-weight: 600; } li span { margin-left: auto; text-align: right; font-size: .88rem; } li p { margin: 0; flex-basis: 100%; }
li p, .plain span, footer { color: var(--quiet); font-size: .88rem; } summary { padding: .5rem 0; cursor: pointer; }
.ok span, .banner.ok { color: var(--ok); } .failed span, .banner.failed { color: var(--failed); }
.unknown span, .banner.unknown { color: var(--unknown); } footer { margin-top: 1.5rem; }
CSS

sub html {
  my ($of) = (known(@_));
  my %segment = map { (split)[1, 0] } @{ $of->{segment} };
  my @checks = checks($of);
  my ($class, $headline) = headline($of, @checks);
  my @units = grep { $_->[0] =~ /^unit-/ and $_->[1] eq 'ok' } @checks;
  my @others = grep { not($_->[0] =~ /^unit-/ and $_->[1] eq 'ok') } @checks;
  my $why = missing($of)->{check};
  my @unseen = defined $why ? item('unknown', 'What health says', 'not known', escaped($why)) : ();
  my $services = @units
    ? '<details><summary>' . (@units == 1 ? 'One service runs' : @units . ' services run') . "</summary>\n<ul>\n" . join('', map { check_item($_, \%segment) } @units)
      . "</ul>\n</details>\n"
    : '';
  my $domain = escaped($of->{domain});
  my $now = ($of->{now} // '') =~ /^(\d{1,11})$/ ? $1 : 0;
  my $zone = POSIX::strftime('%Z', localtime $now);
  my $written = $now ? 'Written ' . moment($now) . ", when something had changed last. Times are in $zone." : '';
  return join '', <<"HEAD", section('Uplinks', uplinks($of)),
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta http-equiv="refresh" content="30">
<meta name="robots" content="noindex">
<title>$domain: @{[$headline =~ s/\..*|:.*//r]}</title>
<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
<h1>$domain</h1>
<p class="banner $class">$headline</p>
HEAD
    section('What works', @unseen, map { check_item($_, \%segment) } @others), $services,
    section('Machines', machine_items($of)), "<footer>$written</footer>\n</body>\n</html>\n";
}

package main;

unless (caller) {
  chomp(my @lines = <STDIN>);
  print Page::html(@lines);
}

1;
