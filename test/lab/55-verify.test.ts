import { readFileSync } from "node:fs";
import { restartClients } from "../../lab/clients";
import { exec } from "../../lab/lab";
import { labTargets, nameOptions, python, verifyIn } from "../../lab/verify";
import { readFacts } from "../../tools/verify/facts";
import { verifyProgram } from "../../tools/verify/program";
import { closeEngine, outputs, sh } from "./support";
import { labOptions, withExported, type Report } from "./verify/chair";
import { faults } from "./verify/faults";

afterAll(closeEngine);

let program: string;
beforeAll(async () => {
  program = verifyProgram(readFacts("home", await outputs("home")), labTargets);
  // A prefix of segments that have moved is advertised as over for 5400 s; whoever makes lifetimes longer revives it too.
  await sh(
    "home",
    "systemctl stop ipv6-home-radvd && rm -f /var/lib/ipv6-home-radvd/advertised && systemctl start ipv6-home-radvd",
  );
  // A lease of an earlier test may have been another one's.
  await restartClients();
}, 60_000);

/** What the program says for machines, and its exit code. */
async function verify(from: "laptop" | "phone", ...options: string[]) {
  const { code, stdout, stderr } = await verifyIn(from, program, [
    ...nameOptions(from, []),
    "--json",
    ...options,
  ]);
  expect(stderr).toBe("");
  return { code, ...(JSON.parse(stdout) as Report) };
}

const failed = ({ checks }: Report) =>
  checks.flatMap(({ id, verdict, measured }) => (verdict === "failed" ? [`${id}: ${measured}`] : []));

/** Waits until nothing fails any more, what was repaired comes back by events on other machines; answers that report. */
async function healthy(from: "laptop" | "phone"): Promise<Report> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const report = await verify(from);
    if (report.code === 0) return report;
    if (Date.now() > deadline)
      throw new Error(
        `not healthy from ${from}: ${report.cause?.id ?? "no cause"}\n${failed(report).join("\n")}`,
      );
  }
}

describe("from a client's chair", () => {
  it.each(["laptop", "phone"] as const)("nothing fails on a healthy network: %s", async (from) => {
    const report = await healthy(from);
    expect({ cause: report.cause, failed: failed(report) }).toEqual({ cause: null, failed: [] });
    expect(report.checks.filter(({ verdict }) => verdict === "passed").length).toBeGreaterThan(20);
  });

  it("needs no root, and calls what it could not look at not checked", async () => {
    const unprivileged = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    for (const [echo, range] of [
      ["passed", "0 2147483647"],
      ["not checked", "1 0"],
    ]) {
      await sh("phone", `sysctl -qw net.ipv4.ping_group_range='${range ?? ""}'`);
      const { code, stdout, stderr } = await exec("phone", [...unprivileged, python, "-", "--json"], {
        input: program,
        allowFailure: true,
      });
      expect(stderr).toBe("");
      const report = JSON.parse(stdout) as Report;
      expect({ code, cause: report.cause, failed: failed(report) }).toEqual({
        code: 0,
        cause: null,
        failed: [],
      });
      const verdicts = Object.fromEntries(report.checks.map(({ id, verdict }) => [id, verdict]));
      expect(verdicts).toMatchObject({ ra: "not checked", "ra-mtu": "not checked", dhcp6: "not checked" });
      expect(verdicts).toMatchObject({ "mtu-out": echo, "mtu-in": echo, nat64: "passed", source: "passed" });
    }
  });

  it("is exported as one file, without a secret, that runs as it is", async () => {
    await withExported(async (file) => {
      const text = readFileSync(file, "utf8");
      expect(text.startsWith(program.slice(0, program.indexOf("SITE = ")))).toBe(true);
      const { privateKeys } = await outputs<{ privateKeys: Record<string, string> }>("home");
      for (const key of Object.values(privateKeys)) expect(text).not.toContain(key);
      const { stdout } = await exec("laptop", [file, ...labOptions()]);
      expect(stdout).toMatch(/\nnothing fails\n$/);
      expect(stdout).toMatch(/^ok +lifetimes \(RFC 9096, 3\.2\): router 1800 s; /m);
      expect(stdout).toMatch(/^ok +NAT64 prefix \(RFC 8781\): 64:ff9b::\/96 for 1800 s$/m);
      expect(stdout).toContain("not checked, because no server was named; see --download and --upload");
    });
  });

  it.each(faults("vpn0", "vpn1-0").map((fault) => [fault.cause, fault.title, fault] as const))(
    "finds %s: %s",
    async (cause, _title, { from, inject, repair }) => {
      let report: Awaited<ReturnType<typeof verify>>;
      try {
        await inject();
        report = await verify(from);
      } finally {
        await repair();
      }
      const { id, evidence } = report.cause ?? { id: "none", evidence: "" };
      expect({ id, evidence, failed: failed(report) }).toMatchObject({ id: cause });
      expect(report.code).toBe(1);
      await healthy(from);
    },
    60_000,
  );
});
