import { rmSync, writeFileSync } from "node:fs";
import { backendFolder } from "../../lab/stacks";
import {
  colo6,
  dig,
  forward,
  gateway,
  phone,
  phoneAddress,
  phoneName,
  printer,
  printerAddress,
  resolve,
  serialAtColo,
  setColo,
  setHome,
  shows,
  statusOf,
} from "./names";
import { contentOf, holds, watchProcesses } from "./secrets";
import { closeEngine, outputs, pulumi, pulumiUp, sh, trySh } from "./support";

const keyFile = "/tmp/ipv6-home-acme.key";
afterAll(async () => {
  rmSync(keyFile, { force: true });
  await closeEngine();
});

let acmeKey: { readonly name: string; readonly algorithm: string; readonly secret: string };
/** Every key of either epoch. */
const secrets: string[] = [];
let said = "";
let seen = "";

const addSecrets = async () => {
  const files = await sh("home", "cat /etc/bind/ipv6-home/keys/*.conf");
  secrets.push(...[...files.matchAll(/secret "(.*)"/g)].map(([, secret = ""]) => secret));
};

beforeAll(async () => {
  // As 48-names leaves it.
  setColo(true);
  await pulumiUp("colo");
  await setHome([phone, printer]);
  await pulumiUp("home");
  await addSecrets();
  acmeKey = (await outputs<{ acmeKey: typeof acmeKey }>("home")).acmeKey;
  writeFileSync(
    keyFile,
    `key "${acmeKey.name}" { algorithm ${acmeKey.algorithm}; secret "${acmeKey.secret}"; };\n`,
    { mode: 0o600 },
  );
}, 120_000);

describe("ACME (RFC 8555, section 8.4)", () => {
  const challenge = `_acme-challenge.${phoneName}`;
  const update = (place: "laptop" | "attacker", server: string, key: string, ...lines: string[]) =>
    trySh(
      place,
      `printf 'server ${server}\\nzone ${forward}\\ncheck-names no\\n${lines.join("\\n")}\\nsend\\n' | nsupdate -t 2 -u 1 -r 0 -k ${key}`,
    );
  const add = (name: string, type = "TXT", data = "proof") => `update add ${name}. 60 ${type} ${data}`;

  it("lets a machine with the key write a proof, which the internet sees and a new list of machines spares", async () => {
    const before = await serialAtColo();
    expect(await resolve("attacker", challenge, "TXT")).toEqual([]);
    const { code, stderr } = await update("laptop", gateway, keyFile, add(challenge));
    expect([code, stderr]).toEqual([0, ""]);
    await shows("the proof has come to the colo", ['"proof"'], challenge, "TXT");
    const between = await serialAtColo();
    await setHome([phone, { ...printer, public: true }]);
    await pulumiUp("home");
    await shows("the new list has come to the colo", [printerAddress], `printer.${forward}`, "AAAA");
    expect(await resolve("attacker", challenge, "TXT")).toEqual(['"proof"']);
    expect([between > before, (await serialAtColo()) > between]).toEqual([true, true]);
  }, 60_000);

  it("is spared by a program that is killed at any line, and the serial never goes back", async () => {
    expect((await update("laptop", gateway, keyFile, add(challenge, "TXT", "another"))).code).toBe(0);
    // On a copy, with the journal that BIND has not written into its file yet.
    const said = await sh(
      "home",
      `set -e; cd $(mktemp -d); mkdir kept; cp /var/lib/bind/ipv6-home/forward.zone* kept; [ -s kept/forward.zone.jnl ]
      cp /etc/bind/ipv6-home/forward.zone source; echo 'late AAAA 2001:db8:beef:101::fff' >>source
      look() {
        named-compilezone -q $([ ! -e forward.zone.jnl ] || echo -j) -o now -s full ${forward} forward.zone
        [ "$(grep -c '^${challenge}\\.' now)" = 2 ]
        serial=$(awk '$4 == "SOA" { print $7 }' now); [ "$serial" -ge "$least" ]; least=$serial
      }
      next() { exec /usr/local/lib/ipv6-home/next-zone ${forward} source $PWD/forward.zone keep-acme; }
      killed=0
      for round in $(seq 20); do
        cp kept/* .; least=0; look
        next & sleep 0.$(printf %03d $((round * 6)))
        if kill -KILL $! 2>/dev/null; then killed=$((killed + 1)); fi; wait $! || :
        look; (next); look; grep -q '^late\\.' now; [ ! -e forward.zone.jnl ]
      done
      sed -i "s/ $serial / 4000000000 /" forward.zone; least=4000000000
      (next); look; [ "$least" = 4000000000 ]
      echo 'later AAAA 2001:db8:beef:101::ffe' >>source; (next); look; [ "$least" = 4000000001 ]
      echo "killed $killed"`,
      60,
    );
    expect(Number(/^killed (\d+)$/m.exec(said)?.[1])).toBeGreaterThan(5);
  }, 90_000);

  it("lets it take the proof away", async () => {
    expect((await update("laptop", gateway, keyFile, `update delete ${challenge}. TXT`)).code).toBe(0);
    await shows("the proof is gone from the colo", [], challenge, "TXT");
  }, 30_000);

  it("lets it write nothing else; and nobody without the key, or from outside", async () => {
    for (const line of [
      add(phoneName, "AAAA", "2001:db8:bad::2"),
      add(phoneName),
      add(`_acme-challenge.laptop.${forward}`),
      add(challenge, "AAAA", "2001:db8:bad::2"),
    ])
      expect((await update("laptop", gateway, keyFile, line)).stderr).toContain("REFUSED");
    const wrong = `${keyFile}.wrong`;
    writeFileSync(
      wrong,
      `key "${acmeKey.name}" { algorithm ${acmeKey.algorithm}; secret "${Buffer.alloc(32, 7).toString("base64")}"; };\n`,
    );
    expect((await update("laptop", gateway, wrong, add(challenge))).stderr).toMatch(/BADSIG|NOTAUTH/);
    rmSync(wrong);
    expect((await update("attacker", colo6, keyFile, add(challenge))).code).not.toBe(0);
    expect((await update("attacker", gateway, keyFile, add(challenge))).code).not.toBe(0);
    await shows("no proof", [], challenge, "TXT");
    await shows("the machine's own address", [phoneAddress], phoneName, "AAAA");
  }, 60_000);
});

