import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { projectFolder } from "../support/settings";

/** Asks for a connection to a port of this machine by assets/health/health-probes.pl, by a clock that leaps or not. */
const asked = (port: string, leap = false): string =>
  execFileSync(
    "perl",
    ["-e", program, join(projectFolder, "assets/health/health-probes.pl"), port, String(leap)],
    {
      encoding: "utf8",
    },
  );

// A queue that is full leaves connections under way. Pings, which need root, are not asked for.
const program = `
use strict; use warnings; use Socket qw(:DEFAULT AF_INET6 pack_sockaddr_in6 unpack_sockaddr_in6 inet_pton);
my ($library, $port, $leap) = @ARGV;
require $library;
my $home = inet_pton(AF_INET6, '::1');
sub opened { socket my $socket, AF_INET6, shift, 0 or die; $socket->blocking(0); return $socket }
my $server = opened(SOCK_STREAM);
bind $server, pack_sockaddr_in6(0, $home) or die $!;
my ($own) = unpack_sockaddr_in6(getsockname $server);
listen $server, 0 if $port ne 'refused';
my @first = map { opened(SOCK_STREAM) } 1 .. ($port eq 'full' ? 4 : 0);
connect $_, pack_sockaddr_in6($own, $home) for @first;
my $time = 0;
if ($leap eq 'true') { no warnings; *Probes::now = sub { $time += 0.3 } }
my $probes = bless { raw => opened(SOCK_DGRAM), sequence => 0, identifier => 1 }, 'Probes';
my ($question) = $probes->ask({ kind => 'connect', to => '::1', port => $own });
print defined $question->{took} ? 'answered' : 'no answer';
`;

test("a connection that is made, or refused, is answered", () => {
  expect([asked("open"), asked("refused")]).toEqual(["answered", "answered"]);
});

test("one that is under way is not, however late it is", () => {
  expect([asked("full"), asked("full", true)]).toEqual(["no answer", "no answer"]);
});
