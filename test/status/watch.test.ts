import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolder } from "../support/settings";

const neighbour = "fe80::ff:fe00:102 dev enp1s0 lladdr 02:00:00:00:01:02 used 12/5/3 probes 1 STALE";

/** One look of assets/status/status-watch.pl with an `ip` that runs a shell line: the page, and what the journal gets. */
function look(ip: string, damage: (folder: string) => void = () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), "status-"));
  const at = (name: string) => join(folder, name);
  try {
    writeFileSync(at("conf"), "domain home.arpa\nsegment lan enp1s0\nuplink a eth0\nuplink b eth1\n");
    writeFileSync(at("health"), "tunnel ok 1795000000 fd00::1 answers.\n");
    writeFileSync(at("uplinks"), "a eth0 1795000000 it answers\n");
    writeFileSync(at("leases"), "9999999999 02:00:00:00:01:02 172.31.1.100 phone *\n");
    mkdirSync(at("bin"));
    writeFileSync(at("bin/ip"), `#!/bin/sh\n${ip}\n`);
    chmodSync(at("bin/ip"), 0o755);
    damage(folder);
    const journal = execFileSync(
      "perl",
      [
        join(projectFolder, "assets/status/status-watch.pl"),
        ...["conf", "", "health", "uplinks", "leases"].map(at),
        "once",
      ],
      { encoding: "utf8", env: { ...process.env, PATH: `${at("bin")}:${process.env["PATH"] ?? ""}` } },
    );
    return { page: readFileSync(at("index.html"), "utf8"), journal: journal.replaceAll(folder, "DIR") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const answers = `echo '${neighbour}'`;

/** In whose place a file can be opened by nobody, root or not. */
const unreadable = (name: string) => (folder: string) => {
  rmSync(join(folder, name), { force: true });
  symlinkSync(name, join(folder, name));
};

test("a look at what is well says nothing to the journal", () => {
  const { page, journal } = look(answers);
  expect(page).toContain("<b>phone</b> <span>is here in lan</span>");
  expect(page).not.toContain("not known");
  expect(journal).toBe("");
});

test.each([
  [`${answers}; exit 1`, "ip ended with 1"],
  ["exit 127", "ip ended with 127"],
  ["exit 124", "ip did not answer within 3 s"],
])("the page and the journal say so when ip fails: %s", (ip, why) => {
  const { page, journal } = look(ip);
  expect(page).toContain(`<b>Who is here</b> <span>not known</span><p>${why}</p>`);
  // Of an answer that broke off nothing is shown.
  expect(page).not.toContain("is here in");
  expect(journal).toBe(`<4>neighbour: ${why}\n`);
});

test.each([
  ["leases", "lease", "Names of machines"],
  ["uplinks", "active", "a (eth0)"],
  ["health", "check", "What health says"],
])("and when %s cannot be read", (file, word, head) => {
  const { page, journal } = look(answers, unreadable(file));
  expect(page).toContain(`<b>${head}</b> <span>not known</span><p>`);
  expect(journal).toBe(`<4>${word}: DIR/${file}: Too many levels of symbolic links\n`);
});

test("what is not there yet is nothing wrong", () => {
  const { page, journal } = look(answers, (folder) => {
    rmSync(join(folder, "leases"));
  });
  expect(page).toContain("<b>without a name</b> <span>is here in lan</span>");
  expect([page.includes("not known"), journal]).toEqual([false, ""]);
});
