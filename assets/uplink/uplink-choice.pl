#!/usr/bin/perl
# Decides by which uplink the tunnel goes. It does nothing itself: it is told what happened, and when, and answers what
# is to be done, so that every case can be played through (docs/UPLINKS.md has the reasons). uplink-watch does the rest.
#
#   uplink-choice UPLINK[:metered][:answers=N]…
#
# plays: a line "MS EVENT" each from standard input; answers lines "MS ACTION". N good answers bring an uplink back.
#
# Events:  used UPLINK              at the beginning: it is up, and whoever ran before had the tunnel's packets go by it
#          up UPLINK, down UPLINK   whether it has a carrier, an address and a way out
#          tunnel there|gone        whether there is a device to send by at all
#          answer PROBE TARGET      to what was asked; TARGET is an uplink, or tunnel
#          tick                     the time has come that was asked for
# Actions: probe PROBE TARGET       ask the colo, out of that uplink or through the tunnel
#          use UPLINK REASON        send the tunnel's packets by it
use strict;
use warnings;

my ($folder) = __FILE__ =~ m{^(.*)/};
require "$folder/uplink-way.pl";

package Choice;

# Milliseconds between two questions: on the way that is used and on better ones, on a metered one in use, on worse
# ones, on a metered one that is not used (WireGuard's keepalive), and where in doubt.
my ($steady, $sparing, $idle, $keepalive, $doubtful) = (250, 1000, 1000, 25_000, 60);
# Questions at the short interval, in one doubt.
my $most_hurried = 10;
# The same, of the tunnel, where it is suspected of losing too much.
my $most_pressed = 100;
# Questions without an answer after which they are taken to be dropped by somebody, if the tunnel answers.
my $most_asked = 5;
# Milliseconds until a way is tried that does not answer by itself, and that a way that failed in use is not gone back to.
my ($first_blind, $most_blind) = (3000, 60_000);
my ($first_hold, $most_hold) = (60_000, 960_000);
# Milliseconds within which the tunnel answers by an uplink that works.
my $prompt = 1000;

sub new {
  my ($class, @uplinks) = @_;
  my $rank = 0;
  my @ways = map { {
    name => $_->{name}, metered => $_->{metered}, enough => $_->{answers}, rank => $rank++, up => 0, way => Way->new,
    held_until => 0, hold => $first_hold, carried => 0, asked => 0, heard => 0,
  } } @uplinks;
  my %self = (uplinks => \@ways, tunnel => Way->new, there => 0, probe => 0, blind => $first_blind, pressed => 0, wake => 0);
  return bless \%self, $class;
}

# Takes an event; answers actions.
sub event {
  my ($self, $now, $event, @what) = @_;
  $self->{actions} = [];
  if ($event eq 'answer') {
    $self->answer($now, @what);
  } elsif ($event eq 'tunnel') {
    # It was about to go: an uplink that was left a moment ago, for another that did not carry it either, is not at fault.
    if ($what[0] eq 'gone' and not $self->{carries}) { $_->{held_until} = 0 for @{ $self->{uplinks} } }
    # Nothing that was asked before says anything of what comes.
    @$self{qw(there since carries carried)} = ($what[0] eq 'there', $now, 0, 0);
    $self->{tunnel} = Way->like($self->{tunnel});
    if (my $active = $self->{active}) {
      my $way = Way->like($active->{way});
      $way->{last_sent} = $active->{way}{last_sent};
      $active->{before} = { map { $_->{probe} => 1 } @{ $active->{way}{sent} } };
      $active->{way} = $way;
    }
  } elsif ($event ne 'tick') {
    my ($uplink) = grep { $_->{name} eq $what[0] } @{ $self->{uplinks} } or die "no uplink $what[0]\n";
    $self->go_on($now, $uplink) if $event eq 'used';
    my $up = $event eq 'down' ? 0 : 1;
    $uplink->{way} = Way->new if $up != $uplink->{up};
    $uplink->{up} = $up;
  }
  $self->decide($now);
  $self->ask($now);
  return @{ delete $self->{actions} };
}

# Why those before it were left is not known any more: they may answer outside of the tunnel alone.
sub go_on {
  my ($self, $now, $uplink) = @_;
  $self->use($now, $uplink, 'was used before');
  $_->{held_until} = $now + $first_hold for grep { $_->{rank} < $uplink->{rank} } @{ $self->{uplinks} };
}

