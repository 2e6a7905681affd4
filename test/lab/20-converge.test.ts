import { connectivityChecks, eventually } from "../../lab/checks";
import { restartClients } from "../../lab/clients";
import {
  closeEngine,
  logins,
  mustDestroy,
  outputs,
  pulumi,
  pulumiObserving,
  pulumiUp,
  sh,
  until,
} from "./support";

afterAll(closeEngine);

interface Outputs {
  readonly manifests: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

describe("the first convergence", () => {
  it("previews a stack without a single login", async () => {
    const before = await logins("colo");
    const { code, stdout } = await pulumi("colo", "preview", "--diff");
    expect(code).toBe(0);
    expect(stdout).toContain("ipv6-home bundle 1");
    expect(await logins("colo")).toBe(before);
  });

  it("builds the colo with at most 8 logins", async () => {
    const before = await logins("colo");
    await pulumiUp("colo");
    const made = (await logins("colo")) - before;
    console.log(`logins at the colo: ${made}`);
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThanOrEqual(8);
  });

  it("of a home that fails late leaves a bare host, from which it can be taken away, and begun anew", async () => {
    // Of one address only, so that nobody sees it who looks for a free port.
    await sh(
      "home",
      `systemd-run -q --unit=holder perl -e 'use Socket qw(:all); socket S, AF_INET6, SOCK_DGRAM, 0; bind S, pack_sockaddr_in6(547, inet_pton(AF_INET6, "::1")) or die; sleep'`,
    );
    const failsLate = async () => {
      const { code, stdout, stderr } = await pulumiObserving("home", "up", "--yes", "--skip-preview");
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain("lan: ipv6-home-dnsmasq.service did not start");
      // What the clock does when its time is over, which is a minute; a slow host may have come to it by now.
      const goBack = "/var/lib/ipv6-home/.guard/go-back";
      for (const host of ["home", "colo"] as const)
        await sh(host, `[ ! -e ${goBack} ] || bash ${goBack} now 'nobody came'`);
      expect(await sh("home", "find /etc/ipv6-home /usr/local/lib/ipv6-home -type f")).toBe("");
    };
    try {
      await failsLate();
      await mustDestroy("home");
      expect(
        await sh(
          "home",
          "ls -d /etc/ipv6-home /usr/local/lib/ipv6-home /var/lib/ipv6-home || command -v dnsmasq || :",
        ),
      ).toBe("");
      await failsLate();
    } finally {
      await sh("home", "systemctl stop holder");
    }
  }, 150_000);

  it("builds the home with at most 8 logins a host, both hosts side by side", async () => {
    const before = { colo: await logins("colo"), home: await logins("home") };
    const since = Math.floor(Date.now() / 1000);
    // A host that went back is begun anew only by a run that looks at it, which is one login more.
    const { code, stdout } = await pulumiObserving("home", "up", "--yes", "--skip-preview");
    expect(`${code} ${stdout}`).toMatch(/^0 /);
    const made = { colo: (await logins("colo")) - before.colo, home: (await logins("home")) - before.home };
    console.log(`logins of the home stack: ${JSON.stringify(made)}`);
    expect(made.home).toBeGreaterThan(0);
    expect(made.home).toBeLessThanOrEqual(8);
    expect(made.colo).toBe(4);

    const times = async (host: "colo" | "home") =>
      (await sh(host, `journalctl -u ssh -o short-unix --since @${since} | sed -n 's/ .* Accepted .*//p'`))
        .trim()
        .split("\n")
        .map(Number);
    const [colo, home] = [await times("colo"), await times("home")];
    expect(Math.min(...colo)).toBeLessThan(Math.max(...home));
    expect(Math.min(...home)).toBeLessThan(Math.max(...colo));
  });

  it.each(["colo", "home"] as const)(
    "the hosts of stack %s record the manifests that its outputs name",
    async (stack) => {
      const { manifests } = await outputs<Outputs>(stack);
      for (const [host, components] of Object.entries(manifests)) {
        for (const [component, hash] of Object.entries(components)) {
          const found = await sh(
            host as "colo" | "home",
            `sha256sum </var/lib/ipv6-home/${component}/manifest`,
          );
          expect(`${component} ${found.split(" ")[0] ?? ""}`).toBe(`${component} ${hash}`);
        }
      }
    },
  );

  it.each(["colo", "home"] as const)(
    "%s has no failed unit, and its own resolver works as before",
    async (host) => {
      expect(await sh(host, "systemctl --failed --no-legend")).toBe("");
      expect(await sh(host, "cat /etc/resolv.conf")).toContain("11.0.255.53");
      await until("the host's own resolver answers", 10, async () =>
        (await sh(host, "getent hosts web46.lab.example || true")).includes("web46"),
      );
    },
  );
});

describe("seen from the LAN", () => {
  beforeAll(() => restartClients(), 60_000);

  it.each(connectivityChecks.map((check) => [check.name, check] as const))(
    "works: %s",
    async (_, check) => {
      const { ok, detail } = await eventually(check, 30);
      expect(`${ok} ${detail}`).toMatch(/^true /);
    },
    60_000,
  );
});
