# A cable on which every frame has an IEEE 802.1Q tag, for a machine whose kernel knows none.
#
#   tagged.pl TRUNK PORT TAG
#
# Makes two taps and joins them: what PORT sends goes out at TRUNK with the tag, what comes in there with it goes to
# PORT without, and what has another tag or none goes nowhere.
use strict;
use warnings;

my ($trunk, $port, $tag) = @ARGV;

sub tap {
  my ($name) = @_;
  open my $tap, '+<', '/dev/net/tun' or die "/dev/net/tun: $!\n";
  # TUNSETIFF with IFF_TAP | IFF_NO_PI, of linux/if_tun.h.
  ioctl $tap, 0x400454ca, pack('a16 S x22', $name, 0x1002) or die "$name: $!\n";
  return $tap;
}
my ($tagged, $plain) = (tap($trunk), tap($port));
$| = 1;
print "joined\n";

my ($is_tagged, $is_plain) = map { fileno $_ } $tagged, $plain;
while (1) {
  my $wanted = '';
  vec($wanted, $_, 1) = 1 for $is_tagged, $is_plain;
  select $wanted, undef, undef, undef or next;
  # A tap that is down takes nothing, as a port without a cable.
  if (vec $wanted, $is_plain, 1) {
    sysread $plain, my $frame, 65536 or die "$port: $!\n";
    syswrite $tagged, substr($frame, 0, 12) . pack('n2', 0x8100, $tag) . substr($frame, 12);
  }
  if (vec $wanted, $is_tagged, 1) {
    sysread $tagged, my $frame, 65536 or die "$trunk: $!\n";
    my ($type, $control) = unpack 'x12 n2', $frame;
    syswrite $plain, substr($frame, 0, 12) . substr($frame, 16) if $type == 0x8100 && ($control & 0xfff) == $tag;
  }
}
