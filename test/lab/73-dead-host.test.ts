import { connectivityChecks, eventually } from "../../lab/checks";
import { restartClients } from "../../lab/clients";
import { killHost, startHost } from "../../lab/lab";
import type { HostName } from "../../lab/topology";
import { deadHostsVariable } from "../../stacks/dead-hosts";
import { observeVariable } from "../../observe/observe";
import { runInLab, type StackName } from "../../lab/stacks";
import { closeEngine, logins, outputs, pulumi, pulumiUp, sh, theEngine } from "./support";

afterAll(closeEngine);

/** Pulumi with the variable that names the dead. */
const pulumiWithDead = async (dead: string, stack: StackName, ...args: string[]) => {
  const { code, stdout, stderr } = await runInLab(
    await theEngine(),
    [...args, "-s", stack, "--color=never"],
    {
      timeoutSec: 120,
      env: { [deadHostsVariable]: dead, [observeVariable]: "never" },
    },
  );
  return { code, said: stdout + stderr };
};
const destroyWithDead = (dead: string, stack: StackName) =>
  pulumiWithDead(dead, stack, "destroy", "--yes", "--skip-preview", "--run-program");

const resourcesOf = async (stack: StackName): Promise<string[]> => {
  const { stdout } = await pulumi(stack, "stack", "export");
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources?: { type: string; urn: string }[] };
  };
  return (deployment.resources ?? []).filter(({ type }) => type.startsWith("command:")).map(({ urn }) => urn);
};

/** Everything at the colo that names the site: interfaces, files, keys, units, routes, firewall elements. */
const traces = (host: HostName) =>
  sh(
    host,
    [
      "ls /sys/class/net | grep vpn",
      "find /etc /var/lib/ipv6-home -name '*vpn1-*' -o -name 'site-*'",
      "ip -6 route show table all | grep 2001:db8:beef:1",
      "nft list ruleset | grep -E '2001:db8:beef:1|vpn1-'",
      "ss -Hlun 'sport >= :51820 and sport <= :52329'",
    ].join("; ") + "; true",
  );
const ours = (host: HostName) =>
  sh(
    host,
    "ls -d /etc/ipv6-home /var/lib/ipv6-home /usr/local/lib/ipv6-home 2>/dev/null; ls /etc/systemd/system | grep ipv6-home; true",
  );
const removeAll = (host: HostName) =>
  sh(host, "/usr/local/lib/ipv6-home/converge remove-all host </dev/null", 120);

const online = (): Promise<void> =>
  restartClients().then(async () => {
    for (const check of connectivityChecks) {
      const { ok, detail } = await eventually(check, 30);
      expect(`${check.name}: ${ok} ${detail}`).toMatch(/: true /);
    }
  });

describe("a home that is dead", () => {
  beforeAll(async () => {
    expect(await traces("colo")).toMatch(/vpn1-/);
    await killHost("home");
  }, 60_000);

  it("fails a plain destroy in bounded time, which says where nobody answers, and keeps everything", async () => {
    const before = await resourcesOf("home");
    const { code, stdout, stderr } = await pulumi("home", "destroy", "--yes", "--skip-preview");
    console.log(
      stdout
        .split("\n")
        .filter((line) => /error/.test(line))
        .join("\n"),
    );
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(
      /home-leave-converge[^]*fd00:1ab::4[^]*(timeout|no route to host|refused)/,
    );
    expect(await resourcesOf("home")).toEqual(before);
  }, 150_000);

  it("is not forgotten by a wrong name, nor by anything else than a destroy", async () => {
    const wrong = await destroyWithDead("cabin", "home");
    expect([wrong.code === 0, wrong.said]).toEqual([
      false,
      expect.stringContaining(
        `${deadHostsVariable}: given "cabin"; allowed in a home stack is home, colo or home,colo`,
      ),
    ]);
    for (const args of [["up", "--yes", "--skip-preview"], ["preview"]]) {
      const { code, said } = await pulumiWithDead("home", "home", ...args);
      expect([code === 0, said]).toEqual([
        false,
        expect.stringContaining(`${deadHostsVariable}: given home; allowed is nothing outside of a destroy`),
      ]);
    }
    expect((await resourcesOf("home")).filter((urn) => urn.includes("only-in-a-destroy"))).toEqual([]);
    expect((await resourcesOf("home")).length).toBeGreaterThan(10);
  }, 120_000);

  it("is dropped by a destroy that names it, and the colo has no trace of the site", async () => {
    const before = await logins("colo");
    const { code, said } = await destroyWithDead("home", "home");
    expect([code, said]).toEqual([0, expect.stringContaining("deleted")]);
    console.log(`logins at the colo: ${(await logins("colo")) - before}`);
    expect(await resourcesOf("home")).toEqual([]);
    expect(await traces("colo")).toBe("");
  }, 120_000);

  it("still has everything when it comes back, and one command there takes it away", async () => {
    await startHost("home");
    expect(await ours("home")).toContain("/var/lib/ipv6-home\n");
    // A folder of ours that the operator has put a file into, as boot files are.
    await sh(
      "home",
      "mkdir /srv/kept && touch /srv/kept/file && echo /srv/kept >>/var/lib/ipv6-home/directories",
    );
    await removeAll("home");
    expect(await ours("home")).toBe("");
    expect(await sh("home", "ls /srv/kept && rm -r /srv/kept")).toBe("file\n");
    expect(await sh("home", "systemctl --failed --no-legend; nft list ruleset 2>/dev/null; true")).toBe("");
  }, 180_000);

  it("can be built again", async () => {
    await pulumiUp("home");
    await online();
  }, 180_000);
});

describe("a colo that is dead", () => {
  it("is dropped by both stacks, and the home is cleaned", async () => {
    await killHost("colo");
    expect(await destroyWithDead("colo", "home")).toMatchObject({ code: 0 });
    expect([await resourcesOf("home"), await ours("home")]).toEqual([[], ""]);
    expect(await destroyWithDead("colo", "colo")).toMatchObject({ code: 0 });
    expect(await resourcesOf("colo")).toEqual([]);
  }, 180_000);

  it("still has everything when it comes back, sites too, and one command there takes it away", async () => {
    await startHost("colo");
    expect(await traces("colo")).toMatch(/site-vpn1-/);
    await removeAll("colo");
    expect(await ours("colo")).toBe("");
  }, 180_000);

  it("can be built again, with both stacks as they were", async () => {
    await pulumiUp("colo");
    await pulumiUp("home");
    await online();
    const { manifests } = await outputs<{ manifests: object }>("home");
    expect(Object.keys(manifests).sort()).toEqual(["colo", "home"]);
  }, 240_000);
});
