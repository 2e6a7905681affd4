import { rmSync, writeFileSync } from "node:fs";
import { spawnIn } from "../../lab/exec";
import { describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import { lostOf, trafficLine, underTraffic, type TrafficReport } from "../../lab/traffic";
import { namesOf, tunnelsOn } from "./generation";
import { closeEngine, logins, outputs, pulumi, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

const setEpoch = (epoch: number) => writeSettings("home", describeLab(), { "tunnel.keyEpoch": epoch });
const told: string[] = [];
const tell = (what: string, report: TrafficReport) => told.push(`${what}: ${trafficLine(report)}`);
afterAll(() => console.log(told.join("\n")));

/** Sets another epoch and converges, under traffic. */
async function rotate(from: number, to: number): Promise<TrafficReport> {
  setEpoch(to);
  const { report } = await underTraffic(() => pulumiUp("home"));
  tell(`rotation ${from} to ${to}`, report);
  return report;
}

const nothingLost = (report: TrafficReport) => ({
  lost: lostOf(report),
  broken: report.broken,
  flowed: report.downloaded > 1_000_000 && report.pings.every(({ sent }) => sent > 100),
});
const nothing = { lost: 0, broken: 0, flowed: true };

/** What each host has of tunnels after the first rotation; after any other it must be the same, but for the names. */
let first: Readonly<Record<"home" | "colo", string>> | undefined;

/** Which generation carries the traffic, and that nothing of another one is left. */
async function mustHoldOnly(epoch: number): Promise<void> {
  expect((await sh("home", "wg show interfaces")).trim()).toBe(namesOf(epoch).home);
  expect((await sh("colo", "wg show interfaces")).trim()).toBe(namesOf(epoch).colo);
  const now = { home: await tunnelsOn("home", epoch), colo: await tunnelsOn("colo", epoch) };
  first ??= now;
  expect(now).toEqual(first);
  expect(now.home).not.toMatch(/vpn\d/);
  expect(now.colo).not.toMatch(/vpn1-\d/);
}

describe("what a rotation must not be", () => {
  it("new keys on the same interface lose packets: the measurement can fail", async () => {
    const { report } = await underTraffic(async () => {
      const key = (await sh("home", "umask 077; wg genkey | tee /run/other.key | wg pubkey")).trim();
      await sh("home", "wg set vpn1 private-key /run/other.key");
      await sh(
        "colo",
        `wg set vpn1-1 peer $(wg show vpn1-1 peers) remove; wg set vpn1-1 peer ${key} preshared-key /etc/ipv6-home/keys/vpn1-1/preshared.key allowed-ips 2001:db8:beef:100::/56,fd00:cafe:f00d::2/128`,
      );
      await until(
        "traffic again",
        30,
        async () => (await trySh("laptop", "ping -6 -c 1 -W 1 2001:db8:6::2")).code === 0,
      );
    });
    tell("keys changed in place", report);
    expect(lostOf(report)).toBeGreaterThan(0);
    await sh("home", "rm /run/other.key; systemctl restart ipv6-home-vpn1");
    await sh("colo", "systemctl restart ipv6-home-vpn1-1");
    await until(
      "the old keys' traffic",
      30,
      async () => (await trySh("laptop", "ping -6 -c 1 -W 1 2001:db8:6::2")).code === 0,
    );
  }, 120_000);

  it("the old interface before the new one loses packets", async () => {
    const { report } = await underTraffic(() => sh("home", "systemctl restart ipv6-home-vpn1"));
    tell("old interface before the new one", report);
    expect(lostOf(report)).toBeGreaterThan(0);
  }, 60_000);
});

describe("a rotation", () => {
  it("loses no packet and breaks no connection, five times in a row", async () => {
    const before = { colo: await logins("colo"), home: await logins("home") };
    for (const epoch of [3, 4, 5, 6, 7]) {
      expect(nothingLost(await rotate(epoch - 1, epoch))).toEqual(nothing);
      await mustHoldOnly(epoch);
    }
    const made = { colo: (await logins("colo")) - before.colo, home: (await logins("home")) - before.home };
    told.push(`logins of five rotations: ${JSON.stringify(made)}`);
    expect(made).toEqual({ colo: 25, home: 20 });
  }, 240_000);

  it("there and back makes new keys each time, and loses nothing", async () => {
    interface Keys {
      readonly publicKeys: Readonly<Record<"home" | "colo", string>>;
    }
    const keys = async () => Object.values((await outputs<Keys>("home")).publicKeys);
    const seen = await keys();
    for (const [from, to] of [
      [7, 8],
      [8, 7],
      [7, 1_764_000_000],
    ] as const) {
      expect(nothingLost(await rotate(from, to))).toEqual(nothing);
      await mustHoldOnly(to);
      seen.push(...(await keys()));
    }
    expect(new Set(seen).size).toBe(8);
  }, 180_000);

  it("to an epoch that needs the interface in use is refused before anything is touched", async () => {
    setEpoch(10);
    const { result, report } = await underTraffic(() => pulumi("home", "up", "--yes", "--skip-preview"));
    tell("refused 1764000000 to 10", report);
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toContain(
      "vpn1-1 is held by key epoch 1764000000; given is 10, which needs the same interface; choose another tunnel.keyEpoch, for instance 11",
    );
    // It is over before much has flowed.
    expect(nothingLost(report)).toMatchObject({ lost: 0, broken: 0 });
    await mustHoldOnly(1_764_000_000);
    setEpoch(11);
    await pulumiUp("home");
    await mustHoldOnly(11);
  }, 120_000);
});

describe("an operator who is logged in through the tunnel", () => {
  it("stays logged in while it rotates", async () => {
    const lab = describeLab();
    const open = { "ssh.managementPrefixes": ["fd00:1ab::/64", "2001:db8:6::/64"] };
    const known = `/tmp/ipv6-home-known-hosts-${process.pid}`;
    writeFileSync(known, `2001:db8:beef:100::1 ${lab.hosts.home.hostKey}\n`);
    try {
      writeSettings("home", lab, { ...open, "tunnel.keyEpoch": 11 });
      await pulumiUp("home");
      const options = ["-F", "none", "-o", `UserKnownHostsFile=${known}`, "-o", "BatchMode=yes"];
      const login = ["-i", lab.ssh.privateKeyPath, "root@2001:db8:beef:100::1"];
      // A line every tenth of a second, out of the host that rotates, to the internet.
      const shell = "tty; while sleep 0.1; do echo $SSH_CONNECTION; done";
      const session = spawnIn("web6", ["ssh", ...options, ...login, shell], "stdout");
      await until("the session speaks", 10, () => Promise.resolve(session.size() > 100));
      for (const epoch of [12, 11]) {
        writeSettings("home", lab, { ...open, "tunnel.keyEpoch": epoch });
        await pulumiUp("home");
      }
      const then = session.size();
      await until("the session still speaks", 5, () => Promise.resolve(session.size() > then + 100));
      expect(session.ended()).toBe(false);
      expect(await session.stop("SIGTERM")).toContain("2001:db8:6::2 ");
    } finally {
      rmSync(known, { force: true });
      setEpoch(11);
      await pulumiUp("home");
    }
    await mustHoldOnly(11);
  }, 120_000);
});

describe("a new generation whose port is blocked at the ISP", () => {
  const block = () =>
    sh(
      "isp",
      "nft 'add table ip block; add chain ip block c { type filter hook forward priority filter; }; add rule ip block c udp dport 51821 drop; add rule ip block c udp sport 51821 drop'",
    );
  const unblock = () => trySh("isp", "nft delete table ip block");
  afterEach(unblock);

  it.each([
    ["a later up completes", 12],
    ["or goes back", 11],
  ] as const)(
    "fails with the cause, nothing is lost on the old one, and %s",
    async (_, then) => {
      await block();
      setEpoch(12);
      const { result, report } = await underTraffic(() => pulumi("home", "up", "--yes", "--skip-preview"));
      tell("blocked", report);
      expect(result.code).not.toBe(0);
      expect(result.stdout + result.stderr).toContain(
        "vpn1: no handshake within 20 s; traffic stays on vpn0; is UDP port 51821 open on the way to the colo?",
      );
      expect(nothingLost(report)).toEqual(nothing);
      if (then === 12) await unblock();
      expect(nothingLost(await rotate(11, then))).toEqual(nothing);
      await mustHoldOnly(then);
      await unblock();
      if (then === 12) expect(nothingLost(await rotate(12, 11))).toEqual(nothing);
    },
    180_000,
  );
});
