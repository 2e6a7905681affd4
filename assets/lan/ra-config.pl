#!/usr/bin/perl
# Makes what radvd runs with out of what was converged. It remembers what was advertised, before it is: a prefix that was,
# and is configured no more, is advertised with both lifetimes 0 (RFC 9096, section 3.5), which deprecates the addresses
# in it at once and leaves them valid for what was left (RFC 4862, section 5.5.3 e), for as long as a client can have one.
# While the uplink is lost this is nobody's default router (RFC 7084, G-5), and while the translator is dead its prefix
# has no lifetime (RFC 8781, section 4.1).
#
#   ra-config TEMPLATE ADVERTISED CONFIG UPLINK VALID-SEC [TRANSLATOR]
#
# ADVERTISED has a line "INTERFACE PREFIX UNTIL" for each: "-" for a configured one, else seconds since 1970.
use strict;
use warnings;
use IO::Handle;

my ($template, $advertised, $config, $uplink, $valid_sec, $translator) = @ARGV;
die "usage: ra-config TEMPLATE ADVERTISED CONFIG UPLINK VALID-SEC [TRANSLATOR]\n"
  unless defined $valid_sec and $valid_sec =~ /^\d+$/;

# Nothing if the file is not there.
sub lines_of {
  my ($path) = @_;
  open my $file, '<', $path or $!{ENOENT} ? return () : die "ra-config: $path: $!\n";
  my @lines = <$file>;
  close $file or die "ra-config: $path: $!\n";
  chomp @lines;
  return @lines;
}

sub put {
  my ($path, @lines) = @_;
  open my $file, '>', "$path.new" or die "ra-config: $path.new: $!\n";
  print {$file} map { "$_\n" } @lines or die "ra-config: $path.new: $!\n";
  $file->flush && $file->sync or die "ra-config: $path.new: $!\n";
  close $file or die "ra-config: $path.new: $!\n";
  rename "$path.new", $path or die "ra-config: $path: $!\n";
}

my $now = time;
my @template = lines_of($template);
die "ra-config: $template is not there\n" unless @template;
my (%wanted, $interface);
for (@template) {
  $interface = $1 if /^interface (\S+) \{$/;
  $wanted{"$interface $1"} = 1 if defined $interface and /^  prefix (\S+) \{$/;
}

my %until = map { $_ => '-' } keys %wanted;
for (lines_of($advertised)) {
  my ($key, $end) = /^(\S+ [0-9a-f:]+\/\d+) (-|\d+)$/ or print("$advertised: skips \"$_\"\n"), next;
  next if $wanted{$key};
  # A clock that was set back must not make it last for years.
  my $latest = $now + $valid_sec;
  print "$key is advertised no more but to be deprecated, for $valid_sec s\n" if $end eq '-';
  $end = $latest if $end eq '-' or $end > $latest;
  $until{$key} = $end if $end > $now;
}
put($advertised, map { "$_ $until{$_}" } sort keys %until);

my ($lost) = grep { $_ eq 'lost' } lines_of($uplink);
my ($dead) = defined $translator ? grep { $_ eq 'dead' } lines_of($translator) : ();
my (@config, $block);
for (@template) {
  $interface = $1 if /^interface (\S+) \{$/;
  $block = $1 if /^  (\w+) .*\{$/;
  s/^  AdvDefaultLifetime \K\d+/0/ if $lost;
  s/^    AdvValidLifetime \K\d+/0/ if $dead and ($block // '') eq 'nat64prefix';
  if (/^\};$/) {
    for my $key (grep { index($_, "$interface ") == 0 and $until{$_} ne '-' } sort keys %until) {
      my ($prefix) = $key =~ / (.*)/;
      push @config, "  prefix $prefix {", '    AdvPreferredLifetime 0;', '    AdvValidLifetime 0;', '  };';
    }
  }
  push @config, $_;
}
put($config, @config);