describe("the keys of a zone", () => {
  it("change by a setting, and the zone goes on coming", async () => {
    await setHome([phone, { ...printer, public: true }], { "dns.keyEpoch": 2 });
    const stops = (["home", "colo", "attacker"] as const).map(watchProcesses);
    said += (await pulumi("home", "preview", "--diff")).stdout;
    said += (await pulumiUp("home", "--diff")).stdout;
    said += (await pulumi("home", "stack", "output", "--json")).stdout;
    seen = (await Promise.all(stops.map((stop) => stop()))).join("\n");
    await addSecrets();
    expect(new Set(secrets).size).toBe(4);
    expect(secrets).toContain(acmeKey.secret);
    await setHome([phone, printer], { "dns.keyEpoch": 2, "dns.acmeUpdate": false });
    await pulumiUp("home");
    await shows("a change has come with the new key", [], `printer.${forward}`, "AAAA");
  }, 90_000);

  it("are in no output of the engine, no process list and not readable in the state", () => {
    expect(said).toContain("names-home-key");
    expect(holds(said, secrets)).toBe(false);
    expect(seen).toContain("converge");
    expect(holds(seen, secrets)).toBe(false);
    const state = contentOf(backendFolder);
    expect(state).toContain("names-home-key");
    expect(holds(state, secrets)).toBe(false);
  });

  it.each(["home", "colo"] as const)(
    "on %s are in their files, which only BIND reads, and nowhere else",
    async (host) => {
      const patterns = secrets.map((secret) => `-e '${secret.slice(0, 40)}'`).join(" ");
      const files = await trySh(
        host,
        `grep -rlsF ${patterns} /etc /var /run /tmp /root /usr/local | sort`,
        60,
      );
      const own = host === "home" ? ["transfer"] : ["site1"];
      expect(files.stdout.trim().split("\n")).toEqual(
        own.map((name) => `/etc/bind/ipv6-home/keys/${name}.conf`),
      );
      expect(await sh(host, "stat -c '%a %U:%G' /etc/bind/ipv6-home/keys/*")).toBe(
        "600 bind:bind\n".repeat(own.length),
      );
      expect(holds(await sh(host, "journalctl --no-pager -o cat", 60), secrets)).toBe(false);
    },
    90_000,
  );
});

describe("a public zone", () => {
  it("goes from both hosts when its setting goes, and the colo's port with the colo's", async () => {
    await setHome();
    await pulumiUp("home");
    expect(await statusOf(phoneName, "AAAA")).not.toMatch(/NOERROR|NXDOMAIN/);
    const left = (host: "home" | "colo", find: string) => sh(host, `${find} 2>/dev/null || :`);
    expect(
      await left("home", "ls -d /etc/bind/ipv6-home* /var/lib/bind/ipv6-home* /var/lib/ipv6-home/*names*"),
    ).toBe("");
    const folders =
      "/var/lib/bind/ipv6-home-site* /var/lib/ipv6-home/site-names* /etc/systemd/system/*site1*";
    expect(await left("colo", `ls -d ${folders} /etc/bind/ipv6-home/*/*`)).toBe(
      "/etc/bind/ipv6-home/sites/nobody.conf\n",
    );
    setColo(false);
    await pulumiUp("colo");
    expect(await dig("attacker", `@${colo6}`, phoneName, "AAAA")).not.toContain("status:");
    expect(await left("colo", "ls -d /etc/bind/ipv6-home*")).toBe("/etc/bind/ipv6-home.conf\n");
    expect(await sh("colo", "ip -6 -o address show dev lo; ss -Hlntu 'sport = :53'")).not.toMatch(
      /a53|11\.0\.1\.2/,
    );
  }, 90_000);
});
