#!/usr/bin/perl
# Writes the status page of a home when what it shows has changed: looks every few seconds at what health and the uplinks'
# service say, at leases and neighbours, and has status-page make the page of it.
#
#   status-watch CONFIG FOLDER HEALTH UPLINKS LEASES [once]
#
# CONFIG has the lines of status-page that come from the settings. FOLDER gets index.html, renamed into place. HEALTH and
# UPLINKS are the files in which these services say how it is, LEASES is that of dnsmasq; any of them may be missing. With
# `once` it looks once.
use strict;
use warnings;
use Errno ();
use IO::Handle;

my ($config, $folder, $health, $uplinks, $leases, $once) = @ARGV;
die "usage: status-watch CONFIG FOLDER HEALTH UPLINKS LEASES [once]\n" unless defined $leases;
my ($programs) = $0 =~ m{^(.*)/};
require "$programs/status-page.pl";
STDOUT->autoflush(1);

# Seconds between two looks, and after which what health says is old: it looks each 3 s.
my ($pause, $old) = (3, 30);

# What could not be looked at, and why; the journal has each change.
my %missing;

# Notes how a look went, without a reason if well; answers the line of status-page that says so.
sub noted {
  my ($what, $why) = @_;
  print $why ? "<4>$what: $why\n" : "<6>$what can be seen again\n" if $why ne ($missing{$what} // '');
  $missing{$what} = $why;
  return $why ? "missing $what $why" : ();
}

# Lines of a file, each with a word before it; none if it is not there. One that cannot be read is said to be missing.
sub lines_of {
  my ($word, $path) = @_;
  if (not open my $file, '<', $path) {
    return noted($word, $!{ENOENT} ? '' : "$path: $!");
  } else {
    chomp(my @lines = <$file>);
    return (noted($word, ''), map { "$word $_" } @lines);
  }
}

# Those that the kernel knows. What ip has printed before it failed is not all of them.
sub neighbours {
  open my $output, '-|', qw(timeout 3 ip -6 -s neighbour show) or return noted('neighbour', "timeout: $!");
  chomp(my @lines = <$output>);
  close $output;
  my $code = $? >> 8 || $?;
  return noted('neighbour', $code == 124 ? 'ip did not answer within 3 s' : "ip ended with $code") if $?;
  return (noted('neighbour', ''), map { "neighbour $_" } @lines);
}

sub put {
  my ($text) = @_;
  my $path = "$folder/index.html";
  open my $file, '>', "$path.new" or return print "<4>$path.new: $!\n";
  return (print {$file} $text and close $file and rename "$path.new", $path or print "<4>$path: $!\n");
}

open my $settings, '<', $config or die "status-watch: $config: $!\n";
chomp(my @settings = grep { !/^#/ } <$settings>);
close $settings;
my $shown = '';
for (;;) {
  my $written = (stat $health)[9];
  my $alive = defined $written && abs(time - $written) <= $old ? 'yes' : 'no';
  my @known = (@settings, "health $alive", lines_of('check', $health), lines_of('active', $uplinks),
    lines_of('lease', $leases), neighbours());
  my $page = Page::html(@known);
  if ($page ne $shown) {
    put(Page::html(@known, 'now ' . time));
    $shown = $page;
  }
  last if $once;
  select undef, undef, undef, $pause;
}
