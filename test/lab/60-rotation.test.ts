import { readFileSync } from "node:fs";
import { readDescription } from "../../lab/description";
import { backendFolder, writeSettings } from "../../lab/stacks";
import { sshKeyPath } from "../../lab/paths";
import { contentOf, holds, sshSecrets, watchProcesses } from "./secrets";
import { closeEngine, outputs, pulumi, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

interface Keys {
  readonly privateKeys: { readonly home: string; readonly colo: string };
  readonly publicKeys: { readonly home: string; readonly colo: string };
}

/** Preshared keys, the random texts that all keys are made of, and the login key. */
async function moreSecrets(): Promise<string[]> {
  const preshared = await sh("home", "cat /etc/ipv6-home/keys/*/preshared.key");
  const exported = (await pulumi("home", "stack", "export", "--show-secrets")).stdout;
  const random = [...exported.matchAll(/"plaintext": "\\"([A-Za-z0-9]{64})\\""/g)].map(
    ([, text = ""]) => text,
  );
  expect(random).toHaveLength(3);
  return [...preshared.trim().split("\n"), ...random, ...sshSecrets(readFileSync(sshKeyPath, "utf8"))];
}

describe("secrets and rotation", () => {
  let first: Keys;
  let second: Keys;
  let said = "";
  let seen = "";

  beforeAll(async () => {
    first = await outputs<Keys>("home");
    others = await moreSecrets();
    const lab = readDescription();
    if (lab === undefined) throw new Error("the lab is down");
    writeSettings("home", lab, { "tunnel.keyEpoch": 2 });
    // `attacker` has this machine's own processes, the engine's among them.
    const stops = (["home", "colo", "attacker"] as const).map(watchProcesses);
    for (const args of [
      ["preview", "--diff"],
      ["preview", "--json"],
    ])
      said += (await pulumi("home", ...args)).stdout;
    said += (await pulumiUp("home", "--diff")).stdout;
    said += (await pulumi("home", "stack", "output", "--json")).stdout;
    seen = (await Promise.all(stops.map((stop) => stop()))).join("\n");
    second = await outputs<Keys>("home");
    others.push(...(await moreSecrets()));
  }, 180_000);

  let others: string[] = [];
  const all = () => [first, second].flatMap(({ privateKeys }) => Object.values(privateKeys)).concat(others);

  it("makes new keys at both ends, on the other interface, and traffic flows", async () => {
    expect(second.publicKeys.home).not.toBe(first.publicKeys.home);
    expect(second.publicKeys.colo).not.toBe(first.publicKeys.colo);
    await until(
      "traffic by the new generation",
      15,
      async () => (await trySh("laptop", "ping -6 -c 1 -W 1 2001:db8:6::2")).code === 0,
    );
    expect((await sh("home", "wg show interfaces")).trim()).toBe("vpn1");
    expect((await sh("colo", "wg show interfaces")).trim()).toBe("vpn1-1");
    expect((await sh("home", "wg show vpn1 public-key")).trim()).toBe(second.publicKeys.home);
    expect((await sh("colo", "wg show vpn1-1 peers")).trim()).toBe(second.publicKeys.home);
  });

  it("leaves nothing of the old generation on either host", async () => {
    for (const host of ["home", "colo"] as const) {
      const found = await sh(
        host,
        "ls /etc/ipv6-home/keys /var/lib/ipv6-home; ip -o link; nft list table inet ipv6_home; ip -6 route show table all",
      );
      expect(found).not.toMatch(/vpn0|vpn1-0|51820 \}/);
    }
  });

  it("no key is in what the engine prints", () => {
    expect(said.length).toBeGreaterThan(1000);
    expect(holds(said, all())).toBe(false);
  });

  it("no key is in the process list of either side", () => {
    expect(seen).toContain("converge");
    expect(seen).toContain("pulumi");
    expect(holds(seen, all())).toBe(false);
  });

  it("no key is in the state, but encrypted", () => {
    const state = contentOf(backendFolder);
    expect(state).toContain("ciphertext");
    expect(state).toContain("tunnel-2-home-key");
    expect(holds(state, all())).toBe(false);
  });

  it.each(["home", "colo"] as const)(
    "on %s the keys are in their files and nowhere else",
    async (host) => {
      const own = second.privateKeys[host];
      const files = (
        await trySh(host, `grep -rlsF '${own.slice(0, 40)}' /etc /var /run /tmp /root /usr/local`, 60)
      ).stdout.trim();
      expect(files).toMatch(/^\/etc\/ipv6-home\/keys\/vpn1(-1)?\/private\.key$/);
      const old = first.privateKeys[host];
      expect(
        (await trySh(host, `grep -rlsF '${old.slice(0, 40)}' /etc /var /run /tmp /root /usr/local`, 60))
          .stdout,
      ).toBe("");
      const journal = await sh(host, "journalctl --no-pager -o cat", 60);
      expect(holds(journal, all())).toBe(false);
    },
    90_000,
  );

  it("finds a key that is written down: the search itself works", () => {
    expect(holds(`x ${first.privateKeys.home} y`, all())).toBe(true);
    expect(holds(Buffer.from(first.privateKeys.home, "base64").toString("latin1"), all())).toBe(true);
  });
});
