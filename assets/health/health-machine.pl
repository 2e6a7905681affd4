#!/usr/bin/perl
# Decides what has failed, since when, and what is to be done. It does nothing itself: it is told what each check found,
# and answers actions, so that every case can be played through (docs/HEALTH.md has the reasons). health-watch does the
# rest.
#
#   health-machine CHECK…
#
# A CHECK is NAME[:needs=NAME,…][:start=UNIT][:restart=UNIT][:tell=UNIT], those that it needs before it. Plays rounds, a
# line "SECONDS HELD NAME=ok|bad|unknown…" each from standard input, HELD a reason without blanks not to act, or "-".
# Answers lines "do ACTION", "is NAME STATE SINCE", and "wait SECONDS" at the end of each round.
#
# A check is unknown, ok or failed; one bad result makes a doubt, and a second in the next round a failure.
# Actions: start UNIT, restart UNIT; tell NAME dead|there, when a check with tell= has failed for good or is ok again.
use strict;
use warnings;

package Health;

# Seconds between two rounds, and where there is a doubt.
my ($steady, $doubtful) = (3, 1);
# Seconds between two tries at a unit: a daemon takes some to come up.
my ($first_pause, $most_pause) = (4, 300);
# Seconds that a check must have failed, or worked, before others are told: they change what machines at home do.
my $settled = 5;
# Two bad results in a row: one alone may be a lost packet or a restart by somebody's hand.
my $enough = 2;

sub new { return bless { checks => {}, order => [], units => {}, round => 0 }, shift }

# Makes a check known, with what may be done for it: needs (a list), start, restart, tell; alone is why it is left alone.
sub know {
  my ($self, $name, %spec) = @_;
  my $check = $self->{checks}{$name} //= do {
    push @{ $self->{order} }, $name;
    { name => $name, state => 'unknown', since => 0, bad => 0, text => 'not checked yet' };
  };
  @$check{ keys %spec } = values %spec;
}

sub forget {
  my ($self, $name) = @_;
  delete $self->{checks}{$name};
  $self->{order} = [grep { $_ ne $name } @{ $self->{order} }];
}

sub checks { my ($self) = @_; return map { $self->{checks}{$_} } @{ $self->{order} } }

# Takes what a round has found, NAME => [ok|bad|unknown, TEXT], and why nothing may be done now, if so; answers actions.
sub round {
  my ($self, $now, $held, %found) = @_;
  $self->{found} = \%found;
  for my $check (grep { $found{ $_->{name} } } $self->checks) {
    my ($result, $text) = @{ $found{ $check->{name} } };
    my ($missing) = grep { not $self->works($_) } @{ $check->{needs} // [] };
    if ($result eq 'bad' and defined $missing) {
      # What it needs may be back in a moment: until that is settled nothing is said of this one.
      my $state = $self->{checks}{$missing}{state};
      set($check, 'unknown', $now, "nobody knows while $missing is $state") if $state ne 'ok';
    } elsif ($result ne 'bad') {
      set($check, $result, $now, $text);
    } elsif (++$check->{bad} >= $enough) {
      set($check, 'failed', $now, $text);
    }
  }
  return map { $self->actions($_, $now, $held) } $self->checks;
}

sub set {
  my ($check, $state, $now, $text) = @_;
  @$check{qw(state since)} = ($state, $now) if $check->{state} ne $state;
  $check->{bad} = 0 if $state ne 'failed';
  $check->{text} = $text;
}

# Whether a check is ok, by this round if that asked.
sub works {
  my ($self, $name) = @_;
  my $found = $self->{found}{$name};
  my $check = $self->{checks}{$name} or return 0;
  return $found ? $found->[0] eq 'ok' : ($check->{state} eq 'ok' and not $check->{bad});
}

sub actions {
  my ($self, $check, $now, $held) = @_;
  my $for = $now - $check->{since};
  $check->{done} = '';
  my @actions;
  if ($check->{tell} and $check->{state} ne 'unknown' and $for >= $settled) {
    my $dead = $check->{state} eq 'failed' ? 1 : 0;
    if ($dead != ($check->{told} // 0) and not $held) {
      $check->{told} = $dead;
      push @actions, "tell $check->{name} " . ($dead ? 'dead' : 'there');
    }
  }
  return @actions unless $check->{state} eq 'failed';
  my $unit = $check->{start} // $check->{restart};
  # One that does not run is started by the check of the unit itself.
  my $of_unit = defined $unit && grep { ($_->{start} // '') eq $unit and not $self->works($_->{name}) } $self->checks;
  if (not defined $unit) {
    $check->{done} = $check->{alone} // 'nothing is done, because nothing here could mend it';
  } elsif ($held) {
    $check->{done} = "nothing is done while $held";
  } elsif ($of_unit and not $check->{start}) {
    $check->{done} = "$unit is started";
  } else {
    my $try = $self->try_unit($unit, $now);
    push @actions, ($check->{start} ? 'start' : 'restart') . " $unit" if $try;
    my ($verb, $of) = ($check->{start} ? 'started' : 'restarted', $self->{units}{$unit});
    $check->{done} = sprintf '%s was %s %d time%s, next try in %d s', $unit, $verb, $of->{tries},
      $of->{tries} == 1 ? '' : 's', $of->{next} - $now;
  }
  $check->{done} .= ', and machines are led away from it' if $check->{told};
  return @actions;
}

# Whether it is time for another try at a unit. After a while without one it begins anew.
sub try_unit {
  my ($self, $unit, $now) = @_;
  my $of = $self->{units}{$unit} //= { tries => 0, next => $now };
  return 0 if $now < $of->{next};
  $of->{tries} = 0 if $now > $of->{next} + $most_pause;
  my $pause = $first_pause * 2**$of->{tries};
  $of->{tries}++;
  $of->{next} = $now + ($pause > $most_pause ? $most_pause : $pause);
  return 1;
}

# Seconds until the next round.
sub wait { my ($self) = @_; return (grep { $self->in_doubt($_->{name}) } $self->checks) ? $doubtful : $steady }

sub in_doubt {
  my ($self, $name) = @_;
  my $check = $self->{checks}{$name} or return 0;
  return ($check->{bad} and $check->{state} ne 'failed');
}

# What is said of a check: NAME[:needs=NAME,…][:start=UNIT][:restart=UNIT][:tell=UNIT].
sub described {
  my ($name, @more) = split /:/, shift;
  my %of;
  for (@more) {
    my ($key, $value) = /^(needs|start|restart|tell)=(\S+)$/ or die "not known of a check: $_\n";
    $of{$key} = $key eq 'needs' ? [split /,/, $value] : $value;
  }
  return ($name, %of);
}

package main;

sub play {
  my $health = Health->new;
  $health->know(Health::described($_)) for @_;
  $| = 1;
  while (my $line = <STDIN>) {
    my ($now, $held, @results) = split ' ', $line;
    my %found = map { /^(.+)=(ok|bad|unknown)$/ ? ($1 => [$2, $2]) : die "no result: $_\n" } @results;
    print "do $_\n" for $health->round($now, $held eq '-' ? '' : $held, %found);
    print map({ "is $_->{name} $_->{state} $_->{since}\n" } $health->checks), 'wait ', $health->wait, "\n";
  }
}

play(@ARGV) unless caller;
1;