sub answer {
  my ($self, $now, $probe, $target) = @_;
  if ($target eq 'tunnel') {
    $self->{tunnel}->answered($now, $probe) or return;
    my $active = $self->{active} or return;
    # That it took so long says that the tunnel was away, and not the uplink that was left for it.
    if (not $self->{carries} and $now - $self->{since} > $prompt) {
      $_->{held_until} = 0 for @{ $self->{uplinks} };
    }
    $self->{blind} = $first_blind;
    $self->{carries} = $active->{carried} = 1;
    return;
  }
  my ($uplink) = grep { $_->{name} eq $target } @{ $self->{uplinks} } or return;
  # Of who drops these questions a late answer to one of before says as much.
  $uplink->{heard} = 1 if delete $uplink->{before}{$probe};
  $uplink->{way}->answered($now, $probe) or return;
  $uplink->{heard} = 1;
}

# What tells of the uplink that is used: the tunnel, which alone knows whether UDP passes; if there is none, the colo's
# answers outside of it.
sub evidence { my ($self) = @_; return $self->{there} ? $self->{tunnel} : $self->{active}{way} }

sub use {
  my ($self, $now, $uplink, $reason) = @_;
  my $carried = ($self->{carries} and not $self->{tunnel}->in_doubt($now));
  @$self{qw(active since carried carries)} = ($uplink, $now, $carried, 0);
  push @{ $self->{actions} }, "use $uplink->{name} $reason";
  # Nothing that was sent by another way counts.
  $self->{tunnel} = Way->like($uplink->{way});
}

