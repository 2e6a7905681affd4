#!/usr/bin/perl
# What health-watch looks at on this host itself: units, disks, the clock, keys, WireGuard, and who else is at work. Each
# answers NAME => [ok|bad|unknown, TEXT]. A part of health-watch.
use strict;
use warnings;
use Fcntl qw(:flock);

package Looks;

my ($records, $work_root, $host_lock) = ('/var/lib/ipv6-home', '/run/ipv6-home', '/run/ipv6-home.lock');
# Per cent of bytes or of files.
my $most_used = 95;
# Seconds after which a session is dead (WireGuard's REJECT_AFTER_TIME), and days after which a key is old.
my ($session_sec, $key_days) = (180, 365);
# What keeps the time on a Debian host, the first by default.
my @clocks = map { "$_.service" } qw(systemd-timesyncd chrony ntpsec openntpd);
# What keys of the public zones are, beside those of tunnels.
my @keys = ('/etc/ipv6-home/keys/*/private.key', '/etc/bind/ipv6-home/keys/*');
# It acts before anything else at a boot, and never again.
my %unmended = ('ipv6-home-guard.service' => 1);

# Lines of a file; none if it is not there.
sub lines_of {
  my ($path) = @_;
  open my $file, '<', $path or return ();
  chomp(my @lines = <$file>);
  return @lines;
}

# Renames a text into place; nobody needs it to go on.
sub put {
  my ($path, $text) = @_;
  open my $file, '>', "$path.new" or return print "<4>$path.new: $!\n";
  print {$file} $text and close $file and rename "$path.new", $path or print "<4>$path: $!\n";
}

# Programs that were asked: why the last answer of each is none, or nothing. The journal has each change.
my %trouble;

# Lines that a program prints, which is bounded in time; its errors are in the journal. What it has printed before it
# failed is no answer, but for df, which goes on with the next file system.
sub command {
  my (@words) = @_;
  open my $output, '-|', 'timeout', '3', @words or die "health: $words[0]: $!\n";
  chomp(my @lines = <$output>);
  close $output;
  # In another network it is the word after that.
  my ($program) = grep { not /^(?:nsenter$|-)/ } @words;
  my $said = ended($program, $?);
  print "<4>$said: what it tells is not known\n" if $said and not $trouble{$program};
  print "<6>$program answers again\n" if $trouble{$program} and not $said;
  $trouble{$program} = $said;
  return $said && $program ne 'df' ? () : @lines;
}

# How a program under timeout(1) has ended, nothing if well.
sub ended {
  my ($program, $status) = @_;
  return '' if $status == 0;
  return "$program did not answer within 3 s" if $status >> 8 == 124;
  return "$program ended with " . ($status >> 8 || 'signal ' . ($status & 127));
}

