import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolder } from "../support/settings";

/** What looks of assets/health/health-looks.pl answer, with programs that run a shell line; and what the journal gets. */
function looks(perl: string, programs: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "looks-"));
  try {
    mkdirSync(join(folder, "bin"));
    for (const [name, line] of Object.entries(programs)) {
      writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${line}\n`);
      chmodSync(join(folder, "bin", name), 0o755);
    }
    const library = join(projectFolder, "assets/health/health-looks.pl");
    return execFileSync("perl", ["-e", `require "${library}"; $| = 1; ${perl}`], {
      encoding: "utf8",
      env: { PATH: `${folder}/bin:${process.env["PATH"] ?? ""}` },
    })
      .trim()
      .split("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const say = (look: string) => `print join(": ", @{ ${look} }), "\\n";`;
const disk = say('Looks::disk("/")');
const handshake = say("Looks::handshake(Looks::tunnels())");
const clock = say("Looks::clock()");

const full = "printf 'Mounted Use%% IUse%%\\n/ 97%% 1%%\\n'";
const free = "printf 'Mounted Use%% IUse%%\\n/ 7%% 1%%\\n'";
const shaken = `[ "$3" = transfer ] && printf 'vpn0\\tKEY\\t1\\t2\\n' || printf 'vpn0\\tKEY\\t%s\\n' "$(date +%s)"`;

test.each([
  ["df", disk, free, /^ok: nothing is 95 % full$/],
  ["df", disk, full, /^bad: \/ is 97 % full$/],
  ["wg", handshake, shaken, /^ok: vpn0 shook hands [01] s ago$/],
  ["wg", handshake, "true", /^bad: there is no interface of a tunnel$/],
  ["systemctl", clock, "true", /^unknown: not checked: no service here keeps the time$/],
])("%s tells how it is", (program, look, line, told) => {
  const [answer = "", ...more] = looks(look, { [program]: line });
  expect(more).toEqual([]);
  expect(answer).toMatch(told);
});

test.each([
  ["df", disk, free],
  ["wg", handshake, shaken],
  ["systemctl", clock, "true"],
])("nothing is known, neither good nor bad, while %s fails", (program, look, line) => {
  for (const [code, why] of [
    [1, "ended with 1"],
    [124, "did not answer within 3 s"],
  ] as const)
    expect(looks(look + look, { [program]: `${line}; exit ${code}` })).toEqual([
      `<4>${program} ${why}: what it tells is not known`,
      ...Array.from({ length: 2 }, () => `unknown: not checked: ${program} ${why}`),
    ]);
});

test("a full disk is told, whatever became of the others", () => {
  expect(looks(disk, { df: `${full}; exit 1` }).at(-1)).toBe("bad: / is 97 % full");
});

test("the journal hears when a program answers again", () => {
  expect(looks(disk + disk, { df: `${free}; [ -e "$0.seen" ] || { : >"$0.seen"; exit 1; }` })).toEqual([
    "<4>df ended with 1: what it tells is not known",
    "unknown: not checked: df ended with 1",
    "<6>df answers again",
    "ok: nothing is 95 % full",
  ]);
});
