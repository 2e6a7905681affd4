#!/usr/bin/perl
# What is known of a way to the colo from questions and answers: for how long it has been silent, how fast it answers,
# and how much it loses. A part of uplink-choice; all times are milliseconds of one clock.
use strict;
use warnings;

package Way;

# Milliseconds without an answer after which a packet is missed, at least and at most.
my ($least_wait, $most_wait) = (250, 1000);
# Results that a way is judged good by, 15 s of them where all is asked each 250 ms; and all that are kept.
my ($recent, $memory) = (60, 120);
# What a lost packet counts for against an answered one; what is enough to leave a way, and to ask it sooner.
my ($weight, $too_much, $suspicious) = (4, 33, 4);
# Lost ones in a row that count: more of them are one silence, which dead judges.
my $most_run = 3;
# Without an answer for so long a way is another one when it is back: what it lost before says nothing.
my $forget_after = 2500;

# One that knows how fast another was.
sub like {
  my ($class, $other) = @_;
  return bless { %{ $class->new }, map { $_ => $other->{$_} } qw(srtt rttvar) }, $class;
}

sub new { return bless { sent => [], results => [], heard => -1 }, shift }

sub sent {
  my ($self, $now, $probe) = @_;
  push @{ $self->{sent} }, { probe => $probe, at => $now };
  $self->{silent_since} //= $now;
  shift @{ $self->{sent} } if @{ $self->{sent} } > 64;
  $self->{last_sent} = $now;
}

# Takes an answer; tells whether it is one to a question of this way.
sub answered {
  my ($self, $now, $probe) = @_;
  my ($packet) = grep { $_->{probe} == $probe } @{ $self->{sent} } or return 0;
  if ($self->silent($now) >= $forget_after) {
    $self->{results} = [];
    $_->{missed} = 1 for @{ $self->{sent} };
  }
  my $took = $now - $packet->{at};
  # RFC 6298, section 2.
  ($self->{srtt}, $self->{rttvar}) = defined $self->{srtt}
    ? (0.875 * $self->{srtt} + 0.125 * $took, 0.75 * $self->{rttvar} + 0.25 * abs($self->{srtt} - $took))
    : ($took, $took / 2);
  # As it is computed when it is asked for.
  $self->{suspicion} = undef;
  $self->{heard} = $packet->{at} if $packet->{at} > $self->{heard};
  $self->{answered_at} = $now;
  # A late answer is one: a queue is no loss.
  $packet->{answered} = 1;
  $self->result($packet) unless $packet->{missed};
  $self->{sent} = [grep { $_ != $packet } @{ $self->{sent} }];
  my ($first) = $self->unanswered;
  $self->{silent_since} = $first ? $first->{at} : undef;
  return 1;
}

sub result {
  my ($self, $packet) = @_;
  $self->{suspicion} = undef;
  push @{ $self->{results} }, $packet;
  shift @{ $self->{results} } if @{ $self->{results} } > $memory;
}

# Time after which a packet is missed.
sub wait {
  my ($self) = @_;
  my $wait = defined $self->{srtt} ? $self->{srtt} + 4 * $self->{rttvar} + 50 : $most_wait;
  return $wait < $least_wait ? $least_wait : $wait > $most_wait ? $most_wait : $wait;
}

sub miss {
  my ($self, $now) = @_;
  for my $packet (grep { !$_->{missed} and $now - $_->{at} >= $self->wait } @{ $self->{sent} }) {
    $packet->{missed} = 1;
    $self->result($packet);
  }
}

# What was sent since the last packet that was answered.
sub unanswered {
  my ($self) = @_;
  return grep { $_->{at} > $self->{heard} } @{ $self->{sent} };
}

# Milliseconds for which nothing has been answered.
sub silent {
  my ($self, $now) = @_;
  return defined $self->{silent_since} ? $now - $self->{silent_since} : 0;
}

# One lost packet alone makes no doubt: the next is answered by then.
sub in_doubt { my ($self, $now) = @_; return $self->silent($now) >= $self->wait + 50 }

# Five packets and more than twice the wait: of a way that loses one packet in twenty that is seen in ages only.
sub dead {
  my ($self, $now) = @_;
  return ($self->unanswered >= 5 and $self->silent($now) >= 2.8 * $self->wait);
}

# How much speaks for a loss of three answers in ten and against one in ten, as of a link that loses one packet in twenty
# each way: a sum that starts again where it falls below nothing (Page's CUSUM). The logarithms of the two likelihoods, of
# a lost one and of an answered one, are as four to one.
sub suspicion {
  my ($self) = @_;
  return $self->{suspicion} if defined $self->{suspicion};
  my ($sum, $run) = (0, 0);
  for (@{ $self->{results} }) {
    $run = $_->{answered} ? 0 : $run + 1;
    $sum += $_->{answered} ? -1 : $run > $most_run ? 0 : $weight;
    $sum = 0 if $sum < 0;
  }
  return $self->{suspicion} = $sum;
}

# Of a way that loses one answer in twenty it comes so far in three years at four questions a second, one in ten in half
# a day; three in ten after 63 questions, five in ten after 25.
sub lossy { return $_[0]->suspicion >= $too_much }

sub suspect { return $_[0]->suspicion >= $suspicious }

sub good {
  my ($self, $answers) = @_;
  my @results = @{ $self->{results} };
  splice @results, 0, @results - $recent if @results > $recent;
  return (@results >= $answers and 10 * (grep { !$_->{answered} } @results) <= @results);
}

1;