# Why there is no answer of a program, nothing if there is one.
sub trouble_of { my ($program) = @_; return $trouble{$program} // '' }

# All programs that were asked, each with whether it answered: a list of pairs.
sub answered { return map { $_ => $trouble{$_} ? 0 : 1 } sort keys %trouble }

# The project's units on this host, by what has converged (docs/BUNDLE.md).
sub own_units {
  my %units;
  for my $record (glob "$records/*/manifest") {
    $record =~ s/manifest$/directives/;
    /^unit (\S+)/ and $units{$1} = 1 for lines_of($record);
  }
  return sort keys %units;
}

sub name_of { my ($unit) = @_; return 'unit-' . $unit =~ s/^ipv6-home-(.*)\.(service|timer)$/$1/r }

sub states_of {
  my (@units) = @_;
  my (%states, %of);
  for (command(qw(systemctl show -p Id -p LoadState -p ActiveState), @units), '') {
    /^(\w+)=(.*)/ ? ($of{$1} = $2) : ($states{ delete $of{Id} // '' } = {%of});
  }
  return \%states;
}

# All units of ours, but for one that is named: NAME => [RESULT, TEXT, UNIT to start if it can be, why it is not].
sub units {
  my ($but) = @_;
  my @units = grep { $_ ne ($but // '') } own_units() or return;
  my $states = states_of(@units);
  my $trouble = trouble_of('systemctl');
  return map { (name_of($_) => ['unknown', "not checked: $trouble"]) } @units if $trouble;
  my %is_there = map { $_ => 1 } @units;
  return map {
    my $unit = $_;
    my $of = $states->{$unit} // {};
    my ($load, $active) = ($of->{LoadState} // 'not known', $of->{ActiveState} // 'not known');
    # A generation of a tunnel beside another one may be waiting for its turn (docs/ROTATION.md).
    my $twin = $unit =~ /^(ipv6-home-vpn.*)([01])\.service$/ ? $1 . (1 - $2) . '.service' : '';
    my $result = $active =~ /^(active|reloading)$/ ? ['ok', "$unit runs"]
      : $is_there{$twin} ? ['unknown', "$unit is $active beside $twin: keys are being changed"]
      : ['bad', "$unit does not run (" . ($load eq 'loaded' ? $active : $load) . ')'];
    my $on_its_way = $active =~ /ing$/;
    @$result[2, 3] = ($unmended{$unit} || $on_its_way ? undef : $unit, $on_its_way ? 'systemd is at it' : undef);
    (name_of($unit) => $result);
  } @units;
}

sub disk {
  my (@paths) = @_;
  my @full;
  for (command('df', '--output=target,pcent,ipcent', grep { -e } @paths)) {
    my ($target, @used) = m{^(/\S*)\s+(\d+|-)%?\s+(\d+|-)%?\s*$} or next;
    push @full, "$target is $used[0] % full" if $used[0] ne '-' and $used[0] >= $most_used;
    push @full, "$target has $used[1] % of its files" if $used[1] ne '-' and $used[1] >= $most_used;
  }
  my %once = map { $_ => 1 } @full;
  my $trouble = trouble_of('df');
  return ['unknown', "not checked: $trouble"] if $trouble and not %once;
  return %once ? ['bad', join ', ', sort keys %once] : ['ok', "nothing is $most_used % full"];
}

# Nobody keeps the time of a container but its host.
sub clock {
  my $states = states_of(@clocks);
  my $trouble = trouble_of('systemctl');
  return ['unknown', "not checked: $trouble"] if $trouble;
  my ($clock) = grep { ($states->{$_}{ActiveState} // '') eq 'active' } @clocks;
  return ['unknown', 'not checked: no service here keeps the time'] unless defined $clock;
  my ($is) = command(qw(timedatectl show -p NTPSynchronized --value));
  return ['unknown', 'not checked: timedatectl does not answer'] unless defined $is;
  return $is eq 'yes' ? ['ok', "$clock keeps the time"] : ['bad', "$clock has not set the time"];
}

sub keys_age {
  my @found = map { glob } @keys or return ['unknown', 'not checked: there are no keys'];
  my ($oldest) = sort { $b->[0] <=> $a->[0] } map { [int -M, $_] } @found;
  my $is_old = $oldest->[0] > $key_days;
  return [$is_old ? 'bad' : 'ok', "the oldest key is $oldest->[0] days old" . ($is_old ? ": $oldest->[1]" : '')];
}

# Security upgrades by what their own program has noted: the last of them, how old the last good one may be in days, and
# whether somebody has to reboot the host.
sub upgrades {
  my ($days, $at, $reboot) = @_;
  my ($last) = map { [split ' ', $_, 3] } lines_of("$records/upgrades/last");
  return ['bad', "the last upgrade failed: $last->[2]"] if $last and $last->[1] eq 'failed';
  # Of one that never was, since it was asked for.
  my ($good) = grep { defined } (map { (split)[0] } lines_of("$records/upgrades/succeeded")), (stat "$records/upgrades/manifest")[9];
  my $age = defined $good ? int((time - $good) / 86400) : 0;
  return ['bad', "no upgrade has gone well for $age days" . ($last ? ": $last->[2]" : '')] if $age >= $days;
  if (-e '/run/reboot-required') {
    return ['bad', 'an upgrade needs a reboot'] if $reboot eq 'never';
    return ['ok', "an upgrade needs a reboot, which comes after $at"];
  }
  return ['ok', "the last upgrade is put off: $last->[2]"] if $last and $last->[1] eq 'skipped';
  return $last ? ['ok', "the last upgrade went well: $last->[2]"] : ['unknown', "not checked: the first upgrade comes after $at"];
}

# A change that nobody has confirmed, or that was taken back.
sub guard {
  my ($back) = lines_of("$records/.went-back");
  return ['bad', $back] if defined $back;
  return ['bad', 'a change waits for a new login to confirm it'] if -e "$records/.guard/armed";
  return ['ok', 'no change waits to be confirmed'];
}

# WireGuard's interfaces: { device, age in seconds or undef, received, sent }; none if nobody knows.
sub tunnels {
  my %of;
  my @handshakes = command(qw(wg show all latest-handshakes));
  return if trouble_of('wg');
  # After that, or a handshake of this very moment would be yet to come.
  my $now = time;
  my @transfers = command(qw(wg show all transfer));
  return if trouble_of('wg');
  for (@handshakes) {
    my ($device, $at) = /^(vpn\S*)\t\S+\t(\d+)$/ or next;
    $of{$device} = { device => $device, age => $at ? $now - $at : undef, received => 0, sent => 0 };
  }
  for (@transfers) {
    my ($device, $received, $sent) = /^(vpn\S*)\t\S+\t(\d+)\t(\d+)$/ or next;
    @{ $of{$device} }{qw(received sent)} = ($received, $sent) if $of{$device};
  }
  return map { $of{$_} } sort keys %of;
}

# The one that has shaken hands last is in use.
sub handshake {
  my (@tunnels) = @_;
  my $trouble = trouble_of('wg');
  return ['unknown', "not checked: $trouble"] if $trouble;
  return ['bad', 'there is no interface of a tunnel'] unless @tunnels;
  my ($latest) = sort { $a->{age} <=> $b->{age} } grep { defined $_->{age} } @tunnels;
  return ['bad', join(', ', map { $_->{device} } @tunnels) . ' has shaken hands with nobody'] unless $latest;
  return [$latest->{age} <= $session_sec ? 'ok' : 'bad', "$latest->{device} shook hands $latest->{age} s ago"];
}

# A run that was killed leaves its folder, and its number may be somebody else's by now.
sub is_converge { my ($pid) = @_; return grep { /converge/ } lines_of("/proc/$pid/cmdline") }

# Why nothing may be done now, and the host's lock, held, where it may.
sub hold {
  return 'a change waits to be confirmed' if -e "$records/.guard/order";
  return 'a run converges this host' if grep { m{/(\d+)$} and is_converge($1) } glob "$work_root/*";
  # Whoever has converged this has left it.
  open my $lock, '<', $host_lock or return ('', undef);
  return flock($lock, Fcntl::LOCK_EX() | Fcntl::LOCK_NB()) ? ('', $lock) : 'a run converges this host';
}

1;
