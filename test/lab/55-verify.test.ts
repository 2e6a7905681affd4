import { labTargets, nameOptions, verifyIn } from "../../lab/verify";
import { readFacts } from "../../tools/verify/facts";
import { verifyProgram } from "../../tools/verify/program";
import { closeEngine, outputs } from "./support";
import { faults } from "./verify/faults";

afterAll(closeEngine);

interface Report {
  readonly cause: { readonly id: string; readonly evidence: string } | null;
  readonly checks: readonly {
    readonly id: string;
    readonly verdict: "passed" | "failed" | "warning" | "not checked";
    readonly measured: string;
    readonly because?: string | null;
  }[];
}

let program: string;
beforeAll(async () => {
  program = verifyProgram(readFacts("home", await outputs("home")), labTargets);
});

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
