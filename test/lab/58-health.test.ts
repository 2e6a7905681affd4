import { exec, describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import { lostOf, trafficLine, underTraffic } from "../../lab/traffic";
import { hostNames, type HostName } from "../../lab/topology";
import { advertisementsAt } from "./advertisements";
import { closeEngine, pulumiUp, sh, trySh, until } from "./support";

const told: string[] = [];

/** A fault of one daemon or of one way, and what finds it there. */
interface Fault {
  readonly what: string;
  readonly host: HostName;
  readonly check: string;
  readonly damage: string;
  /** Prints nothing while the fault is there. */
  readonly mended: string;
}

const runs = (unit: string) => `systemctl is-active --quiet ipv6-home-${unit} && echo yes || true`;
/** Of its main process, which does not run while somebody has stopped it (proc(5): T). */
const wakes = (unit: string) =>
  `grep -q 'State:[[:space:]]*T' /proc/$(systemctl show -p MainPID --value ipv6-home-${unit})/status || echo yes`;

const stopped = (host: HostName, unit: string): Fault => ({
  what: `${unit} is stopped`,
  host,
  check: `unit-${unit}`,
  damage: `systemctl stop ipv6-home-${unit}`,
  mended: runs(unit),
});
const hung = (host: HostName, unit: string, check: string): Fault => ({
  what: `${unit} hangs`,
  host,
  check,
  damage: `systemctl kill --kill-whom=main -s STOP ipv6-home-${unit}`,
  mended: wakes(unit),
});

/** Each list at once: no fault in it hides another one. */
const batches: readonly (readonly Fault[])[] = [
  [
    stopped("home", "dnsmasq"),
    stopped("home", "radvd"),
    stopped("home", "vpn0"),
    stopped("colo", "nat64"),
    stopped("colo", "dns64"),
    stopped("colo", "vpn1-0"),
  ],
  [
    hung("home", "dnsmasq", "resolver"),
    hung("home", "radvd", "ra-enp1s0"),
    hung("colo", "nat64", "nat64"),
    hung("colo", "dns64", "dns64"),
  ],
];

const damage = (faults: readonly Fault[]) => Promise.all(faults.map((fault) => sh(fault.host, fault.damage)));
const isMended = async (fault: Fault) => (await sh(fault.host, fault.mended)) !== "";

interface Told {
  readonly state: string;
  readonly text: string;
}

/** What a host says of a check. */
async function stateOf(host: HostName, check: string): Promise<Told> {
  const { stdout } = await exec(host, ["cat", "/run/ipv6-home-health/state"], { allowFailure: true });
  const line = stdout.split("\n").find((each) => each.startsWith(`${check} `)) ?? "";
  const [, state = "", , ...words] = line.split(" ");
  return { state, text: words.join(" ") };
}

/** Waits until a host says so of a check; answers what it says. */
async function says(host: HostName, check: string, state: string, withinSec: number): Promise<Told> {
  const began = Date.now();
  let last: Told = { state: "", text: "" };
  await until(`${host}: ${check} is ${state}`, withinSec, async () => {
    last = await stateOf(host, check);
    return last.state === state;
  });
  told.push(`${host}: ${check} ${state} after ${((Date.now() - began) / 1000).toFixed(1)} s: ${last.text}`);
  return last;
}

const finds = (host: HostName, check: string) => says(host, check, "failed", 10);
const isWell = (host: HostName) =>
  until(`all is well at the ${host}`, 40, async () => {
    const { stdout } = await exec(host, ["cat", "/run/ipv6-home-health/state"], { allowFailure: true });
    return (
      stdout !== "" && !/^\S+ failed /m.test(stdout) && !/^\S+ unknown \d+ not checked yet/m.test(stdout)
    );
  });

const set = async (settings: Record<string, unknown>) => {
  writeSettings("colo", describeLab(), settings);
  writeSettings("home", describeLab(), settings);
  await Promise.all([pulumiUp("colo"), pulumiUp("home")]);
};

/** What a look at a host finds different: the indented lines (docs/DRIFT.md). */
const drift = (host: HostName) => sh(host, "/usr/local/lib/ipv6-home/observe | grep '^ ' || true");

const traces =
  "ls -d /usr/local/lib/ipv6-home-health /run/ipv6-home-health /run/ipv6-home-dns64 /etc/ipv6-home/health.conf /etc/bind/ipv6-home-plain.conf 2>/dev/null || true";

afterAll(async () => {
  console.log(told.join("\n"));
  await closeEngine();
});

describe("a host that nobody looks after", () => {
  it.each(batches.map((faults) => [faults.map(({ what }) => what).join(", "), faults] as const))(
    "stays as it is when %s",
    async (_, faults) => {
      await damage(faults);
      await new Promise((resolve) => setTimeout(resolve, 6000));
      const mended = await Promise.all(faults.map(isMended));
      await Promise.all(
        faults.map(({ host, damage }) =>
          sh(host, damage.replace("systemctl stop", "systemctl start").replace("-s STOP", "-s CONT")),
        ),
      );
      expect(mended).toEqual(faults.map(() => false));
    },
    60_000,
  );
});

describe("a host that is looked after", () => {
  beforeAll(async () => {
    await set({ "health.enabled": true });
    await isWell("colo");
    await isWell("home");
  }, 180_000);

  it("knows what it cannot know", async () => {
    // A container's clock is its host's.
    expect((await stateOf("home", "clock")).state).toBe("unknown");
  });

  it("tells of an old key", async () => {
    const key = "/etc/ipv6-home/keys/vpn0/private.key";
    await sh("home", `touch -r ${key} /run/made && touch -d '400 days ago' ${key}`);
    try {
      // Keys are looked at each minute, and when it starts.
      await sh("home", "systemctl restart ipv6-home-health");
      expect((await finds("home", "keys")).text).toContain(`the oldest key is 400 days old: ${key}`);
    } finally {
      await sh("home", `touch -r /run/made ${key} && rm /run/made && systemctl restart ipv6-home-health`);
    }
    await isWell("home");
  }, 60_000);

  it.each(batches.map((faults) => [faults.map(({ what }) => what).join(", "), faults] as const))(
    "finds and mends it when %s",
    async (_, faults) => {
      await damage(faults);
      await Promise.all(faults.map(({ host, check }) => finds(host, check)));
      await Promise.all(faults.map((fault) => until(`${fault.what} is mended`, 15, () => isMended(fault))));
      await isWell("colo");
      await isWell("home");
    },
    90_000,
  );

  it("tells what it cannot mend, and does nothing while a change waits to be confirmed", async () => {
    const guard = "/var/lib/ipv6-home/.guard";
    // Enough for three per cent of it to be room for what others write there.
    await sh("home", "head -c 4M /dev/zero >/run/fault");
    const used = Number(await sh("home", "df --output=used -k /run | tail -1"));
    const size = Number(await sh("home", "df --output=size -k /run | tail -1"));
    await sh(
      "colo",
      "nft 'add table inet fault; add chain inet fault input { type filter hook input priority -10; }; add rule inet fault input udp dport 51820-51830 drop'",
    );
    await sh("home", `mount -o remount,size=${Math.ceil(used / 0.97)}k /run`);
    await sh("home", `mkdir ${guard} && echo 60 >${guard}/armed && echo lan >${guard}/order`);
    await sh("home", "systemctl stop ipv6-home-dnsmasq");
    try {
      const [tunnel, disk, dnsmasq] = await Promise.all([
        finds("home", "tunnel"),
        finds("home", "disk"),
        finds("home", "unit-dnsmasq"),
        finds("home", "guard"),
      ]);
      expect(tunnel.text).toBe(
        "fd00:cafe:f00d::1 does not answer; nothing is done, because nothing here could mend it.",
      );
      expect(disk.text).toMatch(/\/run is \d+ % full/);
      expect(dnsmasq.text).toContain("nothing is done while a change waits to be confirmed");
      // Nothing is said of what lies behind it, and no machine is led away from the translator.
      await says("home", "nat64", "unknown", 10);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      expect((await trySh("home", "cat /run/ipv6-home-health/nat64")).stdout).not.toContain("dead");
      expect(await sh("home", runs("dnsmasq"))).toBe("");
    } finally {
      await sh("home", `rm -r ${guard} /run/fault && mount -o remount,size=${size}k /run`);
      await sh("colo", "nft delete table inet fault");
    }
    await until("dnsmasq runs", 15, async () => (await sh("home", runs("dnsmasq"))) !== "");
    await isWell("home");
  }, 90_000);

  it("finds that connections do not come through a translator that answers pings", async () => {
    await sh(
      "colo",
      `nft 'add table inet fault; add chain inet fault pre { type filter hook prerouting priority -290; }; add rule inet fault pre iifname "nat64" ip protocol tcp drop'`,
    );
    try {
      await sh("home", "ping -6 -c 1 -W 2 64:ff9b::b00:102");
      const found = await Promise.all([finds("colo", "nat64"), finds("home", "nat64")]);
      for (const { text } of found)
        expect(text).toContain("64:ff9b::b00:102 answers pings, but no connection comes through");
    } finally {
      await sh("colo", "nft delete table inet fault");
    }
    await isWell("colo");
    await isWell("home");
  }, 90_000);

  it("leads machines away from a translator that stays dead, and back", async () => {
    const synthesised = async () =>
      (await sh("laptop", "dig +short +time=2 +tries=2 @2001:db8:beef:101::1 web4.lab.example AAAA")).trim();
    const dropIn = "/run/systemd/system/ipv6-home-nat64.service.d";
    // Without the pauses that earlier failures have made long.
    await sh("colo", "systemctl restart ipv6-home-health");
    await isWell("colo");
    expect(await synthesised()).toBe("64:ff9b::b00:302");
    await advertisementsAt("laptop", async (hears) => {
      await sh(
        "colo",
        `mkdir -p ${dropIn} && printf '[Service]\\nExecStartPre=/bin/false\\n' >${dropIn}/fault.conf && systemctl daemon-reload && systemctl stop ipv6-home-nat64`,
      );
      try {
        await Promise.all([finds("colo", "nat64"), finds("home", "nat64")]);
        await hears("PREF64 without a lifetime", ({ pref64 }) => pref64[0]?.lifetimeSec === 0, 15);
        await until("there is no DNS64", 10, async () => (await synthesised()) === "");
        expect(await drift("home")).toBe("");
      } finally {
        await sh("colo", `rm -r ${dropIn} && systemctl daemon-reload`);
      }
    });
    await advertisementsAt("laptop", async (hears) => {
      await hears("PREF64 as ever", ({ pref64 }) => pref64[0]?.lifetimeSec === 1800, 60);
      await until("there is DNS64", 20, async () => (await synthesised()) === "64:ff9b::b00:302");
    });
    await isWell("colo");
    await isWell("home");
    expect([await drift("colo"), await drift("home")]).toEqual(["", ""]);
  }, 150_000);

  it("keeps its hands off while keys are changed, there and back, and nothing is lost", async () => {
    const did = (host: HostName) =>
      sh(host, "journalctl -u ipv6-home-health -o cat | grep -E '^(re)?start ' || true");
    await isWell("colo");
    await isWell("home");
    const before = await Promise.all(hostNames.map(did));
    for (const epoch of [2, 1]) {
      writeSettings("home", describeLab(), { "health.enabled": true, "tunnel.keyEpoch": epoch });
      const { report } = await underTraffic(() => pulumiUp("home"));
      told.push(`rotation to ${epoch}: ${trafficLine(report)}`);
      expect([lostOf(report), report.broken, report.downloaded > 1_000_000]).toEqual([0, 0, true]);
      await isWell("colo");
      await isWell("home");
    }
    expect(await Promise.all(hostNames.map(did))).toEqual(before);
  }, 240_000);

  it("writes metrics", async () => {
    const metrics = await sh("home", "cat /run/ipv6-home-health/metrics.prom");
    expect(metrics).toMatch(/^ipv6_home_health_check\{check="tunnel"\} 1$/m);
    expect(metrics).toMatch(/^ipv6_home_wireguard_handshake_age_seconds\{interface="vpn0"\} \d+$/m);
    expect(metrics).toMatch(/^ipv6_home_wireguard_received_bytes_total\{interface="vpn0"\} \d+$/m);
  });

  it("leaves nothing when it goes", async () => {
    expect(await sh("colo", traces)).toContain("/run/ipv6-home-health\n");
    await set({});
    expect([await sh("colo", traces), await sh("home", traces)]).toEqual(["", ""]);
  }, 180_000);
});