# It failed in use: the sooner after a return, the longer it is not gone back to.
sub fail {
  my ($self, $now, $why, $hold) = @_;
  my $failed = $self->{active};
  my $relapse = ($failed->{returned} // -$most_hold) + $failed->{hold} > $now;
  $failed->{hold} = !$relapse ? $first_hold : $failed->{hold} * 2 > $most_hold ? $most_hold : $failed->{hold} * 2;
  $failed->{held_until} = $now + ($relapse ? $failed->{hold} : $hold);
  return "$failed->{name} $why";
}

sub decide {
  my ($self, $now) = @_;
  $_->miss($now) for $self->{tunnel}, map { $_->{way} } @{ $self->{uplinks} };
  my $active = $self->{active};
  my @others = grep { $_->{up} and (!$active or $_ != $active) } @{ $self->{uplinks} };
  return unless @others;
  my @answering = grep { !$_->{way}->in_doubt($now) and defined $_->{way}{answered_at} } @others;
  return $self->use($now, $answering[0] // $others[0], 'is the first that is there') unless $active;
  return $self->use($now, $answering[0] // $others[0], $self->fail($now, 'has no way out', 0)) unless $active->{up};

  my $evidence = $self->evidence;
  # Where nothing answers outside of a tunnel, and there is none, nothing is known.
  if (($self->{there} or not drops($active)) and $evidence->dead($now)) {
    my $doubted = $now - $evidence->silent($now);
    my $answers = sub { ($_[0]{way}{answered_at} // -1) > $doubted };
    my ($next) = grep { $answers->($_) } @others;
    my $outside = ($self->{there} and $answers->($active));
    my $why = $outside ? 'answers, but not through the tunnel' : 'does not answer';
    my $hold = $outside || drops($active) ? $first_hold : 0;
    # The tunnel did not answer by the one before either, or never has: it may be away itself.
    my $vain = ($outside and not $self->{carries} and not $self->{carried});
    return $self->use($now, $next, $self->fail($now, $why, $hold)) if $next and not $vain;
    return if not $self->{there} or $evidence->silent($now) < $self->{blind};
    # None answers: the colo may be away, or somebody drops these questions. One after the other is tried.
    $active->{held_until} = $now + $self->{blind};
    $self->{blind} = 2 * $self->{blind} > $most_blind ? $most_blind : 2 * $self->{blind};
    my ($after) = grep { $_->{rank} > $active->{rank} } @others;
    return $self->use($now, $after // $others[0], "$active->{name} does not answer, nor does another");
  }
  if (($self->{there} ? $self->{carries} : !drops($active)) and $evidence->lossy) {
    my ($next) = grep { $_->{metered} ? !$_->{way}->lossy : $_->{way}->good($_->{enough}) } @answering;
    return $self->use($now, $next, $self->fail($now, 'loses too much', $first_hold / 2)) if $next;
  }
  my ($better) = grep { $_->{rank} < $active->{rank} and $now >= $_->{held_until} and returns($_) } @others;
  return unless $better;
  $better->{returned} = $now;
  $self->use($now, $better, 'is back');
}

sub returns { my ($uplink) = @_; return ($uplink->{way}->good($uplink->{enough}) or drops($uplink)) }

# One that carried the tunnel and never answered outside of it is behind somebody who drops these questions.
sub drops { my ($uplink) = @_; return ($uplink->{carried} and not $uplink->{heard} and $uplink->{asked} >= $most_asked) }

# How long to wait between two questions to a target now (none: the tunnel); nothing if it is not asked.
sub interval {
  my ($self, $uplink, $doubt) = @_;
  my $active = $self->{active} or return $uplink && $uplink->{up} ? $idle : undef;
  my $in_use = $active->{metered} ? $sparing : $steady;
  my $hurried = (($uplink // $self)->{hurried} // 0) < $most_hurried;
  my $pressed = (not $doubt and $self->{tunnel}->suspect and $self->{pressed} < $most_pressed);
  return $self->{there} ? ($doubt && $hurried || $pressed ? $doubtful : $in_use) : undef unless $uplink;
  return unless $uplink->{up};
  return $hurried ? $doubtful : $idle if $doubt;
  if ($uplink == $active) {
    return $in_use unless $self->{there};
    # Once the tunnel tells, only whether it answers at all is of interest.
    return $uplink->{heard} || $uplink->{asked} >= $most_asked ? $keepalive : $idle;
  }
  return $keepalive if $uplink->{metered};
  return $uplink->{rank} < $active->{rank} ? $steady : $idle;
}

sub ask {
  my ($self, $now) = @_;
  my $active = $self->{active};
  my $doubt = $active ? $self->evidence->in_doubt($now) : 0;
  my $wake = $now + $keepalive;
  $self->{pressed} = 0 unless $self->{tunnel}->suspect;
  for my $who ($self, @{ $self->{uplinks} }) {
    my $uplink = $who == $self ? undef : $who;
    $who->{hurried} = 0 unless $doubt;
    my $interval = $self->interval($uplink, $doubt) // next;
    my $way = $uplink ? $uplink->{way} : $self->{tunnel};
    if (not defined $way->{last_sent} or $now - $way->{last_sent} >= $interval) {
      my $probe = $self->{probe} = ($self->{probe} + 1) & 0xffff;
      $way->sent($now, $probe);
      # What is asked in a doubt says nothing of who drops questions.
      $doubt ? $who->{hurried}++ : $who->{asked}++;
      $self->{pressed}++ if $who == $self and $self->{tunnel}->suspect;
      push @{ $self->{actions} }, "probe $probe " . ($uplink ? $uplink->{name} : 'tunnel');
    }
    my $next = $way->{last_sent} + $interval;
    $wake = $next if $next < $wake;
  }
  # When a doubt begins, and when it ends.
  if ($active and (my $silent = $self->evidence->silent($now)) > 0) {
    for my $limit ($self->evidence->wait + 50, 2.8 * $self->evidence->wait, $self->{blind}) {
      $wake = $now + $limit - $silent if $limit > $silent and $now + $limit - $silent < $wake;
    }
  }
  $self->{wake} = $wake;
}

# When it wants to hear of the time again, in milliseconds of the clock of the events.
sub wake { return $_[0]{wake} }

# What is told of an uplink: NAME[:metered][:answers=N][:…=…]…
sub described {
  my ($name, @more) = split /:/, shift;
  my %of = (name => $name, metered => 0, answers => 12);
  for (@more) {
    my ($key, $value) = /^(\w+)(?:=(.+))?$/ or die "not known of an uplink: $_\n";
    $of{$key} = $value // 1;
  }
  return \%of;
}

package main;

sub play {
  my $choice = Choice->new(map { Choice::described($_) } @_);
  $| = 1;
  while (my $line = <STDIN>) {
    my ($now, @event) = split ' ', $line;
    print map({ "$now $_\n" } $choice->event($now, @event)), "$now wake " . $choice->wake . "\n";
  }
}

play(@ARGV) unless caller;
1;
