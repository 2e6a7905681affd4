#!/usr/bin/perl
# Writes the status page of a home when what it shows has changed: looks every few seconds at what health and the uplinks'
# service say, at leases and neighbours, and has status-page make the page of it.
#
#   status-watch CONFIG FOLDER HEALTH UPLINKS LEASES
#
# CONFIG has the lines of status-page that come from the settings. FOLDER gets index.html, renamed into place. HEALTH and
# UPLINKS are the files in which these services say how it is, LEASES is that of dnsmasq; any of them may be missing.
use strict;
use warnings;

my ($config, $folder, $health, $uplinks, $leases) = @ARGV;
die "usage: status-watch CONFIG FOLDER HEALTH UPLINKS LEASES\n" unless defined $leases;
my ($programs) = $0 =~ m{^(.*)/};
require "$programs/status-page.pl";

# Seconds between two looks, and after which what health says is old: it looks each 3 s.
my ($pause, $old) = (3, 30);

# Lines of a file, each with a word before it; none if it is not there.
sub lines_of {
  my ($word, $path) = @_;
  open my $file, '<', $path or return;
  chomp(my @lines = <$file>);
  return map { "$word $_" } @lines;
}

sub neighbours {
  open my $output, '-|', qw(timeout 3 ip -6 -s neighbour show) or return;
  chomp(my @lines = <$output>);
  close $output;
  return map { "neighbour $_" } @lines;
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
  select undef, undef, undef, $pause;
}
